"""The log: the SMSC's notes and, when asked for, its PDUs, as events of Twisted's logger."""

from __future__ import annotations

from twisted.logger import Logger, LogLevel

from smsc_sim.sim.journal import Direction, Entry
from smsc_sim.sim.log_lines import Note
from smsc_sim.sim.smsc import Smsc
from smsc_sim.sim.visible import visible
from smsc_sim.smpp.framing import whole_frames
from smsc_sim.smpp.pdu import Pdu
from smsc_sim.smpp.status import name_of

LEVELS = ("debug", "info", "warn", "error")
"""From the most to the least talkative."""

_LEVELS = {name: LogLevel.levelWithName(name) for name in LEVELS}
_ARROWS = {Direction.IN: "<-", Direction.OUT: "->"}


class NoteLog:
    """Writes notes from ``level`` on; passwords are never in them, and hostile text is made visible."""

    def __init__(self, level: str = "info") -> None:
        """``level``: one of :data:`LEVELS`."""
        self._logger = Logger("smsc_sim")
        self.set_level(level)

    def set_level(self, level: str) -> None:
        """Write notes from this level on, one of :data:`LEVELS`."""
        self.level = level
        self._shown = frozenset(LEVELS[LEVELS.index(level) :])

    def __call__(self, note: Note) -> None:
        """Write one note."""
        if note.level in self._shown:
            self._logger.emit(
                _LEVELS[note.level],
                "{session} {peer}{as_account}: {text}",
                session=note.session,
                peer=note.peer,
                account=note.account,
                as_account=f" {visible(note.account)}" if note.account else "",
                text=visible(note.text),
            )

    def say(self, level: str, text: str) -> None:
        """Write a line that belongs to no session."""
        if level in self._shown:
            self._logger.emit(_LEVELS[level], "{text}", text=text)


class PduLog:
    """Writes a line for each PDU; to be subscribed to the journal."""

    def __init__(self, smsc: Smsc, octets: bool) -> None:
        """``octets``: with the PDU in hexadecimal."""
        self._logger = Logger("smsc_sim.pdu")
        self._smsc = smsc
        self._octets = octets

    def __call__(self, entry: Entry) -> None:
        """Write the PDUs of one entry."""
        if not isinstance(entry, tuple):
            return
        _, number, direction, octets = entry
        session = self._smsc.sessions.get(number)
        for frame in whole_frames(octets):
            pdu = Pdu(frame)
            self._logger.info(
                "s{number} {peer} {arrow} {name} {sequence_number} {status}{hex}",
                number=number,
                peer=session.peer if session is not None else "",
                arrow=_ARROWS[direction],
                name=pdu.name,
                sequence_number=pdu.sequence_number,
                status=name_of(pdu.command_status),
                hex=f" {frame.hex()}" if self._octets else "",
            )
