"""What a store has to say, by the plainest reading of the ledger's entries: the model that stores are held to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from smsc_sim.sim.messages.ledger import ADDED, CHANGED, ENDED, FAILED, RETRY, RUN, SENT, SUBMISSION, Entry
from smsc_sim.sim.store.stored import ReceiptStatus, StoredMessage, StoredReceipt
from smsc_sim.smpp.commands import CommandId
from smsc_sim.smpp.errors import WireError
from smsc_sim.smpp.framing import Framer
from smsc_sim.smpp.pdu import Pdu
from smsc_sim.smpp.segments import segment_of, user_text


@dataclass
class Model:
    """A Lookup that keeps everything, given entries as the ledger has them."""

    messages: dict[int, StoredMessage] = field(default_factory=dict)
    receipts: dict[bytes, tuple[int, StoredReceipt]] = field(default_factory=dict)
    alphabet: str = "gsm7"

    def find(self, account: str, message_id: str) -> list[StoredMessage]:
        return [
            one
            for one in self.all()
            if (one.account, one.message_id) == (account, message_id) and one.state and one.message_id
        ]

    def unfinished(
        self, account: str, source: str, destination: str, service_type: str, now: float
    ) -> list[StoredMessage]:
        assert service_type == ""
        return [
            one
            for one in self.all()
            if (one.account, one.source, one.destination) == (account, source, destination)
            and one.state
            and (one.state_at > now or one.state in ("ENROUTE", "SCHEDULED"))
        ]

    def all(self) -> list[StoredMessage]:
        """Every message as it is now, the oldest first."""
        return [
            replace(one, receipts=tuple(receipt for of, receipt in self.receipts.values() if of == one.id))
            for one in self.messages.values()
        ]

    def read(self, entries: Iterable[Entry]) -> None:
        """Take further entries."""
        for kind, *values in entries:
            reader = _READ.get(kind)
            if reader is not None:
                reader(self, *values)

    def _run(
        self,
        seq: int,
        now: float,
        session: int,
        account: str,
        first: int,
        number: int,
        accepted: int,
        refused: list[tuple[int, int, str]],
        octets: bytes,
        due: float,
        wanted: int,
        decided: list[tuple[int, str, int, str, str, float, bool]],
    ) -> None:
        framer = Framer()
        pdus = [pdu for pdu in map(Pdu, framer.feed(octets)) if pdu.command_id == CommandId.SUBMIT_SM]
        refusals = {place: (status, rule) for place, status, rule in refused}
        assert len(pdus) == accepted + len(refused)
        asking = sum(int(str(pdu.fields["registered_delivery"])) & 3 in (1, 3) for pdu in pdus)
        assert wanted == asking or refused or decided
        ends = {each[0]: each[1:] for each in decided}
        for place, pdu in enumerate(pdus):
            base = self._message(seq, now, session, account, first + place, pdu, 0)
            if place in refusals:
                status, rule = refusals[place]
                self.messages[base.id] = replace(base, command_status=status, rule=rule)
                continue
            name = f"{number:010d}"
            asks = base.registered_delivery & 3 in (1, 3)
            rule, nth, state, error, at, gets = ends.get(place, ("", 0, "DELIVERED", "000", due, asks))
            self.messages[base.id] = replace(
                base,
                message_id=name,
                command_status=0,
                rule=rule,
                nth=nth,
                state=state,
                state_at=at,
                error_code=error,
                serial=number,
                receipt_id=name,
                tlv_id=name,
            )
            if gets:
                self._plan(base.id, [(name.encode(), 0, 0, state, error, at)])
            number += 1

    def _submission(
        self,
        seq: int,
        now: float,
        session: int,
        account: str,
        first: int,
        octets: bytes,
        status: int | None,
        rule: str,
        rows: list[tuple[Any, ...]],
    ) -> None:
        pdu = Pdu(octets)
        if not rows:
            base = self._message(seq, now, session, account, first, pdu, 0)
            self.messages[first] = replace(base, command_status=status, rule=rule)
        for place, row in enumerate(rows):
            serial, message_id, receipt_id, tlv_id, nth, state, error, state_at, scheduled, expires, receipts = row
            base = self._message(seq, now, session, account, first + place, pdu, place)
            self.messages[base.id] = replace(
                base,
                message_id=message_id,
                command_status=status,
                rule=rule,
                state=state,
                state_at=state_at,
                error_code=error,
                scheduled_at=scheduled,
                expires_at=expires,
                serial=serial,
                nth=nth,
                receipt_id=receipt_id,
                tlv_id=tlv_id,
            )
            self._plan(base.id, receipts)

    def _message(
        self, seq: int, now: float, session: int, account: str, number: int, pdu: Pdu, place: int
    ) -> StoredMessage:
        fields: dict[str, Any] = {}
        text = ""
        reference, part, parts = None, 1, 1
        try:
            fields = dict(pdu.fields)
            text = user_text(pdu.fields, pdu.tlvs, self.alphabet)
            segment = segment_of(pdu.fields, pdu.tlvs)
            if segment is not None:
                reference, part, parts = segment.reference, segment.sequence, segment.total
        except WireError as error:
            text = f"[{error}]"
        if "dest_addresses" in fields and place < len(fields["dest_addresses"]):
            fields.update(fields["dest_addresses"][place])
        return StoredMessage(
            id=number,
            direction="mt",
            seq=seq,
            at=now,
            session=session,
            account=account,
            command=pdu.name,
            octets=pdu.octets,
            place=place,
            source=fields.get("source_addr", ""),
            destination=fields.get("destination_addr", ""),
            text=text,
            data_coding=fields.get("data_coding", 0),
            esm_class=fields.get("esm_class", 0),
            registered_delivery=fields.get("registered_delivery", 0),
            reference=reference,
            part=part,
            parts=parts,
            message_id="",
            command_status=None,
            rule="",
            state="",
            state_at=0.0,
            error_code="",
            scheduled_at=0.0,
            expires_at=0.0,
        )

    def _plan(self, message: int, receipts: list[tuple[Any, ...]]) -> None:
        for key, index, repeat, state, error, due in receipts:
            assert key not in self.receipts, "keys are unique"
            status: ReceiptStatus = "manual" if repeat < 0 else "scheduled"
            self.receipts[key] = (
                message,
                StoredReceipt(index, state, error, due, 0.0, 0, 0.0, None, status, False, key),
            )

    def _change(self, key: bytes, **values: Any) -> None:
        if key in self.receipts:
            message, receipt = self.receipts[key]
            values["attempts"] = receipt.attempts + values.pop("more_attempts", 0)
            self.receipts[key] = (message, replace(receipt, **values))

    def _sent(self, now: float, session: int, records: list[tuple[Any, ...]]) -> None:
        for record in records:
            self._change(record[0], status="sent", sent_at=now, more_attempts=1)

    def _ended(self, now: float, keys: list[bytes]) -> None:
        for key in keys:
            self._change(key, status="acknowledged", answered_at=now, command_status=0)

    def _failed(self, now: float, key: bytes, status: int | None, outcome: ReceiptStatus) -> None:
        self._change(key, status=outcome, answered_at=now, command_status=status)

    def _retry(self, now: float, key: bytes, status: int | None, attempts: int, due: float) -> None:
        self._change(key, status="scheduled", command_status=status, due=due)

    def _added(self, now: float, message: int, receipts: list[tuple[Any, ...]], instead_of: bytes) -> None:
        self.receipts.pop(instead_of, None)
        self._plan(message, receipts)

    def _changed(self, now: float, message: int, values: dict[str, Any]) -> None:
        self.messages[message] = replace(self.messages[message], **values)


_READ: dict[str, Callable[..., None]] = {
    RUN: Model._run,
    SUBMISSION: Model._submission,
    SENT: Model._sent,
    ENDED: Model._ended,
    FAILED: Model._failed,
    RETRY: Model._retry,
    ADDED: Model._added,
    CHANGED: Model._changed,
}
