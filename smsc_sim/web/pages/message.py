"""Everything about one message: its text and octets, what became of it, why, and what can be done with it."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, NamedTuple
from urllib.parse import urlencode

from msgspec import Meta, Struct
from twisted.internet.defer import Deferred

from smsc_sim.sim.messages.long_message import WINDOW, LongMessage, message_with
from smsc_sim.sim.mo.injection import BadInjection
from smsc_sim.sim.mo.injector import deliver_again
from smsc_sim.sim.receipts.receipt_by_hand import NoReceipt, send_receipt
from smsc_sim.sim.rules.hindsight import verdict_on
from smsc_sim.sim.search.exact import having
from smsc_sim.sim.store.browsing import Neighbours, neighbours_of
from smsc_sim.sim.store.pages import attempts, by_id, parts_around
from smsc_sim.sim.store.pages import page as page_of
from smsc_sim.sim.store.store import Store
from smsc_sim.sim.store.stored import StoredAttempt, StoredMessage
from smsc_sim.smpp.errors import WireError
from smsc_sim.smpp.pdu import Pdu
from smsc_sim.smpp.readings import Reading, readings_of
from smsc_sim.smpp.receipt_text import MessageState
from smsc_sim.web.api.rules import put_text_on_top
from smsc_sim.web.call import Octets
from smsc_sim.web.console import Console
from smsc_sim.web.dump import MOST, dump
from smsc_sim.web.endpoint import PREFIX
from smsc_sim.web.instants import text_of
from smsc_sim.web.kept import ask, is_name, number_of, there
from smsc_sim.web.message_forms import written
from smsc_sim.web.message_view import shown
from smsc_sim.web.page import Done, Shown, Visit, action, file, page
from smsc_sim.web.places import Places, listings_of
from smsc_sim.web.problem import NOT_FOUND, ProblemError
from smsc_sim.web.rows import receipt_words, row_of
from smsc_sim.web.seconds import Seconds

TEXT_SHOWN: Final = 3_000
"""Characters of a text."""
RULES_SHOWN: Final = 50
"""Rules that did not decide."""

State = Literal[
    "SCHEDULED", "ENROUTE", "DELIVERED", "EXPIRED", "DELETED", "UNDELIVERABLE", "ACCEPTED", "UNKNOWN", "REJECTED"
]


class ReceiptForm(Struct, frozen=True, kw_only=True):
    """What a receipt says."""

    state: State
    err: Annotated[str, Meta(pattern="^[0-9A-Za-z]{1,10}$")] | None = None


class RuleForm(Struct, frozen=True, kw_only=True):
    """A rule as it stands in a scenario, and how long it stays."""

    rule: Annotated[str, Meta(max_length=20_000)]
    ttl: Seconds | None = None


class _Found(NamedTuple):
    stored: StoredMessage
    attempts: list[StoredAttempt]
    parts: list[StoredMessage]
    beside: Neighbours


@page("/messages/{message}", title="Message", under="/messages")
def message(console: Console, visit: Visit, message: str) -> Deferred[Shown | Done]:
    """One message; an address with the message_id of a response leads to it."""
    if not is_name(message):
        return ask(console, lambda store: _by_message_id(store, message))
    number = number_of(message)
    return ask(console, lambda store: _look(store, number)).addCallback(lambda found: _shown(console, visit, found))


@file("/messages/{message}/octets")
def octets(console: Console, visit: Visit, message: str) -> Deferred[Octets]:
    """The PDU as a file."""
    del visit
    number = number_of(message)
    found = ask(console, lambda store: there(by_id(store, number)))
    return found.addCallback(lambda one: Octets("application/octet-stream", one.octets, f"m-{number}.bin"))


@action("/messages/{message}/receipt")
def send(console: Console, visit: Visit, message: str, form: ReceiptForm) -> Deferred[Done]:
    """Send a receipt now."""
    del visit
    number = number_of(message)
    back = f"/messages/m-{number}"

    def do(stored: StoredMessage) -> Done:
        try:
            with console.change() as now:
                waited = send_receipt(console.smsc, stored, MessageState[form.state], form.err, now)
        except NoReceipt as error:
            return Done(back, f"No receipt: {error}.", "bad")
        how = "The receipt that waited" if waited else "A receipt"
        return Done(back, f"{how} ({MessageState[form.state].stat}) is on its way.")

    return console.sending.run(
        lambda: ask(console, lambda store: there(by_id(store, number))).addCallback(do),
    )


@action("/messages/{message}/again")
def again(console: Console, visit: Visit, message: str) -> Deferred[Done]:
    """Send a subscriber's message to its account once more."""
    del visit
    number = number_of(message)

    def do(stored: StoredMessage) -> Done:
        try:
            with console.change() as now:
                sent = deliver_again(console.smsc, stored, now)
        except BadInjection as bad:
            return Done(f"/messages/m-{number}", f"It was not sent again: {bad}.", "bad")
        return Done(f"/messages/m-{sent}", f"This is m-{number} once more.")

    return ask(console, lambda store: there(by_id(store, number))).addCallback(do)


