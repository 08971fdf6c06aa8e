"""The expectations of a scenario, judged by what has been stored: met, not met, or still open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from smsc_sim.scenario.expectation import CountRange, Expectation
from smsc_sim.scenario.rule import SUBMISSIONS
from smsc_sim.scenario.values import format_duration
from smsc_sim.sim.verify.facts import StoredFacts
from smsc_sim.sim.verify.sequence import gaps, in_order
from smsc_sim.sim.verify.wanted import NearMiss, Wanted, nearest

MOST_EVIDENCE: Final = 100
"""Messages that a verdict names."""

_LOOKED_AT: Final = 500
"""The latest messages, among which near misses are looked for."""

Status = Literal["met", "not met", "pending"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one expectation."""

    expectation: Expectation
    status: Status
    reason: str
    """Why it is not met, or what is waited for; empty when it is met."""
    wanted: str
    """What was expected, in words: "count 3 within 1m"."""
    was: str
    """What there was instead: "2 messages"."""
    count: int
    """Messages that it is about."""
    fired: int | None
    """How often its rule has decided; None when that is not asked."""
    evidence: tuple[str, ...]
    """Which messages, ``m-31``: those that were counted, or that break it."""
    nearest: tuple[NearMiss, ...] = ()
    seen: int = 0
    """Messages that were looked at."""
    time_left: float | None = None
    """Seconds until it is known, when that is only a matter of time."""


@dataclass(frozen=True, slots=True)
class _Part:
    """What one number of an expectation says."""

    state: Literal["holds", "broken", "open"]
    """``open``: it does not hold, and may yet."""
    reason: str = ""
    evidence: tuple[StoredFacts, ...] = ()


_HOLDS: Final = _Part("holds")


def judge(
    expectation: Expectation,
    messages: Iterable[StoredFacts],
    now: float,
    *,
    fired: Mapping[str, int],
    seen: int | None = None,
    finished: bool = False,
    evicted: bool = False,
) -> Verdict:
    """Return what became of an expectation at ``now``.

    ``messages``: all that are stored, in the order of their ids, or at least those that it can be about; then ``seen``
    says how many there are of all. ``fired``: how often each rule has decided. ``finished``: nothing more will come, so
    that nothing stays pending. ``evicted``: messages have been dropped, so that nobody can say that there were no more.
    """
    looked_at = list(messages)
    total = len(looked_at) if seen is None else seen
    wanted = Wanted.by(expectation)
    steps = [wanted.and_also(conditions) for conditions in expectation.order]
    hits = [facts for facts in looked_at if any(one.holds(facts, now) for one in steps or [wanted])]
    decided = None if expectation.fired is None else fired.get(expectation.rule or "", 0)
    parts = _parts(expectation, hits, steps, decided, fired, now)
    status, reason, time_left = _status(expectation, parts, hits, now, finished=finished)
    if status != "not met" and not total and not decided and not hits:
        status, reason = ("not met" if finished else "pending"), "no message has come"
    if status == "met" and evicted and _counts_all(expectation):
        status, reason = "not met", "messages have been dropped, so nobody can tell"
    missing = steps[len(in_order(steps, hits, now)) % len(steps)] if steps else wanted
    too_few = status != "met" and any(part.state == "open" for part in parts)
    broken = [facts for part in parts for facts in part.evidence]
    return Verdict(
        expectation,
        status,
        reason,
        wanted=describe(expectation),
        was=_was(len(hits), decided),
        count=len(hits),
        fired=decided,
        evidence=tuple(facts.name for facts in (broken or hits)[:MOST_EVIDENCE]),
        nearest=nearest(missing, looked_at[-_LOOKED_AT:], now) if too_few else (),
        seen=total,
        time_left=time_left if status == "pending" else None,
    )


def describe(expectation: Expectation) -> str:
    """What is expected, in short: "count 3 within 1m"."""
    about = [
        ("count", expectation.count),
        ("fired", expectation.fired),
        ("spacing", expectation.spacing),
        ("order of", len(expectation.order) or None),
        ("within", None if expectation.within is None else format_duration(expectation.within)),
    ]
    return " ".join(f"{word} {value}" for word, value in about if value is not None)


