"""One process of the load client: its binds, one epoll, and a conversation with the parent over a pipe.

The parent hears ``bound`` (or a failure), says ``go``, hears ``done``, says ``leave``, and is handed the evidence.
"""

import ctypes
import gc
import select
import signal
import ssl
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from time import monotonic

from benchmarks.bind import Bind, BindState, Progress
from benchmarks.commands import BIND_TRANSCEIVER, BIND_TRANSMITTER
from benchmarks.evidence import Evidence, gather
from benchmarks.submissions import Submissions

CONNECTING_AT_ONCE = 64
"""Connections under way at a time, so that no listen queue overflows."""

PACED_TICK = 0.001
"""Seconds between looks at what is due, when messages are paced."""

UNBIND_SECONDS = 2.0
"""How long unbind_resp is waited for at the end."""


@dataclass(frozen=True)
class Load:
    """What to do to which server; the unit of time is the second, of length the octet."""

    host: str = "127.0.0.1"
    port: int = 2775
    tls: bool = False
    system_id: str = "smppclient1"
    password: str = "password"
    transmitter: bool = False
    binds: int = 1
    window: int = 10
    messages: int = 100_000
    receipts: bool = False
    idle: int = 0
    rate: float = 0.0
    shortest: int = 20
    longest: int = 160
    timeout: float = 60.0
    processes: int = 1


class LoadFailed(Exception):
    """The load could not be put on: no connection, a refused bind, too little time."""


class Worker:
    """The binds with the indexes ``share``, ``share + processes``, … of a load, and as many of its idle binds."""

    def __init__(self, load: Load, share: int) -> None:
        self.load = load
        self.deadline = monotonic() + load.timeout
        self.rate = load.rate / load.processes
        self.epoll = select.epoll()
        self.writing: set[int] = set()
        self.by_fileno: dict[int, Bind] = {}
        self.context: ssl.SSLContext | None = None
        if load.tls:
            # Load is put on servers with certificates of their own making; identity is not what is measured.
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            self.context.check_hostname = False
            self.context.verify_mode = ssl.CERT_NONE
        command_id = BIND_TRANSMITTER if load.transmitter else BIND_TRANSCEIVER
        self.progress = Progress()

        def new_bind(submissions: Submissions | None) -> Bind:
            return Bind(command_id, load.system_id, load.password, load.window, submissions, self.progress)

        self.active = [new_bind(self._submissions(index)) for index in range(share, load.binds, load.processes)]
        self.binds = [
            *self.active,
            *(new_bind(None) for _ in range(share, load.idle, load.processes)),
        ]
        self.messages = sum(len(bind.submissions or ()) for bind in self.active)

    def _submissions(self, index: int) -> Submissions:
        load = self.load
        return Submissions(
            range(index, load.messages, load.binds),
            receipts=load.receipts,
            shortest=load.shortest,
            longest=load.longest,
            seed=index,
        )

    def bind_all(self) -> None:
        """Connects and binds everything.  Raises LoadFailed."""
        waiting = list(reversed(self.binds))
        under_way: set[Bind] = set()
        while waiting or under_way:
            while waiting and len(under_way) < CONNECTING_AT_ONCE:
                bind = waiting.pop()
                bind.connect(self.load.host, self.load.port, self.context)
                if bind.state is BindState.CLOSED:
                    raise LoadFailed(f"{self.load.host}:{self.load.port}: {bind.problem}")
                self.by_fileno[bind.fileno] = bind
                self.epoll.register(bind.fileno, select.EPOLLIN | select.EPOLLOUT)
                self.writing.add(bind.fileno)
                under_way.add(bind)
            self._pump(0.1, refill=False)
            settled = {bind for bind in under_way if bind.state in (BindState.BOUND, BindState.CLOSED)}
            for bind in settled:
                if bind.state is BindState.CLOSED:
                    raise LoadFailed(f"{self.load.host}:{self.load.port}: {bind.problem}")
            under_way -= settled
            if monotonic() > self.deadline:
                bound = sum(bind.state is BindState.BOUND for bind in self.binds)
                raise LoadFailed(f"only {bound} of {len(self.binds)} bound after {self.load.timeout:g} s")

    def run(self) -> None:
        """Sends every message and waits for every answer and receipt, or for the deadline, or for a lost bind."""
        if self.rate:
            self._run_paced()
        else:
            now = monotonic()
            for bind in self.active:
                if bind.room > 0:
                    bind.transmit([bind.take(bind.room, now, now, 0.0)])
                    self._rewatch(bind)
            while not self._finished():
                self._pump(0.02, refill=True)

    def _run_paced(self) -> None:
        start, step, issued, turn = monotonic(), 1.0 / self.rate, 0, 0
        while not self._finished():
            now = monotonic()
            due = min(self.messages, int((now - start) * self.rate) + 1)
            for offset in range(len(self.active)):
                if issued >= due:
                    break
                bind = self.active[(turn + offset) % len(self.active)]
                count = min(due - issued, bind.room)
                if count > 0:
                    # Latency counts from when a message was due, not from when we came round to sending it.
                    bind.transmit([bind.take(count, now, start + issued * step, step)])
                    self._rewatch(bind)
                    issued += count
            turn += 1
            self._pump(PACED_TICK, refill=False)

    def _finished(self) -> bool:
        progress = self.progress
        if progress.answered >= self.messages and (
            not self.load.receipts or progress.receipts >= self.messages - progress.failed
        ):
            return True
        return progress.lost > 0 or monotonic() > self.deadline

    def _pump(self, seconds: float, *, refill: bool) -> None:
        for fileno, _ in self.epoll.poll(seconds):
            bind = self.by_fileno[fileno]
            bind.on_event(refill)
            if bind.backlog or fileno in self.writing:
                self._rewatch(bind)

    def _rewatch(self, bind: Bind) -> None:
        """Asks epoll for writability exactly while there is something to write."""
        if bind.state is BindState.CLOSED:
            self.writing.discard(bind.fileno)
            return
        wanted = bind.wants_to_write
        if wanted != (bind.fileno in self.writing):
            self.epoll.modify(bind.fileno, select.EPOLLIN | (select.EPOLLOUT if wanted else 0))
            (self.writing.add if wanted else self.writing.discard)(bind.fileno)

    def leave(self) -> None:
        """Unbinds everything, for at most UNBIND_SECONDS."""
        until = monotonic() + UNBIND_SECONDS
        for bind in self.binds:
            bind.unbind()
            self._rewatch(bind)
        while monotonic() < until and any(bind.state is BindState.UNBINDING for bind in self.binds):
            self._pump(0.05, refill=False)
        for bind in self.binds:
            bind.close("")


def serve(load: Load, share: int, parent: Connection) -> None:
    """The life of a worker process; it ends with its parent, however that ends."""
    # prctl(PR_SET_PDEATHSIG): a killed parent could not stop us, and load must never go on by itself.
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    worker = Worker(load, share)
    # Nothing here makes cycles; a collection in mid-run would show as latency of the server.
    gc.disable()
    gc.freeze()
    try:
        worker.bind_all()
    except LoadFailed as error:
        parent.send(str(error))
        return
    parent.send(None)
    parent.recv()
    before = time.process_time()
    worker.run()
    generator_cpu = time.process_time() - before
    parent.send(None)
    parent.recv()
    worker.leave()
    evidence: Evidence = gather(worker.binds, load.receipts)
    evidence.generator_cpu = generator_cpu
    parent.send(evidence)
