import pytest

from smsc_sim.scenario.amount import Amount
from smsc_sim.scenario.reply import Dribble, Reply
from smsc_sim.scenario.template import parse_template
from smsc_sim.scenario.written_reply import parse_dribble, parse_word
from smsc_sim.smpp.status import CommandStatus
from tests.scenario.texts import found_in_rule, rule


@pytest.mark.parametrize(
    ("written", "reply"),
    [
        ("ok", Reply()),
        ("none", Reply(how="none")),
        ("nack", Reply(how="nack", status=CommandStatus.ESME_RINVCMDID)),
        ("ESME_RINVBALANCE", Reply(status=0x40B)),
        ("esme_rthrottled", Reply(status=0x58)),
        ("ESME_RtdROTTLED", Reply(status=0x58)),
        ("0x40b", Reply(status=0x40B, by_name=False)),
        ("1035", Reply(status=0x40B, by_name=False)),
        ("0x15", Reply(status=0x15, by_name=False)),
        ("{}", Reply()),
        ("{status: ok, delay: 65s}", Reply(delay=Amount.fixed(65))),
        ("{cut_after: 9, then: reset}", Reply(cut_after=9, then="reset")),
        ("{dribble: 1 every 200ms}", Reply(dribble=Dribble(1, 0.2))),
        ("{corrupt: sequence_number}", Reply(corrupt="sequence_number")),
        ("{status: none, then: hang}", Reply(how="none", then="hang")),
        ("{status: none, delay: 5s, then: close}", Reply(how="none", then="close", delay=Amount.fixed(5))),
        ("{status: nack}", Reply(how="nack", status=3)),
        ("{nack: ESME_RINVMSGLEN, sequence_number: zero}", Reply(how="nack", status=1, sequence_number="zero")),
        ("{nack: 0x401}", Reply(how="nack", status=0x401, by_name=False)),
        ("{message_id: 'X{id}'}", Reply(message_id=parse_template("X{id}"))),
        ("{status: ESME_RSYSERR, body: yes}", Reply(status=8, body=True)),
        ("{repeat: 2}", Reply(repeat=2)),
        ("{sequence_number: wrong}", Reply(sequence_number="wrong")),
        ("{tlv: {congestion_state: 90}}", Reply(tlvs=(("congestion_state", 90),))),
    ],
)
def test_replies(written: str, reply: Reply) -> None:
    assert rule(f"reply: {written}").reply == reply


@pytest.mark.parametrize("name", CommandStatus.__members__)
def test_every_status_can_be_written_by_name_and_by_number(name: str) -> None:
    status = CommandStatus[name]
    assert rule(f"reply: {name}").reply == Reply(status=status)
    assert rule(f"reply: {int(status)}").reply == Reply(status=status, by_name=False)
    assert rule(f"reply: 0x{status:08x}").reply == Reply(status=status, by_name=False)


def test_a_number_is_this_number_and_a_name_is_what_the_provider_calls_so() -> None:
    assert isinstance(parse_word("ESME_RINVSERTYP"), CommandStatus)
    assert not isinstance(parse_word("21"), CommandStatus)


@pytest.mark.parametrize(
    ("written", "messages"),
    [
        (
            "ESME_RINVBALLANCE",
            ["error E012: 'ESME_RINVBALLANCE' is not a valid value of 'reply'; did you mean 'ESME_RINVBALANCE'?"],
        ),
        ("okay", ["error E012: 'okay' is not a valid value of 'reply'; did you mean 'ok'?"]),
        ("0x100000000", ["error E012: '0x100000000' is not a valid value of 'reply'"]),
        ("[ok]", ["error E011: 'reply' takes a single value or a mapping here, not a list"]),
        ("{stauts: ok}", ["error E002: unknown key 'stauts'; did you mean 'status'?"]),
        ("{status: none, body: yes}", ["error E023: 'body' says something of an answer, and there is none"]),
        ("{status: none, delay: 5s}", ["error E023: 'delay' says something of an answer, and there is none"]),
        (
            "{nack: 3, message_id: x}",
            ["error E023: 'message_id' has no place in a generic_nack, which is a header only"],
        ),
        ("{nack: 3, status: 3}", ["error E023: 'nack' and 'status' do not go together: a generic_nack has the one"]),
        ("{nack: none}", ["error E012: 'none' is not a valid value of 'nack'"]),
        (
            "{corrupt: garbage, sequence_number: zero}",
            ["error E023: 'sequence_number' and 'corrupt' do not go together"],
        ),
        (
            "{dribble: 200ms}",
            ["error E012: dribble: '200ms' is no dribble; write octets and a time, for example 1 every"],
        ),
        (
            "{dribble: 0 every 1s}",
            ["error E012: dribble: '0 every 1s' needs at least one octet, and a time that is not"],
        ),
        ("{dribble: 1 every 5}", ["error E014: dribble: '5' needs a unit, for example 5s"]),
        ("{cut_after: -1}", ["error E013: cut_after: '-1' is too small; the least is 0"]),
        ("{repeat: 0}", ["error E013: repeat: '0' is too small; the least is 1"]),
        ("{then: die}", ["error E012: 'die' is not a valid value of 'then'; it can be"]),
        ("{message_id: '" + "x" * 65 + "'}", ["error E015: a message_id has at most 64 characters, not 65"]),
        ("{message_id: é}", ["error E012: a message_id is made of characters of ASCII"]),
        ("{delay: 65s}", ["information I101: clients usually give up after 30s to 60s; this answer may come later"]),
        ("{delay: 1s..31s}", ["information I101: clients usually give up"]),
        ("{delay: {median: 1s, p99: 40s}}", ["information I101: clients usually give up"]),
        ("{delay: 30s}", []),
        ("{message_id: ''}", []),
    ],
)
def test_what_cannot_be_a_reply_is_refused(written: str, messages: list[str]) -> None:
    findings = found_in_rule(f"reply: {written}")
    assert len(findings) == len(messages), findings
    assert all(finding.startswith(message) for finding, message in zip(findings, messages, strict=True)), findings


def test_a_dribble_is_octets_and_a_time() -> None:
    assert parse_dribble("16  every 1s") == Dribble(16, 1.0)
