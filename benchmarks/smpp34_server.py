"""A bare server on smpp34 (a Rust core under asyncio), one of the peers of the benchmarks.

Binds are accepted, submit_sm is answered with an id, and a receipt follows a second later when registered_delivery
asks for one.  No rules, no store.  Run with a Python that has smpp34 (127.0.0.1 only)::

    python smpp34_server.py --ready-file ready.json
"""

import argparse
import asyncio
import json
import os
import socket
import time
from importlib import import_module
from pathlib import Path
from typing import Any

RECEIPT_AFTER = 1.0
"""Seconds."""


def free_port() -> int:
    """A port that was free a moment ago: the library cannot say which port it was given for 0."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


class Answering:
    """Answers what the server's binds send."""

    def __init__(self, library: Any) -> None:
        self.library = library
        self.sessions: dict[str, Any] = {}
        self.receipts: set[asyncio.Task[None]] = set()
        self.messages = 0

    async def run(self, server: Any) -> None:
        """Until cancelled."""
        while True:
            event = await server.next()
            if isinstance(event, self.library.SubmitSmEvent):
                self.on_submit(event)
            elif isinstance(event, self.library.Esme):
                self.sessions[event.session_id] = event
            elif isinstance(event, self.library.Unbound):
                self.sessions.pop(event.session_id, None)

    def on_submit(self, event: Any) -> None:
        """Accepts, and remembers to send the receipt."""
        self.messages += 1
        message_id = f"{self.messages:010d}"
        event.accept(message_id)
        session = self.sessions.get(event.session_id)
        if event.registered_delivery & 3 == 1 and session is not None:
            receipt = asyncio.create_task(self.send_receipt(session, event, message_id))
            self.receipts.add(receipt)
            receipt.add_done_callback(self.receipts.discard)

    async def send_receipt(self, session: Any, event: Any, message_id: str) -> None:
        """A deliver_sm from where the message was sent to."""
        await asyncio.sleep(RECEIPT_AFTER)
        date = time.strftime("%y%m%d%H%M", time.gmtime())
        text = f"id:{message_id} sub:001 dlvrd:001 submit date:{date} done date:{date} stat:DELIVRD err:000 text:"
        library = self.library
        await session.deliver_sm(
            event.source_addr,
            text.encode() + event.short_message[:20],
            source_addr=event.destination_addr,
            esm_class=0x04,
            tlvs=[
                library.Tlv(library.TLV_RECEIPTED_MESSAGE_ID, message_id.encode() + b"\0"),
                library.Tlv(library.TLV_MESSAGE_STATE, b"\x02"),
            ],
        )


async def serve(ready_file: Path) -> None:
    """Listens and answers."""
    library: Any = import_module("smpp34")
    port = free_port()
    server = library.Server("127.0.0.1", port, system_id="smpp34")
    await server.start()
    temporary = ready_file.with_suffix(".new")
    temporary.write_text(json.dumps({"smpp": [f"127.0.0.1:{port}"], "pid": os.getpid()}))
    temporary.rename(ready_file)
    await Answering(library).run(server)


def main() -> None:
    """Listens until SIGTERM."""
    command = argparse.ArgumentParser()
    command.add_argument("--ready-file", type=Path, required=True)
    asyncio.run(serve(command.parse_args().ready_file))


if __name__ == "__main__":
    main()
