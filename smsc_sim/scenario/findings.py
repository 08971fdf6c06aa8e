"""What is wrong in a file: each finding with its place, a stable code and, if there is one, a suggestion."""

import json
import re
from collections.abc import Iterable
from typing import Literal
from unicodedata import east_asian_width

from msgspec import Struct, structs

Severity = Literal["error", "warning", "information"]
Style = Literal["text", "json", "github"]

CODES = {
    "E001": "Not valid YAML or JSON",
    "E002": "Unknown key",
    "E003": "Key given twice",
    "E004": "A part of YAML that is not used here",
    "E005": "Too large",
    "E006": "Unreadable file",
    "E007": "A file that cannot be included",
    "E008": "No such profile",
    "E010": "Missing key or value",
    "E011": "Wrong shape",
    "E012": "Not a valid value",
    "E013": "Number out of range",
    "E014": "Number without a unit",
    "E015": "Wrong length",
    "E020": "Name used twice",
    "E021": "No such switch",
    "E022": "Not available for this event",
    "E023": "Things that do not go together",
    "E030": "Unknown placeholder",
    "E031": "Pattern that cannot be used",
    "W101": "Password longer than the specification's",
    "W102": "Without effect in an included file",
    "W103": "Account that is not in the scenario",
    "W104": "Rule that is not in the scenario",
    "W110": "Receipt that is never sent",
    "W111": "State that the profile does not know",
    "W120": "Rule that is never reached",
    "W121": "Count that begins late",
    "W122": "Chance that is none",
    "I101": "Longer than clients wait",
}
"""Every code and its heading in the documentation. A code keeps its meaning for ever."""

_WIDEST_EXCERPT = 160
_INDENTATION = "    "


class Finding(Struct, frozen=True, kw_only=True):
    """One thing that is wrong (error), doubtful (warning) or good to know, at a line and column that count from 1."""

    severity: Severity
    code: str
    file: str
    line: int
    column: int
    message: str
    hint: str = ""
    source_line: str = ""
    """The line as it stands in the file, with secrets masked; empty when none can be shown."""

    def __str__(self) -> str:
        """Return the finding on one line."""
        tail = f"; {self.hint}" if self.hint else ""
        return f"{self.file}:{self.line}:{self.column}: {self.severity} {self.code}: {self.message}{tail}"


class FindingsError(Exception):
    """A file that cannot be used; ``findings`` are its errors and warnings in the order of the file."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(format_findings(self.findings))


def has_errors(findings: Iterable[Finding]) -> bool:
    """Return whether any of the findings is an error."""
    return any(finding.severity == "error" for finding in findings)


def format_findings(findings: Iterable[Finding], style: Style = "text") -> str:
    """Return the findings as text for people, as one JSON document, or as GitHub workflow commands."""
    if style == "json":
        every = list(findings)
        errors = sum(finding.severity == "error" for finding in every)
        return json.dumps(
            {
                "valid": not errors,
                "errors": errors,
                "warnings": sum(finding.severity == "warning" for finding in every),
                "findings": [structs.asdict(finding) for finding in every],
            },
            indent=2,
            ensure_ascii=False,
        )
    if style == "github":
        return "\n".join(_github(finding) for finding in findings)
    return "\n".join(_text(finding) for finding in findings)


def _text(finding: Finding) -> str:
    if not finding.source_line.strip():
        return str(finding)
    line, before = _excerpt(finding.source_line, finding.column - 1)
    return f"{finding}\n{_INDENTATION}{line}\n{_INDENTATION}{' ' * _columns(before)}^"


def _excerpt(line: str, offset: int) -> tuple[str, str]:
    """Return a readable stretch of the line around the offset, and that part of it which lies before."""
    clean = "".join(c if c.isprintable() else " " for c in line)
    first = 0 if len(clean) <= _WIDEST_EXCERPT else max(0, offset - _WIDEST_EXCERPT // 2)
    return clean[first : first + _WIDEST_EXCERPT].rstrip(), clean[first:offset]


def _columns(text: str) -> int:
    """Return the columns that a terminal needs for the text: ideographs take two."""
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


_IN_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTY = {**_IN_DATA, ":": "%3A", ",": "%2C"}


def _github(finding: Finding) -> str:
    def escaped(text: str, table: dict[str, str]) -> str:
        return re.sub("[%\r\n:,]", lambda found: table.get(found[0], found[0]), text)

    message = finding.message + (f"; {finding.hint}" if finding.hint else "")
    place = f"file={escaped(finding.file, _IN_PROPERTY)},line={finding.line},col={finding.column}"
    command = "notice" if finding.severity == "information" else finding.severity
    return f"::{command} {place},title={finding.code}::{escaped(message, _IN_DATA)}"
