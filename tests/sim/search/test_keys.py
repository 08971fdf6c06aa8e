from dataclasses import replace

import pytest

from smsc_sim.sim.search.grammar import parse
from smsc_sim.sim.search.keys import ALIASES, IS, KEYS, MESSAGES
from smsc_sim.sim.search.query import predicate
from tests.sim.search.stored import NOW, PLAIN, RECEIPT

REFUSED = replace(PLAIN, id=31, command_status=0x58, state="", message_id="", rule="too fast")
DELIVERED = replace(PLAIN, state="DELIVERED", receipts=(RECEIPT,), part=2, parts=3, esm_class=0x40)
WAITING = replace(PLAIN, state="EXPIRED", receipts=(replace(RECEIPT, state="EXPIRED", sent_at=0.0, status="waiting"),))


@pytest.mark.parametrize(
    "text",
    [
        "to:4477* from:Acme account:acme session:s7 session:7",
        "to:+447700900123",
        'status:ESME_RTHROTTLED status:0x58 status:88 status:>0 rule:"too fast" is:refused state:"" id:m-31',
        "is:pending is:mt -is:mo -is:delivered -is:refused -is:multipart -is:unanswered parts:1 id:1f message_id:1f",
        "text:*code* coding:gsm7 coding:0 seq:10 registered_delivery:>0 error:000 command:submit_sm",
    ],
)
def test_keys_look_where_they_say(text: str) -> None:
    assert predicate(REFUSED if "RTHROTTLED" in text else PLAIN, parse(text), NOW)


@pytest.mark.parametrize(
    ("text", "finds"),
    [
        ("state:DELIVRD is:delivered receipt:DELIVRD is:receipted is:multipart parts:>1 part:2", DELIVERED),
        ("state:DELIVERED state:deliv* -receipt:UNDELIV esm_class:0x40", DELIVERED),
        ("is:expired is:failed is:waiting -is:receipted -receipt:EXPIRED", WAITING),
    ],
)
def test_states_and_receipts(text: str, finds: object) -> None:
    assert [one for one in (PLAIN, DELIVERED, WAITING) if predicate(one, parse(text), NOW)] == [finds]


def test_no_response_is_not_any_status() -> None:
    silent = replace(PLAIN, command_status=None)
    assert predicate(silent, parse("is:unanswered -status:0 -status:>=0"), NOW)


def test_every_key_says_what_it_is_and_can_be_suggested() -> None:
    assert all(key.meaning for key in KEYS.values())
    assert set(ALIASES.values()) <= set(KEYS)
    assert {*KEYS, *ALIASES, "is", "after", "before"} == set(MESSAGES.known)
    assert all(word.islower() for word in IS)
