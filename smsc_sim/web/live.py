"""What live pages wait for: the state of things by topic, cheap enough to be looked at four times a second."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smsc_sim.sim.rules.in_force import InForce
from smsc_sim.sim.smsc import Smsc
from smsc_sim.sim.traffic import Traffic

TOPICS = frozenset(
    {"sessions", "messages", "receipts", "switches", "rules", "accounts", "injections", "journal", "traffic"}
)
"""The types of events that tell a new state."""


def pulse_of(smsc: Smsc, in_force: InForce, traffic: Traffic) -> Mapping[str, Any]:
    """The state by topic; one that is equal to the former means that nothing has changed."""
    counters = smsc.counters
    sessions = smsc.sessions.values()
    return {
        "sessions": {
            "connected": len(smsc.sessions),
            "bound": sum(1 for session in sessions if session.bound),
            "opened": counters.sessions_opened,
            "binds_accepted": counters.binds_accepted,
            "binds_refused": counters.binds_refused,
        },
        "messages": {"accepted": counters.messages_accepted, "refused": counters.messages_refused},
        "receipts": {
            "pending": sum(account.pending for account in smsc.accounts),
            "sent": counters.receipts_sent,
            "acknowledged": counters.receipts_acknowledged,
            "refused": counters.receipts_refused,
        },
        "switches": {name: switch.active for name, switch in smsc.switches},
        "rules": {
            "loaded_at": in_force.loaded_at,
            "temporary": [temporary.rule.name for temporary in in_force.temporary_rules],
        },
        "accounts": [account.system_id for account in smsc.accounts],
        "injections": {
            "started": max(smsc.injector.results, default=0),
            "messages": sum(result.messages for result in smsc.injector.results.values()),
            "open": sum(result.open for result in smsc.injector.results.values()),
        },
        "journal": {"last_seq": smsc.journal.last_seq},
        "traffic": {"looks": traffic.count},
    }
