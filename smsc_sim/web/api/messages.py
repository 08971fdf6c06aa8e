"""Messages that were kept: searched, looked at, waited for, and removed."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct
from twisted.internet.defer import Deferred

from smsc_sim.scenario.expectation import CountRange
from smsc_sim.sim.messages.long_message import WINDOW, message_with
from smsc_sim.sim.receipts.receipt_by_hand import NoReceipt, send_receipt
from smsc_sim.sim.rules.hindsight import verdict_on
from smsc_sim.sim.search.empty import TermCount
from smsc_sim.sim.search.paging import LARGEST_PAGE, SORT_KEYS, cursor_text
from smsc_sim.sim.search.query import Query
from smsc_sim.sim.store.pages import Page, Removed, attempts, by_id, page, parts_around, remove_found, with_ids
from smsc_sim.sim.store.store import Store
from smsc_sim.sim.store.stored import StoredAttempt, StoredMessage
from smsc_sim.sim.verify.verification import Result
from smsc_sim.sim.verify.written import LONGEST_WAIT, MOST_COUNTED, wait_for
from smsc_sim.smpp.receipt_text import MessageState
from smsc_sim.web.call import Octets
from smsc_sim.web.console import Console
from smsc_sim.web.endpoint import PREFIX, endpoint
from smsc_sim.web.found import newest_found, why_empty
from smsc_sim.web.kept import (
    BAD_SEARCH,
    PATIENCE,
    STORE_PROBLEMS,
    ask,
    kept_of,
    number_of,
    order,
    place,
    search,
    store_failed,
    there,
)
from smsc_sim.web.message_forms import Form, written
from smsc_sim.web.message_view import MessageLine, MessageShown, line_of, shown
from smsc_sim.web.problem import BUSY, CONFLICT, NOT_FOUND
from smsc_sim.web.seconds import Seconds
from smsc_sim.web.verifying import answer_to

Search = Annotated[str, Meta(description="A search: to:4477* status:ESME_RTHROTTLED -is:delivered. Empty: everything.")]
Since = Annotated[int, Meta(ge=0, le=2**62, description="Only what came after this entry of the journal.")]
State = Literal[
    "SCHEDULED", "ENROUTE", "DELIVERED", "EXPIRED", "DELETED", "UNDELIVERABLE", "ACCEPTED", "UNKNOWN", "REJECTED"
]

_USUAL_WAIT: Final = 10.0


class MessagesQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which messages, and in which order."""

    q: Search = ""
    since: Since | None = None
    limit: Annotated[int, Meta(ge=1, le=LARGEST_PAGE)] = 50
    cursor: str = ""
    """Where the page before this one ended."""
    explain: bool = False
    """Whether to say, when nothing is found, what each term of the search finds."""
    sort: Annotated[str, Meta(description=f"One of {', '.join(SORT_KEYS)}; a hyphen before it: the highest first.")] = (
        "-id"
    )


class TermFinds(Struct, frozen=True, kw_only=True):
    """One term of a search that finds nothing."""

    term: str
    column: int
    """Where it was written, from 1."""
    alone: int
    """Messages that it finds by itself."""
    so_far: int
    """Messages that it and the terms before it find together."""
    whole: bool
    """False: counting stopped before the end, and there may be more than these."""
    took_the_last: bool


class Messages(Struct, frozen=True, kw_only=True):
    """A page of messages."""

    items: list[MessageLine]
    """Those that were found: fewer than ``limit``, or none, where the page is ``stopped``."""
    more: bool
    """Whether there are further ones, or may be: ask with ``cursor``."""
    cursor: str | None
    """Of the page behind this one; null when there is none."""
    behind: int
    """The newest messages that could not be looked at yet, under heavy traffic."""
    stopped: bool
    """Whether the page ends at ``cursor`` because very many messages were looked at, and not because it is full."""
    empty: list[TermFinds] | None = None
    """With ``explain``, why nothing was found: each term; null when something was, or may be further on."""


class LatestQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which message."""

    q: Search = ""
    since: Since | None = None


class WaitQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For which messages to wait, and how long."""

    q: Search = ""
    since: Since | None = None
    count: Annotated[int, Meta(ge=1, le=MOST_COUNTED)] = 1
    """For so many, at least."""
    within: Seconds | None = None
    """At most a minute; not given: 10s."""


class Waited(Struct, frozen=True, kw_only=True):
    """The messages that were waited for."""

    items: list[MessageLine]
    """The first ones, by id."""
    count: int
    timed_out: bool
    """Whether there are fewer than were waited for."""


class RemoveQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which messages."""

    q: Search = ""
    since: Since | None = None


class RemovedMessages(Struct, frozen=True, kw_only=True):
    """What was removed."""

    removed: int


class SendReceipt(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the receipt says."""

    state: State = "DELIVERED"
    err: Annotated[str, Meta(pattern="^[0-9A-Za-z]{1,10}$")] | None = None
    """The error code; not given: the provider's for the state."""


class SentReceipt(Struct, frozen=True, kw_only=True):
    """What was sent."""

    message: str
    state: str
    manual: bool
    """Whether it was one that a rule leaves to somebody; else it is one more than was planned."""


class AsQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """In which form."""

    form: Form = "curl"


@endpoint("GET", "/messages", problems=(BAD_SEARCH, *STORE_PROBLEMS))
def messages(console: Console, query: MessagesQuery) -> Deferred[Messages]:
    """Messages that a search finds, the newest first unless they are sorted otherwise."""
    wanted = search(query.q)
    sort = order(query.sort)
    cursor = place(query.cursor, sort)
    now = console.clock()

    def asked(store: Store) -> tuple[Page, tuple[TermCount, ...]]:
        found = page(store, wanted, now, limit=query.limit, sort=sort, cursor=cursor, since=query.since)
        explains = query.explain and not found.messages and cursor is None and not found.stopped
        return found, why_empty(store, wanted, now, query.since) if explains else ()

    def answer(looked: tuple[Page, tuple[TermCount, ...]]) -> Messages:
        found, terms = looked
        return Messages(
            items=[line_of(one, now) for one in found.messages],
            more=found.cursor is not None,
            cursor=None if found.cursor is None else cursor_text(found.cursor, sort),
            behind=found.behind,
            stopped=found.stopped,
            empty=[_term_finds(one) for one in terms] or None,
        )

    return ask(console, asked, PATIENCE).addCallback(answer)


@endpoint("GET", "/messages/latest", problems=(NOT_FOUND, BAD_SEARCH, *STORE_PROBLEMS))
def latest_message(console: Console, query: LatestQuery) -> Deferred[MessageShown]:
    """The latest message that a search finds, with everything that is known of it."""
    wanted = search(query.q)
    now = console.clock()

    newest = newest_found(kept_of(console), wanted, now, query.since).addErrback(store_failed)
    around = newest.addCallback(lambda found: ask(console, lambda store: _around(store, found), 0.0))
    return around.addCallback(lambda found: _shown(console, found, now))


@endpoint("GET", "/messages/wait", problems=(BUSY, BAD_SEARCH, *STORE_PROBLEMS))
def wait_for_messages(console: Console, query: WaitQuery) -> Deferred[Waited]:
    """Wait until a search finds so many messages; the answer comes as soon as it does.

    Only messages that came since the simulator started are looked at. The time that is waited is real, also with a
    manual clock.
    """
    spec = wait_for(
        search(query.q),
        CountRange(query.count, None),
        min(_USUAL_WAIT if query.within is None else query.within, LONGEST_WAIT),
        query.since,
    )

    def found(result: Result) -> Deferred[Waited]:
        ids = [number_of(name) for name in result.messages]
        lines = ask(console, lambda store: with_ids(store, ids), 0.0)
        return lines.addCallback(
            lambda stored: Waited(
                items=[line_of(one, console.clock()) for one in stored],
                count=result.count,
                timed_out=not result.ok,
            )
        )

    return answer_to(console, spec).addCallback(found)


@endpoint("GET", "/messages/{message}", problems=(NOT_FOUND, *STORE_PROBLEMS))
def message(console: Console, message: str) -> Deferred[MessageShown]:
    """Everything that is known of one message: its PDU, what became of it, its receipts, and why."""
    number = number_of(message)
    asked = ask(console, lambda store: _around(store, by_id(store, number)))
    return asked.addCallback(lambda found: _shown(console, found, console.clock()))


