"""Building a ladder: PDUs of one session out of the journal, each response led to its request.

The whole session is gone through by headers alone; bodies are decoded for the rows of the page that is asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from smsc_sim.sim.journal.directory import SessionEntry
from smsc_sim.sim.journal.event import Entry, instant, pdu_event
from smsc_sim.sim.journal.notes import JournalNote, SessionNote
from smsc_sim.sim.journal.record import Direction
from smsc_sim.sim.journal.ring import Journal
from smsc_sim.sim.ladder.pieces import Piece, Pieces
from smsc_sim.sim.ladder.rows import PAGE, Fault, Kind, LadderPage, Row
from smsc_sim.smpp.commands import COMMANDS, RESPONSE_BIT, CommandId, command_name
from smsc_sim.smpp.framing import HEADER, HEADER_LENGTH
from smsc_sim.smpp.status import meaning_of

MOST_STEPS: Final = 50_000
"""PDUs of one session that a ladder is built of, the latest ones; more would keep everybody waiting."""

LATE: Final = 1.0
"""Seconds after which an answer counts as late, if nothing else is said."""

_NO_RESPONSE: Final = frozenset(
    command.command_id for command in COMMANDS.values() if command.response is None and not command.is_response
)
_LINKS: Final = frozenset({CommandId.ENQUIRE_LINK, CommandId.ENQUIRE_LINK_RESP})


@dataclass(slots=True)
class Step:
    """A row in the making."""

    piece: Piece
    kind: Kind = "pdu"
    command_id: int = 0
    command_status: int = 0
    sequence_number: int = -1
    after: float | None = None
    answered: bool = False
    fault: Fault = ""
    note: JournalNote | None = None
    count: int = 1
    until: float = 0.0

    @property
    def is_response(self) -> bool:
        """Whether it answers a request."""
        return bool(self.command_id & RESPONSE_BIT)

    @property
    def wants_answer(self) -> bool:
        """Whether it is a request that has a response."""
        return self.kind == "pdu" and not self.is_response and self.command_id not in _NO_RESPONSE


class Ladder:
    """All steps of one session, from which pages are made."""

    __slots__ = ("_late", "_now", "_steps", "session", "whole")

    def __init__(self, session: SessionEntry, steps: list[Step], *, late: float, now: float, whole: bool) -> None:
        self.session = session
        self.whole = whole
        self._steps = steps
        self._late = late
        self._now = now

    def __len__(self) -> int:
        return len(self._steps)

    @property
    def pages(self) -> int:
        """How many pages of :data:`PAGE` rows there are."""
        return -(-len(self._steps) // PAGE)

    def page(self, number: int = 1) -> LadderPage:
        """Page ``number``, from 1 on; one that is not there has no rows."""
        session = self.session
        start = (number - 1) * PAGE
        steps = self._steps[start : start + PAGE] if number >= 1 else []
        return LadderPage(
            session=session.name,
            account=session.account,
            bind=session.bind,
            peer=session.peer,
            page=number,
            pages=self.pages,
            total=len(self._steps),
            whole=self.whole,
            rows=[self._row(step) for step in steps],
        )

    def _row(self, step: Step) -> Row:
        piece = step.piece
        t = instant(piece.at)
        if step.note is not None:
            return Row(seq=piece.seq, t=t, kind="note", text=step.note.words())
        if step.kind == "links":
            return Row(seq=piece.seq, t=t, kind="links", count=step.count, until=instant(step.until))
        direction = piece.direction.name.lower()
        if step.kind == "octets":
            name = command_name(step.command_id) if step.command_id else ""
            return Row(
                seq=piece.seq, n=piece.n, t=t, kind="octets", direction=direction, pdu=name, fault=step.fault,
                pieces=piece.pieces, text=_extent(piece.octets),
            )  # fmt: skip
        event = pdu_event(piece.seq, piece.n, t, piece.direction, self.session, piece.octets)
        due = self.session.closed_at > 0 or self._now - piece.at > self._late
        return Row(
            seq=piece.seq,
            n=piece.n,
            t=t,
            kind="pdu",
            direction=direction,
            pdu=event.pdu,
            sequence_number=event.sequence_number,
            status=event.status,
            meaning=meaning_of(step.command_status) if event.status else "",
            command_status=event.command_status,
            after=step.after,
            late=step.after is not None and step.after > self._late,
            answered=step.answered or not step.wants_answer or not due,
            fault=step.fault or ("broken" if event.broken else ""),
            pieces=piece.pieces,
            text=event.about(),
        )


def ladder_of(
    journal: Journal,
    number: int,
    *,
    now: float | None = None,
    late: float = LATE,
    fold: bool = True,
    only: Collection[str] | None = None,
) -> Ladder:
    """The ladder of session ``number``, as far as the journal holds it.

    ``now``: seconds since the epoch, None: the instant of its last entry; ``late``: seconds after which an answer is
    late, or a request that has none is shown as unanswered; ``fold``: whether enquire_link with its response is
    gathered into one row; ``only``: names of requests, such as ``submit_sm``: only these with their responses.
    """
    entries = journal.session_entries(number)
    steps, dropped = _steps(entries)
    whole = not dropped and bool(entries) and _is_beginning(entries[0][1])
    _pair(steps, whole)
    if only is not None:
        steps = [step for step in steps if step.note is None and _request_name(step) in only]
    elif fold:
        steps = list(_folded(steps, late))
    last = entries[-1][1] if entries else None
    instant_of_last = 0.0 if last is None else last.at if isinstance(last, JournalNote) else last[0]
    return Ladder(
        journal.sessions.get(number), steps, late=late, now=instant_of_last if now is None else now, whole=whole
    )


def _is_beginning(entry: Entry) -> bool:
    return isinstance(entry, SessionNote) and entry.what == "connected"


def _steps(entries: Sequence[tuple[int, Entry]]) -> tuple[list[Step], bool]:
    """Everything that becomes a row, in order, and whether steps before these were left out."""
    steps: list[Step] = []
    cutters = {Direction.IN: Pieces(), Direction.OUT: Pieces()}
    dropped = False
    for seq, entry in entries:
        if isinstance(entry, JournalNote):
            if isinstance(entry, SessionNote) and entry.what == "closed":
                steps += _ends(cutters)
            steps.append(Step(Piece(seq, 0, entry.at, Direction.OUT, b""), "note", note=entry))
            continue
        at, _, direction, octets = entry
        steps += map(_step, cutters[direction].cut(seq, at, direction, octets))
        if len(steps) > 2 * MOST_STEPS:
            dropped = True
            del steps[:-MOST_STEPS]
    steps += _ends(cutters)
    if len(steps) > MOST_STEPS:
        dropped = True
        del steps[:-MOST_STEPS]
    return steps, dropped


def _ends(cutters: dict[Direction, Pieces]) -> Iterator[Step]:
    """What never was completed."""
    for cutter in cutters.values():
        yield from map(_step, cutter.end())


def _step(piece: Piece) -> Step:
    octets = piece.octets
    if piece.whole:
        _, command_id, command_status, sequence_number = HEADER.unpack_from(octets)
        return Step(piece, "pdu", command_id, command_status, sequence_number)
    command_id = int.from_bytes(octets[4:8], "big") if len(octets) >= 8 else 0
    known = command_id in COMMANDS
    step = Step(piece, "octets", command_id if known else 0, fault="cut" if known else "broken")
    if known and len(octets) >= HEADER_LENGTH:
        step.sequence_number = HEADER.unpack_from(octets)[3]
    return step


def _pair(steps: list[Step], whole: bool) -> None:
    """Lead each response to its request; ``whole``: one without a request has not been asked for."""
    asked: dict[tuple[Direction, int], Step] = {}
    for step in steps:
        if step.note is not None or step.sequence_number < 0:
            continue
        direction = step.piece.direction
        if not step.is_response:
            asked[direction, step.sequence_number] = step
            continue
        other = Direction.IN if direction is Direction.OUT else Direction.OUT
        request = asked.get((other, step.sequence_number))
        if request is None or step.command_id not in (request.command_id | RESPONSE_BIT, CommandId.GENERIC_NACK):
            if step.kind == "pdu" and (whole or request is not None):
                step.fault = "unasked"
            continue
        step.after = step.piece.at - request.piece.at
        if request.answered and step.kind == "pdu":
            step.fault = "repeated"
        request.answered = request.answered or step.kind == "pdu"


def _folded(steps: list[Step], late: float) -> Iterator[Step]:
    """The steps, with answered enquire_link that stand together as one."""
    run: list[Step] = []
    for step in steps:
        if step.command_id in _LINKS and step.kind == "pdu" and not step.fault and _is_well(step, late):
            run.append(step)
            continue
        yield from _fold(run)
        run = []
        yield step
    yield from _fold(run)


def _is_well(step: Step, late: float) -> bool:
    return step.after is not None and step.after <= late if step.is_response else step.answered


def _fold(run: list[Step]) -> list[Step]:
    if len(run) < 2:
        return run
    count = sum(not step.is_response for step in run)
    return [Step(run[0].piece, "links", CommandId.ENQUIRE_LINK, count=max(count, 1), until=run[-1].piece.at)]


def _request_name(step: Step) -> str:
    return command_name(step.command_id).removesuffix("_resp") if step.command_id else ""


def _extent(octets: bytes) -> str:
    """How much there is of what was cut."""
    stated = int.from_bytes(octets[:4], "big") if len(octets) >= 8 and octets[4:8] in _COMMAND_IDS else 0
    if stated > len(octets):
        return f"{len(octets)} of {stated} octets: {octets[:64].hex()}"
    return f"{len(octets)} octets: {octets[:64].hex()}"


_COMMAND_IDS: Final = frozenset(command_id.to_bytes(4, "big") for command_id in COMMANDS)
