"""Going on after a restart: whatever the instant at which a simulator is gone, nothing that it owed is lost."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario.loaded import Scenario
from smsc_sim.scenario.settings import ReceiptSettings
from smsc_sim.sim.receipts.resume import Resumption
from smsc_sim.sim.smsc import Smsc
from smsc_sim.sim.store.batch import Numbers
from smsc_sim.sim.store.counted import counted
from smsc_sim.sim.store.finding import Finder
from smsc_sim.sim.store.reading import messages_where
from smsc_sim.sim.store.store import Store
from smsc_sim.sim.store.stored import StoredMessage
from smsc_sim.sim.store.unended import mark_resent, unended
from smsc_sim.smpp.receipt_text import MessageState
from tests.sim.playing import (
    START,
    Address,
    Esme,
    Play,
    SubmitSm,
    message_id_of,
    rule,
    scenario,
    smsc_settings,
    text_of,
)

RECEIPTS = ReceiptSettings(retry=(2.0, 5.0), keep=100_000.0)


def begin(store: Store, loaded: Scenario, now: float = START) -> Play:
    """A simulator that begins with what is in the store."""
    play = Play(scenario=loaded, settings=smsc_settings(receipts=RECEIPTS), now=now)
    smsc = play.smsc
    smsc.begin_with(store.numbers.next_id, store.numbers.next_number, store.numbers.last_session)
    smsc.recall(counted(store))
    smsc.ledger.kept = True
    smsc.lookup = Finder(store, lambda: smsc.ledger.entries)
    resume(store, smsc, play.now)
    play.settle()
    return play


def resume(store: Store, smsc: Smsc, now: float) -> Resumption:
    before = smsc.ledger.next_id
    while store.expand_earlier():
        pass
    mark_resent(store, before)
    resumption = Resumption(smsc)
    after = 0
    while (portion := unended(store, after, before)).messages:
        resumption.plan(portion, now)
        after = portion.messages[-1].id
    return resumption


def write(play: Play, store: Store) -> None:
    store.write(play.smsc.ledger.take(), Numbers(*play.smsc.numbers()))


def restarted(store: Store) -> Store:
    """The store as another process finds it: what was written is there, what was remembered is not."""
    store.land()
    again = Store.__new__(Store)
    again.__dict__.update(store.__dict__)
    again.staging = type(store.staging)()
    again._begin()
    return again


def rows(store: Store) -> dict[int, StoredMessage]:
    while store.expand():
        pass
    return {message.id: message for message in messages_where(store.connection, "1")}


def test_a_receipt_that_was_to_come_comes_at_its_instant() -> None:
    store = Store()
    play = begin(store, rule("receipt: {state: UNDELIV, after: 60s}"))
    submitted = message_id_of(play.bind().submit(SubmitSm(text=b"Hello")))
    write(play, store)
    again = begin(store := restarted(store), rule("receipt: {state: UNDELIV, after: 60s}"), now=play.now + 10)
    esme = again.bind()
    again.advance(49)
    assert esme.take() == []
    again.advance(2)
    (receipt,) = esme.take()
    assert message_id_of(receipt) == submitted
    assert b"stat:UNDELIV" in text_of(receipt)
    assert b"text:Hello" in text_of(receipt)


def test_one_that_was_sent_and_not_answered_is_sent_again_and_marked() -> None:
    store = Store()
    play = begin(store, scenario(""))
    esme = play.bind()
    ids = [message_id_of(esme.submit(SubmitSm())) for _ in range(3)]
    play.advance(2)
    first, *_ = esme.take()
    esme.answer(first)
    write(play, store)
    again = begin(store := restarted(store), scenario(""), now=play.now + 1)
    other = again.bind()
    again.advance(1)
    assert [message_id_of(receipt) for receipt in other.take()] == ids[1:]
    write(again, store)
    assert [receipt.resent for message in rows(store).values() for receipt in message.receipts] == [False, True, True]


def test_attempts_that_failed_before_count() -> None:
    store = Store()
    play = begin(store, scenario(""))
    esme = play.bind()
    esme.submit(SubmitSm())
    play.advance(1.1)
    (receipt,) = esme.take()
    esme.answer(receipt, 0x14)
    write(play, store)
    again = begin(store := restarted(store), scenario(""), now=play.now + 1)
    other = again.bind()
    again.advance(2)
    (receipt,) = other.take()
    other.answer(receipt, 0x14)
    again.advance(4)
    assert other.take() == []
    again.advance(2)
    assert len(other.take()) == 1


def test_a_receipt_that_somebody_has_to_send_still_can_be() -> None:
    store = Store()
    play = begin(store, rule("receipt: manual"))
    message_id = message_id_of(play.bind().submit(SubmitSm()))
    write(play, store)
    again = begin(store := restarted(store), rule("receipt: manual"), now=play.now + 1)
    esme = again.bind()
    assert again.smsc.release(again.account(), message_id, again.now, MessageState.REJECTED) == 1
    again.settle()
    (receipt,) = esme.take()
    assert b"stat:REJECTD" in text_of(receipt)


def test_a_rule_that_is_gone_leaves_the_usual_receipt() -> None:
    store = Store()
    play = begin(store, rule("receipt: {state: EXPIRED, after: 60s, times: 2, every: 5s, text: 'mine {id}'}"))
    play.bind().submit(SubmitSm())
    write(play, store)
    again = begin(store := restarted(store), scenario(""), now=play.now + 1)
    esme = again.bind()
    again.advance(70)
    receipts = esme.take()
    assert len(receipts) == 2
    assert all(b"stat:EXPIRED" in text_of(receipt) for receipt in receipts)


def test_ids_and_gates_and_wallets_go_on() -> None:
    text = """
        accounts: [{system_id: alpha, password: secret1, wallet: {balance: 3, price: 1}}]
        rules: [{name: r, when: {first: 2 per to}, reply: ESME_RTHROTTLED}]
    """
    store = Store()
    play = begin(store, scenario(text))
    esme = play.bind()
    assert [esme.submit(SubmitSm()).command_status for _ in range(3)] == [0x58, 0x58, 0]
    write(play, store)
    again = begin(store := restarted(store), scenario(text), now=play.now + 1)
    other = again.bind()
    response = other.submit(SubmitSm())
    assert (response.command_status, message_id_of(response)) == (0, "0000000002")
    assert other.submit(SubmitSm(destination=Address(octets=b"49"))).command_status == 0x58
    assert again.account().balance == 1


def test_messages_of_accounts_that_are_gone_stay() -> None:
    store = Store()
    play = begin(store, scenario("accounts: [{system_id: alpha, password: secret1}]"))
    play.bind().submit(SubmitSm())
    write(play, store)
    opened = restarted(store)
    other = Play(scenario=scenario("accounts: [{system_id: gamma, password: secret1}]"))
    other.smsc.begin_with(*(opened.numbers.next_id, opened.numbers.next_number, opened.numbers.last_session))
    resumption = resume(opened, other.smsc, other.now)
    assert (resumption.resumed, resumption.without_account) == (0, 1)
    assert [receipt.status for receipt in rows(opened)[1].receipts] == ["scheduled"]


RULES = """
    rules:
      - name: odd
        when: {text: {contains: odd}}
        receipts: [{state: ENROUTE, after: 1s}, {after: 4s, times: 2, every: 3s}]
      - {name: mo, when: {text: {contains: mo}}, mo: {text: "back {text}"}}
      - {name: early, when: {text: {contains: early}}, receipt: {before: reply}}
      - {name: no, when: {text: {contains: no}}, reply: ESME_RSYSERR}
