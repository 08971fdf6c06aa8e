"""The storekeeper: takes what the ledger has to the store, and holds answers back until it is safe there."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator, Iterable
from functools import partial
from itertools import chain
from math import inf
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, inlineCallbacks
from twisted.internet.interfaces import IDelayedCall
from twisted.python.failure import Failure

from smsc_sim.net.store_thread import StoreThread
from smsc_sim.sim.log_lines import Note
from smsc_sim.sim.messages.ledger import Entry
from smsc_sim.sim.receipts.resume import Resumption
from smsc_sim.sim.rules.rulebook import DECIDED
from smsc_sim.sim.sessions.session import Ending, Link
from smsc_sim.sim.smsc import Smsc
from smsc_sim.sim.store.batch import Numbers
from smsc_sim.sim.store.counted import counted
from smsc_sim.sim.store.finding import Finder
from smsc_sim.sim.store.refused import brings_messages, receipt_keys, refused
from smsc_sim.sim.store.store import Store
from smsc_sim.sim.store.unended import Portion, mark_resent, unended
from smsc_sim.smpp.status import CommandStatus

Result = TypeVar("Result")
Output = tuple[Link, bytes, Ending]

PAUSE = 0.25
"""Seconds that entries may wait when no answer waits for them."""
MANY = 2_000
"""Entries that are not waited with."""
HELD_LIMIT = 4 * 1024 * 1024
"""Octets that may wait for the store before connections are read from no more."""
AGAIN = 1.0
"""Seconds between attempts to write while the store fails."""
BUSY = 5_000
"""Messages a second from which on rows are left for later."""
DECIDED_EVERY = 1.0
"""Seconds between two looks at how many events each rule has decided."""
QUIET = 2.0
"""Seconds after such traffic before rows are made."""
ROWS = 10_000
"""Of messages that are made in a second, about: whoever waits for more than that waits in vain."""
KEPT_WHILE_FAILING = 100_000
"""Entries about receipts that are kept until the store can be written again; of more, the oldest are lost."""


class Storekeeper:
    """Stands between the driver and the store's thread.

    While one batch is being written the next one gathers, so that under load one commit serves hundreds of messages.
    """

    def __init__(
        self,
        smsc: Smsc,
        store: Store,
        reactor: Any,
        log: Callable[[Note], None],
        clock: Callable[[], float],
        settle: Callable[[], None],
        *,
        durable: bool,
        keep: int,
    ) -> None:
        """``settle()``: carry out what has been planned.

        ``durable``: whether nothing leaves before what it rests on is in the store; ``keep``: messages it holds.
        """
        self.store = store
        self.thread = StoreThread(store, reactor, keep=keep)
        self.failing = ""
        """Why the store cannot be written now; empty when it can."""
        self.lost = 0
        """Entries that never got into the store."""
        self._smsc = smsc
        self._reactor = reactor
        self._log = log
        self._clock = clock
        self._settle = settle
        self.on_written: Callable[[list[Entry]], None] = lambda entries: None
        """Is told what has been written."""
        self.resumed: Deferred[None] | None = None
        """Fires when what an earlier run has left is planned again."""
        self._durable = durable
        self._held: list[Output] = []
        self._held_octets = 0
        self._paused: set[Link] = set()
        """Connections that are not read from until the store has caught up."""
        self._writing: list[Entry] = []
        self._is_writing = False
        self._backlog: list[Entry] = []
        self._timer: IDelayedCall | None = None
        self._counted_at = reactor.seconds()
        self._counted = store.numbers.next_id + smsc.counters.receipts_sent
        self._finished: list[Deferred[None]] = []
        self._decided: dict[str, int] = {}
        self._decided_at = reactor.seconds()
        numbers = store.numbers
        smsc.begin_with(numbers.next_id, numbers.next_number, numbers.last_session)
        smsc.recall(counted(store))
        smsc.ledger.kept = True
        smsc.lookup = Finder(store, self._latest)

    def start(self) -> None:
        """Begin to write, and go on with what an earlier run has left."""
        self.thread.start()
        before = self._smsc.ledger.next_id
        self.resumed = self._resume(Resumption(self._smsc), before)
        self.resumed.addErrback(self._broken)

    def stop(self) -> Deferred[None]:
        """Write what is left and close the store."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._smsc.ledger.kept = False
        return self.flushed().addBoth(lambda _: self.thread.stop())

    def carry_out(self, outputs: list[Output]) -> None:
        """Let these octets leave and endings happen, now or once what they rest on is safe."""
        waits = bool(self._smsc.ledger.entries)
        # While the store fails nothing is accepted, so that nothing that leaves rests on it.
        if not self._durable or self.failing or not (waits or self._is_writing):
            for link, octets, ending in outputs:
                link.carry_out(octets, ending)
            if waits and not self.failing:
                self._write_soon()
            return
        self._held += outputs
        self._held_octets += sum(len(octets) for _, octets, _ in outputs)
        if self._held_octets > HELD_LIMIT:
            for link, _, _ in outputs:
                if link not in self._paused:
                    self._paused.add(link)
                    link.hold(True)
        self._write_soon()

    def when_released(self, then: Callable[[], object]) -> None:
        """Call ``then`` when what waits now has left: at once if nothing does."""
        if self._held or self._is_writing:
            self.flushed().addCallback(lambda _: then())
        else:
            then()

    def flushed(self) -> Deferred[None]:
        """Fires when all that has happened so far has been written, or cannot be."""
        finished: Deferred[None] = Deferred()
        self._finished.append(finished)
        if not self._is_writing:
            self._write()
        return finished

    @inlineCallbacks
    def ask(
        self, question: Callable[[Store], Result], within: float | None = None
    ) -> Generator[Deferred[Any], Any, Result]:
        """The answer of the store, with all that has happened so far in it as rows.

        ``within``: seconds after which the question is asked of what rows there are; ``store.staging`` knows how many
        messages are behind.  It is asked at once when these are more than can become rows by then, and under much
        traffic: then there is no time to make many.  Fails with sqlite3.Error when the database does.
        """
        now = self._reactor.seconds()
        until = inf if within is None else now if now < self.thread.quiet_from else now + within
        yield self.flushed()
        last, behind = self.store.last_batch, self.store.staging.messages
        if within is None or behind <= ROWS * within:
            # A job for each slice, so that what is to be written does not wait for all of them.
            while (yield self.thread.do(partial(Store.expand_up_to, identifier=last))):
                if self._reactor.seconds() >= until:
                    break
        answer: Result = yield self.thread.do(question)
        return answer

    @inlineCallbacks
    def _resume(self, resumption: Resumption, before: int) -> Generator[Deferred[Any], Any, None]:
        """Plan what is unended of messages with ids below ``before``, in slices: traffic goes on between them."""
        while (yield self.thread.do(Store.expand_earlier)):
            pass
        sent_before = yield self.thread.do(partial(mark_resent, before=before))
        after = 0
        while True:
            portion: Portion = yield self.thread.do(partial(unended, after=after, before=before))
            if not portion.messages:
                break
            resumption.plan(portion, self._clock())
            self._settle()
            after = portion.messages[-1].id
        if resumption.resumed:
            again = f", of which {sent_before} had been sent before" if sent_before else ""
            self._say("info", f"goes on with {resumption.resumed} receipts of an earlier run{again}")
        if resumption.without_account:
            self._say("warn", f"{resumption.without_account} messages are of accounts that nobody has now")

    def _latest(self) -> Iterable[Entry]:
        return chain(self._writing, self._smsc.ledger.entries)

    def _write_soon(self) -> None:
        if self._is_writing or self._timer is not None:
            if not self._is_writing and len(self._smsc.ledger.entries) >= MANY:
                self._write()
        elif self._durable:
            # Not at once: other connections are about to be read, and one commit will do for all of them.
            self._timer = self._reactor.callLater(0, self._write)
        else:
            self._timer = self._reactor.callLater(PAUSE, self._write)

    def _write(self) -> None:
        """Hand what has gathered to the thread."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None
        self._count_decisions()
        self._writing = [*self._backlog, *self._smsc.ledger.take()]
        held, self._held, self._held_octets = self._held, [], 0
        finished, self._finished = self._finished, []
        if not self._writing and not self.failing:
            self._release(held, finished)
            return
        self._is_writing = True
        numbers = Numbers(*self._smsc.numbers())
        entries = self._writing
        self._count()
        written = self.thread.do(lambda store: store.write(entries, numbers))
        written.addCallbacks(self._written, self._not_written, (held, finished), {}, (held, finished), {})
        written.addErrback(self._broken)

    def _written(self, _: object, held: list[Output], finished: list[Deferred[None]]) -> None:
        if self.failing:
            self._say("info", "the store can be written again")
            self.failing = ""
            self._smsc.refusing = None
        self._backlog = []
        self.on_written(self._writing)
        self._next(held, finished)

    def _not_written(self, failure: Failure, held: list[Output], finished: list[Deferred[None]]) -> None:
        """Nothing may be answered ESME_ROK that is not in the store, and nothing else is lost by that."""
        failure.trap(sqlite3.Error)
        if not self.failing:
            refusing = "; messages are refused with ESME_RSYSERR" if self._durable else ""
            self._say("error", f"the store cannot be written: {failure.value}{refusing} until it can")
        self.failing = str(failure.value)
        kept = [entry for entry in self._writing if not brings_messages(entry)]
        if self._durable:
            self._smsc.refusing = CommandStatus.ESME_RSYSERR
            held = [(link, refused(octets), ending) for link, octets, ending in held]
            brought = (entry for entry in self._writing if brings_messages(entry))
            self._smsc.delivery.withdrawn.update(chain.from_iterable(map(receipt_keys, brought)))
        self.lost += len(self._writing) - len(kept) + max(0, len(kept) - KEPT_WHILE_FAILING)
        self._backlog = kept[-KEPT_WHILE_FAILING:]
        self._reactor.callLater(AGAIN, self._next, [], [])
        self._writing = []
        self._release(held, finished)

    def _next(self, held: list[Output], finished: list[Deferred[None]]) -> None:
        self._writing = []
        self._is_writing = False
        self._release(held, finished)
        if self._paused and self._held_octets <= HELD_LIMIT:
            paused, self._paused = self._paused, set()
            for link in paused:
                link.hold(False)
        if self._held or self._finished or self._backlog or self.failing:
            self._write()
        elif self._smsc.ledger.entries and not self._is_writing:
            self._write_soon()

    @staticmethod
    def _release(held: list[Output], finished: list[Deferred[None]]) -> None:
        for link, octets, ending in held:
            link.carry_out(octets, ending)
        for deferred in finished:
            deferred.callback(None)

    def _count_decisions(self) -> None:
        """Enter how many events each rule has decided, once in a while: it is of interest to people only."""
        rules, now = self._smsc.rules, self._reactor.seconds()
        if rules is not None and now - self._decided_at >= DECIDED_EVERY:
            self._decided_at = now
            for rule, decided in rules.decided_since(self._decided):
                self._smsc.ledger.counted(rule, DECIDED, None, decided)

    def _count(self) -> None:
        """Notice whether there is much traffic: rows are made when there is not."""
        now, counted = self._reactor.seconds(), self._traffic()
        if counted - self._counted > BUSY * (now - self._counted_at):
            self.thread.quiet_from = now + QUIET
        self._counted_at, self._counted = now, counted

    def _traffic(self) -> int:
        """Messages so far in either direction."""
        return self._smsc.ledger.next_id + self._smsc.counters.receipts_sent

    def _broken(self, failure: Failure) -> None:
        self._say("error", f"the store's thread failed: {failure.value!r}")

    def _say(self, level: Any, text: str) -> None:
        self._log(Note(level, "store", str(self.store.path or "memory"), "", text))
