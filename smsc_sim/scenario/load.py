"""Loading: a scenario with all that it includes, whole and checked, or every finding that keeps it from being used."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from msgspec import structs

from smsc_sim.scenario.account import AccountDefinition, check_passwords
from smsc_sim.scenario.checker import Checker
from smsc_sim.scenario.convert import convert
from smsc_sim.scenario.defaults import Defaults, defaults_of
from smsc_sim.scenario.document import Document, parse_document, read_document
from smsc_sim.scenario.expectation import expectation_of
from smsc_sim.scenario.findings import Finding, FindingsError
from smsc_sim.scenario.library import BUILTIN, read_scenario, scenario_names
from smsc_sim.scenario.loaded import Scenario
from smsc_sim.scenario.part import Part
from smsc_sim.scenario.profile import NO_PROFILE, Profile
from smsc_sim.scenario.profile_loader import ProfileLoader, check_profile, is_profile, rules_of, whole_name
from smsc_sim.scenario.reading import Reading
from smsc_sim.scenario.scenario_file import ScenarioFile
from smsc_sim.scenario.source import Source
from smsc_sim.scenario.switch import switch_of
from smsc_sim.scenario.tree import Node
from smsc_sim.scenario.tree import Sequence as NodeSequence
from smsc_sim.scenario.value_kind import nearest, quoted
from smsc_sim.scenario.written_rule import rule_of

MOST_FILES: Final = 50
"""Files of one scenario."""

_NOT_INCLUDED: Final = ("seed", "profile", "defaults")
"""Keys that count in the file that is loaded, and not in those it includes."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A scenario and its findings. ``scenario`` and ``file`` are None exactly when one of the findings is an error."""

    scenario: Scenario | None
    file: ScenarioFile | None
    """The first file as it is written."""
    findings: tuple[Finding, ...]
    files: tuple[str, ...] = ()
    """Every file that was read or should have been, with its whole path."""


def check_document(document: Document, *, confined: bool = True) -> Checked:
    """Return the scenario in a document and the files it includes, with every finding. Does not raise.

    ``confined``: files that it names must lie below its folder, profiles, too; a document without a folder can name
    only what is built in.
    """
    return _Loader(confined=confined).load(document)


def check(path: str | os.PathLike[str]) -> list[Finding]:
    """Return every finding in a scenario or profile file, or in a built-in scenario. Does not raise."""
    name = os.fspath(path)
    if not name.startswith(BUILTIN) and is_profile(document := read_document(name)):
        return check_profile(document, confined=False)
    return list(check_path(name).findings)


def check_path(path: str | os.PathLike[str]) -> Checked:
    """Return the scenario in a file, or the built-in one of this name, with every finding. Does not raise."""
    name = os.fspath(path)
    if not name.startswith(BUILTIN):
        return check_document(read_document(name), confined=False)
    try:
        return check_document(_builtin(name))
    except _NotIncluded as refused:
        document = Document(Source(name, ""))
        document.error("E006", 1, 1, *refused.args)
        return check_document(document)


def check_text(text: str | bytes, name: str, *, folder: str = "", json: bool = False) -> Checked:
    """Return the scenario in a text, which findings call by this name, with every finding. Does not raise.

    ``folder``: where files that it names may lie; empty: it can name only what is built in.
    """
    document = parse_document(text, name, json=json)
    document.folder = folder
    return check_document(document)


def load(path: str | os.PathLike[str]) -> Scenario:
    """Return the scenario in a file, or the built-in one of this name. Raises FindingsError with all findings."""
    return _valid(check_path(path))


def load_text(text: str | bytes, name: str, *, folder: str = "", json: bool = False) -> Scenario:
    """Return the scenario in a text. Raises FindingsError with all findings."""
    return _valid(check_text(text, name, folder=folder, json=json))


def _valid(checked: Checked) -> Scenario:
    if checked.scenario is None:
        raise FindingsError(checked.findings)
    return checked.scenario


class _NotIncluded(Exception):
    """The arguments are those of an error behind its code."""


def _builtin(name: str) -> Document:
    if name not in scenario_names():
        raise _NotIncluded(f"no scenario {quoted(name)} is built in", _meant(name, scenario_names()))
    return read_scenario(name)


def _beside(name: str, document: Document) -> Document:
    """Return a file that lies below the folder of the document that names it."""
    if not document.folder:
        raise _NotIncluded(f"{quoted(name)} cannot be included: this text is no file, so nothing lies beside it")
    path = os.path.realpath(os.path.join(document.folder, name))
    if os.path.isabs(name) or not is_below(path, document.folder):
        raise _NotIncluded(f"{quoted(name)} does not lie below the folder of this file")
    if not os.path.isfile(path):
        raise _NotIncluded(f"there is no file {quoted(name)}")
    return read_document(path, os.path.join(os.path.dirname(document.source.name), name))


