"""``receipt`` and ``receipts`` as they are written."""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from smsc_sim.scenario.amount_values import AfterValue
from smsc_sim.scenario.id_values import IdFormValue
from smsc_sim.scenario.reading import NOT_TOGETHER, Reading
from smsc_sim.scenario.receipt_action import ReceiptAction, ReceiptPdu
from smsc_sim.scenario.text_values import ErrText, TemplateText, ViaText
from smsc_sim.scenario.tlv_values import ReceiptTlvs
from smsc_sim.scenario.value_kind import BadValue, ValueKind
from smsc_sim.scenario.values import Duration
from smsc_sim.smpp.receipt_text import MessageState

STATES: Final[dict[str, MessageState]] = {state.stat: state for state in MessageState}
"""Each state by its word in a receipt."""

StateWord = MessageState | Literal["none", "manual"]

_WORDS: Final[dict[str, StateWord]] = {**STATES, "none": "none", "manual": "manual"}


def parse_state(text: str) -> MessageState:
    """Return the state from its word in a receipt, such as DELIVRD. Raises BadValue."""
    if text not in STATES:
        raise BadValue(text, choices=tuple(STATES))
    return STATES[text]


def parse_state_word(text: str) -> StateWord:
    """Return a state from its word, "none" or "manual". Raises BadValue."""
    if text not in _WORDS:
        raise BadValue(text, choices=tuple(_WORDS))
    return _WORDS[text]


STATE: Final = ValueKind("a state", "STATE", parse_state, lambda state: state.stat, {"enum": list(STATES)})
STATE_WORD: Final = ValueKind(
    "a state, none or manual",
    "STATE",
    parse_state_word,
    lambda word: word if isinstance(word, str) else word.stat,
    {"enum": list(_WORDS)},
)

State = Annotated[MessageState, STATE.meta("A state: DELIVRD, UNDELIV, EXPIRED ...")]
ReceiptWord = Annotated[StateWord, STATE_WORD.meta("A state, none (no receipt) or manual (waits for a click).")]
Share = Annotated[float, Meta(ge=0, le=1_000_000, description="How often, compared with the others.")]


class WrittenReceipt(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What happens to a message after its reply."""

    state: ReceiptWord | dict[State, Share] = MessageState.DELIVERED
    """A state, manual, or states with weights: {DELIVRD: 90, UNDELIV: 10}."""
    err: ErrText | None = None
    after: AfterValue | None = None
    """From the moment the reply is written."""
    before: Literal["reply"] | None = None
    """The receipt is written before the reply."""
    times: Annotated[int, Meta(ge=1, le=1000)] = 1
    """How often it is sent."""
    every: Duration = 0.0
    """From one time to the next."""
    via: ViaText | None = None
    id: IdFormValue | None = None
    """How the message id is written in this receipt."""
    text: TemplateText | None = None
    """Instead of the usual text; "" for none."""
    tlv: ReceiptTlvs | None = None
    pdu: ReceiptPdu | None = None
    """deliver_sm, as usual, or data_sm."""
    force: bool = False
    """Whether it is sent although the message did not ask for it."""


ReceiptItem = ReceiptWord | WrittenReceipt
"""One receipt."""


def receipts_of(
    written: StateWord | WrittenReceipt | tuple[StateWord | WrittenReceipt, ...], reading: Reading
) -> tuple[ReceiptAction, ...]:
    """Return the receipts in their normalised form: none for "none". Reports what does not go together."""
    if not isinstance(written, tuple):
        return () if written == "none" else (_action(written, reading),)
    return tuple(_action(one, reading) for one in written if one != "none")


def _action(written: StateWord | WrittenReceipt, reading: Reading) -> ReceiptAction:
    if not isinstance(written, WrittenReceipt):
        return _of_state(written)
    reading.not_together(written, "after", "before", "what comes before the reply does not wait")
    if reading.is_written(written, "every") and written.times == 1:
        reading.error(reading.key(written, "every"), NOT_TOGETHER, "'every' needs 'times', how often it is sent")
    states = written.state
    if states == "none":
        reading.error(reading.value(written, "state"), "E012", "'none' stands alone: receipt: none")
    plain = _weighted(states, written, reading) if isinstance(states, dict) else _of_state(states)
    return ReceiptAction(
        states=plain.states,
        manual=plain.manual,
        err=written.err,
        after=written.after,
        before_reply=written.before == "reply",
        times=written.times,
        every=written.every,
        via=written.via,
        id=written.id,
        text=written.text,
        tlvs=written.tlv or (),
        pdu=written.pdu,
        force=written.force,
    )


def _of_state(word: StateWord) -> ReceiptAction:
    if isinstance(word, str):
        return ReceiptAction(manual=word == "manual")
    return ReceiptAction(states=((word, 1.0),))


def _weighted(weights: dict[MessageState, float], written: WrittenReceipt, reading: Reading) -> ReceiptAction:
    total = sum(weights.values())
    if total <= 0:
        node = reading.value(written, "state")
        if weights or not getattr(node, "entries", ()):
            reading.error(node, "E013", "the weights of the states must add up to more than 0")
        return ReceiptAction()
    return ReceiptAction(states=tuple((state, weight / total) for state, weight in weights.items() if weight))
