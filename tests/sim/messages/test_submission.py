"""Messages submitted: limits, decisions, delays, and the three PDUs that carry them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario.account import AccountDefinition
from smsc_sim.scenario.values import parse_rate
from smsc_sim.sim.receipts.quoting import quoted_octets
from smsc_sim.sim.rules.decision import Decision
from smsc_sim.sim.sessions.session import Session
from smsc_sim.smpp.pdu import Pdu, encode
from smsc_sim.smpp.status import CommandStatus
from tests.sim.playing import Address, Play, SubmitSm, brief, decided, message_id_of, text_of

THROTTLED = CommandStatus.ESME_RTHROTTLED


def account(**limits: Any) -> AccountDefinition:
    rate = limits.pop("throughput", None)
    return AccountDefinition(
        system_id="alpha", password="secret1", throughput=parse_rate(rate) if rate else None, **limits
    )


def read_of(count: int, message: SubmitSm | None = None) -> bytes:
    return b"".join((message or SubmitSm(registered_delivery=0)).wire(number) for number in range(1, count + 1))


def statuses(pdus: list[Pdu]) -> list[int]:
    return [pdu.command_status for pdu in pdus]


# Throughput


def test_throughput_is_a_sliding_window_for_each_session() -> None:
    game = Play(account(throughput="5/s"))
    first, second = game.bind(), game.bind()
    assert statuses(first.give(read_of(8))) == [0] * 5 + [THROTTLED] * 3
    assert statuses(second.give(read_of(6))) == [0] * 5 + [THROTTLED]
    game.advance(0.99)
    assert statuses(first.give(read_of(1))) == [THROTTLED]
    game.advance(0.01)
    assert statuses(first.give(read_of(6))) == [0] * 5 + [THROTTLED]
    assert game.smsc.counters.messages_accepted == 15
    assert game.smsc.counters.messages_refused == 6


def test_throughput_of_an_account_is_shared_by_its_sessions() -> None:
    game = Play(account(throughput="5/s per account"))
    first, second = game.bind(), game.bind("transmitter")
    assert statuses(first.give(read_of(3))) == [0] * 3
    assert statuses(second.give(read_of(4))) == [0, 0, THROTTLED, THROTTLED]
    game.advance(1.0)
    assert statuses(second.give(read_of(1))) == [0]


def test_refused_messages_do_not_fill_the_window_over_the_wire_either() -> None:
    game = Play(account(throughput="5/s"))
    esme = game.bind()
    accepted = []
    for _ in range(5):
        within = 0
        for _ in range(8):
            within += esme.submit(SubmitSm(registered_delivery=0)).command_status == 0
            game.advance(0.125)
        accepted.append(within)
    assert accepted == [5] * 5


def test_the_status_of_too_much_can_be_chosen() -> None:
    game = Play(account(throughput="1/s", throughput_status=0x40B))
    assert statuses(game.bind().give(read_of(2))) == [0, 0x40B]


# The window


def test_more_requests_in_one_read_than_the_window_are_too_many() -> None:
    game = Play(account(window=3))
    esme = game.bind()
    assert statuses(esme.give(read_of(5))) == [0, 0, 0, THROTTLED, THROTTLED]
    # The next read begins anew: the ESME has had its responses.
    assert statuses(esme.give(read_of(3))) == [0, 0, 0]


def test_delayed_responses_fill_the_window_until_they_have_left() -> None:
    game = Play(account(window=2, window_status=0x400), decide=lambda *_: decided(delay=5.0))
    esme = game.bind()
    assert esme.give(SubmitSm().wire(1), SubmitSm().wire(2)) == []
    assert brief(esme.give(SubmitSm().wire(3))) == [("submit_sm_resp", 0x400, 3)]
    game.advance(5.02)
    assert brief(esme.take()) == [("submit_sm_resp", 0, 1), ("submit_sm_resp", 0, 2)]
    assert esme.session.replies_pending == 0
    assert esme.give(SubmitSm().wire(4)) == []


def test_the_window_is_of_one_session() -> None:
    game = Play(account(window=1), decide=lambda *_: decided(delay=5.0))
    first, second = game.bind(), game.bind()
    assert first.give(SubmitSm().wire()) == []
    assert second.give(SubmitSm().wire()) == []
    assert statuses(first.give(SubmitSm().wire())) == [THROTTLED]


def test_what_a_limit_refuses_the_rules_are_not_asked_about() -> None:
    asked = []

    def decide(*arguments: object) -> None:
        asked.append(arguments)

    game = Play(account(window=1), decide=decide)
    game.bind().give(read_of(4))
    assert len(asked) == 1


# Delays


def test_responses_may_overtake_each_other() -> None:
    delays = iter((3.0, 1.0, 0.0))
    game = Play(decide=lambda *_: decided(delay=next(delays)))
    esme = game.bind()
    (first,) = esme.give(read_of(3))
    game.advance(5.0)
    assert [pdu.sequence_number for pdu in (first, *esme.take())] == [3, 2, 1]


def test_a_delayed_refusal_is_delayed() -> None:
    game = Play(decide=lambda *_: decided(0x400, delay=1.0))
    esme = game.bind()
    assert esme.give(SubmitSm().wire()) == []
    game.advance(1.02)
    assert statuses(esme.take()) == [0x400]
    assert game.smsc.counters.messages_refused == 1


def test_a_response_whose_session_is_gone_is_not_sent() -> None:
    game = Play(decide=lambda *_: decided(delay=1.0))
    esme = game.bind()
    esme.give(SubmitSm().wire())
    esme.hang_up()
    game.advance(2.0)
    assert esme.take() == []
    assert game.smsc.counters.internal_errors == 0


def test_a_response_whose_session_has_been_ended_is_not_journalled_as_sent() -> None:
    game = Play(decide=lambda *_: decided(delay=1.0))
    esme = game.bind()
    esme.give(SubmitSm().wire())
    game.smsc.end(esme.session, game.now, "for a test", "info")
    game.settle()
    before = game.journal()
    game.advance(2.0)
    assert game.journal() == before
    assert esme.take() == []


def test_a_response_still_leaves_after_the_esme_has_unbound() -> None:
    game = Play(decide=lambda *_: decided(delay=0.5))
    esme = game.bind()
    esme.give(SubmitSm().wire(5), encode("unbind", sequence_number=6))
    game.advance(0.6)
    assert brief(esme.take()) == [("submit_sm_resp", 0, 5)]


# What is asked


@pytest.mark.parametrize("fast", [True, False])
def test_the_rules_see_the_pdu_and_its_destination(fast: bool) -> None:
    asked: list[tuple[Session, bytes, bytes, float]] = []

    def decide(
        session: Session, octets: bytes, start: int, stop: int, to_start: int, to_end: int, now: float
    ) -> Decision | None:
        asked.append((session, octets[start:stop], octets[to_start:to_end], now))
        return None

    game = Play(decide=decide, fast=fast)
    esme = game.bind()
    usual = SubmitSm(destination=Address(octets=b"4917\xe9")).wire(1)
    odd = SubmitSm(destination=Address(octets=b"1"), validity_period=b"000000010000000R").wire(2)
    data = encode("data_sm", sequence_number=3, fields={"destination_addr": "2"}, tlvs=[("message_payload", b"x")])
    places = [{"dest_flag": 1, "destination_addr": number} for number in ("3", "4")]
    unknown = {"dest_flag": 2, "dl_name": "list"}
    multi = encode("submit_multi", sequence_number=4, fields={"dest_addresses": [unknown, *places]})
    known = encode("submit_multi", sequence_number=4, fields={"dest_addresses": places})
    broken = SubmitSm(service_type=b"toolong").wire(5)
    assert statuses(esme.give(usual + odd + data + multi + broken)) == [0, 0, 0, 0, CommandStatus.ESME_RINVSERTYP]
    assert asked == [
        (esme.session, usual, b"4917\xe9", game.now),
        (esme.session, odd, b"1", game.now),
        (esme.session, data, b"2", game.now),
        (esme.session, known, b"3", game.now),
        (esme.session, known, b"4", game.now),
    ]


# Fields


@pytest.mark.parametrize(
    ("field", "text", "status"),
    [
        ("validity_period", b"000000010000000R", 0),
        ("validity_period", b"261231235959948-", 0),
        ("schedule_delivery_time", b"261231235959900+", 0),
        ("schedule_delivery_time", b"261331235959900+", CommandStatus.ESME_RINVSCHED),
        ("schedule_delivery_time", b"2612312359599000", CommandStatus.ESME_RINVSCHED),
        ("schedule_delivery_time", b"26123123", CommandStatus.ESME_RINVSCHED),
        ("validity_period", b"261231235959949+", CommandStatus.ESME_RINVEXPIRY),
        ("validity_period", b"tomorrow at noon", CommandStatus.ESME_RINVEXPIRY),
    ],
)
def test_times_are_looked_at(field: str, text: bytes, status: int) -> None:
    message = SubmitSm(**{field: text})  # type: ignore[arg-type]
    assert Play().bind().submit(message).command_status == status


def test_a_message_of_255_octets_is_taken_as_5_0_allows() -> None:
    assert Play().bind().submit(SubmitSm(text=b"x" * 255)).command_status == 0


@pytest.mark.parametrize("data_coding", [0x0B, 0x7F, 0xFF])
def test_reserved_codings_are_no_errors(data_coding: int) -> None:
    assert Play().bind().submit(SubmitSm(data_coding=data_coding)).command_status == 0


# data_sm


def test_data_sm_needs_a_payload() -> None:
    esme = Play().bind()
    assert esme.ask("data_sm", destination_addr="1").command_status == CommandStatus.ESME_RMISSINGOPTPARAM
    assert esme.ask("data_sm", destination_addr="1", tlvs=[("message_payload", b"")]).command_status == 0


def test_data_sm_gets_a_receipt() -> None:
    game = Play()
    esme = game.bind()
    response = esme.ask(
        "data_sm",
        source_addr="5",
        destination_addr="4917",
        registered_delivery=1,
        data_coding=8,
        tlvs=[("message_payload", "\xe9".encode("utf-16-be"))],
    )
    game.advance(1.02)
    (receipt,) = esme.take()
    assert message_id_of(receipt) == message_id_of(response)
    assert (receipt.fields["source_addr"], receipt.fields["destination_addr"]) == ("4917", "5")
    assert text_of(receipt).endswith(b" text:\x05")


@pytest.mark.parametrize(
    ("field", "status"),
    [("source_addr", CommandStatus.ESME_RINVSRCADR), ("destination_addr", CommandStatus.ESME_RINVDSTADR)],
)
def test_addresses_of_data_sm_that_no_receipt_could_carry(field: str, status: int) -> None:
    game = Play()
    esme = game.bind()
    for length, wanted in ((20, 0), (21, status), (64, status)):
        fields: dict[str, Any] = {field: "1" * length, "registered_delivery": 1}
        answer = esme.ask("data_sm", tlvs=[("message_payload", b"x")], **fields)
        assert answer.command_status == wanted
    game.advance(1.02)
    assert len(esme.take()) == 1
    assert game.smsc.counters.internal_errors == 0


# submit_multi


def test_lists_are_unknown_and_the_others_get_their_message() -> None:
    game = Play()
    esme = game.bind()
    response = esme.ask(
        "submit_multi",
        registered_delivery=1,
        dest_addresses=[
            {"dest_flag": 1, "dest_addr_ton": 1, "dest_addr_npi": 1, "destination_addr": "11"},
            {"dest_flag": 2, "dl_name": "friends"},
            {"dest_flag": 1, "destination_addr": "12"},
        ],
    )
    assert response.command_status == 0
    assert response.fields["unsuccess_smes"] == [
        {
            "dest_addr_ton": 0,
            "dest_addr_npi": 0,
            "destination_addr": "friends",
            "error_status_code": CommandStatus.ESME_RINVDLNAME,
        }
    ]
    game.advance(1.02)
    assert [pdu.fields["source_addr"] for pdu in esme.take()] == ["11", "12"]
    assert game.smsc.counters.messages_accepted == 1


def test_lists_alone_are_refused() -> None:
    answer = Play().bind().ask("submit_multi", dest_addresses=[{"dest_flag": 2, "dl_name": "friends"}])
    assert (answer.name, answer.command_status) == ("submit_multi_resp", CommandStatus.ESME_RINVDLNAME)


def test_a_receiver_of_3_4_may_send_data_sm_only() -> None:
    esme = Play().bind("receiver")
    assert esme.ask("data_sm", tlvs=[("message_payload", b"x")]).command_status == 0
    assert esme.submit().command_status == CommandStatus.ESME_RINVBNDSTS


@given(st.binary(max_size=300), st.integers(0, 255), st.integers(0, 255))
def test_quoted_text_is_short_and_of_the_default_alphabet(text: bytes, esm_class: int, data_coding: int) -> None:
    quoted = quoted_octets(text, esm_class, data_coding)
    assert len(quoted) <= 40
    assert not set(quoted) & {0x0A, 0x0D}
    assert all(octet < 0x80 for octet in quoted)
