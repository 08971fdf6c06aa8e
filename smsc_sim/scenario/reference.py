"""The page of the scenario language in the documentation: ``python -m smsc_sim.scenario.reference``.

It is made from the model that reads the files: every key with what it says below its field, what it takes and
its default.
"""

import functools
import sys
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from msgspec import NODEFAULT, Struct, inspect

from smsc_sim.scenario.account import AccountDefinition
from smsc_sim.scenario.amount_values import LongTail
from smsc_sim.scenario.convert import model_type
from smsc_sim.scenario.defaults import WrittenDefaults
from smsc_sim.scenario.expectation import WrittenExpectation
from smsc_sim.scenario.id_values import IdPlaces, IdShape
from smsc_sim.scenario.keys import FIELD_KEYS, OWN_KEYS, OWN_MEANINGS, Key, find_key
from smsc_sim.scenario.receipt_layout import WrittenReceiptLayout
from smsc_sim.scenario.rule import EVENTS
from smsc_sim.scenario.scalars import alternatives_of, describe, takes_text, unwrap
from smsc_sim.scenario.scenario_file import ScenarioFile
from smsc_sim.scenario.schema import documented_fields
from smsc_sim.scenario.settings import Timers
from smsc_sim.scenario.switch import WrittenSwitch
from smsc_sim.scenario.value_kind import alternatives
from smsc_sim.scenario.wallet import Wallet
from smsc_sim.scenario.written_delivery import WrittenDelivery
from smsc_sim.scenario.written_mo import WrittenMo
from smsc_sim.scenario.written_profile import (
    ProfileFile,
    WrittenBind,
    WrittenBindCheck,
    WrittenLimits,
    WrittenPorts,
    WrittenRefusedPdu,
)
from smsc_sim.scenario.written_receipt import WrittenReceipt
from smsc_sim.scenario.written_reply import WrittenReply
from smsc_sim.scenario.written_rule import WrittenRule
from smsc_sim.scenario.written_when import Match, WrittenWhen

SECTIONS: Final[dict[type[Struct], str]] = {
    ScenarioFile: "The file",
    AccountDefinition: "An account",
    Wallet: "A wallet",
    WrittenDelivery: "Delivery",
    IdPlaces: "Forms of the message id",
    IdShape: "One form of the message id",
    WrittenSwitch: "A switch",
    WrittenDefaults: "Defaults",
    WrittenRule: "A rule",
    WrittenWhen: "When",
    Match: "Conditions",
    WrittenReply: "A reply",
    LongTail: "A long tail",
    WrittenReceipt: "A receipt",
    WrittenMo: "A message back",
    WrittenExpectation: "An expectation",
    ProfileFile: "A profile",
    WrittenPorts: "Ports",
    WrittenBind: "Binding",
    WrittenBindCheck: "A check of bind requests",
    WrittenRefusedPdu: "A PDU that is not offered",
    Timers: "Timers",
    WrittenLimits: "Limits",
    WrittenReceiptLayout: "The look of receipts",
}
"""Every model that a file is made of, with its heading."""

_WIDTH: Final = 120
_WRAPPING: Final[Any] = {"break_long_words": False, "break_on_hyphens": False}

_HEAD = """\
Keys of scenarios and profiles
==============================

This page is made by ``python -m smsc_sim.scenario.reference`` from the model that reads the files.

Wherever a list belongs, a single value stands for a list of one. Values are text until their key says what they are:
``0123`` keeps its zero and ``no`` is a word where words belong.
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One key."""

    name: str
    meaning: str
    takes: str
    """In words."""
    default: str
    """As it could be written; ``required``; empty for none."""


@dataclass(frozen=True, slots=True)
class Section:
    """The keys of one model."""

    title: str
    summary: str
    entries: Sequence[Entry]
    note: str
    """What else there is, in reStructuredText; empty for nothing."""


@functools.cache
def sections() -> Sequence[Section]:
    """All keys, in the order of :data:`SECTIONS`."""
    found = []
    for model, title in SECTIONS.items():
        entries = list(_entries(model))
        if model is Match:
            entries += [_condition(name) for name in (*OWN_KEYS, *FIELD_KEYS)]
            entries.append(Entry("NAME or 0x1400", "Any TLV by its name or number.", "as its definition says", ""))
        note = "Beside these gates, every key of `Conditions`_." if model is WrittenWhen else ""
        found.append(Section(title, (model.__doc__ or "").strip().partition(chr(10))[0], entries, note))
    return found


