"""Finding and loading provider profiles: built in by name, those of users by path."""

import os
from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from msgspec import Struct

from smsc_sim.scenario.account import AccountDefinition, check_accounts
from smsc_sim.scenario.convert import convert
from smsc_sim.scenario.document import Document, read_document
from smsc_sim.scenario.findings import Finding, FindingsError
from smsc_sim.scenario.library import profile_names, read_profile
from smsc_sim.scenario.matching import IsNot, OneOf, Test
from smsc_sim.scenario.profile import Profile
from smsc_sim.scenario.reading import Reading
from smsc_sim.scenario.rule import Rule
from smsc_sim.scenario.source import Source
from smsc_sim.scenario.tree import Mapping, Node, Scalar
from smsc_sim.scenario.value_kind import nearest, quoted
from smsc_sim.scenario.when import FieldCondition
from smsc_sim.scenario.written_profile import ProfileFile, profile_of

NO_PROFILE_FOUND: Final = "E008"

DEEPEST: Final = 5
"""Profiles that are based on each other."""

_ENDINGS = (".yaml", ".yml", ".json")
_ITS_OWN = frozenset({"smsc_profile", "name", "source", "description", "based_on"})
"""Keys that a profile does not take from the one that it is based on."""


class ProfileNotFound(Exception):
    """The arguments are those of an error behind its code."""


def is_path(name: str) -> bool:
    """Return whether the name of a profile is the path of a file."""
    return "/" in name or os.sep in name or name.endswith(_ENDINGS)


def whole_name(name: str, folder: str) -> str:
    """Return what a profile is called whatever file names it: a built-in name, or a whole path."""
    return os.path.realpath(os.path.join(folder, os.path.expanduser(name))) if is_path(name) else name


def find_profile(name: str, folder: str, shown_in: str, *, confined: bool) -> Document:
    """Return the file of a profile: built in, or at a path that begins in ``folder``. Raises ProfileNotFound.

    ``shown_in``: the folder that findings put before the path; ``confined``: the file must lie below ``folder``.
    """
    if not is_path(name):
        if name in profile_names():
            return read_profile(name)
        close = nearest(name, profile_names())
        known = f"there is {', '.join(profile_names())}; or write the path of a file"
        raise ProfileNotFound(f"no profile {quoted(name)}", f"did you mean '{close}'?" if close else known)
    path = whole_name(name, folder)
    if confined and (not folder or not path.startswith(os.path.join(os.path.realpath(folder), ""))):
        raise ProfileNotFound(f"{quoted(name)} does not lie below the folder of this file")
    if not os.path.isfile(path):
        raise ProfileNotFound(f"there is no file {quoted(name)}")
    return read_document(path, os.path.join(shown_in, name))


def load_profile(name: str, folder: str = "") -> Profile:
    """Return the built-in profile of this name, or the one in a file; a relative path begins in ``folder``.

    Raises FindingsError with every mistake.
    """
    try:
        document = find_profile(name, folder, "", confined=False)
    except ProfileNotFound as refused:
        document = Document(Source(name, ""))
        document.error(NO_PROFILE_FOUND, 1, 1, *refused.args)
    profile = read(document, confined=False)
    if profile is None:
        raise FindingsError(document.findings)
    return profile


def is_profile(document: Document) -> bool:
    """Return whether a document is a profile, rightly written or not, and no scenario."""
    root = document.root
    return isinstance(root, Mapping) and root.get("smsc_profile") is not None and root.get("smsc") is None


def check_profile(document: Document, *, confined: bool = True) -> list[Finding]:
    """Return every finding in a profile. Does not raise."""
    read(document, confined=confined)
    return document.findings


def read(document: Document, *, confined: bool = True) -> Profile | None:
    """Return the profile in a document, or None: then the document has errors."""
    _put_upon_base(document, confined, DEEPEST)
    converted = convert(document, ProfileFile)
    if converted is None:
        return None
    check_accounts(document, converted, converted.value.accounts)
    profile = profile_of(converted.value, Reading(document, converted))
    return profile if document.is_valid else None


