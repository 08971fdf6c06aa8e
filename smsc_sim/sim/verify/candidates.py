"""Which rows of the store a verification or an expectation has to be shown, when there are very many."""

from __future__ import annotations

from smsc_sim.sim.search.sql import narrowed, passing
from smsc_sim.sim.search.statement import Sql, every
from smsc_sim.sim.verify.wanted import Wanted


def candidates(wanted: Wanted, since: int | None = None) -> Sql:
    """The condition under which a row of ``message`` may be what is wanted; the others are certainly not.

    What columns cannot say is left to :meth:`Wanted.holds`.
    """
    parts = [narrowed(wanted.conditions)]
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
