"""Events as JSON: one object a line, the form of files, exports and the API."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Final

import msgspec

from smsc_sim.sim.journal.chunks import gathered
from smsc_sim.sim.journal.event import JournalEvent, PduEvent, instant
from smsc_sim.sim.journal.notes import DecisionNote
from smsc_sim.sim.journal.ring import Journal, Search

VERSION: Final = 1
"""Of the set of fields; it changes when a field is renamed or changes its meaning, not when one is added."""

_INSTANTS: Final = ("until", "again_at")
_REPLY: Final = {"status": "status", "command_status": "number", "how": "how"}
_DECISION: Final = {"where": "at"}
_encode = msgspec.json.Encoder().encode


def as_json(event: JournalEvent) -> dict[str, Any]:
    """The event as plain values; fields that are empty are left out."""
    if isinstance(event, PduEvent):
        plain: dict[str, Any] = msgspec.to_builtins(event)
        return plain
    about: dict[str, Any] = msgspec.to_builtins(event.note)
    about.pop("at")
    plain = {"seq": event.seq, "t": msgspec.to_builtins(event.t), "kind": about.pop("kind")}
    about.pop("session", None)
    about.pop("account", None)
    plain.update((key, value) for key in ("session", "account", "bind") if (value := getattr(event, key)))
    if isinstance(event.note, DecisionNote):
        reply = {name: about.pop(key) for key, name in _REPLY.items() if key in about}
        about = {_DECISION.get(key, key): value for key, value in about.items()} | ({"reply": reply} if reply else {})
    for key in _INSTANTS:
        if key in about:
            about[key] = msgspec.to_builtins(instant(about[key]))
    return {**plain, **about}


def line(event: JournalEvent) -> bytes:
    """The event as one line, UTF-8, with its line feed."""
    return encoded(event if isinstance(event, PduEvent) else as_json(event))


def header(now: float, **about: object) -> bytes:
    """The first line: the version of the fields, when it was written, and what else there is to say."""
    return encoded({"v": VERSION, "kind": "journal", "t": instant(now), **about})


def gap(first: int, last: int) -> bytes:
    """A line in place of entries that could not be written."""
    return encoded({"kind": "gap", "from": first, "to": last})


def export(
    journal: Journal,
    now: float,
    *,
    after: int | None = None,
    kinds: Collection[str] | None = None,
    session: int | None = None,
    account: str | None = None,
    search: Search | None = None,
) -> Iterator[bytes]:
    """The events that :meth:`Journal.snapshot` gives as JSON lines, in chunks.  Raises what it raises, at once.

    ``search``: only what it finds.
    """
    first = header(now, first_seq=journal.first_seq, last_seq=journal.last_seq, evicted=journal.evicted)
    events = journal.snapshot(after=after, kinds=kinds, session=session, account=account)

    def lines() -> Iterator[bytes]:
        yield first
        for event in events:
            yield line(event) if search is None or search.finds(event, now) else b""

    return gathered(lines())


def encoded(value: object) -> bytes:
    """Any value of this module as one line."""
    try:
        return _encode(value) + b"\n"
    except UnicodeEncodeError:
        # Half a surrogate pair, which no UTF-8 can carry: of a scenario, for no octets decode to one.
        return _encode(_writable(msgspec.to_builtins(value))) + b"\n"


def _writable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {key: _writable(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_writable(each) for each in value]
    return value
