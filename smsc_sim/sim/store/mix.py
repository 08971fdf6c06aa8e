"""How messages were answered, and how long receipts and their responses took: counted in the store."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from smsc_sim.sim.store.store import Store

MOST: Final = 20_000
"""Messages that are looked at, the latest ones."""

BOUNDS: Final = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 60.0, 300.0, 3600.0)
"""The upper ends of the spans that durations are sorted into, in seconds; one more is for what is longer."""


@dataclass(frozen=True, slots=True)
class Mix:
    """What became of the messages since an instant."""

    messages: int
    statuses: tuple[tuple[int | None, int], ...]
    """command_status of the response (None: there was none) and how often, the most frequent first."""
    states: tuple[tuple[str, int], ...]
    """States of receipts that were sent, likewise."""
    delays: tuple[int, ...]
    """From a message to its receipt: how many within each of :data:`BOUNDS`, and longer."""
    responses: tuple[int, ...]
    """From a deliver_sm to its response, likewise."""
    whole: bool
    """False where there were more than :data:`MOST` messages."""


def mix_since(store: Store, since: float) -> Mix:
    """Count the messages that came since an instant, seconds since the epoch.  Raises sqlite3.Error."""
    latest = "SELECT id, at, command_status FROM message WHERE direction = 'mt' AND at >= ?1 ORDER BY at DESC LIMIT ?2"
    with store.lock:
        messages = store.connection.execute(latest, (since, MOST + 1)).fetchall()
        receipts = store.connection.execute(
            "SELECT receipt.state, receipt.sent_at - message.at,"
            " CASE WHEN receipt.answered_at > 0 THEN receipt.answered_at - receipt.sent_at END"
            f" FROM ({latest}) AS message JOIN receipt ON receipt.message = message.id WHERE receipt.sent_at > 0",
            (since, MOST),
        ).fetchall()
    statuses = Counter(status for _, _, status in messages[:MOST])
    states = Counter(state for state, _, _ in receipts)
    return Mix(
        messages=min(len(messages), MOST),
        statuses=tuple(statuses.most_common()),
        states=tuple(states.most_common()),
        delays=_sorted_in(delay for _, delay, _ in receipts),
        responses=_sorted_in(took for _, _, took in receipts if took is not None),
        whole=len(messages) <= MOST,
    )


def _sorted_in(durations: Iterable[float]) -> tuple[int, ...]:
    counts = [0] * (len(BOUNDS) + 1)
    for duration in durations:
        counts[bisect_left(BOUNDS, duration)] += 1
    return tuple(counts)
