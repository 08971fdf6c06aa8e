"""How amounts of time are written: ``3s``, ``500ms..4s``, ``{median: 200ms, p99: 4s}``, ``validity``."""

from typing import Annotated, Any, Final, Literal

from msgspec import Struct

from smsc_sim.scenario.amount import Amount
from smsc_sim.scenario.node_kind import NodeKind, text_or_model
from smsc_sim.scenario.value_kind import BadValue, ValueKind
from smsc_sim.scenario.values import DURATION, Duration, parse_duration

VALIDITY: Final = "validity"


class LongTail(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Seldom long, usually short: a log-normal distribution."""

    median: Duration
    """Half of the times are shorter."""
    p99: Duration
    """One in a hundred is longer."""

    def __post_init__(self) -> None:
        if self.median <= 0:
            raise ValueError("the median of a long tail must be more than 0")
        if self.p99 < self.median:
            raise ValueError("p99 must not be less than the median")


def parse_amount(text: str) -> Amount:
    """Return an amount from "3s" or "500ms..4s". Raises BadValue."""
    low, dots, high = text.partition("..")
    if not dots:
        return Amount.fixed(parse_duration(text))
    least, most = parse_duration(low.strip()), parse_duration(high.strip())
    if most < least:
        raise BadValue(text, "is an empty range", f"{high.strip()}..{low.strip()}")
    return Amount.between(least, most)


def parse_after(text: str) -> Amount | Literal["validity"]:
    """Return what parse_amount does, or "validity". Raises BadValue."""
    if text == VALIDITY:
        return VALIDITY
    try:
        return parse_amount(text)
    except BadValue as bad:
        if text.isalpha():
            raise BadValue(text, bad.reason, VALIDITY if text.startswith("val") else "", code=bad.code) from None
        raise


def _tail(written: LongTail) -> Amount:
    return Amount.tail(written.median, written.p99)


_PATTERN = DURATION.json_schema["pattern"].removeprefix("^").removesuffix("$")
_TEXT_SCHEMA: Final[dict[str, Any]] = {
    "type": ["string", "integer"],
    "pattern": rf"^{_PATTERN}(\s*\.\.\s*{_PATTERN})?$",
    "examples": ["3s", "500ms..4s"],
}
_TAIL_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {"median": DURATION.json_schema, "p99": DURATION.json_schema},
    "required": ["median", "p99"],
    "additionalProperties": False,
}
_TEXT: Final = ValueKind("a duration or range", "TIME", parse_amount, str, _TEXT_SCHEMA)
_AFTER_TEXT: Final = ValueKind("a duration, a range or 'validity'", "TIME", parse_after, str, _TEXT_SCHEMA)

AMOUNT: Final = NodeKind(
    "a duration, a range or a long tail",
    _TEXT.metavar,
    parse_amount,
    str,
    {"anyOf": [_TEXT_SCHEMA, _TAIL_SCHEMA]},
    read_node=text_or_model(_TEXT, LongTail, _tail),
)
AFTER: Final = NodeKind(
    "a duration, a range, a long tail or 'validity'",
    _AFTER_TEXT.metavar,
    parse_after,
    str,
    {"anyOf": [{"const": VALIDITY}, _TEXT_SCHEMA, _TAIL_SCHEMA]},
    read_node=text_or_model(_AFTER_TEXT, LongTail, _tail),
)

AmountValue = Annotated[Amount, AMOUNT.meta("A duration (3s), a range (500ms..4s), or a long tail {median, p99}.")]
AfterValue = Annotated[
    Amount | Literal["validity"],
    AFTER.meta("A duration (3s), a range (500ms..4s), a long tail {median, p99}, or validity."),
]
