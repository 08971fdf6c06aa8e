"""The values that a person may write in a file, in the environment or on the command line.

Each value is text until its field says what it is. A ValueKind says how that text is read and written. It is
attached to the field's type (``Annotated[float, DURATION.meta(...)]``) or is the ``KIND`` of a class, so that
files, environment variables and flags read the same value with the same words of refusal.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Annotated, ClassVar, Literal

from smsc_sim.scenario.value_kind import (
    BAD_LENGTH,
    NO_UNIT,
    OUT_OF_RANGE,
    BadValue,
    ValueKind,
    nearest,
    quoted,
)
from smsc_sim.smpp.status import CommandStatus, parse_status

# Whole numbers

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)


def parse_integer(text: str) -> int:
    """Return a decimal whole number; leading zeros are no octal. Raises BadValue."""
    if _INTEGER.fullmatch(text):
        return int(text)
    if re.fullmatch(r"[+-]?[0-9]+", text, re.ASCII):
        raise BadValue(text, "is too large a number", code=OUT_OF_RANGE)
    raise BadValue(text, "is not a whole number")


# Durations

_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)(ms|s|m|h|d)", re.ASCII)
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
LONGEST_DURATION = 3650 * 86400.0
"""Seconds. Ten years: more than any validity period that a message can carry."""


def parse_duration(text: str) -> float:
    """Return seconds from "500ms", "1s", "5m", "24h" or "7d"; "0" is 0.0. Raises BadValue."""
    found = _DURATION.fullmatch(text)
    if found is None:
        if re.fullmatch(r"0+(\.0+)?", text, re.ASCII):
            return 0.0
        if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text, re.ASCII):
            raise BadValue(text, f"needs a unit, for example {text[:12]}s", code=NO_UNIT)
        raise BadValue(text, "is not a duration; write for example 500ms, 1s, 5m, 24h or 7d")
    seconds = float(found[1]) * _SECONDS[found[2]]
    if seconds > LONGEST_DURATION:
        raise BadValue(text, "is longer than ten years", code=OUT_OF_RANGE)
    return seconds


def format_duration(seconds: float) -> str:
    """Return seconds as the shortest text that parse_duration takes: 300.0 is "5m"."""
    if seconds == 0:
        return "0"
    for unit in ("d", "h", "m", "s"):
        if seconds % _SECONDS[unit] == 0:
            return f"{int(seconds // _SECONDS[unit])}{unit}"
    if seconds >= 1:
        return f"{seconds:.6f}".rstrip("0") + "s"
    return f"{seconds * 1000:.6f}".rstrip("0").rstrip(".") + "ms"


DURATION = ValueKind(
    "a duration",
    "TIME",
    parse_duration,
    format_duration,
    {"type": "string", "pattern": r"^([0-9]{1,9}(\.[0-9]{1,6})?(ms|s|m|h|d)|0)$"},
)
Duration = Annotated[float, DURATION.meta("A duration: 500ms, 1s, 5m, 24h, 7d; 0 is off.")]
"""Seconds."""


# Octets

_OCTETS = re.compile(r"([0-9]{1,12})(KiB|MiB|GiB)?", re.ASCII)
_MULTIPLE = {None: 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}


def parse_octets(text: str) -> int:
    """Return a number of octets from "131072", "128KiB", "16MiB" or "1GiB". Raises BadValue."""
    found = _OCTETS.fullmatch(text)
    if found is None:
        raise BadValue(text, "is not a number of octets; write for example 131072, 128KiB or 16MiB")
    return int(found[1]) * _MULTIPLE[found[2]]


def format_octets(octets: int) -> str:
    """Return octets as the shortest text that parse_octets takes: 131072 is "128KiB"."""
    for unit in ("GiB", "MiB", "KiB"):
        if octets and octets % _MULTIPLE[unit] == 0:
            return f"{octets // _MULTIPLE[unit]}{unit}"
    return str(octets)


OCTETS = ValueKind(
    "a number of octets",
    "OCTETS",
    parse_octets,
    format_octets,
    {"type": ["string", "integer"], "pattern": "^[0-9]+(KiB|MiB|GiB)?$"},
)
Octets = Annotated[int, OCTETS.meta("A number of octets: 131072, 128KiB, 16MiB.")]
"""Octets."""


# Rates

RateScope = Literal["session", "account"]
_RATE = re.compile(r"([0-9]{1,7})/(s|m|h)(?: per (\S+))?", re.ASCII)
_RATE_SCOPES: dict[str, RateScope] = {"session": "session", "account": "account"}


@dataclass(frozen=True, slots=True)
class Rate:
    """So many messages in a sliding window of so many seconds, counted per session or per account."""

    KIND: ClassVar[ValueKind]

    count: int
    """Messages, at least 1."""
    seconds: float = 1.0
    """The window's length."""
    scope: RateScope = "session"

    def __str__(self) -> str:
        """Return the text that parse_rate takes."""
        unit = {60.0: "m", 3600.0: "h"}.get(self.seconds, "s")
        return f"{self.count}/{unit} per {self.scope}"


