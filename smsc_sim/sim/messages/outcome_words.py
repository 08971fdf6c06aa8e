"""What happens to a message, in words."""

from __future__ import annotations

from smsc_sim.sim.rules.decision import ACCEPT, Decision
from smsc_sim.smpp.status import name_of


def in_words(decision: Decision | None) -> str:
    """A decision on a message for people, such as ``ESME_ROK after 5s; then UNDELIV``; None: the default one."""
    decision = decision or ACCEPT
    reply = decision.reply
    words = [
        {"none": "no answer", "nack": f"generic_nack {name_of(reply.status)}"}.get(reply.how, name_of(reply.status))
    ]
    if reply.delay is not None:
        words.append(f"after {reply.delay}")
    if not reply.is_plain and reply.delay is None and reply.how == "response":
        words.append("with a fault")
    if reply.is_accepted:
        states = [
            " or ".join(state.stat for state, _ in receipt.states) + (" when somebody says" if receipt.manual else "")
            for receipt in decision.receipts
        ]
        words.append("then " + ", ".join(states) if states else "no receipt")
    if decision.session is not None:
        words.append(f"session: {decision.session}")
    return "; ".join(words)
