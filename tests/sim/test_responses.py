"""Responses and refusals as octets."""

from __future__ import annotations

import pytest

from smsc_sim.scenario.profile import NO_PROFILE, Profile
from smsc_sim.scenario.settings import SmscSettings
from smsc_sim.sim.responses import refusal_of, response_to
from smsc_sim.smpp.commands import RESPONSE_BIT, CommandId
from smsc_sim.smpp.pdu import Pdu, encode
from tests.sim.playing import frame, smsc_settings

BIND = Pdu(encode("bind_transceiver", sequence_number=7, fields={"system_id": "alpha"}))
QUERY = Pdu(encode("query_sm", sequence_number=8, fields={"message_id": "0000000001"}))


def test_a_response_has_the_number_and_the_fields() -> None:
    pdu = Pdu(response_to(BIND, {"system_id": "smsc"}, [("sc_interface_version", 0x34)]))
    assert (pdu.name, pdu.sequence_number, pdu.command_status) == ("bind_transceiver_resp", 7, 0)
    assert (pdu.fields["system_id"], pdu.tlv("sc_interface_version")) == ("smsc", 0x34)


@pytest.mark.parametrize(
    ("server", "provider", "body", "has_one"),
    [
        (False, None, None, False),
        (True, None, None, True),
        (True, False, None, False),
        (False, True, None, True),
        (True, True, False, False),
        (False, False, True, True),
    ],
)
def test_who_says_whether_a_refusal_has_a_body(
    server: bool, provider: bool | None, body: bool | None, has_one: bool
) -> None:
    profile, settings = Profile(error_bodies=provider), smsc_settings(error_bodies=server)
    octets = refusal_of(BIND, 0x0D, profile, settings, body=body)
    assert octets[:16] == frame(BIND.command_id | RESPONSE_BIT, b"x" * (len(octets) - 16), 7, 0x0D)[:16]
    assert (len(octets) > 16) is has_one


def test_a_body_says_who_refuses_and_what() -> None:
    settings = SmscSettings(system_id="ours")
    assert Pdu(refusal_of(BIND, 13, NO_PROFILE, settings, body=True)).fields["system_id"] == "ours"
    refused = Pdu(refusal_of(QUERY, 0x67, NO_PROFILE, settings, body=True))
    assert (refused.fields["message_id"], refused.fields["message_state"]) == ("0000000001", 7)


def test_with_a_tlv_there_is_a_body_before_it() -> None:
    refused = Pdu(refusal_of(QUERY, 0x67, NO_PROFILE, SmscSettings(), tlvs=[(0x1400, b"x")]))
    assert (refused.fields["message_id"], refused.tlv("0x1400")) == ("0000000001", b"x")


@pytest.mark.parametrize("request_id", [0x999, 0x102, CommandId.GENERIC_NACK])
def test_what_has_no_response_is_refused_by_a_generic_nack(request_id: int) -> None:
    octets = refusal_of(Pdu(frame(request_id, b"", 9)), 3, NO_PROFILE, SmscSettings(), body=True)
    assert octets == frame(CommandId.GENERIC_NACK, b"", 9, 3)
