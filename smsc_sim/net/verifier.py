"""Verifications that wait: whoever asks gets an answer as soon as it is known, and nobody looks again and again.

What is stored is looked at in the store's thread, in slices, so that messages go on to be written.  What is new or has
changed since is offered there, too, and only while somebody waits.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Protocol, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.python.failure import Failure

from smsc_sim.sim.messages.ledger import ADDED, CHANGED, ENDED, FAILED, SENT, Entry
from smsc_sim.sim.search.statement import Sql
from smsc_sim.sim.store.pages import (
    candidates_after,
    last_until,
    messages_of_receipts,
    newest_candidates,
    newest_id,
    oldest_id,
    with_ids,
)
from smsc_sim.sim.store.store import EXPANDED_AT_ONCE, Store
from smsc_sim.sim.store.stored import StoredMessage
from smsc_sim.sim.verify.candidates import candidates
from smsc_sim.sim.verify.facts import SessionLookup, StoredFacts
from smsc_sim.sim.verify.verification import Result, Verification
from smsc_sim.sim.verify.waiting import MOST_WAITING, TooManyWaiting, Waiting
from smsc_sim.sim.verify.written import VerificationSpec

Answer = TypeVar("Answer")

SLICE: Final = 1_000
"""Messages that are looked at in one go."""

SPAN: Final = 50_000
"""Messages among which those are sought in one go, where no index knows them."""

NEAR: Final = 100
"""Latest messages among which are those that nearly were what was not there."""

MOST_CHANGED: Final = 100_000
"""Receipts of which it is remembered that they have changed while their messages are not yet rows."""

REST: Final = 0.02
"""Seconds from one look at what is new to the next."""

SHARE: Final = 0.05
"""Of the time, that looking may take while messages go on to come faster than they can be looked at; what is left is
looked at when they cease, or when somebody has to be answered."""

QUIET: Final = 0.25
"""Seconds without anything written after which messages have ceased."""

AGAIN: Final = 1.0
"""Seconds between attempts while the store fails."""


_ALL: Final = Sql("1")


class Worker(Protocol):
    """The store's thread, as far as it is needed here."""

    def do(self, job: Callable[[Store], Answer]) -> Deferred[Answer]:
        """Have ``job(store)`` done in the thread."""


class Keeper(Protocol):
    """The storekeeper, as far as it is needed here."""

    on_written: Callable[[list[Entry]], None]

    @property
    def thread(self) -> Worker:
        """The store's thread."""

    def ask(self, question: Callable[[Store], Answer]) -> Deferred[Answer]:
        """The answer of the store, with all that has happened so far in it as rows."""


class _Progress(NamedTuple):
    """What offering messages has come to."""

    decided: list[Verification]
    deadline: float | None
    """When to look at the time."""
    more: bool
    """Whether there is more that was written and is no row yet."""


@dataclass(eq=False)
class _Asked:
    """One verification, from its question to its answer."""

    spec: VerificationSpec
    answer: Deferred[Result]
    verification: Verification | None = None
    first: int = 0
    """The id behind which it begins to look."""
    evicted: int = 0
    """The highest ``seq`` that had been dropped when it began."""
    touched: set[int] = field(default_factory=set)
    """Messages that have changed while the stored ones are looked at."""
    gone: bool = False
    """Whether nobody waits for the answer any more."""


