"""Hex dumps: every octet is there once, in order, with its field."""

from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.sim.messages.pdu_view import view_of
from smsc_sim.smpp.pdu import encode
from smsc_sim.web.dump import WIDTH, dump
from smsc_sim.web.message_view import FieldShown


def field(name: str, start: int, length: int) -> FieldShown:
    return FieldShown(name=name, value=0, meaning="", start=start, length=length)


@given(st.binary(max_size=200), st.integers(0, 200))
def test_nothing_is_lost_and_nothing_twice(octets: bytes, most: int) -> None:
    lines = dump(octets, [field("a", 0, 5), field("b", 5, 20)], most)
    assert bytes.fromhex(" ".join(run.hex for line in lines for run in line.runs)) == octets[:most]
    assert "".join(run.characters for line in lines for run in line.runs).isprintable()
    assert all(line.offset == number * WIDTH for number, line in enumerate(lines))


def test_octets_know_their_field() -> None:
    octets = encode("submit_sm", sequence_number=1, fields={"short_message": b"Hi\0<"})
    view = view_of(octets)
    fields = [field(one.name, one.start, one.length) for one in view.fields]
    (run,) = [run for line in dump(octets, fields) for run in line.runs if run.field == len(fields) - 1]
    assert run.hex == "48 69 00 3c"
    assert run.characters == "Hi·<"


def test_what_no_field_has_is_nobodys() -> None:
    assert dump(b"abc", [])[0].runs[0].field is None
