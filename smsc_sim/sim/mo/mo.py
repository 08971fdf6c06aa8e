"""Mobile originated messages that rules bring: whatever a template gives is made such that it can be sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from smsc_sim.scenario.mo import MoAction
from smsc_sim.sim.mo.mo_record import address_fields, mo_body, mo_record
from smsc_sim.sim.timeline import Pending
from smsc_sim.smpp.coding import alphabet, choose_coding
from smsc_sim.smpp.errors import EncodeError
from smsc_sim.smpp.segments import Segment, Style, split

if TYPE_CHECKING:
    from smsc_sim.sim.receipts.receipt import ReceiptRecord
    from smsc_sim.sim.rules.decision import Decision
    from smsc_sim.sim.sessions.account import Account
    from smsc_sim.sim.smsc import Smsc

_LONGEST_ADDRESS = 20
"""Octets of an address of deliver_sm without its NUL (SMPP 3.4 section 4.6.1)."""


class DueMo:
    """A subscriber's message that is to come: an event of the timeline."""

    __slots__ = ("account", "action", "origin", "smsc", "values")

    def __init__(self, smsc: Smsc, account: Account, origin: int, values: Mapping[str, Any], action: MoAction) -> None:
        self.smsc = smsc
        self.account = account
        self.origin = origin
        self.values = values
        self.action = action

    def fire(self, now: float) -> None:
        """Let it come."""
        action = self.action
        values = {**self.values, "now": now}
        account = self.smsc.delivery.account_for(self.account, action.via)
        injector = self.smsc.injector
        records = list(
            mo_records(
                text=action.text.fill(values),
                source=action.source.fill(values),
                destination=action.destination.fill(values),
                data_coding=action.coding,
                style=action.split or "udh8",
                reference=self.smsc.next_reference(),
                now=now,
                origin=self.origin,
                default=account.profile.alphabet,
                via=action.via,
            )
        )
        keys = injector.keys(len(records))
        injector.give(account, [(key, *record[1:]) for key, record in zip(keys, records, strict=True)], now)

    def describe(self, due: float) -> Iterator[Pending]:
        """The message."""
        account = self.smsc.delivery.account_for(self.account, self.action.via)
        yield Pending(due, "mo", account.system_id, self.origin)


def plan_mo(
    smsc: Smsc, account: Account, origin: int, decision: Decision, values: Mapping[str, Any], replied_at: float
) -> None:
    """Put the subscribers' messages that a decision brings on the timeline.

    ``origin``: the number of the session that the event came by; ``values``: what placeholders stand for, without
    ``now``; ``replied_at``: when the answer to the event leaves, seconds since the epoch.
    """
    for index, action in enumerate(decision.mo):
        after = action.after.draw(decision.draw(f"mo {index}"))
        smsc.timeline.add(replied_at + after, DueMo(smsc, account, origin, values, action))


def mo_records(
    *,
    text: str,
    source: str,
    destination: str,
    data_coding: int | None,
    style: Style,
    reference: int,
    now: float,
    origin: int,
    default: str = "gsm7",
    via: str | None = None,
) -> Iterator[ReceiptRecord]:
    """A text as records for delivery, one for each segment, without their keys.

    ``data_coding`` None: what the text needs; ``reference`` 0 to 65535 is shared by the segments; ``default``: the
    alphabet of data_coding 0; ``via``: as a rule says it.  Characters that the coding does not have become ``?``, and
    what is too long for SMPP is cut off.
    """
    coding = choose_coding(text, default) if data_coding is None else data_coding
    number = reference & (0xFF if style == "udh8" else 0xFFFF)
    fields = {**address_fields(_address(source), _address(destination)), "data_coding": coding}
    for segment in _segments(text, coding, style, number, default):
        yield mo_record(b"", mo_body(segment, fields), now, origin, via)


def _segments(text: str, data_coding: int, style: Style, reference: int, default: str) -> list[Segment]:
    try:
        return split(text, data_coding=data_coding, style=style, reference=reference, default=default)
    except EncodeError:
        text = _encodable(text, data_coding, default)
    while True:
        try:
            return split(text, data_coding=data_coding, style=style, reference=reference, default=default)
        except EncodeError:
            text = text[: len(text) // 4 * 2]


def _encodable(text: str, data_coding: int, default: str) -> str:
    """The text as far as the coding has its characters; for octets, the hexadecimal digits of its own."""
    known = alphabet(data_coding, default)
    if not known.is_text:
        return text.encode("latin-1", "replace").hex()
    return known.decode(known.encode(text, True))


def _address(address: str) -> str:
    return address.encode("latin-1", "replace").decode("latin-1").replace("\0", "")[:_LONGEST_ADDRESS]