class Verifier:
    """Answers verifications out of one store.

    Deferreds, the timer and :meth:`written` are the reactor's; everything else happens in the store's thread.
    """

    def __init__(
        self,
        keeper: Keeper,
        reactor: Any,
        clock: Callable[[], float],
        session_of: SessionLookup,
        message_clock: Callable[[], float] | None = None,
    ) -> None:
        """``clock()``: real time, seconds since the epoch, also where the messages' clock stands still.

        ``message_clock()``: that one, by which searches judge states and moments; None: ``clock`` is it.  It is asked
        in the store's thread.
        """
        self._message_clock = message_clock
        self._keeper = keeper
        self._reactor = reactor
        self._clock = clock
        self._session_of = session_of
        self._asked: dict[Verification, _Asked] = {}
        self._looking: dict[_Asked, None] = {}
        self._waiting = Waiting()
        self._newest = 0
        """The highest id that has been offered."""
        self._seen = 0
        """The highest ``seq`` that has been offered, or was dropped before anybody waited."""
        self._changed: set[int] = set()
        self._keys: list[bytes] = []
        self._behind: int | None = None
        """Messages that have to become rows before those who have waited long enough are answered."""
        self._entries: list[Entry] = []
        self._offering = False
        self._timer: IDelayedCall | None = None
        self._began = 0.0
        """When the latest look began."""
        self._written_at = 0.0
        """When something was written last."""
        self._rests_until = 0.0
        """When the next one may, if nobody has to be answered before."""
        keeper.on_written = self.written

    def __len__(self) -> int:
        """How many are not answered yet."""
        return len(self._looking) + len(self._asked)

    def verify(self, spec: VerificationSpec) -> Deferred[Result]:
        """The answer to a verification, when it is known; whoever cancels it waits no longer.

        Only messages of this run are looked at.  Raises TooManyWaiting; the Deferred fails with sqlite3.Error when the
        database does.
        """
        if len(self) >= MOST_WAITING:
            raise TooManyWaiting
        asked = _Asked(spec, Deferred(lambda _: self._give_up(asked)))
        self._looking[asked] = None
        began = self._clock()
        first = self._keeper.ask(lambda store: self._begin(store, asked, began))
        first.addCallback(lambda after: self._look_on(asked, after)).addErrback(self._failed, asked)
        return asked.answer

    def written(self, entries: list[Entry]) -> None:
        """These entries are in the store now."""
        if self._looking or self._asked:
            self._entries += entries
            self._written_at = now = self._clock()
            if now >= self._rests_until:
                self._go_on()
            else:
                self._set_timer(self._rests_until)

    # In the reactor

    def _look_on(self, asked: _Asked, after: int | None) -> Deferred[Any] | None:
        """Look at the next slice of what is stored; ``after`` None: all has been looked at."""
        if after is None:
            del self._looking[asked]
            verification = asked.verification
            assert verification is not None, "the first slice has made it"
            if verification.result is not None:
                self._answer(asked, verification.result)
            elif asked.gone:
                self._keeper.thread.do(lambda _: self._waiting.remove(verification))
            else:
                self._asked[verification] = asked
                self._set_timer(verification.next_deadline)
            return None
        if asked.gone:
            del self._looking[asked]
            return None
        return self._in_thread(lambda store: self._slice(store, asked, after)).addCallback(
            lambda further: self._look_on(asked, further)
        )

    def _go_on(self) -> None:
        """Offer what there is to offer, unless that is being done."""
        if not self._offering:
            self._offering = True
            self._began = self._clock()
            entries, self._entries = self._entries, []
            self._in_thread(lambda store: self._advance(store, entries)).addCallbacks(self._offered, self._not_offered)

    def _offered(self, progress: _Progress) -> None:
        self._offering = False
        for verification in progress.decided:
            asked = self._asked.pop(verification, None)
            if asked is not None and verification.result is not None:
                self._answer(asked, verification.result)
        self._set_timer(progress.deadline)
        now = self._clock()
        goes_on = now < self._written_at + QUIET
        rest = (now - self._began) * (1 / SHARE - 1) if progress.more and goes_on else 0.0
        self._rests_until = now + max(REST, rest)
        if progress.more and not goes_on:
            self._go_on()
        elif progress.more or self._entries:
            self._set_timer(self._rests_until)

    def _not_offered(self, failure: Failure) -> None:
        """The store fails; it may be well again by the time somebody has to be answered."""
        failure.trap(sqlite3.Error)
        self._offering = False
        if len(self):
            self._set_timer(self._clock() + AGAIN)

    def _set_timer(self, deadline: float | None) -> None:
        """Look at the time at this instant, or earlier if that was said before."""
        if deadline is None:
            return
        delay = max(0.0, deadline - self._clock())
        if self._timer is not None and self._timer.active():
            if self._timer.getTime() <= self._reactor.seconds() + delay:
                return
            self._timer.cancel()
        self._timer = self._reactor.callLater(delay, self._go_on)

    def _in_thread(self, job: Callable[[Store], Any]) -> Deferred[Any]:
        return self._keeper.thread.do(job)

    def _give_up(self, asked: _Asked) -> None:
        """Nobody waits for the answer any more."""
        asked.gone = True
        verification = asked.verification
        if verification is not None and self._asked.pop(verification, None) is not None:
            self._in_thread(lambda _: self._waiting.remove(verification))

    def _answer(self, asked: _Asked, result: Result) -> None:
        if not asked.gone:
            asked.answer.callback(result)

    def _failed(self, failure: Failure, asked: _Asked) -> None:
        self._looking.pop(asked, None)
        if not asked.gone:
            asked.answer.errback(failure)

    # In the store's thread

    def _begin(self, store: Store, asked: _Asked, began: float) -> int | None:
        """Begin to look; returns behind which id to go on, None when all has been looked at."""
        spec = asked.spec
        first = store.first_id - 1 if spec.since is None else last_until(store, spec.since)
        asked.evicted = store.evicted_seq
        evicted = asked.evicted > (spec.since or 0)
        asked.first = first
        asked.verification = Verification(spec, began, evicted=evicted)
        return self._slice(store, asked, first)

    def _slice(self, store: Store, asked: _Asked, after: int) -> int | None:
        verification = asked.verification
        assert verification is not None, "the first slice has made it"
        condition = candidates(asked.spec.wanted, asked.spec.since)
        now = self._clock()
        end = after + SPAN
        found = candidates_after(store, condition, after, SLICE, end)
        is_enough = verification.look_at(self._facts(found), now)
        if len(found) == SLICE and not is_enough:
            return found[-1].id
        if newest_id(store) > end and not is_enough:
            return end
        if store.evicted_seq > asked.evicted:
            verification.lost()
        if asked.touched:
            verification.look_at(self._facts(with_ids(store, asked.touched)), now)
        oldest = oldest_id(store, asked.first)
        verification.passed(
            newest_id(store) - oldest + 1 if oldest else 0,
            lambda: self._facts(newest_candidates(store, _ALL, asked.first, NEAR)),
        )
        verification.offer((), now)
        if verification.result is None:
            newest = newest_id(store)
            if not self._waiting:
                self._newest = newest
                self._seen = store.evicted_seq
            self._waiting.add(verification, newest)
        return None

    def _advance(self, store: Store, entries: list[Entry]) -> _Progress:
        """Make some rows of what was written and offer them; under heavy traffic that takes several times."""
        self._note(entries)
        more = store.expand()
        if not self._waiting and not self._looking:
            self._keys.clear()
            self._changed.clear()
            return _Progress([], None, False)
        now = self._clock()
        if store.evicted_seq > self._seen:
            self._waiting.lost()
            self._seen = store.evicted_seq
        decided = self._offer_new(store, now)
        if not more:
            decided += self._offer_changed(store, now)
        deadline = self._waiting.next_deadline
        if deadline is not None and deadline <= now:
            # Nobody is told that a message did not come which had come in time and is not a row yet.
            self._behind = (store.staging.messages if self._behind is None else self._behind) - EXPANDED_AT_ONCE
            if not more or self._behind <= 0:
                self._behind = None
                decided += self._waiting.tick(now)
                deadline = self._waiting.next_deadline
        return _Progress(decided, deadline, more)

    def _note(self, entries: list[Entry]) -> None:
        """Remember which messages these entries change."""
        for kind, *values in entries:
            if kind in {ADDED, CHANGED}:
                self._changed.add(values[1])
            elif kind == SENT:
                self._keys += [record[0] for record in values[2]]
            elif kind == ENDED:
                self._keys += values[1]
            elif kind == FAILED:
                self._keys.append(values[1])
        del self._keys[:-MOST_CHANGED]

    def _offer_new(self, store: Store, now: float) -> list[Verification]:
        decided: list[Verification] = []
        while self._waiting:
            found = candidates_after(store, _ALL, self._newest, SLICE)
            if found:
                self._newest, self._seen = found[-1].id, max(self._seen, found[-1].seq)
                decided += self._waiting.offer(self._facts(found), now)
            if len(found) < SLICE:
                break
        return decided

    def _offer_changed(self, store: Store, now: float) -> list[Verification]:
        changed = self._changed | messages_of_receipts(store, self._keys)
        self._changed, self._keys = set(), []
        for asked in self._looking.copy():
            asked.touched |= changed
        return self._waiting.offer(self._facts(with_ids(store, changed)), now) if changed and self._waiting else []

    def _facts(self, messages: Iterable[StoredMessage]) -> list[StoredFacts]:
        return [StoredFacts(message, self._session_of, self._message_clock) for message in messages]
