"""How gates are written: ``5/s per session``, ``2 per to``, ``10%``, ``02:00-02:30``."""

import re
from typing import Annotated, Final

from smsc_sim.scenario.node_kind import NodeKind, Reader
from smsc_sim.scenario.tree import Mapping, Node, Scalar
from smsc_sim.scenario.value_kind import NO_UNIT, OUT_OF_RANGE, BadValue, ValueKind, alternatives, nearest, quoted
from smsc_sim.scenario.when import SCOPES, SECONDS_OF_DAY, Between, CountGate, RateGate, Scope, SwitchTest

_COUNT = re.compile(r"([0-9]{1,9})(?: per (\S+))?", re.ASCII)
_RATE = re.compile(r"([0-9]{1,7})/(s|m|h)(?: per (\S+))?", re.ASCII)
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,9})?)\s*%", re.ASCII)
_FRACTION = re.compile(r"0?\.[0-9]{1,9}|[01]\.0+", re.ASCII)
_CLOCK = r"([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?"
_BETWEEN = re.compile(rf"{_CLOCK}\s*-\s*{_CLOCK}(?:\s*(?:UTC|([+-])([01][0-9]):([0-5][0-9])))?", re.ASCII)


def _scope(text: str, written: str | None, before: str, default: Scope) -> Scope:
    if written is None:
        return default
    for scope in SCOPES:
        if written == scope:
            return scope
    close = nearest(written, SCOPES)
    suggestion = f"{before} per {close}" if close else ""
    raise BadValue(text, f"counts per {quoted(written)}; it can count per {alternatives(SCOPES)}", suggestion)


def _at_least_one(text: str, number: str) -> int:
    if int(number) == 0:
        raise BadValue(text, "must be at least 1", code=OUT_OF_RANGE)
    return int(number)


def parse_count_gate(text: str) -> CountGate:
    """Return a gate from "10" or "2 per to". Raises BadValue."""
    found = _COUNT.fullmatch(" ".join(text.split()))
    if found is None:
        raise BadValue(text, "is no count; write for example 10, or 2 per to")
    return CountGate(_at_least_one(text, found[1]), _scope(text, found[2], found[1], "server"))


def format_count_gate(gate: CountGate) -> str:
    """Return the text that parse_count_gate takes."""
    return f"{gate.count} per {gate.scope}"


def parse_rate_gate(text: str) -> RateGate:
    """Return a gate from "5/s", "300/m per account" or "1/h per to". Raises BadValue."""
    found = _RATE.fullmatch(" ".join(text.split()))
    if found is None:
        if re.fullmatch(r"[0-9]{1,7}( per \S+)?", " ".join(text.split()), re.ASCII):
            raise BadValue(text, f"needs a unit, for example {text.split(maxsplit=1)[0]}/s", code=NO_UNIT)
        raise BadValue(text, "is no rate; write for example 5/s, 300/m or 5/s per account")
    before = f"{found[1]}/{found[2]}"
    scope = _scope(text, found[3], before, "session")
    return RateGate(_at_least_one(text, found[1]), _SECONDS[found[2]], scope)


def format_rate_gate(gate: RateGate) -> str:
    """Return the text that parse_rate_gate takes."""
    unit = {60.0: "m", 3600.0: "h"}.get(gate.seconds, "s")
    return f"{gate.count}/{unit} per {gate.scope}"


def parse_chance(text: str) -> float:
    """Return a probability (0 to 1) from "10%", "0.5%" or "0.1". Raises BadValue."""
    if found := _PERCENT.fullmatch(text):
        if float(found[1]) > 100:
            raise BadValue(text, "is more than 100%", code=OUT_OF_RANGE)
        return float(found[1]) / 100
    if _FRACTION.fullmatch(text) and float(text) <= 1:
        return float(text)
    if re.fullmatch(r"[0-9]{1,3}", text, re.ASCII) and int(text) <= 100:
        raise BadValue(text, "is no chance without its percent sign", f"{int(text)}%", code=NO_UNIT)
    raise BadValue(text, "is no chance; write for example 10%, or 0.1")


