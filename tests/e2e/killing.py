"""A server that is killed again and again under load, and an account of what that costs: it must cost nothing.

``python -m tests.e2e.killing --times 100`` prints the figures as JSON; the exit code is 1 when anything was lost.
"""

from __future__ import annotations

import argparse
import json
import random
import selectors
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from smsc_sim.sim.store.store import Store
from tests.e2e.program import Program
from tests.e2e.server import RUN, clean_environment, files, ports, wait_until_ready
from tests.e2e.wire import DELIVER_SM, ENQUIRE_LINK, RESPONSE, SUBMIT_SM, Endpoint, pdu
from tests.e2e.wire import Esme as Wire

BINDS = 4
WINDOW = 50
"""submit_sm that wait for their response, on each bind."""
PATIENCE = 60.0
"""Seconds for the last receipts."""


@dataclass
class Outcome:
    """What came of it."""

    kills: int = 0
    submitted: int = 0
    accepted: int = 0
    """Answered ESME_ROK."""
    not_stored: int = 0
    """Of these, how many are not in the store."""
    without_receipt: int = 0
    """Of these, how many never got their receipt."""
    received_again: int = 0
    """Receipts that came more than once."""
    not_marked: int = 0
    """Of these, how many are not marked as resent."""
    unended: int = 0
    """Receipts that the store still takes for unanswered at the end."""
    resumed_most: float = 0.0
    """Seconds of the slowest start."""

    @property
    def lost(self) -> int:
        return self.not_stored + self.without_receipt + self.not_marked + self.unended


@dataclass
class Books:
    """What the client knows: it never dies."""

    accepted: set[str] = field(default_factory=set)
    receipts: Counter[str] = field(default_factory=Counter)
    submitted: int = 0


class Bind:
    """One connection of the client."""

    def __init__(self, endpoint: Endpoint, books: Books) -> None:
        self.wire = Wire(endpoint)
        self.wire.bind()
        self.wire.socket.setblocking(False)
        self.books = books
        self.held = self.wire.unread()
        self.sequence = 100
        self.open = 0

    def fill(self) -> None:
        """Submit as many as the window has room for."""
        octets = b""
        while self.open < WINDOW:
            self.sequence += 1
            self.open += 1
            self.books.submitted += 1
            text = b"message %d" % self.books.submitted
            body = b"\0\0\0\0\1\x01447700900123\0\0\0\0\0\0\1\0\0\0" + bytes([len(text)]) + text
            octets += pdu(SUBMIT_SM, self.sequence, body)
        if octets:
            self.wire.socket.sendall(octets)

    def read(self) -> None:
        """Take what came and answer it."""
        octets = self.wire.socket.recv(1 << 16)
        if not octets:
            raise EOFError
        self.held += octets
        answers = b""
        for command_id, status, sequence, body in self._frames():
            if command_id == SUBMIT_SM | RESPONSE:
                self.open -= 1
                if not status:
                    self.books.accepted.add(body.rstrip(b"\0").decode())
            elif command_id == DELIVER_SM:
                text = body[body.index(b"id:") + 3 :]
                self.books.receipts[text[: text.index(b" ")].decode()] += 1
                answers += pdu(DELIVER_SM | RESPONSE, sequence, b"\0")
            elif command_id == ENQUIRE_LINK:
                answers += pdu(ENQUIRE_LINK | RESPONSE, sequence)
        if answers:
            self.wire.socket.sendall(answers)

    def _frames(self) -> Iterator[tuple[int, int, int, bytes]]:
        while len(self.held) >= 16:
            length = int.from_bytes(self.held[:4], "big")
            if len(self.held) < length:
                return
            one, self.held = self.held[:length], self.held[length:]
            command_id, status, sequence = (int.from_bytes(one[at : at + 4], "big") for at in (4, 8, 12))
            yield command_id, status, sequence, one[16:]


def converse(endpoint: Endpoint, books: Books, seconds: float, *, submit: bool = True) -> None:
    """Load the server for so long, or until it is gone; without ``submit`` only until every receipt is there."""
    binds = []
    try:
        binds = [Bind(endpoint, books) for _ in range(BINDS)]
        with selectors.DefaultSelector() as selector:
            for bind in binds:
                selector.register(bind.wire.socket, selectors.EVENT_READ, bind)
            end = time.monotonic() + seconds
            while time.monotonic() < end and (submit or books.accepted - books.receipts.keys()):
                for bind in binds if submit else ():
                    bind.fill()
                for key, _ in selector.select(0.05):
                    key.data.read()
            if not submit:
                # The responses to the last receipts are on their way.
                time.sleep(0.5)
    except (OSError, EOFError, AssertionError):
        if not submit:
            raise
    finally:
        for bind in binds:
            bind.wire.socket.close()


def kill_often(directory: Path, times: int, dice: random.Random) -> Outcome:
    """Kill a durable server ``times`` times at random instants, and see what is left."""
    outcome, books = Outcome(), Books()
    options = [*RUN, *ports(tls=False), *files(directory), "--receipt-after", "150ms", "--log-level", "warn"]
    for number in range(times + 1):
        last = number == times
        begun = time.monotonic()
        program = Program(options, cwd=directory, environment=clean_environment(), merge=True)
        try:
            smsc = wait_until_ready(program, directory)
            outcome.resumed_most = max(outcome.resumed_most, time.monotonic() - begun)
            if last:
                converse(smsc.smpp, books, PATIENCE, submit=False)
                smsc.stop()
            else:
                converse(smsc.smpp, books, dice.uniform(0.05, 0.6))
                outcome.kills += 1
        finally:
            program.kill()
    judge(directory / "data" / "messages.db", books, outcome)
    return outcome


def judge(database: Path, books: Books, outcome: Outcome) -> None:
    """Hold the client's books against the store."""
    store = Store(database)
    while store.expand():
        pass
    connection = store.connection
    stored = {message_id for (message_id,) in connection.execute("SELECT message_id FROM message")}
    resent = {key for (key,) in connection.execute("SELECT key FROM receipt WHERE resent = 1")}
    open_states = "('scheduled', 'waiting', 'sent', 'manual')"
    ((outcome.unended,),) = connection.execute(f"SELECT count(*) FROM receipt WHERE status IN {open_states}")
    store.close()
    again = {message_id for message_id, count in books.receipts.items() if count > 1}
    outcome.submitted = books.submitted
    outcome.accepted = len(books.accepted)
    outcome.not_stored = len(books.accepted - stored)
    outcome.without_receipt = len(books.accepted - books.receipts.keys())
    outcome.received_again = len(again)
    outcome.not_marked = len(again - resent)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.killing", description=__doc__)
    parser.add_argument("--times", type=int, default=100, choices=range(1, 1001), metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="smsc-sim-killing-") as folder:
        outcome = kill_often(Path(folder), given.times, random.Random(given.seed))
    sys.stdout.write(json.dumps(asdict(outcome), indent=1) + "\n")
    return 1 if outcome.lost else 0


if __name__ == "__main__":
    sys.exit(main())
