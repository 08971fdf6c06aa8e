"""CSV files of messages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.sim.mo.injection import BadInjection, Injection
from smsc_sim.sim.mo.injection_csv import LONGEST_RECORD, injections_in


def read(text: str, base: Injection | None = None) -> tuple[list[Injection], list[str]]:
    problems: list[str] = []
    rows = injections_in(text.splitlines(keepends=True), lambda one: problems.append(str(one)), base=base)
    return [row for row in rows if row is not None], problems


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_row_is_a_message(delimiter: str, end: str) -> None:
    lines = ["\ufefffrom,to,text,user_message_reference", "49,100,hello,7", "", '49,,"a, ""b""",', "49,1,,0x07"]
    text = end.join(lines).replace(",", delimiter) + end
    assert read(text) == (
        [
            Injection(from_="49", to="100", text="hello", tlvs={"user_message_reference": "7"}, placeholders=False),
            Injection(from_="49", text=f'a{delimiter} "b"', placeholders=False),
            Injection(from_="49", to="1", text="", tlvs={"user_message_reference": "0x07"}, placeholders=False),
        ],
        [],
    )


def test_the_base_holds_where_a_row_says_nothing() -> None:
    base = Injection(account="alpha", to="100", text="{n}", rate=5, seconds=5)
    found, problems = read("text,to\nx,\n,2\n", base)
    assert not problems
    assert found == [
        Injection(account="alpha", to="100", text="x", placeholders=False),
        Injection(account="alpha", to="2", text="", placeholders=False),
    ]


@pytest.mark.parametrize("cell", ["=cmd|' /C calc'!A0", "+1", "@SUM(1)", "{n}{", "<script>", "\x1b[31m", "\u202e"])
def test_cells_are_data(cell: str) -> None:
    ((one,), problems) = read(f'text\n"{cell}"\n')
    assert (one.text, one.placeholders, problems) == (cell, False, [])


def test_placeholders_on_request() -> None:
    found, problems = read("text,placeholders\n{n},yes\n{x},yes\n{x},no\n")
    assert [one.text for one in found] == ["{n}", "{x}"]
    assert [problem.partition(";")[0] for problem in problems] == ["3:1: text: unknown placeholder '{x}'"]


def test_every_bad_row_is_told_with_its_place() -> None:
    rows = [
        "from,to,text,esm_class,0x1400",
        '1,2,"two',
        'lines",zz,',
        "1,2,x",
        "1,2,x,1,a,more",
        '1,2,"q"x,,',
        "1,2,fine,,",
        '1,"a,b",x,300,\u65e5',
    ]
    found, problems = read("\n".join(rows))
    assert [one.text for one in found] == ["fine"]
    assert problems == [
        "3:8: esm_class: 'zz' is no number; write for example 64 or 0x40",
        "4:5: 3 cells, 5 are needed",
        "5:11: 6 cells, 5 are needed",
        "6:1: ',' expected after '\"'",
        "8:11: esm_class: 300 is not in 0..255",
        "8:15: tlvs.0x1400: contains a character that one octet cannot hold; write 0x and its octets",
    ]


@pytest.mark.parametrize(
    ("head", "wanted"),
    [
        ("", ["1:1: the first line names no fields; it could be: from,to,text"]),
        ("text,frm", ["1:6: 'frm' is no field of a message and no TLV; did you mean 'from'?"]),
        ("text,to,destination_addr", ["1:9: there are two columns of 'to'"]),
        ("rate,text", ["1:1: 'rate' is said for the whole file, not in it"]),
        ('"text', ["1:1: unexpected end of data"]),
        ("x" * (LONGEST_RECORD + 1), ["1:1: a row of more than 1048576 characters; nothing is read any further"]),
    ],
)
def test_without_a_good_first_line_nothing_is_read(head: str, wanted: list[str]) -> None:
    assert read(f"{head}\n1,2,3\n") == ([], wanted)


def test_what_is_too_long_ends_the_reading() -> None:
    found, problems = read("text\nx\n" + "y" * (LONGEST_RECORD + 1) + "\nz\n")
    assert [one.text for one in found] == ["x"]
    assert problems == ["3:1: a row of more than 1048576 characters; nothing is read any further"]


def test_a_quote_that_never_ends_does_not_swallow_the_memory() -> None:
    def lines() -> Iterator[str]:
        yield "text\n"
        yield '"x\n'
        for _ in range(300):
            yield "y" * 1000 + "\n"

    problems: list[str] = []
    rows = injections_in(lines(), lambda one: problems.append(str(one)))
    assert all(one is None or len(one.text or "") <= 1000 for one in rows)
    assert problems[0].startswith("2:1: field larger than field limit")


def test_rows_are_read_when_they_are_asked_for() -> None:
    taken: list[int] = []

    def lines() -> Iterator[str]:
        yield "text\n"
        for number in range(1000):
            taken.append(number)
            yield f"{number}\n"

    rows = injections_in(lines(), lambda one: None)
    assert not taken
    first = next(rows)
    assert first is not None
    assert first.text == "0"
    assert taken == [0]


def test_who_checks_is_asked() -> None:
    def check(injection: Injection) -> None:
        if injection.to == "2":
            raise BadInjection.because("to", "is not wanted")

    problems: list[str] = []
    found = injections_in(["text,to\n", "x,1\n", "y,2\n"], lambda one: problems.append(str(one)), check=check)
    assert [one.to if one is not None else None for one in found] == ["1", None]
    assert problems == ["3:3: to: is not wanted"]


@given(st.text(max_size=200), st.sampled_from(["from,to,text\n", "text,0x1400,esm_class,session\n", ""]))
def test_any_text_gives_messages_or_problems(text: str, head: str) -> None:
    for one in read(head + text)[0]:
        assert one.text is not None
