"""A submitted message as later events need it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario.ids import IdForm
from smsc_sim.sim.messages.submitted import Submitted, address_octets, address_text
from smsc_sim.sim.sessions.account import Account
from tests.sim.playing import ALPHA, START

MESSAGE = Submitted(
    account=Account(ALPHA),
    session=3,
    id=1,
    place=0,
    scheduled_at=0.0,
    has_validity=False,
    message_id="0000000027",
    receipt_id="0000000027",
    tlv_id="0000000027",
    source=b"\x05\x00Sender\0",
    destination=b"\x01\x01491701234567\0",
    text="Hello World",
    quoted=b"Hello World",
    registered_delivery=1,
    accepted_at=START,
    expires_at=START + 60,
    serial=27,
    has_usual_id=True,
    number=4,
)


def test_what_placeholders_stand_for() -> None:
    assert MESSAGE.values(START + 5) == {
        "to": "491701234567",
        "from": "Sender",
        "text": "Hello World",
        "id": "0000000027",
        "n": 4,
        "now": START + 5,
    }


def test_a_receipt_of_the_usual_kind() -> None:
    assert MESSAGE.record(2) == (
        b"0000000027",
        b"\0\x01\x01491701234567\0",
        b"\x05\x00Sender\0",
        b"Hello World",
        START,
        2,
        3,
    )


@pytest.mark.parametrize(
    ("form", "written"),
    [
        (IdForm("hex"), "1B"),
        (IdForm("zero"), "0"),
        (IdForm("empty"), ""),
        (IdForm("absent"), None),
        (IdForm(width=4, prefix="x"), "x0027"),
    ],
)
def test_the_id_in_another_form(form: IdForm, written: str | None) -> None:
    changed = MESSAGE.with_receipt_id(form)
    assert changed == replace(MESSAGE, receipt_id=written, tlv_id=written)
    assert changed.message_id == "0000000027"


def test_no_other_form_leaves_it_as_it_is() -> None:
    assert MESSAGE.with_receipt_id(None) is MESSAGE


@given(st.integers(0, 255), st.integers(0, 255), st.binary(max_size=20).filter(lambda octets: 0 not in octets))
def test_addresses_keep_every_octet(ton: int, npi: int, address: bytes) -> None:
    octets = address_octets(ton, npi, address.decode("latin-1"))
    assert octets == bytes([ton, npi]) + address + b"\0"
    assert address_text(octets).encode("latin-1") == address
