import pytest

from smsc_sim.scenario import patterns
from smsc_sim.scenario.keys import FIELD_KEYS, OWN_KEYS, find_key, known_names
from smsc_sim.scenario.rule import EVENTS
from smsc_sim.smpp.commands import COMMANDS_BY_NAME
from smsc_sim.smpp.tlv import TLVS_BY_NAME


def test_every_field_of_every_event_can_be_asked_for_but_secrets_and_lengths() -> None:
    hidden = {"password", "sm_length", "number_of_dests", "dest_addresses"}
    for event in EVENTS:
        commands = {"connect": [], "bind": ["bind_transmitter", "bind_receiver", "bind_transceiver"]}.get(
            event, [event]
        )
        for field in (field for command in commands for field in COMMANDS_BY_NAME[command].fields):
            key = find_key(field.name)
            if field.name in hidden:
                assert key is None
            else:
                assert key is not None, field.name
                assert event in key.events, (event, field.name)


@pytest.mark.parametrize("name", TLVS_BY_NAME)
def test_every_tlv_can_be_asked_for_by_each_of_its_names(name: str) -> None:
    key = find_key(name)
    assert key is not None
    assert key.name == f"tlv:{TLVS_BY_NAME[name].name}"
    by_number = find_key(f"0x{TLVS_BY_NAME[name].tag:04x}")
    assert by_number is not None
    assert by_number.name == key.name


@pytest.mark.parametrize(("written", "name"), [("0x1400", "tlv:0x1400"), ("0x14FF", "tlv:0x14ff"), ("0x5", None)])
def test_a_tlv_without_a_name_has_its_number(written: str, name: str | None) -> None:
    key = find_key(written)
    assert key is not None
    assert key.name == (name or "tlv:dest_addr_subunit")


@pytest.mark.parametrize("name", ["password", "5120", "0x14000", "TO", "nothing", ""])
def test_there_is_no_such_key(name: str) -> None:
    assert find_key(name) is None


def test_the_smpp_names_of_addresses_are_the_same_keys() -> None:
    assert find_key("source_addr") == find_key("from")
    assert find_key("destination_addr") == find_key("to")


@pytest.mark.parametrize(
    ("name", "has", "has_not"),
    [
        ("to", {"submit_sm", "submit_multi", "cancel_sm"}, {"bind", "enquire_link", "connect"}),
        ("from", {"submit_sm", "query_sm"}, {"bind", "deliver_sm_resp"}),
        ("text", {"submit_sm", "data_sm", "submit_multi"}, {"replace_sm", "bind"}),
        ("account", {"submit_sm", "bind", "enquire_link"}, {"connect"}),
        ("peer", {"connect", "bind"}, set()),
        ("command_status", {"deliver_sm_resp"}, {"submit_sm"}),
        ("system_type", {"bind"}, {"submit_sm"}),
        ("0x1400", {"submit_sm", "deliver_sm_resp"}, {"connect"}),
    ],
)
def test_a_key_belongs_to_events(name: str, has: set[str], has_not: set[str]) -> None:
    key = find_key(name)
    assert key is not None
    assert has <= key.events
    assert not has_not & key.events


def test_names_that_are_suggested_can_be_written() -> None:
    names = known_names()
    assert len(names) == len(set(names))
    assert all(find_key(name) is not None for name in names)
    assert names[: len(OWN_KEYS)] == list(OWN_KEYS)
    assert FIELD_KEYS["command_status"].kind is patterns.STATUS
