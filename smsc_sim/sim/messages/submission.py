"""Submission: a message comes by submit_sm, data_sm or submit_multi, is checked, held to limits, and decided upon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from smsc_sim.sim.messages.destinations import Target, resolved, unknown_lists
from smsc_sim.sim.messages.message_times import MessageTimes, times_of
from smsc_sim.sim.messages.outcome import Outcomes, parts_of
from smsc_sim.sim.messages.positions import find_destination
from smsc_sim.sim.rules.decision import ACCEPT, Decision
from smsc_sim.sim.rules.facts import MessageFacts
from smsc_sim.sim.sessions.session import Session
from smsc_sim.smpp.errors import WireError
from smsc_sim.smpp.framing import HEADER_LENGTH
from smsc_sim.smpp.legality import SMPP_5_0
from smsc_sim.smpp.pdu import Pdu
from smsc_sim.smpp.status import CommandStatus

if TYPE_CHECKING:
    from smsc_sim.sim.smsc import Smsc

_LONGEST_ADDRESS = 20
"""Octets of an address in deliver_sm, which carries the receipt (SMPP 3.4 section 5.2.8), without its NUL."""

_HIGHEST_PRIORITY = 3
_HIGHEST_PRIORITY_5_0 = 4
_REPLACE = 1


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
        """A message to several destinations (SMPP 3.4 section 4.5), of which each is decided upon by itself."""
        pdu, unknown = resolved(pdu, self.smsc.distribution_lists)
        destinations = pdu.fields["dest_addresses"]
        assert isinstance(destinations, list), "a decoded field"
        status = self.smsc.profile_for(session, pdu).status(CommandStatus.ESME_RINVDLNAME)
        self._submit(session, pdu, destinations, now, unknown_lists(unknown, status))

    def _submit(
        self,
        session: Session,
        pdu: Pdu,
        destinations: Sequence[Mapping[str, object]],
        now: float,
        failed: Sequence[Mapping[str, object]] = (),
    ) -> None:
        smsc = self.smsc
        decision, session.decision = session.decision, None
        if isinstance(decision, Exception):
            raise decision
        _check_flags(session, pdu.fields)
        times = self._times(pdu, now)
        refused = self._limit(session, len(destinations), now)
        if refused is not None:
            smsc.refuse(session, pdu, refused, now)
            return
        if self._unpaid(session, pdu, len(destinations), now):
            return
        targets = []
        for destination in destinations:
            if decision is None and smsc.decide is not None:
                decided = self._decide(session, pdu, destination, now)
            else:
                decided = decision
            targets.append(Target(destination, decided or ACCEPT))
        self._outcomes.carry_out(session, pdu, targets, times, failed, now)

    def _times(self, pdu: Pdu, now: float) -> MessageTimes:
        times = times_of(pdu.fields, now, self.smsc.settings.longest_validity)
        seconds = pdu.tlv("qos_time_to_live") if pdu.name == "data_sm" else None
        return MessageTimes(None, now + seconds) if isinstance(seconds, int) else times

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

    def _limit(self, session: Session, destinations: int, now: float) -> int | None:
        """The status with which a limit of the account refuses a message now, or None."""
        account = session.account
        assert account is not None, "only a bound session submits"
        if self.smsc.refusing is not None:
            return self.smsc.refusing
        definition = account.definition
        if definition.window is not None and session.replies_pending + session.answered_in_read >= definition.window:
            return account.window_status
        if not self.smsc.delivery.has_room(account, destinations):
            return CommandStatus.ESME_RMSGQFUL
        for window in (session.throughput, account.throughput):
            if window is not None and not window.admit(now):
                return account.throughput_status
        return None


def _check_flags(session: Session, fields: Mapping[str, object]) -> None:
    """Raise WireError for a priority_flag or a replace_if_present_flag that the session's version does not have."""
    priority, replaces = fields.get("priority_flag", 0), fields.get("replace_if_present_flag", 0)
    highest = _HIGHEST_PRIORITY_5_0 if session.interface_version >= SMPP_5_0 else _HIGHEST_PRIORITY
    if isinstance(priority, int) and priority > highest:
        reason = f"{priority}, at most {highest} is allowed"
        raise WireError(CommandStatus.ESME_RINVPRTFLG, "priority_flag", 16, reason)
    if isinstance(replaces, int) and replaces > _REPLACE:
        raise WireError(CommandStatus.ESME_RINVREPFLAG, "replace_if_present_flag", 16, f"{replaces} is neither 0 nor 1")
