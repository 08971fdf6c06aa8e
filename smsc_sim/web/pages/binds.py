"""Live sessions, and ending them."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from smsc_sim.sim.sessions.binding import VERSION_NAMES
from smsc_sim.web.console import Console
from smsc_sim.web.endings import LONGEST_REASON, How, end_session, find_session
from smsc_sim.web.page import Done, Shown, Visit, action, page

SHOWN: Final = 200
"""Sessions on the page."""

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
    sessions = [
        session
        for session in console.smsc.sessions.values()
        if not account or (session.account is not None and session.account.system_id == account)
    ]
    return {
        "sessions": sessions[:SHOWN],
        "total": len(sessions),
        "account": account,
        "accounts": [one for one in console.smsc.accounts if one.waiting_count or one.sessions],
        "versions": VERSION_NAMES,
        "hint": console.hint(),
        "now": console.clock(),
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
