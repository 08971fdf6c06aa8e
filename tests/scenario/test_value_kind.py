import pytest

from smsc_sim.scenario.value_kind import BadValue, alternatives, nearest, quoted


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "'plain'"),
        ("", "''"),
        ("two\nlines\0\x1b[2J", r"'two\nlines\x00\x1b[2J'"),
        ("x" * 41, "'" + "x" * 40 + "...'"),
        ("été", "'été'"),
    ],
)
def test_quoted_shows_any_text_on_one_short_line(text: str, shown: str) -> None:
    assert quoted(text) == shown


def test_nearest_ignores_case_and_gives_the_choice_as_it_is_written() -> None:
    assert nearest("esme_rthrotled", ["ESME_ROK", "ESME_RTHROTTLED"]) == "ESME_RTHROTTLED"


@pytest.mark.parametrize("text", ["", "zzz", "x" * 10_000])
def test_nearest_finds_nothing_for_what_is_like_nothing(text: str) -> None:
    assert not nearest(text, ["session", "account", "x" * 9_999])


def test_nearest_can_ask_for_more_likeness() -> None:
    assert nearest("tokens", ["token"], likeness=0.9) == "token"
    assert not nearest("oken", ["token", "x"], likeness=0.9)


@pytest.mark.parametrize(
    ("choices", "text"), [((), ""), (("a",), "a"), (("a", "b"), "a or b"), (("a", "b", "c"), "a, b or c")]
)
def test_alternatives_are_a_phrase(choices: tuple[str, ...], text: str) -> None:
    assert alternatives(choices) == text


def test_a_bad_value_without_a_reason_names_its_field_and_what_was_meant() -> None:
    bad = BadValue("infoo", choices=("info", "debug"))
    assert bad.sentence("log_level") == "'infoo' is not a valid value of 'log_level'"
    assert bad.hint() == "did you mean 'info'?"
    assert str(bad) == "'infoo' is not a valid value; did you mean 'info'?"


def test_a_bad_value_with_a_reason_is_a_sentence_behind_its_field() -> None:
    bad = BadValue("5", "needs a unit, for example 5s")
    assert bad.sentence("grace") == "grace: '5' needs a unit, for example 5s"
    assert str(bad) == "'5' needs a unit, for example 5s"


def test_few_choices_are_listed_when_none_is_near_and_many_are_not() -> None:
    assert BadValue("zzz", choices=("a", "b")).hint() == "it can be a or b"
    assert not BadValue("zzz", choices=tuple(f"choice {n}" for n in range(9))).hint()
