"""python-smpplib drives: binds in each mode, plain or over TLS, and splits long texts with its own ``gsm`` module."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from typing import Any

import smpplib.client  # type: ignore[import-not-found,import-untyped,unused-ignore]
import smpplib.consts  # type: ignore[import-not-found,import-untyped,unused-ignore]
import smpplib.exceptions  # type: ignore[import-not-found,import-untyped,unused-ignore]
import smpplib.gsm  # type: ignore[import-not-found,import-untyped,unused-ignore]
import smpplib.smpp  # type: ignore[import-not-found,import-untyped,unused-ignore]

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


class Client(smpplib.client.Client):  # type: ignore[misc,unused-ignore]
    """smpplib's client, which also says which commands it has read."""

    def read_pdu(self) -> Any:
        pdu = super().read_pdu()
        self.seen.append(pdu.command)
        if pdu.command == "enquire_link":
            emit("enquire_link_received")
        return pdu


class Driver:
    """One smpplib client and what is still awaited of it."""

    def __init__(self, task: dict[str, Any]) -> None:
        self.task = task
        self.deadline = time.monotonic() + task["seconds"]
        context = None
        if task.get("ca"):
            context = ssl.create_default_context(cafile=task["ca"])
            context.check_hostname = False  # smpplib hands no name over to compare with
        self.client = Client(
            task["host"],
            task["port"],
            timeout=task["seconds"],
            ssl_context=context,
            allow_unknown_opt_params=True,
        )
        self.seen: list[str] = []
        self.client.seen = self.seen
        self.client.set_message_sent_handler(self.sent)
        self.client.set_message_received_handler(self.received)
        self.client.set_query_resp_handler(self.queried)
        self.client.set_error_pdu_handler(self.refused)
        self.waiting: dict[int, tuple[str, int, int]] = {}
        self.receipts = 0
        self.last_id = ""

    def run(self) -> None:
        task = self.task
        self.client.connect()
        try:
            try:
                answer = getattr(self.client, f"bind_{task['mode']}")(
                    system_id=task["system_id"], password=task["password"], interface_version=0x34
                )
            except smpplib.exceptions.PDUError as error:
                emit("refused", status=error.args[1])
                return
            emit("bound", command=answer.command, system_id=octets_text(answer.system_id))
            self.converse()
            answer = self.client.unbind()
            emit("unbound", command=answer.command, status=answer.status)
        finally:
            self.client.disconnect()

    def converse(self) -> None:
        task = self.task
        if task.get("bind_twice"):
            self.second_bind()
        for kind in task.get("submit", ()):
            self.submit(kind)
        self.read_until(lambda: not self.waiting)
        if task.get("query"):
            self.client.query_message(
                message_id="no-such-message", source_addr_ton=1, source_addr_npi=1, source_addr=SOURCE
            )
            self.read_until(lambda: "query_sm_resp" in self.seen)
        if task.get("query_sent"):
            self.seen.clear()
            self.client.query_message(message_id=self.last_id, source_addr_ton=1, source_addr_npi=1, source_addr=SOURCE)
            self.read_until(lambda: "query_sm_resp" in self.seen)
        if task.get("enquire_link"):
            self.client.send_pdu(smpplib.smpp.make_pdu("enquire_link", client=self.client))
            self.read_until(lambda: "enquire_link_resp" in self.seen)
            emit("enquire_link_answered")
        self.read_until(lambda: self.receipts >= task.get("receipts", 0))
        self.read_until(lambda: "enquire_link" in self.seen or not task.get("await_enquire_link"))

    def second_bind(self) -> None:
        command = f"bind_{self.task['mode']}"
        request = smpplib.smpp.make_pdu(
            command,
            client=self.client,
            system_id=self.task["system_id"],
            password=self.task["password"],
            interface_version=0x34,
        )
        bound = self.client.state
        self.client.state = smpplib.consts.SMPP_CLIENT_STATE_OPEN  # or smpplib would not send it
        self.client.send_pdu(request)
        answer = self.client.read_pdu()
        self.client.state = bound
        emit("second_bind", command=answer.command, status=answer.status)

    def submit(self, kind: str) -> None:
        parts, coding, esm_class, options = self.parts(kind)
        for number, part in enumerate(parts, 1):
            fields: dict[str, Any] = {"short_message": part}
            if kind == "payload":
                fields = {"short_message": b"", "message_payload": part}
            elif options:
                fields["sar_segment_seqnum"] = number
            request = smpplib.smpp.make_pdu(
                "submit_sm",
                client=self.client,
                source_addr_ton=smpplib.consts.SMPP_TON_INTL,
                source_addr_npi=smpplib.consts.SMPP_NPI_ISDN,
                source_addr=SOURCE,
                dest_addr_ton=smpplib.consts.SMPP_TON_INTL,
                dest_addr_npi=smpplib.consts.SMPP_NPI_ISDN,
                destination_addr=DESTINATIONS[kind],
                data_coding=coding,
                esm_class=esm_class,
                registered_delivery=1,
                **fields,
                **options,
            )
            self.waiting[request.sequence] = (kind, number, len(parts))
            self.client.send_pdu(request)

    @staticmethod
    def parts(kind: str) -> tuple[list[bytes], int, int, dict[str, int]]:
        make_parts = smpplib.gsm.make_parts
        if kind == "gsm7":
            return (*make_parts(GSM7_TEXT), {})
        if kind == "ucs2":
            return (*make_parts(UCS2_TEXT, smpplib.consts.SMPP_ENCODING_ISO10646), {})
        if kind == "udh":
            return (*make_parts(LONG_TEXT), {})
        if kind == "sar":
            parts, coding, esm_class = make_parts(LONG_TEXT, use_udhi=False)
            return parts, coding, esm_class, {"sar_msg_ref_num": 4711, "sar_total_segments": len(parts)}
        return [smpplib.gsm.gsm_encode(LONG_TEXT)], 0, 0, {}

    def sent(self, pdu: Any) -> None:
        kind, part, parts = self.waiting.pop(pdu.sequence)
        self.last_id = octets_text(pdu.message_id) or ""
        emit(
            "submitted",
            kind=kind,
            part=part,
            parts=parts,
            status=pdu.status,
            message_id=octets_text(pdu.message_id),
        )

    def received(self, pdu: Any) -> None:
        self.receipts += 1
        emit_receipt(
            pdu.short_message.decode("ascii"),
            octets_text(pdu.receipted_message_id),
            pdu.message_state,
            esm_class=pdu.esm_class,
            source_addr=octets_text(pdu.source_addr),
            destination_addr=octets_text(pdu.destination_addr),
        )

    def queried(self, pdu: Any) -> None:
        emit("query_answered", status=pdu.status, message_state=pdu.message_state)

    def refused(self, pdu: Any) -> None:
        if pdu.command != "query_sm_resp":  # which smpplib hands to its own handler all the same
            raise AssertionError(f"{pdu.command} {pdu.status:#x}")

    def read_until(self, done: Callable[[], bool]) -> None:
        while not done():
            if time.monotonic() > self.deadline:
                raise AssertionError("out of time")
            self.client.read_once(auto_send_enquire_link=False)


if __name__ == "__main__":
    Driver(read_task()).run()