@endpoint("GET", "/messages/{message}/as", problems=(NOT_FOUND, *STORE_PROBLEMS), media_types=("text/plain",))
def message_as(console: Console, message: str, query: AsQuery) -> Deferred[Octets]:
    """A message as a command of curl, as a rule of a scenario, or as a line of a test.

    curl: of a message to an ESME the command that sends it again, of one from an ESME the command that asks whether it
    came.
    """
    number = number_of(message)
    addresses = console.listening().get("http", ())
    url = f"http://{addresses[0] if addresses else 'localhost:8080'}{PREFIX}"
    asked = ask(console, lambda store: by_id(store, number))
    return asked.addCallback(
        lambda found: Octets("text/plain; charset=utf-8", _octets(written(there(found), query.form, url)))
    )


@endpoint("POST", "/messages/{message}/receipt", problems=(NOT_FOUND, CONFLICT, *STORE_PROBLEMS))
def send_receipt_now(console: Console, message: str, body: SendReceipt) -> Deferred[SentReceipt]:
    """Send a receipt for a message now, in any state.

    If a rule leaves the receipts of the message to somebody, these are sent; else the message gets one more, whether it
    asked for it or not. What was planned for it stays planned.
    """
    number = number_of(message)

    def send(found: StoredMessage | None) -> SentReceipt:
        try:
            with console.change() as now:
                manual = send_receipt(console.smsc, there(found), MessageState[body.state], body.err, now)
        except NoReceipt as error:
            raise CONFLICT.error(f"{error}.") from None
        return SentReceipt(message=f"m-{number}", state=body.state, manual=manual)

    return console.sending.run(lambda: ask(console, lambda store: by_id(store, number)).addCallback(send))


@endpoint("DELETE", "/messages", problems=(BAD_SEARCH, *STORE_PROBLEMS))
def remove_messages(console: Console, query: RemoveQuery) -> Deferred[RemovedMessages]:
    """Remove the messages that a search finds; without one all.

    Receipts that are still to come for them come all the same; a reset takes these away, too.
    """
    removed = remove_by(console, search(query.q), query.since)
    return removed.addCallback(lambda count: RemovedMessages(removed=count))


def remove_by(console: Console, wanted: Query, since: int | None = None) -> Deferred[int]:
    """Remove messages, in slices, so that others are not kept waiting; gives how many there were."""
    now = console.clock()

    def go_on(before: int, last: int, *, all_rows: bool) -> Deferred[int]:
        def asked(store: Store) -> Removed:
            return remove_found(store, wanted, now, since=since, after=last)

        def removed(slice_: Removed) -> int | Deferred[int]:
            count = before + slice_.messages
            return go_on(count, slice_.last, all_rows=False) if slice_.more else count

        return ask(console, asked, None if all_rows else 0.0).addCallback(removed)

    return go_on(0, 0, all_rows=True)


def _term_finds(one: TermCount) -> TermFinds:
    return TermFinds(
        term=one.term,
        column=one.column,
        alone=one.alone.messages,
        so_far=one.so_far.messages,
        whole=one.alone.whole and one.so_far.whole,
        took_the_last=one.took_the_last,
    )


_Found = tuple[StoredMessage, list[StoredAttempt], list[StoredMessage]]
"""A message, attempts at its receipts, and what may be parts of the same."""


def _around(store: Store, found: StoredMessage | None) -> _Found:
    message = there(found)
    return message, attempts(store, message.id), parts_around(store, message, WINDOW)


def _shown(console: Console, found: _Found, now: float) -> MessageShown:
    stored, earlier, parts = found
    account = console.smsc.accounts.find(stored.account)
    default = (account.profile if account is not None else console.smsc.profile).alphabet
    return shown(
        stored,
        now,
        attempts=earlier,
        whole=message_with(stored.id, parts, alphabets={stored.account: default}),
        verdict=verdict_on(console.smsc, stored),
        default=default,
    )


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")
