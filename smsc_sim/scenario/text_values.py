"""How texts with placeholders, routes and alphabets are written."""

import re
from typing import Annotated, Final

from smsc_sim.scenario.template import Template, parse_template
from smsc_sim.scenario.value_kind import BAD_LENGTH, OUT_OF_RANGE, BadValue, ValueKind

VIA_POLICIES: Final = ("same", "other", "any", "least_loaded", "round_robin")
VIA_ACCOUNT: Final = "account:"
"""Begins a route to another account's sessions."""

_NUMBER: Final = re.compile(r"0x[0-9a-fA-F]{1,4}|[0-9]{1,5}", re.ASCII)
_CODING_NAMES: Final = {"gsm7": 0, "ascii": 1, "latin-1": 3, "ucs2": 8, "ucs-2": 8, "flash": 0x10, "binary": 4}


def parse_via(text: str) -> str:
    """Return a ReceiptsVia or ``account:NAME``. Raises BadValue."""
    if text in VIA_POLICIES or (text.startswith(VIA_ACCOUNT) and len(text) > len(VIA_ACCOUNT)):
        return text
    raise BadValue(text, choices=(*VIA_POLICIES, "account:NAME"))


def parse_coding(text: str) -> int:
    """Return a data_coding from its number (8, 0x08) or the name of an alphabet. Raises BadValue."""
    if text.lower() in _CODING_NAMES:
        return _CODING_NAMES[text.lower()]
    if not _NUMBER.fullmatch(text):
        raise BadValue(text, choices=tuple(_CODING_NAMES))
    return parse_octet(text)


def parse_octet(text: str) -> int:
    """Return a number from 0 to 255, decimal or as 0x44. Raises BadValue."""
    if not _NUMBER.fullmatch(text):
        raise BadValue(text, "is no number; write for example 68 or 0x44")
    number = int(text, 16 if text.startswith("0x") else 10)
    if number > 0xFF:
        raise BadValue(text, "does not fit its one octet", code=OUT_OF_RANGE)
    return number


def parse_err(text: str) -> str:
    """Return the error code of a receipt: 1 to 10 characters without spaces. Raises BadValue."""
    if not 1 <= len(text) <= 10:
        raise BadValue(text, f"must have 1 to 10 characters, not {len(text)}", code=BAD_LENGTH)
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise BadValue(text, "contains what no error code of a receipt has; write letters and digits")
    return text


TEMPLATE: Final = ValueKind(
    "a text", "TEXT", parse_template, str, {"type": ["string", "number", "boolean"], "examples": ["STOP {word[1]}"]}
)
VIA: Final = ValueKind(
    "a route",
    "VIA",
    parse_via,
    str,
    {"anyOf": [{"enum": list(VIA_POLICIES)}, {"type": "string", "pattern": "^account:.+$"}]},
)
CODING: Final = ValueKind(
    "a data_coding",
    "CODING",
    parse_coding,
    str,
    {"anyOf": [{"enum": list(_CODING_NAMES)}, {"type": "integer", "minimum": 0, "maximum": 255}, {"type": "string"}]},
)
OCTET: Final = ValueKind(
    "a number",
    "NUMBER",
    parse_octet,
    str,
    {"anyOf": [{"type": "integer", "minimum": 0, "maximum": 255}, {"type": "string", "pattern": "^0x[0-9a-fA-F]+$"}]},
)
ERR: Final = ValueKind(
    "an error code", "CODE", parse_err, str, {"type": ["string", "integer"], "examples": ["027"], "maxLength": 10}
)

TemplateText = Annotated[Template, TEMPLATE.meta("A text; {to} {from} {text} {word[1]} {id} {n} {now:%y%m%d%H%M}.")]
ViaText = Annotated[str, VIA.meta("Which session: same, other, any, least_loaded, round_robin, or account:NAME.")]
CodingText = Annotated[int, CODING.meta("A data_coding by number, or the alphabet: gsm7, latin-1, ucs2.")]
OctetText = Annotated[int, OCTET.meta("An octet by number: 68, 0x44.")]
ErrText = Annotated[str, ERR.meta("The error code in the receipt: 027.")]
