"""How many messages a search finds that a list does not show yet: the bar above it, and nothing else."""

from __future__ import annotations

from typing import Final

from twisted.internet.defer import Deferred

from smsc_sim.sim.store.browsing import Count, count_found
from smsc_sim.sim.store.store import Store
from smsc_sim.web.console import Console
from smsc_sim.web.found import Search
from smsc_sim.web.kept import ask
from smsc_sim.web.page import Shown, Visit, page

MOST: Final = 1000
"""Messages that are counted."""


@page("/messages/new", title="New messages")
def messages_new(console: Console, visit: Visit) -> Shown | Deferred[Shown]:
    """The bar for a search and the id of the newest message that its list knew (``after``)."""
    search = Search.of(visit.query)
    written = visit.query.get("after", "")
    after = int(written) if written.isascii() and written.isdecimal() and len(written) < 19 else 0
    now = console.clock()
    shown: dict[str, object] = {"search": search, "found": Count(0, whole=True), "after": after}
    if console.kept() is None or search.findings:
        return shown

    def look(store: Store) -> Count:
        return count_found(store, search.query, now, most=MOST, newer_than=after)

    return ask(console, look, 0.0).addCallback(lambda found: shown | {"found": found})
