"""A message that is kept: whatever an ESME does with it, all that it is told about it agrees."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.sim.messages.kept_message import KeptMessage
from smsc_sim.sim.messages.ledger import RUN, SUBMISSION
from smsc_sim.sim.rules.decision import receipt_wanted
from smsc_sim.smpp.receipt_text import MessageState
from smsc_sim.smpp.status import CommandStatus
from smsc_sim.smpp.times import format_absolute, format_relative
from tests.sim.keeping import Keeper, keep
from tests.sim.playing import Esme, Play, SubmitSm, message_id_of, scenario

RULES = """
rules:
  - {name: late, when: {text: late}, receipt: {after: 20s}}
  - {name: undeliv, when: {text: undeliv}, receipt: {state: UNDELIV, err: '012', after: 3s}}
  - {name: told, when: {text: told}, receipts: [{state: ENROUTE, after: 1s}, {state: DELIVRD, after: 8s}]}
  - {name: chance, when: {text: chance}, receipt: {state: {DELIVRD: 1, REJECTD: 1}, after: 1s..9s}}
  - {name: hex, when: {text: hex}, ids: {reply: hex, receipt: decimal}}
  - {name: slow, when: {text: slow}, reply: {delay: 2s}}
  - {name: manual, when: {text: manual}, receipt: manual}
