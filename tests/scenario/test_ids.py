import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario.ids import LONGEST_ID, IdChange, IdForm, IdForms


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (IdForm(), "6699"),
        (IdForm("hex"), "1A2B"),
        (IdForm("hex_lower"), "1a2b"),
        (IdForm("decimal", width=10), "0000006699"),
        (IdForm("hex", width=8), "00001A2B"),
        (IdForm("decimal", digits=3), "699"),
        (IdForm("decimal", prefix="SM"), "SM6699"),
        (IdForm("zero"), "0"),
        (IdForm("empty"), ""),
        (IdForm("absent"), ""),
    ],
)
def test_one_number_in_every_form(form: IdForm, text: str) -> None:
    assert form.format(6699) == text


def test_only_an_absent_id_leaves_its_place_out() -> None:
    assert [IdForm(base).is_absent for base in ("decimal", "zero", "empty", "absent")] == [False, False, False, True]
    assert [IdForm(base).is_plain for base in ("hex", "hex_lower", "decimal", "zero")] == [True, True, True, False]


@given(st.integers(0, 10**30), st.integers(0, LONGEST_ID), st.text("ab", max_size=LONGEST_ID))
def test_no_id_is_longer_than_the_wire_allows(number: int, width: int, prefix: str) -> None:
    assert len(IdForm("decimal", width, 0, prefix).format(number)) <= LONGEST_ID


@given(st.integers(0, 10**15))
def test_forms_with_a_base_say_the_same_number(number: int) -> None:
    assert int(IdForm("hex").format(number), 16) == int(IdForm("decimal").format(number)) == number


def test_a_change_leaves_alone_what_it_does_not_name() -> None:
    changed = IdChange(reply=IdForm("hex")).applied_to(IdForms())
    assert changed == IdForms(reply=IdForm("hex"), receipt=IdForm(width=10), tlv=IdForm(width=10))


@pytest.mark.parametrize(
    ("form", "number", "unique"),
    [
        (IdForm(), 10**12, True),
        (IdForm("hex", width=8), 10**12, True),
        (IdForm("hex_lower", prefix="id-"), 5, True),
        (IdForm("zero"), 1, False),
        (IdForm("empty"), 1, False),
        (IdForm("absent"), 1, False),
        (IdForm(digits=2), 99, True),
        (IdForm(digits=2), 100, False),
        (IdForm("hex", digits=2), 255, True),
        (IdForm("hex", digits=2), 256, False),
        # Only the beginning is kept of what is too long.
        (IdForm(prefix="x" * 60), 1, False),
    ],
)
def test_whether_no_message_before_had_the_same_id(form: IdForm, number: int, unique: bool) -> None:
    assert form.is_unique(number) is unique
