"""The fast lane: the usual submit_sm and deliver_sm_resp, handled in one pass over the read buffer.

It takes a PDU only where it can see at a glance that the full decoder would find nothing unusual, and leaves everything
else to :mod:`smsc_sim.sim.operations`.  Both give the same octets and the same records; a property test holds them to
it.  Python's time goes into objects and calls, so there are none per message here: fields are found by position, the
response is made of prepared pieces, and what differs from message to message is sliced out once.
"""

from __future__ import annotations

from collections.abc import Mapping
from struct import Struct
from typing import TYPE_CHECKING

from smsc_sim.sim.messages.ledger import ENDED, RUN
from smsc_sim.sim.messages.message_ids import BLOCK, LOW
from smsc_sim.sim.messages.positions import DESTINATION_ADDR, find_destination
from smsc_sim.sim.messages.usual_course import UsualCourses
from smsc_sim.sim.receipts.quoting import QUOTED_CHARACTERS, quoted_octets
from smsc_sim.sim.rules.decision import receipt_wanted
from smsc_sim.sim.sessions.session import Session
from smsc_sim.smpp.commands import CommandId
from smsc_sim.smpp.legality import State
from smsc_sim.smpp.pdu import encode
from smsc_sim.smpp.receipt_text import MessageState

if TYPE_CHECKING:
    from smsc_sim.sim.receipts.receipt import ReceiptRecord
    from smsc_sim.sim.rules.screen import Screen
    from smsc_sim.sim.smsc import Smsc

_HEADER = Struct(">IQ4s").unpack_from
"""command_length; command_id and command_status (0) as one number; sequence_number as it stands, to be copied."""

_SUBMIT_SM = CommandId.SUBMIT_SM << 32
_DELIVER_SM_RESP = CommandId.DELIVER_SM_RESP << 32
_PREPARED = -CommandId.DELIVER_SM
"""The form of a deliver_sm that was prepared as a whole; below it are those of other commands."""


_HEADS = tuple(Struct(">III").pack(size, CommandId.SUBMIT_SM_RESP, 0) for size in range(100))
"""submit_sm_resp up to command_status, by command_length."""

_REFUSED = Struct(">II").pack(16, CommandId.SUBMIT_SM_RESP)
_STATUS = Struct(">I")
"""A submit_sm_resp that refuses has no body (SMPP 3.4 section 4.4.2)."""

_ESCAPE = b"\x1b"
_QUOTABLE = bytes(0x20 if octet in b"\n\r" else octet if octet < 0x80 else 0x3F for octet in range(256))
"""Septets of the default alphabet as a receipt quotes them: no line breaks, ``?`` for what is no septet."""

_SHORTEST = len(encode("submit_sm", sequence_number=1))
"""Octets of a submit_sm whose strings are all empty: so many messages at most are in one read."""

_TRANSMITTING = frozenset({State.BOUND_TX, State.BOUND_TRX})
_NO_SCREENS: Mapping[bytes, Screen] = {}


def _as_it_stands(flags: bytes) -> int:
    """1 when a receipt may quote the text as it stands, 2 when it needs recoding."""
    return 1 if flags[7] == 0 and not flags[0] & 0x40 else 2


