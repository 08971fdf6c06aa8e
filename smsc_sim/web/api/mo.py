"""Messages of subscribers, alerts, and other octets that are sent to ESMEs."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct
from twisted.internet.defer import Deferred

from smsc_sim.sim.mo.alert import Alert
from smsc_sim.sim.mo.injected import InjectedPdu, InjectionResult
from smsc_sim.sim.mo.injection import MOST_MESSAGES, BadInjection, Injection
from smsc_sim.smpp.errors import SmppError
from smsc_sim.smpp.framing import HEADER_LENGTH, whole_frames
from smsc_sim.smpp.status import name_of
from smsc_sim.web.call import Rows
from smsc_sim.web.console import Console
from smsc_sim.web.csv_rows import ReadRows, read_rows
from smsc_sim.web.endings import find_session
from smsc_sim.web.endpoint import endpoint
from smsc_sim.web.instants import text_of, text_or_none
from smsc_sim.web.problem import CONFLICT, FORBIDDEN, INVALID, NOT_FOUND, FieldError, ProblemError
from smsc_sim.web.seconds import Seconds

LONGEST_WAIT: Final = 60.0
"""Seconds."""

_USUAL_WAIT: Final = 10.0
_MOST_PDUS: Final = 1_000
_MOST_PROBLEMS: Final = 100


class SendMo(Injection, frozen=True, kw_only=True):
    """A message, or with ``rate`` and ``seconds`` many of them."""

    within: Seconds | None = None
    """How long to wait for the first response to each PDU, at most a minute; not given: 10s, with a rate not at all."""


class AttemptShown(Struct, frozen=True, kw_only=True):
    """One time that a PDU was sent."""

    session: str
    sequence_number: int
    sent_at: str
    result: str
    """``response``, ``generic_nack``, ``timed_out``, ``session_lost``; empty: nothing yet."""
    command_status: int | None
    status: str
    """The name of that."""
    answered_at: str | None
    took: float | None
    """Seconds from sending it to its answer."""


class PduShown(Struct, frozen=True, kw_only=True):
    """One PDU."""

    id: str | None
    """Of the stored message, such as ``m-31``; null when it never became one."""
    message: int
    """Which message of the injection, from 1."""
    part: int
    parts: int
    account: str
    status: str
    """``waiting``, ``sent``, ``acknowledged``, ``refused``, ``discarded`` or ``failed``."""
    reason: str
    done: bool
    """Whether nothing more happens to it."""
    next_at: str | None
    """When it is sent again at the earliest."""
    attempts: list[AttemptShown]


class InjectionShown(Struct, frozen=True, kw_only=True):
    """What an injection has come to so far."""

    number: int
    """By which it is asked for and cancelled."""
    done: bool
    """Whether all its messages were made and all their PDUs are through."""
    cancelled: bool
    started_at: str
    done_at: str | None
    wanted: int | None
    """Messages that it is to be; null: as many as there are rows."""
    messages: int
    """Made so far."""
    open: int
    """PDUs that are not through."""
    counts: dict[str, int]
    """PDUs that are through, by what they came to."""
    statuses: dict[str, int]
    """PDUs that were answered, by the name of the last answer's command_status."""
    pdus: list[PduShown]
    """The latest."""
    problems: list[str] = []
    """Rows of a CSV body that were left out, with line and column."""


class Injections(Struct, frozen=True, kw_only=True):
    """Injections that go on, and the latest ones; the newest first, without their PDUs."""

    items: list[InjectionShown]


class CsvQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What holds for all rows."""

    rate: Annotated[float, Meta(gt=0, le=MOST_MESSAGES)] | None = None
    """Messages per second; not given: as fast as they are answered."""
    account: str = ""
    """Where a row says nothing."""
    session: str | None = None
    via: str | None = None


class AlertShown(Struct, frozen=True, kw_only=True):
    """Where an alert went."""

    session: str
    sequence_number: int
    sent_at: str


class SendOutbind(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An ESME that waits."""

    endpoint: Annotated[str, Meta(pattern="^tcp:[A-Za-z0-9.:\\\\_-]{1,200}:[0-9]{1,5}$")]
    """Such as ``tcp:127.0.0.1:2775``."""
    system_id: Annotated[str, Meta(max_length=15)] = ""
    """Of the SMSC; empty: its own."""
    password: Annotated[str, Meta(max_length=8)] = ""


class OutbindSent(Struct, frozen=True, kw_only=True):
    """The session that the outbind was sent on."""

    session: str


