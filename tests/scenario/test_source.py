import pytest

from smsc_sim.scenario.source import LONGEST_LINE, Source, names_a_secret


def test_places_count_from_one_through_every_kind_of_line_break() -> None:
    source = Source("f", "a\nb\r\nc\rd\u2028e\x85f")
    assert [source.position(offset) for offset in (0, 2, 5, 7, 9, 11)] == [
        (1, 1),
        (2, 1),
        (3, 1),
        (4, 1),
        (5, 1),
        (6, 1),
    ]
    assert [source.line(number) for number in range(8)] == ["", "a", "b", "c", "d", "e", "f", ""]
    assert source.position(1) == (1, 2)


@pytest.mark.parametrize("key", ["password", "pasword", "Password", "passwrod", "secret", "token", "pwd"])
def test_a_misspelt_password_is_a_secret_too(key: str) -> None:
    assert names_a_secret(key)


@pytest.mark.parametrize("key", ["system_id", "receipts", "sessions", "reset", "to", "text", "seed"])
def test_other_keys_are_no_secrets(key: str) -> None:
    assert not names_a_secret(key)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("password: hunter2, to: 1", "password: *******, to: 1"),
        ('{"password":"hun\\"ter2", "to": 1}', '{"password":***********, "to": 1}'),
        ("pasword: 'hunter 2'", "pasword: **********"),
        ("PASSWORD=hunter2", "PASSWORD=*******"),
        ("to: 447700900123", "to: 447700900123"),
    ],
)
def test_a_line_is_shown_without_its_secrets(line: str, shown: str) -> None:
    assert Source("f", line).line(1) == shown


def test_what_is_hidden_is_masked_over_several_lines() -> None:
    source = Source("f", "key: >\n  first\n  second tail\nlast")
    for _ in range(2):
        source.hide(1, 6, 3, 9)
    assert [source.line(number) for number in (1, 2, 3, 4)] == ["key: *", "*******", "******** tail", "last"]


def test_a_very_long_line_is_not_shown() -> None:
    assert Source("f", "x" * LONGEST_LINE + "\n").line(1) == ""
    assert Source("f", "x" * (LONGEST_LINE - 1) + "\n").line(1)
