"""Injections: messages of subscribers as a person, a program or a file asks for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, TypeAlias

from msgspec import Meta, Struct, field
from msgspec.structs import fields as fields_of

from smsc_sim.scenario.value_kind import nearest, quoted
from smsc_sim.smpp.segments import Style
from smsc_sim.smpp.tlv import TLVS_BY_NAME

MOST_MESSAGES: Final = 1_000_000
"""Messages of one injection."""

Octet: TypeAlias = Annotated[int, Meta(ge=0, le=255)]
TlvWritten: TypeAlias = "int | str | list[int | str]"
"""A number or a text, as the TLV has it; 0x begins hexadecimal octets.  A list: the TLV comes several times."""


class Injection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Messages from a subscriber to an ESME; one, unless there is a rate.

    ``text``, ``from`` and ``to`` may have the placeholders ``{n}`` (which message it is, from 1) and ``{now}``, the
    text ``{from}`` and ``{to}`` too.  What is not said of the fields of the PDU is 0 or empty, or follows from the
    rest.
    """

    text: str | None = None
    """Either a text,"""
    octets: str | None = None
    """or hexadecimal digits of what is sent as it is, with its user data header if esm_class says that it has one."""
    from_: str = field(name="from", default="")
    """source_addr."""
    to: str = ""
    """destination_addr."""

    account: str = ""
    """The system_id whose binds get it; not needed with a session, nor where there is one account only."""
    session: int | str | None = None
    """Of this number (7, s7) alone; with ``via`` the session that ``same`` and ``other`` are about."""
    via: str | None = None
    """Which session of the account: same, other, any, least_loaded, round_robin, account:NAME; as receipts go."""

    pdu: Literal["deliver_sm", "data_sm"] = "deliver_sm"
    coding: int | str | None = None
    """data_coding by number, or an alphabet: gsm7, latin-1, ucs2, binary ...  None: what the text needs."""
    message_class: Annotated[int, Meta(ge=0, le=3)] | None = None
    """0 (flash) to 3; a part of data_coding (3GPP TS 23.038 section 4)."""
    split: Style | None = None
    """How a long message goes; None: udh8, octets as they are, and all of a data_sm in message_payload."""
    reference: Annotated[int, Meta(ge=0, le=0xFFFF)] | None = None
    """Of the parts of the first message; the next message has the next one.  None: one that was not used lately."""

    source_addr_ton: Octet | None = None
    source_addr_npi: Octet | None = None
    dest_addr_ton: Octet | None = None
    dest_addr_npi: Octet | None = None
    service_type: str = ""
    esm_class: Octet = 0
    """The bit of a user data header is added where there is one."""
    protocol_id: Octet = 0
    priority_flag: Octet = 0
    schedule_delivery_time: str = ""
    validity_period: str = ""
    registered_delivery: Octet = 0
    replace_if_present_flag: Octet = 0
    sm_default_msg_id: Octet = 0
    tlvs: dict[str, TlvWritten] = {}
    """By name or number: {user_message_reference: 7, "0x1400": abc}."""

    placeholders: bool = True
    """False: braces in text and addresses are nothing but braces."""
    rate: Annotated[float, Meta(gt=0, le=MOST_MESSAGES)] | None = None
    """Messages per second,"""
    seconds: Annotated[float, Meta(gt=0)] | None = None
    """for so many seconds."""


NAMES: Final = tuple(known.encode_name for known in fields_of(Injection))
"""The fields as they are written."""

ALIASES: Final = {"source_addr": "from", "destination_addr": "to", "data_coding": "coding", "system_id": "account"}
"""SMPP's names of fields that have a shorter one."""

UNNAMED_TLV: Final = "a TLV without a name is written by its number: 0x1400"

_TAG: Final = re.compile(r"0x[0-9a-fA-F]{1,4}", re.ASCII)
_NUMBER: Final = re.compile(r"0x([0-9a-f]{1,8})|([0-9]{1,10})", re.ASCII)
OCTET_FIELDS: Final = frozenset(
    {
        "source_addr_ton", "source_addr_npi", "dest_addr_ton", "dest_addr_npi", "esm_class", "protocol_id",
        "priority_flag", "registered_delivery", "replace_if_present_flag", "sm_default_msg_id",
    }
)  # fmt: skip
"""Numbers of 0 to 255."""

