"""One bind of the load client: a non-blocking socket, its window, and a log of what went out and came in.

While the clock runs, answers are only counted and kept; ``evidence`` reads them afterwards.
"""

import errno
import os
import socket
import ssl
from collections.abc import Sequence
from enum import Enum
from time import monotonic

from benchmarks.commands import (
    BIND_RESPONSES,
    DELIVER_SM,
    ENQUIRE_LINK,
    ENQUIRE_LINK_RESP,
    GENERIC_NACK,
    SUBMIT_SM_RESP,
    UNBIND,
    UNBIND_RESP,
    bind_request,
    deliver_responses,
    header_only,
)
from benchmarks.frames import FramingLost, Run, scan
from benchmarks.submissions import Submissions

READ_SIZE = 64 * 1024
"""Octets of one read: below the size from which the allocator asks the kernel for every buffer."""

Octets = bytes | bytearray | memoryview

Sent = tuple[float, float, float, int, int]
"""A batch of submit_sm: when it was sent, when its first was due, seconds between one due and the next, index of the
first, count."""

Received = tuple[float, bytes, list[Run]]
"""One read: when it came, its octets, and the runs of PDUs in it."""

_TRY_LATER = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class BindState(Enum):
    """Where a bind stands."""

    CONNECTING = "connecting"
    HANDSHAKE = "TLS handshake"
    BINDING = "binding"
    BOUND = "bound"
    UNBINDING = "unbinding"
    CLOSED = "closed"


class Progress:
    """What the binds of one process have counted together."""

    __slots__ = ("answered", "failed", "lost", "receipts")

    def __init__(self) -> None:
        self.answered = 0
        self.failed = 0
        self.receipts = 0
        self.lost = 0