class SendPdu(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Octets for one session."""

    session: Annotated[str, Meta(max_length=30)]
    hex: Annotated[str, Meta(max_length=262_144)]
    """Sent as they are, right or wrong; spaces between digits are allowed."""


class PduSent(Struct, frozen=True, kw_only=True):
    """What was sent."""

    session: str
    octets: int
    pdus: int
    """Whole PDUs among them."""


@endpoint("POST", "/mo", problems=(CONFLICT,))
def send_mo(console: Console, body: SendMo) -> Deferred[InjectionShown]:
    """Send a message of a subscriber to an ESME, and wait for its response.

    The answer has the status, session, sequence number and time of each PDU. It comes when each has been answered, or
    as late as ``within``; ``done`` is false when one is sent again, or not answered. With ``rate`` and ``seconds`` many
    messages are sent, and the answer comes at once: ask for /mo/{number} then.
    """
    injection = Injection(**{name: getattr(body, name) for name in Injection.__struct_fields__})
    usual = 0.0 if body.rate is not None else _USUAL_WAIT
    waiting = _Waiting(console, min(usual if body.within is None else body.within, LONGEST_WAIT))
    try:
        with console.change() as now:
            waiting.result = console.smsc.injector.inject(injection, now, waiting.told)
    except BadInjection as bad:
        raise _bad(bad) from None
    return waiting.answer()


@endpoint("POST", "/mo/csv", problems=(CONFLICT,))
def send_mo_csv(console: Console, body: Rows, query: CsvQuery) -> Deferred[InjectionShown]:
    """Send the messages in the rows of a CSV file; its first line names the fields.

    The answer comes at once; ask for /mo/{number} then. Rows that cannot be sent are left out and told.
    """
    try:
        text = body.octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise INVALID.error(f"The body is not UTF-8: {error}") from None
    base = Injection(account=query.account, session=query.session, via=query.via)
    injector = console.smsc.injector

    def send(read: ReadRows) -> InjectionShown:
        problems = read.problems[:_MOST_PROBLEMS]
        if not read.good:
            errors = [FieldError(message=str(one), path="body", line=one.line, column=one.column) for one in problems]
            raise INVALID.error("No row can be sent.", errors)
        try:
            with console.change() as now:
                result = injector.inject_each(read.good, now, rate=query.rate)
        except BadInjection as bad:
            raise _bad(bad) from None
        return msgspec.structs.replace(shown(result), problems=[str(one) for one in problems])

    # All rows are looked at before the first is sent, so that what is wrong with them is known.
    reading = read_rows(console.reactor, text, base=base, check=lambda one: injector.check(one, console.clock()))
    return reading.addCallback(send)


@endpoint("GET", "/mo")
def injections(console: Console) -> Injections:
    """Injections that go on, and the latest ones."""
    results = reversed(console.smsc.injector.results.values())
    return Injections(items=[shown(result, pdus=False) for result in results])


@endpoint("GET", "/mo/{number}", problems=(NOT_FOUND,))
def injection(console: Console, number: int) -> InjectionShown:
    """What an injection has come to so far."""
    return shown(_found(console, number))


@endpoint("DELETE", "/mo/{number}", problems=(NOT_FOUND,))
def cancel_injection(console: Console, number: int) -> None:
    """Send no more messages of an injection; what is on its way stays there."""
    result = _found(console, number)
    with console.change() as now:
        result.cancel(now)


@endpoint("POST", "/alerts", problems=(CONFLICT,))
def send_alert(console: Console, body: Alert) -> AlertShown:
    """Send an alert_notification: a subscriber can be reached again. It has no response."""
    try:
        with console.change() as now:
            sent = console.smsc.injector.alert(body, now)
    except BadInjection as bad:
        raise _bad(bad) from None
    return AlertShown(session=f"s{sent.session}", sequence_number=sent.sequence_number, sent_at=text_of(sent.sent_at))


@endpoint("POST", "/outbind", problems=(CONFLICT,))
def send_outbind(console: Console, body: SendOutbind) -> Deferred[OutbindSent]:
    """Connect to an ESME that waits, and ask it to bind."""
    if console.outbind is None:
        raise CONFLICT.error("This simulator makes no connections.")
    try:
        connecting = console.outbind(body.endpoint, body.system_id, body.password)
    except (SmppError, ValueError) as error:
        raise INVALID.error(str(error), [FieldError(message=str(error), path="body")]) from None
    connecting.addErrback(lambda failure: _raise(CONFLICT.error(failure.getErrorMessage())))
    return connecting.addCallback(lambda session: OutbindSent(session=session.name))


@endpoint("POST", "/pdu", problems=(NOT_FOUND, FORBIDDEN))
def send_pdu(console: Console, body: SendPdu) -> PduSent:
    """Send octets to a session as they are, whatever they are; only with --allow-raw."""
    return send_raw(console, body.session, body.hex)


def send_raw(console: Console, name: str, digits: str) -> PduSent:
    """Send octets, written as hexadecimal digits, to the session of this name as they are.  Raises ProblemError."""
    if not console.allow_raw:
        raise FORBIDDEN.error("Raw octets are sent after a start with --allow-raw only.")
    session = find_session(console.smsc, name)
    if session is None:
        raise NOT_FOUND.error("No session of this name is connected.")
    try:
        octets = bytes.fromhex(digits)
    except ValueError:
        message = "hexadecimal digits are wanted, two for each octet"
        raise INVALID.error(message, [FieldError(message=message, path="body.hex")]) from None
    with console.change():
        console.smsc.send(session, octets)
    frames = sum(1 for _ in whole_frames(octets)) if len(octets) >= HEADER_LENGTH else 0
    return PduSent(session=session.name, octets=len(octets), pdus=frames)


def shown(result: InjectionResult, *, pdus: bool = True) -> InjectionShown:
    """An injection as the API shows it."""
    return InjectionShown(
        number=result.number,
        done=result.done,
        cancelled=result.cancelled,
        started_at=text_of(result.started_at),
        done_at=text_or_none(result.done_at or 0.0),
        wanted=result.wanted,
        messages=result.messages,
        open=result.open,
        counts={str(name): count for name, count in result.counts.items()},
        statuses={name_of(status): count for status, count in result.statuses.items()},
        pdus=[_pdu(pdu) for pdu in list(result.pdus)[-_MOST_PDUS:]] if pdus else [],
    )


def _pdu(pdu: InjectedPdu) -> PduShown:
    return PduShown(
        id=f"m-{pdu.id}" if pdu.id else None,
        message=pdu.message,
        part=pdu.part,
        parts=pdu.parts,
        account=pdu.account,
        status=pdu.status,
        reason=pdu.reason,
        done=pdu.done,
        next_at=text_or_none(pdu.next_at or 0.0),
        attempts=[
            AttemptShown(
                session=f"s{one.session}",
                sequence_number=one.sequence_number,
                sent_at=text_of(one.sent_at),
                result=one.result,
                command_status=one.command_status,
                status="" if one.command_status is None else name_of(one.command_status),
                answered_at=text_or_none(one.answered_at or 0.0),
                took=None if one.answered_at is None else round(one.answered_at - one.sent_at, 6),
            )
            for one in pdu.attempts
        ],
    )


class _Waiting:
    """A request that waits until an injection is done."""

    def __init__(self, console: Console, within: float) -> None:
        self.result: InjectionResult | None = None
        self._console = console
        self._within = within
        self._answer: Deferred[InjectionShown] | None = None

    def told(self, pdu: InjectedPdu) -> None:
        """A PDU has changed."""
        del pdu
        self._look()

    def answer(self) -> Deferred[InjectionShown]:
        """What it has come to when it is done, or when nobody waits any longer."""
        answer: Deferred[InjectionShown] = Deferred(self._cancelled)
        self._answer = answer
        if not self._within:
            self._give()
            return answer
        late = self._console.reactor.callLater(self._within, self._give)

        def over(result: InjectionShown) -> InjectionShown:
            if late.active():
                late.cancel()
            return result

        answer.addBoth(over)
        self._look()
        return answer

    def _cancelled(self, answer: Deferred[InjectionShown]) -> None:
        del answer
        self._leave()

    def _look(self) -> None:
        result = self.result
        if result is None or self._answer is None or (result.made_at is None and not result.done):
            return
        if all(pdu.done or any(attempt.result for attempt in pdu.attempts) for pdu in result.pdus):
            self._give()

    def _give(self) -> None:
        answer = self._leave()
        if answer is not None:
            assert self.result is not None, "it is asked for when there is one"
            answer.callback(shown(self.result))

    def _leave(self) -> Deferred[InjectionShown] | None:
        answer, self._answer = self._answer, None
        return answer


def _found(console: Console, number: int) -> InjectionResult:
    result = console.smsc.injector.results.get(number)
    if result is None:
        raise NOT_FOUND.error("There is no such injection, or it is no longer remembered.")
    return result


def _bad(bad: BadInjection) -> ProblemError:
    errors = [FieldError(message=one.reason, path=f"body.{one.field}".rstrip(".")) for one in bad.problems]
    return INVALID.error(str(bad), errors)


def _raise(error: ProblemError) -> None:
    raise error
