"""Ladders of waiting times as they are written."""

from typing import Annotated, Final

from smsc_sim.scenario.node_kind import NodeKind, Reader
from smsc_sim.scenario.tree import Node, Scalar, Sequence
from smsc_sim.scenario.value_kind import BadValue
from smsc_sim.scenario.values import DURATION, parse_duration


def _read_retry(node: Node, field: str, reader: Reader) -> tuple[float, ...] | None:
    items: list[Node] = node.items if isinstance(node, Sequence) else [node]
    if isinstance(node, Scalar) and node.text == "none":
        return ()
    waits: list[float] = []
    for item in items:
        if not isinstance(item, Scalar):
            reader.report(item, "E011", f"'{field}' takes a duration, a list of them, or none")
            return None
        try:
            waits.append(parse_duration(item.text))
        except BadValue as bad:
            reader.report(item, bad.code, bad.sentence(field), bad.hint())
            return None
    if not waits:
        reader.report(node, "E015", f"'{field}' needs at least 1 of them, or none")
        return None
    return tuple(waits)


RETRY: Final = NodeKind(
    "durations",
    "TIMES",
    parse_duration,
    str,
    {
        "anyOf": [
            {"const": "none"},
            DURATION.json_schema,
            {"type": "array", "items": DURATION.json_schema, "minItems": 1},
        ]
    },
    read_node=_read_retry,
)

Retry = Annotated[
    tuple[float, ...], RETRY.meta("How long to wait before each further attempt (the last one repeats), or none.")
]