class Bind:
    """A connection to the server that binds once and then sends what its ``submissions`` hold (none when idle)."""

    __slots__ = (
        "backlog",
        "command_id",
        "disconnected",
        "fileno",
        "generic_nacks",
        "next_index",
        "opening",
        "outstanding",
        "partial",
        "password",
        "problem",
        "progress",
        "received",
        "sent",
        "sock",
        "state",
        "submissions",
        "system_id",
        "tls",
        "total",
        "unexpected",
        "window",
    )

    def __init__(
        self,
        command_id: int,
        system_id: str,
        password: str,
        window: int,
        submissions: Submissions | None,
        progress: Progress,
    ) -> None:
        self.progress = progress
        self.command_id = command_id
        self.system_id = system_id
        self.password = password
        self.window = window
        self.submissions = submissions
        self.total = len(submissions) if submissions is not None else 0
        self.state = BindState.CONNECTING
        self.opening = True
        self.next_index = 0
        self.outstanding = 0
        self.unexpected = 0
        self.generic_nacks = 0
        self.disconnected = False
        self.problem = ""
        self.partial = b""
        self.backlog: list[Octets] = []
        self.sent: list[Sent] = []
        self.received: list[Received] = []
        self.tls: ssl.SSLContext | None = None
        self.fileno = -1
        self.sock: socket.socket

    def connect(self, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        """Begins to connect; the rest follows in ``on_event``."""
        self.tls = tls
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.fileno = self.sock.fileno()
        self.sock.setblocking(False)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        result = self.sock.connect_ex((host, port))
        if result not in (0, errno.EINPROGRESS):
            self.close(os.strerror(result))

    @property
    def room(self) -> int:
        """How many submit_sm may leave now, once bound."""
        return min(self.window - self.outstanding, self.total - self.next_index)

    @property
    def wants_to_write(self) -> bool:
        """Whether the socket's writability is of interest."""
        return self.opening or bool(self.backlog)

    def on_event(self, refill: bool) -> None:
        """The socket can be read or written.  With refill every answer lets the next submit_sm out."""
        if self.opening:
            self._open()
            return
        if self.backlog:
            pending, self.backlog = self.backlog, []
            self.transmit(pending)
        while True:
            try:
                octets = self.sock.recv(READ_SIZE)
            except _TRY_LATER:
                return
            except OSError as error:
                self.close(str(error))
                return
            if not octets:
                self.close("closed by the server")
                return
            self._on_octets(self.partial + octets if self.partial else octets, refill)
            # TLS hands out one record at a time, and epoll does not see what the library already holds.
            if self.tls is None or self.state is BindState.CLOSED:
                return

    def _open(self) -> None:
        if self.state is BindState.CONNECTING:
            error = self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if error:
                self.close(os.strerror(error))
                return
            self.state = BindState.HANDSHAKE
            if self.tls is not None:
                # Only a connected socket can be wrapped; the file descriptor stays the same.
                self.sock = self.tls.wrap_socket(self.sock, do_handshake_on_connect=False)
        if isinstance(self.sock, ssl.SSLSocket):
            try:
                self.sock.do_handshake()
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            except OSError as error:
                self.close(f"TLS handshake: {error}")
                return
        self.opening = False
        self.state = BindState.BINDING
        self.transmit([bind_request(self.command_id, 1, self.system_id, self.password)])

    def _on_octets(self, octets: bytes, refill: bool) -> None:
        now = monotonic()
        try:
            runs, used = scan(octets)
        except FramingLost as error:
            self.unexpected += 1
            self.close(str(error))
            return
        self.partial = octets[used:]
        self.received.append((now, octets, runs))
        answers: list[Octets] = []
        for command_id, command_status, start, length, count in runs:
            if command_id == SUBMIT_SM_RESP:
                self.outstanding -= count
                self.progress.answered += count
                if command_status:
                    self.progress.failed += count
            elif command_id == DELIVER_SM:
                self.progress.receipts += count
                answers.append(deliver_responses(octets, start, length, count))
            else:
                for at in range(start, start + count * length, length):
                    self._on_other(command_id, command_status, octets[at + 12 : at + 16], answers)
        if refill and self.outstanding < self.window and self.next_index < self.total:
            answers.append(self.take(self.room, now, now, 0.0))
        if answers:
            self.transmit(answers)

    def _on_other(self, command_id: int, command_status: int, sequence: bytes, answers: list[Octets]) -> None:
        if command_id == ENQUIRE_LINK:
            answers.append(header_only(ENQUIRE_LINK_RESP, int.from_bytes(sequence, "big")))
        elif command_id == UNBIND:
            answers.append(header_only(UNBIND_RESP, int.from_bytes(sequence, "big")))
        elif command_id in BIND_RESPONSES and self.state is BindState.BINDING:
            if command_status:
                self.close(f"bind refused with command_status {command_status:#010x}")
            else:
                self.state = BindState.BOUND
        elif command_id == UNBIND_RESP and self.state is BindState.UNBINDING:
            self.close("")
        elif command_id == GENERIC_NACK:
            self.generic_nacks += 1
            self.problem = f"generic_nack with command_status {command_status:#010x}"
        elif command_id != ENQUIRE_LINK_RESP:
            self.unexpected += 1
            self.problem = f"unexpected command_id {command_id:#010x}"

    def take(self, count: int, sent_at: float, due_at: float, step: float) -> memoryview:
        """The octets of the next count submit_sm, noted as sent."""
        assert self.submissions is not None
        first = self.next_index
        self.next_index = stop = first + count
        self.outstanding += count
        self.sent.append((sent_at, due_at, step, first, count))
        return self.submissions.slice(first, stop)

    def transmit(self, buffers: Sequence[Octets]) -> None:
        """Writes what the socket takes and keeps the rest, in order."""
        if self.state is BindState.CLOSED:
            return
        if self.backlog:
            self.backlog.extend(buffers)
            return
        joined = buffers[0] if len(buffers) == 1 else b"".join(buffers)
        try:
            written = self.sock.send(joined)
        except _TRY_LATER:
            written = 0
        except OSError as error:
            self.close(str(error))
            return
        if written < len(joined):
            self.backlog.append(memoryview(joined)[written:])

    def unbind(self) -> None:
        """Asks to leave; the connection closes when unbind_resp is there."""
        if self.state is BindState.BOUND:
            self.state = BindState.UNBINDING
            self.transmit([header_only(UNBIND, 0x7FFFFFFF)])

    def close(self, problem: str) -> None:
        """Closes the socket; with a problem while binding or bound the connection counts as lost."""
        if self.state is BindState.CLOSED:
            return
        if self.state is not BindState.UNBINDING and problem:
            self.disconnected = True
            self.progress.lost += 1
            self.problem = problem
        self.state = BindState.CLOSED
        self.opening = False
        self.sock.close()
