import re
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.smpp.receipt_text import (
    APPENDIX_B,
    PARTS,
    MessageState,
    Receipt,
    ReceiptFormat,
    format_receipt,
    instant_of,
    parse_receipt,
    state_of,
)


def utc(*parts: int) -> float:
    """The instant of a UTC date: year, month, day, hour, minute, second."""
    return datetime(*parts, tzinfo=timezone.utc).timestamp()  # type: ignore[misc,arg-type]


SUBMITTED = utc(2026, 11, 22, 6, 0, 41)
DONE = utc(2026, 11, 22, 23, 59, 59) + 0.9

# What each of these asks of a receipt, worded anew from its source code or documentation.
COUNTS = r"sub:\d{3} dlvrd:\d{3}"
DATES = r"submit date:\d{10} done date:\d{10}"
PARSERS = {
    "SMPP 3.4 appendix B": rf"id:\w{{1,10}} {COUNTS} {DATES} stat:[A-Z]{{7}} err:\w{{1,3}} [Tt]ext:.{{0,20}}",
    "Kannel": rf"id:[^ ]{{1,64}} {COUNTS} {DATES} stat:[^ ]{{1,15}} err:[^ ]{{1,3}}( .*)?",
    "php-smpp": rf"id:[^ ]+ sub:\d{{1,3}} dlvrd:\d{{3}} {DATES} stat:[A-Z]{{7}} err:\d{{3}} text:.*",
    "Vumi": rf"id:\S{{0,65}} +sub:... +dlvrd:... +{DATES} +stat:[A-Z]{{7}} +err:... +[Tt]ext:.{{0,20}}",
    "Jasmin": rf"id:[0-9A-Za-z_-]+ sub:\d{{1,3}} dlvrd:\d{{1,3}} {DATES} stat:\w{{7}} err:\w{{1,3}} [tT]ext:.*",
    "cloudhopper-smpp": rf"id:.+ sub:\d+ dlvrd:\d+ {DATES} stat:[A-Z]+ err:.{{1,3}} text:.*",
    "aiosmpplib": rf"id:[^ ]* sub:\d+ dlvrd:\d+ {DATES} stat:[^ ]* err:\d+ [Tt]ext:.*",
}

FINAL = [state for state in MessageState if state >= MessageState.DELIVERED and state != MessageState.SKIPPED]


def receipt(**changes: object) -> str:
    values: dict[str, object] = {
        "message_id": "0000000042",
        "state": MessageState.DELIVERED,
        "submitted": SUBMITTED,
        "done": DONE,
        "text": "Hello world, how are you?",
    }
    return format_receipt(**(values | changes))  # type: ignore[arg-type]


def test_the_default_is_appendix_b() -> None:
    assert receipt() == (
        "id:0000000042 sub:001 dlvrd:001 submit date:2611220600 done date:2611222359 stat:DELIVRD err:000 "
        "text:Hello world, how are"
    )


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize(
    "text", ["", "Hello world, how are you?", "two\r\nlines", "stat:X err:9 id:7 text:", "100 % ✓"]
)
@pytest.mark.parametrize("state", FINAL)
def test_known_parsers_accept_the_default(parser: str, text: str, state: MessageState) -> None:
    assert re.fullmatch(PARSERS[parser], receipt(text=text, state=state, err=7))


# SMPP 3.4 appendix B for the words, section 5.2.28 for the values; SMPP 5.0 section 4.7.15 for the first and the last.
@pytest.mark.parametrize(
    ("value", "name", "stat"),
    [
        (0, "SCHEDULED", "SCHEDUL"),
        (1, "ENROUTE", "ENROUTE"),
        (2, "DELIVERED", "DELIVRD"),
        (3, "EXPIRED", "EXPIRED"),
        (4, "DELETED", "DELETED"),
        (5, "UNDELIVERABLE", "UNDELIV"),
        (6, "ACCEPTED", "ACCEPTD"),
        (7, "UNKNOWN", "UNKNOWN"),
        (8, "REJECTED", "REJECTD"),
        (9, "SKIPPED", "SKIPPED"),
    ],
)
def test_states(value: int, name: str, stat: str) -> None:
    state = MessageState(value)
    assert (state.name, state.stat) == (name, stat)
    assert state_of(stat) is state
    assert state_of(f" {name.lower()} ") is state


