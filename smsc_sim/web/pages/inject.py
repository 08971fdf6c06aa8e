"""Messages of subscribers, sent to ESMEs: one, many, or those of a CSV file; and what became of the latest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import urlencode

import msgspec
from msgspec import Meta, Struct
from twisted.internet.defer import Deferred

from smsc_sim.sim.mo.injected import InjectedPdu, InjectionResult
from smsc_sim.sim.mo.injection import BadInjection, Injection, InjectionProblem, injection_of
from smsc_sim.smpp import coding
from smsc_sim.smpp.pdu import Pdu
from smsc_sim.smpp.segments import user_data, user_text
from smsc_sim.web.api.mo import send_raw
from smsc_sim.web.console import Console
from smsc_sim.web.csv_rows import ReadRows, read_rows
from smsc_sim.web.page import Done, Shown, Visit, action, page
from smsc_sim.web.problem import NOT_FOUND, ProblemError

HISTORY: Final = 10
"""Injections that are shown."""
PDUS_SHOWN: Final = 20
"""PDUs of each, the latest."""
PROBLEMS_SHOWN: Final = 20
MOST_PARTS: Final = 20
"""Parts of a preview."""
LONGEST_ADDRESS: Final = 1500
"""Characters of a form that stays filled in."""

CODINGS: Final = ("gsm7", "latin-1", "ucs2", "ascii", "iso-8859-5", "iso-8859-8", "binary")
SPLITS: Final = ("udh8", "udh16", "sar", "payload", "none")

_ROOM: Final = {"gsm7": ("septets", 160, 153), "ucs-2": ("characters of 16 bits", 70, 67)}
"""How a text is counted, what one message has room for, and what each part of a long one has (3GPP TS 23.040)."""
_OCTETS: Final = ("octets", 140, 134)

_Text = Annotated[str, Meta(max_length=500_000)]


class InjectForm(Struct, frozen=True, kw_only=True):
    """A message as the form has it: texts, empty for what is not said."""

    where: _Text = ""
    """``a:`` and a system_id, or ``s`` and the number of a session."""
    from_: _Text = msgspec.field(name="from", default="")
    to: _Text = ""
    text: _Text = ""
    octets: _Text = ""
    pdu: _Text = ""
    coding: _Text = ""
    split: _Text = ""
    message_class: _Text = ""
    esm_class: _Text = ""
    tlvs: _Text = ""
    """One on each line: a name or number, ``=``, a value."""
    rate: _Text = ""
    seconds: _Text = ""
    csv: _Text = ""
    """Rows that are sent instead; what the other fields say holds where they say nothing."""


class RawForm(Struct, frozen=True, kw_only=True):
    """Octets for one session."""

    on: Annotated[str, Meta(max_length=30)]
    """The name of a session."""
    hex: Annotated[str, Meta(max_length=262_144)]


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be sent."""

    alphabet: str
    characters: int
    units: int
    """As the alphabet counts them."""
    unit: str
    room: int
    """Units that so many parts have room for."""
    parts: list[tuple[int, str, str]]
    """Octets of user data, text, and the PDU in hexadecimal."""
    total: int
    """Parts, also those that are not shown."""


@page("/inject", title="Inject", menu=6, key="i")
def inject(console: Console, visit: Visit) -> Shown:
    """The form, empty or as an address fills it in, and the latest injections."""
    known = {field.encode_name for field in msgspec.structs.fields(InjectForm)}
    values = {name: text for name, text in visit.query.items() if name in known}
    form = msgspec.convert(values, InjectForm, strict=False)
    return _previewed(console, form) if form.text or form.octets else _shown(console, form)


@action("/inject/preview", needs_admin=False)
def preview(console: Console, visit: Visit, form: InjectForm) -> Shown:
    """Show what would be sent, and send nothing."""
    del visit
    return _previewed(console, form)


@action("/inject")
def send(console: Console, visit: Visit, form: InjectForm) -> Done | Shown | Deferred[Done | Shown]:
    """Send it."""
    del visit
    try:
        if form.csv.strip():
            return _send_rows(console, form)
        with console.change() as now:
            result = console.smsc.injector.inject(_injection(form), now)
    except BadInjection as bad:
        return _shown(console, form, problems=bad.problems)
    return Done(_kept(form), f"Injection {result.number} is on its way.")


@action("/inject/{number}/cancel")
def cancel(console: Console, visit: Visit, number: str) -> Done:
    """Send no more of it."""
    del visit
    found = console.smsc.injector.results.get(int(number)) if number.isascii() and number.isdecimal() else None
    if found is None:
        raise NOT_FOUND.error("There is no such injection, or it is no longer remembered.")
    with console.change() as now:
        found.cancel(now)
    return Done("/inject#history", f"Injection {found.number} makes no more messages.")


@action("/inject/raw")
def send_octets(console: Console, visit: Visit, form: RawForm) -> Done:
    """Send octets to a session as they are; only where that is allowed."""
    del visit
    try:
        sent = send_raw(console, form.on, form.hex)
    except ProblemError as error:
        return Done("/inject#raw", error.detail or "They were not sent.", "bad")
    return Done("/inject#raw", f"{sent.octets:,} octets ({sent.pdus} whole PDUs) went to {sent.session}.")


