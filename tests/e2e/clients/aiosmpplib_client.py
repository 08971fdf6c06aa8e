"""aiosmpplib drives: its broker takes the messages, its hook sees every PDU both ways. It knows no TLS.

What the hook is given is decoded once more with aiosmpplib's own classes, since for the segments of a long message it
hands the octets over only.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import Any

from aiosmpplib import (  # type: ignore[import-not-found,import-untyped,unused-ignore]
    ESME,
    NPI,
    TON,
    AbstractHook,
    BindMode,
    BindReceiver,
    BindTransceiver,
    BindTransmitter,
    DeliverSm,
    EnquireLink,
    OptionalParam,
    PhoneNumber,
    SmppMessage,
    SubmitSm,
    SubmitSmResp,
    Unbind,
)
from aiosmpplib.broker import SimpleBroker  # type: ignore[import-not-found,import-untyped,unused-ignore]
from aiosmpplib.protocol import MESSAGE_TYPE_MAP  # type: ignore[import-not-found,import-untyped,unused-ignore]
from aiosmpplib.state import (  # type: ignore[import-not-found,import-untyped,unused-ignore]
    MESSAGE_STATE,
    RECEIPTED_MESSAGE_ID,
    SAR_MSG_REF_NUM,
    SAR_SEGMENT_SEQNUM,
    SAR_TOTAL_SEGMENTS,
)

from tests.e2e.clients.common import (
    DESTINATIONS,
    GSM7_TEXT,
    LONG_TEXT,
    SOURCE,
    UCS2_TEXT,
    emit,
    emit_receipt,
    read_task,
)

BINDS = {"transmitter": BindTransmitter, "receiver": BindReceiver, "transceiver": BindTransceiver}


class Seen(AbstractHook):  # type: ignore[misc,unused-ignore]
    """What aiosmpplib sends and gets."""

    def __init__(self) -> None:
        self.waiting: dict[int, str] = {}
        self.bound = asyncio.Event()
        self.changed = asyncio.Condition()
        self.commands: list[str] = []
        self.second_bind = False

    async def sending(self, smpp_message: Any, pdu: bytes, client_id: str) -> None:
        if isinstance(smpp_message, SubmitSm) and not isinstance(smpp_message, DeliverSm):
            self.waiting[smpp_message.sequence_num] = smpp_message.extra_data

    async def send_error(self, smpp_message: Any, error: Exception, client_id: str) -> None:
        emit("failed", reason=repr(error))

    async def received(self, smpp_message: Any, pdu: bytes, client_id: str) -> None:
        header = SmppMessage.parse_header(pdu)
        command = header.smpp_command.name.lower()
        status = int(header.command_status)
        if command.startswith("bind_") and (self.bound.is_set() or status):
            emit(
                "second_bind" if self.bound.is_set() else "refused",
                command=command,
                status=status,
                parsed=smpp_message is not None,
            )
            await self.note(command)
            return
        message = MESSAGE_TYPE_MAP[header.smpp_command].from_pdu(pdu, header, "gsm0338")
        if command.startswith("bind_"):
            emit("bound", command=command, system_id=message.system_id)
            self.bound.set()
        elif isinstance(message, SubmitSmResp):
            kind, _, part = self.waiting.pop(header.sequence_num).partition(":")
            emit("submitted", kind=kind, part=part, status=status, message_id=message.message_id)
        elif isinstance(message, DeliverSm):
            self.receipt(message)
        elif command == "enquire_link":
            emit("enquire_link_received")
        elif command == "enquire_link_resp":
            emit("enquire_link_answered")
        elif command == "unbind_resp":
            emit("unbound", command=command, status=status)
        await self.note(command)

    async def note(self, command: str) -> None:
        async with self.changed:
            self.commands.append(command)
            self.changed.notify_all()

    @staticmethod
    def receipt(message: Any) -> None:
        parsed = message.parse_receipt()
        values = {parameter.tag: parameter.value for parameter in message.optional_params}
        emit_receipt(
            message.short_message,
            values.get(RECEIPTED_MESSAGE_ID),
            values.get(MESSAGE_STATE),
            esm_class=message.esm_class,
            source_addr=message.source.number,
            destination_addr=message.destination.number,
            parsed={key: str(value) for key, value in parsed.items()},
        )

    async def wait(self, command: str, count: int = 1) -> None:
        async with self.changed:
            await self.changed.wait_for(lambda: self.commands.count(command) >= count)


def messages(kind: str) -> list[Any]:
    """The submit_sm of one kind; aiosmpplib itself cuts the one with a user data header."""
    common: dict[str, Any] = {
        "source": PhoneNumber(SOURCE, TON.INTERNATIONAL, NPI.ISDN),
        "destination": PhoneNumber(DESTINATIONS[kind], TON.INTERNATIONAL, NPI.ISDN),
        "registered_delivery": 1,
        "extra_data": kind,
    }
    if kind == "gsm7":
        return [SubmitSm(short_message=GSM7_TEXT, **common)]
    if kind == "ucs2":
        return [SubmitSm(short_message=UCS2_TEXT, encoding="ucs2", **common)]
    if kind == "udh":
        return [SubmitSm(short_message=LONG_TEXT, esm_class=0x40, auto_message_payload=False, **common)]
    if kind == "payload":
        return [SubmitSm(message_payload=LONG_TEXT, **common)]
    parts = [LONG_TEXT[start : start + 150] for start in range(0, len(LONG_TEXT), 150)]
    return [
        SubmitSm(
            short_message=part,
            optional_params=[
                OptionalParam(SAR_MSG_REF_NUM, 77),
                OptionalParam(SAR_TOTAL_SEGMENTS, len(parts)),
                OptionalParam(SAR_SEGMENT_SEQNUM, number),
            ],
            **common,
        )
        for number, part in enumerate(parts, 1)
    ]


async def converse(task: dict[str, Any]) -> None:
    seen = Seen()
    broker = SimpleBroker()
    esme = ESME(
        task["host"],
        task["port"],
        task["system_id"],
        task["password"],
        bind_mode=BindMode[task["mode"].upper()],
        enquire_link_interval=60.0,
        hook=seen,
        broker=broker,
        default_encoding="gsm0338",
        log_level=logging.WARNING,
        log_handler=logging.StreamHandler(sys.stderr),
    )
    running = asyncio.create_task(esme.start())
    try:
        refused = asyncio.create_task(seen.wait(f"bind_{task['mode']}_resp"))
        bound = asyncio.create_task(seen.bound.wait())
        await asyncio.wait({refused, bound, running}, return_when=asyncio.FIRST_COMPLETED)
        refused.cancel()
        bound.cancel()
        if seen.bound.is_set():
            await actions(task, seen, esme, broker)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def actions(task: dict[str, Any], seen: Seen, esme: Any, broker: Any) -> None:
    if task.get("bind_twice"):
        command = BINDS[task["mode"]](system_id=task["system_id"], password=task["password"])
        await esme._send_data(command)
        await seen.wait(f"bind_{task['mode']}_resp", 2)
    for kind in task.get("submit", ()):
        for message in messages(kind):
            await broker.enqueue(message)
    submits = int(task.get("submits", len(task.get("submit", ()))))
    await seen.wait("submit_sm_resp", submits)
    if task.get("enquire_link"):
        await esme._send_data(EnquireLink())
        await seen.wait("enquire_link_resp")
    await seen.wait("deliver_sm", task.get("receipts", 0))
    if task.get("await_enquire_link"):
        await seen.wait("enquire_link")
    # ESME.stop() lets go of its writer before the answer is there; so say good-bye as stop() would, and wait.
    esme._is_shutting_down = True
    await esme._send_data(Unbind())
    await seen.wait("unbind_resp")


async def main() -> None:
    task = read_task()
    await asyncio.wait_for(converse(task), task["seconds"])


if __name__ == "__main__":
    asyncio.run(main())
