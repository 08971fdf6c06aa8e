"""A rule as it is written."""

from typing import Annotated

from msgspec import Meta, Struct

from smsc_sim.scenario.id_values import IdsValue
from smsc_sim.scenario.reading import NOT_HERE, Reading, digest
from smsc_sim.scenario.receipt_action import ReceiptAction
from smsc_sim.scenario.reply import Reply
from smsc_sim.scenario.retry_values import Retry
from smsc_sim.scenario.rule import SUBMISSIONS, Event, Rule, SessionAction
from smsc_sim.scenario.when import ALWAYS
from smsc_sim.scenario.written_mo import WrittenMo, mo_of
from smsc_sim.scenario.written_receipt import ReceiptItem, receipts_of
from smsc_sim.scenario.written_reply import ReplyWord, WrittenReply, reply_of
from smsc_sim.scenario.written_when import WrittenWhen, is_complete, when_of

Name = Annotated[str, Meta(min_length=1, max_length=200)]


class WrittenRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For which event and when it decides, and what then happens."""

    name: Name
    """Its own: no other rule has it."""
    event: Event = "submit_sm"
    """What it decides about."""
    when: WrittenWhen | None = None
    """Not written: always."""
    reply: ReplyWord | WrittenReply | None = None
    """The answer: ok, a command_status by name or number, none, nack, or a mapping."""
    receipt: ReceiptItem | tuple[ReceiptItem, ...] | None = None
    """What happens to the message afterwards: a state, none, manual, or a mapping."""
    receipts: ReceiptItem | tuple[ReceiptItem, ...] | None = None
    """The same for several."""
    mo: WrittenMo | tuple[WrittenMo, ...] | None = None
    """A message back."""
    session: SessionAction | None = None
    """What happens to the session after the reply."""
    ids: IdsValue | None = None
    """The form of the message id."""
    set: dict[str, bool] | None = None
    """Switches that it puts on or off."""
    retry: Retry | None = None
    """Of deliver_sm_resp: when what was not taken is sent again."""


_NEEDS_A_MESSAGE = ("receipt", "receipts", "ids")
_ANSWERED = frozenset({"connect", "deliver_sm_resp"})


def rule_of(written: WrittenRule, reading: Reading) -> Rule:
    """Return a rule in its normalised form; reports what the event does not have and what does not go together."""
    _check(written, reading)
    mapping = reading.mapping(written)
    mo = written.mo if isinstance(written.mo, tuple) else (written.mo,) if written.mo is not None else ()
    return Rule(
        name=written.name,
        event=written.event,
        when=ALWAYS if written.when is None else when_of(written.when, written.event, reading),
        reply=_reply(written, reading),
        receipts=_receipts(written, reading),
        mo=tuple(mo_of(one, reading) for one in mo),
        session=written.session,
        ids=written.ids,
        set=tuple((written.set or {}).items()),
        retry=written.retry,
        at=f"{reading.file}:{mapping.line}",
        digest=digest(mapping),
    )


def _reply(written: WrittenRule, reading: Reading) -> Reply | None:
    return None if written.reply is None else reply_of(written.reply, reading)


def _receipts(written: WrittenRule, reading: Reading) -> tuple[ReceiptAction, ...] | None:
    receipts = written.receipt if written.receipt is not None else written.receipts
    return None if receipts is None else receipts_of(receipts, reading)


def _check(written: WrittenRule, reading: Reading) -> None:
    reading.not_together(written, "receipts", "receipt", "write one of them")
    event = written.event
    if event not in SUBMISSIONS:
        for name in _NEEDS_A_MESSAGE:
            if reading.is_written(written, name):
                reading.error(
                    reading.key(written, name), NOT_HERE, f"'{name}' needs a message, and {event} brings none"
                )
    if event in _ANSWERED and reading.is_written(written, "reply"):
        reading.error(reading.key(written, "reply"), NOT_HERE, f"{event} is nothing that could be answered")
    if event == "connect" and reading.is_written(written, "mo"):
        reading.error(reading.key(written, "mo"), NOT_HERE, "nobody is bound at connect who could get a message")
    if event != "deliver_sm_resp" and reading.is_written(written, "retry"):
        reading.error(reading.key(written, "retry"), NOT_HERE, "'retry' belongs to rules for deliver_sm_resp")


def has_complete_when(written: WrittenRule, reading: Reading) -> bool:
    """Return whether ``when`` could be read as it is written."""
    if written.when is None:
        return not reading.is_written(written, "when")
    return is_complete(written.when, reading)
