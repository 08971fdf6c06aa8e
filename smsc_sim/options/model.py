"""The settings that options resolve to: their types, limits and defaults."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Struct, field

from smsc_sim.scenario.account import DEFAULT_ACCOUNT, AccountDefinition
from smsc_sim.scenario.loaded import NO_SCENARIO, Scenario
from smsc_sim.scenario.settings import SmscSettings
from smsc_sim.scenario.value_kind import BadValue, ValueKind
from smsc_sim.scenario.values import Duration

NONE = "none"
"""Switches a default listener off; as a scenario: no rules at all."""

TEST_NUMBERS = "builtin:test-numbers"
"""The scenario when none is named."""


def read_endpoint(text: str) -> str:
    """Return a Twisted endpoint string or ``none``. Raises BadValue for what is clearly neither.

    Endpoint types come from plugins, so that the rest of the string is checked where it is listened on.
    """
    if text == NONE or re.match(r"[a-z][a-z0-9_.-]*:.", text):
        return text
    if re.fullmatch(r"[0-9]{1,5}", text):
        raise BadValue(text, "is no endpoint", f"tcp:{text}:interface=127.0.0.1")
    found = re.fullmatch(r"([0-9.]+):([0-9]{1,5})", text)
    if found:
        raise BadValue(text, "is no endpoint", f"tcp:{found[2]}:interface={found[1]}")
    raise BadValue(text, "is no endpoint; write for example tcp:2775:interface=127.0.0.1, or none")


def read_path(text: str) -> str:
    """Return the path of a file or folder. Raises BadValue."""
    if not text or "\0" in text:
        raise BadValue(text, "is no path")
    return text


ENDPOINT = ValueKind(
    "an endpoint", "ENDPOINT", read_endpoint, str, {"type": "string", "pattern": "^(none|[a-z].*:.+)$"}
)
Endpoint = Annotated[str, ENDPOINT.meta("A Twisted server endpoint: tcp:2775:interface=127.0.0.1, or none.")]
"""What twisted.internet.endpoints.serverFromString takes."""

FILE = ValueKind("a path", "FILE", read_path, str, {"type": "string", "minLength": 1})
FilePath = Annotated[str, FILE.meta("The path of a file; in a configuration file, relative to that file.")]

FOLDER = ValueKind("a path", "DIR", read_path, str, {"type": "string", "minLength": 1})
FolderPath = Annotated[str, FOLDER.meta("The path of a folder; in a configuration file, relative to that file.")]


class Settings(Struct, frozen=True, kw_only=True):
    """Everything that a server needs to know before it starts."""

    scenario_path: FilePath = TEST_NUMBERS
    """As it was given, relative to the working directory; a name such as ``builtin:test-numbers``; or ``none``."""
    config_path: FilePath | None = None
    """Absolute; None: no configuration file was read."""

    smpp: tuple[Endpoint, ...] = ("tcp:2775:interface=127.0.0.1",)
    """Plaintext endpoints; empty: none."""
    smpp_tls: tuple[Endpoint, ...] = ("tcp:2776:interface=127.0.0.1",)
    """Endpoints with TLS; empty: none."""
    http: tuple[Endpoint, ...] = ("tcp:8080:interface=127.0.0.1",)
    """Endpoints of the pages; empty: none."""

    tls_cert: FilePath | None = None
    """PEM, the chain and perhaps the key; None: the self-signed one that is kept in ``data_dir``."""
    tls_key: FilePath | None = None
    """PEM; None: in ``tls_cert``."""
    tls_client_ca: FilePath | None = None
    """PEM; clients must show a certificate of this authority. None: they need none."""
    data_dir: FolderPath = "~/.local/state/smsc_sim"
    """Absolute once resolved."""
    ready_file: FilePath | None = None
    watch: bool = False
    """Whether the scenario is read anew when one of its files has been written."""

    seed: int = 0
    """What chance begins with."""
    grace: Duration = 5.0
    """Seconds to wait for unbind responses when the server stops."""

    log_level: Literal["debug", "info", "warn", "error"] = "info"
    log_format: Literal["text", "json"] = "text"
    pdu_log: Literal["none", "summary", "hex"] = "none"
    journal: FilePath | None = None
    """Where the journal's events are appended as JSON lines; None: nowhere."""

    smsc: SmscSettings = SmscSettings()
    accounts: tuple[AccountDefinition, ...] = (DEFAULT_ACCOUNT,)
    scenario: Scenario = NO_SCENARIO
    """What ``scenario_path`` holds."""
    origins: Mapping[str, str] = field(default_factory=dict)
    """Where each option's value comes from, by the option's name: "built-in", "smsc-sim.yaml:3", "--grace"."""
    warnings: tuple[str, ...] = ()
    """Lines to show at start: what is doubtful in files and environment."""