def _put_upon_base(document: Document, confined: bool, deepest: int) -> None:
    """Put what the document says upon what the profile says that it is based on."""
    root = document.root
    base_name = root.get("based_on") if isinstance(root, Mapping) else None
    if not isinstance(root, Mapping) or not isinstance(base_name, Scalar):
        return
    try:
        if not deepest:
            raise ProfileNotFound(f"more than {DEEPEST} profiles are based on each other")
        shown_in = os.path.dirname(document.source.name)
        base = find_profile(base_name.text, document.folder, shown_in, confined=confined)
        _put_upon_base(base, confined, deepest - 1)
        check = convert(base, ProfileFile)
        if check is None or not base.is_valid or not isinstance(base.root, Mapping):
            raise ProfileNotFound(f"{quoted(base_name.text)} has errors itself", str(base.findings[0]))
    except ProfileNotFound as refused:
        document.error(NO_PROFILE_FOUND, base_name.line, base_name.column, *refused.args)
        return
    inherited = Mapping([(key, value) for key, value in base.root.entries if key.text not in _ITS_OWN], 1, 1)
    document.root = _merged(inherited, root)


def _merged(base: Mapping, own: Mapping) -> Mapping:
    """Return a mapping with all keys of both; where both have one, mappings are merged and all else is the own."""
    entries: list[tuple[Scalar, Node]] = []
    for key, value in own.entries:
        below = base.get(key.text)
        if isinstance(value, Mapping) and isinstance(below, Mapping):
            entries.append((key, _merged(below, value)))
        else:
            entries.append((key, value))
    named = {key.text for key, _ in own.entries}
    entries += [(key, value) for key, value in base.entries if key.text not in named]
    return Mapping(entries, own.line, own.column)


@dataclass
class ProfileLoader:
    """The profiles of one scenario, each read once."""

    confined: bool
    found: dict[str, Profile | None] = field(default_factory=dict)
    """By name or whole path; None: it cannot be used."""
    documents: list[Document] = field(default_factory=list)

    def of(self, name: str | None, written: Struct, reading: Reading) -> Profile | None:
        """Return the profile that a scenario or an account names; reports why there is none."""
        if name is None:
            return None
        known = whole_name(name, reading.document.folder)
        if known not in self.found:
            self.found[known] = self._read(name, written, reading)
        return self.found[known]

    def _read(self, name: str, written: Struct, reading: Reading) -> Profile | None:
        shown_in = os.path.dirname(reading.file)
        try:
            document = find_profile(name, reading.document.folder, shown_in, confined=self.confined)
        except ProfileNotFound as refused:
            reading.error(reading.value(written, "profile"), NO_PROFILE_FOUND, *refused.args)
            return None
        self.documents.append(document)
        return read(document, confined=self.confined)


def rules_of(
    profile: Profile, profiles: Dictionary[str, Profile], accounts: Sequence[AccountDefinition]
) -> tuple[Rule, ...]:
    """Return the rules that profiles bring: those of an account's own profile decide for that account only."""
    rules: list[Rule] = []
    elsewhere: frozenset[str] = frozenset()
    for name, one in profiles.items():
        members = frozenset(account.system_id for account in accounts if account.profile == name)
        if members:
            elsewhere |= members
            rules += [_under(rule, one, Test((OneOf(members),))) for rule in one.rules]
    others = Test((IsNot(Test((OneOf(elsewhere),))),)) if elsewhere else None
    return (*rules, *(_under(rule, profile, others) for rule in profile.rules))


def _under(rule: Rule, profile: Profile, accounts: Test | None) -> Rule:
    conditions = rule.when.conditions
    if accounts is not None:
        conditions = (FieldCondition("account", accounts), *conditions)
    return replace(rule, name=f"{profile.name}: {rule.name}", when=replace(rule.when, conditions=conditions))
