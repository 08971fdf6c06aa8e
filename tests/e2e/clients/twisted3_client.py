"""smpp.twisted3 drives: SMPPClientTransmitter, -Receiver and -Transceiver, plain or over TLS."""

from __future__ import annotations

import logging
from collections.abc import Generator
from typing import Any

from smpp.pdu import operations, pdu_types  # type: ignore[import-not-found,import-untyped,unused-ignore]
from smpp.pdu.constants import (  # type: ignore[import-not-found,import-untyped,unused-ignore]
    command_status_name_map,
    message_state_name_map,
)
from smpp.pdu.error import SMPPTransactionError  # type: ignore[import-not-found,import-untyped,unused-ignore]
from smpp.twisted import client as smpp_client  # type: ignore[import-not-found,import-untyped,unused-ignore]
from smpp.twisted.config import SMPPClientConfig  # type: ignore[import-not-found,import-untyped,unused-ignore]
from twisted.internet import defer
from twisted.internet.task import react

from tests.e2e.clients.common import (
    DESTINATIONS,
    GSM7_TEXT,
    LONG_TEXT,
    SOURCE,
    UCS2_TEXT,
    emit,
    emit_receipt,
    octets_text,
    read_task,
)

Steps = Generator[Any, Any, None]
BINDS = {
    "transmitter": operations.BindTransmitter,
    "receiver": operations.BindReceiver,
    "transceiver": operations.BindTransceiver,
}


class Driver:
    """One smpp.twisted client and what has come for it."""

    def __init__(self, reactor: Any, task: dict[str, Any]) -> None:
        self.reactor = reactor
        self.task = task
        self.counts = {"receipt": 0, "enquire_link": 0}
        self.awaited: list[tuple[str, int, defer.Deferred[None]]] = []
        config = SMPPClientConfig(
            host=task["host"],
            port=task["port"],
            username=task["system_id"],
            password=task["password"],
            useSSL=bool(task.get("ca")),
            enquireLinkTimerSecs=60,
        )
        if task["mode"] == "transmitter":
            self.client = smpp_client.SMPPClientTransmitter(config)
        else:
            kinds = {
                "receiver": smpp_client.SMPPClientReceiver,
                "transceiver": smpp_client.SMPPClientTransceiver,
            }
            self.client = kinds[task["mode"]](config, self.delivered)

    @defer.inlineCallbacks
    def run(self) -> Steps:
        try:
            smpp = yield self.client.connectAndBind()
        except SMPPTransactionError as error:
            emit("refused", command=error.response.id.name, status=status_number(error.response))
            return
        emit("bound", command=f"bind_{self.task['mode']}_resp")
        answer_enquire_link = smpp.onPDURequest_enquire_link

        def enquired(request: Any) -> None:
            answer_enquire_link(request)
            emit("enquire_link_received")
            self.note("enquire_link")

        smpp.onPDURequest_enquire_link = enquired
        lost = smpp.getDisconnectedDeferred()
        conversation = self.converse(smpp)
        first, _ = yield defer.DeferredList(
            [conversation, lost], fireOnOneCallback=True, fireOnOneErrback=True, consumeErrors=True
        )
        if not conversation.called or first is lost:
            emit("failed", reason="the connection was lost")
            raise SystemExit(1)
        outcome = yield smpp.unbind()
        emit("unbound", command=outcome.response.id.name, status=status_number(outcome.response))
        smpp.disconnect()
        yield lost

    @defer.inlineCallbacks
    def converse(self, smpp: Any) -> Steps:
        task = self.task
        if task.get("bind_twice"):
            request = BINDS[task["mode"]](
                system_id=task["system_id"], password=task["password"], system_type="", interface_version=0x34
            )
            try:
                yield smpp.sendBindRequest(request)
            except SMPPTransactionError as error:
                emit("second_bind", command=error.response.id.name, status=status_number(error.response))
        for kind in task.get("submit", ()):
            requests = messages(kind)
            for part, request in enumerate(requests, 1):
                # smpp.pdu measures a message_payload to send by the TLV it has read last; here: by itself.
                smpp.encoder.optionEncoder.length = None
                outcome = yield smpp.sendDataRequest(request)
                emit(
                    "submitted",
                    kind=kind,
                    part=part,
                    parts=len(requests),
                    status=status_number(outcome.response),
                    message_id=octets_text(outcome.response.params["message_id"]),
                )
        if task.get("query"):
            request = operations.QuerySM(
                message_id="no-such-message",
                source_addr_ton=pdu_types.AddrTon.INTERNATIONAL,
                source_addr_npi=pdu_types.AddrNpi.ISDN,
                source_addr=SOURCE,
            )
            try:
                yield smpp.sendDataRequest(request)
            except SMPPTransactionError as error:
                emit("query_answered", status=status_number(error.response))
        if task.get("enquire_link"):
            yield smpp.sendRequest(operations.EnquireLink(), 10)
            emit("enquire_link_answered")
        yield self.until("receipt", task.get("receipts", 0))
        yield self.until("enquire_link", int(bool(task.get("await_enquire_link"))))

    def delivered(self, smpp: Any, pdu: Any) -> None:
        params = pdu.params
        state = params.get("message_state")
        emit_receipt(
            params["short_message"].decode("ascii"),
            octets_text(params.get("receipted_message_id")),
            None if state is None else message_state_name_map[state.name],
            is_receipt=params["esm_class"].type is pdu_types.EsmClassType.SMSC_DELIVERY_RECEIPT,
            source_addr=octets_text(params["source_addr"]),
            destination_addr=octets_text(params["destination_addr"]),
        )
        self.note("receipt")

    def note(self, what: str) -> None:
        self.counts[what] += 1
        for entry in list(self.awaited):
            if self.counts[entry[0]] >= entry[1]:
                self.awaited.remove(entry)
                entry[2].callback(None)

    def until(self, what: str, count: int) -> defer.Deferred[None]:
        waiting: defer.Deferred[None] = defer.Deferred()
        if self.counts[what] >= count:
            waiting.callback(None)
        else:
            self.awaited.append((what, count, waiting))
        return waiting