def _send_rows(console: Console, form: InjectForm) -> Deferred[Done | Shown]:
    """All rows, or none when one of them is wrong."""
    injector, rate = console.smsc.injector, _rate(form)
    base = _injection(form, rows=True)

    def send(read: ReadRows) -> Done | Shown:
        if read.problems or not read.good:
            wrong = [InjectionProblem("csv", str(problem)) for problem in read.problems[:PROBLEMS_SHOWN]]
            return _shown(console, form, problems=wrong or [InjectionProblem("csv", "there are no rows")])
        try:
            with console.change() as now:
                result = injector.inject_each(read.good, now, rate=rate)
        except BadInjection as bad:
            return _shown(console, form, problems=list(bad.problems))
        return Done(_kept(form), f"Injection {result.number} of {len(read.good):,} messages is on its way.")

    reading = read_rows(console.reactor, form.csv, base=base, check=lambda one: injector.check(one, console.clock()))
    return reading.addCallback(send)


def _kept(form: InjectForm) -> str:
    """The page with the form filled in as it was, so that it can be sent again; what is long is left out."""
    given = urlencode({name: text for name, text in msgspec.to_builtins(form).items() if text})
    return f"/inject?{given}#history" if given and len(given) <= LONGEST_ADDRESS else "/inject#history"


def _rate(form: InjectForm) -> float | None:
    return injection_of({"rate": form.rate}).rate if form.rate else None


def _injection(form: InjectForm, *, rows: bool = False) -> Injection:
    """The injection that the form says.  ``rows``: what holds for all rows of a file.  Raises BadInjection."""
    texts = {
        field.encode_name: getattr(form, field.name)
        for field in msgspec.structs.fields(InjectForm)
        if field.name not in {"where", "tlvs", "csv", *(("rate", "seconds", "text", "octets") if rows else ())}
    }
    if form.where.startswith("a:"):
        texts["account"] = form.where.removeprefix("a:")
    elif form.where:
        texts["session"] = form.where
    if not form.text and form.octets:
        del texts["text"]
    for line in form.tlvs.splitlines():
        if line.strip():
            name, equals, value = line.partition("=")
            if not equals:
                raise BadInjection.because("tlvs", f"{line[:40]!r} has no '='; write user_message_reference=7")
            texts[name.strip()] = value.strip()
    return injection_of(texts)


def _preview(console: Console, form: InjectForm) -> Preview:
    injection = _injection(form)
    octets = console.smsc.injector.preview(msgspec.structs.replace(injection, rate=None, seconds=None), console.clock())
    account = console.smsc.accounts.find(injection.account)
    default = (account.profile if account is not None else console.smsc.profile).alphabet
    pdus = [Pdu(one) for one in octets]
    data_coding = pdus[0].fields["data_coding"]
    assert isinstance(data_coding, int), "every PDU with a message has it"
    alphabet = coding.alphabet(data_coding, default)
    text = injection.text or ""
    units = len(alphabet.encode(text, True)) if injection.text is not None else len(bytes.fromhex(form.octets))
    unit, whole, part = _ROOM.get(alphabet.name, _OCTETS)
    if alphabet.name == "ucs-2":
        units //= 2
    return Preview(
        alphabet=alphabet.name,
        characters=len(text),
        units=units,
        unit=unit,
        room=whole if len(pdus) == 1 else part * len(pdus),
        parts=[
            (len(user_data(pdu.fields, pdu.tlvs)), user_text(pdu.fields, pdu.tlvs, default), pdu.octets.hex())
            for pdu in pdus[:MOST_PARTS]
        ],
        total=len(pdus),
    )


def _previewed(console: Console, form: InjectForm) -> Shown:
    try:
        return _shown(console, form, preview=_preview(console, form))
    except BadInjection as bad:
        return _shown(console, form, problems=bad.problems)


def _shown(
    console: Console,
    form: InjectForm,
    *,
    preview: Preview | None = None,
    problems: tuple[InjectionProblem, ...] | list[InjectionProblem] = (),
) -> Shown:
    smsc = console.smsc
    accounts = list(smsc.accounts)
    sessions = [session for session in smsc.sessions.values() if session.receives]
    results = list(reversed(smsc.injector.results.values()))[:HISTORY]
    return {
        "form": msgspec.to_builtins(form),
        "preview": preview,
        "problems": problems,
        "accounts": accounts,
        "sessions": sessions,
        "codings": CODINGS,
        "splits": SPLITS,
        "history": [_result(result) for result in results],
        "allow_raw": console.allow_raw,
        "connected": list(smsc.sessions.values()),
        "hint": console.hint(),
        "now": console.clock(),
    }


def _result(result: InjectionResult) -> Mapping[str, Any]:
    return {
        "result": result,
        "pdus": [(pdu, _took(pdu)) for pdu in list(result.pdus)[-PDUS_SHOWN:]][::-1],
        "seconds": (result.done_at or 0.0) - result.started_at,
    }


def _took(pdu: InjectedPdu) -> float | None:
    """Milliseconds until the latest answer."""
    last = pdu.attempts[-1] if pdu.attempts else None
    return None if last is None or last.answered_at is None else (last.answered_at - last.sent_at) * 1000
