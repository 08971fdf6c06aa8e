"""Reading a CSV file of messages, with everybody else served between its rows."""

from __future__ import annotations

import io
from collections.abc import Callable
from itertools import islice
from typing import Final, NamedTuple

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from smsc_sim.sim.mo.injection import Injection
from smsc_sim.sim.mo.injection_csv import CsvProblem, injections_in

AT_ONCE: Final = 20
"""Rows that are read before others have their turn: some 10 ms."""


class ReadRows(NamedTuple):
    """What is in a file."""

    good: list[Injection]
    problems: list[CsvProblem]


def read_rows(
    reactor: IReactorTime, text: str, *, base: Injection, check: Callable[[Injection], object]
) -> Deferred[ReadRows]:
    """All rows of the file, looked at one by one, for each takes as long as sending it; whoever cancels it ends that.

    ``base`` and ``check``: as :func:`~smsc_sim.sim.mo.injection_csv.injections_in` has them.
    """
    read = ReadRows([], [])
    rows = injections_in(io.StringIO(text), read.problems.append, base=base, check=check)
    over: Deferred[ReadRows] = Deferred()

    def go_on() -> None:
        if over.called:
            return
        slice_ = list(islice(rows, AT_ONCE))
        read.good.extend(row for row in slice_ if row is not None)
        if len(slice_) < AT_ONCE:
            over.callback(read)
        else:
            reactor.callLater(0, go_on)

    go_on()
    return over
