import pytest

from smsc_sim.options.arguments import Takes, asks_for, take_apart
from smsc_sim.options.errors import OptionsError

KNOWN = {"--grace": Takes.VALUE, "--smpp": Takes.VALUE, "--error-bodies": Takes.NOTHING}


def mistake(*arguments: str) -> str:
    with pytest.raises(OptionsError) as raised:
        take_apart(arguments, KNOWN)
    return str(raised.value)


def test_flags_have_their_texts_in_order_and_the_rest_stays() -> None:
    found = take_apart(["a.yaml", "--smpp=x", "--grace", "5s", "--smpp", "y=z", "--error-bodies", "-"], KNOWN)
    assert found.flags == {"--smpp": ["x", "y=z"], "--grace": ["5s"], "--error-bodies": ["yes"]}
    assert found.rest == ["a.yaml", "-"]
    assert found.last("--smpp") == "y=z"
    assert found.last("--seed") is None


def test_a_switch_can_be_given_a_value_with_an_equals_sign_only() -> None:
    found = take_apart(["--error-bodies=no", "--error-bodies", "no"], KNOWN)
    assert found.flags == {"--error-bodies": ["no", "yes"]}
    assert found.rest == ["no"]


def test_two_dashes_end_the_flags() -> None:
    found = take_apart(["--grace", "5s", "--", "--grace", "x"], KNOWN)
    assert found.flags == {"--grace": ["5s"]}
    assert found.rest == ["--grace", "x"]


def test_a_value_may_begin_with_one_dash() -> None:
    assert take_apart(["--grace", "-5s"], KNOWN).flags == {"--grace": ["-5s"]}


def test_an_empty_value_is_a_value() -> None:
    assert take_apart(["--grace="], KNOWN).flags == {"--grace": [""]}


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--grase", "5s"], "smsc-sim: no option '--grase'; did you mean '--grace'?"),
        (["--grase=5s"], "smsc-sim: no option '--grase'; did you mean '--grace'?"),
        (["-x"], "smsc-sim: no option '-x'; --help lists them"),
        (["--zzz\n"], "smsc-sim: no option '--zzz\\n'; --help lists them"),
        (["--grace"], "smsc-sim: --grace: a value is missing"),
        (["--grace", "--smpp", "x"], "smsc-sim: --grace: a value is missing"),
    ],
)
def test_a_mistake_is_one_line(arguments: list[str], line: str) -> None:
    assert mistake(*arguments) == line


def test_help_is_asked_for_before_two_dashes_only() -> None:
    assert asks_for(["x", "--help"], "--help", "-h")
    assert not asks_for(["x", "--", "--help"], "--help", "-h")
