"""An SMSC to play with that keeps its messages, in a store in memory."""

from __future__ import annotations

from typing import Any

from smsc_sim.sim.smsc import Smsc
from smsc_sim.sim.store.batch import Numbers
from smsc_sim.sim.store.finding import Finder
from smsc_sim.sim.store.reading import messages_where
from smsc_sim.sim.store.store import Store
from smsc_sim.sim.store.stored import StoredMessage
from tests.sim.playing import Play


class Keeper(Finder):
    """A store, and what an SMSC finds in it."""

    def __init__(self, smsc: Smsc, store: Store | None = None) -> None:
        """``store``: one that an earlier run has left."""
        self.smsc = smsc
        self.store = store or Store()
        super().__init__(self.store, lambda: smsc.ledger.entries)

    def write(self) -> None:
        """Let the store have what the ledger has; it is not rows yet."""
        self.store.write(self.smsc.ledger.take(), Numbers(*self.smsc.numbers()))

    def all(self) -> list[StoredMessage]:
        """Every message as it is now, the oldest first."""
        self.write()
        while self.store.expand():
            pass
        return messages_where(self.store.connection, "1")


def keep(play: Play, store: Store | None = None) -> Keeper:
    """Let everything be kept from now on."""
    keeper = Keeper(play.smsc, store)
    play.smsc.ledger.kept = True
    play.smsc.lookup = keeper
    return keeper


def keeping(**options: Any) -> Play:
    """An SMSC to play with that keeps its messages."""
    play = Play(**options)
    keep(play)
    return play


def pending_of(play: Play) -> int:
    """Receipts that the one account counts as pending."""
    return play.account().pending
