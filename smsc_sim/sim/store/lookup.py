"""What operations on messages ask of the store; whoever keeps messages answers it at once."""

from __future__ import annotations

from typing import Protocol

from smsc_sim.sim.store.stored import StoredMessage


class Lookup(Protocol):
    """Messages that were accepted, as all that happened so far has left them."""

    def find(self, account: str, message_id: str) -> list[StoredMessage]:
        """The accepted messages of this account whose response had this message_id, the oldest first.

        Of a submit_multi there is one for each destination.
        """

    def unfinished(
        self, account: str, source: str, destination: str, service_type: str, now: float
    ) -> list[StoredMessage]:
        """The accepted messages of this account from this source_addr to this destination_addr that have not reached
        a final state at ``now``, the oldest first.

        ``service_type``: theirs; empty for any.
        """
