"""A bare server on smpp.twisted3, one of the peers of the benchmarks.

Binds are accepted, submit_sm is answered with an id, and a receipt follows a second later when registered_delivery
asks for one.  No rules, no store.  Run with a Python that has smpp.twisted3 (127.0.0.1 only)::

    python twisted3_smpp_server.py --ready-file ready.json
"""

import argparse
import json
import logging
import os
import time
from importlib import import_module
from pathlib import Path
from typing import Any

RECEIPT_AFTER = 1.0
"""Seconds."""


class Checker:
    """A twisted.cred portal that lets everybody in."""

    def __init__(self, succeed: Any) -> None:
        self.succeed = succeed

    def login(self, credentials: Any, mind: Any, *interfaces: Any) -> Any:
        """Answers with an avatar that nobody looks at."""
        del credentials, mind, interfaces
        return self.succeed((None, None, lambda: None))


class Handler:
    """Answers submit_sm; smpp.twisted3 encodes what is returned."""

    def __init__(self, reactor: Any) -> None:
        self.reactor = reactor
        self.operations: Any = import_module("smpp.pdu.operations")
        self.types: Any = import_module("smpp.pdu.pdu_types")
        self.response: Any = import_module("smpp.twisted.protocol").DataHandlerResponse
        self.messages = 0

    def __call__(self, system_id: str, session: Any, pdu: Any) -> Any:
        """One data PDU: anything but submit_sm is just accepted."""
        del system_id
        if pdu.id != self.types.CommandId.submit_sm:
            return self.types.CommandStatus.ESME_ROK
        self.messages += 1
        message_id = b"%010d" % self.messages
        wanted = pdu.params["registered_delivery"].receipt
        if wanted == self.types.RegisteredDeliveryReceipt.SMSC_DELIVERY_RECEIPT_REQUESTED:
            self.reactor.callLater(RECEIPT_AFTER, self.send_receipt, session, pdu, message_id)
        return self.response(self.types.CommandStatus.ESME_ROK, message_id=message_id)

    def send_receipt(self, session: Any, pdu: Any, message_id: bytes) -> None:
        """A deliver_sm from where the message was sent to."""
        date = time.strftime("%y%m%d%H%M", time.gmtime()).encode()
        text = b"id:%s sub:001 dlvrd:001 submit date:%s done date:%s stat:DELIVRD err:000 text:%s" % (
            message_id,
            date,
            date,
            pdu.params["short_message"][:20],
        )
        types = self.types
        receipt = self.operations.DeliverSM(
            source_addr_ton=pdu.params["dest_addr_ton"],
            source_addr_npi=pdu.params["dest_addr_npi"],
            source_addr=pdu.params["destination_addr"],
            dest_addr_ton=pdu.params["source_addr_ton"],
            dest_addr_npi=pdu.params["source_addr_npi"],
            destination_addr=pdu.params["source_addr"],
            esm_class=types.EsmClass(types.EsmClassMode.DEFAULT, types.EsmClassType.SMSC_DELIVERY_RECEIPT),
            short_message=text,
            receipted_message_id=message_id,
            message_state=types.MessageState.DELIVERED,
        )
        session.sendDataRequest(receipt).addErrback(lambda failure: None)


def main() -> None:
    """Listens until SIGTERM."""
    command = argparse.ArgumentParser()
    command.add_argument("--ready-file", type=Path, required=True)
    command.add_argument("--system-id", default="smppclient1")
    options = command.parse_args()
    logging.disable(logging.CRITICAL)
    reactor: Any = import_module("twisted.internet.reactor")
    succeed = import_module("twisted.internet.defer").succeed
    handler = Handler(reactor)
    config = import_module("smpp.twisted.config").SMPPServerConfig(
        msgHandler=handler, systems={options.system_id: {"max_bindings": 100_000}}
    )
    factory = import_module("smpp.twisted.server").SMPPServerFactory(config, Checker(succeed))
    port = reactor.listenTCP(0, factory, interface="127.0.0.1", backlog=1024)
    temporary = options.ready_file.with_suffix(".new")
    temporary.write_text(json.dumps({"smpp": [f"127.0.0.1:{port.getHost().port}"], "pid": os.getpid()}))
    temporary.rename(options.ready_file)
    reactor.run()


if __name__ == "__main__":
    main()