"""
TEXTS = ["plain", "late", "undeliv", "told", "chance", "hex", "slow", "manual"]
PENDING = (MessageState.SCHEDULED, MessageState.ENROUTE)
SENDER: dict[str, Any] = {"source_addr_ton": 5, "source_addr_npi": 0, "source_addr": "Sender"}


@dataclass
class Known:
    """What an ESME knows of one of its messages."""

    registered_delivery: int
    receipts: list[MessageState] = field(default_factory=list)
    final: tuple[MessageState, str] | None = None
    cancelled: bool = False


@dataclass
class Client:
    """An ESME that believes nothing: it compares all that it is told."""

    play: Play
    keeper: Keeper
    esme: Esme
    known: dict[str, Known] = field(default_factory=dict)
    by_receipt_id: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls) -> Client:
        play = Play(scenario=scenario(RULES))
        return cls(play, keep(play), play.bind())

    def submit(self, text: str, registered_delivery: int, wait: int, lasts: int) -> None:
        message = SubmitSm(
            text=text.encode(),
            registered_delivery=registered_delivery,
            schedule_delivery_time=format_relative(wait).encode() if wait else b"",
            validity_period=format_absolute(self.play.now + wait + lasts).encode() if lasts else b"",
        )
        before = len(self.play.smsc.ledger.entries)
        for pdu in self.esme.give(message.wire()):
            assert (pdu.name, pdu.command_status) == ("submit_sm_resp", 0)
        (made,) = (entry for entry in self.play.smsc.ledger.entries[before:] if entry[0] in (RUN, SUBMISSION))
        rows: Any = made[9]
        message_id, receipt_id = (f"{made[6]:010d}",) * 2 if made[0] == RUN else rows[0][1:3]
        self.known[message_id] = Known(registered_delivery)
        self.by_receipt_id[receipt_id] = message_id

    def query(self, message_id: str) -> MessageState:
        answer = self.esme.ask("query_sm", message_id=message_id, **SENDER)
        assert answer.command_status == 0
        state = MessageState(int(str(answer.fields["message_state"])))
        date, known = str(answer.fields["final_date"]), self.known[message_id]
        assert bool(date) == (state not in PENDING)
        if known.final is not None:
            assert known.final == (state, date), "what is final stays so"
        elif date:
            known.final = (state, date)
        return state

    def cancel(self, message_id: str) -> None:
        pending = self.query(message_id) in PENDING
        answer = self.esme.ask("cancel_sm", message_id=message_id, **SENDER)
        assert answer.command_status == (0 if pending else CommandStatus.ESME_RCANCELFAIL)
        if pending:
            self.known[message_id].cancelled = True
            assert self.query(message_id) is MessageState.DELETED

    def replace(self, message_id: str, registered_delivery: int) -> None:
        pending = self.query(message_id) in PENDING
        fields: dict[str, Any] = {"short_message": b"new", "registered_delivery": registered_delivery, **SENDER}
        answer = self.esme.ask("replace_sm", message_id=message_id, **fields)
        assert answer.command_status == (0 if pending else CommandStatus.ESME_RREPLACEFAIL)
        if pending:
            self.known[message_id].registered_delivery = registered_delivery
            assert self.query(message_id) in PENDING

    def release(self, message_id: str) -> None:
        self.play.smsc.release(self.play.account(), message_id, self.play.now)
        self.play.settle()
        self.hear()

    def advance(self, seconds: float) -> None:
        self.play.advance(seconds)
        self.hear()

    def hear(self) -> None:
        """Take what has come, and ask about each message that a receipt tells of."""
        for pdu in self.esme.take():
            if pdu.name != "deliver_sm":
                continue
            message_id = self.by_receipt_id[message_id_of(pdu)]
            state = MessageState(int(str(pdu.tlv("message_state"))))
            assert not self.esme.answer(pdu)
            if state not in PENDING:
                self.known[message_id].receipts.append(state)
                assert self.query(message_id) is state, "query and receipt agree"


FINAL = [MessageState(value) for value in range(2, 9)]


@pytest.mark.parametrize("state", [*PENDING, *FINAL], ids=lambda state: state.name)
@pytest.mark.parametrize("command", ["query_sm", "cancel_sm", "replace_sm"])
def test_every_operation_in_every_state(state: MessageState, command: str) -> None:
    client = Client.of()
    wait = 3600 if state is MessageState.SCHEDULED else 0
    client.submit("manual" if state in FINAL else "late", 1, wait, 0)
    ((message_id, known),) = client.known.items()
    if state in FINAL:
        client.play.smsc.release(client.play.account(), message_id, client.play.now, state)
        client.play.settle()
        client.hear()
    (kept,) = client.keeper.find("alpha", message_id)
    assert KeptMessage.at(kept, client.play.now).state is state
    fields: dict[str, Any] = {"message_id": message_id, **SENDER}
    answer = client.esme.ask(command, **fields)
    failure = {"cancel_sm": CommandStatus.ESME_RCANCELFAIL, "replace_sm": CommandStatus.ESME_RREPLACEFAIL}
    assert answer.command_status == (failure.get(command, 0) if state in FINAL else 0)
    assert answer.name == f"{command}_resp"
    assert known.receipts == [state] * (state in FINAL)


steps = st.one_of(
    st.tuples(
        st.just("submit"), st.sampled_from(TEXTS), st.sampled_from([0, 1, 2, 3, 0x11]), st.sampled_from([0, 0, 5, 3600])
    ),
    st.tuples(st.just("advance"), st.sampled_from([0.01, 0.5, 1.0, 2.0, 7.0, 60.0]), st.just(0), st.just(0)),
    st.tuples(
        st.sampled_from(["query", "cancel", "replace", "release", "write", "expand"]),
        st.integers(0, 20),
        st.sampled_from([0, 1, 2]),
        st.just(0),
    ),
)


@given(st.lists(st.tuples(steps, st.sampled_from([0, 0, 1, 4, 30])), max_size=25))
def test_whatever_is_done_all_that_is_told_agrees(script: list[tuple[tuple[Any, Any, int, int], int]]) -> None:
    client = Client.of()
    for (what, which, value, wait), lasts in script:
        ids = list(client.known)
        if what == "submit":
            client.submit(which, value, wait, lasts)
        elif what == "advance":
            client.advance(which)
        elif what == "write":
            client.keeper.write()
        elif what == "expand":
            client.keeper.store.expand(1)
        elif ids:
            message_id = ids[which % len(ids)]
            if what == "query":
                client.query(message_id)
            elif what == "cancel":
                client.cancel(message_id)
            elif what == "replace":
                client.replace(message_id, value)
            else:
                client.release(message_id)
    client.advance(7200)
    for message_id, known in client.known.items():
        state = client.query(message_id)
        if state in PENDING:
            client.release(message_id)
            state = client.query(message_id)
        assert known.cancelled == (state is MessageState.DELETED)
        wanted = receipt_wanted(known.registered_delivery, state)
        assert known.receipts == [state] * wanted
    assert client.play.account().pending == 0
    assert client.play.smsc.delivery.withdrawn == set()
    assert client.play.smsc.counters.internal_errors == 0
    assert all(
        receipt.status not in ("scheduled", "waiting", "sent")
        for one in client.keeper.all()
        for receipt in one.receipts
    )


@pytest.mark.parametrize("rows", [False, True])
def test_what_became_of_its_receipts_is_known_wherever_that_is_written(rows: bool) -> None:
    client = Client.of()
    client.submit("told", 0x11, 0, 0)
    client.keeper.write()
    if rows:
        client.keeper.store.expand()
    client.advance(2)
    client.keeper.write()
    (message_id,) = client.known
    (kept,) = client.keeper.find("alpha", message_id)
    assert [receipt.status for receipt in kept.receipts] == ["acknowledged", "scheduled"]
    client.cancel(message_id)
    client.advance(60)
    assert client.play.smsc.delivery.withdrawn == set()
