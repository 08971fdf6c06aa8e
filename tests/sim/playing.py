"""An SMSC to play with: virtual ESMEs, virtual instants, and everything that goes out decoded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from textwrap import dedent

from smsc_sim.scenario.account import AccountDefinition
from smsc_sim.scenario.amount import Amount
from smsc_sim.scenario.load import load_text
from smsc_sim.scenario.loaded import NO_SCENARIO, Scenario
from smsc_sim.scenario.receipt_action import ReceiptAction
from smsc_sim.scenario.reply import Reply
from smsc_sim.scenario.settings import ReceiptSettings, SmscSettings, Timers
from smsc_sim.sim.journal import Direction
from smsc_sim.sim.log_lines import Note
from smsc_sim.sim.rules.decision import Decide, Decision
from smsc_sim.sim.sessions.account import Account
from smsc_sim.sim.sessions.session import Ending, Session
from smsc_sim.sim.smsc import Smsc
from smsc_sim.smpp.commands import RESPONSE_BIT
from smsc_sim.smpp.framing import HEADER, HEADER_LENGTH, Framer
from smsc_sim.smpp.pdu import Pdu, encode
from smsc_sim.smpp.receipt_text import MessageState

START = 1_772_366_400.0
"""2026-03-01 12:00:00 UTC."""

ALPHA = AccountDefinition(system_id="alpha", password="secret1")
BETA = AccountDefinition(system_id="beta", password="secret2")

QUIET = Timers(session_init=0.0, enquire_link=0.0, inactivity=0.0, response=0.0)
"""No timer ever asks for anything."""


def smsc_settings(
    *,
    timers: Timers = QUIET,
    receipts: ReceiptSettings | None = None,
    frame_limit: int = 131072,
    error_bodies: bool = False,
    max_sessions: int = 20_000,
) -> SmscSettings:
    """Settings without timers, unless they are given."""
    return SmscSettings(
        timers=timers,
        receipts=receipts or ReceiptSettings(),
        frame_limit=frame_limit,
        error_bodies=error_bodies,
        max_sessions=max_sessions,
    )


@dataclass(frozen=True)
class Address:
    ton: int = 1
    npi: int = 1
    octets: bytes = b""

    @property
    def wire(self) -> bytes:
        return bytes([self.ton, self.npi]) + self.octets + b"\0"


@dataclass(frozen=True)
class SubmitSm:
    """A submit_sm octet by octet, so that it can be wrong in every place."""

    service_type: bytes = b""
    source: Address = Address(5, 0, b"Sender")
    destination: Address = Address(1, 1, b"491701234567")
    esm_class: int = 0
    protocol_id: int = 0
    priority_flag: int = 0
    schedule_delivery_time: bytes = b""
    validity_period: bytes = b""
    registered_delivery: int = 1
    replace_if_present_flag: int = 0
    data_coding: int = 0
    sm_default_msg_id: int = 0
    text: bytes = b"Hello"
    sm_length: int | None = None
    tlvs: bytes = b""
    command_status: int = 0

    def wire(self, sequence_number: int = 1) -> bytes:
        body = b"".join(
            (
                self.service_type + b"\0",
                self.source.wire,
                self.destination.wire,
                bytes([self.esm_class, self.protocol_id, self.priority_flag]),
                self.schedule_delivery_time + b"\0",
                self.validity_period + b"\0",
                bytes(
                    [
                        self.registered_delivery,
                        self.replace_if_present_flag,
                        self.data_coding,
                        self.sm_default_msg_id,
                        len(self.text) if self.sm_length is None else self.sm_length,
                    ]
                ),
                self.text,
                self.tlvs,
            )
        )
        return frame(4, body, sequence_number, self.command_status)


def scenario(text: str) -> Scenario:
    """The scenario whose keys, beside its version, are in the text."""
    return load_text(f"smsc: 1\n{dedent(text)}\n", "test.yaml")


def rule(text: str) -> Scenario:
    """The scenario whose one rule has these keys beside its name, ``r``."""
    return scenario(f"rules:\n  - {{name: r, {text}}}")


def frame(command_id: int, body: bytes = b"", sequence_number: int = 1, command_status: int = 0) -> bytes:
    """A PDU of any octets whose command_length is right."""
    return HEADER.pack(HEADER_LENGTH + len(body), command_id, command_status, sequence_number) + body


@dataclass(eq=False)
class Esme:
    """The other end of one session; it is the session's link as well."""

    play: Play
    session: Session = field(init=False)
    octets: bytearray = field(default_factory=bytearray)
    """Everything that came from the SMSC."""
    writes: list[bytes] = field(default_factory=list)
    ending: Ending = Ending.NONE
    endings: int = 0
    frozen: bool = False
    held: bool = False
    raw: bool = False
    """Whether what comes is not looked at, because it is no PDUs."""
    _framer: Framer = field(default_factory=Framer)
    _pdus: list[Pdu] = field(default_factory=list)

    def carry_out(self, octets: bytes, ending: Ending) -> None:
        if octets:
            assert not self.ending, "nothing may be written on a connection that was ended"
            self.octets += octets
            self.writes.append(octets)
            for octets_of_one in () if self.raw else self._framer.feed(octets):
                pdu = Pdu(octets_of_one)
                pdu.check(0x50)
                self._pdus.append(pdu)
                self.play.sent.append((self, pdu))
        if ending:
            self.endings += not self.ending
            self.ending = ending

    def drop(self) -> None:
        self.ending = Ending.ABORT

    def freeze(self) -> None:
        self.frozen = True

    def hold(self, waits: bool) -> None:
        self.held = waits

    def give(self, *octets: bytes) -> list[Pdu]:
        """Let the SMSC read these octets, each part in a read of its own; returns what comes back."""
        smsc = self.play.smsc
        for part in octets:
            if self.session.number in smsc.sessions:
                smsc.receive(self.session, part, self.play.now)
                self.play.settle()
        return self.take()

    def take(self) -> list[Pdu]:
        """What has come from the SMSC since the last time."""
        taken, self._pdus = self._pdus, []
        return taken

    def ask(
        self,
        command: str,
        *,
        sequence_number: int = 1,
        tlvs: Iterable[tuple[str | int, object]] = (),
        **fields: object,
    ) -> Pdu:
        """Send a request; returns its answer and leaves what else comes to be taken."""
        return self._answer_to(encode(command, sequence_number=sequence_number, fields=fields, tlvs=tlvs))

    def submit(self, message: SubmitSm | None = None, sequence_number: int = 1) -> Pdu:
        """Submit one message; returns the response and leaves what else comes to be taken."""
        return self._answer_to((message or SubmitSm()).wire(sequence_number))

    def _answer_to(self, octets: bytes) -> Pdu:
        earlier = self.take()
        came = self.give(octets)
        (answer,) = (pdu for pdu in came if pdu.command_id & RESPONSE_BIT)
        self.leave(*earlier, *(pdu for pdu in came if pdu is not answer))
        return answer

    def leave(self, *pdus: Pdu) -> None:
        """Put PDUs that were taken back."""
        self._pdus[:0] = pdus

    def answer(self, request: Pdu, command_status: int = 0) -> list[Pdu]:
        """Answer one deliver_sm; returns what that brings."""
        return self.give(frame(request.command_id | RESPONSE_BIT, b"\0", request.sequence_number, command_status))

    def hang_up(self, reason: str = "") -> None:
        """The connection goes."""
        self.play.smsc.disconnected(self.session, self.play.now, reason)
        self.play.settle()


