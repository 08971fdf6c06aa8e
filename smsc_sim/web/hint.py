"""What a newcomer has to put into an SMPP client."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from smsc_sim.scenario.account import DEFAULT_ACCOUNT, AccountDefinition


@dataclass(frozen=True, slots=True)
class ClientHint:
    """Where and as whom a client can bind; pages show it while none has.

    The password is the built-in account's, which is public; None where accounts are the user's own.
    """

    host: str
    port: int
    system_id: str | None = None
    password: str | None = None
    others: int = 0
    """Further accounts."""

    @classmethod
    def for_account(cls, address: str, accounts: Iterable[AccountDefinition]) -> ClientHint | None:
        """The hint for an address such as ``127.0.0.1:2775`` or ``[::1]:2775``; None for one without a port."""
        host, _, port = address.rpartition(":")
        if not port.isdecimal():
            return None
        # A client cannot connect to "every interface"; this machine it can reach.
        host = {"0.0.0.0": "127.0.0.1", "[::]": "::1"}.get(host, host.strip("[]"))
        known = list(accounts)
        if DEFAULT_ACCOUNT in known:
            return cls(host, int(port), DEFAULT_ACCOUNT.system_id, DEFAULT_ACCOUNT.password, len(known) - 1)
        return cls(host, int(port), known[0].system_id, None, len(known) - 1) if known else cls(host, int(port))