def parse_rate(text: str) -> Rate:
    """Return a rate from "5/s", "300/m per session" or "1000/h per account". Raises BadValue."""
    found = _RATE.fullmatch(" ".join(text.split()))
    if found is None:
        if re.fullmatch(r"[0-9]{1,7}", text, re.ASCII):
            raise BadValue(text, f"needs a unit, for example {text}/s", code=NO_UNIT)
        raise BadValue(text, "is not a rate; write for example 5/s, 300/m or 5/s per account")
    if int(found[1]) == 0:
        raise BadValue(text, "must be at least 1", code=OUT_OF_RANGE)
    scope = found[3] or "session"
    if scope not in _RATE_SCOPES:
        close = nearest(scope, tuple(_RATE_SCOPES))
        suggestion = f"{found[1]}/{found[2]} per {close}" if close else ""
        reason = f"counts per {quoted(scope)}; it can count per session or per account"
        raise BadValue(text, reason, suggestion)
    return Rate(int(found[1]), _SECONDS[found[2]], _RATE_SCOPES[scope])


Rate.KIND = ValueKind(
    "a rate",
    "RATE",
    parse_rate,
    str,
    {"type": "string", "pattern": "^[0-9]+/(s|m|h)( per (session|account))?$"},
)


@dataclass(frozen=True, slots=True)
class Pace:
    """So many of an account's in so many seconds, evenly."""

    KIND: ClassVar[ValueKind]

    count: int
    """At least 1."""
    seconds: float = 1.0

    def __str__(self) -> str:
        """Return the text that parse_pace takes."""
        return str(Rate(self.count, self.seconds)).partition(" ")[0]


def parse_pace(text: str) -> Pace:
    """Return a pace from "10/s", "300/m" or "1000/h". Raises BadValue."""
    pace, _, scope = text.partition(" ")
    if scope:
        raise BadValue(text, "says what it counts by; this one is always for the account", pace)
    rate = parse_rate(text)
    return Pace(rate.count, rate.seconds)


Pace.KIND = ValueKind("a rate", "RATE", parse_pace, str, {"type": "string", "pattern": "^[0-9]+/(s|m|h)$"})


# Command statuses


def read_status(text: str) -> int:
    """Return a command_status from its name in any case, 0x40b or 1035; by name it is a CommandStatus.

    Raises BadValue.
    """
    try:
        status = parse_status(text)
        return status if text.strip()[:1].isdigit() else CommandStatus(status)
    except ValueError:
        raise BadValue(text, choices=tuple(CommandStatus.__members__)) from None


def write_status(value: int) -> str:
    """Return the status by name, or as a hexadecimal number when it has none."""
    known = {int(status): status.name for status in CommandStatus}
    return known.get(value, f"0x{value:08x}")


STATUS = ValueKind(
    "a command_status",
    "STATUS",
    read_status,
    write_status,
    {"type": ["string", "integer"], "examples": ["ESME_RTHROTTLED", "0x40b", 1035]},
)
StatusValue = Annotated[int, STATUS.meta("A command_status by name (ESME_RTHROTTLED) or number (0x58, 88).")]
"""A command_status, SMPP 3.4 section 5.1.3."""

# Names

InterfaceVersion = Literal["3.3", "3.4", "5.0"]
"""An SMPP version; interface_version 0x33, 0x34 and 0x50 on the wire (SMPP 3.4 section 5.2.4)."""

BindType = Literal["transmitter", "receiver", "transceiver"]
"""What a session is bound as, SMPP 3.4 section 2.1."""

ReceiptsVia = Literal["same", "other", "any", "least_loaded", "round_robin"]
"""Which of the account's receiver or transceiver sessions a receipt takes.

``same``: the session that submitted, when it can receive, else any; ``other``: one that did not submit;
``any``: the first that can; ``least_loaded``: the one with the fewest unanswered deliver_sm;
``round_robin``: each in turn.
"""