class Play:
    """One SMSC, its ESMEs and the instant."""

    def __init__(
        self,
        *accounts: AccountDefinition,
        settings: SmscSettings | None = None,
        scenario: Scenario = NO_SCENARIO,
        seed: int = 0,
        decide: Decide | None = None,
        fast: bool = True,
        now: float = START,
    ) -> None:
        """``accounts``: those of the scenario if none are given, and alpha and beta if it has none either."""
        self.smsc = Smsc(
            settings or smsc_settings(),
            accounts or scenario.accounts or (ALPHA, BETA),
            scenario=scenario,
            seed=seed,
            now=now,
            decide=decide,
            fast=fast,
        )
        self.now = now
        self.notes: list[Note] = []
        self.esmes: list[Esme] = []
        self.sent: list[tuple[Esme, Pdu]] = []
        """All PDUs of the SMSC on all sessions, in the order written."""

    def connect(self, host: str = "127.0.0.1", tls: str = "") -> Esme:
        number = len(self.esmes) + 1
        esme = Esme(self)
        esme.session = self.smsc.connected(f"{host}:{50_000 + number}", host, self.now, tls=tls, link=esme)
        self.esmes.append(esme)
        self.settle()
        return esme

    def bind(
        self,
        bind_type: str = "transceiver",
        account: AccountDefinition = ALPHA,
        *,
        version: int = 0x34,
        host: str = "127.0.0.1",
        tls: str = "",
    ) -> Esme:
        """A session that is bound; what came after the response is left to be taken."""
        esme = self.connect(host, tls)
        first, *others = esme.give(bind_octets(bind_type, account.system_id, account.password, version))
        assert (first.name, first.command_status) == (f"bind_{bind_type}_resp", 0)
        esme.leave(*others)
        return esme

    def settle(self) -> None:
        """Carry out what the last event left to do, as the driver does."""
        for session in self.smsc.take_touched():
            if session.link is not None:
                session.link.carry_out(self.smsc.take_output(session, self.now), session.ending)
        self.notes += self.smsc.take_notes()

    def advance(self, seconds: float) -> None:
        """Let time pass, with everything that falls due in it at its instant."""
        target = self.now + seconds
        while (due := self.smsc.next_due()) is not None and due <= target:
            self.now = max(self.now, due)
            self.smsc.run_until(self.now)
            self.settle()
        self.now = target
        self.smsc.run_until(target)
        self.settle()

    def account(self, definition: AccountDefinition = ALPHA) -> Account:
        account = self.smsc.accounts.find(definition.system_id)
        assert account is not None
        return account

    def journal(self) -> dict[tuple[int, Direction], bytes]:
        """The octets that the journal holds, by session number and direction."""
        joined: dict[tuple[int, Direction], bytes] = {}
        for _, number, direction, octets in reversed(list(self.smsc.journal.newest_first())):
            joined[number, direction] = joined.get((number, direction), b"") + octets
        return joined

    def obey(self, obeyed: Scenario, seed: int = 0) -> None:
        """Load another scenario while everything runs."""
        self.smsc.obey(obeyed, seed, self.now)
        self.settle()

    def said(self, words: str) -> list[Note]:
        """The notes whose text has these words."""
        return [note for note in self.notes if words in note.text]


