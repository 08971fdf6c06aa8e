"""The web site on an in-memory connection: octets of a request in, the parts of the response out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.parser import Parser
from typing import Any, TypeVar

from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.protocol import Protocol
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport

from smsc_sim.net.verifier import Verifier
from smsc_sim.scenario.account import DEFAULT_ACCOUNT
from smsc_sim.scenario.load import Checked, check_path, load, load_text
from smsc_sim.scenario.loaded import NO_SCENARIO
from smsc_sim.scenario.settings import SmscSettings
from smsc_sim.sim.messages.ledger import Entry
from smsc_sim.sim.rules.in_force import InForce
from smsc_sim.sim.sessions.session import Session
from smsc_sim.sim.smsc import Smsc
from smsc_sim.sim.store.batch import Numbers
from smsc_sim.sim.store.store import Store
from smsc_sim.sim.traffic import Traffic
from smsc_sim.sim.verify.facts import unknown_session
from smsc_sim.smpp.commands import RESPONSE_BIT
from smsc_sim.smpp.framing import whole_frames
from smsc_sim.smpp.pdu import Pdu, encode
from smsc_sim.web.access import Access
from smsc_sim.web.auth_file import AuthFile
from smsc_sim.web.console import Console, SettingShown
from smsc_sim.web.hint import ClientHint
from smsc_sim.web.listener import WebFactory
from smsc_sim.web.live import TOPICS, pulse_of
from smsc_sim.web.sse import EventHub, Feed

Answer = TypeVar("Answer")

NOW = 1_795_326_824.12
"""2026-11-22T05:53:44.120Z."""


@dataclass(frozen=True)
class Response:
    status: int
    headers: Mapping[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class SyncKeeper:
    """A storekeeper without a thread: everything is done when it is asked for."""

    failing = ""
    lost = 0

    def __init__(self, smsc: Smsc) -> None:
        self.smsc = smsc
        self.store = Store()
        self.on_written: Callable[[list[Entry]], None] = lambda entries: None
        smsc.ledger.kept = True

    @property
    def thread(self) -> SyncKeeper:
        return self

    def do(self, job: Callable[[Store], Answer]) -> Deferred[Answer]:
        return maybeDeferred(job, self.store)

    def ask(self, question: Callable[[Store], Answer], within: float | None = None) -> Deferred[Answer]:
        self.write()
        while self.store.expand():
            pass
        return self.do(question)

    def write(self) -> None:
        """What the ledger has goes to the store."""
        entries = self.smsc.ledger.take()
        if entries:
            self.store.write(entries, Numbers(*self.smsc.numbers()))
            self.on_written(entries)


TURNS = 30
"""Of the reactor, for one response."""


@dataclass
class Site:
    """One simulator's console, on a clock; a test changes the simulator."""

    scenario: str = ""
    """YAML; empty: none."""
    scenario_path: str = ""
    """The file that the scenario is in, instead."""
    allow_scenario_write: bool = False
    auth: AuthFile | None = None
    ready: dict[str, bool] = field(default_factory=dict)
    client_hint: ClientHint | None = None
    allowed_hosts: tuple[str, ...] = ()
    local_host: str = "127.0.0.1"
    feed: Feed | None = None
    allow_raw: bool = False
    keeps: bool = False
    """Whether messages are kept."""
    found: Checked | None = None
    """What reading the scenario anew finds."""

    def __post_init__(self) -> None:
        self.clock = Clock()
        self.settled: list[float] = []
        self.drawn = 0
        self.log_level = "info"
        scenario = NO_SCENARIO
        if self.scenario_path:
            scenario = load(self.scenario_path)
        elif self.scenario:
            scenario = load_text(self.scenario, "scenario.yaml")
        accounts = scenario.accounts or (DEFAULT_ACCOUNT,)
        self.smsc = Smsc(SmscSettings(), accounts, scenario=scenario, now=self.now)
        self.keeper = SyncKeeper(self.smsc) if self.keeps else None
        verifier = None
        if self.keeper is not None:
            verifier = Verifier(self.keeper, self.clock, lambda: self.now, unknown_session)
        self.traffic = Traffic(self.smsc)
        in_force = InForce(self.smsc, scenario, accounts, 42, self.now)
        self.console = Console(
            smsc=self.smsc,
            in_force=in_force,
            reactor=self.clock,
            clock=lambda: self.now,
            sockets=lambda: self.now,
            settle=self._settle,
            reload=self._reload,
            access=Access(self.auth, clock=lambda: self.now, draw_token=self.draw_token),
            traffic=self.traffic,
            events=EventHub(self.clock, lambda: pulse_of(self.smsc, in_force, self.traffic), TOPICS, self.feed),
            draw_token=self.draw_token,
            version="0.1.0",
            started_at=NOW - 7500,
            scenario_path=self.scenario_path or "scenario.yaml",
            allow_scenario_write=self.allow_scenario_write,
            allow_raw=self.allow_raw,
            kept=lambda: self.keeper,
            verifier=lambda: verifier,
            settings=[
                SettingShown("seed", "42", "smsc-sim.yaml:3", "Scenario", "What ``chance`` begins with."),
                SettingShown("grace", "5s", "built-in", "Sessions"),
            ],
            listening=lambda: {"smpp": ["127.0.0.1:2775"], "smpp_tls": ["[::1]:2776"], "http": ["127.0.0.1:8080"]},
            ready=lambda: self.ready,
            hint=lambda: self.client_hint,
            log_level=lambda: self.log_level,
            set_log_level=lambda level: setattr(self, "log_level", level),
            allowed_hosts=self.allowed_hosts,
        )
        self.factory = WebFactory(self.console)

    @property
    def now(self) -> float:
        return NOW + self.clock.seconds()

    def draw_token(self) -> str:
        self.drawn += 1
        return f"token-number-{self.drawn:030d}"

    def _settle(self, now: float) -> None:
        self.settled.append(now)
        if self.keeper is not None:
            self.keeper.write()

    def _reload(self) -> Checked | None:
        if not self.scenario_path:
            return self.found
        checked = check_path(self.scenario_path)
        if checked.scenario is not None:
            self.console.in_force.load(checked.scenario, self.now)
        return checked

    # The simulator

    def bind(self, bind: str = "transceiver", system_id: str = "smppclient1", password: str = "password") -> Session:
        """A client that has bound; its answers stay in the session's outbox."""
        session = self.smsc.connected("127.0.0.1:51234", "127.0.0.1", self.now, tls="TLSv1.3")
        fields = {"system_id": system_id, "password": password, "interface_version": 0x34}
        self.smsc.receive(session, encode(f"bind_{bind}", sequence_number=1, fields=fields), self.now)
        assert session.bound
        self.smsc.take_output(session, self.now)
        return session

    def submit(self, session: Session, to: str = "447700900123", text: bytes = b"Hello", source: str = "Acme") -> None:
        """A message of this client, answered."""
        fields = {"source_addr": source, "destination_addr": to, "short_message": text}
        octets = encode("submit_sm", sequence_number=session.received + 1, fields=fields)
        self.smsc.receive(session, octets, self.now)
        self.smsc.take_output(session, self.now)
        if self.keeper is not None:
            self.keeper.write()

    def run(self) -> None:
        """What is due happens."""
        self.smsc.run_until(self.now)
        if self.keeper is not None:
            self.keeper.write()

    def answer(self, session: Session, command_status: int = 0) -> None:
        """This client answers all that it has been asked."""
        for octets in whole_frames(self.smsc.take_output(session, self.now)):
            pdu = Pdu(octets)
            response = encode(
                pdu.command_id | RESPONSE_BIT, sequence_number=pdu.sequence_number, command_status=command_status
            )
            self.smsc.receive(session, response, self.now)
        self.run()

    # The browser

    def connect(self) -> tuple[StringTransport, Protocol]:
        """A connection: what was written to it, and the protocol that it feeds."""
        peer = IPv4Address("TCP", "127.0.0.1", 51234)
        transport = StringTransport(IPv4Address("TCP", self.local_host, 8080), peer)
        protocol = self.factory.buildProtocol(peer)
        protocol.makeConnection(transport)
        return transport, protocol

    def send(self, request: bytes) -> Response:
        """The response to the octets of one request."""
        transport, protocol = self.connect()
        protocol.dataReceived(request)
        # What is long is made between other things.
        self.clock.pump([0.0] * TURNS)
        return response_of(transport.value())

    def ask(
        self, method: str, target: str, body: bytes = b"", /, *, host: str = "localhost:8080", **headers: str
    ) -> Response:
        """The response to a request; ``headers`` with ``_`` for ``-``."""
        return self.send(request_of(method, target, body, host=host, **headers))

    def get(self, target: str, host: str = "localhost:8080", method: str = "GET", **headers: str) -> Response:
        return self.ask(method, target, host=host, **headers)

    def api(self, method: str, target: str, body: object = None, **headers: str) -> Response:
        """The response to a program's request, with a body as JSON."""
        octets = b"" if body is None else json.dumps(body).encode()
        if body is not None:
            headers.setdefault("Content_Type", "application/json")
        return self.ask(method, f"/api/v1{target}", octets, **headers)

    def post(self, target: str, session: str = "", **fields: str) -> Response:
        """The response to a form that a browser sends from one of our pages."""
        fields.setdefault("token", self.console.access.form_token(session))
        headers = {"Cookie": f"smsc_sim_session={session}"} if session else {}
        return self.ask(
            "POST",
            target,
            form_of(fields),
            Content_Type="application/x-www-form-urlencoded",
            Origin="http://localhost:8080",
            Sec_Fetch_Site="same-origin",
            **headers,
        )


def request_of(
    method: str, target: str, body: bytes = b"", /, *, host: str = "localhost:8080", **headers: str
) -> bytes:
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body or method not in {"GET", "HEAD"}:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def response_of(octets: bytes) -> Response:
    head, _, body = octets.partition(b"\r\n\r\n")
    status_line, _, lines = head.decode().partition("\r\n")
    headers = dict(Parser().parsestr(lines))
    if headers.get("Transfer-Encoding") == "chunked":
        body = _joined(body)
    return Response(int(status_line.split()[1]), headers, body.decode("utf-8", "surrogateescape"))


def _joined(chunked: bytes) -> bytes:
    parts = []
    while chunked:
        size, _, rest = chunked.partition(b"\r\n")
        length = int(size, 16)
        parts.append(rest[:length])
        chunked = rest[length + 2 :]
    return b"".join(parts)


def form_of(fields: Mapping[str, str]) -> bytes:
    from urllib.parse import urlencode

    return urlencode(fields).encode()
