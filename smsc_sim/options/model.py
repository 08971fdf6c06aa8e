"""The settings that options resolve to: their types, limits and defaults."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from smsc_sim.scenario.account import DEFAULT_ACCOUNT, AccountDefinition
from smsc_sim.scenario.library import TEST_NUMBERS
from smsc_sim.scenario.loaded import NO_SCENARIO, Scenario
from smsc_sim.scenario.settings import SmscSettings
from smsc_sim.scenario.value_kind import BadValue, ValueKind
from smsc_sim.scenario.values import Duration
from smsc_sim.web.auth_file import SHORTEST_TOKEN

NONE = "none"
"""Switches a default listener off; as a scenario: no rules at all."""

BUILT_IN = "built-in"
"""The origin of a value that nobody gave."""
STATE_HOME = "XDG_STATE_HOME"
"""The environment variable that stands for the built-in data directory; an origin as well."""

KEPT_ON_DISK = 1_000_000
KEPT_IN_MEMORY = 100_000
"""Messages that are kept unless ``retain`` says otherwise."""


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


def read_host(text: str) -> str:
    """Return a host name or address, without a port. Raises BadValue."""
    if re.fullmatch(r"[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]", text):
        return text
    raise BadValue(text, "is no host name; write it without scheme and port", "sim.example.net")


HOST = ValueKind("a host name", "HOST", read_host, str, {"type": "string", "minLength": 1})
HostName = Annotated[str, HOST.meta("A host name, without scheme and port.")]

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
    auth_file: FilePath | None = None
    """Who may use the console and the API; None: everybody who reaches it."""
    token: Annotated[str, Meta(min_length=SHORTEST_TOKEN, max_length=500)] | None = None
    """A bearer token of an admin, beside those of the file; None: there is none."""
    allowed_host: tuple[HostName, ...] = ()
    """Host names under which the console may be asked for, beside loopback names and the address it listens on."""

    allow_raw: bool = False
    """Whether the API may send octets to ESMEs as they are."""

    tls_cert: FilePath | None = None
    """PEM, the chain and perhaps the key; None: the self-signed one that is kept in ``data_dir``."""
    tls_key: FilePath | None = None
    """PEM; None: in ``tls_cert``."""
    tls_client_ca: FilePath | None = None
    """PEM; clients must show a certificate of this authority. None: they need none."""
    data_dir: FolderPath = "~/.local/state/smsc_sim"
    """Absolute once resolved."""
    durable: bool = True
    """Whether nothing is answered before it is in the database; without a data directory there is none."""
    power_safe: bool = False
    """Whether what is in the database outlives a power cut, and not the process alone."""
    retain: Annotated[int, Meta(ge=0, le=1_000_000_000)] | None = None
    """Messages that are kept; 0: none at all; None: KEPT_ON_DISK or KEPT_IN_MEMORY."""
    ready_file: FilePath | None = None
    allow_scenario_write: bool = False
    """Whether the console may write the scenario's file."""
    watch: bool = False
    """Whether the scenario is read anew when one of its files has been written."""

    seed: int = 0
    """What chance begins with."""
    clock: Literal["real", "manual"] = "real"
    """Whether time passes for messages by itself, or by :meth:`~smsc_sim.simulator.Simulator.advance` only."""
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

    @property
    def database_dir(self) -> str | None:
        """The folder that messages are kept in; None: they are kept in memory, for nobody named a folder."""
        return None if self.origins.get("data_dir", BUILT_IN) in {BUILT_IN, STATE_HOME} else self.data_dir

    @property
    def messages_kept(self) -> int:
        """How many messages are kept."""
        if self.retain is not None:
            return self.retain
        return KEPT_IN_MEMORY if self.database_dir is None else KEPT_ON_DISK
