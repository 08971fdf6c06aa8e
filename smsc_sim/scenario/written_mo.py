"""``mo`` as it is written."""

from msgspec import Struct, field

from smsc_sim.scenario.amount_values import AmountValue
from smsc_sim.scenario.mo import MoAction, Split
from smsc_sim.scenario.reading import Reading
from smsc_sim.scenario.template import Template
from smsc_sim.scenario.text_values import CodingText, TemplateText, ViaText
from smsc_sim.smpp.coding import encode_text
from smsc_sim.smpp.errors import EncodeError

_LONGEST_ADDRESS = 20
"""Octets of an address in deliver_sm without its NUL (SMPP 3.4 section 5.2.8)."""


class WrittenMo(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A message from the subscriber to the ESME."""

    text: TemplateText
    from_: TemplateText | None = field(name="from", default=None)
    """Its source; as a rule "{to}", the subscriber that the message went to."""
    to: TemplateText | None = None
    """Its destination; as a rule "{from}", whoever sent the message."""
    after: AmountValue | None = None
    """From the moment the reply is written; 1s when it is not written."""
    via: ViaText | None = None
    coding: CodingText | None = None
    split: Split | None = None
    """How a text is split that one message does not hold."""


def mo_of(written: WrittenMo, reading: Reading) -> MoAction:
    """Return the message in its normalised form; reports what cannot be sent."""
    usual = MoAction(written.text)
    _check_text(written, reading)
    for name, address in (("from", written.from_), ("to", written.to)):
        _check_address(name, address, written, reading)
    return MoAction(
        text=written.text,
        source=written.from_ or usual.source,
        destination=written.to or usual.destination,
        after=written.after or usual.after,
        via=written.via,
        coding=written.coding,
        split=written.split,
    )


def _check_text(written: WrittenMo, reading: Reading) -> None:
    text = written.text.constant
    if text is None or written.coding is None:
        return
    try:
        encode_text(text, written.coding)
    except EncodeError as error:
        reading.error(reading.value(written, "text"), "E012", f"text: {error.reason}")


def _check_address(name: str, address: Template | None, written: WrittenMo, reading: Reading) -> None:
    text = address.constant if address is not None else None
    if text is not None and len(text) > _LONGEST_ADDRESS:
        message = f"{name}: an address has at most {_LONGEST_ADDRESS} characters, not {len(text)}"
        reading.error(reading.value(written, name), "E015", message)
