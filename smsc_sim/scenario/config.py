"""The server's configuration file: the same loader, the same findings.

Which options it takes is the options table's affair; what is written here is the part that is no option.
"""

from typing import Generic, TypeVar

from msgspec import Struct

from smsc_sim.scenario.account import AccountDefinition, check_accounts
from smsc_sim.scenario.convert import Converted, convert
from smsc_sim.scenario.document import Document
from smsc_sim.scenario.findings import Finding, FindingsError


class ConfigFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A configuration file as it is written; the options are fields of a subclass."""

    accounts: tuple[AccountDefinition, ...] = ()
    """Who may bind when the scenario does not say it; empty: the default account."""


ConfigT = TypeVar("ConfigT", bound=ConfigFile)


class CheckedConfig(Generic[ConfigT]):
    """A configuration with the places of its values, and its findings. Usable when none of them is an error."""

    def __init__(self, converted: Converted[ConfigT] | None, findings: list[Finding]) -> None:
        self.converted = converted
        self.findings = findings


def check_config(document: Document, model: type[ConfigT]) -> CheckedConfig[ConfigT]:
    """Return the configuration in a document, with every error and warning. Does not raise."""
    converted = convert(document, model)
    if converted is not None:
        check_accounts(document, converted, converted.value.accounts)
    return CheckedConfig(converted if document.is_valid else None, document.findings)


def load_config(document: Document, model: type[ConfigT]) -> Converted[ConfigT]:
    """Return the configuration in a document, with the places of its values. Raises FindingsError."""
    checked = check_config(document, model)
    if checked.converted is None:
        raise FindingsError(checked.findings)
    return checked.converted