def test_every_state_has_a_word() -> None:
    assert len({state.stat for state in MessageState}) == len(MessageState)
    assert {len(state.stat) for state in MessageState} == {7}


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("BUFFERD", MessageState.ENROUTE),
        ("BUFFRED", MessageState.ENROUTE),
        ("ACKED", MessageState.ACCEPTED),
        ("FAILED ", MessageState.UNDELIVERABLE),
        ("0", MessageState.DELIVERED),
        ("ESME", None),
        ("", None),
    ],
)
def test_words_of_vendors(word: str, state: MessageState | None) -> None:
    assert state_of(word) is state


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"label": "Text:"}, "stat:DELIVRD err:000 Text:Hello world, how are"),
        ({"label": "Text"}, "stat:DELIVRD err:000 Text Hello world, how are"),
        ({"label": "Text: "}, "stat:DELIVRD err:000 Text: Hello world, how are"),
        ({"label": ""}, "stat:DELIVRD err:000 Hello world, how are"),
        ({"label": "100%:"}, "stat:DELIVRD err:000 100%:Hello world, how are"),
        ({"text_length": 5}, "stat:DELIVRD err:000 text:Hello"),
        ({"text_length": 100}, "stat:DELIVRD err:000 text:Hello world, how are you?"),
        ({"err_width": 1}, "stat:DELIVRD err:0 text:Hello world, how are"),
        ({"err_width": 4}, "stat:DELIVRD err:0000 text:Hello world, how are"),
    ],
)
def test_variations_of_the_end(changes: dict[str, object], expected: str) -> None:
    assert receipt(receipt_format=ReceiptFormat(**changes)).endswith(expected)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "submitted", "done"),
    [
        ({"date_digits": 10}, "2611220600", "2611222359"),
        ({"date_digits": 12}, "261122060041", "261122235959"),
        ({"date_digits": 14}, "20261122060041", "20261122235959"),
        ({"date_digits": 12, "quarter_hours": 22}, "261122113041", "261123052959"),
        ({"date_digits": 10, "quarter_hours": -28}, "2611212300", "2611221659"),
    ],
)
def test_dates(changes: dict[str, int], submitted: str, done: str) -> None:
    assert f" submit date:{submitted} done date:{done} " in receipt(receipt_format=ReceiptFormat(**changes))  # type: ignore[arg-type]
    assert instant_of(submitted, changes.get("quarter_hours", 0)) == pytest.approx(SUBMITTED, abs=60)
    assert instant_of(done, changes.get("quarter_hours", 0)) == pytest.approx(DONE, abs=60)


