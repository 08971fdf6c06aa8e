"""The console's port to the simulator: the one object through which pages and the API see and change it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeVar

from twisted.internet.defer import Deferred, DeferredLock, fail
from twisted.internet.interfaces import IReactorTime

from smsc_sim.scenario.load import Checked
from smsc_sim.sim.clock import AdvanceReport, ClockError
from smsc_sim.sim.rules.in_force import InForce
from smsc_sim.sim.sessions.session import Session
from smsc_sim.sim.smsc import Smsc
from smsc_sim.sim.store.store import Store
from smsc_sim.sim.traffic import Traffic
from smsc_sim.sim.verify.report import Report
from smsc_sim.sim.verify.verification import Result
from smsc_sim.sim.verify.written import VerificationSpec
from smsc_sim.web.access import Access
from smsc_sim.web.hint import ClientHint
from smsc_sim.web.scenario_copy import ScenarioCopy
from smsc_sim.web.sse import EventHub

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class SettingShown:
    """One option as it is in force, written as a person would, and where its value came from."""

    name: str
    value: str
    origin: str
    group: str = ""
    """The heading that it belongs under."""
    about: str = ""
    """What it is, in reStructuredText."""


class Kept(Protocol):
    """The messages that are kept."""

    failing: str
    """Why nothing can be written now; empty when all is well."""
    lost: int
    """Entries about messages and receipts that never got into the store."""

    def ask(self, question: Callable[[Store], Answer], within: float | None = None) -> Deferred[Answer]:
        """The answer of the store, in whose thread ``question`` is called, with all that has happened in it.

        ``within``: seconds after which the question is asked of what can be looked at by then; None: of all.  Fails
        with sqlite3.Error when the database does.
        """


class Verifying(Protocol):
    """Who answers verifications."""

    def __len__(self) -> int:
        """How many are not answered yet."""

    def verify(self, spec: VerificationSpec) -> Deferred[Result]:
        """The answer when it is known; cancelled by whoever waits no longer.

        Raises TooManyWaiting; the Deferred fails with sqlite3.Error when the database does.
        """


def _real_clock(*_: object) -> Deferred[AdvanceReport]:
    return fail(ClockError("the clock is real"))


@dataclass(slots=True)
class Judged:
    """The latest report on the scenario's expectations."""

    report: Report | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """What pages and endpoints may use. Whoever changes something does so inside :meth:`change`."""

    smsc: Smsc
    in_force: InForce
    """The scenario that is obeyed, with what has been put on top of it for a while."""
    reactor: IReactorTime
    """For delays of the console itself; the SMSC's future is its timeline's."""
    clock: Callable[[], float]
    """Seconds since the epoch."""
    sockets: Callable[[], float]
    """The same of the clock that connections live by, which goes on while that of messages stands still."""
    settle: Callable[[float], None]
    """Carries out what a change left to do; :meth:`change` calls it."""
    reload: Callable[[], Checked | None]
    """Reads the scenario's file anew and obeys it; None when there is no file, else what was found in it."""
    access: Access
    """Who may come in."""
    traffic: Traffic
    """How traffic went over the last hour."""
    events: EventHub
    """Tells live pages what happens."""
    draw_token: Callable[[], str]
    """A random text that nobody can guess, of letters, digits, ``-`` and ``_``."""
    version: str
    started_at: float
    """Seconds since the epoch."""
    scenario_path: str
    """As it was named: a file, a name such as ``builtin:test-numbers``, or ``none``."""
    kept: Callable[[], Kept | None] = lambda: None
    """Where messages are kept; None: they are not."""
    clock_kind: Literal["real", "manual"] = "real"
    """Whether time passes for messages by itself."""
    verifier: Callable[[], Verifying | None] = lambda: None
    """Who answers verifications; None where no messages are kept."""
    requests: Counter[tuple[str, int]] = field(default_factory=Counter)
    """HTTP requests that were answered, by the name of their route and the status."""
    judged: Judged = field(default_factory=Judged)
    sending: DeferredLock = field(default_factory=DeferredLock)
    """Held from a look at a message's receipts until another one is entered, for they are numbered."""
    advance: Callable[[float], Deferred[AdvanceReport]] = _real_clock
    """Lets so many seconds pass at once; fails with ClockError when the clock is real, or the span is none."""
    advance_to: Callable[[float], Deferred[AdvanceReport]] = _real_clock
    """Likewise, until this instant."""
    advance_to_next: Callable[[], Deferred[AdvanceReport]] = _real_clock
    """Likewise, until the next thing is due."""
    outbind: Callable[[str, str, str], Deferred[Session]] | None = None
    """Connects to an ESME that waits (endpoint, system_id or empty, password) and asks it to bind."""
    copy: ScenarioCopy = field(default_factory=ScenarioCopy)
    """The scenario that is in no file, while one is obeyed."""
    allow_scenario_write: bool = False
    """Whether such a copy may be written into the scenario's file."""
    allow_raw: bool = False
    """Whether octets may be sent to ESMEs as they are."""
    settings: Sequence[SettingShown] = ()
    listening: Callable[[], Mapping[str, Sequence[str]]] = dict
    """Addresses by kind of port: ``smpp``, ``smpp_tls``, ``http``."""
    ready: Callable[[], Mapping[str, bool]] = dict
    """The checks of ``/readyz`` by name; all True when the simulator is ready."""
    hint: Callable[[], ClientHint | None] = lambda: None
    """What a client needs to bind."""
    log_level: Callable[[], str] = lambda: "info"
    set_log_level: Callable[[str], None] = lambda level: None
    allowed_hosts: Sequence[str] = ()
    """Host names, beside loopback names and the address a port listens on, that the console answers to."""

    @contextmanager
    def change(self) -> Iterator[float]:
        """Change the simulator at the instant that is given; what follows from it is carried out at the end."""
        now = self.clock()
        try:
            yield now
        finally:
            self.settle(now)
