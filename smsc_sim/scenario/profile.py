"""A provider profile: what makes the simulator behave like one provider, as it is obeyed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from msgspec import structs

from smsc_sim.scenario.account import AccountDefinition
from smsc_sim.scenario.ids import IdForms
from smsc_sim.scenario.matching import Test
from smsc_sim.scenario.receipt_layout import ReceiptLayout
from smsc_sim.scenario.rule import Rule
from smsc_sim.scenario.settings import Timers
from smsc_sim.scenario.values import InterfaceVersion, Rate, ReceiptsVia
from smsc_sim.scenario.written_delivery import WrittenDelivery
from smsc_sim.smpp.status import CommandStatus

GENERIC = "generic"
"""The profile when none is named: SMPP 3.4 as it is specified."""


@dataclass(frozen=True, slots=True)
class RefusedPdu:
    """How a request is answered that the provider does not offer."""

    how: Literal["response", "nack"] = "response"
    """``response``: its own response where it has one; ``nack``: always a generic_nack."""
    status: int = CommandStatus.ESME_RINVCMDID
    close: bool = False
    """Whether the session is closed afterwards."""


@dataclass(frozen=True, slots=True)
class BindCheck:
    """A field of bind requests that must be as the provider wants it."""

    field: str
    """Its SMPP name."""
    test: Test
    status: int = CommandStatus.ESME_RBINDFAIL
    """The answer to a bind whose field does not pass."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the provider listens; options of the server come before it."""

    interface: str = "127.0.0.1"
    smpp: int = 2775
    smpp_tls: int | None = None


_USUAL_IDS = IdForms()
_USUAL_LAYOUT = ReceiptLayout()
_USUAL_DELIVERY = WrittenDelivery()


@dataclass(frozen=True, slots=True)
class Profile:
    """What is not said here, the server does as it always does."""

    name: str = GENERIC
    source: str = ""
    """The document that the profile was made from."""
    description: str = ""
    ports: Ports | None = None
    system_id: str | None = None
    """Of the SMSC, in bind responses; ``{system_id}``: that of the ESME. None: the server's."""
    versions: tuple[InterfaceVersion, ...] = ("3.3", "3.4", "5.0")
    """Versions that an ESME may bind with."""
    interface_version: InterfaceVersion = "3.4"
    """The highest version offered."""
    states_version: bool = True
    """Whether bind responses have sc_interface_version."""
    version_status: int = CommandStatus.ESME_RBINDFAIL
    """The answer to a bind with another version."""
    pdus: frozenset[str] | None = None
    """Requests that an ESME may send, by name; None: all that the server knows."""
    refused_pdu: RefusedPdu = RefusedPdu()
    timers: Timers | None = None
    """None: the server's."""
    sessions: int | None = None
    """Sessions of an account at the same time; None: no limit."""
    sessions_status: int = CommandStatus.ESME_RBINDFAIL
    throughput: Rate | None = None
    throughput_status: int = CommandStatus.ESME_RTHROTTLED
    window: int | None = None
    """Messages of one session that wait for their response."""
    window_status: int = CommandStatus.ESME_RTHROTTLED
    system_id_status: int = CommandStatus.ESME_RINVSYSID
    """The answer to a bind with an unknown system_id."""
    password_status: int = CommandStatus.ESME_RINVPASWD
    ignored_fields: frozenset[str] = frozenset()
    """Fields of bind requests whose values do not matter, even when they are malformed in meaning."""
    bind_checks: tuple[BindCheck, ...] = ()
    statuses: Mapping[int, int] = field(default_factory=dict)
    """The error dialect: the specification's number to the provider's, for statuses that are known by name."""
    ids: IdForms = _USUAL_IDS
    ids_3_3: IdForms | None = None
    """For sessions of SMPP 3.3; None: as all sessions of the server have them."""
    receipt: ReceiptLayout = _USUAL_LAYOUT
    receipts_via: ReceiptsVia | None = None
    delivery: WrittenDelivery = _USUAL_DELIVERY
    """What becomes of receipts that were not taken."""
    alphabet: str = "gsm7"
    """What data_coding 0 stands for; one of smpp.coding's default alphabets."""
    error_bodies: bool | None = None
    """Whether a response that refuses has a body; None: as the server does it."""
    accounts: tuple[AccountDefinition, ...] = ()
    """Who may bind when neither the scenario nor the server's configuration says it."""
    rules: tuple[Rule, ...] = ()
    """Decide when no rule of the scenario does."""

    def status(self, status: int) -> int:
        """Return the number by which this provider knows a status of the specification."""
        return self.statuses.get(status, status)

    def applied_to(self, account: AccountDefinition) -> AccountDefinition:
        """Return the account with the provider's limits where it has none of its own; statuses it keeps as they are."""
        changes: dict[str, object] = {}
        if account.sessions is None:
            changes["sessions"] = self.sessions
        if account.throughput is None:
            changes["throughput"] = self.throughput
        if account.window is None:
            changes["window"] = self.window
        if account.receipts_via is None:
            changes["receipts_via"] = self.receipts_via
        return structs.replace(account, **changes)


NO_PROFILE = Profile()
"""The server as it always is."""
