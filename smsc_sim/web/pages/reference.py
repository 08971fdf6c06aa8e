"""Tables to look things up in, made from those that the simulator itself uses."""

from __future__ import annotations

from functools import cache

from smsc_sim.scenario.reference import sections
from smsc_sim.smpp import coding
from smsc_sim.smpp.receipt_text import MessageState
from smsc_sim.web.api import ENDPOINTS
from smsc_sim.web.api.tables import all_status_codes, all_test_numbers
from smsc_sim.web.api_view import api_groups
from smsc_sim.web.console import Console
from smsc_sim.web.endpoint import PREFIX
from smsc_sim.web.metric_rows import ROWS
from smsc_sim.web.page import Shown, Visit, page


@page("/reference", title="Reference", menu=12, key="r")
def reference(console: Console, visit: Visit) -> Shown:
    """Test numbers, statuses, states, codings, scenario keys, the API and its problems, metrics, keys."""
    del visit
    problems = {kind.code: kind for endpoint in ENDPOINTS for kind in endpoint.problems}
    http = console.listening().get("http", ())
    return {
        "numbers": all_test_numbers(),
        "own_scenario": console.scenario_path,
        "statuses": all_status_codes(),
        "states": list(MessageState),
        "codings": _codings(),
        "sections": sections(),
        "groups": api_groups(),
        "host": http[0].removeprefix("http://").rstrip("/") if http else "localhost:8080",
        "prefix": PREFIX,
        "problems": sorted(problems.values(), key=lambda kind: (kind.status, kind.code)),
        "metrics": ROWS,
    }


@cache
def _codings() -> list[tuple[int, int, str, str]]:
    """Values of data_coding that have a meaning, from the first to the last of each run: meaning, alphabet."""
    rows: list[tuple[int, int, str, str]] = []
    for value in range(256):
        meaning, alphabet = coding.name_of(value), coding.alphabet(value).name
        if meaning.startswith("reserved"):
            continue
        if rows and rows[-1][1:] == (value - 1, meaning, alphabet):
            rows[-1] = (rows[-1][0], value, meaning, alphabet)
        else:
            rows.append((value, value, meaning, alphabet))
    return rows
