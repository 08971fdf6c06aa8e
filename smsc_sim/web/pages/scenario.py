"""The scenario: its rules with what they have decided, its files, and trying messages and changes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct

from smsc_sim.scenario.findings import Finding, has_errors
from smsc_sim.scenario.listing import Listing, listing_of_text, unmasked
from smsc_sim.scenario.load import check_path
from smsc_sim.scenario.rule import Rule
from smsc_sim.sim.rules.compiled_rule import CompiledRule
from smsc_sim.web.api.explain import Explain, explain
from smsc_sim.web.api.rules import AT, put_text_on_top
from smsc_sim.web.api.switches import shown as switch_shown
from smsc_sim.web.console import Console
from smsc_sim.web.page import Done, Shown, Visit, action, page, read_query
from smsc_sim.web.places import NO_FILE, Places, folder_of, listings_of, plain
from smsc_sim.web.problem import ProblemError
from smsc_sim.web.scenario_copy import NAME, SENT, check_copy, still_masked, write_scenario
from smsc_sim.web.seconds import Seconds

SHOWN: Final = 1000
"""Rules on the page."""
LONGEST_RULE: Final = 20_000
"""Characters."""


class TryQuery(Struct, frozen=True, kw_only=True):
    """A message to try."""

    to: Annotated[str, Meta(max_length=64)] = ""
    text: Annotated[str, Meta(max_length=1000)] = ""
    source: Annotated[str, Meta(max_length=64)] = ""
    account: str = ""
    event: Literal["submit_sm", "data_sm", "submit_multi"] = "submit_sm"
    times: Annotated[int, Meta(ge=1, le=20)] = 1


class RuleForm(Struct, frozen=True, kw_only=True):
    """A temporary rule."""

    rule: Annotated[str, Meta(max_length=LONGEST_RULE)]
    """In YAML."""
    ttl: Seconds | None = None
    account: Annotated[str, Meta(max_length=15)] = ""


class NameForm(Struct, frozen=True, kw_only=True):
    """Which rule."""

    name: str


class CopyForm(Struct, frozen=True, kw_only=True):
    """An edited copy of the scenario's first file."""

    text: str = ""
    deed: Literal["check", "try", "write"] = "check"


@page("/scenario", title="Scenario", menu=7, key="s")
def scenario(console: Console, visit: Visit) -> Shown:
    """Rules, switches, files."""
    tried = read_query(TryQuery, visit.query)
    shown = _shown(console)
    if tried.to:
        shown["tried"] = tried
        try:
            question = Explain(
                to=tried.to,
                text=tried.text,
                source=tried.source,
                account=tried.account,
                event=tried.event,
                times=tried.times,
            )
            shown["attempts"] = explain.function(console, question).attempts
        except ProblemError as error:
            shown["refused"] = error.errors[0].message if error.errors else error.detail
    return shown


@action("/scenario/check", needs_admin=False)
def check(console: Console, visit: Visit) -> Shown | Done:
    """Check the scenario's file as it stands now; nothing is obeyed."""
    del visit
    if console.scenario_path == NO_FILE:
        return Done("/scenario", "The simulator was started without a scenario.", "bad")
    return _shown(console, check_path(console.scenario_path).findings, checked="the file as it stands now")


@action("/scenario/reload")
def reload(console: Console, visit: Visit) -> Shown | Done:
    """Read the file anew and obey it."""
    del visit
    checked = console.reload()
    if checked is None:
        return Done("/scenario", "The simulator was started without a scenario.", "bad")
    if checked.scenario is None:
        return _shown(console, checked.findings, checked="the file; what was loaded before stays in force")
    return Done("/scenario", f"{console.scenario_path} is in force, {len(checked.scenario.rules)} rules.")


@action("/scenario/copy")
def copy(console: Console, visit: Visit, form: CopyForm) -> Shown | Done:
    """Check a copy, try it, or write it into the file."""
    del visit
    text = _restored(console, form.text)
    masked = still_masked(text)
    if masked is not None:
        sentence = f"In line {masked} a mask stands instead of a password that has been changed: write the password."
        return _shown(console, draft=form.text, refused_copy=sentence)
    checked = check_copy(text, folder_of(console))
    if checked.scenario is None or form.deed == "check":
        return _shown(console, checked.findings, checked="the copy", draft=form.text)
    if form.deed == "write":
        path = _writable(console)
        if not path:
            return _shown(console, draft=form.text, refused_copy="The scenario's file may not be written.")
        try:
            write_scenario(path, text)
        except OSError as error:
            return _shown(console, draft=form.text, refused_copy=f"{path} cannot be written: {error.strerror}.")
        console.reload()
        return Done("/scenario", f"{console.scenario_path} is written and in force.")
    with console.change() as now:
        console.in_force.load(checked.scenario, now)
    console.copy.put(text, checked.scenario)
    return Done("/scenario", "The copy is in force until the scenario is read anew.")


@action("/scenario/rules/add")
def add_rule(console: Console, visit: Visit, form: RuleForm) -> Shown | Done:
    """Put a temporary rule on top."""
    del visit
    try:
        added = put_text_on_top(console, form.rule, lasts=form.ttl or 0.0, account=form.account)
    except ProblemError as error:
        sentences = [error.detail, *(one.message for one in error.errors)]
        return _shown(console, rule_draft=form.rule, refused_rule=" ".join(sentences))
    return Done("/scenario#rules", f"The rule “{added.rule.name}” is on top of all others.")


