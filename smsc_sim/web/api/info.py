"""What runs here."""

from __future__ import annotations

from msgspec import Struct

from smsc_sim.web.console import Console
from smsc_sim.web.endpoint import endpoint
from smsc_sim.web.instants import text_of


class ScenarioInForce(Struct, frozen=True, kw_only=True):
    """The scenario that is obeyed."""

    path: str
    """As it was named: a file, a name such as ``builtin:test-numbers``, or ``none``."""
    name: str
    rules: int
    """Those of the scenario; temporary ones are not counted."""
    loaded_at: str


class Listening(Struct, frozen=True, kw_only=True):
    """Addresses, such as ``127.0.0.1:2775``."""

    smpp: list[str]
    smpp_tls: list[str]
    http: list[str]


class Info(Struct, frozen=True, kw_only=True):
    """What runs here."""

    version: str
    listening: Listening
    scenario: ScenarioInForce
    seed: int
    now: str
    started_at: str
    uptime: float
    """Seconds."""
    sessions: int
    """Connections, bound or not."""
    bound: int


@endpoint("GET", "/info")
def info(console: Console) -> Info:
    """Version, addresses, scenario, seed and uptime."""
    now = console.clock()
    listening = console.listening()
    in_force = console.in_force
    return Info(
        version=console.version,
        listening=Listening(**{name: list(listening.get(name, ())) for name in ("smpp", "smpp_tls", "http")}),
        scenario=ScenarioInForce(
            path=console.scenario_path,
            name=in_force.scenario.name,
            rules=len(in_force.scenario.rules),
            loaded_at=text_of(in_force.loaded_at),
        ),
        seed=in_force.seed,
        now=text_of(now),
        started_at=text_of(console.started_at),
        uptime=round(now - console.started_at, 3),
        sessions=len(console.smsc.sessions),
        bound=sum(1 for session in console.smsc.sessions.values() if session.bound),
    )
