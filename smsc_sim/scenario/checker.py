"""What is wrong or doubtful with a scenario as a whole: names that nothing has, rules that never decide."""

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from smsc_sim.scenario.defaults import Defaults
from smsc_sim.scenario.glob import has_wildcard
from smsc_sim.scenario.keys import find_key
from smsc_sim.scenario.part import Part
from smsc_sim.scenario.profile import Profile
from smsc_sim.scenario.reachability import Above
from smsc_sim.scenario.reading import NOT_HERE, Reading, scalars
from smsc_sim.scenario.reply import ACCEPTED
from smsc_sim.scenario.rule import SUBMISSIONS, Event, Rule
from smsc_sim.scenario.text_values import VIA_ACCOUNT
from smsc_sim.scenario.tree import Mapping, Node
from smsc_sim.scenario.value_kind import nearest, quoted
from smsc_sim.scenario.when import CountGate, RateGate, Scope
from smsc_sim.scenario.written_rule import WrittenRule, has_complete_when
from smsc_sim.scenario.written_when import Match

NAME_TWICE: Final = "E020"
NO_SWITCH: Final = "E021"

_MOST_SUGGESTED: Final = 500
"""Names among which the one that was meant is looked for."""


class Checker:
    """Adds its findings to the documents of the parts."""

    def __init__(self, parts: Sequence[Part], defaults: Defaults, profile: Profile) -> None:
        self._parts = parts
        self._defaults = defaults
        self._profile = profile
        self._switches = {name for part in parts for name in part.file.switches}
        self._rules = {rule.name for part in parts for _, rule in part.rules}
        self._accounts = {account.system_id for part in parts for account in part.file.accounts}
        self._accounts |= {account.system_id for account in profile.accounts}

    def check(self) -> None:
        """Check everything."""
        self._check_names()
        above: dict[str, Above] = {}
        for part in self._parts:
            for written, rule in part.rules:
                self._check_rule(written, rule, part.reading)
                self._check_reach(written, rule, part.reading, above.setdefault(rule.event, Above()))
            self._check_expectations(part)

    def _check_expectations(self, part: Part) -> None:
        reading = part.reading
        for expected, expectation in part.expectations:
            wanted = expectation.rule
            if wanted is not None and wanted not in self._rules:
                node = reading.value(expected, "rule")
                reading.warning(node, "W104", f"no rule {quoted(wanted)}", _meant(wanted, self._rules, reading))
            for match in (expected.match, *(expected.order or ())):
                if match is not None:
                    self._check_accounts(match, reading)

    def _check_names(self) -> None:
        """Names that are given twice, in one file or in two."""
        names = _Names()
        for part in self._parts:
            reading = part.reading
            for written, _ in part.rules:
                names.add(f"two rules are called {quoted(written.name)}", reading.value(written, "name"), reading)
            for expected, _ in part.expectations:
                message = f"two expectations are called {quoted(expected.name)}"
                names.add(message, reading.value(expected, "name"), reading)
            for account in part.file.accounts:
                message = f"two accounts have the system_id {quoted(account.system_id)}"
                names.add(message, reading.value(account, "system_id"), reading)
            for field, what in (("switches", "switches"), ("distribution_lists", "distribution lists")):
                node = reading.value(part.file, field)
                for key, _ in node.entries if isinstance(node, Mapping) and getattr(part.file, field) else ():
                    names.add(f"two {what} are called {quoted(key.text)}", key, reading)

    def _check_rule(self, written: WrittenRule, rule: Rule, reading: Reading) -> None:
        self._check_switches(written, rule, reading)
        _check_gates(written, rule, reading)
        if written.when is not None:
            self._check_accounts(written.when, reading)
        self._check_routes(written, rule, reading)
        self._check_receipts(written, rule, reading)

    def _check_switches(self, written: WrittenRule, rule: Rule, reading: Reading) -> None:
        if written.when is not None and rule.when.switch is not None:
            node = reading.value(written.when, "switch")
            if isinstance(node, Mapping):
                node = node.entries[0][1]
            self._check_switch(rule.when.switch.name, node, reading)
        node = reading.value(written, "set")
        for key, _ in node.entries if written.set is not None and isinstance(node, Mapping) else ():
            self._check_switch(key.text, key, reading)

    def _check_switch(self, name: str, node: Node, reading: Reading) -> None:
        if name not in self._switches:
            reading.error(node, NO_SWITCH, f"no switch {quoted(name)}", _meant(name, self._switches, reading))

    def _check_accounts(self, match: Match, reading: Reading) -> None:
        """Accounts that a condition names; where no file has accounts, those of the server count."""
        for node in _account_tests(match, reading) if self._accounts else ():
            for scalar in scalars(node):
                if scalar.text not in self._accounts and not has_wildcard(scalar.text):
                    message = f"account {quoted(scalar.text)} is not in this file"
                    reading.warning(scalar, "W103", message, _meant(scalar.text, self._accounts, reading))

    def _check_routes(self, written: WrittenRule, rule: Rule, reading: Reading) -> None:
        """Accounts to whose sessions receipts and messages are sent."""
        routes = [(receipt.via, _receipt_key(written)) for receipt in rule.receipts or ()]
        routes += [(mo.via, "mo") for mo in rule.mo]
        for via, key in routes:
            name = (via or "").removeprefix(VIA_ACCOUNT)
            if via is not None and name != via and self._accounts and name not in self._accounts:
                message = f"account {quoted(name)} is not in this file"
                reading.warning(reading.key(written, key), "W103", message, _meant(name, self._accounts, reading))

    def _check_receipts(self, written: WrittenRule, rule: Rule, reading: Reading) -> None:
        if rule.event not in SUBMISSIONS or not rule.receipts:
            return
        field = _receipt_key(written)
        if not (rule.reply or self._defaults.reply or ACCEPTED).is_accepted:
            message = "a refused message gets no receipt; this one is never sent"
            reading.warning(reading.key(written, field), "W110", message)
        known = self._profile.receipt.states
        for state in {state for receipt in rule.receipts for state, _ in receipt.states} - (known or set()):
            if known is not None:
                message = f"profile {self._profile.name} knows no state {state.stat}; it is sent all the same"
                reading.warning(reading.key(written, field), "W111", message)

    def _check_reach(self, written: WrittenRule, rule: Rule, reading: Reading, above: Above) -> None:
        taker = above.taker(rule)
        node = reading.mapping(written)
        if taker is not None:
            what = f"every {rule.event}" if taker.when.is_always else f"every {rule.event} that this one would"
            reading.warning(node, "W120", f"never reached: rule {quoted(taker.name)} above it takes {what}")
            return
        counted = above.counted_before(rule)
        if counted is not None and counted.when.first is not None and written.when is not None:
            message = (
                f"rule {quoted(counted.name)} above takes the first {counted.when.first.count}; this one counts from "
                "the next one on"
            )
            reading.warning(reading.value(written.when, "first"), "W121", message)
        if has_complete_when(written, reading):
            above.add(rule)


