import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.smpp import udh
from smsc_sim.smpp.errors import EncodeError, WireError
from smsc_sim.smpp.status import CommandStatus

ELEMENTS = st.lists(st.builds(udh.Element, st.integers(0, 255), st.binary(max_size=40)), max_size=6)


# By hand from 3GPP TS 23.040 sections 9.2.3.24 to 9.2.3.24.8.
@pytest.mark.parametrize(
    ("octets", "concatenation", "ports"),
    [
        ("050003fe0201", udh.Concatenation(0xFE, 2, 1, wide=False), None),
        ("06080403042203", udh.Concatenation(0x0304, 0x22, 3, wide=True), None),
        ("06050415811582", None, udh.Ports(0x1581, 0x1582)),
        ("0404020f10", None, udh.Ports(0x0F, 0x10)),
        ("0b05040b8423f00003010302", udh.Concatenation(1, 3, 2, wide=False), udh.Ports(0x0B84, 0x23F0)),
        ("00", None, None),
        ("03240103", None, None),  # national language single shift: an element that is only carried
        ("027000", None, None),
    ],
)
def test_parse(octets: str, concatenation: udh.Concatenation | None, ports: udh.Ports | None) -> None:
    header = udh.parse(bytes.fromhex(octets) + b"text")
    assert header.concatenation == concatenation
    assert header.ports == ports
    assert header.octets_used == len(octets) // 2


def test_unknown_elements_are_carried() -> None:
    header = udh.parse(bytes.fromhex("0824010370037f0102"))
    assert header.elements == (udh.Element(0x24, b"\x03"), udh.Element(0x70, b"\x7f\x01\x02"))


# The last of repeated or exclusive elements counts (3GPP TS 23.040 section 9.2.3.24), totals and sequences that make
# no sense are ignored (sections 9.2.3.24.1 and 9.2.3.24.8), elements of a wrong length are none.
@pytest.mark.parametrize(
    ("octets", "concatenation"),
    [
        ("0a00030102010003020202", udh.Concatenation(2, 2, 2, wide=False)),
        ("0b0003010201080400020302", udh.Concatenation(2, 3, 2, wide=True)),
        ("0a00030102010003020200", udh.Concatenation(1, 2, 1, wide=False)),
        ("050003010000", None),
        ("050003010200", None),
        ("050003010203", None),
        ("06000400010201", None),
        ("050803010201", None),
    ],
)
def test_which_concatenation_counts(octets: str, concatenation: udh.Concatenation | None) -> None:
    assert udh.parse(bytes.fromhex(octets)).concatenation == concatenation


def test_which_ports_count() -> None:
    assert udh.parse(bytes.fromhex("0a04020102050400030004")).ports == udh.Ports(3, 4)
    assert udh.parse(bytes.fromhex("0a05040003000404020102")).ports == udh.Ports(1, 2)
    assert udh.parse(bytes.fromhex("05050301020304")).ports is None


@pytest.mark.parametrize(
    ("octets", "offset", "complaint"),
    [
        ("", 0, "no user data"),
        ("05", 0, "header of 5 octets after its length, 0 there"),
        ("050003fe02", 0, "header of 5 octets after its length, 4 there"),
        ("ff00", 0, "header of 255 octets"),
        ("0100", 1, "element 0x00 has no length octet"),
        ("040003fe02", 1, "element 0x00 of 3 octets, 2 left"),
        ("060003fe02010800", 6, "element 0x08 has no length octet"),
        ("070003fe02010804", 6, "element 0x08 of 4 octets, 0 left"),
    ],
)
def test_a_malformed_header_names_its_place(octets: str, offset: int, complaint: str) -> None:
    with pytest.raises(WireError, match=complaint) as raised:
        udh.parse(bytes.fromhex(octets), 50)
    assert raised.value.status == CommandStatus.ESME_RINVMSGLEN
    assert raised.value.field == "short_message.udh"
    assert raised.value.offset == 50 + offset


def test_every_truncation_is_malformed() -> None:
    octets = bytes.fromhex("0b05040b8423f00003010302")
    for length in range(len(octets)):
        with pytest.raises(WireError):
            udh.parse(octets[:length])


@given(st.binary(max_size=300))
def test_any_octets_parse_or_are_malformed(octets: bytes) -> None:
    try:
        header = udh.parse(octets)
    except WireError:
        return
    assert udh.build(header.elements) == octets[: header.octets_used]


@given(ELEMENTS, st.binary(max_size=10))
def test_parse_reverses_build(elements: list[udh.Element], text: bytes) -> None:
    octets = udh.build(elements)
    header = udh.parse(octets + text)
    assert header.elements == tuple(elements)
    assert header.octets_used == len(octets)


@pytest.mark.parametrize(
    ("element", "octets"),
    [
        (udh.concatenation(0xFE, 2, 1), "050003fe0201"),
        (udh.concatenation(0xFE, 2, 1, wide=True), "06080400fe0201"),
        (udh.concatenation(0xFFFF, 255, 255, wide=True), "060804ffffffff"),
        (udh.ports(0x1581, 0), "06050415810000"),
        (udh.ports(1, 2, wide=False), "0404020102"),
    ],
)
def test_build(element: udh.Element, octets: str) -> None:
    assert udh.build([element]).hex() == octets


@pytest.mark.parametrize(
    ("reference", "total", "sequence", "wide"),
    [
        (256, 2, 1, False),
        (-1, 2, 1, False),
        (65536, 2, 1, True),
        (0, 0, 1, False),
        (0, 256, 1, False),
        (0, 2, 0, False),
        (0, 2, 3, False),
    ],
)
def test_a_concatenation_that_means_nothing(reference: int, total: int, sequence: int, wide: bool) -> None:
    with pytest.raises(EncodeError, match=r"is not in \d\.\.\d+") as raised:
        udh.concatenation(reference, total, sequence, wide)
    assert raised.value.field == "short_message.udh"


@pytest.mark.parametrize(("destination", "source", "wide"), [(65536, 0, True), (0, -1, True), (256, 0, False)])
def test_ports_out_of_range(destination: int, source: int, wide: bool) -> None:
    with pytest.raises(EncodeError, match="port"):
        udh.ports(destination, source, wide)


@pytest.mark.parametrize(
    "elements",
    [[udh.Element(256, b"")], [udh.Element(0, bytes(256))], [udh.Element(0, bytes(200)), udh.Element(0, bytes(60))]],
)
def test_build_refuses_what_has_no_place(elements: list[udh.Element]) -> None:
    with pytest.raises(EncodeError):
        udh.build(elements)


# 3GPP TS 23.040 section 9.2.3.24: 6 octets are 48 bits, the next septet begins at 49; 7 octets are 8 septets.
@pytest.mark.parametrize(("header_octets", "bits"), [(0, 0), (1, 6), (5, 2), (6, 1), (7, 0), (12, 2)])
def test_fill_bits(header_octets: int, bits: int) -> None:
    assert udh.fill_bits(header_octets) == bits
    assert (8 * header_octets + bits) % 7 == 0
