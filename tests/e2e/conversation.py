"""Conversations that python-smpplib has with a server, as tests see them."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any

from tests.e2e import peers
from tests.e2e.driver import Driver, Event, of_kind
from tests.e2e.server import Smsc

SECONDS = 30


@contextlib.contextmanager
def conversing(
    smsc: Smsc,
    *messages: dict[str, Any],
    account: str = "smppclient1",
    password: str = "password",
    mode: str = "transceiver",
    **task: Any,
) -> Iterator[Driver]:
    """A client that submits `messages`; it is stopped at the end whatever it does."""
    host, port = smsc.smpp
    driver = Driver(
        peers.python_command("smpplib_conversation", "smpplib"),
        {
            "host": host,
            "port": port,
            "system_id": account,
            "password": password,
            "mode": mode,
            "seconds": SECONDS,
            "messages": messages,
            **task,
        },
    )
    try:
        yield driver
    finally:
        driver.program.kill()


def converse(smsc: Smsc, *messages: dict[str, Any], **task: Any) -> list[Event]:
    """Such a conversation from beginning to end; its events."""
    with conversing(smsc, *messages, **task) as driver:
        return driver.finish()


def to(*numbers: str, **fields: Any) -> list[dict[str, Any]]:
    """A message to each of the numbers."""
    return [{"destination_addr": number, **fields} for number in numbers]


def statuses(events: list[Event]) -> list[int]:
    """The command_status of each submit_sm_resp, in the order in which they came."""
    return [event["status"] for event in of_kind(events, "submitted")]


def receipts(events: list[Event]) -> list[tuple[str, str, str]]:
    """Number, state and error code of each receipt, in the order in which they came."""
    found = []
    for event in of_kind(events, "delivered"):
        assert event["esm_class"] & 0x3C == 4, event
        parts = re.search(r" stat:(\S+) err:(\S+) ", event["text"])
        assert parts, event
        found.append((event["source_addr"], parts[1], parts[2]))
    return found
