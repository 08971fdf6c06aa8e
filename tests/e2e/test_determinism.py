"""Chance is a property of the message: the same ones fail however many sessions there are, and in every run."""

from __future__ import annotations

import contextlib
import textwrap
from collections import Counter
from pathlib import Path

import pytest

from tests.e2e import wire
from tests.e2e.laboratory import laboratory
from tests.e2e.messages import parse, request
from tests.e2e.wire import Esme

SCENARIO = textwrap.dedent("""\
    smsc: 1
    seed: 42
    rules:
      - {name: flaky core, when: {chance: 10%}, reply: ESME_RSYSERR}
      - {name: busy, when: {to: "*7", chance: 30%}, reply: ESME_RMSGQFUL}
      - {name: the rest, receipt: {state: {DELIVRD: 70, UNDELIV: 20, EXPIRED: 10}, after: 500ms..4s}}
    """)
ESME_RMSGQFUL = 0x14
MESSAGES = [f"44770090{number % 400:04}" for number in range(1000)]
"""A thousand messages, of which the client sends some two or three times."""

Outcomes = tuple[Counter[tuple[str, int]], Counter[tuple[str, str | None]]]
"""How often each number was answered with each command_status, and told of in each state."""


def outcomes(directory: Path, sessions: int, order: int = 1, *, seed: str | None = None) -> Outcomes:
    """Submit all messages, spread over so many sessions, from the first one on or (-1) from the last one."""
    # A folder of its own for each run: one that goes on in the same folder goes on with its counters.
    directory = directory / f"run{len(list(directory.iterdir()))}"
    directory.mkdir()
    scenario = directory / "chance.yaml"
    scenario.write_text(SCENARIO, encoding="utf-8")
    options = ("--seed", seed) if seed is not None else ()
    answers: Counter[tuple[str, int]] = Counter()
    told: Counter[tuple[str, str | None]] = Counter()
    with laboratory(directory, *options, str(scenario)) as lab, contextlib.ExitStack() as stack:
        bound = [stack.enter_context(lab.connect()).bind() for _ in range(sessions)]
        waiting: list[dict[int, str]] = [{} for _ in bound]
        for index, number in enumerate(MESSAGES[::order]):
            esme = bound[index % sessions]
            waiting[index % sessions][request(esme, number, registered_delivery=1)] = number
        for esme, sent in zip(bound, waiting, strict=True):
            for frame in until_answered(esme):
                answers[sent[frame.sequence_number], frame.command_status] += 1
        lab.advance(4)
        for esme in bound:
            assert esme.is_alive()
            for receipt in map(parse, esme.requests):
                told[receipt.source_addr, receipt.part("stat")] += 1
    return answers, told


def until_answered(esme: Esme) -> list[wire.Frame]:
    """The responses before that to an enquire_link."""
    frames = []
    end = esme.request(wire.ENQUIRE_LINK)
    while (frame := esme.read() or pytest.fail("closed")).sequence_number != end:
        frames.append(frame)
    return frames


def test_the_same_messages_fail(tmp_path: Path) -> None:
    first = outcomes(tmp_path, 1)
    answers, told = first
    shares: Counter[int] = Counter()
    for (_, status), count in answers.items():
        shares[status] += count
    assert shares.total() == len(MESSAGES)
    assert 60 <= shares[wire.ESME_RSYSERR] <= 140
    assert 10 <= shares[ESME_RMSGQFUL] <= 50
    assert told.total() == shares[0]
    assert {state for _, state in told} == {"DELIVRD", "UNDELIV", "EXPIRED"}
    assert outcomes(tmp_path, 1) == first, "in another run"
    for sessions in (4, 16):
        assert outcomes(tmp_path, sessions) == first, f"with {sessions} sessions"
    assert outcomes(tmp_path, 4, -1) == first, "in another order"
    assert outcomes(tmp_path, 4, seed="43") != first, "with another seed"
