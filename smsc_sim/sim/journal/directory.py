"""Who was on which session: what events need to name a session that may be gone."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

CLOSED_KEPT: Final = 20_000
"""Closed sessions that can still be named; the oldest are forgotten first."""


@dataclass(slots=True)
class SessionEntry:
    """One session, open or closed."""

    number: int
    peer: str = ""
    """Address and port of the ESME."""
    local: str = ""
    """Address and port of the SMSC; empty where it is not known."""
    tls: str = ""
    opened_at: float = 0.0
    """Seconds since the epoch."""
    account: str = ""
    """system_id; empty before its bind."""
    bind: str = ""
    """``transmitter``, ``receiver`` or ``transceiver``."""
    alphabet: str = "gsm7"
    """What data_coding 0 means to its account."""
    bound_at: float = 0.0
    bound_seq: int = 0
    """Of the read that brought the bind: from there on events have the account; 0 before."""
    closed_at: float = 0.0
    """0 while it is open."""
    reason: str = ""
    """Why it was closed."""
    cipher: str = ""
    """Of its TLS, by the name that OpenSSL has for it; empty in plaintext."""

    @property
    def name(self) -> str:
        """As it is called on pages and in the log: ``s7``."""
        return f"s{self.number}"


class SessionDirectory:
    """Sessions by number: every open one, and the latest closed ones."""

    __slots__ = ("_closed", "_entries", "_kept")

    def __init__(self, kept: int = CLOSED_KEPT) -> None:
        """``kept``: the most closed sessions to remember."""
        self._entries: dict[int, SessionEntry] = {}
        self._closed: deque[int] = deque()
        self._kept = kept

    def get(self, number: int) -> SessionEntry:
        """What is known of this session; of one that was forgotten, its number."""
        return self._entries.get(number) or SessionEntry(number)

    def __contains__(self, number: int) -> bool:
        return number in self._entries

    def __len__(self) -> int:
        return len(self._entries)

    def all(self) -> list[SessionEntry]:
        """Every session that can be named, in the order in which they connected."""
        return list(self._entries.values())

    def opened(self, entry: SessionEntry) -> None:
        """A session begins."""
        self._entries[entry.number] = entry

    def closed(self, number: int, now: float, reason: str) -> None:
        """A session is gone; it can be named for a while."""
        entry = self._entries.get(number)
        if entry is None or entry.closed_at:
            return
        entry.closed_at, entry.reason = now, reason
        self._closed.append(number)
        while len(self._closed) > self._kept:
            del self._entries[self._closed.popleft()]