_NUMBERS: Final = OCTET_FIELDS | {"message_class", "reference"}
_MEASURES: Final = frozenset({"rate", "seconds"})
_CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "pdu": ("deliver_sm", "data_sm"),
    "split": ("udh8", "udh16", "sar", "payload", "none"),
}
_TRUTHS: Final = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class InjectionProblem:
    """What is wrong with one field; ``field`` as in :data:`NAMES`, of a TLV ``tlvs.NAME``."""

    field: str
    reason: str

    def __str__(self) -> str:
        """Return both as one sentence."""
        return f"{self.field}: {self.reason}"


class BadInjection(ValueError):
    """An injection that cannot be carried out, with everything that is wrong with it."""

    def __init__(self, problems: Iterable[InjectionProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(map(str, self.problems)))

    @classmethod
    def because(cls, field: str, reason: str) -> BadInjection:
        """One problem."""
        return cls([InjectionProblem(field, reason)])


def check_name(name: str) -> str:
    """The field or TLV that is called so, by its usual name.  Raises BadInjection with the one that was meant."""
    known = ALIASES.get(name, name)
    if known in NAMES or known in TLVS_BY_NAME or is_tag(known):
        return known
    close = nearest(name, (*NAMES, *ALIASES, *TLVS_BY_NAME))
    hint = f"did you mean '{close}'?" if close else UNNAMED_TLV
    raise BadInjection.because(name[:40], f"{quoted(name)} is no field of a message and no TLV; {hint}")


def is_tag(name: str) -> bool:
    """Whether a name is the number of a TLV."""
    return _TAG.fullmatch(name) is not None


def injection_of(texts: Mapping[str, str], base: Injection | None = None) -> Injection:
    """The injection whose fields are given as texts, as flags, forms and files have them.

    An empty text of a field is as if it were not there, apart from ``text`` where there are no octets.  Beside the
    fields, names and numbers of TLVs are taken.  ``base``: what holds where nothing is given.  Raises BadInjection with
    all that is wrong.
    """
    problems: list[InjectionProblem] = []
    found: dict[str, Any] = {}
    tlvs: dict[str, TlvWritten] = dict(base.tlvs) if base is not None else {}
    for name, text in texts.items():
        try:
            known = check_name(name)
            if known == "tlvs":
                raise BadInjection.because(known, "is not one text; name each TLV itself")
            if not text and (known != "text" or texts.get("octets")):
                continue
            if known in NAMES:
                found[known] = _value(known, text)
            else:
                tlvs[known] = text
        except BadInjection as bad:
            problems += bad.problems
    if problems:
        raise BadInjection(problems)
    if tlvs:
        found["tlvs"] = tlvs
    values = {known.name: getattr(base, known.name) for known in fields_of(Injection)} if base is not None else {}
    values |= {"from_" if name == "from" else name: value for name, value in found.items()}
    return Injection(**values)


def _value(name: str, text: str) -> object:
    if name in _NUMBERS:
        return _number(name, text)
    if name in _MEASURES:
        try:
            return float(text)
        except ValueError:
            raise BadInjection.because(name, f"{quoted(text)} is no number") from None
    if name in _CHOICES and text not in _CHOICES[name]:
        raise BadInjection.because(name, f"{quoted(text)} is none of {', '.join(_CHOICES[name])}")
    if name == "placeholders":
        if text.lower() not in _TRUTHS:
            raise BadInjection.because(name, f"{quoted(text)} is neither yes nor no")
        return _TRUTHS[text.lower()]
    return text


def _number(name: str, text: str) -> int:
    found = _NUMBER.fullmatch(text.lower())
    if found is None:
        raise BadInjection.because(name, f"{quoted(text)} is no number; write for example 64 or 0x40")
    return int(found[1], 16) if found[1] else int(found[2])
