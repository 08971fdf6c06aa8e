"""One text as the value that a type wants: the same for a file, an environment variable and a flag."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import inspect

from smsc_sim.scenario.value_kind import BAD_LENGTH, OUT_OF_RANGE, BadValue, ValueKind
from smsc_sim.scenario.values import parse_integer

_TRUTH = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def unwrap(wanted: inspect.Type) -> tuple[ValueKind | None, inspect.Type]:
    """Return the kind that is attached to a type, if one is, and the type below all its annotations."""
    kind: ValueKind | None = None
    while isinstance(wanted, inspect.Metadata):
        kind = (wanted.extra or {}).get("kind", kind)
        wanted = wanted.type
    if isinstance(wanted, inspect.CustomType | inspect.DataclassType):
        kind = getattr(wanted.cls, "KIND", kind)
    return kind, wanted


def alternatives_of(wanted: inspect.Type) -> list[inspect.Type]:
    """Return the members of a union, or the type itself. A type that carries a kind keeps it."""
    kind, inner = unwrap(wanted)
    if kind is None and isinstance(inner, inspect.UnionType):
        return [branch for member in inner.types for branch in alternatives_of(member)]
    return [wanted if kind is not None else inner]


def takes_text(wanted: inspect.Type) -> bool:
    """Return whether a single text can be this type, which is no union."""
    kind, inner = unwrap(wanted)
    return kind is not None or type(inner) in _READERS


def is_secret(wanted: inspect.Type) -> bool:
    """Return whether values of the type must not be shown."""
    kinds = [unwrap(branch)[0] for branch in alternatives_of(wanted)]
    return any(kind is not None and kind.secret for kind in kinds)


def read_text(text: str, wanted: inspect.Type) -> Any:
    """Return the text as a value of the wanted type. Raises BadValue; a secret is not repeated in it.

    Of a union, the first member that takes the text has it; plain text comes last. Raises TypeError for a
    type that no single text can be.
    """
    branches = [one for one in alternatives_of(wanted) if takes_text(one)]
    branches.sort(key=lambda branch: isinstance(branch, inspect.StrType))
    if not branches:
        raise TypeError(f"no single text can be {wanted!r}")
    refusals = []
    for branch in branches:
        value, refusal = _attempt(text, branch)
        if refusal is None:
            return value
        refusals.append(refusal)
    refusal = refusals[0] if len(refusals) == 1 else _neither(text, branches, refusals)
    raise BadValue("***", refusal.reason, code=refusal.code) if is_secret(wanted) else refusal


def _attempt(text: str, branch: inspect.Type) -> tuple[Any, BadValue | None]:
    try:
        return _read(text, branch), None
    except BadValue as bad:
        return None, bad


def _neither(text: str, branches: list[inspect.Type], refusals: list[BadValue]) -> BadValue:
    for bad in refusals:
        if bad.suggestion or bad.code == OUT_OF_RANGE:
            return bad
    return BadValue(text, "is not " + " or ".join(describe(branch) for branch in branches))


def _read(text: str, wanted: inspect.Type) -> Any:
    kind, inner = unwrap(wanted)
    if kind is not None:
        value = kind.read(text)
        _check_range(text, value, inner, kind.write)
        return value
    return _READERS[type(inner)](text, inner)


def describe(wanted: inspect.Type) -> str:
    """Return what a type takes, for people: "a duration", "a whole number", "'random'"."""
    kind, inner = unwrap(wanted)
    if kind is not None:
        return kind.name
    if isinstance(inner, inspect.LiteralType | inspect.EnumType):
        return " or ".join(f"'{choice}'" for choice in _choices(inner))
    return _NAMES.get(type(inner), "a text")


def _check_range(text: str, value: Any, wanted: inspect.Type, write: Callable[[Any], str] = str) -> None:
    if not isinstance(wanted, inspect.IntType | inspect.FloatType):
        return
    if wanted.ge is not None and value < wanted.ge:
        raise BadValue(text, f"is too small; the least is {write(wanted.ge)}", code=OUT_OF_RANGE)
    if wanted.gt is not None and value <= wanted.gt:
        raise BadValue(text, f"is too small; it must be more than {write(wanted.gt)}", code=OUT_OF_RANGE)
    if wanted.le is not None and value > wanted.le:
        raise BadValue(text, f"is too large; the most is {write(wanted.le)}", code=OUT_OF_RANGE)
    if wanted.lt is not None and value >= wanted.lt:
        raise BadValue(text, f"is too large; it must be less than {write(wanted.lt)}", code=OUT_OF_RANGE)


def _choices(wanted: inspect.Type) -> Mapping[str, Any]:
    if isinstance(wanted, inspect.EnumType):
        return {str(member.value): member for member in wanted.cls}
    return {str(value): value for value in getattr(wanted, "values", ())}


def _read_choice(text: str, wanted: inspect.Type) -> Any:
    choices = _choices(wanted)
    if text not in choices:
        raise BadValue(text, choices=tuple(choices))
    return choices[text]


def _read_integer(text: str, wanted: inspect.Type) -> int:
    value = parse_integer(text)
    _check_range(text, value, wanted)
    return value


def _read_number(text: str, wanted: inspect.Type) -> float:
    if not re.fullmatch(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?", text, re.ASCII):
        raise BadValue(text, "is not a number")
    _check_range(text, float(text), wanted)
    return float(text)


def _read_truth(text: str, wanted: inspect.Type) -> bool:
    del wanted
    if text.lower() not in _TRUTH:
        raise BadValue(text, choices=tuple(_TRUTH))
    return _TRUTH[text.lower()]


def _read_string(text: str, wanted: inspect.Type) -> str:
    shortest, longest = getattr(wanted, "min_length", None) or 0, getattr(wanted, "max_length", None)
    pattern = getattr(wanted, "pattern", None)
    if len(text) < shortest or (longest is not None and len(text) > longest):
        limits = f"at least {shortest}" if longest is None else f"{shortest} to {longest}"
        raise BadValue(text, f"must have {limits} characters, not {len(text)}", code=BAD_LENGTH)
    if pattern is not None and not re.search(pattern, text):
        raise BadValue(text)
    return text


_READERS: dict[type[inspect.Type], Callable[[str, Any], Any]] = {
    inspect.LiteralType: _read_choice,
    inspect.EnumType: _read_choice,
    inspect.IntType: _read_integer,
    inspect.FloatType: _read_number,
    inspect.BoolType: _read_truth,
    inspect.StrType: _read_string,
}
_NAMES: dict[type[inspect.Type], str] = {
    inspect.IntType: "a whole number",
    inspect.FloatType: "a number",
    inspect.BoolType: "yes or no",
}
