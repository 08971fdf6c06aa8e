import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario import values
from smsc_sim.scenario.value_kind import BadValue, ValueKind
from smsc_sim.scenario.values import Network, Pace, Rate
from smsc_sim.smpp.status import CommandStatus

KINDS: dict[str, tuple[ValueKind, st.SearchStrategy[object]]] = {
    "duration": (
        values.DURATION,
        st.integers(min_value=0, max_value=3_650 * 86_400_000).map(lambda milliseconds: milliseconds / 1000),
    ),
    "octets": (values.OCTETS, st.integers(min_value=0, max_value=2**39)),
    "pace": (Pace.KIND, st.builds(Pace, st.integers(1, 9_999_999), st.sampled_from([1.0, 60.0, 3600.0]))),
    "status": (values.STATUS, st.integers(min_value=0, max_value=0xFFFFFFFF)),
    "rate": (
        Rate.KIND,
        st.builds(
            Rate,
            st.integers(1, 9_999_999),
            st.sampled_from([1.0, 60.0, 3600.0]),
            st.sampled_from(["session", "account"]),
        ),
    ),
    "network": (Network.KIND, st.ip_addresses().map(str).map(values.parse_network)),
}


@given(st.data())
@pytest.mark.parametrize("name", KINDS)
def test_what_a_kind_writes_it_reads_back(name: str, data: st.DataObject) -> None:
    kind, strategy = KINDS[name]
    value = data.draw(strategy)
    read = kind.read(kind.write(value))
    assert read == pytest.approx(value, abs=1e-9) if isinstance(value, float) else read == value


@given(st.text())
@pytest.mark.parametrize("kind", [values.SYSTEM_ID, values.PASSWORD, *(kind for kind, _ in KINDS.values())])
def test_any_text_is_a_value_or_a_bad_value(kind: ValueKind, text: str) -> None:
    refusal = ""
    try:
        value = kind.read(text)
        assert kind.read(kind.write(value)) == value
    except BadValue as bad:
        refusal = str(bad)
    assert len(refusal) < 300
    assert "\n" not in refusal


@pytest.mark.parametrize(("text", "value"), [("0", 0), ("0123", 123), ("-5", -5), ("+7", 7), ("9" * 18, 10**18 - 1)])
def test_integers_are_decimal_with_or_without_leading_zeros(text: str, value: int) -> None:
    assert values.parse_integer(text) == value


@pytest.mark.parametrize(
    ("text", "code"),
    [("1.5", "E012"), ("0x10", "E012"), ("1_000", "E012"), ("٣", "E012"), ("", "E012"), ("9" * 5000, "E013")],
)
def test_what_is_no_integer_is_refused(text: str, code: str) -> None:
    with pytest.raises(BadValue) as raised:
        values.parse_integer(text)
    assert raised.value.code == code


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("500ms", 0.5),
        ("1s", 1.0),
        ("1.5s", 1.5),
        ("5m", 300.0),
        ("24h", 86400.0),
        ("7d", 604800.0),
        ("0", 0.0),
        ("0s", 0.0),
        ("0.0", 0.0),
    ],
)
def test_durations_are_seconds(text: str, seconds: float) -> None:
    assert values.parse_duration(text) == seconds


@pytest.mark.parametrize(
    ("text", "code", "reason"),
    [
        ("5", "E014", "needs a unit, for example 5s"),
        ("1.5", "E014", "needs a unit, for example 1.5s"),
        ("9" * 5000, "E014", "needs a unit"),
        ("5 s", "E012", "is not a duration"),
        ("-5s", "E012", "is not a duration"),
        ("1h30m", "E012", "is not a duration"),
        ("5S", "E012", "is not a duration"),
        ("١s", "E012", "is not a duration"),
        ("", "E012", "is not a duration"),
        ("3651d", "E013", "longer than ten years"),
    ],
)
def test_what_is_no_duration_is_refused_with_the_reason(text: str, code: str, reason: str) -> None:
    with pytest.raises(BadValue, match=reason) as raised:
        values.parse_duration(text)
    assert raised.value.code == code


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0"), (300.0, "5m"), (90.0, "90s"), (86400.0, "1d"), (0.25, "250ms"), (1.5, "1.5s")]
)
def test_durations_are_written_short(seconds: float, text: str) -> None:
    assert values.format_duration(seconds) == text


@pytest.mark.parametrize(
    ("text", "octets"), [("131072", 131072), ("128KiB", 131072), ("16MiB", 2**24), ("1GiB", 2**30)]
)
def test_octets_have_binary_multiples(text: str, octets: int) -> None:
    assert values.parse_octets(text) == octets


