"""The one table of options. A row here is a flag, an environment variable, a configuration key and a line of help.

To add an option: give :class:`~smsc_sim.options.model.Settings` (or a settings class below it) a field with its type
and default, and add a row that names the field. Everything else follows.
"""

from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any, Final, cast, get_type_hints

from msgspec import defstruct, inspect

from smsc_sim.options.model import Settings
from smsc_sim.scenario.config import ConfigFile
from smsc_sim.scenario.convert import model_type
from smsc_sim.scenario.scalars import alternatives_of, describe, unwrap
from smsc_sim.scenario.scenario_file import Seed

ENVIRONMENT_PREFIX: Final = "SMSC_SIM_"
HIDDEN: Final = "********"
"""What stands for a secret."""
CONFIG_NAME: Final = "smsc-sim.yaml"
"""The configuration file that is read when it is in the working directory."""


@dataclass(frozen=True)
class Option:
    """One option.

    ``target`` is the field of Settings, with dots into the classes below it; ``help`` a few words for the line in
    the help text, ``about`` sentences for the documentation (reStructuredText). ``name`` is the option's name when
    it is not the target's last part, ``wants`` what may be written when that is not the field's own type.
    """

    group: str
    target: str
    help: str
    about: str
    name: str = ""
    wants: Any = None
    default_shown: str = ""
    positional: bool = False
    in_config: bool = True
    rare: bool = False
    """Whether the help text only names it."""
    secret: str = ""
    """What it has to be, where it is a secret: it has no flag, which others could see, and is never shown."""

    @cached_property
    def key(self) -> str:
        """The name in a configuration file, such as "session_init_timer"."""
        return self.name or self.target.rpartition(".")[2]

    @cached_property
    def flag(self) -> str:
        """The name on the command line, such as "--session-init-timer"; of a positional one, its placeholder."""
        return self.key.upper() if self.positional else "--" + self.key.replace("_", "-")

    @cached_property
    def environment(self) -> str:
        """The environment variable."""
        return ENVIRONMENT_PREFIX + self.key.upper()

    @cached_property
    def type(self) -> inspect.Type:
        """What may be written, as msgspec describes it."""
        return model_type(self.annotation)

    @cached_property
    def annotation(self) -> Any:
        """What may be written, as a Python type."""
        return self.wants or _annotation(Settings, self.target)

    @cached_property
    def item_type(self) -> inspect.Type | None:
        """What one of several values may be; None when the option takes one value."""
        for branch in alternatives_of(self.type):
            if isinstance(branch, inspect.VarTupleType):
                return branch.item_type
        return None

    @property
    def repeatable(self) -> bool:
        """Whether the option may be given several times."""
        return self.item_type is not None

    @property
    def is_switch(self) -> bool:
        """Whether the flag needs no value."""
        return any(isinstance(branch, inspect.BoolType) for branch in alternatives_of(self.type))

    @property
    def is_path(self) -> bool:
        """Whether the value is a path, which is relative to where it is written."""
        return self.metavar in {"FILE", "DIR"}

    @property
    def metavar(self) -> str:
        """The placeholder for a value, such as TIME."""
        branches = alternatives_of(self.item_type or self.type)
        kinds = [kind for kind, _ in map(unwrap, branches) if kind is not None]
        if kinds:
            return kinds[0].metavar
        if any(isinstance(branch, inspect.IntType) for branch in branches):
            return "N"
        choices = [choice for branch in branches for choice in getattr(branch, "values", ())]
        return "|".join(map(str, choices))

    @cached_property
    def default(self) -> Any:
        """The built-in value."""
        return self.value_in(Settings())

    def value_in(self, settings: Settings) -> Any:
        """Return the option's value in settings."""
        return reduce(getattr, self.target.split("."), settings)

    def write(self, value: Any) -> str:
        """Return a value of this option as text, as it could have been given."""
        if value is None:
            return ""
        if self.secret:
            return HIDDEN
        if isinstance(value, tuple):
            return " ".join(map(self.write, value)) or "none"
        if isinstance(value, bool):
            return "yes" if value else "no"
        kinds = [kind for kind, _ in map(unwrap, alternatives_of(self.item_type or self.type)) if kind]
        return str(value) if not kinds or isinstance(value, str) else kinds[0].write(value)

    def describe(self) -> str:
        """Return what one value may be, such as "a duration"."""
        branches = alternatives_of(self.item_type or self.type)
        if self.secret:
            return self.secret
        return " or ".join(describe(one) for one in branches if not isinstance(one, inspect.NoneType))


def _annotation(model: Any, target: str) -> Any:
    first, _, rest = target.partition(".")
    annotation = get_type_hints(model, include_extras=True)[first]
    return _annotation(annotation, rest) if rest else annotation


GROUPS: Final = {
    "Scenario": "",
    "Listening": "Twisted endpoints; give one again for more, 'none' for none",
    "TLS": "TLS 1.2 and later",
    "Messages": "",
    "Sessions": "0 switches a timer off",
    "Receipts": "",
    "Logging": "",
}
"""The groups of the help text in their order, each with what holds for all of its options."""

