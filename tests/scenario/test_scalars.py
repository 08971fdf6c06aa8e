from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from msgspec import Meta, Struct

from smsc_sim.scenario.convert import model_type
from smsc_sim.scenario.scalars import alternatives_of, describe, is_secret, read_text
from smsc_sim.scenario.value_kind import BadValue
from smsc_sim.scenario.values import Duration, Network, Octets, Password, Rate, StatusValue


class Colour(Enum):
    RED = "red"


class Inner(Struct):
    x: int


def read(text: str, annotation: Any) -> Any:
    return read_text(text, model_type(annotation))


def refusal(text: str, annotation: Any) -> tuple[str, str]:
    with pytest.raises(BadValue) as raised:
        read(text, annotation)
    return raised.value.code, str(raised.value)


@pytest.mark.parametrize(
    ("text", "annotation", "value"),
    [
        ("0123", str, "0123"),
        ("0123", int, 123),
        ("-1.5", float, -1.5),
        ("No", bool, False),
        ("on", bool, True),
        ("b", Literal["a", "b"], "b"),
        ("1", Literal[1, 2], 1),
        ("red", Colour, Colour.RED),
        ("5s", Duration, 5.0),
        ("5s", Duration | None, 5.0),
        ("0x40b", StatusValue, 0x40B),
        ("5/s", Rate | None, Rate(5)),
        ("7", int | Literal["random"], 7),
        ("random", int | Literal["random"], "random"),
        ("7", str | int, 7),
        ("seven", str | int, "seven"),
        ("2KiB", Annotated[Octets, Meta(ge=1024)], 2048),
        ("x", Inner | str, "x"),
    ],
)
def test_a_text_is_read_as_its_type_says(text: str, annotation: Any, value: Any) -> None:
    result = read(text, annotation)
    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize(
    ("text", "annotation", "code", "message"),
    [
        ("1.5", int, "E012", "'1.5' is not a whole number"),
        ("1e5", float, "E012", "'1e5' is not a number"),
        ("nan", float, "E012", "'nan' is not a number"),
        ("maybe", bool, "E012", "'maybe' is not a valid value; it can be true, yes, on, false, no or off"),
        ("redd", Colour, "E012", "'redd' is not a valid value; did you mean 'red'?"),
        ("0", Annotated[int, Meta(ge=1)], "E013", "'0' is too small; the least is 1"),
        ("3", Annotated[int, Meta(le=2)], "E013", "'3' is too large; the most is 2"),
        ("1", Annotated[int, Meta(gt=1)], "E013", "'1' is too small; it must be more than 1"),
        ("2", Annotated[float, Meta(lt=2)], "E013", "'2' is too large; it must be less than 2"),
        ("1", Annotated[Octets, Meta(ge=1024)], "E013", "'1' is too small; the least is 1KiB"),
        ("2h", Annotated[Duration, Meta(le=3600)], "E013", "'2h' is too large; the most is 1h"),
        ("", Annotated[str, Meta(min_length=1)], "E015", "'' must have at least 1 characters, not 0"),
        ("abc", Annotated[str, Meta(max_length=2)], "E015", "'abc' must have 0 to 2 characters, not 3"),
        ("abc", Annotated[str, Meta(pattern="^x")], "E012", "'abc' is not a valid value"),
        ("x", int | Literal["random"], "E012", "'x' is not a whole number or 'random'"),
        ("randm", int | Literal["random"], "E012", "'randm' is not a valid value; did you mean 'random'?"),
        ("9" * 30, int | Literal["random"], "E013", f"'{'9' * 30}' is too large a number"),
        ("x", Network, "E012", "'x' is not a network; write an address such as 192.0.2.1, or 192.0.2.0/24"),
    ],
)
def test_a_refusal_says_why(text: str, annotation: Any, code: str, message: str) -> None:
    assert refusal(text, annotation) == (code, message)


@pytest.mark.parametrize("annotation", [Password, Password | None])
def test_a_secret_is_not_repeated(annotation: Any) -> None:
    assert is_secret(model_type(annotation))
    code, message = refusal("hunter2" * 40, annotation)
    assert (code, message) == ("E015", "'***' must have 0 to 255 characters, not 280")


def test_other_values_are_no_secrets() -> None:
    assert not is_secret(model_type(str))
    assert not is_secret(model_type(Duration | None))


def test_a_type_that_no_text_can_be_is_the_programs_mistake() -> None:
    with pytest.raises(TypeError, match="no single text"):
        read("x", tuple[int, ...])


@pytest.mark.parametrize(
    ("annotation", "text"),
    [
        (Duration, "a duration"),
        (int, "a whole number"),
        (bool, "yes or no"),
        (str, "a text"),
        (Literal["a", "b"], "'a' or 'b'"),
    ],
)
def test_types_are_described_for_people(annotation: Any, text: str) -> None:
    assert describe(model_type(annotation)) == text


def test_a_union_has_its_members_as_alternatives() -> None:
    assert len(alternatives_of(model_type(int | Literal["random"] | None))) == 3
    assert len(alternatives_of(model_type(int))) == 1
