"""The fast lane against the full decoder: the same octets in, the same octets, records and counters out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario.account import AccountDefinition
from smsc_sim.scenario.settings import ReceiptSettings, Timers
from smsc_sim.scenario.values import parse_rate
from smsc_sim.sim.messages.message_ids import BLOCK
from smsc_sim.sim.messages.positions import find_destination
from smsc_sim.sim.rules.decision import Decision
from smsc_sim.sim.sessions.session import Session
from smsc_sim.smpp.pdu import encode
from smsc_sim.smpp.receipt_text import MessageState
from smsc_sim.smpp.status import CommandStatus
from tests.sim.playing import (
    ALPHA,
    BETA,
    Address,
    Play,
    SubmitSm,
    bind_octets,
    brief,
    decided,
    frame,
    plan,
    smsc_settings,
)

DELIVER_SM_RESP = 0x80000005

T = TypeVar("T")

octet = st.integers(0, 255)


def weighted(*choices: tuple[int, st.SearchStrategy[T]]) -> st.SearchStrategy[T]:
    """One of the strategies, each as often as its weight says."""
    return st.sampled_from([strategy for weight, strategy in choices for _ in range(weight)]).flatmap(
        lambda chosen: chosen
    )


def often(usual: int, *others: int) -> st.SearchStrategy[int]:
    return weighted((8, st.just(usual)), (2, st.sampled_from([usual, *others])), (1, octet))


def address_octets(*lengths: int) -> st.SearchStrategy[bytes]:
    return (
        st.sampled_from(lengths)
        .flatmap(lambda length: st.binary(min_size=length, max_size=length))
        .map(lambda octets: octets.replace(b"\0", b"0"))
    )


addresses = st.builds(Address, octet, octet, st.just(b"491701234567") | address_octets(0, 1, 19, 20))
septets = st.lists(
    st.sampled_from([b"\x1b", b"\x1be", b"\x1b\x14", b"\n", b"\r", b"\0", b"@", b"\x7f", b"\x80", b"\xff", b"{", b"a"]),
    max_size=40,
).map(b"".join)
headers = st.sampled_from([b"\x05\x00\x03\x07\x02\x01", b"\x06\x08\x04\x00\x07\x02\x01", b"\x05\x00", b"\x00", b""])
texts = weighted(
    (4, septets),
    (1, st.binary(max_size=30)),
    (1, st.text(max_size=20).map(lambda text: text.encode("utf-16-be", "replace"))),
    (1, st.builds(bytes.__add__, headers, septets)),
    (1, st.sampled_from([b"", b"x" * 19 + b"\x1be", b"x" * 20 + b"\x1be", b"y" * 20 + b"!", b"z" * 254])),
)
usual_messages = st.builds(
    SubmitSm,
    service_type=st.sampled_from([b"", b"", b"CMT", b"VMA12", b"\xe9"]),
    source=st.just(Address(5, 0, b"Sender")) | addresses,
    destination=addresses,
    esm_class=often(0, 0x40, 0x43, 0xC0),
    protocol_id=often(0),
    priority_flag=often(0),
    registered_delivery=often(1, 3, 0, 2, 0x11),
    replace_if_present_flag=often(0),
    data_coding=often(0, 1, 3, 4, 8, 0xF0, 0xF5),
    sm_default_msg_id=often(0),
    text=texts,
)
times = st.sampled_from(
    [b"000000000100000R", b"261122100000000+", b"261322100000000+", b"26112210000000+", b"tomorrow at noon", b"x"]
)
odd_fields: dict[str, st.SearchStrategy[object]] = {
    "service_type": st.sampled_from([b"WAPPUS", b"WAPPUSH"]),
    "source": st.builds(Address, octet, octet, address_octets(21, 22, 30)),
    "destination": st.builds(Address, octet, octet, address_octets(21, 22, 30)),
    "schedule_delivery_time": times,
    "validity_period": times,
    "sm_length": st.sampled_from([0, 1, 5, 254, 255]),
    "text": st.sampled_from([b"v" * 255, b"w" * 256]),
    "tlvs": st.sampled_from(
        [
            bytes.fromhex("0424 0003 616263"),
            bytes.fromhex("020c 0002 0102"),
            bytes.fromhex("1400 0000"),
            bytes.fromhex("020c 0001 01"),
            bytes.fromhex("0424 00"),
            b"\0",
        ]
    ),
    "command_status": st.sampled_from([1, 0x80000000]),
}
"""What the lane must leave to the full decoder, which takes some of it and refuses the rest."""


@st.composite
def odd_messages(draw: st.DrawFn) -> SubmitSm:
    message = draw(usual_messages)
    changes: dict[str, Any] = {
        name: draw(odd_fields[name])
        for name in draw(st.sets(st.sampled_from(sorted(odd_fields)), min_size=1, max_size=2))
    }
    if changes.get("sm_length") == len(message.text):
        del changes["sm_length"]
    if len(changes.get("text", b"")) == 256:
        changes["sm_length"] = 255
    return replace(message, **changes)


messages = weighted((2, usual_messages), (1, odd_messages()))
numbers = st.integers(0, 12) | st.sampled_from([0x7FFFFFFF, 0xFFFFFFFF])
bodies = st.sampled_from([b"", b"", b"\0", b"\0", b"x", b"\0\0", b"id\0", b"\0" + bytes.fromhex("1400 0000"), b"id"])
statuses = st.sampled_from([0, 0, 0, 0, 0x14, 0x64, 0x65, 0x58, 0x400])


@dataclass(frozen=True)
class Cut:
    """A PDU whose command_length leaves octets out or takes more."""

    pdu: bytes
    by: int

    @property
    def octets(self) -> bytes:
        length = max(16, int.from_bytes(self.pdu[:4], "big") + self.by)
        whole = self.pdu + bytes(max(0, self.by))
        return length.to_bytes(4, "big") + whole[4:length]


submits = st.builds(SubmitSm.wire, messages, numbers)
acknowledgements = st.builds(
    lambda body, number, status: frame(DELIVER_SM_RESP, body, number, status), bodies, numbers, statuses
)
others = st.sampled_from(
    [
        encode("enquire_link", sequence_number=77),
        encode("enquire_link_resp", sequence_number=1),
        encode("generic_nack", sequence_number=2, command_status=3),
        encode("query_sm", sequence_number=78, fields={"message_id": "0000000001"}),
        encode("submit_sm_resp", sequence_number=1, fields={"message_id": "1"}),
        encode("data_sm", sequence_number=79, fields={"registered_delivery": 1}, tlvs=[("message_payload", b"data")]),
        bind_octets(sequence_number=80),
        frame(0x999, b"what", 81),
    ]
)
cut = st.builds(Cut, submits | acknowledgements, st.integers(-20, 20)).map(lambda each: each.octets)
rare = st.sampled_from([encode("unbind", sequence_number=82), b"\0\0\0\x0f", b"GET / HTTP/1.1\r\n\r\n"])
pieces = weighted((4, submits), (3, acknowledgements), (1, cut), (1, others))


@dataclass(frozen=True)
class Read:
    """Octets on one of the sessions."""

    esme: int
    octets: bytes


@dataclass(frozen=True)
class Pass:
    """Time passes."""

    seconds: float


streams = st.lists(pieces, min_size=1, max_size=6).map(b"".join)
broken = st.builds(lambda good, bad: good + bad, streams, rare)
reads = st.builds(Read, st.integers(0, 3), weighted((7, streams), (1, broken)))
passes = st.builds(Pass, st.sampled_from([0.0, 0.5, 1.02, 5.1]))
stories = st.lists(weighted((2, reads), (1, passes)), max_size=10)


def play(story: list[Read | Pass], *, fast: bool, **options: object) -> Play:
    """Two transceivers of one account, one of them over 5.0, a 3.3 session of another, and a transmitter."""
    receipts = ReceiptSettings(window=3, queue=5, **options)  # type: ignore[arg-type]
    game = Play(settings=smsc_settings(receipts=receipts, timers=Timers(response=2.0)), fast=fast)
    esmes = [
        game.bind(),
        game.bind(version=0x50),
        game.bind(account=BETA, version=0x33),
        game.bind("transmitter"),
    ]
    for step in story:
        if isinstance(step, Pass):
            game.advance(step.seconds)
        elif not esmes[step.esme].ending:
            esmes[step.esme].give(step.octets)
    game.advance(1.5)
    return game


def counted(play: Play) -> tuple[object, ...]:
    smsc = play.smsc
    sent = smsc.breakdown.all_sent(smsc.counters.receipts_sent, smsc.delivery.writer.in_data_sm)
    received = smsc.breakdown.all_received()
    assert sum(received.values()) == sum(session.received for session in smsc.sessions.values())
    assert sum(sent.values()) == sum(session.sent for session in smsc.sessions.values())
    return received, sent, smsc.breakdown.errors


def assert_alike(one: Play, other: Play) -> None:
    assert [bytes(esme.octets) for esme in one.esmes] == [bytes(esme.octets) for esme in other.esmes]
    assert [esme.ending for esme in one.esmes] == [esme.ending for esme in other.esmes]
    assert list(one.smsc.journal.newest_first()) == list(other.smsc.journal.newest_first())
    assert one.smsc.counters == other.smsc.counters
    assert counted(one) == counted(other)
    assert one.notes == other.notes
    for left, right in zip(one.smsc.accounts, other.smsc.accounts, strict=True):
        assert (left.pending, left.waiting, left.attempts) == (right.pending, right.waiting, right.attempts)
    for left_esme, right_esme in zip(one.esmes, other.esmes, strict=True):
        left_session, right_session = left_esme.session, right_esme.session
        assert (left_session.received, left_session.sent) == (right_session.received, right_session.sent)
        assert left_session.outstanding == right_session.outstanding


@given(stories, st.sampled_from(["same", "other", "any", "least_loaded", "round_robin"]))
def test_with_and_without_the_lane_nothing_differs(story: list[Read | Pass], via: str) -> None:
    assert_alike(play(story, fast=True, via=via), play(story, fast=False, via=via))


@given(st.lists(messages, min_size=1, max_size=12))
def test_every_submit_sm_gets_the_same_answer_and_receipt(submitted: list[SubmitSm]) -> None:
    def game(fast: bool) -> Play:
        one = Play(fast=fast)
        esme = one.bind()
        # Twice, for the lane remembers how the messages of a session begin.
        for _ in range(2):
            esme.give(b"".join(message.wire(number) for number, message in enumerate(submitted)))
            one.advance(1.5)
        return one

    assert_alike(game(True), game(False))


@pytest.mark.parametrize(
    "message",
    [
        SubmitSm(service_type=b"12345"),
        SubmitSm(service_type=b"123456"),
        SubmitSm(source=Address(octets=b"1" * 20)),
        SubmitSm(source=Address(octets=b"1" * 21)),
        SubmitSm(destination=Address(octets=b"1" * 20)),
        SubmitSm(destination=Address(octets=b"1" * 21)),
        # Here the octet where sm_length would be without the time agrees with the length of the PDU.
        SubmitSm(validity_period=b"x", sm_default_msg_id=6),
        SubmitSm(schedule_delivery_time=b"x", sm_default_msg_id=6),
        SubmitSm(validity_period=b"000000000100000R", text=b"y" * 32),
        SubmitSm(schedule_delivery_time=b"000000000100000R", text=b"y" * 32),
        SubmitSm(text=b"Hello", sm_length=4),
        SubmitSm(text=b"Hello", sm_length=6),
        SubmitSm(text=b"z" * 254),
        SubmitSm(text=b"z" * 255),
        SubmitSm(text=b"", tlvs=bytes.fromhex("0424 0003 616263")),
        SubmitSm(command_status=1),
    ],
    ids=lambda message: message.wire().hex(),
)
def test_at_the_borders_of_what_is_usual(message: SubmitSm) -> None:
    story: list[Read | Pass] = [Read(0, (message.wire(1) + message.wire(2))), Pass(2.0)]
    assert_alike(play(story, fast=True), play(story, fast=False))


@given(
    st.lists(
        st.tuples(st.integers(1, 9), bodies, statuses, st.sampled_from([DELIVER_SM_RESP, 0x80000000])), max_size=15
    ),
    st.integers(1, 8),
    st.sampled_from([2, 4, 1000]),
)
def test_every_answer_to_a_receipt_comes_to_the_same(
    answers: list[tuple[int, bytes, int, int]], count: int, window: int
) -> None:
    def game(fast: bool) -> Play:
        receipts = ReceiptSettings(window=window, retry=(0.5, 1.0))
        one = Play(settings=smsc_settings(receipts=receipts), fast=fast)
        esme = one.bind()
        esme.give(SubmitSm().wire() * count)
        one.advance(1.1)
        esme.give(b"".join(frame(command_id, body, number, status) for number, body, status, command_id in answers))
        one.advance(0.6)
        # Those that came again, too.
        esme.give(b"".join(frame(DELIVER_SM_RESP, b"\0", number) for number in range(1, 20)))
        one.advance(2.0)
        return one

    assert_alike(game(True), game(False))


def by_last_octet(
    session: Session, octets: bytes, start: int, stop: int, to_start: int, to_end: int, now: float
) -> Decision | None:
    """By the last octet of the destination: accept, refuse, delay, or other receipts."""
    assert octets[start : start + 4] == (stop - start).to_bytes(4, "big")
    assert start < to_start < to_end < stop
    return {
        b"1": decided(CommandStatus.ESME_RINVDSTADR),
        b"2": decided(delay=0.7),
        b"3": decided(receipts=(plan(MessageState.ENROUTE), plan(MessageState.UNDELIVERABLE, "011", 3.0))),
        b"4": decided(0x400, delay=1.0),
        b"5": decided(receipts=()),
    }.get(octets[to_end - 1 : to_end])


@given(
    st.lists(
        st.tuples(st.sampled_from(b"0123456"), st.sampled_from([0, 1, 2, 3, 0x11]), st.integers(1, 3)),
        min_size=1,
        max_size=12,
    )
)
def test_decisions_come_to_the_same(choices: list[tuple[int, int, int]]) -> None:
    def game(fast: bool) -> Play:
        asked: list[bytes] = []

        def decide(
            session: Session, octets: bytes, start: int, stop: int, to_start: int, to_end: int, now: float
        ) -> Decision | None:
            asked.append(octets[start:stop])
            return by_last_octet(session, octets, start, stop, to_start, to_end, now)

        one = Play(decide=decide, fast=fast)
        esme = one.bind()
        submitted = [
            SubmitSm(destination=Address(octets=bytes([digit])), registered_delivery=delivery).wire(number)
            for digit, delivery, number in choices
        ]
        esme.give(b"".join(submitted))
        assert asked == submitted  # each once, in order
        one.advance(10.0)
        return one

    assert_alike(game(True), game(False))


@pytest.mark.parametrize("fast", [True, False])
def test_an_error_in_the_rules_costs_its_sender_a_system_error_and_nobody_else(fast: bool) -> None:
    asked = []

    def decide(
        session: Session, octets: bytes, start: int, stop: int, to_start: int, to_end: int, now: float
    ) -> Decision | None:
        asked.append(octets[to_start:to_end])
        if octets[to_start:to_end] == b"666":
            raise ZeroDivisionError("a rule went wrong")
        return None

    game = Play(decide=decide, fast=fast)
    first, second = game.bind(), game.bind()
    good, bad = SubmitSm(destination=Address(octets=b"1")), SubmitSm(destination=Address(octets=b"666"))
    answers = first.give(good.wire(1) + bad.wire(2) + good.wire(3))
    assert brief(answers) == [
        ("submit_sm_resp", 0, 1),
        ("submit_sm_resp", CommandStatus.ESME_RSYSERR, 2),
        ("submit_sm_resp", 0, 3),
    ]
    assert [pdu.fields.get("message_id") for pdu in answers] == ["0000000001", None, "0000000002"]
    assert asked == [b"1", b"666", b"1"]
    assert second.submit(good).command_status == 0
    assert game.smsc.counters.internal_errors == 1
    (note,) = [note for note in game.notes if note.level == "error"]
    assert "ZeroDivisionError" in note.text
    assert bad.wire(2).hex() in note.text
    game.advance(2.0)
    assert len(first.take()) == 2
    assert len(second.take()) == 1
    assert not first.ending


@pytest.mark.parametrize("fast", [True, False])
def test_message_ids_go_on_over_a_block_within_one_read(fast: bool) -> None:
    game = Play(fast=fast)
    game.smsc.message_ids.low = BLOCK - 2
    answers = game.bind().give(b"".join(SubmitSm().wire(number) for number in range(1, 5)))
    assert [pdu.fields["message_id"] for pdu in answers] == ["0000009998", "0000009999", "0000010000", "0000010001"]
    assert game.smsc.message_ids.number == BLOCK + 2


@pytest.mark.parametrize("fast", [True, False])
def test_the_queue_limit_holds_within_one_read(fast: bool) -> None:
    game = Play(settings=smsc_settings(receipts=ReceiptSettings(queue=3)), fast=fast)
    answers = game.bind().give(b"".join(SubmitSm().wire(number) for number in range(1, 6)))
    assert [pdu.command_status for pdu in answers] == [
        0,
        0,
        0,
        CommandStatus.ESME_RMSGQFUL,
        CommandStatus.ESME_RMSGQFUL,
    ]


def test_the_lane_is_what_handles_the_usual_pdus(monkeypatch: pytest.MonkeyPatch) -> None:
    game = Play()
    esme = game.bind()
    monkeypatch.setattr(game.smsc._operations, "handle", lambda *_: pytest.fail("this is for the fast lane"))
    answers = esme.give(
        SubmitSm().wire(1)
        + SubmitSm(text=b"", registered_delivery=0).wire(2)
        + SubmitSm(text=b"x" * 254, data_coding=8).wire(3)
        + SubmitSm(service_type=b"VMA12", source=Address(octets=b"1" * 20), destination=Address(octets=b"2" * 20)).wire(
            4
        )
    )
    assert brief(answers) == [("submit_sm_resp", 0, number) for number in (1, 2, 3, 4)]
    game.advance(1.1)
    receipts = esme.take()
    assert len(receipts) == 3
    assert esme.give(*(frame(DELIVER_SM_RESP, b"\0", pdu.sequence_number) for pdu in receipts[:2])) == []
    assert esme.give(frame(DELIVER_SM_RESP, b"", receipts[2].sequence_number)) == []
    assert game.account().pending == 0


@pytest.mark.parametrize(
    "limits",
    [
        {"window": 2},
        {"throughput": "2/s"},
        {"throughput": "2/s per account"},
    ],
)
def test_limited_accounts_take_the_full_decoder(limits: dict[str, object]) -> None:
    rate = limits.get("throughput")
    account = AccountDefinition(
        system_id="alpha",
        password="secret1",
        window=limits.get("window"),  # type: ignore[arg-type]
        throughput=parse_rate(str(rate)) if rate else None,
    )
    game = Play(account)
    answers = game.bind().give(b"".join(SubmitSm().wire(number) for number in (1, 2, 3)))
    assert [pdu.command_status for pdu in answers] == [0, 0, CommandStatus.ESME_RTHROTTLED]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"\0\1\1\0\2\2", 6),
        (b"CMT\0\1\1abc\0\2\2", 12),
        (b"123456\0\1\1\0\2\2", 0),
        (b"\0\1\1" + b"a" * 21 + b"\0", 0),
        (b"", 0),
    ],
)
def test_the_destination_is_found_behind_the_fields_before_it(body: bytes, found: int) -> None:
    assert find_destination(bytes(16) + body, 16) == (16 + found if found else 0)


def test_different_accounts_do_not_share_what_the_lane_remembers() -> None:
    game = Play()
    one, two = game.bind(), game.bind(account=BETA)
    one.submit(SubmitSm(source=Address(5, 0, b"One")))
    two.submit(SubmitSm(source=Address(5, 0, b"Two")))
    one.submit(SubmitSm(source=Address(5, 0, b"One")))
    game.advance(1.1)
    assert [pdu.fields["destination_addr"] for pdu in one.take()] == ["One", "One"]
    assert [pdu.fields["destination_addr"] for pdu in two.take()] == ["Two"]


def test_remembered_shapes_are_bounded() -> None:
    game = Play(ALPHA)
    esme = game.bind()
    for protocol_id in range(256):
        for priority_flag in range(4):
            esme.give(SubmitSm(protocol_id=protocol_id, priority_flag=priority_flag, registered_delivery=0).wire())
    lane = game.smsc._lane
    assert lane is not None
    assert len(lane._shapes) <= 1001
    assert game.smsc.counters.messages_accepted == 1024