OPTIONS: Final = (
    Option(
        "Scenario",
        "scenario_path",
        "builtin:test-numbers; or none",
        "The scenario file, the name of one that is built in, or ``none``. Its accounts stand for those of the "
        "configuration file, its seed for that file's seed.",
        name="scenario",
        positional=True,
    ),
    Option(
        "Scenario",
        "seed",
        "where chance begins; or random",
        "What chance begins with: the same seed, scenario and input give the same output. ``random`` draws one.",
        wants=Seed,
    ),
    Option(
        "Scenario",
        "clock",
        "or manual: time stands still",
        "Whether time passes by itself. With ``manual`` it stands still until it is advanced: receipts, validity, "
        "delays, retries, rates and switches wait, while the timers of sessions go on in real time.",
    ),
    Option(
        "Scenario",
        "watch",
        "read it anew when written",
        "Whether the scenario is read anew, without a signal, when one of its files has been written. SIGHUP reads it "
        "anew at any time. A scenario with errors changes nothing.",
    ),
    Option(
        "Scenario",
        "allow_scenario_write",
        "written by the console",
        "Whether the console may write an edited scenario into its file. Otherwise a copy that is edited there is only "
        "obeyed, until the scenario is read anew.",
        rare=True,
    ),
    Option(
        "Scenario",
        "config_path",
        "configuration file",
        "The configuration file. Without this option it is read when it is in the working directory.",
        name="config",
        default_shown=CONFIG_NAME,
        in_config=False,
    ),
    Option("Listening", "smpp", "SMPP, plaintext", "Where SMPP is spoken in plaintext."),
    Option("Listening", "smpp_tls", "SMPP over TLS", "Where SMPP is spoken over TLS."),
    Option("Listening", "http", "console and API", "Where the console and the API are served."),
    Option(
        "Listening",
        "auth_file",
        "users and tokens",
        "Who may use the console and the API: a file of ``users`` (``name``, ``password``, ``role``) and ``tokens`` "
        "(``name``, ``token``, ``role``). A role is ``admin`` or ``read-only``; ``smsc-sim hash-password`` writes a "
        "password so that the file does not tell it. Without this option everybody on this machine may, and a token is "
        "made and printed when ``--http`` listens elsewhere.",
    ),
    Option(
        "Listening",
        "token",
        "token of an admin",
        "A bearer token with which the API and the console may be used as admin, as ``Authorization: Bearer ...`` or "
        "as the password of any name, beside those of ``--auth-file``. It has no flag, since others on the machine "
        "can see command lines.",
        in_config=False,
        secret="a text of 16 to 500 characters",
    ),
    Option(
        "Listening",
        "allowed_host",
        "name of the console",
        "A host name under which the console may be asked for, beside loopback names and the address it listens on.",
    ),
    Option(
        "Listening",
        "allow_raw",
        "octets by the API",
        "Whether the API may send octets to ESMEs as they are, right or wrong.",
        rare=True,
    ),
    Option(
        "Listening",
        "smsc.max_sessions",
        "at the same time",
        "SMPP connections at the same time, bound or not; one more is closed.",
        rare=True,
    ),
    Option(
        "Listening",
        "ready_file",
        "written when it listens",
        "Where to write, as JSON, the addresses that are listened on. It is written whole, when every port listens.",
    ),
    Option(
        "TLS",
        "tls_cert",
        "PEM; else self-signed",
        "The certificate and its chain, PEM. Without it a self-signed one is made once and kept.",
    ),
    Option(
        "TLS",
        "tls_key",
        "PEM; else in --tls-cert",
        "The private key, PEM; without it, it is in the certificate's file.",
        rare=True,
    ),
    Option(
        "TLS",
        "tls_client_ca",
        "clients need its signature",
        "Certificate authorities, PEM. A client must show a certificate that one of them signed.",
        rare=True,
    ),
    Option(
        "Messages",
        "data_dir",
        "keeps them",
        "The folder in which messages are kept, so that they, their receipts and counters outlive a restart. Without "
        "it they are kept in memory, and only the self-signed certificate is kept in a folder, the default one; "
        "``XDG_STATE_HOME`` stands for ``~/.local/state`` there.",
        default_shown="~/.local/state/smsc_sim",
    ),
    Option(
        "Messages",
        "durable",
        "written before the answer",
        "Whether nothing is answered before it is in the data directory, so that every message answered ESME_ROK is "
        "still there when the process is killed. Without it a message is written within a second.",
    ),
    Option(
        "Messages",
        "power_safe",
        "outlives a power cut, too",
        "Whether the disk is waited for as well, so that what was answered outlives a power cut.",
        rare=True,
    ),
    Option(
        "Messages",
        "retain",
        "kept; 0: none",
        "How many messages are kept, without this option 1,000,000 in a data directory and 100,000 in memory. The "
        "oldest go first, but none whose receipt is still to come. 0 keeps none, and then no message can be queried, "
        "cancelled or replaced.",
        default_shown="1000000",
    ),
    Option(
        "Sessions",
        "smsc.interface_version",
        "highest offered",
        "The highest SMPP version that is offered: sc_interface_version in bind responses.",
        rare=True,
    ),
    Option(
        "Sessions",
        "smsc.timers.session_init",
        "until bind",
        "How long a connection may wait with its bind before it is closed.",
        name="session_init_timer",
        rare=True,
    ),
    Option(
        "Sessions",
        "smsc.timers.enquire_link",
        "until enquire_link",
        "How long an ESME may say nothing before an enquire_link is sent.",
        name="enquire_link_timer",
        rare=True,
    ),
    Option(
        "Sessions",
        "smsc.timers.inactivity",
        "silent: unbind",
        "How long an ESME may send nothing at all, not even an enquire_link_resp, before its session is unbound.",
        name="inactivity_timer",
        rare=True,
    ),
    Option(
        "Sessions",
        "smsc.timers.response",
        "until given up",
        "How long the SMSC waits for the response to a request of its own.",
        name="response_timer",
        rare=True,
    ),
    Option(
        "Sessions", "smsc.frame_limit", "largest PDU", "The largest command_length that is read, in octets.", rare=True
    ),
    Option(
        "Sessions",
        "smsc.error_bodies",
        "bodies in refusals",
        "Whether a response that refuses has a body. SMPP 3.4 leaves it out; some clients stumble over that.",
        rare=True,
    ),
    Option(
        "Sessions",
        "grace",
        "to wait for unbind_resp",
        "How long sessions get to answer the unbind when the server stops.",
        rare=True,
    ),
    Option(
        "Receipts",
        "smsc.receipts.via",
        "other, any, least_loaded ...",
        "Which session of the account a receipt takes, unless the account says it.",
        name="receipts_via",
    ),
    Option(
        "Receipts",
        "smsc.receipts.after",
        "after the response",
        "How long after the response a receipt is due.",
        name="receipt_after",
    ),
    Option(
        "Receipts",
        "smsc.receipts.window",
        "unanswered deliver_sm",
        "How many deliver_sm of one session may wait for their response; the next ones queue.",
        name="receipt_window",
        rare=True,
    ),
    Option(
        "Receipts",
        "smsc.receipts.retry",
        "before another attempt",
        "How long to wait before each further attempt of a receipt that was not taken; the last one repeats. After a "
        "temporary error (ESME_RMSGQFUL, ESME_RX_T_APPN, ESME_RTHROTTLED, ESME_RSYSERR) all that the account is to get "
        "waits so long, and goes on in order. Accounts, profiles and rules may say it, too.",
        name="receipt_retry",
        rare=True,
    ),
    Option(
        "Receipts",
        "smsc.receipts.attempts",
        "given up after; 0: never",
        "Attempts of a receipt after which it is given up; 0 for no bound.",
        name="receipt_attempts",
        rare=True,
    ),
    Option(
        "Receipts",
        "smsc.receipts.keep",
        "then given up",
        "How long a receipt is kept for a session that can take it, or for its next attempt.",
        name="receipt_keep",
        rare=True,
    ),
    Option(
        "Receipts",
        "smsc.receipts.queue",
        "pending of one account",
        "How many receipts of one account may be pending: scheduled, waiting, or sent and unanswered.",
        name="receipt_queue",
        rare=True,
    ),
    Option(
        "Receipts",
        "smsc.receipts.queue_full",
        "or oldest, newest",
        "What happens when so many are: the next message is answered ESME_RMSGQFUL (``refuse``), or it is accepted "
        "and of what waits the oldest or newest is given up.",
        name="receipt_queue_full",
        rare=True,
    ),
    Option(
        "Receipts",
        "smsc.receipts.flush",
        "after a bind; or at once",
        "How fast receipts that waited while nobody was bound leave after a bind, in order and before newer ones. "
        "Without it, all at once.",
        name="receipt_flush",
        rare=True,
    ),
    Option("Logging", "log_level", "debug, info, warn, error", "The least important lines that are logged."),
    Option("Logging", "log_format", "or json", "Lines for people, or a JSON object a line."),
    Option("Logging", "pdu_log", "or summary, hex", "What is logged of each PDU: nothing, a line, or its octets, too."),
    Option(
        "Logging",
        "journal",
        "events as JSON lines",
        "The file to which the journal is appended while the server runs: each PDU and what happened beside it, a JSON "
        "object a line. A file that cannot be written is told once, and stops nothing.",
    ),
    Option(
        "Logging",
        "smsc.record_secrets",
        "passwords in the journal",
        "Whether the journal has the passwords of binds; else they are overwritten with ``*``.",
        rare=True,
    ),
)


def _config_model() -> type[ConfigFile]:
    fields = [(option.key, option.annotation | None, None) for option in OPTIONS if option.in_config]
    model = defstruct(
        "ServerConfig", fields, bases=(ConfigFile,), frozen=True, kw_only=True, forbid_unknown_fields=True
    )
    return cast("type[ConfigFile]", model)


ServerConfig: Final = _config_model()
"""The configuration file: a field for each option, None when it is not given, and the accounts."""
