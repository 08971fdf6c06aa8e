"""The one matcher: whether a value is what somebody asked for, in rules, expectations, search and verification.

A :class:`Test` is a list of clauses of which one must hold. Its clauses were read for one kind of value: text,
address, number, truth and so on (:mod:`smsc_sim.scenario.patterns`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from smsc_sim.scenario.glob import Glob
from smsc_sim.scenario.regex import Regex
from smsc_sim.scenario.values import Network

Value = str | int | bytes | bool | None
"""What a message has under a key: None when it has nothing there."""


class Clause(Protocol):
    """One way in which a value can be right."""

    def holds(self, value: Value) -> bool:
        """Return whether the value is right."""

    def __str__(self) -> str:
        """Return what would be right, for people."""


class Test:
    """A value passes when one of the clauses holds. Immutable by habit, and hashable."""

    __slots__ = ("clauses", "literals", "prefix")

    def __init__(self, clauses: Iterable[Clause]) -> None:
        self.clauses: tuple[Clause, ...] = _joined(clauses)
        """Exact texts are one clause."""
        only = self.clauses[0] if len(self.clauses) == 1 else None
        self.literals: frozenset[str] | None = only.texts if isinstance(only, OneOf) else None
        """The texts that pass, when no other do: a value passes if its normal form is one of them. The normal
        form of an address is what :func:`normal_address` returns, that of a keyword is in lower case."""
        self.prefix: str | None = only.prefix if isinstance(only, Like) else None
        """What the normal form of every passing value begins with, when that is all there is to it."""

    def holds(self, value: Value) -> bool:
        """Return whether the value passes. None, a value that is not there, passes only what asks for ``not``."""
        return any(clause.holds(value) for clause in self.clauses)

    def describe(self) -> str:
        """Return what passes, for people: "'4477*' or '4478*'"."""
        return " or ".join(str(clause) for clause in self.clauses) or "nothing"

    def __eq__(self, other: object) -> bool:
        """Return whether both have the same clauses."""
        return isinstance(other, Test) and self.clauses == other.clauses

    def __hash__(self) -> int:
        """Return the hash of the clauses."""
        return hash(self.clauses)

    def __repr__(self) -> str:
        """Return the test for people."""
        return f"Test({self.describe()})"


def normal_address(address: str) -> str:
    """Return the address as tests compare it: of digits only, one leading plus is removed."""
    if address.startswith("+") and address.isascii() and address[1:].isdigit():
        return address[1:]
    return address


def text_of(value: str | int | bytes | bool) -> str:
    """Return the value as text: a number in decimal, octets as Latin-1 without the NUL that may end them."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.removesuffix(b"\0").decode("latin-1")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(int(value))


def number_of(value: Value) -> int | None:
    """Return the value as a number: octets big-endian, a text of digits as it reads; None when it is none."""
    if isinstance(value, bytes):
        return int.from_bytes(value, "big") if 0 < len(value) <= 8 else None
    if isinstance(value, str):
        return int(value) if value.isascii() and value.isdigit() and len(value) <= 18 else None
    return None if value is None else int(value)


@dataclass(frozen=True, slots=True)
class OneOf:
    """The value is one of these texts, compared in the normal form of its kind."""

    texts: frozenset[str]
    address: bool = False
    lower: bool = False

    def holds(self, value: Value) -> bool:
        if value is None:
            return False
        text = text_of(value)
        if self.address:
            text = normal_address(text)
        return (text.lower() if self.lower else text) in self.texts

    def __str__(self) -> str:
        return " or ".join(f"'{text}'" for text in sorted(self.texts))


@dataclass(frozen=True, slots=True)
class Like:
    """The whole value fits a pattern."""

    glob: Glob
    address: bool = False
    """Whether the pattern is a number with gaps, so that the plus of a number does not count."""
    lower: bool = False

    @property
    def prefix(self) -> str | None:
        """What the normal form of the value begins with, when that is all the pattern says."""
        prefix = self.glob.prefix
        return None if self.lower or prefix == "+" else prefix

    def holds(self, value: Value) -> bool:
        if value is None:
            return False
        text = text_of(value)
        if self.address:
            text = normal_address(text)
        return self.glob.matches(text.lower() if self.lower else text)

    def __str__(self) -> str:
        return f"'{self.glob.pattern}'"


