"""python-smpplib drives: submits what the task says and writes everything that comes back.

The task is that of the other drivers, with

``messages``
    a list of submit_sm, each a mapping of its fields; ``text`` is put into short_message
``together``
    send them all before the first response is waited for
``responses``, ``deliveries``
    how many submit_sm_resp (as many as messages, when it is not given) and deliver_sm (``accepted``: as many as
    messages were accepted) to wait for

Events: ``bound`` or ``refused``, ``submitted`` for each response, ``delivered`` for each deliver_sm, ``answered`` when
all responses are there, ``lost`` when the connection is, ``unbound``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import smpplib.client  # type: ignore[import-not-found,import-untyped,unused-ignore]
import smpplib.exceptions  # type: ignore[import-not-found,import-untyped,unused-ignore]
import smpplib.smpp  # type: ignore[import-not-found,import-untyped,unused-ignore]

from tests.e2e.clients.common import SOURCE, emit, octets_text, read_task


class Conversation:
    """One session of smpplib's client."""

    def __init__(self, task: dict[str, Any]) -> None:
        self.task = task
        self.deadline = time.monotonic() + task["seconds"]
        self.client = smpplib.client.Client(
            task["host"], task["port"], timeout=task["seconds"], allow_unknown_opt_params=True
        )
        self.client.set_error_pdu_handler(lambda pdu: None)
        self.client.set_message_sent_handler(self.answered)
        self.client.set_message_received_handler(self.delivered)
        self.waiting: dict[int, str] = {}
        self.responses = 0
        self.accepted = 0
        self.deliveries = 0

    def run(self) -> None:
        task = self.task
        self.client.connect()
        try:
            answer = getattr(self.client, f"bind_{task['mode']}")(
                system_id=task["system_id"], password=task["password"], interface_version=0x34
            )
            emit("bound", command=answer.command)
            self.converse()
            answer = self.client.unbind()
            emit("unbound", status=answer.status)
        except smpplib.exceptions.PDUError as error:
            emit("refused", status=error.args[1])
        except smpplib.exceptions.ConnectionError:
            emit("lost")
        finally:
            self.client.disconnect()

    def converse(self) -> None:
        messages = self.task["messages"]
        for number, fields in enumerate(messages, 1):
            self.submit(**fields)
            if not self.task.get("together"):
                self.read_until(lambda wanted=number: self.responses >= wanted)  # type: ignore[misc]
        wanted_responses = self.task.get("responses", len(messages))
        self.read_until(lambda: self.responses >= wanted_responses)
        emit("answered")
        deliveries = self.task.get("deliveries", 0)
        wanted_deliveries = self.accepted if deliveries == "accepted" else deliveries
        self.read_until(lambda: self.deliveries >= wanted_deliveries)

    def submit(self, text: str = "hello", **fields: Any) -> None:
        values = {
            "source_addr_ton": 1,
            "source_addr_npi": 1,
            "source_addr": SOURCE,
            "dest_addr_ton": 1,
            "dest_addr_npi": 1,
            "registered_delivery": 1,
            "short_message": text.encode("latin-1"),
            **fields,
        }
        request = smpplib.smpp.make_pdu("submit_sm", client=self.client, **values)
        self.waiting[request.sequence] = values["destination_addr"]
        self.client.send_pdu(request)

    def answered(self, pdu: Any) -> None:
        self.responses += 1
        self.accepted += pdu.status == 0
        to = self.waiting.pop(pdu.sequence, None)
        emit("submitted", to=to, status=pdu.status, message_id=octets_text(pdu.message_id))

    def delivered(self, pdu: Any) -> None:
        self.deliveries += 1
        emit(
            "delivered",
            source_addr=octets_text(pdu.source_addr),
            destination_addr=octets_text(pdu.destination_addr),
            esm_class=pdu.esm_class,
            text=(pdu.short_message or pdu.message_payload or b"").decode("latin-1"),
            receipted_message_id=octets_text(pdu.receipted_message_id),
            message_state=pdu.message_state,
        )

    def read_until(self, done: Callable[[], bool]) -> None:
        while not done():
            if time.monotonic() > self.deadline:
                raise AssertionError("out of time")
            self.client.read_once(auto_send_enquire_link=False)


if __name__ == "__main__":
    Conversation(read_task()).run()
