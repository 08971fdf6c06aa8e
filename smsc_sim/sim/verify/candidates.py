"""Which rows of the store a verification or an expectation has to be shown, when there are very many."""

from __future__ import annotations

from typing import Final

from smsc_sim.sim.search.sql import narrowed, passing
from smsc_sim.sim.search.statement import ALL, Sql, any_of, every
from smsc_sim.sim.verify.haystack import needles_for
from smsc_sim.sim.verify.wanted import Wanted

_COLUMNS: Final = {"text": "text", "to": "destination", "from": "source"}
"""The columns of properties that are stored as they are."""
_MOST_NEEDLES: Final = 20


def candidates(wanted: Wanted, since: int | None = None) -> Sql:
    """The condition under which a row of ``message`` may be what is wanted; the others are certainly not.

    What columns cannot say is left to :meth:`Wanted.holds`.
    """
    parts = [narrowed(wanted.conditions), _with_needles(wanted)]
    if since is not None:
        parts.append(Sql("message.seq > ?", (since,)))
    if wanted.event:
        parts.append(Sql("message.command = ?", (wanted.event,)))
    if wanted.rule is not None:
        # Said so that an index of the rules' names that are not empty is seen to be enough.
        sign = "<>" if wanted.rule else "="
        parts.append(Sql(f"message.rule {sign} '' AND message.rule = ?", (wanted.rule,)))
    if wanted.reply is not None:
        reply = passing("command_status", wanted.reply)
        if reply is not None:
            parts.append(reply)
    if wanted.receipt is not None:
        sent = "SELECT 1 FROM receipt WHERE receipt.message = message.id AND receipt.sent_at > 0"
        parts.append(Sql(f"EXISTS ({sent})"))
    return every(parts)


def _with_needles(wanted: Wanted) -> Sql:
    """That a row has one of the texts of which every message that is wanted has one: SQLite seeks them quickly."""
    needles = needles_for(wanted) or frozenset()
    usable = 0 < len(needles) <= _MOST_NEEDLES and all(name in _COLUMNS and _is_whole(text) for name, text in needles)
    if not usable:
        return ALL
    return any_of(Sql(f"instr(message.{_COLUMNS[name]}, ?) > 0", (text,)) for name, text in sorted(needles))


def _is_whole(text: str) -> bool:
    """Whether SQLite can be given the text: half of a surrogate pair is no character, and NUL ends some of them."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