QueueFull = Literal["refuse", "oldest", "newest"]
"""What happens when an account's queue of receipts is full.

``refuse``: the next message is answered ESME_RMSGQFUL; ``oldest``: it is accepted, and the receipt that has waited
longest is given up; ``newest``: it is accepted, and its own receipt is given up.
"""


def _octet_string(name: str, shortest: int, longest: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        try:
            octets = text.encode("latin-1")
        except UnicodeEncodeError:
            raise BadValue(text, "contains a character that one octet cannot hold") from None
        if b"\0" in octets:
            raise BadValue(text, f"contains NUL, which ends a {name} on the wire")
        if not shortest <= len(octets) <= longest:
            reason = f"must have {shortest} to {longest} characters, not {len(octets)}"
            raise BadValue(text, reason, code=BAD_LENGTH)
        return text

    return read


SYSTEM_ID = ValueKind(
    "a system_id",
    "NAME",
    _octet_string("system_id", 1, 15),
    str,
    {"type": ["string", "number", "boolean"], "minLength": 1, "maxLength": 15},
)
SystemId = Annotated[str, SYSTEM_ID.meta("A system_id: 1 to 15 characters.")]
"""1 to 15 octets, SMPP 3.4 section 5.2.1."""

_NUMBER = re.compile(r"\+?[0-9]{1,19}", re.ASCII)


def parse_number(text: str) -> str:
    """Return a subscriber's number: digits, maybe behind one ``+``. Raises BadValue."""
    if _NUMBER.fullmatch(text):
        return text
    raise BadValue(text, "is not a number of 1 to 19 digits, maybe behind a +")


NUMBER = ValueKind(
    "a number of a subscriber",
    "NUMBER",
    parse_number,
    str,
    {"type": ["string", "integer"], "examples": ["447700900001"]},
)
Number = Annotated[str, NUMBER.meta("A number: 1 to 19 digits, maybe behind a +.")]
"""As destination_addr has it."""

LIST_NAME = ValueKind(
    "a name of a distribution list",
    "NAME",
    _octet_string("dl_name", 1, 20),
    str,
    {"type": ["string", "number", "boolean"], "minLength": 1, "maxLength": 20},
)
ListName = Annotated[str, LIST_NAME.meta("A name of a distribution list: 1 to 20 characters.")]
"""1 to 20 octets, SMPP 3.4 section 4.5.1."""

PASSWORD = ValueKind(
    "a password",
    "TEXT",
    _octet_string("password", 0, 255),
    str,
    {"type": ["string", "number", "boolean"], "maxLength": 255},
    secret=True,
)
Password = Annotated[str, PASSWORD.meta("A password: 8 characters by the specification; up to 255 here.")]
"""0 to 8 octets by SMPP 3.4 section 5.2.2; longer ones exist and are taken."""


# Networks


class Network:
    """One IP address, or all addresses that share a prefix. Immutable by habit, and hashable."""

    __slots__ = ("network",)

    KIND: ClassVar[ValueKind]

    def __init__(self, network: IPv4Network | IPv6Network) -> None:
        self.network = network

    def __eq__(self, other: object) -> bool:
        """Return whether both are the same network."""
        return isinstance(other, Network) and self.network == other.network

    def __hash__(self) -> int:
        """Return the network's hash."""
        return hash(self.network)

    def __repr__(self) -> str:
        """Return the network as code."""
        return f"Network({str(self)!r})"

    def contains(self, address: str) -> bool:
        """Return whether the peer's address lies in this network; text that is no IP address never does.

        An IPv4 address that arrives at an IPv6 socket (``::ffff:192.0.2.1``) counts as that IPv4 address.
        """
        try:
            parsed: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
            parsed = parsed.ipv4_mapped
        return parsed in self.network

    def __str__(self) -> str:
        """Return the text that parse_network takes."""
        whole = self.network.prefixlen == self.network.max_prefixlen
        return str(self.network.network_address) if whole else str(self.network)


def parse_network(text: str) -> Network:
    """Return a network from "192.0.2.1", "192.0.2.0/24" or "2001:db8::/32". Raises BadValue."""
    try:
        return Network(ip_network(text))
    except ValueError:
        pass
    try:
        suggestion = str(ip_network(text, strict=False))
    except ValueError:
        reason = "is not a network; write an address such as 192.0.2.1, or 192.0.2.0/24"
        raise BadValue(text, reason) from None
    raise BadValue(text, "has address bits behind its prefix", suggestion)


Network.KIND = ValueKind(
    "a network", "NETWORK", parse_network, str, {"type": "string", "examples": ["192.0.2.1", "192.0.2.0/24"]}
)