def _meant(name: str, known: Sequence[str]) -> str:
    close = nearest(name, known)
    return f"did you mean '{close}'?" if close else f"there is {', '.join(known)}"


@dataclass
class _Loader:
    confined: bool
    documents: list[Document] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    open_files: list[str] = field(default_factory=list)
    """The files that include each other on the way to the present one."""

    def load(self, document: Document) -> Checked:
        self._add(document)
        profiles = ProfileLoader(confined=self.confined)
        main = self.parts[0] if self.parts else None
        profile = NO_PROFILE
        defaults = Defaults()
        if main is not None:
            profile = profiles.of(main.file.profile, main.file, main.reading) or NO_PROFILE
            if main.file.defaults is not None:
                defaults = defaults_of(main.file.defaults, main.reading)
        for part in self.parts:
            for account in part.file.accounts:
                profiles.of(account.profile, account, part.reading)
            self._normalise(part)
        Checker(self.parts, defaults, profile).check()
        documents = [*self.documents, *profiles.documents]
        findings = tuple(finding for one in documents for finding in one.findings)
        files = tuple(one.path for one in documents if one.path)
        if main is None or not all(one.is_valid for one in documents):
            return Checked(None, None, findings, files)
        return Checked(self._scenario(main.file, profile, defaults, profiles, files), main.file, findings, files)

    def _add(self, document: Document) -> None:
        """Read one file, and those that it includes."""
        self.documents.append(document)
        if is_profile(document):
            hint = "name it in a scenario: profile: PATH"
            document.error("E011", 1, 1, "this is a provider profile, and a scenario belongs here", hint)
            return
        converted = convert(document, ScenarioFile)
        if converted is None:
            return
        file = converted.value
        part = Part(Reading(document, converted), file)
        self.parts.append(part)
        check_passwords(document, converted, file.accounts)
        if len(self.parts) > 1:
            for key in _NOT_INCLUDED:
                if part.reading.is_written(file, key):
                    message = f"'{key}' counts only in the file that is loaded, not in one that it includes"
                    part.reading.warning(part.reading.key(file, key), "W102", message)
        self.open_files.append(document.path)
        node = part.reading.value(file, "include")
        nodes: list[Node] = node.items if isinstance(node, NodeSequence) else [node]
        for name, place in zip(file.include, nodes, strict=False):
            try:
                included = self._included(name, part)
            except _NotIncluded as refused:
                part.reading.error(place, "E007", *refused.args)
                continue
            if included is not None:
                self._add(included)
        self.open_files.pop()

    def _included(self, name: str, part: Part) -> Document | None:
        """Return a file that is included; None when it was before. Raises _NotIncluded."""
        if len(self.documents) >= MOST_FILES:
            raise _NotIncluded(f"more than {MOST_FILES} files")
        document = _builtin(name) if name.startswith(BUILTIN) else _beside(name, part.reading.document)
        if document.path in self.open_files:
            raise _NotIncluded("this file includes itself")
        return None if any(document.path == one.path for one in self.documents) else document

    def _normalise(self, part: Part) -> None:
        reading = part.reading
        part.rules = [(written, rule_of(written, reading)) for written in part.file.rules]
        part.expectations = [(written, expectation_of(written, reading)) for written in part.file.expect]

    def _scenario(
        self, file: ScenarioFile, profile: Profile, defaults: Defaults, profiles: ProfileLoader, files: tuple[str, ...]
    ) -> Scenario:
        accounts = tuple(_known(account, part) for part in self.parts for account in part.file.accounts)
        named = {name: one for name, one in profiles.found.items() if one is not None}
        rules = [rule for part in self.parts for _, rule in part.rules]
        return Scenario(
            name=file.name,
            description=file.description,
            seed=file.seed,
            profile=profile,
            accounts=accounts,
            switches={name: switch_of(name, one) for part in self.parts for name, one in part.file.switches.items()},
            distribution_lists={name: one for part in self.parts for name, one in part.file.distribution_lists.items()},
            rules=(*rules, *rules_of(profile, named, accounts)),
            defaults=defaults,
            expectations=tuple(expectation for part in self.parts for _, expectation in part.expectations),
            profiles=named,
            files=files,
        )


def _known(account: AccountDefinition, part: Part) -> AccountDefinition:
    """Return an account with the profile's name as the scenario has it, whichever file the account is in."""
    if account.profile is None:
        return account
    return structs.replace(account, profile=whole_name(account.profile, part.reading.document.folder))


def is_below(path: str, folder: str) -> bool:
    """Return whether a path, which has no links in it, lies below a folder."""
    return path.startswith(os.path.join(os.path.realpath(folder), ""))
