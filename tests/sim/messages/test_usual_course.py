"""The usual course: what a rule decides on the message path comes to what the full decoder makes of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario.loaded import Scenario
from smsc_sim.scenario.settings import ReceiptSettings
from smsc_sim.sim.messages.ledger import RUN, SUBMISSION
from smsc_sim.sim.smsc import Smsc
from smsc_sim.sim.store.batch import Numbers
from smsc_sim.sim.store.reading import messages_where
from smsc_sim.sim.store.store import Store
from smsc_sim.sim.store.stored import StoredMessage
from tests.sim.playing import Address, Play, SubmitSm, scenario, smsc_settings

USUAL = (
    "UNDELIV",
    "none",
    "{state: {DELIVRD: 60, UNDELIV: 30, REJECTD: 10}, after: 500ms..4s}",
    "{state: EXPIRED, after: 0s}",
    "{state: UNDELIV, err: '011', after: 1s}",
    "{after: 3s}",
)
UNUSUAL = (
    "{state: UNDELIV, times: 2, every: 1s}",
    "{state: ENROUTE}",
    "{after: 61s}",
    "{after: validity}",
    "{before: reply}",
    "{force: true}",
    "[{state: ENROUTE}, {state: UNDELIV, after: 2s}]",
    "{text: 'id:{id} gone'}",
)
receipts = st.sampled_from(USUAL + UNUSUAL)
written = st.builds(
    lambda ours, theirs, otherwise: (
        f"""
        rules:
          - {{name: ours, when: {{to: "4479*", first: 3}}, receipt: {ours}}}
          - {{name: no, when: {{to: "4479*", chance: 20%}}, reply: ESME_RTHROTTLED}}
          - {{name: theirs, when: {{text: "*7"}}, receipt: {theirs}}}
        {otherwise}"""
    ),
    receipts,
    receipts,
    st.builds("defaults: {{receipt: {}}}".format, receipts) | st.just(""),
)
messages = st.lists(
    st.builds(
        SubmitSm,
        destination=st.sampled_from([Address(octets=b"447900000001"), Address(octets=b"491701234567")]),
        registered_delivery=st.sampled_from([0, 1, 2, 3, 0x11]),
        data_coding=st.sampled_from([0, 0, 8]),
        text=st.sampled_from([b"code 17", b"\x1be 7", b"\x00A\x007", b"Hello"]),
    ),
    min_size=1,
    max_size=10,
)


def stored(smsc: Smsc) -> list[StoredMessage]:
    store = Store(None)
    store.write(smsc.ledger.take(), Numbers(*smsc.numbers()))
    while store.expand():
        pass
    return list(messages_where(store.connection, "1", ()))


def game(loaded: Scenario, submitted: list[SubmitSm], *, fast: bool, settings: ReceiptSettings | None = None) -> Play:
    play = Play(scenario=loaded, settings=smsc_settings(receipts=settings), fast=fast)
    play.smsc.ledger.kept = True
    esme = play.bind()
    esme.give(b"".join(message.wire(number) for number, message in enumerate(submitted, 1)))
    play.advance(2.0)
    esme.give(b"".join(message.wire(number) for number, message in enumerate(submitted, 1)))
    play.advance(70.0)
    return play


@given(written, messages)
def test_both_ways_come_to_the_same(text: str, submitted: list[SubmitSm]) -> None:
    quick, slow = (game(scenario(text), submitted, fast=fast) for fast in (True, False))
    assert [bytes(esme.octets) for esme in quick.esmes] == [bytes(esme.octets) for esme in slow.esmes]
    assert quick.smsc.counters == slow.smsc.counters
    assert quick.account().pending == slow.account().pending
    assert stored(quick.smsc) == stored(slow.smsc)


@pytest.mark.parametrize("receipt", USUAL)
def test_what_is_usual_stays_on_the_message_path(receipt: str) -> None:
    play = game(scenario(f"rules: [{{name: r, receipt: {receipt}}}]"), [SubmitSm()] * 3, fast=True)
    assert {entry[0] for entry in play.smsc.ledger.entries} & {RUN, SUBMISSION} == {RUN}


@pytest.mark.parametrize("receipt", UNUSUAL)
def test_what_is_not_goes_to_the_full_decoder(receipt: str) -> None:
    play = game(scenario(f"rules: [{{name: r, receipt: {receipt}}}]"), [SubmitSm()] * 3, fast=True)
    assert {entry[0] for entry in play.smsc.ledger.entries} & {RUN, SUBMISSION} == {SUBMISSION}


def test_a_receipt_that_would_wait_too_long_when_prepared_now_is_prepared_later() -> None:
    settings = ReceiptSettings(keep=4.0)
    text = "rules: [{name: r, receipt: {state: UNDELIV, after: 3s}}]"
    play = game(scenario(text), [SubmitSm()], fast=True, settings=settings)
    assert {entry[0] for entry in play.smsc.ledger.entries} & {RUN, SUBMISSION} == {SUBMISSION}
