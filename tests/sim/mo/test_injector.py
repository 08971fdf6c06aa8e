"""Injections carried out: where they go, and what comes back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from smsc_sim.scenario.load import load
from smsc_sim.scenario.settings import ReceiptSettings, Timers
from smsc_sim.sim.mo import injector
from smsc_sim.sim.mo.injected import ATTEMPTS_KEPT, PDUS_KEPT, InjectedPdu, InjectionResult
from smsc_sim.sim.mo.injection import BadInjection, Injection
from smsc_sim.sim.sessions.session import LAST_SEQUENCE_NUMBER
from smsc_sim.smpp.pdu import Pdu
from smsc_sim.smpp.segments import join, part_of, user_text
from smsc_sim.smpp.status import CommandStatus
from tests.sim.playing import ALPHA, BETA, START, Esme, Play, SubmitSm, frame, rule, smsc_settings

HELLO = Injection(account="alpha", from_="49170", to="100", text="hello")


class Told:
    """What was told of PDUs, as it was then."""

    def __init__(self) -> None:
        self.news: list[tuple[int, int, str, int | None, bool]] = []

    def __call__(self, pdu: InjectedPdu) -> None:
        self.news.append((pdu.message, pdu.part, pdu.status, pdu.command_status, pdu.done))


def shown(pdu: Pdu) -> str:
    return user_text(pdu.fields, pdu.tlvs)


def taken(esme: Esme) -> Pdu:
    """The one PDU that has come."""
    (pdu,) = esme.take()
    return pdu


def inject(play: Play, injection: Injection = HELLO, told: Told | None = None) -> InjectionResult:
    result = play.smsc.injector.inject(injection, play.now, told)
    play.settle()
    return result


def only(result: InjectionResult) -> InjectedPdu:
    (pdu,) = result.pdus
    return pdu


def problem(play: Play, injection: Injection) -> str:
    with pytest.raises(BadInjection) as caught:
        play.smsc.injector.inject(injection, play.now)
    return str(caught.value)


# What comes back


def test_the_status_of_the_response_comes_back() -> None:
    play, told = Play(), Told()
    esme = play.bind()
    result = inject(play, told=told)
    (pdu,) = esme.take()
    assert (pdu.name, shown(pdu), pdu.fields["source_addr"]) == ("deliver_sm", "hello", "49170")
    injected = only(result)
    assert (injected.status, injected.done, injected.account, injected.data_coding) == ("sent", False, "alpha", 0)
    play.advance(2)
    esme.answer(pdu)
    play.advance(1)
    (attempt,) = injected.attempts
    assert (attempt.session, attempt.sequence_number) == (esme.session.number, pdu.sequence_number)
    assert (attempt.sent_at, attempt.answered_at) == (START, START + 2)
    assert (attempt.result, attempt.command_status) == ("response", 0)
    assert (injected.status, injected.done_at, injected.reason) == ("acknowledged", START + 2, "")
    assert told.news == [(1, 1, "acknowledged", 0, True)]
    assert (result.done, result.done_at, result.messages) == (True, START + 2, 1)
    assert (result.counts, result.statuses) == ({"acknowledged": 1}, {0: 1})
    assert play.smsc.delivery.watchers == {}
    assert (play.account().pending, play.account().attempts) == (0, {})


def test_a_refusal_is_final() -> None:
    play, told = Play(), Told()
    esme = play.bind()
    result = inject(play, told=told)
    esme.answer(taken(esme), command_status=CommandStatus.ESME_RX_P_APPN)
    play.advance(1)
    assert told.news == [(1, 1, "refused", 0x65, True)]
    assert (result.counts, result.statuses) == ({"refused": 1}, {0x65: 1})


@pytest.mark.parametrize(("status", "wanted"), [(0, 0xFF), (3, 3)])
def test_a_generic_nack_is_told_apart(status: int, wanted: int) -> None:
    play = Play()
    esme = play.bind()
    result = inject(play)
    (pdu,) = esme.take()
    esme.give(frame(0x80000000, b"", pdu.sequence_number, status))
    (attempt,) = only(result).attempts
    assert (attempt.result, attempt.command_status) == ("generic_nack", wanted)
    assert only(result).status == "refused"


def test_a_temporary_refusal_is_told_and_tried_again() -> None:
    play, told = Play(settings=smsc_settings(receipts=ReceiptSettings(retry=(3.0,)))), Told()
    esme = play.bind()
    result = inject(play, told=told)
    (first,) = esme.take()
    esme.answer(first, CommandStatus.ESME_RMSGQFUL)
    assert (only(result).status, only(result).next_at, only(result).done) == ("waiting", START + 3, False)
    play.advance(1)
    assert told.news == [(1, 1, "waiting", 0x14, False)]
    play.advance(3)
    (again,) = esme.take()
    assert again.octets[16:] == first.octets[16:]
    esme.answer(again)
    play.advance(1)
    assert told.news[1:] == [(1, 1, "acknowledged", 0, True)]
    assert [(one.sequence_number, one.command_status) for one in only(result).attempts] == [
        (first.sequence_number, 0x14),
        (again.sequence_number, 0),
    ]
    assert only(result).next_at is None


def test_no_response_in_time() -> None:
    settings = smsc_settings(
        timers=Timers(session_init=0, enquire_link=0, inactivity=0, response=5),
        receipts=ReceiptSettings(retry=(3.0,), keep=10.0),
    )
    play, told = Play(settings=settings), Told()
    esme = play.bind()
    result = inject(play, told=told)
    play.advance(100)
    assert len(esme.take()) == 2
    assert [one.result for one in only(result).attempts] == ["timed_out", "timed_out"]
    assert all(one.command_status is None and one.answered_at for one in only(result).attempts)
    assert told.news == [(1, 1, "waiting", None, False), (1, 1, "discarded", None, True)]
    assert (result.counts, result.statuses, only(result).reason) == ({"discarded": 1}, {}, "")


def test_attempts_beyond_number_are_counted_and_not_kept() -> None:
    play = Play(settings=smsc_settings(receipts=ReceiptSettings(retry=(1.0,))))
    esme = play.bind()
    result = inject(play)
    for _ in range(ATTEMPTS_KEPT + 10):
        for pdu in esme.take():
            esme.answer(pdu, CommandStatus.ESME_RMSGQFUL)
        play.advance(1.1)
    assert len(only(result).attempts) == ATTEMPTS_KEPT
    assert only(result).tries == ATTEMPTS_KEPT + 11


def test_a_lost_session() -> None:
    play, told = Play(), Told()
    first = play.bind()
    result = inject(play, told=told)
    second = play.bind()
    first.hang_up()
    (pdu,) = second.take()
    second.answer(pdu)
    play.advance(1)
    assert [(one.session, one.result) for one in only(result).attempts] == [(1, "session_lost"), (2, "response")]
    assert told.news[-1] == (1, 1, "acknowledged", 0, True)


def test_sequence_numbers_that_wrap() -> None:
    play = Play()
    esme = play.bind()
    esme.session.sequence_number = LAST_SEQUENCE_NUMBER - 2
    result = inject(play, Injection(account="alpha", text="x" * 500))
    numbers = [pdu.sequence_number for pdu in esme.take()]
    assert numbers == [LAST_SEQUENCE_NUMBER - 1, LAST_SEQUENCE_NUMBER, 1, 2]
    assert [pdu.attempts[0].sequence_number for pdu in result.pdus] == numbers


@pytest.mark.parametrize("fast", [True, False])
def test_responses_in_one_read_are_all_seen(fast: bool) -> None:
    play = Play(fast=fast)
    esme = play.bind()
    for number in range(3):
        esme.submit(sequence_number=number + 2)
    result = inject(play, Injection(account="alpha", text="x" * 400))
    play.advance(2)
    pdus = esme.take()
    assert len(pdus) == 6
    answers = b"".join(frame(0x80000005, b"\0", pdu.sequence_number) for pdu in reversed(pdus))
    esme.give(answers)
    assert [pdu.status for pdu in result.pdus] == ["acknowledged"] * 3
    assert play.smsc.counters.receipts_acknowledged == 6
    assert play.account().pending == 0


def test_a_data_sm_is_answered_with_its_own_response() -> None:
    play = Play()
    esme = play.bind()
    result = inject(play, Injection(account="alpha", text="x", pdu="data_sm"))
    (pdu,) = esme.take()
    assert (pdu.name, pdu.tlv("message_payload")) == ("data_sm", b"x")
    esme.give(frame(0x80000005, b"\0", pdu.sequence_number))
    assert only(result).status == "sent"
    esme.answer(pdu)
    assert only(result).status == "acknowledged"


def test_who_is_told_may_inject_again() -> None:
    play = Play()
    esme = play.bind()
    results: list[InjectionResult] = []

    def again(pdu: InjectedPdu) -> None:
        if pdu.done and len(results) < 5:
            results.append(play.smsc.injector.inject(HELLO, play.now, again))

    results.append(play.smsc.injector.inject(HELLO, play.now, again))
    play.settle()
    for _ in range(5):
        for pdu in esme.take():
            esme.answer(pdu)
        play.advance(0.1)
    assert [result.done for result in results] == [True] * 5


def test_an_error_of_who_is_told_hurts_nobody() -> None:
    play = Play()
    esme = play.bind()

    def fail(pdu: InjectedPdu) -> None:
        raise RuntimeError(pdu)

    result = play.smsc.injector.inject(HELLO, play.now, fail)
    play.settle()
    esme.answer(taken(esme))
    play.advance(1)
    assert result.done
    assert play.smsc.counters.internal_errors == 1
    assert esme.session.bound


def test_rules_for_the_response_decide_about_it() -> None:
    play = Play(scenario=rule("event: deliver_sm_resp, when: {command_status: ESME_RX_P_APPN}, retry: [2s]"))
    esme = play.bind()
    result = inject(play)
    esme.answer(taken(esme), command_status=CommandStatus.ESME_RX_P_APPN)
    assert only(result).next_at == START + 2
    play.advance(2.1)
    esme.answer(taken(esme))
    assert only(result).status == "acknowledged"


# Where it goes


def deliverers(esmes: list[Esme]) -> list[int]:
    return [number for number, esme in enumerate(esmes) if any(pdu.name == "deliver_sm" for pdu in esme.take())]


@pytest.mark.parametrize(
    ("target", "wanted"),
    [
        ({"account": "alpha"}, [0]),
        ({"account": "beta"}, [3]),
        ({"session": 2}, [1]),
        ({"session": "s2", "account": "alpha"}, [1]),
        ({"session": 2, "via": "same"}, [1]),
        ({"session": 1, "via": "other"}, [1]),
        ({"account": "alpha", "via": "least_loaded"}, [2]),
        ({"account": "alpha", "via": "account:beta"}, [3]),
        ({"account": "alpha", "via": "round_robin"}, [0]),
    ],
)
def test_targets(target: dict[str, Any], wanted: list[int]) -> None:
    play = Play()
    esmes = [play.bind(), play.bind(), play.bind("receiver"), play.bind(account=BETA)]
    for esme in esmes[:2]:
        esme.ask("enquire_link")
    inject(play, Injection(text="x", **target))
    assert deliverers(esmes) == wanted


def test_where_there_is_one_account_it_need_not_be_said() -> None:
    play = Play(ALPHA)
    esme = play.bind()
    inject(play, Injection(text="x"))
    assert len(esme.take()) == 1


def test_what_is_for_one_session_goes_to_no_other() -> None:
    play, told = Play(settings=smsc_settings(receipts=ReceiptSettings(window=1))), Told()
    first, second = play.bind(), play.bind()
    result = inject(play, Injection(session=1, text="x" * 300), told)
    (one,) = first.take()
    assert [pdu.status for pdu in result.pdus] == ["sent", "waiting"]
    assert second.take() == []
    (two,) = first.answer(one)
    first.hang_up()
    play.advance(1)
    assert two.name == "deliver_sm"
    assert second.take() == []
    assert [(pdu.status, pdu.reason) for pdu in result.pdus] == [
        ("acknowledged", ""),
        ("discarded", "its session is gone"),
    ]
    assert result.done
    assert play.account().pending == 0
    assert play.account().waiting == {}
    assert play.smsc.delivery.watchers == {}


def test_what_waits_for_a_session_that_goes_is_given_up() -> None:
    play = Play(settings=smsc_settings(receipts=ReceiptSettings(retry=(3.0,))))
    esme = play.bind()
    result = inject(play, Injection(session=1, text="x"))
    esme.answer(taken(esme), command_status=CommandStatus.ESME_RMSGQFUL)
    esme.hang_up()
    other = play.bind()
    play.advance(5)
    assert other.take() == []
    assert (only(result).status, only(result).reason) == ("discarded", "its session is gone")
    assert result.done


def test_it_waits_for_a_bind() -> None:
    play, told = Play(), Told()
    result = inject(play, told=told)
    assert (only(result).status, result.done) == ("waiting", False)
    play.advance(60)
    esme = play.bind()
    esme.answer(taken(esme))
    assert only(result).attempts[0].sent_at == START + 60
    assert result.done


def test_what_waits_too_long_is_discarded() -> None:
    play, told = Play(settings=smsc_settings(receipts=ReceiptSettings(keep=30.0))), Told()
    result = inject(play, told=told)
    play.advance(32)
    assert told.news == [(1, 1, "discarded", None, True)]
    assert START + 30 <= (only(result).done_at or 0.0) <= START + 31.1


@pytest.mark.parametrize(
    ("target", "wanted"),
    [
        ({}, "account: is needed, or a session"),
        ({"account": "nobody"}, "account: there is no account 'nobody'"),
        ({"account": "alpha", "via": "account:nobody"}, "via: there is no account 'nobody'"),
        ({"session": 9}, "session: there is no session s9"),
        ({"session": 1}, "session: s1 is bound as transmitter, so it gets no messages"),
        ({"session": 2}, "session: s2 is not bound, so it gets no messages"),
        ({"session": 3}, "session: s3 is about to end, so it gets no messages"),
        ({"session": 4, "account": "beta"}, "session: s4 is bound as alpha"),
    ],
)
def test_targets_that_are_none(target: dict[str, Any], wanted: str) -> None:
    play = Play()
    play.bind("transmitter")
    play.connect()
    play.smsc.unbind(play.bind().session, play.now, 5)
    play.bind()
    assert problem(play, Injection(text="x", **target)) == wanted
    assert play.smsc.injector.results == {}


def test_what_smpp_cannot_carry_is_refused_at_once() -> None:
    play = Play()
    assert problem(play, Injection(account="alpha", text="\u65e5", coding=0)) == (
        "text: character '\u65e5' (U+65E5) at position 0 is not in the GSM 7 bit default alphabet"
    )


# Many


def test_a_rate() -> None:
    play = Play()
    esme = play.bind()
    result = inject(play, Injection(account="alpha", text="{n}", rate=5, seconds=2))
    came: list[tuple[str, float]] = []
    while play.now < START + 3:
        came += [(shown(pdu), round(play.now - START, 1)) for pdu in esme.take()]
        play.advance(0.1)
    assert [text for text, _ in came] == [str(number) for number in range(1, 11)]
    assert [at for _, at in came] == [0.0, 0.3, 0.5, 0.7, 0.9, 1.1, 1.3, 1.5, 1.7, 1.9]
    assert (result.wanted, result.messages, result.made_at is not None, result.done) == (10, 10, True, False)


def test_a_high_rate_is_made_little_by_little_and_remembered_in_part() -> None:
    play = Play()
    esme = play.bind()
    result = inject(play, Injection(account="alpha", text="{n}", rate=10_000, seconds=0.5))
    most = made = 0
    while result.made_at is None:
        play.advance(0.02)
        most = max(most, result.messages - made)
        made = result.messages
        for pdu in esme.take():
            esme.answer(pdu)
    for pdu in esme.take():
        esme.answer(pdu)
    assert most <= injector.SLICE
    assert result.counts == {"acknowledged": 5000}
    assert result.done
    assert len(result.pdus) == PDUS_KEPT
    assert result.pdus[-1].message == 5000


def test_time_that_jumps_makes_each_at_its_own_instant() -> None:
    play = Play()
    play.bind()
    begun = play.now
    result = inject(play, Injection(account="alpha", text="x", rate=2, seconds=100))
    play.now += 100
    play.smsc.run_until(play.now)
    assert [pdu.given_at - begun for pdu in result.pdus] == pytest.approx([number / 2 for number in range(200)])


def test_what_is_beyond_the_queue_of_the_account_is_discarded() -> None:
    play = Play(settings=smsc_settings(receipts=ReceiptSettings(queue=3)))
    result = inject(play, Injection(account="alpha", text="x", rate=10, seconds=1))
    play.advance(2)
    assert result.counts == {"discarded": 7}
    assert {pdu.reason for pdu in result.pdus} == {"", "the queue of the account is full"}
    assert (play.account().pending, result.open, result.done) == (3, 3, False)


def test_no_more_than_so_many_are_unanswered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(injector, "OPEN_LIMIT", 4)
    play = Play()
    result = inject(play, Injection(account="alpha", text="x", rate=10, seconds=1))
    play.advance(2)
    assert (result.open, result.counts) == (4, {"discarded": 6})


def test_cancel() -> None:
    play = Play()
    esme = play.bind()
    result = inject(play, Injection(account="alpha", text="x", rate=10, seconds=10))
    play.advance(1)
    result.cancel(play.now)
    result.cancel(play.now + 1)
    play.advance(20)
    assert (result.cancelled, result.made_at, result.done) == (True, START + 1, False)
    pdus = esme.take()
    assert len(pdus) == result.messages < 12
    for pdu in pdus:
        esme.answer(pdu)
    assert result.done


def test_a_series_goes_as_fast_as_it_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(injector, "BACKLOG", 10)
    play, told = Play(), Told()
    esme = play.bind()
    taken = 0

    def source() -> Iterator[Injection]:
        nonlocal taken
        for number in range(100):
            taken += 1
            yield Injection(account="alpha", text=str(number))

    result = play.smsc.injector.inject_each(source(), play.now, told)
    play.settle()
    play.advance(3600)
    assert taken == result.open == 10
    texts: list[str] = []
    for _ in range(200):
        pdus = esme.take()
        texts += map(shown, pdus)
        for pdu in pdus:
            esme.answer(pdu)
        play.advance(0.1)
    assert texts == [str(number) for number in range(100)]
    assert (result.done, result.messages, result.wanted) == (True, 100, None)
    assert [message for message, *_ in told.news] == list(range(1, 101))


def test_a_series_at_a_rate() -> None:
    play = Play()
    esme = play.bind()
    result = play.smsc.injector.inject_each((HELLO for _ in range(5)), play.now, rate=2)
    play.settle()
    play.advance(1.1)
    assert len(esme.take()) == 3
    play.advance(5)
    assert len(esme.take()) == 2
    assert result.made_at is not None


def test_what_cannot_be_sent_of_a_series_has_failed() -> None:
    def source() -> Iterator[Injection]:
        yield Injection(account="alpha", text="\u65e5", coding=0)
        yield Injection(session=9, text="x")
        yield HELLO
        raise OSError("the disk is gone")

    play, told = Play(), Told()
    esme = play.bind()
    result = play.smsc.injector.inject_each(source(), play.now, told)
    play.settle()
    play.advance(1)
    esme.answer(taken(esme))
    assert [(pdu.status, pdu.reason.partition(":")[0]) for pdu in result.pdus] == [
        ("failed", "text"),
        ("failed", "session"),
        ("acknowledged", ""),
        ("failed", "what follows cannot be read"),
    ]
    assert result.done
    assert result.counts == {"failed": 3, "acknowledged": 1}


def test_an_empty_series_is_done() -> None:
    play = Play()
    assert play.smsc.injector.inject_each((), play.now).done


def test_only_so_many_go_on_at_one_time_and_are_remembered() -> None:
    play = Play()
    play.bind()
    slow = Injection(account="alpha", text="x", rate=1, seconds=1000)
    for _ in range(injector.RUNNING_LIMIT):
        inject(play, slow)
    assert problem(play, HELLO) == "rate: 100 injections are under way already"
    play.smsc.injector.results[1].cancel(play.now)
    for _ in range(injector.RESULTS_KEPT):
        inject(play)
    assert len(play.smsc.injector.results) == injector.RESULTS_KEPT
    assert sum(result.made_at is None for result in play.smsc.injector.results.values()) == injector.RUNNING_LIMIT - 1


# Beside


def test_a_preview_sends_nothing() -> None:
    play = Play()
    esme = play.bind()
    octets = play.smsc.injector.preview(Injection(account="alpha", text="\u65e5" * 100, split="sar"), play.now)
    parts = [part_of(pdu.fields, pdu.tlvs) for pdu in map(Pdu, octets)]
    assert join(part for part in parts if part).text == "\u65e5" * 100
    assert esme.take() == []
    assert play.account().pending == 0


def test_rules_use_the_same_way() -> None:
    play = Play(scenario=rule('mo: {text: "{id}"}'))
    esme = play.bind()
    message_id = esme.submit(SubmitSm(registered_delivery=0)).fields["message_id"]
    result = inject(play)
    play.advance(2)
    first, second = esme.take()
    assert (shown(first), shown(second)) == ("hello", message_id)
    for pdu in (first, second):
        esme.answer(pdu)
    assert result.done
    assert play.account().pending == 0


def test_data_coding_0_is_the_alphabet_of_the_account(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("smsc_profile: 1\nname: own\nsource: a test\nalphabet: latin-1\n")
    file = tmp_path / "scenario.yaml"
    file.write_text("smsc: 1\nprofile: own.yaml\n")
    play = Play(scenario=load(file))
    esme = play.bind()
    inject(play, Injection(account="alpha", text="@\u00e7"))
    (pdu,) = esme.take()
    assert (pdu.fields["data_coding"], pdu.fields["short_message"]) == (0, b"@\xe7")