def format_chance(chance: float) -> str:
    """Return the text that parse_chance takes."""
    return f"{round(chance * 100, 9):g}%"


def parse_between(text: str) -> Between:
    """Return a time of day from "02:00-02:30", in UTC or with an offset: "02:00-02:30 +01:00". Raises BadValue."""
    found = _BETWEEN.fullmatch(text.strip())
    if found is None:
        raise BadValue(text, "is no time of day; write for example 02:00-02:30, or 22:00-06:00 +01:00 (else UTC)")
    start, end = (_seconds(*found.group(first, first + 1, first + 2)) for first in (1, 4))
    if start == end:
        raise BadValue(text, "begins and ends at the same time")
    ahead = _seconds(found[8], found[9], "0") if found[7] else 0
    if found[7] == "-":
        ahead = -ahead
    return Between((start - ahead) % SECONDS_OF_DAY, (end - ahead) % SECONDS_OF_DAY)


def _seconds(hours: str, minutes: str, seconds: str | None) -> int:
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds or 0)


def format_between(between: Between) -> str:
    """Return the text that parse_between takes."""

    def clock(second: int) -> str:
        return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"

    return f"{clock(between.start)}-{clock(between.end)}"


def _read_switch_test(node: Node, field: str, reader: Reader) -> SwitchTest | None:
    wanted, name = True, node
    if isinstance(node, Mapping) and [key.text for key, _ in node.entries] == ["not"]:
        wanted, name = False, node.entries[0][1]
    if isinstance(name, Scalar) and name.text:
        return SwitchTest(name.text, wanted)
    reader.report(name, "E011", f"'{field}' takes the name of a switch, or {{not: NAME}}")
    return None


COUNT_GATE: Final = ValueKind(
    "a count",
    "COUNT",
    parse_count_gate,
    format_count_gate,
    {"type": ["string", "integer"], "pattern": f"^[0-9]+( per ({'|'.join(SCOPES)}))?$", "examples": ["2 per to"]},
)
RATE_GATE: Final = ValueKind(
    "a rate",
    "RATE",
    parse_rate_gate,
    format_rate_gate,
    {"type": "string", "pattern": f"^[0-9]+/(s|m|h)( per ({'|'.join(SCOPES)}))?$", "examples": ["5/s per session"]},
)
CHANCE: Final = ValueKind(
    "a chance", "CHANCE", parse_chance, format_chance, {"type": ["string", "number"], "examples": ["10%", 0.1]}
)
BETWEEN: Final = ValueKind(
    "a time of day",
    "TIMES",
    parse_between,
    format_between,
    {"type": "string", "pattern": _BETWEEN.pattern, "examples": ["02:00-02:30"]},
)
SWITCH_TEST: Final = NodeKind(
    "a switch",
    "SWITCH",
    SwitchTest,
    lambda test: test.name,
    {
        "anyOf": [
            {"type": "string"},
            {"type": "object", "properties": {"not": {"type": "string"}}, "required": ["not"]},
        ]
    },
    read_node=_read_switch_test,
)


EveryValue = Annotated[CountGate, COUNT_GATE.meta("Each so-many-th message: 10, or 10 per account.")]
FirstValue = Annotated[CountGate, COUNT_GATE.meta("The first so many messages: 2, or 2 per to.")]
RateGateValue = Annotated[RateGate, RATE_GATE.meta("What comes beyond a rate: 5/s per session.")]
ChanceValue = Annotated[float, CHANCE.meta("A share of the messages: 10%, the same ones in every run.")]
BetweenValue = Annotated[Between, BETWEEN.meta("A time of day, UTC: 02:00-02:30.")]
SwitchValue = Annotated[SwitchTest, SWITCH_TEST.meta("A switch that is on, or {not: NAME} for one that is off.")]
