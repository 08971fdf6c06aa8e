"""A profile as it is written: a data file that the same loader reads."""

from typing import Annotated, ClassVar, Final, Literal

from msgspec import Meta, Struct, field, inspect

from smsc_sim.scenario.account import AccountDefinition
from smsc_sim.scenario.id_values import IdsValue
from smsc_sim.scenario.ids import IdForms
from smsc_sim.scenario.keys import FIELD_KEYS
from smsc_sim.scenario.matching import Test
from smsc_sim.scenario.profile import BindCheck, Ports, Profile, RefusedPdu
from smsc_sim.scenario.reading import Reading
from smsc_sim.scenario.receipt_layout import WrittenReceiptLayout, layout_of
from smsc_sim.scenario.settings import Timers
from smsc_sim.scenario.value_kind import BadValue, ValueKind
from smsc_sim.scenario.values import InterfaceVersion, Rate, ReceiptsVia, StatusValue
from smsc_sim.scenario.written_delivery import WrittenDelivery
from smsc_sim.scenario.written_rule import WrittenRule, rule_of
from smsc_sim.smpp.coding import DEFAULT_ALPHABETS
from smsc_sim.smpp.commands import COMMANDS_BY_NAME, RESPONSE_BIT
from smsc_sim.smpp.legality import Side, State, may_send
from smsc_sim.smpp.status import CommandStatus

BIND_FIELDS: Final = ("system_type", "interface_version", "addr_ton", "addr_npi", "address_range")
"""Fields of bind requests that a provider ignores or checks; system_id and password are what an account is."""

REQUESTS: Final = tuple(
    name
    for name, command in COMMANDS_BY_NAME.items()
    if not command.command_id & RESPONSE_BIT
    and any(may_send(Side.ESME, command.command_id, state, 0x50) for state in State)
)
"""What an ESME may ever send, beside responses."""


def parse_request(text: str) -> str:
    """Return the name of a request. Raises BadValue. Responses and deliver_sm are named in documents, too."""
    if text in COMMANDS_BY_NAME:
        return text
    raise BadValue(text, choices=tuple(COMMANDS_BY_NAME))


def parse_alphabet(text: str) -> str:
    """Return the name of an alphabet that data_coding 0 can stand for. Raises BadValue."""
    if text in DEFAULT_ALPHABETS:
        return text
    raise BadValue(text, choices=tuple(DEFAULT_ALPHABETS))


def parse_status_name(text: str) -> int:
    """Return the specification's number of a status that has a name. Raises BadValue."""
    if text in CommandStatus.__members__:
        return CommandStatus[text]
    raise BadValue(text, choices=tuple(CommandStatus.__members__))


REQUEST: Final = ValueKind("a PDU", "PDU", parse_request, str, {"enum": list(COMMANDS_BY_NAME)})
ALPHABET: Final = ValueKind("an alphabet", "NAME", parse_alphabet, str, {"enum": list(DEFAULT_ALPHABETS)})
STATUS_NAME: Final = ValueKind(
    "the name of a command_status",
    "STATUS",
    parse_status_name,
    lambda status: CommandStatus(status).name,
    {"enum": list(CommandStatus.__members__)},
)

RequestName = Annotated[str, REQUEST.meta("A PDU by its SMPP name.")]
AlphabetName = Annotated[str, ALPHABET.meta("What data_coding 0 stands for.")]
StatusName = Annotated[int, STATUS_NAME.meta("A command_status by its name.")]
PortNumber = Annotated[int, Meta(ge=0, le=65535)]


class WrittenPorts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the provider listens."""

    interface: str = "127.0.0.1"
    smpp: PortNumber = 2775
    smpp_tls: PortNumber | None = None


class WrittenRefusedPdu(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a request is answered that is not offered."""

    how: Literal["response", "nack"] = "response"
    """Its own response, or a generic_nack."""
    status: StatusValue = CommandStatus.ESME_RINVCMDID
    close: bool = False
    """Whether the session is closed afterwards."""


class BindFieldKeys:
    """The keys of a check of bind fields, for the loader."""

    into = "tests"

    @staticmethod
    def type_of(key: str) -> inspect.Type | None:
        """Return the type of a test of this field; None when it is not one that can be checked."""
        if key not in BIND_FIELDS:
            return None
        kind = FIELD_KEYS[key].kind
        return inspect.type_info(Annotated[Test, kind.meta(kind.name)])

    @staticmethod
    def names() -> tuple[str, ...]:
        """Return the fields."""
        return BIND_FIELDS