@dataclass(frozen=True, slots=True)
class Octets:
    """The value as hexadecimal digits fits a pattern."""

    glob: Glob

    def holds(self, value: Value) -> bool:
        if isinstance(value, str):
            value = value.encode("latin-1", "replace")
        return isinstance(value, bytes) and self.glob.matches(value.hex())

    def __str__(self) -> str:
        return f"0x{self.glob.pattern}"


@dataclass(frozen=True, slots=True)
class Contains:
    """The text has this in it; case matters."""

    text: str

    def holds(self, value: Value) -> bool:
        return value is not None and self.text in text_of(value)

    def __str__(self) -> str:
        return f"containing '{self.text}'"


@dataclass(frozen=True, slots=True)
class Matches:
    """The regular expression is found in the text."""

    regex: Regex

    def holds(self, value: Value) -> bool:
        return value is not None and self.regex.found_in(text_of(value))

    def __str__(self) -> str:
        return f"matching /{self.regex.pattern}/"


@dataclass(frozen=True, slots=True)
class Numbers:
    """The number lies between two others, which count; None: no limit on that side."""

    least: int | None
    most: int | None
    shown: str = ""
    """As it was written."""

    def holds(self, value: Value) -> bool:
        number = number_of(value)
        if number is None:
            return False
        return (self.least is None or number >= self.least) and (self.most is None or number <= self.most)

    def __str__(self) -> str:
        return self.shown or f"{self.least}..{self.most}"


@dataclass(frozen=True, slots=True)
class NumberIn:
    """The number is one of these."""

    numbers: frozenset[int]
    shown: str = ""

    def holds(self, value: Value) -> bool:
        return number_of(value) in self.numbers

    def __str__(self) -> str:
        return self.shown or " or ".join(str(number) for number in sorted(self.numbers))


@dataclass(frozen=True, slots=True)
class Truth:
    """The value says yes (it is true, not 0 and not empty), or no."""

    wanted: bool

    def holds(self, value: Value) -> bool:
        return bool(value) is self.wanted

    def __str__(self) -> str:
        return "yes" if self.wanted else "no"


@dataclass(frozen=True, slots=True)
class InNetwork:
    """The peer's address lies in a network; a port behind it does not matter."""

    network: Network

    def holds(self, value: Value) -> bool:
        return isinstance(value, str) and self.network.contains(host_of(value))

    def __str__(self) -> str:
        return f"in {self.network}"


@dataclass(frozen=True, slots=True)
class HostLike:
    """The peer's address, without its port, fits a pattern."""

    glob: Glob

    def holds(self, value: Value) -> bool:
        return isinstance(value, str) and self.glob.matches(host_of(value))

    def __str__(self) -> str:
        return f"'{self.glob.pattern}'"


def host_of(peer: str) -> str:
    """Return the address in "192.0.2.1:51234", "[2001:db8::1]:51234" or an address alone."""
    if peer.startswith("["):
        return peer[1:].partition("]")[0]
    return peer if peer.count(":") != 1 else peer.partition(":")[0]


@dataclass(frozen=True, slots=True)
class IsNot:
    """The test does not pass; a value that is not there does not pass most tests, so it is right here."""

    test: Test

    def holds(self, value: Value) -> bool:
        return not self.test.holds(value)

    def __str__(self) -> str:
        return f"not ({self.test.describe()})" if len(self.test.clauses) > 1 else f"not {self.test.describe()}"


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every one of the tests passes."""

    tests: tuple[Test, ...]

    def holds(self, value: Value) -> bool:
        return all(test.holds(value) for test in self.tests)

    def __str__(self) -> str:
        return " and ".join(test.describe() for test in self.tests)


def _joined(clauses: Iterable[Clause]) -> tuple[Clause, ...]:
    """Return the clauses with those that compare whole texts in the same way made one, at the place of the first."""
    every = list(clauses)
    if sum(isinstance(clause, OneOf) for clause in every) < 2:
        return tuple(every)
    texts: dict[tuple[bool, bool], set[str]] = {}
    for clause in every:
        if isinstance(clause, OneOf):
            texts.setdefault((clause.address, clause.lower), set()).update(clause.texts)
    joined: list[Clause] = []
    for clause in every:
        if not isinstance(clause, OneOf):
            joined.append(clause)
        elif (form := (clause.address, clause.lower)) in texts:
            joined.append(OneOf(frozenset(texts.pop(form)), *form))
    return tuple(joined)
