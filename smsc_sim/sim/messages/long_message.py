"""Long messages as people mean them: the parts that are kept, put together again, with what is odd about them.

Nothing is kept here and nothing is done on the message path: a page gives the parts it shows, in the order in which
they came, and takes the messages.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal, TypeAlias

from smsc_sim.sim.messages.stored_part import SeenPart, StoredPart, decoded, text_of
from smsc_sim.smpp import segments
from smsc_sim.smpp.coding import Alphabet
from smsc_sim.smpp.readings import Reading, alphabet_named, readings
from smsc_sim.smpp.segments import Part, Style

WINDOW: Final = 300.0
"""Seconds after the latest part of an incomplete message in which a further part is still taken for its own.

An 8 bit reference comes again with the 257th message between two addresses, and many senders number from 1 after a
restart, so parts far apart in time are of different messages.  Clients repeat a part that was throttled or not
answered within seconds, at most a few minutes.
"""

OPEN_LIMIT: Final = 10_000
"""Messages that wait for parts at one time; beyond it the one that has waited longest is given as it is."""

PARTS_LIMIT: Final = 1_000
"""Parts of one message, repeated ones included; beyond it another message begins."""

Oddity: TypeAlias = Literal["duplicate", "conflict", "out_of_order", "malformed"]
"""``duplicate``: the same part again; ``conflict``: another text under a number that is taken; ``out_of_order``: came
after a part with a higher number; ``malformed``: its user data header or its TLVs cannot be read."""


@dataclass(frozen=True, slots=True)
class PartView:
    """One part as it is shown: which it is (1 to ``total``), its own text, and what is odd about it."""

    stored: StoredPart
    sequence: int
    text: str
    data_coding: int
    oddities: tuple[Oddity, ...] = ()


@dataclass(frozen=True)
class LongMessage:
    """One message, whole or not: what its parts share, and the parts in the order in which they came.

    ``reference`` is None, and ``total`` 1, for a message that is one PDU; its style is ``payload`` or ``none``.  The
    texts are read when somebody looks.
    """

    direction: str
    account: str
    source: str
    destination: str
    style: Style
    reference: int | None
    total: int
    stored: tuple[StoredPart, ...]
    default: str = "gsm7"
    """The alphabet of data_coding 0."""

    @property
    def ids(self) -> tuple[int, ...]:
        """Of the parts, in the order in which they came."""
        return tuple(stored.id for stored in self.stored)

    @property
    def begun_at(self) -> float:
        """When the first part came, seconds since the epoch."""
        return self.stored[0].at

    @property
    def ended_at(self) -> float:
        """When the latest part came, seconds since the epoch."""
        return self.stored[-1].at

    @cached_property
    def parts(self) -> tuple[PartView, ...]:
        """The parts in the order in which they came."""
        views: list[PartView] = []
        first: dict[int, bytes] = {}
        highest = 0
        for stored in self.stored:
            seen = SeenPart.of(stored)
            oddities: list[Oddity] = []
            if seen.sequence in first:
                oddities.append("duplicate" if first[seen.sequence] == seen.content else "conflict")
            elif seen.sequence < highest:
                oddities.append("out_of_order")
            first.setdefault(seen.sequence, seen.content)
            highest = max(highest, seen.sequence)
            if seen.malformed:
                oddities.append("malformed")
            text = text_of(stored, self.default)
            views.append(PartView(stored, seen.sequence, text, seen.data_coding, tuple(oddities)))
        return tuple(views)

    @property
    def missing(self) -> tuple[int, ...]:
        """The parts that have not come."""
        there = {part.sequence for part in self.parts}
        return tuple(sequence for sequence in range(1, self.total + 1) if sequence not in there)

    @property
    def complete(self) -> bool:
        """Whether every part has come."""
        return not self.missing

    @property
    def duplicates(self) -> tuple[int, ...]:
        """The parts that came more than once with the same content."""
        return self._odd("duplicate")

    @property
    def conflicts(self) -> tuple[int, ...]:
        """The parts that came more than once with different contents; the text has the first."""
        return self._odd("conflict")

    @property
    def out_of_order(self) -> bool:
        """Whether a part came after one with a higher number."""
        return bool(self._odd("out_of_order"))

    @property
    def mixed_codings(self) -> bool:
        """Whether parts state different data_codings."""
        return len({part.data_coding for part in self.parts}) > 1

    @cached_property
    def text(self) -> str:
        """The text of the parts that are there, as their data_codings state it."""
        return self._text(None)

    def text_under(self, name: str) -> str:
        """The text under another alphabet, by a name of :data:`~smsc_sim.smpp.readings.ALPHABETS` or an alias.

        Raises ValueError for a name that is not known.
        """
        return self._text(alphabet_named(name))

    def readings(self, *, every: bool = False) -> list[Reading]:
        """How the text can be read, the stated way first; see :func:`smsc_sim.smpp.readings.readings`."""
        pdu = decoded(self.stored[0])
        return readings(self._text, segments.stated_alphabet(pdu.fields if pdu else {}, self.default), every=every)

    def _odd(self, oddity: Oddity) -> tuple[int, ...]:
        return tuple(sorted({part.sequence for part in self.parts if oddity in part.oddities}))

    def _text(self, read_as: Alphabet | None) -> str:
        if self.reference is None:
            return text_of(self.stored[0], self.default, read_as)
        parts: list[Part] = []
        for stored in self.stored:
            pdu = decoded(stored)
            part = segments.part_of(pdu.fields, pdu.tlvs, self.default, read_as) if pdu else None
            assert part is not None, "only parts were put together"
            parts.append(part)
        return segments.join(parts).text


def long_messages(
    parts: Iterable[StoredPart],
    *,
    alphabets: Mapping[str, str] | None = None,
    window: float = WINDOW,
    open_limit: int = OPEN_LIMIT,
) -> Iterator[LongMessage]:
    """The messages that these parts make, each as soon as nothing more can belong to it.

    ``parts``: in the order in which they came, that is by id.  ``alphabets``: what data_coding 0 means for an account
    by its name, where that is not ``gsm7``.  Parts belong together if direction, account, both addresses, style,
    reference and number of parts are the same and they are not more than ``window`` seconds apart.

    A complete message takes no further part: the next one begins another message under the same reference, as a
    handset would take it.  When what has begun so is not complete in the end and repeats only what the message before
    has, within ``window`` seconds of it, then those were repetitions of its parts, and they are shown as its
    duplicates.  Memory is bounded by ``open_limit`` messages of at most :data:`PARTS_LIMIT` parts.
    """
    groups: OrderedDict[_Key, _Group] = OrderedDict()
    for stored in parts:
        default = (alphabets or {}).get(stored.account, "gsm7")
        seen = SeenPart.of(stored)
        while groups and (oldest := next(iter(groups.values()))).latest_at < stored.at - window:
            groups.popitem(last=False)
            yield from oldest.messages(window)
        if seen.info is None:
            yield LongMessage(*_shared(stored), seen.style, None, 1, (stored,), default)
            continue
        key = (*_shared(stored), seen.info.style, seen.info.reference, seen.info.total)
        group = groups.pop(key, None)
        if group is None:
            group = _Group(key, default)
        elif group.latest_at < stored.at - window:
            yield from group.messages(window)
            group = _Group(key, default)
        groups[key] = group
        yield from group.add(stored, seen, window)
        if len(groups) > open_limit:
            yield from groups.popitem(last=False)[1].messages(window)
    for group in groups.values():
        yield from group.messages(window)


def message_with(
    part_id: int,
    parts: Iterable[StoredPart],
    *,
    alphabets: Mapping[str, str] | None = None,
    window: float = WINDOW,
) -> LongMessage | None:
    """The message that has the part of this id, out of parts as :func:`long_messages` takes them; None: not there."""
    for message in long_messages(parts, alphabets=alphabets, window=window):
        if part_id in message.ids:
            return message
    return None


_Key: TypeAlias = "tuple[str, str, str, str, Style, int, int]"


def _shared(stored: StoredPart) -> tuple[str, str, str, str]:
    return stored.direction, stored.account, stored.source, stored.destination


class _Group:
    """What came under one key within one window: the message before, and the one that is being put together."""

    __slots__ = ("contents", "default", "former", "key", "latest_at", "stored")

    def __init__(self, key: _Key, default: str) -> None:
        self.key = key
        self.default = default
        self.former: tuple[list[StoredPart], dict[int, bytes]] | None = None
        """A complete message, to which repetitions may still be added."""
        self.stored: list[StoredPart] = []
        self.contents: dict[int, bytes] = {}
        self.latest_at = 0.0

    def add(self, stored: StoredPart, seen: SeenPart, window: float) -> Iterator[LongMessage]:
        """Take a part; gives what is settled by it."""
        self.latest_at = stored.at
        self.stored.append(stored)
        self.contents.setdefault(seen.sequence, seen.content)
        if len(self.contents) == self.key[-1]:
            if self.former is not None:
                yield self._message(self.former[0])
            self.former = self.stored, self.contents
            self.stored, self.contents = [], {}
        elif len(self.stored) >= PARTS_LIMIT:
            yield from self.messages(window)
            self.former = None
            self.stored, self.contents = [], {}

    def messages(self, window: float) -> Iterator[LongMessage]:
        """What there is, now that nothing more comes."""
        if self.former is not None:
            whole, contents = self.former
            if self._repeats(contents) and self.stored and self.stored[0].at - whole[-1].at <= window:
                whole, self.stored = whole + self.stored, []
            yield self._message(whole)
        if self.stored:
            yield self._message(self.stored)

    def _repeats(self, contents: Mapping[int, bytes]) -> bool:
        return all(contents.get(sequence) == content for sequence, content in self.contents.items())

    def _message(self, stored: list[StoredPart]) -> LongMessage:
        direction, account, source, destination, style, reference, total = self.key
        return LongMessage(
            direction, account, source, destination, style, reference, total, tuple(stored), self.default
        )
