"""One session, live or gone: who it is, and its ladder of PDUs."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from markupsafe import Markup

from smsc_sim.sim.ladder import Ladder, LadderPage, ladder_of, mermaid, svg
from smsc_sim.sim.ladder.words import label, remarks, took
from smsc_sim.smpp.commands import COMMANDS
from smsc_sim.web.call import Octets
from smsc_sim.web.console import Console
from smsc_sim.web.endings import session_number
from smsc_sim.web.page import Shown, Visit, file, page
from smsc_sim.web.problem import NOT_FOUND
from smsc_sim.web.session_rows import session_row

LATEST: Final = 8
"""Events in the short list that is above the ladder."""

REQUESTS: Final = tuple(sorted(command.name for command in COMMANDS.values() if not command.is_response))
"""What the ladder can be narrowed to."""


@page("/binds/{session}", title="Session", under="/binds")
def session(console: Console, visit: Visit, session: str) -> Shown:
    """One session."""
    number = _number(console, session)
    smsc = console.smsc
    entry = smsc.journal.sessions.get(number)
    live = smsc.sessions.get(number)
    account = live.account if live is not None else smsc.accounts.find(entry.account)
    header: dict[str, object] = {
        "entry": entry,
        "session": live,
        "account": account,
        "timers": account.timers if account is not None else smsc.settings.timers,
        "row": session_row(console, live) if live is not None else None,
        "latest": list(reversed(smsc.journal.latest(LATEST, session=number).events)) if visit.wants("session") else [],
    }
    return header | _rungs(console, number, visit, entry.name) if visit.wants("rungs") else header


def _rungs(console: Console, number: int, visit: Visit, name: str) -> dict[str, object]:
    only, folded = _filters(visit)
    shown = _page_of(_ladder(console, number, visit), visit)
    query = {"only": only, "links": "" if folded else "shown"}
    return {
        "ladder": shown,
        "follows": shown.page >= shown.pages and "page" not in visit.query,
        "drawing": Markup(svg(shown)) if shown.rows else "",
        "words": [(row, label(row), remarks(row), took(row)) for row in shown.rows],
        "requests": REQUESTS,
        "only": only,
        "folded": folded,
        "to_page": lambda to: f"/binds/{name}?" + _query(query, page=str(to)) + "#ladder",
        "as_mermaid": f"/binds/{name}/ladder.mmd?" + _query(query, page=str(shown.page)),
    }


@file("/binds/{session}/ladder.mmd")
def as_mermaid(console: Console, visit: Visit, session: str) -> Octets:
    """One page of the ladder as the text of a Mermaid diagram."""
    ladder = _ladder(console, _number(console, session), visit)
    return Octets("text/plain; charset=utf-8", mermaid(_page_of(ladder, visit)).encode())


def _number(console: Console, name: str) -> int:
    number = session_number(name)
    smsc = console.smsc
    if number is None or (number not in smsc.sessions and number not in smsc.journal.sessions):
        _, _, last = smsc.numbers()
        if number is not None and 0 < number <= last:
            raise NOT_FOUND.error(f"The session s{number} is gone, and nothing is known of it any more.")
        raise NOT_FOUND.error("There was no such session. A session is called s and its number, such as s7.")
    return number


def _filters(visit: Visit) -> tuple[str, bool]:
    only = visit.query.get("only", "")
    return only if only in REQUESTS else "", visit.query.get("links", "") != "shown"


def _ladder(console: Console, number: int, visit: Visit) -> Ladder:
    only, folded = _filters(visit)
    return ladder_of(
        console.smsc.journal, number, now=console.clock(), fold=folded, only=frozenset({only}) if only else None
    )


def _page_of(ladder: Ladder, visit: Visit) -> LadderPage:
    """The page that is asked for; the last one, where a session goes on, when none is."""
    wanted = visit.query.get("page", "")
    number = int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 9 else ladder.pages
    return ladder.page(min(max(1, number), max(1, ladder.pages)))


def _query(query: dict[str, str], **more: str) -> str:
    return urlencode({name: value for name, value in {**query, **more}.items() if value})
