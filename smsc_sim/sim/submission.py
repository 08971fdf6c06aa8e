"""Submission: a message comes by submit_sm, data_sm or submit_multi, is checked, held to limits, and decided upon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from smsc_sim.sim.decision import ACCEPT, Decision
from smsc_sim.sim.facts import MessageFacts
from smsc_sim.sim.outcome import Outcomes, parts_of
from smsc_sim.sim.positions import find_destination
from smsc_sim.sim.session import Session
from smsc_sim.smpp.errors import WireError
from smsc_sim.smpp.framing import HEADER_LENGTH
from smsc_sim.smpp.pdu import Pdu
from smsc_sim.smpp.status import CommandStatus
from smsc_sim.smpp.times import TimeError, parse_time

if TYPE_CHECKING:
    from smsc_sim.sim.smsc import Smsc

_LONGEST_ADDRESS = 20
"""Octets of an address in deliver_sm, which carries the receipt (SMPP 3.4 section 5.2.8), without its NUL."""

_TIMES = {
    "schedule_delivery_time": CommandStatus.ESME_RINVSCHED,
    "validity_period": CommandStatus.ESME_RINVEXPIRY,
}


class Submissions:
    """Handles messages that are submitted; the PDUs given have passed :meth:`Pdu.check`."""

    __slots__ = ("_outcomes", "smsc")

    def __init__(self, smsc: Smsc) -> None:
        self.smsc = smsc
        self._outcomes = Outcomes(smsc)

    def submit_sm(self, session: Session, pdu: Pdu, now: float) -> None:
        """A message to one destination (SMPP 3.4 section 4.4)."""
        self._submit(session, pdu, [pdu.fields], now)

    def data_sm(self, session: Session, pdu: Pdu, now: float) -> None:
        """A message to one destination whose text is in message_payload (SMPP 3.4 section 4.7)."""
        fields = pdu.fields
        if pdu.tlv("message_payload") is None:
            raise WireError(
                CommandStatus.ESME_RMISSINGOPTPARAM,
                "tlv.message_payload",
                pdu.command_length,
                "is needed in data_sm",
            )
        for name, status in (
            ("source_addr", CommandStatus.ESME_RINVSRCADR),
            ("destination_addr", CommandStatus.ESME_RINVDSTADR),
        ):
            if len(str(fields[name])) > _LONGEST_ADDRESS:
                raise WireError(
                    status, name, 16, f"is longer than the {_LONGEST_ADDRESS} octets that a receipt carries"
                )
        self._submit(session, pdu, [fields], now)

    def submit_multi(self, session: Session, pdu: Pdu, now: float) -> None:
        """A message to several destinations (SMPP 3.4 section 4.5); there are no distribution lists to name."""
        destinations = pdu.fields["dest_addresses"]
        assert isinstance(destinations, list)
        known = [destination for destination in destinations if destination["dest_flag"] == 1]
        if not known:
            raise WireError(CommandStatus.ESME_RINVDLNAME, "dest_addresses[0].dl_name", 16, "no such distribution list")
        self._submit(session, pdu, known, now)

    def _submit(self, session: Session, pdu: Pdu, destinations: Sequence[Mapping[str, object]], now: float) -> None:
        smsc = self.smsc
        decision, session.decision = session.decision, None
        if isinstance(decision, Exception):
            raise decision
        fields = pdu.fields
        for name, status in _TIMES.items():
            try:
                parse_time(str(fields.get(name, "")), now)
            except TimeError as error:
                raise WireError(status, name, 16, str(error)) from None
        refused = self._limit(session, now)
        if refused is not None:
            smsc.refuse(session, pdu, refused, now)
            return
        if self._unpaid(session, pdu, len(destinations), now):
            return
        if decision is None and smsc.decide is not None:
            decision = self._decide(session, pdu, destinations[0], now)
        self._outcomes.carry_out(session, pdu, destinations, decision or ACCEPT, now)

    def _decide(self, session: Session, pdu: Pdu, destination: Mapping[str, object], now: float) -> Decision | None:
        """What the rules say; their first question is about the destination, which is found by its octets."""
        smsc = self.smsc
        address = str(destination["destination_addr"])
        if smsc.rules is not None and pdu.name != "submit_sm":
            return smsc.rules.decide_event(pdu.name, MessageFacts.of(session, pdu, address), now)
        assert smsc.decide is not None, "asked for only then"
        start = pdu.octets.index(address.encode("latin-1") + b"\0", HEADER_LENGTH)
        if pdu.name == "submit_sm":
            start = find_destination(pdu.octets, HEADER_LENGTH)
        return smsc.decide(session, pdu.octets, 0, len(pdu.octets), start, start + len(address), now)

    def _unpaid(self, session: Session, pdu: Pdu, destinations: int, now: float) -> bool:
        """Whether the account's wallet does not cover the message; if so, it has been refused."""
        account = session.account
        wallet = account.definition.wallet if account is not None else None
        if wallet is None or account is None or account.can_pay(parts_of(pdu, destinations)):
            return False
        self.smsc.refuse(session, pdu, wallet.status, now)
        if wallet.then == "close":
            self.smsc.end(session, now, "closed: the balance is empty", "info")
        return True

    def _limit(self, session: Session, now: float) -> int | None:
        """The status with which a limit of the account refuses a message now, or None."""
        account = session.account
        assert account is not None, "only a bound session submits"
        if self.smsc.refusing is not None:
            return self.smsc.refusing
        definition = account.definition
        if definition.window is not None and session.replies_pending + session.answered_in_read >= definition.window:
            return account.window_status
        if not self.smsc.delivery.has_room(account):
            return CommandStatus.ESME_RMSGQFUL
        for window in (session.throughput, account.throughput):
            if window is not None and not window.admit(now):
                return account.throughput_status
        return None
