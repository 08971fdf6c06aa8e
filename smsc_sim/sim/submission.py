"""Submission: a message comes by submit_sm, data_sm or submit_multi, is decided upon, answered, and gets receipts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from smsc_sim.sim.decision import ACCEPT, Decision, receipt_wanted
from smsc_sim.sim.receipt import ReceiptForm, ReceiptRecord
from smsc_sim.sim.session import Session
from smsc_sim.smpp import gsm7
from smsc_sim.smpp.errors import WireError
from smsc_sim.smpp.pdu import Pdu
from smsc_sim.smpp.segments import user_text
from smsc_sim.smpp.status import CommandStatus
from smsc_sim.smpp.times import TimeError, parse_time

if TYPE_CHECKING:
    from smsc_sim.sim.smsc import Smsc

QUOTED_CHARACTERS = 20
"""How much of the message a receipt quotes (SMPP 3.4 appendix B)."""

_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")

_LONGEST_ADDRESS = 20
"""Octets of an address in deliver_sm, which carries the receipt (SMPP 3.4 section 5.2.8), without its NUL."""

_TIMES = {
    "schedule_delivery_time": CommandStatus.ESME_RINVSCHED,
    "validity_period": CommandStatus.ESME_RINVEXPIRY,
}


def quoted_text(short_message: bytes, esm_class: int, data_coding: int) -> bytes:
    """The first :data:`QUOTED_CHARACTERS` of the message as they stand in a receipt: in the default alphabet.

    A user data header is left out, control characters become spaces (a line break ends the match of many a parser),
    and characters that the default alphabet does not have become ``?``.
    """
    text = user_text({"short_message": short_message, "esm_class": esm_class, "data_coding": data_coding}, [])
    return gsm7.encode(_CONTROLS.sub(" ", text[:QUOTED_CHARACTERS]), replace=True)


def _address(ton: object, npi: object, address: object) -> bytes:
    """An address as three fields stand on the wire."""
    return bytes([_number(ton), _number(npi)]) + str(address).encode("latin-1") + b"\0"


def _number(value: object) -> int:
    assert isinstance(value, int)
    return value


class DelayedReply:
    """A response that leaves later: an event of the timeline."""

    __slots__ = ("octets", "session", "submissions")

    def __init__(self, submissions: Submissions, session: Session, octets: bytes) -> None:
        self.submissions = submissions
        self.session = session
        self.octets = octets

    def fire(self, now: float) -> None:
        """Send it, if the session is still there."""
        self.session.replies_pending -= 1
        if self.session.link is not None and not self.session.ending:
            self.submissions.smsc.send(self.session, self.octets)


class Submissions:
    """Handles messages that are submitted; the PDUs given have passed :meth:`Pdu.check`."""

    __slots__ = ("smsc",)

    def __init__(self, smsc: Smsc) -> None:
        self.smsc = smsc

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
        if decision is None and smsc.decide is not None:
            destination = str(destinations[0]["destination_addr"]).encode("latin-1")
            decision = smsc.decide(session, pdu.octets, 0, len(pdu.octets), destination, now)
        self._carry_out(session, pdu, destinations, decision or ACCEPT, now)

    def _limit(self, session: Session, now: float) -> int | None:
        """The status with which a limit of the account refuses a message now, or None."""
        account = session.account
        assert account is not None, "only a bound session submits"
        definition = account.definition
        if definition.window is not None and session.replies_pending + session.answered_in_read >= definition.window:
            return definition.window_status
        if not self.smsc.delivery.has_room(account):
            return CommandStatus.ESME_RMSGQFUL
        for window in (session.throughput, account.throughput):
            if window is not None and not window.admit(now):
                return definition.throughput_status
        return None

    def _carry_out(
        self,
        session: Session,
        pdu: Pdu,
        destinations: Sequence[Mapping[str, object]],
        decision: Decision,
        now: float,
    ) -> None:
        smsc = self.smsc
        if decision.command_status != CommandStatus.ESME_ROK:
            octets = smsc.refusal(session, pdu, decision.command_status)
            smsc.counters.messages_refused += 1
        else:
            message_id = smsc.message_ids.take(session.interface_version)
            fields: dict[str, object] = {"message_id": message_id.decode("ascii")}
            if pdu.name == "submit_multi":
                fields["unsuccess_smes"] = _unknown_lists(pdu)
            octets = smsc.response(pdu, fields)
            smsc.counters.messages_accepted += 1
            for destination in destinations:
                self._plan_receipts(session, pdu, destination, message_id, decision, now)
        if decision.delay > 0:
            session.replies_pending += 1
            smsc.timeline.add(now + decision.delay, DelayedReply(self, session, octets))
        else:
            session.answered_in_read += 1
            smsc.send(session, octets)

    def _plan_receipts(
        self,
        session: Session,
        pdu: Pdu,
        destination: Mapping[str, object],
        message_id: bytes,
        decision: Decision,
        now: float,
    ) -> None:
        """Put the receipts of one destination on the timeline, as far as registered_delivery asks for them."""
        smsc = self.smsc
        account = session.account
        assert account is not None, "only a bound session submits"
        fields = pdu.fields
        registered_delivery = _number(fields["registered_delivery"])
        for plan in decision.receipts:
            if not receipt_wanted(registered_delivery, plan.state):
                continue
            after = smsc.settings.receipts.after if plan.after is None else plan.after
            form = ReceiptForm(plan.state, plan.error_code)
            record: ReceiptRecord = (
                message_id,
                b"\0"
                + _address(
                    destination["dest_addr_ton"],
                    destination["dest_addr_npi"],
                    destination["destination_addr"],
                ),
                _address(fields["source_addr_ton"], fields["source_addr_npi"], fields["source_addr"]),
                quoted_text(_text_octets(pdu), _number(fields["esm_class"]), _number(fields["data_coding"])),
                now,
                smsc.delivery.writer.number_of(form),
                session.number,
            )
            smsc.delivery.schedule(account, (record,), now + decision.delay + after)


def _text_octets(pdu: Pdu) -> bytes:
    """The user data: short_message, or message_payload where that is empty (SMPP 3.4 section 5.3.2.32)."""
    octets = pdu.fields.get("short_message") or pdu.tlv("message_payload") or b""
    assert isinstance(octets, bytes)
    return octets


def _unknown_lists(pdu: Pdu) -> list[dict[str, object]]:
    """The destinations of a submit_multi that are distribution lists, as its response reports failures."""
    destinations = pdu.fields["dest_addresses"]
    assert isinstance(destinations, list)
    return [
        {
            "dest_addr_ton": 0,
            "dest_addr_npi": 0,
            "destination_addr": destination["dl_name"],
            "error_status_code": int(CommandStatus.ESME_RINVDLNAME),
        }
        for destination in destinations
        if destination["dest_flag"] == 2
    ]