def status_number(response: Any) -> int:
    number: int = command_status_name_map[response.status.name]
    return number


def messages(kind: str) -> list[Any]:
    types = pdu_types
    latin = LONG_TEXT.encode("ascii")
    cut = [latin[start : start + 150] for start in range(0, len(latin), 150)]
    if kind == "gsm7":
        return [submit_sm(kind, GSM7_TEXT.replace("@", "at").replace("[", "(").replace("]", ")").encode("ascii"))]
    if kind == "ucs2":
        coding = types.DataCoding(types.DataCodingScheme.DEFAULT, types.DataCodingDefault.UCS2)
        return [submit_sm(kind, UCS2_TEXT.encode("utf-16-be"), data_coding=coding)]
    if kind == "udh":
        esm_class = types.EsmClass(
            types.EsmClassMode.DEFAULT, types.EsmClassType.DEFAULT, [types.EsmClassGsmFeatures.UDHI_INDICATOR_SET]
        )
        return [
            submit_sm(kind, bytes([5, 0, 3, 42, len(cut), number]) + part, esm_class=esm_class)
            for number, part in enumerate(cut, 1)
        ]
    if kind == "sar":
        return [
            submit_sm(kind, part, sar_msg_ref_num=43, sar_total_segments=len(cut), sar_segment_seqnum=number)
            for number, part in enumerate(cut, 1)
        ]
    return [submit_sm(kind, b"", message_payload=latin)]


def submit_sm(kind: str, short_message: bytes, **more: Any) -> Any:
    types = pdu_types
    fields: dict[str, Any] = {
        "esm_class": types.EsmClass(types.EsmClassMode.DEFAULT, types.EsmClassType.DEFAULT),
        "data_coding": types.DataCoding(types.DataCodingScheme.DEFAULT, types.DataCodingDefault.SMSC_DEFAULT_ALPHABET),
        **more,
    }
    return operations.SubmitSM(
        source_addr_ton=types.AddrTon.INTERNATIONAL,
        source_addr_npi=types.AddrNpi.ISDN,
        source_addr=SOURCE,
        dest_addr_ton=types.AddrTon.INTERNATIONAL,
        dest_addr_npi=types.AddrNpi.ISDN,
        destination_addr=DESTINATIONS[kind],
        registered_delivery=types.RegisteredDelivery(types.RegisteredDeliveryReceipt.SMSC_DELIVERY_RECEIPT_REQUESTED),
        short_message=short_message,
        **fields,
    )


def main(reactor: Any) -> Any:
    logging.basicConfig(level=logging.WARNING)
    task = read_task()
    finished = Driver(reactor, task).run()
    finished.addTimeout(task["seconds"], reactor)
    return finished


if __name__ == "__main__":
    react(main)
