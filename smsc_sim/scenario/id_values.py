"""How forms of the message id are written: ``hex``, or ``{reply: hex, receipt: decimal}``."""

from typing import Annotated, Any, Final

from msgspec import Meta, Struct

from smsc_sim.scenario.ids import ID_BASES, LONGEST_ID, IdBase, IdChange, IdForm
from smsc_sim.scenario.node_kind import NodeKind, text_or_model
from smsc_sim.scenario.value_kind import BadValue, ValueKind


class IdShape(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A form of the message id with more than its base."""

    form: IdBase = "decimal"
    """decimal (6699), hex (1A2B), hex_lower (1a2b), zero (0), empty or absent."""
    width: Annotated[int, Meta(ge=0, le=LONGEST_ID)] = 0
    """Digits to which it is filled up with zeros."""
    digits: Annotated[int, Meta(ge=0, le=LONGEST_ID)] = 0
    """Digits that are kept, the last ones; 0: all."""
    prefix: Annotated[str, Meta(max_length=LONGEST_ID, pattern=r"^[\x21-\x7e]*$")] = ""
    """Stands before the digits."""


def parse_id_form(text: str) -> IdForm:
    """Return the form of this name. Raises BadValue."""
    for base in ID_BASES:
        if text == base:
            return IdForm(base)
    raise BadValue(text, choices=ID_BASES)


def _shaped(written: IdShape) -> IdForm:
    return IdForm(written.form, written.width, written.digits, written.prefix)


_WORD: Final = ValueKind("a form of the id", "FORM", parse_id_form, lambda form: form.base, {"enum": list(ID_BASES)})
_SHAPE_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "form": {"enum": list(ID_BASES)},
        "width": {"type": "integer", "minimum": 0, "maximum": LONGEST_ID},
        "digits": {"type": "integer", "minimum": 0, "maximum": LONGEST_ID},
        "prefix": {"type": ["string", "integer"]},
    },
    "additionalProperties": False,
}
_FORM_SCHEMA: Final[dict[str, Any]] = {"anyOf": [_WORD.json_schema, _SHAPE_SCHEMA]}

ID_FORM: Final = NodeKind(
    _WORD.name,
    _WORD.metavar,
    parse_id_form,
    lambda form: form.base,
    _FORM_SCHEMA,
    read_node=text_or_model(_WORD, IdShape, _shaped),
)

IdFormValue = Annotated[IdForm, ID_FORM.meta("decimal (6699), hex (1A2B), hex_lower, zero, empty or absent.")]


class IdPlaces(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The form of the id in each place that carries it."""

    reply: IdFormValue | None = None
    """In submit_sm_resp."""
    receipt: IdFormValue | None = None
    """In the receipt's text."""
    tlv: IdFormValue | None = None
    """In the receipt's receipted_message_id; when it is not written, that of ``receipt``."""


def parse_ids(text: str) -> IdChange:
    """Return the form of this name for all three places. Raises BadValue."""
    form = parse_id_form(text)
    return IdChange(form, form, form)


def _places(written: IdPlaces) -> IdChange:
    return IdChange(written.reply, written.receipt, written.tlv or written.receipt)


IDS: Final = NodeKind(
    "forms of the id",
    "FORM",
    parse_ids,
    str,
    {
        "anyOf": [
            _WORD.json_schema,
            {
                "type": "object",
                "properties": dict.fromkeys(("reply", "receipt", "tlv"), _FORM_SCHEMA),
                "additionalProperties": False,
            },
        ]
    },
    read_node=text_or_model(ValueKind("forms of the id", "FORM", parse_ids, str, _WORD.json_schema), IdPlaces, _places),
)

IdsValue = Annotated[
    IdChange, IDS.meta("A form of the message id, or one for each place: {reply: hex, receipt: decimal}.")
]
