"""What an SMSC is told to be: its accounts, providers, rules and switches, from an instant on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec import structs

from smsc_sim.scenario.account import AccountDefinition
from smsc_sim.scenario.loaded import Scenario
from smsc_sim.scenario.profile import Profile
from smsc_sim.scenario.rule import Rule
from smsc_sim.scenario.settings import SmscSettings, Timers
from smsc_sim.sim.journal.notes import ScenarioNote
from smsc_sim.sim.rules.rulebook import RuleBook
from smsc_sim.sim.rules.switches import Switch

if TYPE_CHECKING:
    from smsc_sim.sim.smsc import Smsc


def define(smsc: Smsc, accounts: Iterable[AccountDefinition], scenario: Scenario, now: float) -> None:
    """Have these accounts and the scenario's providers, with their timers and retries, from ``now`` on."""
    smsc.profile = scenario.profile
    smsc.settings = under_profile(smsc.given, scenario.profile)
    smsc.accounts.define(accounts, scenario)
    for account in smsc.accounts:
        own = under_profile(smsc.given, account.profile)
        account.timers = own.timers
        account.receipts = account.definition.delivery.applied_to(own.receipts)
    for session in smsc.sessions.values():
        smsc.timers.start(session, now)


def obey(smsc: Smsc, scenario: Scenario, seed: int, now: float) -> None:
    """Have these rules and switches from ``now`` on.

    Counters go on for rules that are written as they were, and switches stay as they stand.
    """
    smsc.switches.define(
        {
            name: Switch(definition.label, definition.active, definition.for_seconds)
            for name, definition in scenario.switches.items()
        },
        now,
    )
    smsc.distribution_lists = scenario.distribution_lists
    defaults = scenario.defaults
    default = None
    if defaults.reply is not None or defaults.receipts is not None:
        default = Rule("", reply=defaults.reply, receipts=defaults.receipts)
    rules = RuleBook(scenario.rules, seed=seed, is_on=smsc.switches.is_on, default=default)
    if smsc.rules is not None:
        rules.keep_counters_of(smsc.rules)
    rules.remember_in(smsc.ledger)
    smsc.rules = rules if scenario.rules or default is not None else None
    smsc.decide = smsc.rules.decide if smsc.rules is not None else None
    smsc.journal.note(ScenarioNote(at=now, what="in force", rules=len(rules.rules)))


def under_profile(settings: SmscSettings, profile: Profile) -> SmscSettings:
    """The settings with the provider's timers and delivery where they have been left at their defaults."""
    if profile.timers is not None and settings.timers == Timers():
        settings = structs.replace(settings, timers=profile.timers)
    return structs.replace(settings, receipts=profile.delivery.below(settings.receipts))
