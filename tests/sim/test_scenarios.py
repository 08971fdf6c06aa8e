"""Whole scenarios: whatever a person writes and an ESME sends, nothing raises, and both ways through give the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario.load import load
from smsc_sim.scenario.loaded import Scenario
from smsc_sim.scenario.settings import ReceiptSettings, Timers
from smsc_sim.sim.sessions.session import Ending
from smsc_sim.smpp.pdu import Pdu, encode
from smsc_sim.smpp.status import CommandStatus
from tests.sim.playing import (
    Address,
    Esme,
    Play,
    SubmitSm,
    bind_octets,
    brief,
    frame,
    message_id_of,
    rule,
    scenario,
    smsc_settings,
    text_of,
)
from tests.sim.test_fast_lane import Pass, Read, broken, messages, streams, weighted
from tests.sim.written import scenarios

# By chance


@dataclass(frozen=True)
class Answer:
    """An ESME answers what came to it, in order, with this status."""

    esme: int
    status: int
    count: int


@dataclass(frozen=True)
class Reload:
    """The same scenario once more, with another seed."""

    seed: int


destinations = st.sampled_from([b"1", b"+1", b"44", b"4412", b"491701234567", b"+49"])
asked = st.builds(
    lambda message, destination: replace(message, destination=Address(octets=destination)), messages, destinations
)
others = st.sampled_from(
    [
        encode("data_sm", sequence_number=7, fields={"destination_addr": "44"}, tlvs=[("message_payload", b"x" * 300)]),
        encode("submit_multi", sequence_number=8, fields={"registered_delivery": 0x11, "dest_addresses": [
            {"dest_flag": 1, "destination_addr": "44"}, {"dest_flag": 2, "dl_name": "l"}, {"dest_flag": 1}]}),
        encode("query_sm", sequence_number=9, fields={"message_id": "1"}),
        encode("cancel_sm", sequence_number=10, fields={"message_id": "1"}),
        encode("enquire_link", sequence_number=11),
        bind_octets("receiver", sequence_number=12),
        bind_octets("transceiver", "beta", "wrong", sequence_number=13),
    ]
)  # fmt: skip
many = st.lists(st.builds(SubmitSm.wire, asked, st.integers(1, 9)) | others, min_size=1, max_size=6).map(b"".join)
steps = weighted(
    (5, st.builds(Read, st.integers(0, 3), many)),
    (2, st.builds(Read, st.integers(0, 3), streams)),
    (3, st.builds(Pass, st.sampled_from([0.0, 0.3, 1.02, 5.1, 100.0]))),
    (2, st.builds(Answer, st.integers(0, 3), st.sampled_from([0, 0, 0x14, 0x65]), st.integers(1, 5))),
    (1, st.builds(Read, st.integers(0, 3), broken)),
    (1, st.builds(Reload, st.integers(0, 2))),
)
stories = st.lists(steps, max_size=12)


def play(
    loaded: Scenario, story: list[Any], *, fast: bool = True, pieces: int = 0, window: int = 3, written: Any = None
) -> Play:
    """Four connections that bind, or try to, and go on.

    ``pieces``: octets of each read; ``window``: for receipts; ``written``: takes the entries of the ledger.
    """
    receipts = ReceiptSettings(window=window, queue=40, keep=600.0, retry=(0.5, 2.0))
    timers = Timers(session_init=30.0, enquire_link=20.0, inactivity=60.0, response=4.0)
    game = Play(settings=smsc_settings(receipts=receipts, timers=timers), scenario=loaded, fast=fast)
    if written is not None:
        written.smsc = game.smsc
        game.smsc.ledger.entries = written
        game.smsc.ledger.kept = True
    binds = [
        bind_octets(),
        bind_octets(version=0x50),
        bind_octets("transceiver", "beta", "secret2", 0x33),
        bind_octets("transmitter"),
    ]
    for octets in binds:
        esme = game.connect()
        esme.raw = True
        give(game, esme, octets, pieces)
    for step in story:
        if isinstance(step, Pass):
            game.advance(step.seconds)
        elif isinstance(step, Reload):
            game.obey(loaded, step.seed)
        elif isinstance(step, Answer):
            esme = game.esmes[step.esme]
            for sequence, record in list(esme.session.outstanding.items())[: step.count]:
                command_id = 0x80000103 if record[5] == -0x103 else 0x80000005
                number = int.from_bytes(sequence, "big")
                give(game, esme, frame(command_id, b"\0", number, step.status), pieces)
        else:
            give(game, game.esmes[step.esme], step.octets, pieces)
    game.advance(3.0)
    return game


def give(game: Play, esme: Esme, octets: bytes, pieces: int) -> None:
    if not esme.ending:
        esme.give(*(octets[at : at + pieces] for at in range(0, len(octets), pieces)) if pieces else [octets])


def assert_sound(game: Play) -> None:
    """What holds at any time, whatever was written and sent."""
    assert game.smsc.counters.internal_errors == 0, [note.text for note in game.notes if note.level == "error"]
    for account in game.smsc.accounts:
        outstanding = sum(len(session.outstanding) for session in account.sessions)
        kept = sum(map(len, account.manual.values()))
        assert account.pending >= outstanding + account.waiting_count + kept
        assert account.pending >= 0
    for esme in game.esmes:
        assert esme.session.replies_pending >= 0


@given(scenarios, stories)
def test_nothing_that_a_scenario_says_raises(loaded: Scenario, story: list[Any]) -> None:
    game = play(loaded, story)
    assert_sound(game)
    game.advance(4000.0)
    assert_sound(game)


def assert_alike(one: Play, other: Play, *, reads: bool = True) -> None:
    """The same octets, records, counters and notes; ``reads``: and they were read alike."""
    assert [bytes(esme.octets) for esme in one.esmes] == [bytes(esme.octets) for esme in other.esmes]
    assert [(esme.ending, esme.frozen) for esme in one.esmes] == [(esme.ending, esme.frozen) for esme in other.esmes]
    if reads:
        assert list(one.smsc.journal.newest_first()) == list(other.smsc.journal.newest_first())
    assert one.smsc.counters == other.smsc.counters
    assert one.notes == other.notes
    assert list(one.smsc.switches) == list(other.smsc.switches)
    for left, right in zip(one.smsc.accounts, other.smsc.accounts, strict=True):
        assert (left.pending, left.waiting, left.attempts) == (right.pending, right.waiting, right.attempts)
        assert left.balance == right.balance
        assert list(left.manual) == list(right.manual)
    assert (one.smsc.rules is None) is (other.smsc.rules is None)
    if one.smsc.rules is not None and other.smsc.rules is not None:
        counts = [[each.decided for each in game.smsc.rules.rules] for game in (one, other) if game.smsc.rules]
        assert counts[0] == counts[1]


@given(scenarios, stories)
def test_with_and_without_the_lane_nothing_differs(loaded: Scenario, story: list[Any]) -> None:
    assert_alike(play(loaded, story, fast=True), play(loaded, story, fast=False))


@given(scenarios, stories, st.sampled_from([1, 7, 50]))
def test_however_the_octets_are_split_nothing_differs(loaded: Scenario, story: list[Any], pieces: int) -> None:
    # What waits for room in a full window leaves at the end of the read that makes room, so there the reads do matter.
    whole = play(loaded, story, window=1000)
    assert_alike(whole, play(loaded, story, pieces=pieces, window=1000), reads=False)


@given(scenarios, stories)
def test_two_runs_are_the_same(loaded: Scenario, story: list[Any]) -> None:
    assert_alike(play(loaded, story), play(loaded, story))


# Those that everybody has


def numbered(number: str, sequence_number: int = 1) -> bytes:
    return SubmitSm(destination=Address(octets=number.encode())).wire(sequence_number)


@pytest.fixture(params=[True, False], ids=["fast", "full"])
def numbers(request: pytest.FixtureRequest) -> Play:
    return Play(scenario=load("builtin:test-numbers"), fast=request.param)


@pytest.mark.parametrize(
    ("number", "states"),
    [
        ("447700900001", ["UNDELIV err:001"]),
        ("447700900003", ["REJECTD err:003"]),
        ("447700900004", ["DELETED err:000"]),
        ("447700900005", ["UNKNOWN err:000"]),
        ("447700900006", ["ACCEPTD err:000"]),
        ("447700900007", []),
        ("447700900008", []),
        ("447700900009", ["DELIVRD err:000", "DELIVRD err:000"]),
        ("447700900010", ["DELIVRD err:000"]),
        ("447700900999", ["DELIVRD err:000"]),
        ("+447700900001", ["UNDELIV err:001"]),
        ("4477009000012", ["DELIVRD err:000"]),
    ],
)
def test_test_numbers_that_are_accepted(numbers: Play, number: str, states: list[str]) -> None:
    esme = numbers.bind()
    came = esme.give(numbered(number))
    numbers.advance(5)
    came += esme.take()
    names = [pdu.name for pdu in came]
    first = "deliver_sm" if number.endswith("010") else "submit_sm_resp"
    assert names[0] == first
    assert sorted(names) == sorted(["submit_sm_resp", *["deliver_sm"] * len(states)])
    shown = [text_of(pdu).split(b"stat:")[1].split(b" text")[0].decode() for pdu in came if pdu.name == "deliver_sm"]
    assert shown == states


@pytest.mark.parametrize(
    ("number", "status"),
    [("100", 0x40B), ("101", 0x58), ("102", 0x14), ("103", 0x08), ("104", 0x0B)],
)
def test_test_numbers_that_are_refused(numbers: Play, number: str, status: int) -> None:
    esme = numbers.bind()
    assert brief(esme.give(numbered(f"447700900{number}", 5))) == [("submit_sm_resp", status, 5)]
    numbers.advance(5)
    assert esme.take() == []


def test_test_numbers_that_are_answered_badly(numbers: Play) -> None:
    esme = numbers.bind()
    assert esme.give(numbered("447700900110", 1), numbered("447700900111", 2)) == []
    numbers.advance(64.9)
    assert [pdu.name for pdu in esme.take()] == ["deliver_sm"]
    numbers.advance(1.2)
    assert [pdu.name for pdu in esme.take()] == ["submit_sm_resp", "deliver_sm"]
    before = len(esme.octets)
    esme.give(numbered("447700900112", 3))
    assert len(esme.octets) - before == 9
    assert esme.ending


def test_the_test_number_that_fails_twice(numbers: Play) -> None:
    esme, other = numbers.bind(), numbers.bind()
    assert [each.give(numbered("447700900120"))[0].command_status for each in (esme, other, esme)] == [0x58, 0x58, 0]


def test_smppsim_decides_by_the_first_digit() -> None:
    game = Play(scenario=scenario("profile: smppsim"))
    esme = game.bind()
    wanted = {"1": "EXPIRED err:903", "2": "DELETED err:904", "3": "UNDELIV err:901", "4": "ACCEPTD err:002",
              "5": "REJECTD err:902", "6": "DELIVRD err:000"}  # fmt: skip
    for digit in wanted:
        esme.give(numbered(digit + "000"))
    game.advance(2)
    shown = {
        str(pdu.fields["source_addr"])[0]: text_of(pdu).split(b"stat:")[1].split(b" Text")[0].decode()
        for pdu in esme.take()
        if pdu.name == "deliver_sm"
    }
    assert shown == wanted


# One after the other


def test_half_an_answer_once_for_each_message() -> None:
    game = Play(scenario=rule("when: {to: '*03', first: 1 per message}, reply: {cut_after: 9, then: reset}"))
    for number in ("4403", "4503"):
        esme = game.bind()
        esme.raw = True
        before = len(esme.octets)
        esme.give(numbered(number))
        assert len(esme.octets) - before == 9
        assert esme.ending is Ending.ABORT
        assert brief(game.bind().give(numbered(number))) == [("submit_sm_resp", 0, 1)]


def receipts_of(game: Play, esme: Esme) -> list[Pdu]:
    game.advance(1.1)
    return [pdu for pdu in esme.take() if pdu.name == "deliver_sm"]


@pytest.mark.parametrize(
    ("retry", "instants"),
    [("none", []), ("1s", [1, 2, 3, 4]), ("[1s, 2s, 5s]", [1, 3, 8, 13])],
)
def test_a_rule_says_when_a_receipt_is_tried_again(retry: str, instants: list[int]) -> None:
    game = Play(scenario=rule(f"event: deliver_sm_resp, when: {{command_status: ESME_RX_P_APPN}}, retry: {retry}"))
    esme = game.bind()
    esme.submit()
    (receipt,) = receipts_of(game, esme)
    esme.answer(receipt, CommandStatus.ESME_RX_P_APPN)
    came = []
    for second in range(14):
        game.advance(0.05)
        for pdu in esme.take():
            came.append(second)
            esme.answer(pdu, CommandStatus.ESME_RX_P_APPN)
        game.advance(0.95)
    assert came[: len(instants)] == instants
    if not instants:
        assert came == []
        assert game.account().pending == 0
        assert game.smsc.counters.receipts_refused == 1


def test_what_the_rule_does_not_decide_is_tried_again_as_usual() -> None:
    game = Play(scenario=rule("event: deliver_sm_resp, when: {first: 1}, retry: none"))
    esme = game.bind()
    for _ in range(2):
        esme.submit()
    for pdu in receipts_of(game, esme):
        esme.answer(pdu, CommandStatus.ESME_RMSGQFUL)
    game.advance(5.1)
    (again,) = esme.take()
    assert message_id_of(again) == "0000000002"
    esme.answer(again)
    assert game.account().pending == 0


def test_taken_is_taken_whatever_the_ladder_is() -> None:
    game = Play(scenario=rule("event: deliver_sm_resp, retry: 1s"))
    esme = game.bind()
    esme.submit()
    (receipt,) = receipts_of(game, esme)
    esme.answer(receipt)
    assert game.account().pending == 0
    game.advance(10)
    assert esme.take() == []