def bind_octets(
    bind_type: str = "transceiver",
    system_id: str = "alpha",
    password: str = "secret1",
    version: int = 0x34,
    sequence_number: int = 1,
    **fields: object,
) -> bytes:
    values: Mapping[str, object] = {
        "system_id": system_id,
        "password": password,
        "interface_version": version,
        **fields,
    }
    return encode(f"bind_{bind_type}", sequence_number=sequence_number, fields=values)


def text_of(pdu: Pdu) -> bytes:
    """The short_message of a deliver_sm."""
    text = pdu.fields["short_message"]
    assert isinstance(text, bytes)
    return text


def message_id_of(pdu: Pdu) -> str:
    """The message_id of a response, or the one that a receipt is about."""
    if pdu.name == "deliver_sm":
        return text_of(pdu).decode("latin-1").split(" ", 1)[0].removeprefix("id:")
    return str(pdu.fields["message_id"])


def brief(pdus: Iterable[Pdu]) -> list[tuple[str, int, int]]:
    """Name, command_status and sequence_number of each."""
    return [(pdu.name, pdu.command_status, pdu.sequence_number) for pdu in pdus]


def plan(state: MessageState = MessageState.DELIVERED, err: str = "000", after: float | None = None) -> ReceiptAction:
    """A receipt as a rule would ask for it."""
    return ReceiptAction(((state, 1.0),), err=err, after=None if after is None else Amount.fixed(after))


def decided(status: int = 0, delay: float = 0.0, receipts: tuple[ReceiptAction, ...] | None = None) -> Decision:
    """A decision as a rule would make it."""
    reply = Reply(status=status, by_name=False, delay=Amount.fixed(delay) if delay else None)
    return Decision(
        reply=reply,
        receipts=(ReceiptAction(),) if receipts is None else receipts,
        refusal=status if reply.is_plain else 0,
    )
