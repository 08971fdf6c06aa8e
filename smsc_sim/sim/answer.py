"""Answers: what goes back for a request, with every fault that a rule may ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, TypeAlias

from smsc_sim.scenario.reply import Dribble, Reply
from smsc_sim.scenario.rule import SUBMISSIONS
from smsc_sim.sim.breakdown import FaultKind
from smsc_sim.sim.rules.decision import Decision
from smsc_sim.sim.sessions.session import Ending, Session
from smsc_sim.sim.timeline import Pending
from smsc_sim.smpp.commands import CommandId
from smsc_sim.smpp.framing import HEADER, HEADER_LENGTH
from smsc_sim.smpp.pdu import Pdu, encode_header_only

if TYPE_CHECKING:
    from smsc_sim.scenario.profile import Profile
    from smsc_sim.sim.smsc import Smsc

_TOO_LONG = 16
"""Octets that a corrupt command_length is too long by: the ESME takes the header of the next PDU for body."""


UNBIND_WAIT = 30.0
"""Seconds to wait for an unbind_resp when the response timer is off."""

Then: TypeAlias = "Callable[[float], None]"
"""What is done, at an instant, when an answer has left."""


@dataclass(slots=True, eq=False)
class Answer:
    """The octets of one answer, and what follows it."""

    octets: bytes
    """Faults and all; empty when there is none."""
    decision: Decision
    then: Then | None = None
    is_to_message: bool = False
    request: str = ""
    """The name of the PDU that it answers."""


class DelayedAnswer:
    """An answer that leaves later: an event of the timeline."""

    __slots__ = ("answer", "answers", "session")

    def __init__(self, answers: Answers, session: Session, answer: Answer) -> None:
        self.answers = answers
        self.session = session
        self.answer = answer

    def fire(self, now: float) -> None:
        """Give it, if the session is still there."""
        if self.answer.is_to_message:
            self.session.replies_pending -= 1
        if self.session.link is not None and not self.session.ending:
            self.answers.emit(self.session, self.answer, now)

    def describe(self, due: float) -> Iterator[Pending]:
        """An answer."""
        yield _pending(self.session, self.answer, due)


class DribbledAnswer:
    """An answer in small pieces: an event of the timeline that comes again until nothing is left."""

    __slots__ = ("answer", "answers", "behind", "dribble", "left", "session")

    def __init__(self, answers: Answers, session: Session, answer: Answer, dribble: Dribble) -> None:
        self.answers = answers
        self.session = session
        self.answer = answer
        self.dribble = dribble
        self.left = answer.octets
        self.behind: list[tuple[list[bytes], Answer]] = []
        """Answers that wait for this one, each with what else was to leave before it."""

    def fire(self, now: float) -> None:
        """Let the next piece go."""
        session = self.session
        if session.link is None or session.ending or session.muted or session.trickle is None:
            return
        session.trickle.append(self.left[: self.dribble.octets])
        self.left = self.left[self.dribble.octets :]
        self.answers.smsc.touch(session)
        if self.left:
            self.answers.smsc.timeline.add(now + self.dribble.every, self)
        else:
            self.answers.whole(self, now)

    def describe(self, due: float) -> Iterator[Pending]:
        """A piece of an answer."""
        yield _pending(self.session, self.answer, due, f"piece, {len(self.left)} octets left")


class Answers:
    """Gives answers."""

    __slots__ = ("smsc",)

    def __init__(self, smsc: Smsc) -> None:
        self.smsc = smsc

    def give(
        self,
        session: Session,
        request: Pdu,
        response: bytes,
        decision: Decision,
        delay: float,
        now: float,
        then: Then | None = None,
    ) -> None:
        """Answer ``request`` with ``response`` as the decision's reply bends it, ``delay`` seconds from now.

        ``then`` is called when the answer is on its way, unless that was the end of the session.
        """
        octets = _bent(request, response, decision, self.smsc.profile_for(session, request))
        breakdown = self.smsc.breakdown
        for kind in faults_of(decision.reply):
            breakdown.faults.add(kind)
        is_to_message = request.name in SUBMISSIONS
        answer = Answer(octets, decision, then, is_to_message, request.name)
        if delay > 0:
            breakdown.faults.add("late")
            breakdown.reply_delays.add(delay)
            session.replies_pending += is_to_message
            self.smsc.timeline.add(now + delay, DelayedAnswer(self, session, answer))
        else:
            session.answered_in_read += is_to_message
            self.emit(session, answer, now)

    def emit(self, session: Session, answer: Answer, now: float) -> None:
        """Write an answer, and do to the connection what its decision says; one after the other."""
        under_way, dribble = session.dribbled, answer.decision.reply.dribble
        if under_way is not None:
            under_way.behind.append((session.outbox[:], answer))
            session.outbox.clear()
        elif answer.octets and dribble is not None and not session.muted:
            session.trickle, session.outbox = session.outbox, []
            session.dribbled = DribbledAnswer(self, session, answer, dribble)
            session.dribbled.fire(now)
        else:
            if answer.octets:
                self.smsc.send(session, answer.octets)
            self._follow(session, answer, now)

    def whole(self, dribbled: DribbledAnswer, now: float) -> None:
        """The last piece of an answer may leave, and then what waits behind it, up to the next one in pieces."""
        session = dribbled.session
        latest = session.outbox[:]
        session.outbox[:] = session.trickle or ()
        session.trickle = session.dribbled = None
        session.sent += 1
        self.smsc.breakdown.left(dribbled.answer.octets)
        # The ESME had nothing to say as long as it waited for the answer.
        session.last_received_at = self.smsc.timers.instant(now)
        self.smsc.timers.start(session, now)
        self._follow(session, dribbled.answer, now)
        for before, answer in dribbled.behind:
            if session.ending:
                return
            session.outbox += before
            self.emit(session, answer, now)
        session.outbox += latest
        self.smsc.touch(session)

    def _follow(self, session: Session, answer: Answer, now: float) -> None:
        self.afterwards(session, answer.decision, now)
        if answer.then is not None and not session.ending:
            answer.then(now)

    def afterwards(self, session: Session, decision: Decision, now: float) -> None:
        """Do to the connection what the decision says, once its answer is on its way."""
        smsc = self.smsc
        then = decision.reply.then
        action = decision.session
        why = f"rule '{decision.rule}'" if decision.rule else "the default reply"
        if action in ("unbind", "unbind_at_once") and not session.bound:
            # There is no bind to end, so all that is left to do is what comes after it.
            action = "close"
        ending = _ENDINGS.get(then or "") or _ENDINGS.get(action or "")
        if ending is not None:
            smsc.breakdown.faults.add(ending)
        if then == "close" or action == "close":
            smsc.end(session, now, f"closed by {why}", "info")
        elif then == "reset" or action == "reset":
            smsc.end(session, now, f"reset by {why}", "info", Ending.ABORT)
        elif then == "hang":
            session.mute()
        elif action == "unbind":
            smsc.unbind(session, now, smsc.timers.of(session).response or UNBIND_WAIT)
        elif action == "unbind_at_once":
            smsc.unbind(session, now, 0.0)
            smsc.end(session, now, f"unbound by {why}", "info")
        elif action == "freeze":
            smsc.freeze(session, f"frozen by {why}", now)


_ENDINGS: Final[Mapping[str, FaultKind]] = {
    "close": "closed", "reset": "reset", "hang": "hung",
    "unbind": "unbound", "unbind_at_once": "unbound", "freeze": "frozen",
}  # fmt: skip
"""What becomes of a session, by what a reply or a rule says."""


def faults_of(reply: Reply) -> Iterator[FaultKind]:
    """What is wrong with an answer, but for its delay and what becomes of the session."""
    if reply.how == "none":
        yield "lost"
    elif reply.how == "nack":
        yield "nack"
    if reply.cut_after is not None:
        yield "cut"
    if reply.dribble is not None:
        yield "dribbled"
    if reply.corrupt is not None:
        yield "corrupted"
    if reply.repeat > 1:
        yield "repeated"
    if reply.sequence_number != "copied":
        yield "renumbered"


def _pending(session: Session, answer: Answer, due: float, text: str = "") -> Pending:
    account = session.account.system_id if session.account is not None else ""
    return Pending(due, "response", account, session.number, text=text or f"to {answer.request}")


def _bent(request: Pdu, response: bytes, decision: Decision, profile: Profile) -> bytes:
    """The octets of the answer, faults and all; empty when there is none."""
    reply = decision.reply
    if reply.how == "none":
        return b""
    if reply.how == "nack":
        status = profile.status(reply.status) if reply.by_name else reply.status
        response = encode_header_only(CommandId.GENERIC_NACK, status, request.sequence_number)
    if reply.sequence_number != "copied" or reply.corrupt is not None:
        response = _corrupted(response, reply, request, decision)
    if reply.cut_after is not None:
        response = response[: reply.cut_after]
    return response * reply.repeat


def _corrupted(response: bytes, reply: Reply, request: Pdu, decision: Decision) -> bytes:
    length, command_id, status, sequence_number = HEADER.unpack_from(response)
    if reply.sequence_number == "zero":
        sequence_number = 0
    elif reply.sequence_number == "wrong" or reply.corrupt == "sequence_number":
        sequence_number = _unused(request.sequence_number)
    if reply.corrupt == "garbage":
        return _garbage(len(response), decision)
    if reply.corrupt == "command_length":
        length += _TOO_LONG
    elif reply.corrupt == "command_id":
        # The response to a request that the ESME has not made.
        other = CommandId.QUERY_SM_RESP
        command_id = other if command_id != other else CommandId.CANCEL_SM_RESP
    return HEADER.pack(length, command_id, status, sequence_number) + response[HEADER_LENGTH:]


def _unused(sequence_number: int) -> int:
    """A sequence_number far from the ones in use around this one, within 1 to 0x7FFFFFFF."""
    return (sequence_number + 0x3FFF_FFFF) % 0x7FFF_FFFF + 1


def _garbage(size: int, decision: Decision) -> bytes:
    """Octets without meaning, the same in every run; they begin so that no length is believed."""
    seed = repr((decision.rule, decision.draw("garbage"))).encode()
    octets = b"".join(blake2b(seed, salt=b"%d" % block).digest() for block in range(size // 64 + 1))
    return b"\xff" + octets[: size - 1]