def reference_page() -> str:
    """Return the page, in reStructuredText."""
    parts = [_HEAD]
    for section in sections():
        parts.append(f"{section.title}\n{'-' * len(section.title)}\n")
        parts.append(f"{section.summary}\n")
        parts += map(_written, section.entries)
        if section.note:
            parts.append(f"{section.note}\n")
    return "\n".join(parts)


def _entries(model: type[Struct]) -> Iterator[Entry]:
    wanted = model_type(model)
    assert isinstance(wanted, inspect.StructType), "a model is a Struct"
    documented = documented_fields(model)
    others = getattr(model, "OTHER_KEYS", None)
    for field in wanted.fields:
        if others is not None and field.name == others.into:
            continue
        if model is WrittenWhen and field.name in {"any", "not_"}:
            continue
        meaning = documented.get(field.name, "") or _kind_text(field.type)
        # In Python nothing is None; in a file it is not there.
        meaning = meaning.replace("None:", "not written:")
        yield Entry(field.encode_name, meaning, takes(field.type), "required" if field.required else _default(field))


def _written(entry: Entry) -> str:
    last = f"Takes {entry.takes}."
    if entry.default:
        last += " Required." if entry.default == "required" else f" Default: ``{entry.default}``."
    lines = [f"``{entry.name}``"]
    for paragraph in (entry.meaning, last):
        lines += [*textwrap.wrap(paragraph, _WIDTH, initial_indent="   ", subsequent_indent="   ", **_WRAPPING), ""]
    return "\n".join(lines)


def _condition(name: str) -> Entry:
    key = find_key(name)
    assert key is not None, "the tables agree"
    meaning = OWN_MEANINGS.get(name, "The field of this name.")
    return Entry(name, f"{meaning} In rules for {_events(key)}.", key.kind.name, "")


def _events(key: Key) -> str:
    if len(key.events) == len(EVENTS):
        return "every event"
    missing = [event for event in EVENTS if event not in key.events]
    if len(missing) == 1:
        return f"every event but {missing[0]}"
    return alternatives([event for event in EVENTS if event in key.events])


def takes(wanted: inspect.Type) -> str:
    """Return what a type takes, for people: "a duration", "a list of rules"."""
    kind, inner = unwrap(wanted)
    if kind is not None:
        examples = _examples(kind.json_schema)
        return f"{kind.name} ({examples})" if examples else kind.name
    if isinstance(inner, inspect.UnionType):
        return _takes_one_of([one for one in alternatives_of(wanted) if not isinstance(one, inspect.NoneType)])
    if isinstance(inner, inspect.StructType):
        return f"a mapping (`{SECTIONS[inner.cls]}`_)"
    if isinstance(inner, inspect.VarTupleType | inspect.ListType):
        return f"a list of: {takes(inner.item_type)}"
    if isinstance(inner, inspect.DictType):
        return f"a mapping of: {takes(inner.key_type)} to {takes(inner.value_type)}"
    assert takes_text(wanted), wanted
    return describe(inner)


def _takes_one_of(branches: Sequence[inspect.Type]) -> str:
    several = [one for one in branches if isinstance(one, inspect.VarTupleType | inspect.ListType)]
    single = " or ".join(dict.fromkeys(takes(one) for one in branches if one not in several))
    if not single:
        return " or ".join(map(takes, several))
    return f"one or several of: {single}" if several else single


def _examples(schema: Any) -> str:
    """The examples in a schema, or in the first part of it that has some."""
    if isinstance(schema, dict):
        if "examples" in schema:
            return ", ".join(f"``{example}``" for example in schema["examples"])
        schema = schema.get("anyOf", ())
    return next((found for found in map(_examples, schema if isinstance(schema, list) else ()) if found), "")


def _kind_text(wanted: inspect.Type) -> str:
    """What the kind of a value says of itself, for fields that say no more."""
    for branch in (wanted, *alternatives_of(wanted)):
        if isinstance(branch, inspect.Metadata) and branch.extra_json_schema:
            return str(branch.extra_json_schema.get("description", ""))
    return ""


def _default(field: inspect.Field) -> str:
    default: Any = field.default
    if default is NODEFAULT or not (default or default is False or default == 0) or isinstance(default, Struct):
        return ""
    kind = next((unwrap(one)[0] for one in alternatives_of(field.type) if unwrap(one)[0] is not None), None)
    if kind is not None:
        return kind.write(default)
    if isinstance(default, tuple):
        return ", ".join(map(str, default))
    return {True: "yes", False: "no"}[default] if isinstance(default, bool) else str(default)


if __name__ == "__main__":
    sys.stdout.write(reference_page())