@action("/messages/{message}/rule")
def add_rule(console: Console, visit: Visit, message: str, form: RuleForm) -> Done | Deferred[Shown]:
    """Put a rule on top of all others."""
    number = number_of(message)
    try:
        rule = put_text_on_top(console, form.rule, lasts=form.ttl or 0.0)
    except ProblemError as error:
        wrong = [*(one.message for one in error.errors)] or [error.detail]
        return ask(console, lambda store: _look(store, number)).addCallback(
            lambda found: _shown(console, visit, found, rule=form.rule, wrong=wrong)
        )
    return Done(f"/messages/m-{number}#rule", f"The rule “{rule.rule.name}” is asked first from now on.")


def _look(store: Store, number: int) -> _Found:
    stored = there(by_id(store, number))
    return _Found(stored, attempts(store, number), parts_around(store, stored, WINDOW), neighbours_of(store, number))


def _shown(
    console: Console, visit: Visit, found: _Found, *, rule: str | None = None, wrong: list[str] | None = None
) -> Shown:
    stored, now = found.stored, console.clock()
    smsc = console.smsc
    account = smsc.accounts.find(stored.account)
    default = (account.profile if account is not None else smsc.profile).alphabet
    whole = message_with(stored.id, found.parts, alphabets={stored.account: default})
    verdict = verdict_on(smsc, stored)
    all_ = shown(stored, now, attempts=found.attempts, whole=whole, verdict=verdict, default=default)
    addresses = console.listening().get("http", ())
    url = f"http://{addresses[0] if addresses else 'localhost:8080'}{PREFIX}"
    fields = [*all_.pdu, *all_.tlvs]
    wants_readings = "readings" in visit.query
    return {
        "stored": stored,
        "row": row_of(stored, now),
        "shown": all_,
        "line_of": Places(listings_of(console)).link,
        "fields": fields,
        "lines": dump(stored.octets, fields),
        "dumped": MOST,
        "text_shown": TEXT_SHOWN,
        "rules_shown": RULES_SHOWN,
        "beside": found.beside,
        "long": whole if whole is not None and whole.reference is not None else None,
        "gaps": _with_gaps(whole),
        "readings": _readings(stored, whole, default) if wants_readings else None,
        "receipts": [(receipt, receipt_words(receipt)) for receipt in stored.receipts],
        "live_session": stored.session in smsc.sessions,
        "changed_since": console.in_force.loaded_at > stored.at,
        "now_text": text_of(now),
        "states": list(MessageState),
        "can_receipt": stored.direction == "mt" and bool(stored.state) and account is not None,
        "curl": written(stored, "curl", url),
        "pytest": written(stored, "pytest", url),
        "rule": written(stored, "rule", url) if rule is None else rule,
        "wrong": wrong or [],
        "now": now,
    }


def _with_gaps(whole: LongMessage | None) -> list[tuple[int, Any]]:
    """The parts by number with their views, and None for those that are missing."""
    if whole is None or whole.reference is None:
        return []
    first = {part.sequence: part for part in reversed(whole.parts)}
    again = [(part.sequence, part) for part in whole.parts if first[part.sequence] is not part]
    listed = [(number, first.get(number)) for number in range(1, whole.total + 1)]
    return sorted([*listed, *again], key=lambda one: one[0])


def _readings(stored: StoredMessage, whole: LongMessage | None, default: str) -> list[Reading]:
    if whole is not None and whole.reference is not None:
        return whole.readings()
    try:
        pdu = Pdu(stored.octets)
        return readings_of(pdu.fields, pdu.tlvs, default)
    except WireError:
        return []


def _by_message_id(store: Store, message_id: str) -> Done:
    """Where the message is whose response had this message_id, or the list of them when several had.

    Raises ProblemError when there is none.
    """
    query = having("message_id", message_id)
    found = page_of(store, query, 0.0, limit=2).messages
    if not found:
        raise NOT_FOUND.error(
            "No message that is kept has this message_id. By its own name a message is called m- and a number, such as "
            "m-31."
        )
    if len(found) == 1:
        return Done(f"/messages/m-{found[0].id}")
    return Done(f"/messages?{urlencode({'q': str(query)})}")
