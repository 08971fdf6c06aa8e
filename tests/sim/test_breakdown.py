from __future__ import annotations

from typing import get_args

from smsc_sim.sim.breakdown import BOUNDS, ERROR_KINDS, FAULT_KINDS, UNKNOWN, Counts, ErrorKind, FaultKind, Histogram
from tests.sim.playing import Play, SubmitSm, frame, scenario


def test_every_kind_is_listed() -> None:
    assert get_args(ErrorKind) == ERROR_KINDS
    assert get_args(FaultKind) == FAULT_KINDS


def test_kinds_are_bounded() -> None:
    counts = Counts("rest", most=2)
    for kind in "abcdea":
        counts.add(kind)
    assert counts == {"a": 2, "b": 1, "rest": 3}


def test_buckets_take_what_is_up_to_their_end() -> None:
    histogram = Histogram()
    for seconds in (0.0, BOUNDS[0], BOUNDS[1], BOUNDS[-1] + 1):
        histogram.add(seconds)
    assert (histogram.counts[:2], histogram.counts[-1], sum(histogram.counts)) == ([2, 1], 1, 4)


def test_statuses_that_esmes_invent_do_not_fill_memory() -> None:
    play = Play()
    esme = play.bind()
    esme.give(*(frame(0x80000005, sequence_number=9, command_status=status) for status in range(1000, 2000)))
    received = play.smsc.breakdown.received
    assert len(received) < 600
    assert received[UNKNOWN, UNKNOWN] > 400


def test_every_fault_of_an_answer_is_counted() -> None:
    replies = {
        "none": "lost", "{nack: ESME_RSYSERR}": "nack", "{delay: 1s}": "late", "{cut_after: 9}": "cut",
        "{dribble: 1 every 1s}": "dribbled", "{corrupt: garbage}": "corrupted", "{repeat: 2}": "repeated",
        "{sequence_number: zero}": "renumbered", "{then: close}": "closed", "{then: reset}": "reset",
        "{then: hang}": "hung",
    }  # fmt: skip
    for reply, kind in replies.items():
        play = Play(scenario=scenario(f"rules: [{{name: r, reply: {reply}}}]"))
        esme = play.bind()
        esme.raw = True
        esme.give(SubmitSm().wire())
        assert dict(play.smsc.breakdown.faults) == {kind: 1}, reply
    for action, kind in {"unbind": "unbound", "freeze": "frozen"}.items():
        play = Play(scenario=scenario(f"rules: [{{name: r, session: {action}}}]"))
        play.bind().give(SubmitSm().wire())
        assert dict(play.smsc.breakdown.faults) == {kind: 1}, action