class WrittenBindCheck(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fields that bind requests must have so."""

    OTHER_KEYS: ClassVar[type[BindFieldKeys]] = BindFieldKeys

    status: StatusValue = CommandStatus.ESME_RBINDFAIL
    """The answer to a bind that does not have them so."""
    tests: dict[str, Test] = {}


class WrittenLimits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an account may do that does not say it itself, and the answers to more."""

    sessions: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    sessions_status: StatusValue = CommandStatus.ESME_RBINDFAIL
    throughput: Rate | None = None
    throughput_status: StatusValue = CommandStatus.ESME_RTHROTTLED
    window: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    window_status: StatusValue = CommandStatus.ESME_RTHROTTLED


class WrittenBind(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the provider makes of bind requests."""

    versions: Annotated[tuple[InterfaceVersion, ...], Meta(min_length=1)] = ("3.3", "3.4", "5.0")
    """Versions that an ESME may bind with."""
    interface_version: InterfaceVersion = "3.4"
    """The highest version offered."""
    states_version: bool = True
    """Whether bind responses have sc_interface_version."""
    version_status: StatusValue = CommandStatus.ESME_RBINDFAIL
    system_id: Annotated[str, Meta(max_length=15)] | None = None
    """In bind responses; {system_id}: that of the ESME."""
    system_id_status: StatusValue = CommandStatus.ESME_RINVSYSID
    """The answer to an unknown system_id."""
    password_status: StatusValue = CommandStatus.ESME_RINVPASWD
    """The answer to a wrong password."""
    ignored: tuple[Literal["system_type", "interface_version", "addr_ton", "addr_npi", "address_range"], ...] = ()
    """Fields whose values do not matter."""
    checked: tuple[WrittenBindCheck, ...] = ()
    """Fields whose values do."""


class ProfileFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A provider profile."""

    smsc_profile: Literal[1]
    """The version of the format."""
    name: Annotated[str, Meta(min_length=1, max_length=100)]
    source: Annotated[str, Meta(min_length=1)]
    """The document that it was made from."""
    description: str = ""
    """For the reader of the file."""
    based_on: Annotated[str, Meta(min_length=1)] | None = None
    """Another profile, built in or a path: what this one does not say, that one does."""
    ports: WrittenPorts | None = None
    bind: WrittenBind = WrittenBind()
    pdus: Annotated[tuple[RequestName, ...], Meta(min_length=1)] | None = None
    """What is offered; not written: everything."""
    refused_pdu: WrittenRefusedPdu = WrittenRefusedPdu()
    timers: Timers | None = None
    limits: WrittenLimits = WrittenLimits()
    errors: dict[StatusName, StatusValue] = {}
    """The error dialect: statuses that have another number here."""
    ids: IdsValue | None = None
    """The form of message ids."""
    ids_3_3: IdsValue | None = field(name="ids_3.3", default=None)
    """The same for sessions of SMPP 3.3."""
    receipt: WrittenReceiptLayout = WrittenReceiptLayout()
    receipts_via: ReceiptsVia | None = None
    delivery: WrittenDelivery = WrittenDelivery()
    """What becomes of receipts and messages that an ESME does not take."""
    alphabet: AlphabetName = "gsm7"
    """What data_coding 0 stands for."""
    error_bodies: bool | None = None
    """Whether a response that refuses has a body."""
    accounts: tuple[AccountDefinition, ...] = ()
    """Who may bind when nobody else says it."""
    rules: tuple[WrittenRule, ...] = ()
    """Decide when no rule of the scenario does."""


def profile_of(written: ProfileFile, reading: Reading) -> Profile:
    """Return a profile in its normalised form; reports what is wrong with its rules."""
    bind, limits = written.bind, written.limits
    refused, ports = written.refused_pdu, written.ports
    ids, ids_3_3 = written.ids, written.ids_3_3
    usual = IdForms()
    return Profile(
        name=written.name,
        source=written.source,
        description=written.description,
        ports=None if ports is None else Ports(ports.interface, ports.smpp, ports.smpp_tls),
        system_id=bind.system_id,
        versions=bind.versions,
        interface_version=bind.interface_version,
        states_version=bind.states_version,
        version_status=bind.version_status,
        pdus=None if written.pdus is None else frozenset(written.pdus) & frozenset(REQUESTS),
        refused_pdu=RefusedPdu(refused.how, refused.status, refused.close),
        timers=written.timers,
        sessions=limits.sessions,
        sessions_status=limits.sessions_status,
        throughput=limits.throughput,
        throughput_status=limits.throughput_status,
        window=limits.window,
        window_status=limits.window_status,
        system_id_status=bind.system_id_status,
        password_status=bind.password_status,
        ignored_fields=frozenset(bind.ignored),
        bind_checks=tuple(
            BindCheck(name, test, check.status) for check in bind.checked for name, test in check.tests.items()
        ),
        statuses={int(known): number for known, number in written.errors.items()},
        ids=usual if ids is None else ids.applied_to(usual),
        ids_3_3=None if ids_3_3 is None else ids_3_3.applied_to(usual),
        receipt=layout_of(written.receipt),
        receipts_via=written.receipts_via,
        delivery=written.delivery,
        alphabet=written.alphabet,
        error_bodies=written.error_bodies,
        accounts=written.accounts,
        rules=tuple(rule_of(rule, reading) for rule in written.rules),
    )
