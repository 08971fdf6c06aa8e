"""One verification: a machine that is offered messages and told the time until it knows the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal

from smsc_sim.scenario.values import format_duration
from smsc_sim.sim.verify.facts import StoredFacts
from smsc_sim.sim.verify.sequence import gaps, in_order
from smsc_sim.sim.verify.wanted import NearMiss, Wanted, nearest
from smsc_sim.sim.verify.written import VerificationSpec

MOST_SHOWN: Final = 1000
"""Messages that an answer names."""

_REMEMBERED: Final = 500
"""The latest messages, among which near misses are looked for."""

_MOST_ORDERED: Final = 10_000
"""Messages whose order or spacing is looked at, the latest ones."""

Code = Literal["", "expectation_failed", "journal_evicted"]
"""``journal_evicted``: messages that would have counted are not there any more, so nobody can tell."""


@dataclass(frozen=True, slots=True)
class Result:
    """The answer."""

    ok: bool
    code: Code
    reason: str
    """Why not, in words; empty when it is as asked."""
    count: int
    """Messages that are as asked."""
    waited: float
    """Seconds."""
    messages: tuple[str, ...]
    """Which: ``m-31``; the first ones when they are very many."""
    nearest: tuple[NearMiss, ...] = ()
    """Those that nearly were, at most three, when there were too few."""
    seen: int = 0
    """Messages that were looked at."""


def as_json(result: Result) -> dict[str, Any]:
    """The answer as the body of a response."""
    about = {
        "ok": result.ok,
        "count": result.count,
        "waited": format_duration(round(result.waited, 2)),
        "messages": list(result.messages),
    }
    if result.ok:
        return about
    return {
        "code": result.code,
        **about,
        "reason": result.reason,
        "nearest": [near_miss_as_json(miss) for miss in result.nearest],
        "seen": result.seen,
    }


def near_miss_as_json(miss: NearMiss) -> dict[str, Any]:
    """A near miss as it is in answers and reports."""
    differs = [{"field": one.field, "wanted": one.wanted, "was": one.was} for one in miss.differs]
    return {"message": miss.message, "differs": differs}


class Recent:
    """The latest messages, and how many there were; shared by all who wait."""

    __slots__ = ("_messages", "newest", "total")

    def __init__(self, newest: int = -1) -> None:
        self._messages: dict[int, StoredFacts] = {}
        self.newest = newest
        """The highest id, at first that of a message which came before."""
        self.total = 0
        """Messages so far, each once."""

    def add(self, messages: Iterable[StoredFacts]) -> None:
        """Remember messages; new ones come in the order of their ids, and others are those that have changed."""
        for facts in messages:
            number = facts.message.id
            if number > self.newest:
                self.newest = number
                self.total += 1
                self._messages[number] = facts
                if len(self._messages) > _REMEMBERED:
                    del self._messages[next(iter(self._messages))]
            elif number in self._messages:
                self._messages[number] = facts

    def behind(self, number: int) -> list[StoredFacts]:
        """Those whose id is higher, in the order of their ids."""
        return [facts for key, facts in self._messages.items() if key > number]


class Verification:
    """Call ``offer`` with messages and ``tick`` with the time; ``result`` is None until the answer is known.

    A message that has changed (its response was sent, or a receipt) is offered again. New ones come in the order of
    their ids.
    """

    def __init__(self, spec: VerificationSpec, now: float, *, evicted: bool = False) -> None:
        """``evicted``: messages that came after ``since`` have been dropped already."""
        self.spec = spec
        self.result: Result | None = None
        self._evicted = evicted
        self._started = now
        self._deadline = now + spec.within
        self._last_hit = now
        self._hits: dict[int, StoredFacts] = {}
        """The messages that are as asked, as far as they are needed again."""
        self._numbers: set[int] = set()
        """The ids of all of them."""
        self._steps = [spec.wanted.and_also(conditions) for conditions in spec.order]
        self._own = Recent()
        self._stored: int | None = None
        self._latest: Callable[[], Iterable[StoredFacts]] = tuple
        self._shared: Recent | None = None
        self._shared_total = self._shared_newest = 0

    @property
    def next_deadline(self) -> float | None:
        """When ``tick`` has to be called even if no message comes, seconds since the epoch; None: not any more."""
        if self.result is not None:
            return None
        return self._settled_at if self._is_enough and self._settles else self._deadline

    def passed(self, stored: int, latest: Callable[[], Iterable[StoredFacts]]) -> None:
        """All that is stored has been offered, as far as it could be what is asked for.

        ``stored``: how many messages these and the others are; ``latest()``: the latest of them, whatever they are, by
        id, asked for when something turns out to be missing: one of them may be what was meant.
        """
        self._stored = stored
        self._latest = latest

    def share(self, recent: Recent) -> None:
        """From now on only messages that may match are offered; ``recent`` remembers all of them."""
        self._shared = recent
        self._shared_total = recent.total
        self._shared_newest = recent.newest

    def lost(self) -> None:
        """Messages were dropped that have not been offered."""
        self._evicted = True

    def offer(self, messages: Iterable[StoredFacts], now: float) -> None:
        """Look at messages that are new, or have changed; the first time, at all that are stored."""
        if self.result is None:
            self.look_at(messages, now)
            self._decide(now)

    def look_at(self, messages: Iterable[StoredFacts], now: float) -> bool:
        """Look at some of the messages that are offered, others follow before anything is decided.

        Returns whether the others cannot matter any more.
        """
        messages = list(messages)
        if self._shared is None:
            self._own.add(messages)
        for facts in messages:
            self._look_at(facts, now)
        count = self.spec.count
        if count is None or self._steps or self.spec.spacing is not None:
            return False
        return len(self._numbers) > count.most if count.most is not None else self._is_enough

    def tick(self, now: float) -> None:
        """Look at the time."""
        if self.result is None:
            if now >= self._deadline and self.spec.wanted.query is not None:
                # Time alone may have made a message what is asked for: its state is another one by now.
                for facts in self._remembered():
                    self._look_at(facts, now)
            self._decide(now)

    def _look_at(self, facts: StoredFacts, now: float) -> None:
        message = facts.message
        if self.spec.since is not None and message.seq <= self.spec.since:
            return
        wanted = self._steps or [self.spec.wanted]
        if not any(one.holds(facts, now) for one in wanted):
            return
        if message.id not in self._numbers:
            self._numbers.add(message.id)
            self._last_hit = now
        if self._steps or self.spec.spacing is not None:
            self._hits[message.id] = facts
            if len(self._hits) > _MOST_ORDERED:
                del self._hits[next(iter(self._hits))]
        elif len(self._hits) < MOST_SHOWN:
            self._hits[message.id] = facts

    @property
    def _in_order(self) -> list[StoredFacts]:
        return [self._hits[number] for number in sorted(self._hits)]

    @property
    def _is_enough(self) -> bool:
        count = self.spec.count
        return count is not None and len(self._numbers) >= count.least

    @property
    def _settles(self) -> bool:
        """Whether a little quiet is enough, once there are as many as asked."""
        count = self.spec.count
        return count is not None and count.least > 0 and self.spec.spacing is None and not self._steps

    @property
    def _settled_at(self) -> float:
        return self._last_hit + self.spec.settle

    def _decide(self, now: float) -> None:
        count, spacing = self.spec.count, self.spec.spacing
        if count is not None and count.most is not None and len(self._numbers) > count.most:
            self._finish(now, f"{_messages(len(self._numbers))} where {_at_most(count.most)} expected")
            return
        too_close = self._broken_spacing()
        if too_close:
            self._finish(now, too_close)
            return
        missing = self._missing(now)
        if missing:
            if now >= self._deadline:
                self._finish(now, missing, cannot_tell=self._evicted)
            return
        more_would_matter = spacing is not None or (count is not None and count.most is not None)
        if not more_would_matter:
            self._finish(now)
        elif self._evicted:
            self._finish(now, cannot_tell=True)
        elif now >= (self._settled_at if self._settles else self._deadline):
            self._finish(now)

    def _broken_spacing(self) -> str:
        spacing = self.spec.spacing
        if spacing is None:
            return ""
        for seconds, before, facts in gaps(spacing, self._in_order):
            if not spacing.holds(seconds):
                apart = f"{before.name} and {facts.name} are {format_duration(max(0.0, round(seconds, 3)))} apart"
                return f"{apart}, and {spacing} is expected"
        return ""

    def _missing(self, now: float) -> str:
        """What is not there yet; empty when nothing is."""
        count = self.spec.count
        if count is not None and len(self._numbers) < count.least:
            return f"{_messages(len(self._numbers))} where {count} is expected"
        if self._steps:
            found = len(in_order(self._steps, self._in_order, now))
            if found < len(self._steps):
                return f"nothing was number {found + 1} of the {len(self._steps)} that were to come in order"
        if self.spec.spacing is not None and not gaps(self.spec.spacing, self._in_order):
            return "no two messages whose spacing could be looked at"
        return ""

    def _finish(self, now: float, reason: str = "", *, cannot_tell: bool = False) -> None:
        code: Code = "journal_evicted" if cannot_tell else "expectation_failed" if reason else ""
        hits = self._in_order[:MOST_SHOWN]
        if cannot_tell:
            reason = "messages that came after the mark have been dropped, so nobody can tell"
        self.result = Result(
            ok=not code,
            code=code,
            reason=reason,
            count=len(self._numbers),
            waited=now - self._started,
            messages=tuple(facts.name for facts in hits),
            nearest=nearest(self._searched(now), self._near(), now) if self._missing(now) else (),
            seen=(self._own.total if self._stored is None else self._stored)
            + (0 if self._shared is None else self._shared.total - self._shared_total),
        )

    def _searched(self, now: float) -> Wanted:
        """What was missing."""
        if not self._steps:
            return self.spec.wanted
        return self._steps[min(len(in_order(self._steps, self._in_order, now)), len(self._steps) - 1)]

    def _near(self) -> list[StoredFacts]:
        """The messages among which are the nearest, by id."""
        near = {facts.message.id: facts for facts in (*self._latest(), *self._remembered())}
        return [near[number] for number in sorted(near)]

    def _remembered(self) -> list[StoredFacts]:
        shared = [] if self._shared is None else self._shared.behind(self._shared_newest)
        since = -1 if self.spec.since is None else self.spec.since
        return [facts for facts in (*self._own.behind(-1), *shared) if facts.message.seq > since]


def _messages(count: int) -> str:
    return f"{count} message{'' if count == 1 else 's'}"


def _at_most(count: int) -> str:
    return "none is" if count == 0 else f"at most {count} is" if count == 1 else f"at most {count} are"
