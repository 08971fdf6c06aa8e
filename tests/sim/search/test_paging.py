from dataclasses import replace

import pytest

from smsc_sim.scenario.value_kind import BadValue
from smsc_sim.sim.search.paging import SORT_KEYS, Cursor, Sort, behind, cursor_text, parse_cursor, parse_sort
from tests.sim.search.stored import PLAIN


@pytest.mark.parametrize("key", SORT_KEYS)
@pytest.mark.parametrize("sign", ["", "-"])
def test_the_text_of_an_order_gives_it_again(key: str, sign: str) -> None:
    sort = parse_sort(sign + key)
    assert sort == Sort(key, sign == "-")
    assert str(sort) == sign + key


@pytest.mark.parametrize("key", SORT_KEYS)
def test_a_cursor_says_behind_which_message(key: str) -> None:
    sort = Sort(key)
    message = replace(PLAIN, id=31, rule="a:b", command_status=None)
    cursor = parse_cursor(cursor_text(behind(message, sort), sort), sort)
    assert cursor.id == 31
    assert cursor == Cursor(31) if key == "id" else cursor.value == sort.value(message)


@pytest.mark.parametrize(
    ("text", "key"),
    [("", "id"), ("x", "id"), ("1:2", "id"), ("1", "to"), ("1:x", "session"), ("-1", "id"), ("1;DROP", "id")],
)
def test_what_is_no_cursor(text: str, key: str) -> None:
    with pytest.raises(BadValue, match="take the one that a page gave"):
        parse_cursor(text, Sort(key))


def test_what_is_no_order() -> None:
    with pytest.raises(BadValue) as raised:
        parse_sort("-acount")
    assert raised.value.suggestion == "account"