def test_chosen_parts_keep_the_order_given() -> None:
    short = ReceiptFormat(parts=("id", "stat", "err"), err_width=1)
    assert receipt(receipt_format=short) == "id:0000000042 stat:DELIVRD err:0"
    jasmin = ReceiptFormat(parts=("id", "submit date", "done date", "stat", "err"))
    assert (
        receipt(receipt_format=jasmin)
        == "id:0000000042 submit date:2611220600 done date:2611222359 stat:DELIVRD err:000"
    )
    assert receipt(receipt_format=ReceiptFormat(parts=("stat", "id"))) == "stat:DELIVRD id:0000000042"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"state_word": "FAILED "}, " stat:FAILED  err:000 "),
        ({"state": MessageState.UNDELIVERABLE, "err": "21b"}, " sub:001 dlvrd:000 .* stat:UNDELIV err:21b "),
        ({"err": "0032"}, " err:0032 "),
        ({"err": 5}, " err:005 "),
        ({"sub": 3}, " sub:003 dlvrd:003 "),
        ({"sub": 3, "dlvrd": 2}, " sub:003 dlvrd:002 "),
        ({"dlvrd": 0}, " sub:001 dlvrd:000 .* stat:DELIVRD "),
        ({"text": "a\x00b\x1b\u2028c\n"}, " text:a b  c $"),
    ],
)
def test_values(changes: dict[str, object], expected: str) -> None:
    assert re.search(expected, receipt(**changes))


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"parts": ("id", "state")}, "receipt parts state are none of id, sub"),
        ({"date_digits": 11}, "date_digits 11"),
        ({"quarter_hours": 49}, "quarter_hours 49"),
        ({"err_width": -1}, "negative"),
        ({"text_length": -1}, "negative"),
    ],
)
def test_a_format_that_cannot_be(changes: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        ReceiptFormat(**changes)  # type: ignore[arg-type]


FULL = Receipt("77", 1, 0, "2611220600", "2611220601", "UNDELIV", "011", "x")


# One line for each grammar: the specification, providers' documentation, and what clients' bug trackers show.
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # SMPP 3.4 appendix B
        ("id:77 sub:001 dlvrd:000 submit date:2611220600 done date:2611220601 stat:UNDELIV err:011 text:x", FULL),
        ("id:77 sub:001 dlvrd:000 submit date:2611220600 done date:2611220601 stat:UNDELIV err:011 Text:x", FULL),
        # sms77: no colon
        ("id:77 sub:001 dlvrd:000 submit date:2611220600 done date:2611220601 stat:UNDELIV err:011 Text x", FULL),
        # upper case, and a NUL that was counted in
        ("ID:77 SUB:001 DLVRD:000 SUBMIT DATE:2611220600 DONE DATE:2611220601 STAT:UNDELIV ERR:011 TEXT:x\0", FULL),
        # commas
        ("id:77,sub:001,dlvrd:000,submit date:2611220600,done date:2611220601,stat:UNDELIV,err:011,text:x", FULL),
        (
            "id:77, sub:001, dlvrd:000, submit date:2611220600, done date:2611220601, stat:UNDELIV, err:011, text:x",
            FULL,
        ),
        # spaces
        (
            "id: 77  sub: 001 dlvrd: 000 submit date: 2611220600 done date : 2611220601 stat: UNDELIV err: 011 text: x",
            FULL,
        ),
        # lines, and another order
        (
            "stat:UNDELIV\nid:77\nerr:011\nsub:001\r\ndlvrd:000\nsubmit_date:2611220600\ndone_date:2611220601\ntext:x\n",
            FULL,
        ),
        ("id:77 sub:001 dlvrd:000 submit:2611220600 done:2611220601 stat:UNDELIV err:011 text:x", FULL),
        # seconds in the dates, letters in the id
        (
            "id:b8-AA sub:001 dlvrd:001 submit date:190608165232 done date:190608165237 stat:DELIVRD err:0 text:Hi you",
            Receipt("b8-AA", 1, 1, "190608165232", "190608165237", "DELIVRD", "0", "Hi you"),
        ),
        # parts missing
        ("id:123 stat:DELIVRD err:0", Receipt(message_id="123", stat="DELIVRD", err="0")),
        ("id:123 sub:001", Receipt(message_id="123", sub=1)),
        ("stat:DELIVRD err:000", Receipt(stat="DELIVRD", err="000")),
        ("id:123 stat:DELIVRD err:000@", Receipt(message_id="123", stat="DELIVRD", err="000")),
        ("id:123 stat:DELIVRD\0", Receipt(message_id="123", stat="DELIVRD")),
        # parts empty
        ("id: sub: dlvrd:001 stat:DELIVRD err: text:", Receipt(dlvrd=1, stat="DELIVRD", text="")),
        # no number where one belongs, a state padded with spaces, a label that nobody knows
        (
            "id:123 sub:SSS dlvrd:9999999999 cost:1 stat:ACKED   err:21b text:none",
            Receipt(message_id="123", stat="ACKED", err="21b", text="none"),
        ),
        # labels within the text belong to it
        (
            "id:1 stat:DELIVRD err:000 text:id:2 stat:EXPIRED",
            Receipt(message_id="1", stat="DELIVRD", err="000", text="id:2 stat:EXPIRED"),
        ),
        # the first of two counts
        ("id:1 id:2 stat:DELIVRD", Receipt(message_id="1", stat="DELIVRD")),
        # a large operator's positions
        (
            "00,0210021543,0210021500,,447700900123,8000,we2345",
            Receipt(stat="00", done_date="0210021543", submit_date="0210021500"),
        ),
        (
            "01,0210021543,0210021500,30,447700900123,8000,",
            Receipt(stat="01", done_date="0210021543", submit_date="0210021500", err="30"),
        ),
    ],
)
def test_parse(text: str, expected: Receipt) -> None:
    assert parse_receipt(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hello",
        "id:",
        "id:5",
        "my id: 5, please call",
        "Text me later",
        "text:hello",
        "sub:001 dlvrd:001",
        "grid:7 thermostat:3",
        "err:5 text:stat:DELIVRD",
        "1,2,3,4,5,6,7",
        "00,0210021543,0210021500,,447700900123,8000",
    ],
)
def test_what_is_no_receipt(text: str) -> None:
    assert parse_receipt(text) is None


