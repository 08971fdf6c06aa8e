"""What is obeyed now: a scenario, and the rules and accounts that people put on top of it for a while."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from smsc_sim.scenario.account import AccountDefinition
from smsc_sim.scenario.loaded import Scenario
from smsc_sim.scenario.rule import Rule
from smsc_sim.sim.smsc import Smsc
from smsc_sim.sim.timeline import Pending

MOST_TEMPORARY = 1000
"""Rules, and accounts, that may lie on top of a scenario; each change compiles them all."""

UNBIND_GRACE = 5.0
"""Seconds that sessions get to answer the unbind when their account goes."""


class Taken(ValueError):
    """There is already a rule or an account of this name."""


class Full(ValueError):
    """There are :data:`MOST_TEMPORARY` already."""


@dataclass(frozen=True, slots=True)
class TemporaryRule:
    """A rule on top of the scenario."""

    rule: Rule
    until: float = 0.0
    """When it goes by itself, seconds since the epoch; 0 when it does not."""
    account: str = ""
    """The system_id whose messages alone it is for; empty: everybody's."""


@dataclass(frozen=True, slots=True)
class TemporaryAccount:
    """An account beside those of the scenario."""

    definition: AccountDefinition
    until: float = 0.0
    """When it goes by itself, seconds since the epoch; 0 when it does not."""


class _Over:
    """The end of something temporary: an event of the timeline."""

    __slots__ = ("end", "kind", "name")

    def __init__(self, kind: Literal["rule", "account"], name: str, end: Callable[[float], None]) -> None:
        self.kind: Literal["rule", "account"] = kind
        self.name = name
        self.end = end

    def fire(self, now: float) -> None:
        self.end(now)

    def describe(self, due: float) -> Iterator[Pending]:
        yield Pending(due, self.kind, text=self.name)


class InForce:
    """Keeps the scenario and what lies on top of it, and has the SMSC obey both together.

    Temporary rules are asked before the scenario's own, the latest first.
    """

    def __init__(
        self, smsc: Smsc, scenario: Scenario, accounts: Iterable[AccountDefinition], seed: int, now: float
    ) -> None:
        """``smsc`` obeys ``scenario`` with ``accounts`` and ``seed`` already, since ``now``.

        ``accounts`` stay those of every scenario that has none itself.
        """
        self._smsc = smsc
        self.scenario = scenario
        """Without what lies on top of it."""
        self._usual_accounts = self.accounts = tuple(accounts)
        """Without the temporary ones."""
        self.seed = seed
        self.loaded_at = now
        """Seconds since the epoch."""
        self._rules: dict[str, TemporaryRule] = {}
        self._temporary: dict[str, TemporaryAccount] = {}

    @property
    def temporary_rules(self) -> list[TemporaryRule]:
        """In the order in which they are asked."""
        return list(reversed(self._rules.values()))

    @property
    def temporary_accounts(self) -> list[TemporaryAccount]:
        """The oldest first."""
        return list(self._temporary.values())

    @property
    def together(self) -> Scenario:
        """The scenario with the temporary rules."""
        on_top = tuple(temporary.rule for temporary in self.temporary_rules)
        return replace(self.scenario, rules=(*on_top, *self.scenario.rules))

    def load(self, scenario: Scenario, now: float) -> None:
        """Obey another scenario; what lies on top stays there, but for names that are now the scenario's."""
        self.scenario = scenario
        self.accounts = scenario.accounts or scenario.profile.accounts or self._usual_accounts
        self.loaded_at = now
        for rule in scenario.rules:
            self._rules.pop(rule.name, None)
        for account in self.accounts:
            self._temporary.pop(account.system_id, None)
        self._apply_accounts(now)
        self._apply_rules(now)

    def add_rule(self, rule: Rule, now: float, *, lasts: float = 0.0, account: str = "") -> TemporaryRule:
        """Put a rule on top, for ``lasts`` seconds or until it is removed.  Raises Taken and Full."""
        if rule.name in self._rules or any(rule.name == other.name for other in self.scenario.rules):
            raise Taken(rule.name)
        if len(self._rules) >= MOST_TEMPORARY:
            raise Full
        added = TemporaryRule(rule, now + lasts if lasts else 0.0, account)
        self._rules[rule.name] = added
        self._apply_rules(now)
        if lasts:
            self._smsc.timeline.add(
                added.until, _Over("rule", rule.name, lambda instant: self._rule_over(added, instant))
            )
        return added

    def remove_rule(self, name: str, now: float) -> bool:
        """Take a temporary rule away; returns False when there is none of this name."""
        if self._rules.pop(name, None) is None:
            return False
        self._apply_rules(now)
        return True

    def add_account(self, definition: AccountDefinition, now: float, *, lasts: float = 0.0) -> TemporaryAccount:
        """Have one more account, for ``lasts`` seconds or until it is removed.  Raises Taken and Full."""
        if self._smsc.accounts.find(definition.system_id) is not None:
            raise Taken(definition.system_id)
        if len(self._temporary) >= MOST_TEMPORARY:
            raise Full
        added = TemporaryAccount(definition, now + lasts if lasts else 0.0)
        self._temporary[definition.system_id] = added
        self._apply_accounts(now)
        if lasts:
            over = _Over("account", definition.system_id, lambda instant: self._account_over(added, instant))
            self._smsc.timeline.add(added.until, over)
        return added

    def remove_account(self, system_id: str, now: float) -> bool:
        """Take a temporary account away and unbind its sessions; returns False when there is none of this name."""
        if self._temporary.pop(system_id, None) is None:
            return False
        account = self._smsc.accounts.find(system_id)
        sessions = list(account.sessions) if account is not None else []
        self._apply_accounts(now)
        for session in sessions:
            self._smsc.unbind(session, now, UNBIND_GRACE)
        return True

    def clear(self, now: float) -> None:
        """Take away all that is temporary."""
        self.clear_rules(now)
        self.clear_accounts(now)

    def clear_rules(self, now: float, account: str | None = None) -> int:
        """Take away the temporary rules, or those that are for one account; returns how many there were."""
        gone = [name for name, one in self._rules.items() if account is None or one.account == account]
        for name in gone:
            del self._rules[name]
        if gone:
            self._apply_rules(now)
        return len(gone)

    def clear_accounts(self, now: float) -> int:
        """Take away the temporary accounts; returns how many there were."""
        gone = list(self._temporary)
        for system_id in gone:
            self.remove_account(system_id, now)
        return len(gone)

    def _rule_over(self, ended: TemporaryRule, now: float) -> None:
        if self._rules.get(ended.rule.name) is ended:
            self.remove_rule(ended.rule.name, now)

    def _account_over(self, ended: TemporaryAccount, now: float) -> None:
        if self._temporary.get(ended.definition.system_id) is ended:
            self.remove_account(ended.definition.system_id, now)

    def _apply_rules(self, now: float) -> None:
        self._smsc.obey(self.together, self.seed, now)

    def _apply_accounts(self, now: float) -> None:
        temporary = (account.definition for account in self._temporary.values())
        self._smsc.define((*self.accounts, *temporary), self.scenario, now)
