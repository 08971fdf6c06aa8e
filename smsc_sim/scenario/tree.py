"""A document as a tree of nodes, each with its place, and what was found wrong with it."""

from dataclasses import dataclass

from smsc_sim.scenario.findings import Finding, Severity
from smsc_sim.scenario.source import Source

MOST_FINDINGS = 100
"""Findings reported for one document; what comes after them is not even looked for where that costs time."""


@dataclass(slots=True, eq=False)
class Scalar:
    """One text. ``plain``: without quotes; ``null``: nothing was written (or JSON's null)."""

    text: str
    line: int
    column: int
    end_line: int
    end_column: int
    plain: bool = False
    null: bool = False


@dataclass(slots=True, eq=False)
class Sequence:
    """A list of nodes."""

    items: "list[Node]"
    line: int
    column: int


@dataclass(slots=True, eq=False)
class Mapping:
    """Keys and values in the order of the file; no key twice."""

    entries: "list[tuple[Scalar, Node]]"
    line: int
    column: int

    def get(self, key: str) -> "Node | None":
        """Return the value under a key, or None."""
        return next((value for name, value in self.entries if name.text == key), None)


Node = Scalar | Sequence | Mapping


class Document:
    """A file as a node tree. ``root`` is None when there is no tree, and then ``findings`` has an error."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.root: Node | None = None
        self.path = ""
        """The file's whole path; empty when the text came from elsewhere."""
        self.folder = ""
        """Where the files that it names are looked for; empty: nowhere."""
        self._found: list[tuple[int, int, Severity, str, str, str]] = []
        self._left_out: Severity | None = None

    def error(self, code: str, line: int, column: int, message: str, hint: str = "") -> None:
        """Add an error at this place."""
        self._add((line, column, "error", code, message, hint))

    def warning(self, code: str, line: int, column: int, message: str, hint: str = "") -> None:
        """Add a warning at this place."""
        self._add((line, column, "warning", code, message, hint))

    def information(self, code: str, line: int, column: int, message: str, hint: str = "") -> None:
        """Add what is worth knowing at this place, and no fault."""
        self._add((line, column, "information", code, message, hint))

    def _add(self, found: tuple[int, int, Severity, str, str, str]) -> None:
        if self.is_full:
            if self._left_out != "error":
                self._left_out = found[2]
        elif found not in self._found:
            # An alias brings the same mistake as often as it is used.
            self._found.append(found)

    @property
    def is_full(self) -> bool:
        """Whether there are as many findings as are reported."""
        return len(self._found) >= MOST_FINDINGS

    @property
    def is_valid(self) -> bool:
        """Whether there is no error so far."""
        return self._left_out != "error" and all(found[2] != "error" for found in self._found)

    @property
    def findings(self) -> list[Finding]:
        """What was found so far, in the order of the file; the last one may say that there is more."""
        found = sorted(self._found, key=lambda one: one[:2])
        if self._left_out is not None:
            line, column, _, code, *_ = found[-1]
            found.append((line, column, self._left_out, code, f"there are more than these {MOST_FINDINGS}", ""))
        return [
            Finding(
                severity=severity,
                code=code,
                file=self.source.name,
                line=line,
                column=column,
                message=message,
                hint=hint,
                source_line=self.source.line(line),
            )
            for line, column, severity, code, message, hint in found
        ]