def test_the_state_of_a_parsed_receipt() -> None:
    assert Receipt(stat="delivrd").state is MessageState.DELIVERED
    assert Receipt(stat="00").state is MessageState.DELIVERED
    assert Receipt(stat="MYSTERY").state is None
    assert Receipt().state is None


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        ("2611220600", utc(2026, 11, 22, 6, 0)),
        ("261122060041", utc(2026, 11, 22, 6, 0, 41)),
        ("20261122060041", utc(2026, 11, 22, 6, 0, 41)),
        ("202613010000", None),
        ("202612311130", utc(2026, 12, 31, 11, 30)),
        ("200809011130", utc(2020, 8, 9, 1, 11, 30)),
        ("0000000000", None),
        ("2611222460", None),
        ("26112206", None),
        ("261122060O", None),
        ("26112206 0", None),
        ("２611220600", None),
        ("", None),
    ],
)
def test_instant_of(digits: str, expected: float | None) -> None:
    assert instant_of(digits) == expected


FORMATS = st.builds(
    ReceiptFormat,
    parts=st.permutations(PARTS[1:-1]).flatmap(
        lambda parts: st.integers(1, 6).map(lambda count: ("id", *parts[:count], "text"))
    ),
    label=st.sampled_from(["text:", "Text:", "Text", "Text: "]),
    date_digits=st.sampled_from([10, 12, 14]),
    quarter_hours=st.integers(-48, 48),
    err_width=st.integers(0, 4),
)


@given(
    FORMATS,
    st.from_regex(r"[0-9A-Za-z_-]{1,64}", fullmatch=True),
    st.sampled_from(MessageState),
    st.integers(0, 999),
    st.text(alphabet=st.characters(codec="utf-8"), max_size=40),
    st.floats(utc(2000, 1, 2), utc(2099, 12, 30)),
)
def test_parse_reverses_format(
    receipt_format: ReceiptFormat, message_id: str, state: MessageState, err: int, text: str, instant: float
) -> None:
    formatted = receipt(
        receipt_format=receipt_format, message_id=message_id, state=state, err=err, text=text, submitted=instant
    )
    parsed = parse_receipt(formatted)
    assert parsed is not None
    assert parsed.message_id == message_id
    assert parsed.sub == (1 if "sub" in receipt_format.parts else None)
    assert parsed.state == (state if "stat" in receipt_format.parts else None)
    assert parsed.err == (str(err).zfill(receipt_format.err_width) if "err" in receipt_format.parts else None)
    if "submit date" in receipt_format.parts:
        assert parsed.submit_date is not None
        read = instant_of(parsed.submit_date, receipt_format.quarter_hours)
        assert read is not None
        assert 0 <= instant - read < (60 if receipt_format.date_digits == 10 else 1)
    assert parsed.text is not None
    assert formatted.rstrip(" ").endswith(parsed.text)


@given(st.text(max_size=200) | st.from_regex(r"(id|stat|err|sub|text|,| |:|[0-9]){0,40}", fullmatch=True))
def test_any_text_is_a_receipt_or_none(text: str) -> None:
    parsed = parse_receipt(text)
    if parsed is not None:
        assert re.search("id|stat", text, re.IGNORECASE) or text.count(",") == 6


def test_the_default_format_is_the_constant() -> None:
    assert ReceiptFormat() == APPENDIX_B
