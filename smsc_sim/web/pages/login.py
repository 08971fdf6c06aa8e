"""Logging in and out."""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.python.failure import Failure

from smsc_sim.web.access import TooMany, User
from smsc_sim.web.console import Console
from smsc_sim.web.page import Done, Shown, Visit, action, page

WRONG_TAKES = 1.0
"""Seconds until a wrong password is told."""

_OURS = re.compile(r"/(?![/\\])[!-~]*")
"""A path of this site: two slashes would lead to another."""


class LoginForm(Struct, frozen=True, kw_only=True):
    """Name and password, or a token."""

    name: str = ""
    password: str = ""
    next: str = "/"


@page("/login", title="Log in")
def login(console: Console, visit: Visit) -> Shown:
    """The form."""
    del console
    return {"next": _ours(visit.query.get("next", "/"))}


@action("/login", needs_admin=False)
def log_in(console: Console, visit: Visit, form: LoginForm) -> Done | Deferred[Done]:
    """Begin a session, if name and password are right."""
    del visit
    access, to = console.access, _ours(form.next)
    again = "/login" if to == "/" else f"/login?next={to}"
    if not access.required:
        return Done(to)

    def found(user: User | None) -> Done | Deferred[Done]:
        if user is not None:
            return Done(to, cookie=access.log_in(user))
        answer: Deferred[Done] = Deferred()
        wrong = Done(again, "The name or the password is wrong.", "bad")
        console.reactor.callLater(WRONG_TAKES, _tell, answer, wrong)
        return answer

    def failed(failure: Failure) -> Done:
        failure.trap(TooMany)
        assert isinstance(failure.value, TooMany)
        seconds = max(1, round(failure.value.seconds))
        return Done(again, f"There were too many failed attempts. Try again in {seconds} s.", "bad")

    look: Any = access.by_password
    return maybeDeferred(look, form.name, form.password).addCallbacks(found, failed)


@action("/logout", needs_admin=False)
def log_out(console: Console, visit: Visit) -> Done:
    """End the session."""
    console.access.log_out(visit.session)
    return Done("/login", "You are logged out.", cookie="")


def _tell(answer: Deferred[Done], done: Done) -> None:
    if not answer.called:
        answer.callback(done)


def _ours(path: str) -> str:
    return path if _OURS.fullmatch(path) else "/"
