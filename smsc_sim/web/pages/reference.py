"""Tables to look things up in, made from those that the simulator itself uses."""

from __future__ import annotations

from smsc_sim.smpp.receipt_text import MessageState
from smsc_sim.web.api import ENDPOINTS
from smsc_sim.web.api.tables import all_status_codes, all_test_numbers
from smsc_sim.web.console import Console
from smsc_sim.web.endpoint import PREFIX, Endpoint
from smsc_sim.web.page import Shown, Visit, page


@page("/reference", title="Reference", menu=12, key="r")
def reference(console: Console, visit: Visit) -> Shown:
    """Test numbers, statuses, states, the API and its problems."""
    del console, visit
    groups: dict[str, list[Endpoint]] = {}
    for endpoint in ENDPOINTS:
        groups.setdefault(endpoint.tag, []).append(endpoint)
    problems = {kind.code: kind for endpoint in ENDPOINTS for kind in endpoint.problems}
    return {
        "numbers": all_test_numbers(),
        "statuses": all_status_codes(),
        "states": list(MessageState),
        "groups": groups,
        "prefix": PREFIX,
        "problems": sorted(problems.values(), key=lambda kind: (kind.status, kind.code)),
    }
