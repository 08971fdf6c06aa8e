"""The scenario's expectations, judged by what the store has of this run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from twisted.internet.defer import Deferred, succeed
from twisted.python.failure import Failure

from smsc_sim.sim.search.statement import Sql
from smsc_sim.sim.store.pages import newest_candidates, newest_id, oldest_id
from smsc_sim.sim.store.store import Store
from smsc_sim.sim.verify.candidates import candidates
from smsc_sim.sim.verify.facts import StoredFacts, traits_in
from smsc_sim.sim.verify.judging import Verdict, judge
from smsc_sim.sim.verify.report import Report
from smsc_sim.sim.verify.wanted import Wanted
from smsc_sim.web.console import Console
from smsc_sim.web.kept import PATIENCE, ask
from smsc_sim.web.problem import ProblemError

MOST_JUDGED: Final = 50_000
"""Messages that one expectation is judged by, the newest; when there are more, nobody can tell how many there were."""

_NEAR: Final = 500
"""The latest messages, among which near misses are looked for."""


FRESH: Final = 2.0
"""Seconds for which a report is good enough for a line that says how many verdicts there are."""


def lately_judged(console: Console) -> Deferred[Report | None]:
    """A report that may be :data:`FRESH` seconds old; None where nothing is expected, or nothing can be judged."""
    if not console.in_force.scenario.expectations or console.kept() is None:
        return succeed(None)
    known = console.judged.report
    if known is not None and 0 <= console.clock() - known.ended_at < FRESH:
        return succeed(known)

    def failed(failure: Failure) -> None:
        failure.trap(ProblemError)

    return report_of(console, finished=False, within=PATIENCE).addErrback(failed)


def report_of(console: Console, *, finished: bool, within: float | None = None) -> Deferred[Report]:
    """The verdicts on all expectations now; ``finished``: nothing more will come, so that none stays pending.

    ``within``: seconds after which it is made of what can be looked at by then; None: of all.  Fails with ProblemError.
    """
    scenario = console.in_force.scenario
    now = console.clock()

    def report(verdicts: Sequence[Verdict]) -> Report:
        made = Report(
            scenario=scenario.name or console.scenario_path,
            file=console.scenario_path,
            seed=console.in_force.seed,
            version=console.version,
            started_at=console.started_at,
            ended_at=now,
            verdicts=tuple(verdicts),
        )
        if not finished:
            console.judged.report = made
        return made

    if not scenario.expectations:
        return succeed(report(()))
    book = console.smsc.rules
    fired = {compiled.rule.name: compiled.decided for compiled in book.rules} if book is not None else {}
    traits = traits_in(console.smsc.journal.sessions)

    def asked(store: Store) -> list[Verdict]:
        first = store.first_id - 1
        latest = newest_candidates(store, Sql("1"), first, _NEAR)
        oldest = oldest_id(store, first)
        seen = newest_id(store) - oldest + 1 if oldest else 0
        verdicts = []
        for expectation in scenario.expectations:
            condition = candidates(Wanted.by(expectation))
            found = newest_candidates(store, condition, first, MOST_JUDGED)
            messages = {message.id: message for message in (*found, *latest)}
            facts = [StoredFacts(messages[number], traits) for number in sorted(messages)]
            evicted = store.evicted_seq > 0 or len(found) == MOST_JUDGED
            verdict = judge(expectation, facts, now, fired=fired, seen=seen, finished=finished, evicted=evicted)
            verdicts.append(verdict)
        return verdicts

    return ask(console, asked, within).addCallback(report)
