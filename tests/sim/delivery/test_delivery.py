"""Receipts on their way: which bind gets them, what waits, what is sent again, what is given up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario.account import AccountDefinition
from smsc_sim.scenario.settings import ReceiptSettings, Timers
from smsc_sim.scenario.values import Pace, QueueFull, ReceiptsVia
from smsc_sim.sim.messages.ledger import FAILED
from smsc_sim.sim.sessions.session import LAST_SEQUENCE_NUMBER
from smsc_sim.smpp.commands import CommandId
from smsc_sim.smpp.pdu import Pdu, encode
from smsc_sim.smpp.status import CommandStatus
from tests.sim.playing import BETA, Esme, Play, SubmitSm, bind_octets, frame, message_id_of, smsc_settings

POLICIES: tuple[ReceiptsVia, ...] = ("same", "other", "any", "least_loaded", "round_robin")
TEMPORARY = ("ESME_RMSGQFUL", "ESME_RX_T_APPN", "ESME_RTHROTTLED", "ESME_RSYSERR")
PERMANENT = ("ESME_RX_R_APPN", "ESME_RX_P_APPN", "ESME_RINVDSTADR", "ESME_RUNKNOWNERR", "ESME_RINVCMDID")


def game_of(
    via: ReceiptsVia = "same",
    *,
    window: int = 1000,
    response: float = 0.0,
    retry: tuple[float, ...] = (5.0, 15.0, 60.0, 300.0),
    keep: float = 86400.0,
    queue: int = 1_000_000,
    fast: bool = True,
) -> Play:
    receipts = ReceiptSettings(via=via, window=window, retry=retry, keep=keep, queue=queue)
    timers = Timers(session_init=0.0, enquire_link=0.0, inactivity=0.0, response=response)
    return Play(settings=smsc_settings(receipts=receipts, timers=timers), fast=fast)


def submit(esme: Esme, count: int = 1) -> list[str]:
    """Submit messages in one read; returns their ids."""
    octets = b"".join(SubmitSm().wire(number) for number in range(1, count + 1))
    return [message_id_of(pdu) for pdu in esme.give(octets) if pdu.name == "submit_sm_resp"]


def ids(esme: Esme) -> list[str]:
    """The ids of the receipts that have come since the last look."""
    return [message_id_of(pdu) for pdu in esme.take()]


def numbers(*values: int) -> list[str]:
    return [f"{value:010d}" for value in values]


# When


def test_a_receipt_comes_a_second_after_the_response() -> None:
    game = game_of()
    esme = game.bind()
    submit(esme)
    game.advance(0.99)
    assert esme.take() == []
    game.advance(0.03)
    assert ids(esme) == numbers(1)
    game.advance(1000)
    assert esme.take() == []


def test_receipts_that_fall_due_together_leave_in_one_write() -> None:
    game = game_of()
    esme = game.bind()
    submit(esme, 50)
    before = len(esme.writes)
    game.advance(1.1)
    assert len(esme.writes) == before + 1
    assert len(ids(esme)) == 50


# Which bind


@pytest.mark.parametrize("bind_type", ["receiver", "transceiver"])
@pytest.mark.parametrize("via", POLICIES)
def test_one_receiving_bind_gets_all_that_a_transmitter_submits(via: ReceiptsVia, bind_type: str) -> None:
    game = game_of(via)
    transmitter, receiver = game.bind("transmitter"), game.bind(bind_type)
    submit(transmitter, 5)
    game.advance(1.1)
    assert ids(receiver) == numbers(1, 2, 3, 4, 5)
    assert transmitter.take() == []


@pytest.mark.parametrize("via", POLICIES)
def test_other_accounts_get_nothing(via: ReceiptsVia) -> None:
    game = game_of(via)
    transmitter, stranger = game.bind("transmitter"), game.bind("transceiver", BETA)
    submit(transmitter, 3)
    game.advance(1.1)
    assert stranger.take() == []
    assert game.account().waiting_count == 3


def test_same_gives_to_the_session_that_submitted() -> None:
    game = game_of("same")
    first, second = game.bind(), game.bind()
    submit(second, 2)
    submit(first, 1)
    game.advance(1.1)
    assert ids(second) == numbers(1, 2)
    assert ids(first) == numbers(3)


def test_same_waits_for_room_on_a_session_that_is_still_bound() -> None:
    game = game_of("same", window=2)
    first, second = game.bind(), game.bind()
    submit(first, 5)
    game.advance(1.1)
    receipts = first.take()
    assert len(receipts) == 2
    assert second.take() == []
    (third,) = first.answer(receipts[0])
    assert message_id_of(third) == numbers(3)[0]


def test_same_goes_elsewhere_when_the_session_is_gone() -> None:
    game = game_of("same")
    first, second = game.bind(), game.bind()
    submit(first, 2)
    first.hang_up()
    game.advance(1.1)
    assert ids(second) == numbers(1, 2)


def test_other_never_gives_to_the_session_that_submitted() -> None:
    game = game_of("other")
    first, second = game.bind(), game.bind()
    submit(first, 2)
    submit(second, 1)
    game.advance(1.1)
    assert ids(second) == numbers(1, 2)
    assert ids(first) == numbers(3)


def test_other_waits_while_there_is_no_other() -> None:
    game = game_of("other")
    first = game.bind()
    submit(first, 2)
    game.advance(10)
    assert first.take() == []
    assert game.account().waiting_count == 2
    second = game.bind("receiver")
    assert ids(second) == numbers(1, 2)
    assert first.take() == []


def test_any_fills_the_longest_bound_first() -> None:
    game = game_of("any", window=3)
    submitter, first, second = game.bind("transmitter"), game.bind("receiver"), game.bind("transceiver")
    submit(submitter, 5)
    game.advance(1.1)
    assert ids(first) == numbers(1, 2, 3)
    assert ids(second) == numbers(4, 5)


def test_least_loaded_takes_the_one_with_the_fewest_unanswered() -> None:
    game = game_of("least_loaded")
    submitter, first, second, third = (game.bind("transmitter"), *(game.bind("receiver") for _ in range(3)))
    submit(submitter, 6)
    game.advance(1.1)
    taken = [esme.take() for esme in (first, second, third)]
    assert [len(each) for each in taken] == [2, 2, 2]
    for request in taken[1]:
        second.answer(request)
    submit(submitter, 2)
    game.advance(1.1)
    assert ids(second) == numbers(7, 8)


def test_least_loaded_takes_the_quietest_of_equally_loaded_ones() -> None:
    game = game_of("least_loaded")
    busy, quiet = game.bind(), game.bind()
    for _ in range(3):
        busy.ask("enquire_link")
    submit(busy)
    game.advance(1.1)
    assert ids(quiet) == numbers(1)


def test_round_robin_goes_round() -> None:
    game = game_of("round_robin")
    submitter = game.bind("transmitter")
    receivers = [game.bind("receiver"), game.bind("transceiver"), game.bind("receiver")]
    submit(submitter, 7)
    game.advance(1.1)
    assert [ids(esme) for esme in receivers] == [numbers(1, 4, 7), numbers(2, 5), numbers(3, 6)]
    submit(submitter, 1)
    game.advance(1.1)
    assert ids(receivers[1]) == numbers(8)


def test_round_robin_goes_round_in_whatever_order_the_sessions_bound() -> None:
    game = game_of("round_robin")
    submitter = game.bind("transmitter")
    waiting = [game.connect() for _ in range(3)]
    for index in (2, 0, 1):
        waiting[index].give(bind_octets("receiver"))
    submit(submitter, 6)
    game.advance(1.1)
    assert sorted(len(ids(esme)) for esme in waiting) == [2, 2, 2]


def test_round_robin_skips_those_without_room() -> None:
    game = game_of("round_robin", window=2)
    submitter, first, second = game.bind("transmitter"), game.bind("receiver"), game.bind("receiver")
    submit(submitter, 3)
    game.advance(1.1)
    (held, _), (answered,) = first.take(), second.take()
    second.answer(answered)
    submit(submitter, 2)
    game.advance(1.1)
    assert ids(second) == numbers(4, 5)
    assert first.take() == []
    assert held.command_id == CommandId.DELIVER_SM


def test_an_account_may_have_a_policy_of_its_own() -> None:
    own = AccountDefinition(system_id="alpha", password="secret1", receipts_via="other")
    game = Play(own, settings=smsc_settings(receipts=ReceiptSettings(via="same")))
    first, second = game.bind(), game.bind()
    submit(first)
    game.advance(1.1)
    assert (ids(first), ids(second)) == ([], numbers(1))


@given(
    via=st.sampled_from(POLICIES),
    bind_types=st.lists(st.sampled_from(["transmitter", "receiver", "transceiver"]), min_size=1, max_size=4),
    submissions=st.lists(st.integers(0, 3), min_size=1, max_size=12),
    window=st.integers(1, 4),
    fast=st.booleans(),
)
def test_binds_of_all_types_get_what_their_policy_allows(
    via: ReceiptsVia, bind_types: list[str], submissions: list[int], window: int, fast: bool
) -> None:
    game = game_of(via, window=window, fast=fast)
    esmes = [game.bind(bind_type) for bind_type in bind_types]
    origin: dict[str, Esme] = {}
    for index in submissions:
        esme = esmes[index % len(esmes)]
        if esme.session.bind_type != "receiver":
            origin.update(dict.fromkeys(submit(esme), esme))
    game.advance(1.1)
    got: dict[Esme, list[str]] = {}
    for esme in esmes:
        receipts = esme.take()
        assert len(receipts) <= window
        assert not receipts or esme.session.bind_type != "transmitter"
        got[esme] = [message_id_of(pdu) for pdu in receipts]
        assert got[esme] == sorted(got[esme])
    delivered = [each for received in got.values() for each in received]
    assert len(delivered) + game.account().waiting_count == len(origin) == game.account().pending
    for esme, received in got.items():
        for each in received:
            submitter = origin[each]
            if via == "same":
                assert submitter is esme or submitter.session.bind_type == "transmitter"
            if via == "other":
                assert submitter is not esme
    room = sum(window - len(received) for esme, received in got.items() if esme.session.receives)
    if via in ("any", "least_loaded", "round_robin"):
        assert not (room and game.account().waiting_count)
    if via in ("least_loaded", "round_robin"):
        loads = [len(received) for esme, received in got.items() if esme.session.receives]
        assert max(loads, default=0) - min(loads, default=0) <= 1


# What waits


@pytest.mark.parametrize("via", POLICIES)
def test_receipts_are_kept_until_somebody_binds_and_come_in_order(via: ReceiptsVia) -> None:
    game = game_of(via)
    transmitter = game.bind("transmitter")
    submit(transmitter, 4)
    game.advance(3600)
    assert game.account().waiting_count == 4
    receiver = game.bind("receiver")
    assert ids(receiver) == numbers(1, 2, 3, 4)
    assert game.account().waiting == {}


def test_receipts_survive_all_sessions_of_their_account() -> None:
    game = game_of()
    esme = game.bind()
    submit(esme, 2)
    esme.hang_up()
    game.advance(60)
    assert game.account().waiting_count == 2
    assert ids(game.bind()) == numbers(1, 2)


def test_a_transmitter_that_binds_gets_nothing_of_what_waits() -> None:
    game = game_of()
    submit(game.bind("transmitter"))
    game.advance(2)
    assert game.bind("transmitter").take() == []
    assert game.account().waiting_count == 1


def test_the_window_is_never_passed_and_refills_with_each_answer() -> None:
    game = game_of("any", window=3)
    esme = game.bind()
    submit(esme, 10)
    game.advance(1.1)
    pending = esme.take()
    seen = [message_id_of(pdu) for pdu in pending]
    while pending:
        assert len(esme.session.outstanding) == len(pending) <= 3
        more = esme.answer(pending.pop(0))
        pending += more
        seen += [message_id_of(pdu) for pdu in more]
    assert seen == numbers(*range(1, 11))
    assert game.account().pending == 0


def test_nothing_is_sent_to_a_session_whose_buffer_is_full() -> None:
    game = game_of("any")
    first, second = game.bind(), game.bind()
    game.smsc.writable(first.session, False, game.now)
    submit(first, 2)
    game.advance(1.1)
    assert (ids(first), ids(second)) == ([], numbers(1, 2))
    second.hang_up()
    assert game.account().waiting_count == 2
    game.smsc.writable(first.session, True, game.now)
    game.settle()
    assert ids(first) == numbers(1, 2)


def test_nothing_is_sent_to_a_session_that_is_being_unbound() -> None:
    game = game_of()
    esme = game.bind()
    submit(esme)
    game.smsc.unbind(esme.session, game.now, 5.0)
    game.advance(1.1)
    assert [pdu.name for pdu in esme.take()] == ["unbind"]
    assert game.account().waiting_count == 1


def test_too_many_pending_receipts_make_the_queue_full() -> None:
    game = game_of(queue=2)
    esme = game.bind()
    assert len(submit(esme, 2)) == 2
    assert esme.submit().command_status == CommandStatus.ESME_RMSGQFUL
    assert esme.submit(SubmitSm(registered_delivery=0)).command_status == CommandStatus.ESME_RMSGQFUL
    game.advance(1.1)
    esme.answer(esme.take()[0])
    assert esme.submit().command_status == 0
    assert game.smsc.counters.messages_refused == 2


# What is sent again


def test_an_unanswered_receipt_comes_again_after_the_response_timer() -> None:
    game = game_of(response=10.0)
    esme = game.bind()
    submit(esme)
    game.advance(1.1)
    (first,) = esme.take()
    game.advance(9.8)
    assert game.smsc.counters.receipts_expired == 0
    game.advance(1.2)
    assert game.smsc.counters.receipts_expired == 1
    assert [note.text for note in game.notes if note.level == "warn"] == [
        "1 receipts not answered within 10 s (response timer)"
    ]
    game.advance(5.1)  # the first step of the ladder
    (again,) = esme.take()
    assert again.sequence_number != first.sequence_number
    assert (again.fields, again.tlvs) == (first.fields, first.tlvs)
    esme.answer(again)
    assert game.account().pending == 0
    assert game.account().attempts == {}


@pytest.mark.parametrize("response", [0.5, 3.0, 10.0])
@given(gaps=st.lists(st.sampled_from([0.0, 0.1, 0.3, 0.7, 1.0, 1.3, 1.9, 2.5]), min_size=1, max_size=8))
def test_no_receipt_is_taken_back_before_its_response_timer_and_none_long_after(
    response: float, gaps: list[float]
) -> None:
    game = game_of(response=response, retry=(1000.0,))
    esme = game.bind()
    sent: dict[bytes, float] = {}
    expired: dict[bytes, float] = {}

    def look() -> None:
        for sequence in esme.session.outstanding:
            sent.setdefault(sequence, game.now)
        for sequence in sent.keys() - esme.session.outstanding.keys():
            expired.setdefault(sequence, game.now)

    for gap in gaps:
        submit(esme)
        steps = round(gap / 0.1)
        for _ in range(steps):
            game.advance(0.1)
            look()
    for _ in range(round(response / 0.1) + 40):
        game.advance(0.1)
        look()
    assert len(expired) == len(sent) == len(gaps)
    for sequence, instant in expired.items():
        assert response - 0.15 <= instant - sent[sequence] <= response + 1.2


def test_without_a_response_timer_a_receipt_is_waited_for_for_ever() -> None:
    game = game_of(response=0.0)
    esme = game.bind()
    submit(esme)
    game.advance(1.1)
    (receipt,) = esme.take()
    game.advance(40_000)
    assert esme.take() == []
    esme.answer(receipt)
    assert game.account().pending == 0


def test_answers_that_come_in_time_are_not_expired_with_the_rest() -> None:
    game = game_of(response=10.0)
    esme = game.bind()
    submit(esme, 3)
    game.advance(1.1)
    receipts = esme.take()
    esme.answer(receipts[1])
    game.advance(12.0)
    assert game.smsc.counters.receipts_expired == 2
    game.advance(5.1)
    assert ids(esme) == numbers(1, 3)


def test_what_waits_gets_the_room_that_an_expired_one_leaves() -> None:
    game = game_of("any", window=1, response=10.0, retry=(1000.0,))
    esme = game.bind()
    submit(esme, 3)
    game.advance(1.1)
    assert ids(esme) == numbers(1)
    game.advance(12.0)
    assert ids(esme) == numbers(2)
    game.advance(12.0)
    assert ids(esme) == numbers(3)
    assert game.account().waiting_count == 0


def test_a_late_answer_is_told_and_the_receipt_comes_again_all_the_same() -> None:
    game = game_of(response=10.0)
    esme = game.bind()
    submit(esme)
    game.advance(1.1)
    (receipt,) = esme.take()
    game.advance(12.0)
    esme.answer(receipt)
    assert len(game.said("answers no request of ours")) == 1
    game.advance(5.0)
    assert ids(esme) == numbers(1)


@pytest.mark.parametrize("status", TEMPORARY)
def test_temporary_errors_climb_the_ladder(status: str) -> None:
    game = game_of(retry=(5.0, 15.0))
    esme = game.bind()
    submit(esme)
    game.advance(1.05)
    for wait in (5.0, 15.0, 15.0, 15.0):
        (receipt,) = esme.take()
        esme.answer(receipt, CommandStatus[status])
        game.advance(wait - 0.1)
        assert esme.take() == []
        game.advance(0.15)
    (receipt,) = esme.take()
    assert game.account().pending == 1
    esme.answer(receipt)
    assert (game.account().pending, game.account().attempts) == (0, {})
    assert game.smsc.counters.receipts_acknowledged == 1
    assert game.smsc.counters.receipts_refused == 0
    assert game.smsc.counters.receipts_sent == 5


# Back-off


@pytest.mark.parametrize("status", TEMPORARY)
@pytest.mark.parametrize("via", POLICIES)
def test_after_a_temporary_error_the_account_gets_nothing_and_then_all_in_order(via: ReceiptsVia, status: str) -> None:
    game = game_of(via, retry=(10.0,), window=4)
    submitter, receiver = game.bind("transmitter"), game.bind("receiver")
    stranger, listener = game.bind("transmitter", BETA), game.bind("receiver", BETA)
    submit(submitter, 6)
    game.advance(1.1)
    one, two, three, four = receiver.take()
    assert receiver.answer(three, CommandStatus[status]) == []
    assert receiver.answer(two) == []
    assert receiver.answer(one, CommandStatus[status]) == []
    submit(submitter, 1)
    submit(stranger, 1)
    other = game.bind("receiver")
    game.advance(9.8)
    assert (receiver.take(), other.take()) == ([], [])
    assert len(listener.take()) == 1, "another account waits for nobody"
    receiver.answer(four)
    game.advance(0.3)
    assert sorted([*ids(receiver), *ids(other)]) == numbers(1, 3, 5, 6, 7)
    told_of = [message_id_of(pdu) for _, pdu in game.sent if pdu.name == "deliver_sm"]
    if via in {"same", "other", "any"}:
        assert told_of[-5:] == numbers(1, 3, 5, 6, 7)


def test_the_longest_of_several_waits_counts() -> None:
    game = game_of(retry=(10.0, 60.0))
    esme = game.bind()
    submit(esme)
    game.advance(1.05)
    esme.answer(esme.take()[0], CommandStatus.ESME_RMSGQFUL)
    submit(esme)
    game.advance(10.1)
    first, second = esme.take()
    esme.answer(first, CommandStatus.ESME_RMSGQFUL)
    esme.answer(second, CommandStatus.ESME_RMSGQFUL)
    game.advance(59.8)
    assert esme.take() == []
    game.advance(0.3)
    assert ids(esme) == numbers(1, 2)


def test_one_that_is_not_answered_in_time_holds_nobody_up() -> None:
    game = game_of(response=10.0, retry=(50.0,))
    esme = game.bind()
    submit(esme)
    game.advance(12.1)
    esme.take()
    submit(esme)
    game.advance(1.1)
    assert ids(esme) == numbers(2)


def test_back_off_goes_on_for_a_new_bind() -> None:
    game = game_of(retry=(10.0,))
    esme = game.bind()
    submit(esme, 2)
    game.advance(1.05)
    first, _ = esme.take()
    esme.answer(first, CommandStatus.ESME_RX_T_APPN)
    esme.hang_up()
    again = game.bind()
    assert ids(again) == []
    game.advance(10.1)
    assert ids(again) == numbers(1, 2)


def test_what_is_swept_while_the_account_is_held_does_not_end_the_pause() -> None:
    game = game_of(retry=(10.0,), keep=12.0)
    esme = game.bind()
    submit(esme)
    game.advance(1.05)
    first = esme.take()[0]
    game.advance(0.9)
    esme.answer(first, CommandStatus.ESME_RX_T_APPN)
    game.account().receipts = ReceiptSettings(keep=3.0)
    game.smsc.delivery.sweep(game.account(), game.now + 2)
    assert game.account().waiting == {}
    submit(esme)
    game.advance(1.1)
    assert esme.take() == []


@pytest.mark.parametrize("attempts", [1, 3])
def test_attempts_are_bounded(attempts: int) -> None:
    receipts = ReceiptSettings(attempts=attempts, retry=(5.0,))
    game = Play(settings=smsc_settings(receipts=receipts))
    esme = game.bind()
    submit(esme, 2)
    game.advance(1.05)
    for _ in range(attempts):
        refused, taken = esme.take()
        esme.answer(refused, CommandStatus.ESME_RMSGQFUL)
        esme.answer(taken, CommandStatus.ESME_RMSGQFUL)
        game.advance(5.1)
    assert esme.take() == []
    assert game.smsc.counters.receipts_discarded == 2
    assert (game.account().pending, game.account().attempts, game.account().waiting) == (0, {}, {})


@pytest.mark.parametrize("via", POLICIES)
def test_kept_for_no_time_is_missed_by_who_is_not_bound(via: ReceiptsVia) -> None:
    game = game_of(via, keep=0.0)
    transmitter = game.bind("transmitter")
    submit(transmitter)
    game.advance(1.1)
    assert (game.account().pending, game.smsc.counters.receipts_discarded) == (0, 1)
    receiver = game.bind("receiver")
    submit(transmitter)
    game.advance(1.1)
    assert ids(receiver) == numbers(2)


# What is taken back


@pytest.mark.parametrize("seconds", [5.0, 200.0])
def test_what_is_withdrawn_while_it_waits_is_not_sent_and_does_not_end_twice(seconds: float) -> None:
    game = game_of(keep=100.0)
    game.smsc.ledger.kept = True
    transmitter = game.bind("transmitter")
    submit(transmitter, 3)
    game.advance(2)
    game.smsc.delivery.withdrawn.add(b"0000000002")
    game.advance(seconds)
    receiver = game.bind("receiver")
    assert ids(receiver) == (numbers(1, 3) if seconds < 100 else [])
    assert game.smsc.delivery.withdrawn == set()
    assert game.account().pending == (2 if seconds < 100 else 0)
    failed = [entry[2] for entry in game.smsc.ledger.take() if entry[0] == FAILED]
    assert failed == ([] if seconds < 100 else [b"0000000001", b"0000000003"])


def test_what_is_for_one_session_only_is_given_up_with_it_also_while_the_account_is_held() -> None:
    game = game_of(retry=(100.0,))
    esme, other = game.bind(), game.bind()
    number, account = esme.session.number, game.account()
    submit(esme)
    game.advance(1.1)
    esme.answer(esme.take()[0], CommandStatus.ESME_RMSGQFUL)
    body = encode("deliver_sm", sequence_number=1, fields={"short_message": b"hi"})[16:]
    account.pending += 1
    game.smsc.delivery.deliver(account, ((b"mo-x", b"", b"only", body, game.now, -5, number),), game.now)
    assert account.waiting_count == 2
    esme.hang_up()
    assert (account.waiting_count, game.smsc.counters.receipts_discarded) == (1, 1)
    game.advance(100)
    assert ids(other) == numbers(1)


# A full queue


@pytest.mark.parametrize(("queue_full", "left"), [("oldest", (3, 4, 5)), ("newest", (1, 2, 3))])
@pytest.mark.parametrize("via", POLICIES)
def test_a_full_queue_gives_up_the_oldest_or_the_newest(
    via: ReceiptsVia, queue_full: QueueFull, left: tuple[int, ...]
) -> None:
    receipts = ReceiptSettings(via=via, queue=3, queue_full=queue_full)
    game = Play(settings=smsc_settings(receipts=receipts))
    transmitter = game.bind("transmitter")
    for count in (2, 2, 1):
        assert len(submit(transmitter, count)) == count
        game.advance(1.1)
    assert game.account().waiting_count == game.account().pending == 3
    assert game.smsc.counters.receipts_dropped == game.smsc.counters.receipts_discarded == game.account().dropped == 2
    assert ids(game.bind("receiver")) == numbers(*left)


def test_a_queue_that_holds_nothing_lets_through_what_somebody_can_take() -> None:
    receipts = ReceiptSettings(via="any", queue=1, queue_full="newest")
    game = Play(settings=smsc_settings(receipts=receipts))
    esme = game.bind()
    assert len(submit(esme)) == 1
    assert esme.submit().command_status == CommandStatus.ESME_RMSGQFUL, "what is on its way is bounded all the same"
    game.advance(1.1)
    assert ids(esme) == numbers(1)


# At a rate


def test_what_waited_while_nobody_was_bound_leaves_at_a_rate_and_before_what_is_new() -> None:
    game = Play(settings=smsc_settings(receipts=ReceiptSettings(flush=Pace(2))))
    transmitter = game.bind("transmitter")
    submit(transmitter, 4)
    game.advance(60)
    receiver = game.bind("receiver")
    submit(transmitter, 3)
    assert ids(receiver) == numbers(1)
    for number in (2, 3, 4):
        game.advance(0.45)
        assert ids(receiver) == []
        game.advance(0.05 if number == 2 else 0.07)
        came = ids(receiver)
        assert came[:1] == numbers(number)
    assert came == numbers(4, 5, 6, 7), "the new ones wait behind the old ones and then leave at once"
    submit(transmitter, 2)
    game.advance(1.1)
    assert ids(receiver) == numbers(8, 9)


def test_what_waits_for_room_only_is_not_flushed() -> None:
    game = Play(settings=smsc_settings(receipts=ReceiptSettings(via="any", window=1, flush=Pace(1))))
    first = game.bind()
    submit(first, 4)
    game.advance(1.1)
    assert ids(first) == numbers(1)
    assert ids(game.bind()) == numbers(2)
    assert game.account().flush is None


def test_what_waits_for_another_session_is_flushed_to_it() -> None:
    game = Play(settings=smsc_settings(receipts=ReceiptSettings(via="other", flush=Pace(1))))
    submit(game.bind(), 3)
    game.advance(5)
    other = game.bind()
    assert ids(other) == numbers(1)
    game.advance(2.1)
    assert ids(other) == numbers(2, 3)


def test_a_refusal_during_a_flush_goes_to_its_head() -> None:
    game = Play(settings=smsc_settings(receipts=ReceiptSettings(flush=Pace(1), retry=(10.0,))))
    transmitter = game.bind("transmitter")
    submit(transmitter, 3)
    game.advance(5)
    receiver = game.bind("receiver")
    (first,) = receiver.take()
    receiver.answer(first, CommandStatus.ESME_RX_T_APPN)
    game.advance(10.1)
    assert ids(receiver) == numbers(1)
    for number in (2, 3):
        game.advance(0.85)
        assert ids(receiver) == []
        game.advance(0.15)
        assert ids(receiver) == numbers(number)


def test_a_flush_that_is_interrupted_begins_anew_with_what_is_left_of_it() -> None:
    game = Play(settings=smsc_settings(receipts=ReceiptSettings(flush=Pace(1), retry=(10.0,))))
    transmitter = game.bind("transmitter")
    submit(transmitter, 3)
    game.advance(5)
    receiver = game.bind("receiver")
    (first,) = receiver.take()
    receiver.answer(first, CommandStatus.ESME_RMSGQFUL)
    receiver.hang_up()
    game.advance(5)
    receiver = game.bind("receiver")
    submit(transmitter, 4)
    game.advance(5.1)
    assert ids(receiver) == numbers(1)
    game.advance(1.1)
    assert ids(receiver) == numbers(2)
    game.advance(1.0)
    assert ids(receiver) == numbers(3, 4, 5, 6, 7)


@pytest.mark.parametrize("status", PERMANENT)
def test_permanent_errors_end_it(status: str) -> None:
    game = game_of()
    esme = game.bind()
    submit(esme)
    game.advance(1.1)
    esme.answer(esme.take()[0], CommandStatus[status])
    assert (game.account().pending, game.account().attempts) == (0, {})
    assert game.smsc.counters.receipts_refused == 1
    game.advance(10_000)
    assert esme.take() == []


@pytest.mark.parametrize(
    ("status", "refused"),
    [(CommandStatus.ESME_RINVCMDID, 1), (CommandStatus.ESME_ROK, 1), (CommandStatus.ESME_RMSGQFUL, 0)],
)
def test_a_generic_nack_answers_a_receipt_too(status: int, refused: int) -> None:
    game = game_of()
    esme = game.bind()
    submit(esme)
    game.advance(1.1)
    (receipt,) = esme.take()
    assert esme.give(frame(CommandId.GENERIC_NACK, b"", receipt.sequence_number, status)) == []
    assert game.smsc.counters.receipts_refused == refused
    game.advance(6.0)
    assert len(ids(esme)) == 1 - refused


def test_a_receipt_that_is_refused_for_longer_than_it_is_kept_is_given_up() -> None:
    game = game_of(retry=(10.0,), keep=25.0)
    esme = game.bind()
    submit(esme)
    game.advance(1.05)
    attempts = []
    for _ in range(10):
        attempts += esme.take()
        esme.answer(attempts[-1], CommandStatus.ESME_RMSGQFUL)
        game.advance(10.1)
    assert len(attempts) == 3
    assert game.smsc.counters.receipts_discarded == 1
    assert (game.account().pending, game.account().attempts) == (0, {})


def test_a_receipt_that_nobody_could_take_for_longer_than_it_is_kept_is_given_up() -> None:
    game = game_of(keep=100.0)
    transmitter = game.bind("transmitter")
    submit(transmitter, 2)
    game.advance(60)
    submit(transmitter, 1)
    game.advance(45)
    assert (game.account().pending, game.smsc.counters.receipts_discarded) == (1, 2)
    receiver = game.bind("receiver")
    assert ids(receiver) == numbers(3)


def test_what_waits_too_long_makes_room_in_the_queue_though_nobody_ever_binds() -> None:
    game = game_of(keep=100.0, queue=3)
    transmitter = game.bind("transmitter")
    assert len(submit(transmitter, 3)) == 3
    assert transmitter.submit().command_status == CommandStatus.ESME_RMSGQFUL
    game.advance(102)
    assert game.account().pending == 0
    assert game.account().waiting == {}
    assert transmitter.submit().command_status == 0
    game.advance(102)
    assert game.account().pending == 0
    assert game.smsc.counters.receipts_discarded == 4
    assert len(game.smsc.timeline) == 0


def test_old_ones_behind_a_full_window_are_given_up_and_the_others_are_sent() -> None:
    game = game_of("any", window=1, keep=100.0)
    esme = game.bind()
    submit(esme, 2)
    game.advance(1.1)
    (first,) = esme.take()
    game.advance(60)
    submit(esme, 1)
    game.advance(39.5)
    (third,) = esme.answer(first)
    assert message_id_of(third) == numbers(3)[0]
    assert game.smsc.counters.receipts_discarded == 1


def test_a_receipt_that_came_back_after_its_time_is_given_up_before_it_is_sent_again() -> None:
    game = game_of("other", keep=50.0)
    submitter, receiver = game.bind(), game.bind("receiver")
    submit(submitter, 2)
    game.advance(30)
    assert ids(receiver) == numbers(1, 2)
    game.advance(25)
    receiver.hang_up()
    assert ids(game.bind("receiver")) == []
    assert game.account().pending == 0
    assert game.smsc.counters.receipts_discarded == 2


def test_of_what_comes_back_only_what_is_too_old_is_given_up() -> None:
    game = game_of("any", keep=100.0)
    first, second = game.bind(), game.bind()
    submit(first)
    game.advance(60)
    first.take()
    submit(first)
    game.advance(50)
    assert ids(first) == numbers(2)
    first.hang_up()
    assert ids(second) == numbers(2)
    assert game.smsc.counters.receipts_discarded == 1


# When sessions go


@pytest.mark.parametrize("how", ["hang up", "unbind", "closed"])
def test_unanswered_ones_go_first_to_the_next_bind(how: str) -> None:
    game = game_of("any", window=2)
    first = game.bind()
    submit(first, 4)
    game.advance(1.1)
    assert ids(first) == numbers(1, 2)
    if how == "hang up":
        first.hang_up()
    elif how == "unbind":
        first.ask("unbind")
    else:
        game.smsc.end(first.session, game.now, "for a test", "info")
    second = game.bind()
    (one, two) = second.take()
    assert [message_id_of(pdu) for pdu in (one, two)] == numbers(1, 2)
    second.answer(one)
    (four,) = second.answer(two)
    assert message_id_of(four) == numbers(4)[0]
    assert game.account().pending == 2


def test_unanswered_ones_go_to_the_other_bind_at_once() -> None:
    game = game_of("any")
    first, second = game.bind(), game.bind()
    submit(first, 3)
    game.advance(1.1)
    assert ids(first) == numbers(1, 2, 3)
    first.hang_up()
    assert ids(second) == numbers(1, 2, 3)


def test_an_expired_receipt_may_come_again_on_another_bind() -> None:
    game = game_of("any", response=10.0)
    first = game.bind()
    second = game.bind()
    submit(first)
    game.advance(1.1)
    assert ids(first) == numbers(1)
    game.advance(12.0)
    first.hang_up()
    game.advance(5.0)
    assert ids(second) == numbers(1)


def test_sequence_numbers_wrap_to_1_and_expiry_follows_them() -> None:
    game = game_of(response=10.0, retry=(1000.0,))
    esme = game.bind()
    esme.session.sequence_number = LAST_SEQUENCE_NUMBER - 2
    submit(esme, 2)
    game.advance(1.1)
    sent = esme.take()
    game.advance(5.0)
    submit(esme, 2)
    game.advance(1.1)
    sent += esme.take()
    assert [pdu.sequence_number for pdu in sent] == [
        LAST_SEQUENCE_NUMBER - 1,
        LAST_SEQUENCE_NUMBER,
        1,
        2,
    ]
    game.advance(6.0)
    assert game.smsc.counters.receipts_expired == 2
    assert [int.from_bytes(sequence, "big") for sequence in esme.session.outstanding] == [1, 2]
    game.advance(6.0)
    assert game.smsc.counters.receipts_expired == 4


# Everything together


@dataclass(frozen=True)
class Step:
    """One thing that happens; ``pick`` chooses among the ESMEs or receipts that are there."""

    what: str
    pick: int = 0
    pick_too: int = 0


ERRORS = [CommandStatus.ESME_RMSGQFUL, CommandStatus.ESME_RX_T_APPN, CommandStatus.ESME_RX_R_APPN]
kinds = (
    ["submit"] * 4 + ["ack"] * 5 + ["error", "hang up", "unbind", "bind", "bind", "wait", "wait", "wait long", "stall"]
)
steps = st.lists(st.builds(Step, st.sampled_from(kinds), st.integers(0, 5), st.integers(0, 5)), max_size=40)


class Story:
    """Plays steps and keeps account of what every ESME got."""

    def __init__(self, game: Play, *, gentle: bool) -> None:
        self.game = game
        self.gentle = gentle
        """Nothing is refused, and nobody goes away."""
        self.accepted: list[str] = []
        self.origin: dict[str, int] = {}
        self.open: dict[Esme, list[Pdu]] = {}
        self.bound: list[Esme] = []
        self.add("transceiver")

    def add(self, bind_type: str) -> None:
        self.bound.append(self.game.bind(bind_type))
        self.collect()

    def collect(self) -> None:
        for esme in self.bound:
            for pdu in esme.take():
                if pdu.name == "submit_sm_resp":
                    self.accepted.append(message_id_of(pdu))
                    self.origin[message_id_of(pdu)] = esme.session.number
                elif pdu.name == "deliver_sm":
                    self.open.setdefault(esme, []).append(pdu)

    def play(self, step: Step) -> None:
        esme = self.bound[step.pick % len(self.bound)] if self.bound else None
        if step.what == "wait":
            self.game.advance((0.3, 1.1, 2.0)[step.pick % 3])
        elif step.what == "wait long":
            self.game.advance(16.0)
        elif step.what == "bind" and len(self.bound) < 4:
            self.add(("receiver", "transceiver", "transmitter")[step.pick_too % 3])
        elif esme is not None:
            self.act(esme, step)
        self.collect()

    def act(self, esme: Esme, step: Step) -> None:
        unanswered = self.open.get(esme, [])
        if step.what == "submit" and esme.session.bind_type != "receiver":
            octets = b"".join(SubmitSm().wire(number) for number in range(1, 2 + step.pick_too))
            esme.leave(*esme.give(octets))
        elif step.what in ("ack", "error") and unanswered:
            request = unanswered.pop(step.pick_too % len(unanswered))
            status = ERRORS[step.pick_too % 3] if step.what == "error" and not self.gentle else 0
            esme.leave(*esme.answer(request, status))
        elif step.what == "stall" and not self.gentle:
            self.game.smsc.writable(esme.session, not esme.session.writable, self.game.now)
            self.game.settle()
        elif step.what == "unbind" and not self.gentle:
            esme.give(encode("unbind", sequence_number=9))
            self.forget(esme)
        elif step.what == "hang up" and not self.gentle:
            self.forget(esme)

    def forget(self, esme: Esme) -> None:
        esme.hang_up()
        self.bound.remove(esme)
        self.open.pop(esme, None)

    def wind_down(self) -> None:
        """Somebody binds who answers everything until nothing is left."""
        for esme in list(self.bound):
            self.forget(esme)
        self.add("receiver")
        for _ in range(500):
            if not self.game.account().pending:
                return
            self.game.advance(1.0)
            self.collect()
            for esme, unanswered in self.open.items():
                while unanswered:
                    esme.answer(unanswered.pop())
            self.collect()


def told(game: Play, once: Callable[[int, str], None]) -> None:
    """Call ``once`` with the session and id of each receipt that was sent, in order."""
    for esme, pdu in game.sent:
        if pdu.name == "deliver_sm":
            once(esme.session.number, message_id_of(pdu))


@given(st.sampled_from(POLICIES), st.integers(1, 4), steps, st.booleans())
def test_every_receipt_arrives_at_least_once_or_is_counted_as_given_up(
    via: ReceiptsVia, window: int, story_steps: list[Step], fast: bool
) -> None:
    game = game_of(via, window=window, response=4.0, retry=(2.0, 6.0), fast=fast)
    story = Story(game, gentle=False)
    for step in story_steps:
        story.play(step)
        for esme in story.bound:
            assert len(esme.session.outstanding) <= window
    story.wind_down()
    counters = game.smsc.counters
    account = game.account()
    assert account.pending == 0
    assert account.waiting == {}
    assert account.attempts == {}
    assert not any(esme.session.outstanding for esme in game.esmes)
    assert counters.receipts_acknowledged + counters.receipts_refused == len(story.accepted)
    assert counters.receipts_discarded == 0
    times: Counter[str] = Counter()
    firsts: dict[tuple[int, int], list[str]] = {}

    def once(session: int, message_id: str) -> None:
        times[message_id] += 1
        if times[message_id] == 1:
            firsts.setdefault((story.origin[message_id], session), []).append(message_id)

    told(game, once)
    assert set(times) == set(story.accepted)
    assert counters.receipts_sent == times.total()
    # Each bind is told of what one session submitted in that order, as long as it is told for the first time.
    for in_order in firsts.values():
        assert in_order == sorted(in_order)


@given(st.sampled_from(POLICIES), st.integers(1, 4), steps, st.booleans())
def test_when_nothing_is_refused_each_session_gets_its_receipts_once_and_in_order(
    via: ReceiptsVia, window: int, story_steps: list[Step], fast: bool
) -> None:
    game = game_of(via, window=window, fast=fast)
    story = Story(game, gentle=True)
    for step in story_steps:
        story.play(step)
    sent: list[str] = []
    by_session: dict[tuple[int, int], list[str]] = {}

    def once(session: int, message_id: str) -> None:
        sent.append(message_id)
        by_session.setdefault((session, story.origin[message_id]), []).append(message_id)

    told(game, once)
    assert len(sent) == len(set(sent))
    for in_order in by_session.values():
        assert in_order == sorted(in_order)
    unanswered = sum(len(esme.session.outstanding) for esme in game.esmes)
    assert game.account().pending == len(story.accepted) - game.smsc.counters.receipts_acknowledged
    assert unanswered + game.smsc.counters.receipts_acknowledged == len(sent)


@pytest.mark.parametrize("fast", [True, False])
def test_a_message_to_many_is_pending_once_for_each(fast: bool) -> None:
    game = game_of(fast=fast)
    esme = game.bind()
    addresses = [
        {"dest_flag": 1, "dest_addr_ton": 1, "dest_addr_npi": 1, "destination_addr": str(number)}
        for number in (11, 12, 13)
    ]
    esme.ask("submit_multi", dest_addresses=addresses, registered_delivery=1, source_addr="5", short_message=b"hi")
    assert game.account().pending == 3
    game.advance(1.1)
    receipts = esme.take()
    assert [pdu.fields["source_addr"] for pdu in receipts] == ["11", "12", "13"]
    assert len({message_id_of(pdu) for pdu in receipts}) == 1
    for receipt in receipts:
        esme.answer(receipt)
    assert game.account().pending == 0


def test_unknown_destinations_of_a_policy_are_no_reason_to_wait_for_ever() -> None:
    # A transmitter's messages under "same": there is no such session that could receive, so any does.
    game = game_of("same")
    transmitter, receiver = game.bind("transmitter"), game.bind("receiver")
    submit(transmitter)
    transmitter.hang_up()
    game.advance(1.1)
    assert ids(receiver) == numbers(1)