@action("/scenario/rules/remove")
def remove_rule(console: Console, visit: Visit, form: NameForm) -> Done:
    """Take a temporary rule away."""
    del visit
    with console.change() as now:
        found = console.in_force.remove_rule(form.name, now)
    if not found:
        return Done("/scenario#rules", "That rule had gone already.", "bad")
    return Done("/scenario#rules", f"The rule “{form.name}” is gone.")


def _shown(console: Console, findings: Sequence[Finding] = (), **more: Any) -> dict[str, Any]:
    in_force = console.in_force
    copied = in_force.scenario is console.copy.scenario
    files = listings_of(console)
    if more.get("checked") == "the copy":
        # Findings are shown where they are: in the text that was checked.
        files = [listing_of_text(_restored(console, more["draft"]), NAME), *files[1:]]
    book = console.smsc.rules
    compiled = book.rules if book is not None else ()
    temporary = {one.rule.name: one for one in in_force.temporary_rules}
    places = Places(files)
    return {
        "scenario": in_force.scenario,
        "path": console.scenario_path,
        "has_file": console.scenario_path != NO_FILE,
        "loaded_at": in_force.loaded_at,
        "seed": in_force.seed,
        "copied": copied,
        "sent": copied and console.copy.name == SENT,
        "stale": any(one.written_at > in_force.loaded_at for one in files) and not copied,
        "switches": [(switch_shown(name, switch), switch.until) for name, switch in console.smsc.switches],
        "rows": [_row(one, temporary, places) for one in compiled[:SHOWN]],
        "total": len(compiled),
        "files": files,
        "tree": _tree(files),
        "decided": _by_line(compiled, places),
        "findings": findings,
        "sound": not has_errors(findings),
        "by_line": places.by_line(findings),
        "checked": "",
        "accounts": [account.system_id for account in console.smsc.accounts],
        "tried": TryQuery(),
        "attempts": None,
        "refused": "",
        "place_of": places.anchor,
        "draft": "\n".join(files[0].lines) if files else "smsc: 1\nrules: []\n",
        "refused_copy": "",
        "rule_draft": "",
        "refused_rule": "",
        "may_write": bool(_writable(console)),
        **more,
    }


@dataclass(slots=True)
class _Node:
    """One file, and those that it includes."""

    index: int
    file: Listing
    children: list[_Node] = field(default_factory=list)


def _tree(files: Sequence[Listing]) -> list[_Node]:
    """The files as they include each other; one that several include stands below the first of them."""
    nodes = {plain(file.name): _Node(index, file) for index, file in enumerate(files)}
    roots, placed = [], set()
    for node in nodes.values():
        if node.index not in placed:
            roots.append(node)
            placed.add(node.index)
        for written in node.file.includes:
            beside = os.path.join(os.path.dirname(node.file.name), written)
            child = nodes.get(plain(written)) or nodes.get(plain(beside))
            if child is not None and child.index not in placed:
                node.children.append(child)
                placed.add(child.index)
    return roots


def _row(compiled: CompiledRule, temporary: dict[str, Any], places: Places) -> dict[str, Any]:
    rule = compiled.rule
    on_top = temporary.get(rule.name)
    return {
        "rule": rule,
        "decided": compiled.decided,
        "last_decided": compiled.last_decided,
        "gates": list(compiled.gates.uses()) if compiled.gates is not None else [],
        "temporary": on_top if rule.at == AT else None,
        "anchor": places.anchor(rule.at),
        "where": rule.at.removeprefix(places.folder),
        "does": _does(rule),
    }


def _does(rule: Rule) -> str:
    """What else than conditions a rule has, in few words."""
    parts = []
    if rule.reply is not None:
        parts.append("reply")
    if rule.receipts is not None:
        parts.append("receipt" if rule.receipts else "no receipt")
    parts += ["MO"] if rule.mo else []
    parts += [f"session: {rule.session.replace('_', ' ')}"] if rule.session else []
    parts += [f"switch {name} {'on' if active else 'off'}" for name, active in rule.set]
    return ", ".join(parts)


def _by_line(compiled: Iterable[CompiledRule], places: Places) -> dict[str, CompiledRule]:
    return {anchor: one for one in compiled if (anchor := places.anchor(one.rule.at))}


def _writable(console: Console) -> str:
    """The file that a copy may be written into; empty for none."""
    if not console.allow_scenario_write or not folder_of(console):
        return ""
    return os.path.realpath(console.scenario_path)


def _restored(console: Console, text: str) -> str:
    """The text that somebody has edited, with the passwords that were masked in it."""
    copied = console.in_force.scenario is console.copy.scenario
    files = listings_of(console)
    if not files:
        return text
    original = console.copy.text if copied else _text_of(files[0].path)
    return unmasked(text, files[0], original)


def _text_of(path: str) -> str:
    try:
        with open(path, encoding="utf-8-sig", errors="replace") as file:
            return file.read()
    except OSError:
        return ""
