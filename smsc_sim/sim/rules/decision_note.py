"""Decisions for the journal: what a rule said about one event, and why the rules before it did not."""

from __future__ import annotations

from typing import Final

from smsc_sim.sim.journal.notes import DecisionNote, Tried, cut
from smsc_sim.sim.rules.decision import Decision
from smsc_sim.sim.rules.facts import Facts
from smsc_sim.sim.rules.rulebook import RuleBook
from smsc_sim.smpp.status import name_of

MOST_TRIED: Final = 20
"""Rules that are told beside the one that decided, the first ones."""


def decision_note(
    rules: RuleBook, event: str, facts: Facts, decision: Decision, now: float, *, message: str = ""
) -> DecisionNote:
    """What ``rules`` have just decided about an event; ``message``: such as ``m-31``, if it brought one."""
    verdict = rules.why(event, facts, decision)
    reply = decision.reply
    silent = reply.how == "none" or event in ("connect", "deliver_sm_resp")
    return DecisionNote(
        at=now,
        session=facts.session.number,
        event=event,
        rule=decision.rule,
        where=verdict.rule.at if verdict.rule is not None else "",
        sequence_number=int.from_bytes(facts.sequence_number, "big") if facts.sequence_number else None,
        message=message,
        status="" if silent else name_of(reply.status),
        command_status=None if silent else reply.status,
        how=reply.how if event not in ("connect", "deliver_sm_resp") else "",
        tried=tuple(Tried(passed.rule.name, cut(passed.because)) for passed in verdict.passed[:MOST_TRIED]),
    )
