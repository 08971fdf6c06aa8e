"""An account as it is written in a scenario or configuration file."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from smsc_sim.scenario.convert import Converted
from smsc_sim.scenario.document import Document
from smsc_sim.scenario.id_values import IdsValue
from smsc_sim.scenario.value_kind import quoted
from smsc_sim.scenario.values import BindType, Network, Password, Rate, ReceiptsVia, StatusValue, SystemId
from smsc_sim.scenario.wallet import Wallet
from smsc_sim.scenario.written_delivery import WrittenDelivery

LONGEST_PASSWORD = 8
"""Characters, SMPP 3.4 section 5.2.2."""

EVERY_BIND: tuple[BindType, ...] = ("transmitter", "receiver", "transceiver")


class AccountDefinition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who may bind, and what the account may do."""

    system_id: SystemId
    """1 to 15 characters."""
    password: Password = ""
    """What the ESME must send; when it is not written, the ESME must send an empty one."""
    sessions: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    """Sessions bound at the same time; None: no limit."""
    binds: Annotated[tuple[BindType, ...], Meta(min_length=1)] = EVERY_BIND
    """What the account may bind as."""
    throughput: Rate | None = None
    """Messages in a time; None: no limit."""
    throughput_status: StatusValue | None = None
    """The answer to a message beyond ``throughput``; None: that of the profile, as a rule ESME_RTHROTTLED."""
    window: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    """Messages of one session that wait for their response; None: no limit."""
    window_status: StatusValue | None = None
    """The answer to a message beyond ``window``; None: that of the profile, as a rule ESME_RTHROTTLED."""
    allow: tuple[Network, ...] = ()
    """Where the account may bind from; empty: from everywhere."""
    receipts_via: ReceiptsVia | None = None
    """Which session receipts take; None: the server's ``receipts_via``."""
    delivery: WrittenDelivery = WrittenDelivery()
    """What becomes of receipts and messages that an ESME does not take."""
    profile: Annotated[str, Meta(min_length=1)] | None = None
    """The provider profile that the account is under: a built-in one, or a path; None: that of the scenario."""
    wallet: Wallet | None = None
    """What the account may spend; None: no end of it."""
    ids: IdsValue | None = None
    """What the account changes of the forms of message ids; None: nothing."""

    def __repr__(self) -> str:
        """Return the account without its password."""
        return f"AccountDefinition(system_id={self.system_id!r})"


DEFAULT_ACCOUNT = AccountDefinition(system_id="smppclient1", password="password")
"""The account when nothing is configured."""


def check_accounts(document: Document, converted: Converted[Any], accounts: tuple[AccountDefinition, ...]) -> None:
    """Add to the document what is wrong or doubtful with its accounts together."""
    lines: dict[str, int] = {}
    for account in accounts:
        node = converted.node(account, "system_id")
        if account.system_id in lines:
            message = f"two accounts have the system_id {quoted(account.system_id)}"
            hint = f"the other is at line {lines[account.system_id]}"
            document.error("E020", node.line, node.column, message, hint)
        lines.setdefault(account.system_id, node.line)
    check_passwords(document, converted, accounts)


def check_passwords(document: Document, converted: Converted[Any], accounts: tuple[AccountDefinition, ...]) -> None:
    """Add to the document which passwords an ESME may not be able to send."""
    for account in accounts:
        if len(account.password) > LONGEST_PASSWORD:
            node = converted.node(account, "password")
            message = f"the password has {len(account.password)} characters; SMPP 3.4 allows {LONGEST_PASSWORD}"
            document.warning("W101", node.line, node.column, message, "an ESME may send it cut, or refuse it")
