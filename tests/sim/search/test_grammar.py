import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario.findings import Finding, FindingsError
from smsc_sim.sim.search.grammar import LONGEST_QUERY, MOST_TERMS, parse
from smsc_sim.sim.search.query import EVERYTHING
from tests.sim.search.searches import written


@given(written)
def test_the_text_of_a_search_gives_it_again(text: str) -> None:
    query = parse(text)
    assert parse(str(query)) == query
    assert str(parse(str(query))) == str(query)


@given(st.text(max_size=40) | st.lists(st.sampled_from('to:4*" -!OR AND is:x\\()?'), max_size=25).map("".join))
def test_any_text_is_a_search_or_has_a_finding_with_its_column(text: str) -> None:
    findings: tuple[Finding, ...] = ()
    try:
        query = parse(text)
    except FindingsError as refused:
        findings = refused.findings
    else:
        assert parse(str(query)) == query
        assert all(1 <= term.column <= len(text) for term in query.terms)
    assert all(one.severity == "error" and 1 <= one.column <= len(text) + 1 for one in findings)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("", ""),
        ("   ", ""),
        ("to:4477*", "to:4477*"),
        ("!is:delivered", "-is:delivered"),
        ("Destination_Addr:1", "to:1"),
        ('rule:"too fast"', 'rule:"too fast"'),
        ('rule:"fast"', "rule:fast"),
        ('to:""', 'to:""'),
        ('"exact words"', '"exact words"'),
        ('"word"', "word"),
        ('"OR"', '"OR"'),
        ("word*", "word*"),
        ('"two wor"*', '"two wor"*'),
        ("http-x", '"http-x"'),
        ("a AND b", "a b"),
        ("a b OR -c", "a b OR -c"),
        (r'rule:"a \"b\" \\"', r'rule:"a \"b\" \\"'),
        (r'rule:a"b', r'rule:a"b'),
        ("after:06:00", "after:06:00"),
        ("grüße", "grüße"),
    ],
)
def test_the_usual_form(text: str, canonical: str) -> None:
    assert str(parse(text)) == canonical


def test_nothing_finds_everything() -> None:
    assert parse("") == EVERYTHING


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("too:1", "1: error E002: unknown key 'too'; did you mean 'to'?"),
        ("a http://x", "3: error E002: unknown key 'http'; words of the text go into quotes: \"http:...\""),
        ("a -to:", "4: error E010: 'to' has no value; an empty text is \"\""),
        ("is:deliverd", "4: error E012: 'deliverd' is not a valid value of 'is'; did you mean 'delivered'?"),
        ("state:DELIVERE", "7: error E012: 'DELIVERE' is not a valid value of 'state'; did you mean 'DELIVERED'?"),
        ("status:ESME_RTHROTLED", "8: error E012: 'ESME_RTHROTLED' is not a valid value of 'status'; did you mean"),
        ("parts:many", "7: error E012: parts: 'many' is no number; write for example 5, 0x05, >=5 or 2..5"),
        ("after:10", "7: error E014: after: '10' needs a unit, for example 10s"),
        ("after:soon", "7: error E012: after: 'soon' is no time; write for example 10m (ago), 06:00 or 2026-"),
        ("after:25:00", "7: error E012: after: '25:00' is no time of day"),
        ("after:2026-02-30", "7: error E012: after: '2026-02-30' is no date of the calendar"),
        ('x rule:"open', "8: error E012: the quote that begins here does not end"),
        ('rule:"a"b', "9: error E012: a space belongs between a quote's end and 'b'"),
        ('rule:"a"*', "9: error E012: a star belongs inside the quotes here"),
        ('"a"*b', "6: error E012: a space belongs behind the star"),
        ("wo*rd", "1: error E012: 'wo*rd': a star can only end a word; parts of words are found by text:*wo*rd*"),
        ("*word*", "1: error E012: '*word': a star can only end a word; parts of words are found by text:*word*"),
        ("*", "1: error E012: '*': a star can only end a word"),
        ("...", "1: error E012: '...' has no letter, digit or symbol to look for; signs are found by text:*...*"),
        ("OR a", "1: error E012: OR needs something on both sides"),
        ("a OR", "3: error E012: OR needs something on both sides"),
        ("a OR OR b", "6: error E012: OR needs something on both sides"),
        ("a AND", "3: error E012: AND needs something on both sides"),
        ("NOT a", "1: error E012: 'NOT' does not turn a term round; write -word or -key:value"),
        ("(a OR b)", "1: error E012: parentheses are not used here"),
        ("a - b", "3: error E010: nothing stands behind '-'; put it in quotes to look for it: \"-\""),
        ("\ud800", "1: error E012: half of a surrogate pair is no character"),
        ("to:" + "4*" * 120, "4: error E031: to: '4*4*4*4*4*4*4*4*4*4*4*4*4*4*4*4*4*4*4*4*...' is a pattern longer"),
    ],
)
def test_every_mistake_has_its_column_and_what_was_meant(text: str, finding: str) -> None:
    with pytest.raises(FindingsError) as raised:
        parse(text)
    said = [str(one).removeprefix("search:1:") for one in raised.value.findings]
    assert said[0].startswith(finding), said


def test_all_mistakes_are_said_at_once() -> None:
    with pytest.raises(FindingsError) as raised:
        parse("too:1 to:4477* is:gone stat:x", name="q")
    assert [one.column for one in raised.value.findings] == [1, 19, 24]
    assert str(raised.value).splitlines()[:3] == [
        "q:1:1: error E002: unknown key 'too'; did you mean 'to'?",
        "    too:1 to:4477* is:gone stat:x",
        "    ^",
    ]


def test_searches_are_bounded() -> None:
    parse(" ".join(["a"] * MOST_TERMS))
    with pytest.raises(FindingsError, match=f"at most {MOST_TERMS} terms"):
        parse(" ".join(["a"] * (MOST_TERMS + 1)))
    with pytest.raises(FindingsError, match=f"at most {LONGEST_QUERY} characters"):
        parse("a" * (LONGEST_QUERY + 1))
