import pytest

from smsc_sim.smpp.tlv import encode_tlv
from tests.scenario.texts import found_in_rule, rule


@pytest.mark.parametrize(
    ("written", "tlvs"),
    [
        ("{congestion_state: 80}", (("congestion_state", 80),)),
        ("{congestion_state: 0x50}", (("congestion_state", 80),)),
        ("{receipted_msg_id: 12}", (("receipted_message_id", "12"),)),
        ("{network_error_code: 0x030005}", (("network_error_code", b"\x03\x00\x05"),)),
        ("{message_payload: héllo}", (("message_payload", b"h\xe9llo"),)),
        ("{0x1400: 0x31320a}", ((0x1400, b"12\n"),)),
        ("{0x1400: hello, 0x1401: '0x'}", ((0x1400, b"hello"), (0x1401, b""))),
        ("{0x0427: 0x0102}", ((0x0427, b"\x01\x02"),)),
        ("{0x1400: [a, b]}", ((0x1400, b"a"), (0x1400, b"b"))),
        ("{}", ()),
    ],
)
def test_tlvs_in_the_order_of_the_file_as_the_wire_takes_them(written: str, tlvs: object) -> None:
    reply = rule(f"reply: {{tlv: {written}}}").reply
    assert reply is not None
    assert reply.tlvs == tlvs
    assert all(encode_tlv(name, value) for name, value in reply.tlvs)


def test_a_receipt_can_do_without_a_usual_one() -> None:
    receipts = rule("receipt: {tlv: {message_state: none, receipted_message_id: 'none'}}").receipts
    assert receipts is not None
    assert receipts[0].tlvs == (("message_state", None), ("receipted_message_id", "none"))


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("{congestion_sate: 80}", "error E012: 'congestion_sate' is no TLV; did you mean 'congestion_state'?"),
        ("{zzz: 80}", "error E012: 'zzz' is no TLV; a TLV without a name is written by its number: 0x1400"),
        ("{congestion_state: 300}", "error E012: congestion_state: 300 does not fit 1 octet(s)"),
        ("{congestion_state: busy}", "error E012: congestion_state: 'busy' is no number, and congestion_state is one"),
        ("{congestion_state: none}", "error E012: congestion_state: 'none' is no number"),
        ("{network_error_code: 0x03}", "error E012: network_error_code: 1 octet(s), 3 needed"),
        ("{0x1400: 0x123}", "error E012: 5120: '0x123' is no whole number of octets in hexadecimal"),
        ("{0x1400: €}", "error E012: 5120: '€' contains a character that one octet cannot hold; write 0x and its"),
        ("{0x1400: {a: b}}", "error E011: '5120' takes a single value, or a list of them for a TLV that comes several"),
        ("[a]", "error E011: 'tlv' takes a mapping of TLVs here: {NAME: VALUE}"),
    ],
)
def test_what_is_no_tlv_is_refused(written: str, message: str) -> None:
    assert found_in_rule(f"reply: {{tlv: {written}}}")[0].startswith(message)
