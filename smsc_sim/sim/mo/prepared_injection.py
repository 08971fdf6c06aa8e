"""An injection that has been looked through: every message of it can be made from its number."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any, Final

from smsc_sim.scenario.template import Template, constant, parse_template
from smsc_sim.scenario.text_values import parse_coding, parse_via
from smsc_sim.scenario.tlv_values import parse_tlv_value
from smsc_sim.scenario.value_kind import BadValue, nearest, quoted
from smsc_sim.sim.mo.injection import (
    ALIASES,
    MOST_MESSAGES,
    OCTET_FIELDS,
    UNNAMED_TLV,
    BadInjection,
    Injection,
    InjectionProblem,
    is_tag,
)
from smsc_sim.sim.mo.mo_record import MoPdu, address_fields, mo_body
from smsc_sim.smpp import udh
from smsc_sim.smpp.coding import choose_coding
from smsc_sim.smpp.errors import EncodeError
from smsc_sim.smpp.segments import Style, split
from smsc_sim.smpp.tlv import TLVS_BY_NAME, encode_tlv

_SESSION: Final = re.compile(r"s?([0-9]{1,18})", re.ASCII)
_BINARY: Final = 4
_NARROW: Final = 0xFF
_WIDE: Final = 0xFFFF
"""The highest reference in a header of 8 bits, and in the other styles."""

_OF_ADDRESSES: Final = frozenset({"n", "now"})
_OF_TEXT: Final = _OF_ADDRESSES | {"from", "to"}

_COPIED: Final = (
    "service_type", "esm_class", "protocol_id", "priority_flag", "schedule_delivery_time", "validity_period",
    "registered_delivery", "replace_if_present_flag", "sm_default_msg_id",
)  # fmt: skip
_ONLY_DELIVER_SM: Final = frozenset(_COPIED) - {"service_type", "esm_class", "registered_delivery"}
"""Fields that a data_sm does not have (SMPP 3.4 section 4.7.1)."""

_KINDS: Final = ("source_addr_ton", "source_addr_npi", "dest_addr_ton", "dest_addr_npi")

_WRITTEN: Final = {name: known for name, known in ALIASES.items() if name != "system_id"}
"""Fields of a PDU that an injection calls otherwise."""

_CLASSES: Final = {0: 0x10, _BINARY: 0x14, 8: 0x18}
"""data_coding with class 0 for one without (3GPP TS 23.038 section 4, the general data coding group)."""


@dataclass(frozen=True, slots=True)
class PreparedInjection:
    """What is to be known to make its messages."""

    account: str
    session: int | None
    via: str | None
    """None for a session: nobody but that session gets them."""
    pdu: MoPdu
    text: Template | None
    octets: bytes
    source: Template
    destination: Template
    fields: Mapping[str, object]
    coding: int | None
    message_class: int | None
    style: Style
    reference: int | None
    tlvs: tuple[tuple[str | int, int | str | bytes], ...]
    count: int
    """Messages."""
    rate: float | None
    """Messages per second."""

    def bodies(self, number: int, now: float, reference: int, default: str = "gsm7") -> tuple[int, list[bytes]]:
        """data_coding, and what stands behind the header of each PDU of message ``number`` (from 1).

        ``reference`` (0 to 65535) is taken where the injection has none; ``default``: the alphabet of data_coding 0.
        Raises BadInjection for what SMPP cannot carry.
        """
        values: dict[str, Any] = {"n": number, "now": now}
        source = values["from"] = self.source.fill(values)
        destination = values["to"] = self.destination.fill(values)
        if self.reference is not None:
            reference = self.reference + number - 1
        try:
            text = self.octets.hex() if self.text is None else self.text.fill(values)
            coding = self._coding(text, default)
            pieces = split(
                text,
                data_coding=_BINARY if self.text is None else coding,
                style=self.style,
                reference=reference & (_NARROW if self.style == "udh8" else _WIDE),
                default=default,
            )
            if len(pieces) > 1 and self.text is None and self._has_header:
                raise BadInjection.because("split", "esm_class says that the octets have a header of their own")
            fields = {**address_fields(source, destination), **self.fields, "data_coding": coding}
            return coding, [mo_body(piece, fields, self.tlvs, self.pdu) for piece in pieces]
        except EncodeError as error:
            raise BadInjection.because(self._field(error.field), error.reason) from None

    @property
    def _has_header(self) -> bool:
        esm_class = self.fields.get("esm_class", 0)
        return isinstance(esm_class, int) and bool(esm_class & udh.UDHI)

    def _coding(self, text: str, default: str) -> int:
        if self.message_class is not None:
            base = self.coding
            if base is None:
                base = _BINARY if self.text is None else 8 if choose_coding(text, default) else 0
            if base not in _CLASSES:
                raise BadInjection.because("message_class", f"data_coding {base} has no message class; 0, 4 and 8 have")
            return _CLASSES[base] | self.message_class
        if self.coding is not None:
            return self.coding
        return _BINARY if self.text is None else choose_coding(text, default)

    def _field(self, name: str) -> str:
        """A field of a PDU as the injection calls it."""
        if name in {"short_message", "tlv.message_payload"}:
            return "octets" if self.text is None else "text"
        if name.startswith("tlv."):
            return f"tlvs.{name.removeprefix('tlv.')}"
        return _WRITTEN.get(name, name)


def prepared(injection: Injection) -> PreparedInjection:
    """The injection, looked through.  Raises BadInjection with all that is wrong with it by itself."""
    problems = _out_of_range(injection)

    def read(field: str, reader: Callable[[], object]) -> Any:
        try:
            return reader()
        except BadInjection as bad:
            problems.extend(bad.problems)
        except BadValue as bad:
            problems.append(InjectionProblem(field, str(bad)))
        return None

    coding, via, literal = injection.coding, injection.via, not injection.placeholders
    found = PreparedInjection(
        account=injection.account,
        session=read("session", lambda: session_number(injection.session)),
        via=None if via is None else read("via", lambda: parse_via(via)),
        pdu=injection.pdu,
        text=read("text", lambda: _text(injection)),
        octets=read("octets", lambda: _octets(injection)),
        source=read("from", lambda: _template("from", injection.from_, literal, _OF_ADDRESSES)),
        destination=read("to", lambda: _template("to", injection.to, literal, _OF_ADDRESSES)),
        fields=read("pdu", lambda: _fields(injection)),
        coding=None if coding is None else read("coding", lambda: parse_coding(str(coding))),
        message_class=injection.message_class,
        style=_style(injection),
        reference=read("reference", lambda: _reference(injection)),
        tlvs=read("tlvs", lambda: _tlvs(injection)),
        count=read("rate", lambda: _count(injection)),
        rate=injection.rate,
    )
    if problems:
        raise BadInjection(problems)
    return found


def _out_of_range(injection: Injection) -> list[InjectionProblem]:
    """Numbers that do not fit; those that come from JSON have been looked at, others have not."""
    highest = {**dict.fromkeys(sorted(OCTET_FIELDS), 0xFF), "message_class": 3, "reference": _WIDE}
    return [
        InjectionProblem(name, f"{value} is not in 0..{most}")
        for name, most in highest.items()
        if (value := getattr(injection, name)) is not None and not 0 <= value <= most
    ]


def _template(field: str, text: str, literal: bool, known: frozenset[str]) -> Template:
    if literal:
        return constant(text)
    template = parse_template(text)
    strange = sorted(template.names - known)
    if strange:
        there = ", ".join(f"{{{name}}}" for name in sorted(known))
        reason = f"{{{strange[0]}}} stands for nothing here; there are {there}, and '{{{{' is a brace"
        raise BadInjection.because(field, reason)
    return template


def _text(injection: Injection) -> Template | None:
    if injection.text is None:
        if injection.octets is None:
            raise BadInjection.because("text", "is needed, or octets")
        return None
    if injection.octets is not None:
        raise BadInjection.because("octets", "are given beside a text; a message has one of them")
    return _template("text", injection.text, not injection.placeholders, _OF_TEXT)


def _octets(injection: Injection) -> bytes:
    try:
        return bytes.fromhex((injection.octets or "").removeprefix("0x"))
    except ValueError:
        raise BadInjection.because("octets", "are written as hexadecimal digits, two for each octet") from None


def session_number(written: int | str | None) -> int | None:
    """The number of a session that is written as 7 or s7.  Raises BadInjection."""
    if written is None:
        return None
    number = _SESSION.fullmatch(str(written))
    if number is None:
        raise BadInjection.because("session", f"{quoted(str(written))} is no session; write its number: 7 or s7")
    return int(number[1])


def _fields(injection: Injection) -> dict[str, object]:
    """The fields that the injection says; of a data_sm those that it has."""
    fields: dict[str, object] = {name: value for name in _COPIED if (value := getattr(injection, name))}
    if injection.pdu == "data_sm":
        problems = [InjectionProblem(name, "is no field of a data_sm") for name in fields if name in _ONLY_DELIVER_SM]
        if problems:
            raise BadInjection(problems)
    kinds = {name: value for name in _KINDS if (value := getattr(injection, name)) is not None}
    return fields | kinds


def _style(injection: Injection) -> Style:
    if injection.pdu == "data_sm" and injection.split in (None, "none"):
        return "payload"
    return injection.split or ("none" if injection.text is None else "udh8")


def _reference(injection: Injection) -> int | None:
    if injection.reference is not None and injection.reference > _NARROW and _style(injection) == "udh8":
        raise BadInjection.because("reference", f"{injection.reference} does not fit 8 bits; split: udh16 has 16")
    return injection.reference


def _tlvs(injection: Injection) -> tuple[tuple[str | int, int | str | bytes], ...]:
    found: list[tuple[str | int, int | str | bytes]] = []
    problems: list[InjectionProblem] = []
    for name, written in injection.tlvs.items():
        field = f"tlvs.{name[:40]}"
        definition = TLVS_BY_NAME.get(name)
        if definition is None and not is_tag(name):
            close = nearest(name, TLVS_BY_NAME)
            hint = f"did you mean '{close}'?" if close else UNNAMED_TLV
            problems.append(InjectionProblem(field, f"is no TLV; {hint}"))
            continue
        tag = definition.name if definition is not None else int(name, 16)
        for value in written if isinstance(written, list) else [written]:
            try:
                octets = parse_tlv_value(definition, str(value))
                encode_tlv(tag, octets)
            except (BadValue, EncodeError) as error:
                problems.append(InjectionProblem(field, error.reason))
            else:
                found.append((tag, octets))
    if problems:
        raise BadInjection(problems)
    return tuple(found)


def _count(injection: Injection) -> int:
    if (injection.rate is None) != (injection.seconds is None):
        field, other = ("rate", "seconds") if injection.rate is None else ("seconds", "rate")
        raise BadInjection.because(field, f"is needed beside {other}")
    if injection.rate is None or injection.seconds is None:
        return 1
    for field, value in (("rate", injection.rate), ("seconds", injection.seconds)):
        if not 0 < value < inf:
            raise BadInjection.because(field, f"{value:g} is not above 0")
    messages = injection.rate * injection.seconds
    if messages > MOST_MESSAGES:
        raise BadInjection.because(
            "rate", f"this would be {messages:.0f} messages; at most {MOST_MESSAGES} are allowed"
        )
    return max(1, round(messages))
