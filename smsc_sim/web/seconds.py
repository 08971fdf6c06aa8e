"""A length of time in requests, written as in scenario files."""

from __future__ import annotations

from typing import Any

from smsc_sim.scenario.value_kind import BadValue
from smsc_sim.scenario.values import DURATION, parse_duration


class Seconds(float):
    """Seconds, written ``500ms``, ``30s``, ``10m``, ``24h``; a field's type in bodies and queries."""

    __slots__ = ()


def read(wanted: type, value: Any) -> Any:
    """Msgspec's hook for types that it does not know. Raises ValueError for what is no length of time."""
    if wanted is not Seconds:
        raise NotImplementedError(wanted)
    if not isinstance(value, str):
        raise ValueError("a duration is wanted, such as '30s'")  # noqa: TRY004 - msgspec adds the path to this one
    try:
        return Seconds(parse_duration(value))
    except BadValue as bad:
        raise ValueError(str(bad)) from bad


def schema(wanted: type) -> dict[str, Any]:
    """Msgspec's hook for the JSON Schema of such types."""
    if wanted is not Seconds:
        raise NotImplementedError(wanted)
    return {"description": "A duration: 500ms, 1s, 5m, 24h, 7d.", **DURATION.json_schema}