@pytest.mark.parametrize("text", ["16 MiB", "16MB", "1.5KiB", "-1", "", "9" * 50])
def test_what_is_no_number_of_octets_is_refused(text: str) -> None:
    with pytest.raises(BadValue):
        values.parse_octets(text)


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("5/s", Rate(5, 1.0, "session")),
        ("300/m per account", Rate(300, 60.0, "account")),
        ("1000/h  per  session", Rate(1000, 3600.0, "session")),
    ],
)
def test_rates_have_a_window_and_a_scope(text: str, rate: Rate) -> None:
    assert values.parse_rate(text) == rate


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("5", "E014", "'5' needs a unit, for example 5/s"),
        ("0/s", "E013", "'0/s' must be at least 1"),
        ("5/s per acount", "E012", "did you mean '5/s per account'?"),
        ("5/s per zzz", "E012", "it can count per session or per account"),
        ("5/d", "E012", "is not a rate"),
        ("fast", "E012", "is not a rate"),
    ],
)
def test_what_is_no_rate_is_refused_with_the_reason(text: str, code: str, message: str) -> None:
    with pytest.raises(BadValue) as raised:
        values.parse_rate(text)
    assert raised.value.code == code
    assert message in str(raised.value)


@pytest.mark.parametrize("text", ["ESME_RINVBALANCE", "esme_rinvbalance", "0x40b", "1035"])
def test_a_status_is_a_name_or_a_number(text: str) -> None:
    assert values.read_status(text) == 0x40B


def test_a_misspelt_status_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(BadValue) as raised:
        values.read_status("ESME_RINVBALLANCE")
    assert raised.value.suggestion == "ESME_RINVBALANCE"


def test_a_status_is_written_by_name_or_else_as_a_number() -> None:
    assert values.write_status(CommandStatus.ESME_RTHROTTLED) == "ESME_RTHROTTLED"
    assert values.write_status(0x4FF) == "0x000004ff"


@pytest.mark.parametrize("text", ["a", "x" * 15, "0123", "café"])
def test_a_system_id_has_1_to_15_octets(text: str) -> None:
    assert values.SYSTEM_ID.read(text) == text


@pytest.mark.parametrize(("text", "code"), [("", "E015"), ("x" * 16, "E015"), ("a\0b", "E012"), ("€", "E012")])
def test_what_cannot_be_a_system_id_is_refused(text: str, code: str) -> None:
    with pytest.raises(BadValue) as raised:
        values.SYSTEM_ID.read(text)
    assert raised.value.code == code


def test_a_password_is_a_secret_of_up_to_255_octets() -> None:
    assert values.PASSWORD.secret
    assert values.PASSWORD.read("") == ""
    with pytest.raises(BadValue):
        values.PASSWORD.read("x" * 256)


@pytest.mark.parametrize(
    ("network", "inside", "outside"),
    [
        ("192.0.2.1", "192.0.2.1", "192.0.2.2"),
        ("192.0.2.0/24", "192.0.2.255", "192.0.3.0"),
        ("192.0.2.0/24", "::ffff:192.0.2.7", "::ffff:192.0.3.7"),
        ("2001:db8::/32", "2001:db8::1", "2001:db9::1"),
        ("fe80::/10", "fe80::1%eth0", "127.0.0.1"),
        ("0.0.0.0/0", "198.51.100.1", "::1"),
        ("0.0.0.0/0", "198.51.100.1", "/run/smsc.sock"),
    ],
)
def test_a_network_contains_addresses(network: str, inside: str, outside: str) -> None:
    parsed = values.parse_network(network)
    assert parsed.contains(inside)
    assert not parsed.contains(outside)


def test_a_network_with_bits_behind_its_prefix_is_refused_with_the_right_one() -> None:
    with pytest.raises(BadValue) as raised:
        values.parse_network("192.0.2.1/24")
    assert raised.value.suggestion == "192.0.2.0/24"


@pytest.mark.parametrize("text", ["", "localhost", "192.0.2", "192.0.2.1/33", "192.0.2.0-192.0.2.9"])
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(BadValue):
        values.parse_network(text)


def test_equal_networks_are_one_in_a_set() -> None:
    assert len({values.parse_network("192.0.2.1"), values.parse_network("192.0.2.1/32")}) == 1
    assert repr(values.parse_network("192.0.2.0/24")) == "Network('192.0.2.0/24')"
    assert values.parse_network("192.0.2.0/24") != "192.0.2.0/24"


def test_a_status_by_name_can_be_told_from_the_same_number() -> None:
    # A provider's dialect gives names another number, and leaves numbers alone.
    for text in ("ESME_RTHROTTLED", "esme_rthrottled", "ESME_RtdROTTLED"):
        assert values.read_status(text) is CommandStatus.ESME_RTHROTTLED
    for text in ("88", "0x58", "0X00000058"):
        assert values.read_status(text) == CommandStatus.ESME_RTHROTTLED
        assert not isinstance(values.read_status(text), CommandStatus)