def _counts_all(expectation: Expectation) -> bool:
    """Whether a message that is not there any more could change the verdict that it is met."""
    return expectation.spacing is not None or (expectation.count is not None and expectation.count.most is not None)


def _parts(
    expectation: Expectation,
    hits: Sequence[StoredFacts],
    steps: Sequence[Wanted],
    decided: int | None,
    fired: Mapping[str, int],
    now: float,
) -> list[_Part]:
    end = _end(expectation, hits)
    in_time = [facts for facts in hits if end is None or facts.message.at <= end]
    parts = []
    if expectation.count is not None:
        parts.append(_counted(expectation, hits, in_time, fired))
    if decided is not None and expectation.fired is not None:
        parts.append(_in_range(expectation.fired, decided, f"rule '{expectation.rule}' decided"))
    if expectation.spacing is not None:
        parts.append(_spaced(expectation, in_time))
    if steps:
        found = len(in_order(steps, in_time, now))
        reason = f"nothing was number {found + 1} of the {len(steps)} that were to come in order"
        parts.append(_HOLDS if found == len(steps) else _Part("open", reason))
    return parts


def _counted(
    expectation: Expectation, hits: Sequence[StoredFacts], in_time: Sequence[StoredFacts], fired: Mapping[str, int]
) -> _Part:
    count = expectation.count
    assert count is not None, "it is counted only then"
    if expectation.event not in SUBMISSIONS:
        if expectation.rule is None or expectation.conditions or expectation.reply or expectation.receipt:
            return _Part("open", f"{expectation.event} is no message; of such only a rule's decisions are counted")
        return _in_range(count, fired.get(expectation.rule, 0), f"rule '{expectation.rule}' decided")
    if count.most is not None and len(hits) > count.most:
        return _Part("broken", f"{_messages(len(hits))}, and {count} expected", tuple(hits))
    if len(in_time) < count.least:
        late = f", and {len(hits) - len(in_time)} too late" if len(hits) > len(in_time) else ""
        return _Part("open", f"{_messages(len(in_time))}{late}, and {count} expected")
    return _HOLDS


def _in_range(wanted: CountRange, number: int, what: str) -> _Part:
    if wanted.holds(number):
        return _HOLDS
    state: Literal["broken", "open"] = "open" if number < wanted.least else "broken"
    return _Part(state, f"{what} {number} times, and {wanted} expected")


def _spaced(expectation: Expectation, hits: Sequence[StoredFacts]) -> _Part:
    spacing = expectation.spacing
    assert spacing is not None, "it is looked at only then"
    between = gaps(spacing, hits)
    for seconds, before, facts in between:
        if not spacing.holds(seconds):
            apart = format_duration(max(0.0, round(seconds, 3)))
            return _Part(
                "broken", f"{before.name} and {facts.name} are {apart} apart, and {spacing} expected", (before, facts)
            )
    return _HOLDS if between else _Part("open", "there are no two messages whose spacing could be looked at")


def _end(expectation: Expectation, hits: Sequence[StoredFacts]) -> float | None:
    """When the time of an expectation is over, if it has begun."""
    return hits[0].message.at + expectation.within if expectation.within is not None and hits else None


def _status(
    expectation: Expectation, parts: Sequence[_Part], hits: Sequence[StoredFacts], now: float, *, finished: bool
) -> tuple[Status, str, float | None]:
    broken = [part.reason for part in parts if part.state == "broken"]
    if broken:
        return "not met", "; ".join(broken), None
    end = _end(expectation, hits)
    not_yet = [part.reason for part in parts if part.state == "open"]
    if not_yet:
        is_over = finished or (end is not None and now > end)
        return ("not met" if is_over else "pending"), "; ".join(not_yet), None if end is None else max(0.0, end - now)
    if not finished and _counts_all(expectation) and hits:
        # One more would break it; what is waited for is that none comes.
        quiet = hits[-1].message.at + (expectation.settle or 0.0)
        until = max(quiet, end or 0.0)
        if now < until:
            return "pending", "one more would be too many", until - now
    return "met", "", None


def _was(count: int, decided: int | None) -> str:
    return _messages(count) if decided is None else f"{_messages(count)}, rule decided {decided} times"


def _messages(count: int) -> str:
    return f"{count} message{'' if count == 1 else 's'}"