class _Names:
    """Where each name stands that may be given once, by what is said of the second."""

    def __init__(self) -> None:
        self._places: dict[str, tuple[str, int]] = {}

    def add(self, message: str, node: Node, reading: Reading) -> None:
        """Note a name at its place; reports it when it is the second."""
        if message not in self._places:
            self._places[message] = (reading.file, node.line)
            return
        file, line = self._places[message]
        where = f"at line {line}" if file == reading.file else f"at {file}:{line}"
        reading.error(node, NAME_TWICE, message, f"the other is {where}")


def _meant(name: str, known: Collection[str], reading: Reading) -> str:
    """Return a did-you-mean. Suggestions cost time, so that a document that has enough findings gets no more."""
    if reading.document.is_full:
        return ""
    close = nearest(name, sorted(known)[:_MOST_SUGGESTED])
    return f"did you mean '{close}'?" if close else ""


def _receipt_key(written: WrittenRule) -> str:
    """The key under which the rule has its receipts."""
    return "receipt" if written.receipt is not None else "receipts"


def _account_tests(match: Match, reading: Reading) -> Iterator[Node]:
    """The nodes of every test of ``account``, however deep."""
    if "account" in match.tests:
        yield reading.value(match, "account")
    inner = match.not_ if isinstance(match.not_, tuple) else (match.not_,) if match.not_ is not None else ()
    for one in (*(match.any or ()), *inner):
        yield from _account_tests(one, reading)


def _check_gates(written: WrittenRule, rule: Rule, reading: Reading) -> None:
    when = written.when
    if when is None:
        return
    if rule.when.chance in {0.0, 1.0}:
        message = "never: this rule does nothing" if rule.when.chance == 0 else "always: the chance can be left out"
        reading.warning(reading.value(when, "chance"), "W122", message)
    gates: dict[str, RateGate | CountGate | None] = {
        "rate_above": rule.when.rate_above,
        "every": rule.when.every,
        "first": rule.when.first,
    }
    for name, gate in gates.items():
        if gate is None:
            continue
        if not _has_scope(rule.event, gate.scope):
            message = f"a rule for {rule.event} cannot count per {gate.scope}"
            reading.error(reading.value(when, name), NOT_HERE, message)


def _has_scope(event: Event, scope: Scope) -> bool:
    """Return whether an event has what a gate counts by."""
    if scope == "message":
        return event != "connect"
    key = find_key(scope)
    return key is None or event in key.events
