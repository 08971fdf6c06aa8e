"""What rules had counted and wallets held in an earlier run."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

from smsc_sim.sim.messages.ledger import BALANCE, COUNTED, read_key
from smsc_sim.sim.store.batch import unpack
from smsc_sim.sim.store.store import Store


@dataclass(slots=True)
class Counted:
    """Counts and balances as they stood."""

    counts: dict[tuple[str, str], list[tuple[Hashable, int]]] = field(default_factory=dict)
    """By the identity of the rule and the name of the gate: keys with their counts."""
    balances: dict[str, float] = field(default_factory=dict)
    """By system_id."""


def counted(store: Store) -> Counted:
    """What is there when a store has just been opened.  Raises sqlite3.Error."""
    counts: dict[tuple[str, str, str], int] = {}
    with store.lock:
        connection = store.connection
        for rule, gate, key, count in connection.execute("SELECT rule, gate, key, count FROM counter"):
            counts[rule, gate, key] = count
        balances = dict(connection.execute("SELECT account, balance FROM balance").fetchall())
        for (entries,) in connection.execute("SELECT entries FROM batch WHERE counts > 0 ORDER BY id"):
            for kind, *values in unpack(entries):
                if kind == BALANCE:
                    balances[values[0]] = values[1]
                elif kind == COUNTED and values[0]:
                    rule, gate, key, count = values
                    counts[rule, gate, key] = count
                elif kind == COUNTED:
                    counts.clear()
    found = Counted(balances=balances)
    for (rule, gate, key), count in counts.items():
        found.counts.setdefault((rule, gate), []).append((read_key(key), count))
    return found
