"""Who may come in: users, tokens, and the sessions of browsers that have logged in."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from twisted.internet.defer import Deferred, succeed

from smsc_sim.web.auth_file import AuthFile, Role, TokenEntry
from smsc_sim.web.passwords import matches, same
from smsc_sim.web.throttle import Throttle

SESSION_SECONDS: Final = 12 * 3600.0
"""How long a browser stays logged in."""
MOST_SESSIONS: Final = 500
"""Browsers logged in at the same time; the oldest is logged out first."""
MOST_CHECKS: Final = 8
"""Passwords that are being looked at, or wait for it."""
_REMEMBERED: Final = 64
"""Passwords found right that need no second look."""

InThread: TypeAlias = Callable[[Callable[[], bool]], "Deferred[bool]"]
"""Runs a function that takes long somewhere else."""


@dataclass(frozen=True, slots=True)
class User:
    """Whoever asks."""

    name: str
    role: Role

    @property
    def may_change(self) -> bool:
        """Whether more than looking is allowed."""
        return self.role == "admin"


ANYONE: Final = User("", "admin")
"""Everybody, where no credentials are needed."""


class TooMany(Exception):
    """There were too many failed attempts lately; ``seconds`` until the next is looked at."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class _Login:
    user: User
    until: float


class Access:
    """Knows users and tokens, and who has logged in.

    Without a file and without a token everybody is :data:`ANYONE`.  Passwords are looked at outside the reactor's
    thread, few at a time, and after some failures not at all for a while; tokens cost nothing and are always looked at.
    """

    def __init__(
        self,
        known: AuthFile | None,
        *,
        clock: Callable[[], float],
        draw_token: Callable[[], str],
        in_thread: InThread = lambda look: succeed(look()),
    ) -> None:
        """``known``: None for a console that is open to whoever reaches it; ``clock``: seconds since the epoch."""
        self._known = known
        self._clock = clock
        self._draw_token = draw_token
        self._in_thread = in_thread
        self._key = draw_token().encode()
        self._logins: OrderedDict[str, _Login] = OrderedDict()
        self._right: OrderedDict[bytes, User] = OrderedDict()
        self._checks = 0
        self.throttle = Throttle()

    @property
    def required(self) -> bool:
        """Whether credentials are needed at all."""
        return self._known is not None

    @property
    def metrics_open(self) -> bool:
        """Whether ``/metrics`` needs none."""
        return self._known is None or self._known.metrics == "open"

    def require_token(self) -> str:
        """From now on want a token, made now, for the console is reachable from elsewhere; returns it."""
        token = self._draw_token()
        self._known = AuthFile(tokens=(TokenEntry(name="token", token=token),), metrics="closed")
        return token

    def form_token(self, session: str) -> str:
        """What a form of this browser must carry (``session``: its cookie, or empty): no other site can know it."""
        return hmac.new(self._key, b"form:" + session.encode("utf-8", "replace"), hashlib.sha256).hexdigest()

    def by_session(self, session: str) -> User | None:
        """Who has logged in with this cookie."""
        login = self._logins.get(session)
        if login is None:
            return None
        if login.until <= self._clock():
            del self._logins[session]
            return None
        return login.user

    def by_header(self, authorization: str) -> User | Deferred[User | None] | None:
        """Who shows these credentials, ``Bearer`` (RFC 6750) or ``Basic`` (RFC 7617).  Raises TooMany, also later."""
        scheme, _, rest = authorization.partition(" ")
        rest = rest.strip()
        if scheme.lower() == "bearer":
            return self.by_token(rest)
        if scheme.lower() != "basic":
            return None
        try:
            name, colon, password = b64decode(rest, validate=True).decode().partition(":")
        except ValueError:
            return None
        return self.by_password(name, password) if colon else None

    def by_token(self, token: str) -> User | None:
        """Who has this token."""
        found = None
        for entry in self._known.tokens if self._known is not None else ():
            if same(entry.token, token):
                found = User(entry.name, entry.role)
        return found

    def by_password(self, name: str, password: str) -> User | Deferred[User | None] | None:
        """Who has this name and password; a token may stand for a password.  Raises TooMany, also later."""
        by_token = self.by_token(password)
        users = self._known.users if self._known is not None else ()
        if by_token is not None or not users:
            # Where there are tokens alone, nothing is worth slowing down: no token can be guessed.
            return by_token
        mark = hmac.new(self._key, f"{name}\0{password}".encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
        known = self._right.get(mark)
        if known is not None:
            return known
        now = self._clock()
        wait = self.throttle.wait(now)
        if wait or self._checks >= MOST_CHECKS:
            raise TooMany(wait or 1.0)
        entry = next((one for one in users if one.name == name), None)
        # A name that is not there takes as long as one that is.
        written = entry.password if entry is not None else users[0].password
        self._checks += 1

        def looked(right: Any) -> User | None:
            self._checks -= 1
            if right is True and entry is not None:
                user = User(entry.name, entry.role)
                self._right[mark] = user
                if len(self._right) > _REMEMBERED:
                    self._right.popitem(last=False)
                return user
            self.throttle.failed(self._clock())
            return None

        return self._in_thread(lambda: matches(written, password)).addBoth(looked)

    def log_in(self, user: User) -> str:
        """Begin a browser's session; returns what its cookie holds."""
        session = self._draw_token()
        self._logins[session] = _Login(user, self._clock() + SESSION_SECONDS)
        if len(self._logins) > MOST_SESSIONS:
            self._logins.popitem(last=False)
        return session

    def log_out(self, session: str) -> None:
        """End a browser's session, if there is one."""
        self._logins.pop(session, None)
