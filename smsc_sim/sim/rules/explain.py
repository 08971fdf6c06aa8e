"""Explaining before running: which rule would decide a message, attempt by attempt, and why the earlier ones do not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from smsc_sim.scenario.account import AccountDefinition
from smsc_sim.scenario.loaded import Scenario
from smsc_sim.scenario.settings import SmscSettings
from smsc_sim.sim.rules.decision import ACCEPT
from smsc_sim.sim.rules.facts import MessageFacts
from smsc_sim.sim.rules.rulebook import Verdict
from smsc_sim.sim.sessions.account import BIND_STATES, Account
from smsc_sim.sim.sessions.session import Session
from smsc_sim.sim.smsc import Smsc
from smsc_sim.smpp.coding import choose_coding
from smsc_sim.smpp.pdu import Pdu, encode
from smsc_sim.smpp.segments import Style, split


@dataclass(frozen=True, slots=True)
class Question:
    """A message that somebody asks about."""

    to: str
    text: str = ""
    source: str = ""
    account: str = ""
    """Its system_id; empty: the first account."""
    bind: str = "transceiver"
    registered_delivery: int = 1
    event: str = "submit_sm"
    """``submit_sm``, ``data_sm`` or ``submit_multi``."""


class UnknownAccount(LookupError):
    """There is no account of this system_id."""


def explain(
    question: Question,
    times: int,
    *,
    scenario: Scenario,
    accounts: Iterable[AccountDefinition],
    seed: int,
    now: float,
    apart: float = 0.0,
) -> Iterator[Verdict]:
    """The verdict on each of so many attempts at the same message, ``apart`` seconds from one to the next.

    The rules are asked by the very code that a running SMSC asks, beginning with counters at zero.  Raises
    UnknownAccount, and EncodeError for a message that SMPP cannot carry.
    """
    known = tuple(accounts)
    smsc = Smsc(SmscSettings(), known, scenario=scenario, seed=seed, now=now)
    account = smsc.accounts.find(question.account or (known[0].system_id if known else ""))
    if account is None:
        raise UnknownAccount(question.account)
    session = _session(smsc, account, question.bind, now)
    for attempt in range(times):
        instant = now + attempt * apart
        pdu = _pdu(question, attempt + 1, account.profile.alphabet)
        if smsc.rules is None:
            yield Verdict(None, ACCEPT, ())
            continue
        smsc.run_until(instant)
        verdict = smsc.rules.explain(question.event, MessageFacts.of(session, pdu, question.to), instant)
        if verdict.decision is not None:
            smsc.switch_as(verdict.decision, instant)
        yield verdict


def _session(smsc: Smsc, account: Account, bind: str, now: float) -> Session:
    session = smsc.connected("127.0.0.1:0", "127.0.0.1", now)
    session.state = BIND_STATES[bind]
    session.account = account
    return session


def _pdu(question: Question, sequence_number: int, default: str) -> Pdu:
    data_coding = choose_coding(question.text, default)
    style: Style = "payload" if question.event == "data_sm" or len(question.text) > 70 else "none"
    (segment,) = split(question.text, data_coding=data_coding, style=style, default=default)
    fields: dict[str, object] = {
        "source_addr": question.source,
        "registered_delivery": question.registered_delivery,
        "data_coding": data_coding,
    }
    if question.event == "submit_multi":
        fields["dest_addresses"] = [{"dest_flag": 1, "destination_addr": question.to}]
    else:
        fields["destination_addr"] = question.to
    if question.event != "data_sm":
        fields["short_message"] = segment.short_message
    return Pdu(encode(question.event, sequence_number=sequence_number, fields=fields, tlvs=segment.tlvs))
