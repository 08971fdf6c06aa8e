"""All who wait: messages reach only the verifications that they may matter to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Final

from smsc_sim.scenario.matching import normal_address
from smsc_sim.scenario.when import FieldCondition
from smsc_sim.sim.verify.facts import StoredFacts
from smsc_sim.sim.verify.haystack import PROPERTIES, Haystack, Needle, needles_for
from smsc_sim.sim.verify.verification import Recent, Verification
from smsc_sim.sim.verify.wanted import Wanted

MOST_WAITING: Final = 200
"""Verifications without an answer at one time."""

_KEYS: Final[dict[str, Callable[[StoredFacts], str]]] = {
    "to": lambda facts: normal_address(facts.message.destination),
    "from": lambda facts: normal_address(facts.message.source),
    "text": lambda facts: facts.message.text,
    "account": lambda facts: facts.message.account,
}
"""Keys of conditions on whole texts, the one that parts messages best first, each with its normal form."""


class TooManyWaiting(Exception):
    """There are :data:`MOST_WAITING` already."""


class Waiting:
    """Verifications without an answer.

    The store offers what is new or has changed in batches, and only while somebody waits: ``if waiting: ...``.
    """

    def __init__(self) -> None:
        self._recent = Recent()
        self._all: dict[int, Verification] = {}
        self._by_wanted: dict[Wanted, dict[int, Verification]] = {}
        self._by_text: dict[tuple[str, str], dict[int, Verification]] = {}
        self._by_needle: dict[Needle, dict[int, Verification]] = {}

    def __len__(self) -> int:
        """How many wait."""
        return len(self._all)

    @property
    def next_deadline(self) -> float | None:
        """When ``tick`` has to be called even if no message comes; None when nobody waits."""
        deadlines = [one.next_deadline for one in self._all.values()]
        return min((deadline for deadline in deadlines if deadline is not None), default=None)

    def add(self, verification: Verification, newest: int) -> None:
        """Let a verification wait that has been offered what is stored, and has no answer.

        ``newest``: the highest id of a message that is stored, 0 when none is.
        """
        if not self._all:
            self._recent = Recent(newest)
        verification.share(self._recent)
        self._all[id(verification)] = verification
        for group in self._groups(verification):
            group[id(verification)] = verification

    def remove(self, verification: Verification) -> None:
        """Let it go, whether it has an answer or not; nothing happens to one that does not wait."""
        if self._all.pop(id(verification), None) is None:
            return
        for group in self._groups(verification):
            group.pop(id(verification), None)
        self._by_text = {key: group for key, group in self._by_text.items() if group}
        self._by_needle = {needle: group for needle, group in self._by_needle.items() if group}
        self._by_wanted = {wanted: group for wanted, group in self._by_wanted.items() if group}

    def offer(self, messages: Sequence[StoredFacts], now: float) -> list[Verification]:
        """Look at messages that are new, or have changed, and return those who wait no longer."""
        self._recent.add(messages)
        offered: dict[int, set[int]] = {}
        for group, places in self._matches(messages, now):
            for number in group if places else ():
                offered.setdefault(number, set()).update(places)
        for number, places in offered.items():
            self._all[number].offer([messages[place] for place in sorted(places)], now)
        return self._decided(self._all[number] for number in offered)

    def _matches(self, messages: Sequence[StoredFacts], now: float) -> Iterator[tuple[Iterable[int], Collection[int]]]:
        """Verifications that belong together, and the places of the messages that may matter to them."""
        for key in {key for key, _ in self._by_text}:
            for place, facts in enumerate(messages):
                group = self._by_text.get((key, _KEYS[key](facts)))
                if group is not None:
                    yield group, (place,)
        haystacks = {
            name: Haystack([PROPERTIES[name](facts) for facts in messages])
            for name in {name for name, _ in self._by_needle}
        }
        for (name, needle), group in self._by_needle.items():
            yield group, tuple(haystacks[name].holders(needle))
        for wanted, group in self._by_wanted.items():
            yield group, [place for place, facts in enumerate(messages) if wanted.holds(facts, now)]

    def lost(self) -> None:
        """Messages were dropped that have not been offered."""
        for verification in self._all.values():
            verification.lost()

    def tick(self, now: float) -> list[Verification]:
        """Look at the time, and return those who wait no longer."""
        late = [one for one in self._all.values() if (one.next_deadline or 0.0) <= now]
        for verification in late:
            verification.tick(now)
        return self._decided(late)

    def _decided(self, verifications: Iterable[Verification]) -> list[Verification]:
        decided = [one for one in verifications if one.result is not None]
        for verification in decided:
            self.remove(verification)
        return decided

    def _groups(self, verification: Verification) -> list[dict[int, Verification]]:
        tests = {
            condition.key: condition.test.literals
            for condition in verification.spec.wanted.conditions
            if isinstance(condition, FieldCondition) and condition.test.literals is not None
        }
        for key in _KEYS:
            literals = tests.get(key)
            if literals is not None:
                return [self._by_text.setdefault((key, text), {}) for text in literals]
        wanted = verification.spec.wanted
        needles = needles_for(wanted)
        if needles is not None:
            return [self._by_needle.setdefault(needle, {}) for needle in needles]
        steps = [wanted.and_also(conditions) for conditions in verification.spec.order] or [wanted]
        return [self._by_wanted.setdefault(step, {}) for step in steps]