"""
happenings = st.lists(
    st.one_of(
        st.builds(
            SubmitSm,
            text=st.sampled_from([b"plain", b"odd", b"mo", b"early", b"no"]),
            registered_delivery=st.sampled_from([0, 1, 0x11]),
        ),
        st.sampled_from([0.5, 3.0]),
        st.sampled_from(["answer", "refuse", "later", "die", "expand"]),
    ),
    max_size=30,
)


@given(happenings)
def test_nothing_is_lost_however_often_it_dies(story: list[Any]) -> None:
    """Each receipt that was due is answered ESME_ROK once, or was given up for the ESME's answer; none is lost."""
    store = Store()
    play = begin(store, scenario(RULES))
    esme = play.bind()
    taken: Counter[bytes] = Counter()
    for step in story:
        if isinstance(step, SubmitSm):
            esme.submit(step)
        elif isinstance(step, float):
            play.advance(step)
        elif step == "die":
            # What is not written is not answered either: both are gone together.
            write(play, store)
            store = restarted(store)
            play = begin(store, scenario(RULES), now=play.now + 1)
            esme = play.bind()
        elif step == "expand":
            write(play, store)
            store.expand(2)
        else:
            answer(esme, step, taken)
    play.advance(60)
    for _ in range(6):
        answer(esme, "answer", taken)
        play.advance(60)
    assert play.smsc.counters.internal_errors == 0
    write(play, store)
    for message in rows(store).values():
        for receipt in message.receipts:
            assert receipt.status in {"acknowledged", "refused"}, (message, receipt)
            assert taken[receipt.key] == (receipt.status == "acknowledged")
    assert play.account().pending == 0


def answer(esme: Esme, how: str, taken: Counter[bytes]) -> None:
    status = {"answer": 0, "refuse": 0x65, "later": 0x14}[how]
    for pdu in esme.take():
        if pdu.name == "deliver_sm":
            sequence = pdu.octets[12:16]
            key = esme.session.outstanding[sequence][0]
            if not status:
                taken[key] += 1
            esme.answer(pdu, status)
