"""Live sessions, and ending them."""

from __future__ import annotations

from typing import Annotated, Final, Literal
from urllib.parse import urlencode

from msgspec import Meta, Struct

from smsc_sim.web.console import Console
from smsc_sim.web.endings import LONGEST_REASON, How, end_session, find_session
from smsc_sim.web.page import Done, Shown, Visit, action, page
from smsc_sim.web.session_rows import SORTS, session_rows

SHOWN: Final = 200
"""Sessions on one page of the list."""
ACCOUNTS_SHOWN: Final = 200

_DONE: Final = {
    "unbind": "was asked to unbind",
    "close": "was closed",
    "reset": "was reset",
    "freeze": "is frozen: nothing is read or written any more",
}


class EndForm(Struct, frozen=True, kw_only=True):
    """How a session ends, and why."""

    how: How
    reason: Annotated[str, Meta(max_length=LONGEST_REASON)] = ""
    back: Literal["binds", "session"] = "binds"
    """The page that the form is on."""


@page("/binds", title="Binds", menu=2, key="b")
def binds(console: Console, visit: Visit) -> Shown:
    """Every live session."""
    account = visit.query.get("account", "")
    sort = visit.query.get("sort", "session")
    if sort.removeprefix("-") not in SORTS:
        sort = "session"
    rows = session_rows(
        console,
        (
            session
            for session in console.smsc.sessions.values()
            if not account or (session.account is not None and session.account.system_id == account)
        ),
        sort,
    )
    pages = max(1, -(-len(rows) // SHOWN))
    written = visit.query.get("page", "")
    number = min(pages, max(1, int(written))) if written.isascii() and written.isdecimal() and len(written) < 9 else 1

    def address(**changes: str) -> str:
        named = {"account": account, "sort": "" if sort == "session" else sort, **changes}
        given = urlencode({name: value for name, value in named.items() if value})
        return f"/binds?{given}" if given else "/binds"

    waiting = [one for one in console.smsc.accounts if one.pending or one.waiting_count or one.sessions]
    return {
        "rows": rows[(number - 1) * SHOWN : number * SHOWN],
        "total": len(rows),
        "bound": sum(row.session.bound for row in rows),
        "account": account,
        "sort": sort,
        "address": address,
        "number": number,
        "pages": pages,
        "accounts": waiting[:ACCOUNTS_SHOWN],
        "more_accounts": len(waiting) > ACCOUNTS_SHOWN,
        "hint": console.hint(),
        "counters": console.smsc.counters,
    }


@action("/binds/{session}/end")
def end(console: Console, visit: Visit, session: str, form: EndForm) -> Done:
    """End one session in one of four ways."""
    del visit
    found = find_session(console.smsc, session)
    if found is None:
        return Done("/binds", f"{session[:20]} had gone already.", "bad")
    with console.change() as now:
        end_session(console.smsc, found, form.how, form.reason, now)
    return Done(f"/binds/{found.name}" if form.back == "session" else "/binds", f"{found.name} {_DONE[form.how]}.")