class FastLane:
    """The lane of one SMSC; calling it handles PDUs from an offset on."""

    __slots__ = ("_courses", "_shapes", "_smsc")

    def __init__(self, smsc: Smsc) -> None:
        self._smsc = smsc
        self._courses = UsualCourses(smsc.delivery.writer)
        self._shapes: dict[bytes, int] = {}
        """By the nine octets from esm_class to sm_default_msg_id, when both times are empty: 0 no receipt wanted on
        success, 1 wanted and the text may be copied, 2 wanted and the text needs recoding."""

    def _shape(self, octets: bytes) -> int | None:
        """The entry of ``_shapes`` for these nine octets.

        None when there is a time, a priority_flag that SMPP 3.4 does not have, or a message to be replaced.
        """
        if len(octets) != 9 or octets[3] or octets[4] or octets[2] > 3 or octets[6]:
            return None
        shape = _as_it_stands(octets) if receipt_wanted(octets[5], MessageState.DELIVERED) else 0
        if len(self._shapes) > 1000:
            self._shapes.clear()
        self._shapes[octets] = shape
        return shape

    def __call__(  # noqa: C901, PLR0912, PLR0915 - one pass without calls is what makes it fast
        self, session: Session, octets: bytes, offset: int, now: float
    ) -> int:
        """Handle the usual PDUs from ``offset`` on; returns where the first one is that is left to the full decoder."""
        smsc = self._smsc
        account = session.account
        if account is None or session.unbinding:
            return offset
        submits = (
            session.state in _TRANSMITTING
            and session.interface_version >= 0x34
            and session.throughput is None
            and account.throughput is None
            and account.definition.window is None
            and account.definition.wallet is None
            and account.usual
            and smsc.refusing is None
            and smsc.delivery.has_room(account, (len(octets) - offset) // _SHORTEST)
        )
        decide = smsc.decide
        heads, head_size = None, 0
        screens = _NO_SCREENS
        if smsc.rules is not None and submits:
            heads, head_size = smsc.rules.heads, smsc.rules.head_size
            screens = smsc.rules.screens(session)
        outbox = session.outbox
        outstanding = session.outstanding
        shapes = self._shapes
        prefix = session.prefix
        prefix_size = len(prefix)
        originator = session.originator
        origin = session.number
        form = smsc.default_form
        ids = smsc.message_ids
        high = ids.high
        low = first = ids.low
        rolled = 0
        head = _HEADS[17 + len(high) + 4]
        usually = smsc.settings.receipts.after
        due = now + usually
        receipts: list[ReceiptRecord] = []
        by_due = {due: receipts}
        decided: list[tuple[int, str, int, str, str, float, bool]] = []
        refused: list[tuple[int, int, str]] = []
        acknowledged: list[bytes] = []
        begin = offset
        terse = not (
            smsc.settings.error_bodies if account.profile.error_bodies is None else account.profile.error_bodies
        )
        receipts_are_plain = smsc.rules is None or not smsc.rules.has("deliver_sm_resp")
        attempts = account.attempts
        # Somebody wants to know what becomes of some of the prepared ones: all of them are left.
        lowest_form = 0 if smsc.delivery.watchers else _PREPARED
        last = len(octets) - 16
        size = len(octets)

        while offset <= last:
            command_length, kind, sequence = _HEADER(octets, offset)
            stop = offset + command_length
            if stop > size:
                break
            if kind == _SUBMIT_SM:
                if not submits:
                    break
                start = offset + 16
                if prefix and octets.startswith(prefix, start):
                    start += prefix_size
                else:
                    start = find_destination(octets, start)
                    if not start or start > stop:
                        break
                    prefix = octets[offset + 16 : start]
                    prefix_size = len(prefix)
                    originator = prefix[prefix.index(0) + 1 : -2]
                end = octets.find(0, start, start + DESTINATION_ADDR)
                flags = octets[end + 1 : end + 10]
                shape = shapes.get(flags)
                if shape is None:
                    shape = self._shape(flags)
                    if shape is None:
                        break
                text = end + 11
                if end < 0 or text > stop or text + octets[text - 1] != stop or octets[text - 1] > 254:
                    break
                course = None
                if (
                    decide is not None
                    and (heads is None or octets[start : start + head_size] in heads)
                    and ((screen := screens.get(flags)) is None or screen(octets, start, text, stop))
                ):
                    try:
                        decision = decide(session, octets, offset, stop, start, end, now)
                    except Exception as error:
                        session.decision = error
                        break
                    if decision is not None:
                        place = low + rolled - first + len(refused)
                        if decision.refusal and terse:
                            status = account.status(decision)
                            outbox += (_REFUSED, _STATUS.pack(status), sequence)
                            refused.append((place, status, decision.rule))
                            offset = stop
                            continue
                        if decision.is_usual:
                            course = self._courses.find(account, decision, flags[5], usually)
                        if course is None:
                            session.decision = decision
                            break
                        told = (course.state, course.error_code, now + course.after, course.form >= 0)
                        decided.append((place, decision.rule, decision.number, *told))
                        shape = 0 if course.form < 0 else _as_it_stands(flags)
                message_id = high + LOW[low]
                low += 1
                if low == BLOCK:
                    ids.roll()
                    high, low = ids.high, 0
                    rolled += BLOCK
                    head = _HEADS[17 + len(high) + 4]
                outbox += (head, sequence, message_id, b"\0")
                if shape:
                    quoted = octets[text : min(stop, text + QUOTED_CHARACTERS)].translate(_QUOTABLE)
                    if shape == 2 or _ESCAPE in quoted:
                        quoted = quoted_octets(octets[text:stop], flags[0], flags[7])
                    addresses = octets[start - 3 : end + 1]
                    if course is None:
                        receipts.append((message_id, addresses, originator, quoted, now, form, origin))
                    else:
                        planned = (message_id, addresses, originator, quoted, now, course.form, origin)
                        by_due.setdefault(now + course.after, []).append(planned)
            elif kind == _DELIVER_SM_RESP and command_length in (16, 17) and receipts_are_plain:
                if command_length == 17 and octets[stop - 1]:
                    break
                record = outstanding.get(sequence)
                if record is None or record[5] < lowest_form:
                    break
                del outstanding[sequence]
                acknowledged.append(record[0])
                if attempts:
                    attempts.pop(record[0], None)
            else:
                break
            offset = stop

        accepted = low + rolled - first
        ledger = smsc.ledger
        if accepted or refused:
            handled = accepted + len(refused)
            ids.low = low
            session.prefix = prefix
            session.originator = originator
            session.received += handled
            session.sent += handled
            smsc.counters.messages_accepted += accepted
            smsc.breakdown.lane_accepted += accepted
            if refused:
                smsc.counters.messages_refused += len(refused)
                for _, status, _ in refused:
                    smsc.breakdown.lane_refused.add(status)
            wanted = 0
            for instant, records in by_due.items():
                if records:
                    smsc.delivery.schedule(account, records, instant)
                    wanted += len(records)
            first_id = ledger.take_ids(handled)
            if ledger.kept:
                seq, number, name = smsc.journal.next_seq, ids.number - accepted, account.system_id
                taken = octets[begin:offset]
                run = (first_id, number, accepted, refused, taken, due, wanted, decided)
                ledger.entries.append((RUN, seq, now, origin, name, *run))
        if acknowledged:
            session.received += len(acknowledged)
            account.pending -= len(acknowledged)
            smsc.counters.receipts_acknowledged += len(acknowledged)
            smsc.breakdown.lane_acknowledged += len(acknowledged)
            smsc.delivery.heard(session, now)
            if smsc.delivery.withdrawn:
                smsc.delivery.withdrawn.difference_update(acknowledged)
            if ledger.kept:
                ledger.entries.append((ENDED, now, acknowledged))
        return offset
