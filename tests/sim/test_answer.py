"""Answers: every reply that a rule can ask for, as it reaches the ESME."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario.settings import Timers
from smsc_sim.sim.sessions.session import Ending
from smsc_sim.smpp.commands import CommandId
from smsc_sim.smpp.framing import HEADER
from smsc_sim.smpp.pdu import Pdu, encode
from smsc_sim.smpp.status import CommandStatus
from tests.sim.playing import (
    BETA,
    Address,
    Esme,
    Play,
    SubmitSm,
    bind_octets,
    brief,
    frame,
    message_id_of,
    rule,
    scenario,
    smsc_settings,
)

ENQUIRE_LINK = encode("enquire_link", sequence_number=77)
REQUESTS = {
    "bind": bind_octets(),
    "submit_sm": SubmitSm().wire(),
    "enquire_link": ENQUIRE_LINK,
    "unbind": frame(6),
    "query_sm": encode("query_sm", sequence_number=1, fields={"message_id": "17"}),
    "cancel_sm": encode("cancel_sm", sequence_number=1, fields={"message_id": "17"}),
    "replace_sm": encode("replace_sm", sequence_number=1, fields={"message_id": "17"}),
    "data_sm": encode("data_sm", sequence_number=1, tlvs=[("message_payload", b"")]),
    "submit_multi": encode(
        "submit_multi", sequence_number=1, fields={"dest_addresses": [{"dest_flag": 1, "destination_addr": "1"}]}
    ),
}
"""A request for each event that is one."""


def to(address: str, number: int = 1) -> bytes:
    return SubmitSm(destination=Address(octets=address.encode())).wire(number)


def answered(reply: str, octets: bytes | None = None) -> bytes:
    """The octets that answer a message under a rule with this reply."""
    esme = Play(scenario=rule(f"reply: {reply}")).bind()
    esme.raw = True
    del esme.octets[:]
    esme.give(octets or SubmitSm(registered_delivery=0).wire(5))
    return bytes(esme.octets)


def usual(sequence_number: int = 5) -> bytes:
    return encode("submit_sm_resp", sequence_number=sequence_number, fields={"message_id": "0000000001"})


# Statuses


@pytest.mark.parametrize("status", [0, *CommandStatus])
def test_every_status_by_its_number_is_that_number(status: int) -> None:
    for text in (str(int(status)), f"0x{int(status):x}"):
        esme = Play(scenario=scenario(f"profile: sms77\nrules: [{{name: r, reply: {text}}}]")).bind()
        assert esme.submit().command_status == status


SMS77 = {
    "ESME_RINVSERTYP": 22,
    "ESME_RINVDSTTON": 74,
    "ESME_RINVDSTNPI": 75,
    "ESME_RINVSYSTYP": 77,
    "ESME_RINVREPFLAG": 78,
    "ESME_RINVBALANCE": 1035,
}


@pytest.mark.parametrize("name", [name for name in CommandStatus.__members__ if name != "ESME_ROK"])
def test_every_status_by_its_name_is_the_number_that_the_provider_has_for_it(name: str) -> None:
    plain, dialect = (
        Play(scenario=scenario(f"profile: {profile}\nrules: [{{name: r, reply: {name}}}]"), fast=fast).bind()
        for profile, fast in (("generic", True), ("sms77", False))
    )
    assert plain.submit().command_status == CommandStatus[name]
    assert dialect.submit().command_status == SMS77.get(name, CommandStatus[name])


@pytest.mark.parametrize("fast", [True, False])
def test_the_dialect_is_that_of_the_account(fast: bool) -> None:
    play = Play(
        scenario=scenario("""
          accounts: [{system_id: alpha, password: secret1, profile: sms77}, {system_id: beta, password: secret2}]
          rules: [{name: r, reply: ESME_RINVSERTYP}]
        """),
        fast=fast,
    )
    assert [play.bind().submit().command_status, play.bind(account=BETA).submit().command_status] == [22, 0x15]


@pytest.mark.parametrize("event", REQUESTS)
def test_other_requests_are_refused_by_their_own_response(event: str) -> None:
    play = Play(scenario=rule(f"event: {event}, reply: 0x444"))
    esme = play.connect() if event == "bind" else play.bind()
    (answer,) = esme.give(REQUESTS[event])
    assert (answer.command_id, answer.command_status) == (Pdu(REQUESTS[event]).command_id | 0x80000000, 0x444)
    assert answer.command_length == 16
    assert play.smsc.counters.binds_refused == (event == "bind")


def test_a_refused_bind_and_a_refused_unbind_change_nothing() -> None:
    play = Play(
        scenario=scenario("""
          rules:
            - {name: bind, event: bind, when: {account: beta}, reply: ESME_RBINDFAIL}
            - {name: stay, event: unbind, reply: ESME_RSYSERR}
        """)
    )
    esme = play.connect()
    refused = esme.give(bind_octets(system_id="beta", password="secret2"))
    assert brief(refused) == [("bind_transceiver_resp", CommandStatus.ESME_RBINDFAIL, 1)]
    assert esme.session.bind_type == ""
    assert brief(esme.give(bind_octets())) == [("bind_transceiver_resp", 0, 1)]
    assert esme.ask("unbind").command_status == CommandStatus.ESME_RSYSERR
    assert esme.session.bind_type == "transceiver"
    play.advance(60)
    assert not esme.ending


# What else the response says


def test_a_refusal_has_a_body_when_it_shall_have_one() -> None:
    for bodies in (True, False):
        for written, wanted in (("", bodies), (", body: yes", True), (", body: no", False)):
            play = Play(scenario=rule(f"reply: {{status: 8{written}}}"), settings=smsc_settings(error_bodies=bodies))
            answer = play.bind().submit()
            assert answer.octets[16:] == (b"\0" if wanted else b"")


def test_tlvs_of_the_answer() -> None:
    tlvs = "tlv: {congestion_state: 80, '0x1400': [0x0102, abc]}"
    wanted = [("congestion_state", 80), ("0x1400", b"\1\2"), ("0x1400", b"abc")]
    for status in ("ok", "ESME_RTHROTTLED"):
        answer = Pdu(answered(f"{{status: {status}, {tlvs}}}"))
        assert [(tlv.name, tlv.value) for tlv in answer.tlvs] == wanted
        assert answer.fields == {"message_id": "0000000001" if status == "ok" else ""}


@pytest.mark.parametrize("event", ["bind", "enquire_link", "unbind", "query_sm"])
def test_tlvs_of_answers_to_other_requests(event: str) -> None:
    play = Play(scenario=rule(f"event: {event}, reply: {{tlv: {{congestion_state: 80}}}}"))
    (answer,) = (play.connect() if event == "bind" else play.bind()).give(REQUESTS[event])
    assert answer.command_status == 0
    assert answer.tlv("congestion_state") == 80
    assert answer.tlv("sc_interface_version") == (0x34 if event == "bind" else None)


def test_a_tlv_of_a_rule_stands_instead_of_the_usual_one() -> None:
    for name in ("sc_interface_version", "'0x0210'"):
        value = "80" if "sc" in name else "0x50"
        play = Play(scenario=rule(f"event: bind, reply: {{tlv: {{{name}: {value}}}}}"))
        (answer,) = play.connect().give(bind_octets())
        assert [(tlv.name, tlv.value) for tlv in answer.tlvs] == [("sc_interface_version", 0x50)]


@pytest.mark.parametrize(
    ("written", "got"),
    [
        ("abc", "abc"),
        ('""', ""),
        ('"{to}/{from}"', "491701234567/Sender"),
        ('"{word[2]}-{n}-{id}"', "World-1-0000000001"),
        ('"{now:%Y%m%d}"', "20260301"),
        ('"{text}{text}{text}{text}{text}{text}{text}"', "Hello World" * 5 + "Hello Wor"),
    ],
)
def test_the_message_id_may_be_anything(written: str, got: str) -> None:
    assert message_id_of(Pdu(answered(f"{{message_id: {written}}}", SubmitSm(text=b"Hello World").wire()))) == got


def test_a_message_id_is_made_of_what_it_can_be_made_of() -> None:
    octets = SubmitSm(text="é\0日\n€".encode("utf-16-be"), data_coding=8).wire()
    assert message_id_of(Pdu(answered('{message_id: "<{text}>"}', octets))) == "<?????>"


def test_receipts_have_the_id_of_the_message_all_the_same() -> None:
    play = Play(scenario=rule("reply: {message_id: other}"))
    esme = play.bind()
    assert message_id_of(esme.submit()) == "other"
    play.advance(1.1)
    assert message_id_of(esme.take()[0]) == "0000000001"


# No answer, and generic_nack


@pytest.mark.parametrize("event", REQUESTS)
def test_no_answer_is_no_answer(event: str) -> None:
    play = Play(scenario=rule(f"event: {event}, reply: none"))
    esme = play.connect() if event == "bind" else play.bind()
    assert esme.give(REQUESTS[event]) == []
    play.advance(10)
    assert [pdu for pdu in esme.take() if pdu.command_id & 0x80000000] == []
    assert not esme.ending
    assert play.smsc.counters.internal_errors == 0


def test_a_bind_that_was_to_be_refused_is_not_answered_either() -> None:
    esme = Play(scenario=rule("event: bind, reply: none")).connect()
    assert esme.give(bind_octets(password="wrong")) == []
    assert not esme.session.bound


def test_an_unanswered_unbind_leaves_the_connection_to_the_esme_for_the_response_timer() -> None:
    timers = Timers(response=30.0, session_init=5.0)
    play = Play(scenario=rule("event: unbind, reply: none"), settings=smsc_settings(timers=timers))
    esme = play.bind()
    play.advance(10)
    assert esme.give(frame(6)) == []
    play.advance(29)
    assert not esme.ending
    play.advance(2)
    assert esme.ending is Ending.CLOSE


@pytest.mark.parametrize(
    ("reply", "status", "sequence_number"),
    [
        ("nack", CommandStatus.ESME_RINVCMDID, 5),
        ("{nack: ESME_RSYSERR}", CommandStatus.ESME_RSYSERR, 5),
        ("{nack: 0x0401}", 0x401, 5),
        ("{nack: 0}", 0, 5),
        ("{nack: ESME_RINVCMDLEN, sequence_number: zero}", CommandStatus.ESME_RINVCMDLEN, 0),
    ],
)
def test_nack_styles(reply: str, status: int, sequence_number: int) -> None:
    assert answered(reply) == HEADER.pack(16, CommandId.GENERIC_NACK, status, sequence_number)


def test_a_nack_with_a_sequence_number_that_nobody_used() -> None:
    length, command_id, status, sequence_number = HEADER.unpack(answered("{nack: 8, sequence_number: wrong}"))
    assert (length, command_id, status) == (16, CommandId.GENERIC_NACK, 8)
    assert sequence_number not in (0, 5)


def test_a_nack_speaks_the_dialect_of_the_provider() -> None:
    for status, wanted in (("ESME_RINVSERTYP", 22), ("0x15", 0x15)):
        esme = Play(scenario=scenario(f"profile: sms77\nrules: [{{name: r, reply: {{nack: {status}}}}}]")).bind()
        (nack,) = esme.give(to("1"))
        assert (nack.name, nack.command_status) == ("generic_nack", wanted)


def test_a_nacked_message_is_refused_and_gets_no_receipt() -> None:
    play = Play(scenario=rule("reply: nack"))
    esme = play.bind()
    esme.give(to("1"))
    esme.take()
    play.advance(10)
    assert esme.take() == []
    assert (play.smsc.counters.messages_accepted, play.smsc.counters.messages_refused) == (0, 1)


# Lost on purpose


@pytest.mark.parametrize(
    "reply", ["none", "{cut_after: 9}", "{cut_after: 0}", "{corrupt: garbage}", "{corrupt: sequence_number}"]
)
def test_what_is_lost_on_purpose_leaves_the_message_accepted(reply: str) -> None:
    play = Play(scenario=rule(f"reply: {reply}"))
    esme, other = play.bind(), play.bind()
    esme.raw = True
    esme.give(to("1"))
    esme.hang_up()
    play.advance(1.1)
    (receipt,) = other.take()
    assert message_id_of(receipt) == "0000000001"
    assert play.smsc.counters.messages_accepted == 1


@pytest.mark.parametrize("status", ["ESME_RSYSERR", "{status: 1035, delay: 3s}", "{status: 8, cut_after: 4}"])
def test_a_refused_message_gets_no_receipt(status: str) -> None:
    play = Play(
        scenario=rule(
            f"reply: {status}, receipts: [DELIVRD, {{state: UNDELIV, force: yes}}, {{state: DELIVRD, before: reply}}]"
        )
    )
    esme = play.bind()
    esme.raw = True
    before = len(esme.octets)
    esme.give(to("1"))
    play.advance(10)
    assert len(esme.octets) - before in (16, 4)
    assert play.account().pending == 0
    assert (play.smsc.counters.messages_accepted, play.smsc.counters.messages_refused) == (0, 1)


# Cut, corrupted, repeated


@pytest.mark.parametrize("octets", [0, 1, 3, 4, 9, 15, 16, 17, 26, 27, 1000])
def test_an_answer_that_is_cut(octets: int) -> None:
    assert answered(f"{{cut_after: {octets}}}") == usual()[:octets]


def test_a_command_length_that_is_too_long() -> None:
    (length, *rest) = HEADER.unpack_from(got := answered("{corrupt: command_length}"))
    assert length > len(got)
    assert rest == [CommandId.SUBMIT_SM_RESP, 0, 5]
    assert got[16:] == usual()[16:]


@pytest.mark.parametrize("event", ["submit_sm", "query_sm"])
def test_a_response_to_something_else(event: str) -> None:
    esme = Play(scenario=rule(f"event: {event}, reply: {{status: ok, corrupt: command_id}}")).bind()
    esme.raw = True
    del esme.octets[:]
    esme.give(REQUESTS[event])
    length, command_id, status, sequence_number = HEADER.unpack_from(esme.octets)
    assert length == len(esme.octets)
    assert command_id & 0x80000000
    assert command_id not in (Pdu(REQUESTS[event]).command_id | 0x80000000, CommandId.GENERIC_NACK)
    assert (status, sequence_number) == (0, 1)


@given(st.integers(1, 0x7FFFFFFF) | st.sampled_from([1, 2, 0x3FFFFFFF, 0x40000000, 0x7FFFFFFF]))
def test_a_sequence_number_that_nobody_used(sequence_number: int) -> None:
    for reply in ("{corrupt: sequence_number}", "{sequence_number: wrong}"):
        got = answered(reply, SubmitSm(registered_delivery=0).wire(sequence_number))
        other = HEADER.unpack_from(got)[3]
        assert 1 <= other <= 0x7FFFFFFF
        # Far from those that the ESME has used and will use soon.
        assert min(abs(other - sequence_number), 0x7FFFFFFF - abs(other - sequence_number)) > 1_000_000
        assert got == usual(other)


def test_a_sequence_number_of_zero() -> None:
    assert answered("{sequence_number: zero}") == usual(0)
    assert answered("{status: 8, sequence_number: zero}") == HEADER.pack(16, CommandId.SUBMIT_SM_RESP, 8, 0)


def test_octets_without_meaning() -> None:
    got = answered("{corrupt: garbage}")
    assert len(got) == len(usual())
    # Nobody can take them for the beginning of a PDU, and wait for the rest of it.
    assert int.from_bytes(got[:4], "big") > 0x7FFFFFFF
    assert got == answered("{corrupt: garbage}")
    assert got != answered("{corrupt: garbage}", SubmitSm(text=b"other").wire(5))
    assert len(set(got[1:])) > 15


def test_an_answer_that_comes_again() -> None:
    assert answered("{repeat: 3}") == usual() * 3
    assert answered("{status: 8, repeat: 2}") == HEADER.pack(16, CommandId.SUBMIT_SM_RESP, 8, 5) * 2
    assert answered("{repeat: 2, cut_after: 3}") == usual()[:3] * 2


# Delays


def test_a_fixed_delay() -> None:
    play = Play(scenario=rule("reply: {delay: 3s}"))
    esme = play.bind()
    assert esme.give(to("1", 4)) == []
    play.advance(2.9)
    assert esme.take() == []
    play.advance(0.15)
    assert brief(esme.take()) == [("submit_sm_resp", 0, 4)]
    # The receipt follows the answer.
    play.advance(0.9)
    assert esme.take() == []
    play.advance(0.2)
    assert brief(esme.take()) == [("deliver_sm", 0, 1)]


def delays(seed: int, sessions: int, text: str = "500ms..4s") -> dict[str, float]:
    play = Play(scenario=rule(f"reply: {{delay: {text}}}"), seed=seed)
    esmes = [play.bind() for _ in range(sessions)]
    for number in range(100):
        esmes[number % sessions].give(to(str(number), number + 1))
    came: dict[str, float] = {}
    for step in range(600):
        play.advance(0.05)
        for esme in esmes:
            for pdu in esme.take():
                if pdu.name == "submit_sm_resp":
                    came[str(pdu.sequence_number - 1)] = round((step + 1) * 0.05, 2)
    return came


@pytest.mark.parametrize("text", ["500ms..4s", "{median: 1s, p99: 4s}"])
def test_delays_are_drawn_for_each_message_whatever_the_sessions_do(text: str) -> None:
    first = delays(1, 1, text)
    assert len(first) == 100
    assert delays(1, 4, text) == first
    assert delays(2, 1, text) != first
    assert len(set(first.values())) > 30
    if ".." in text:
        assert all(0.5 <= delay <= 4.1 for delay in first.values())
    else:
        assert 35 < sum(delay <= 1.0 for delay in first.values()) < 65
        assert sum(delay > 4.1 for delay in first.values()) < 6


@pytest.mark.parametrize("event", REQUESTS)
def test_other_answers_are_delayed_too(event: str) -> None:
    play = Play(scenario=rule(f"event: {event}, reply: {{delay: 20s}}"))
    esme = play.connect() if event == "bind" else play.bind()
    assert esme.give(REQUESTS[event]) == []
    play.advance(19.9)
    assert esme.take() == []
    play.advance(0.2)
    (answer,) = esme.take()
    assert answer.command_id == Pdu(REQUESTS[event]).command_id | 0x80000000


@pytest.mark.parametrize("password", ["secret1", "wrong"])
def test_a_bind_is_answered_late_whatever_the_answer_is(password: str) -> None:
    play = Play(scenario=rule("event: bind, reply: {delay: 5s}"))
    esme = play.connect()
    assert esme.give(bind_octets(password=password)) == []
    play.advance(5.1)
    (answer,) = esme.take()
    assert answer.command_status == (0 if password == "secret1" else CommandStatus.ESME_RINVPASWD)


def test_nothing_is_delivered_before_the_response_to_the_bind() -> None:
    play = Play(scenario=rule("event: bind, when: {bind: receiver}, reply: {delay: 5s}"))
    transmitter = play.bind("transmitter")
    transmitter.submit()
    receiver = play.connect()
    assert receiver.give(bind_octets("receiver")) == []
    play.advance(4)
    transmitter.submit()
    assert receiver.take() == []
    play.advance(3)
    assert [pdu.name for pdu in receiver.take()] == ["bind_receiver_resp", "deliver_sm", "deliver_sm"]


def test_delayed_answers_to_what_is_no_message_do_not_fill_the_window() -> None:
    play = Play(
        scenario=scenario("""
          accounts: [{system_id: alpha, password: secret1, window: 1}]
          rules: [{name: r, event: enquire_link, reply: {delay: 5s}}]
        """)
    )
    esme = play.bind()
    assert brief(esme.give(ENQUIRE_LINK + to("1", 2))) == [("submit_sm_resp", 0, 2)]
    assert brief(esme.give(to("1", 3))) == [("submit_sm_resp", 0, 3)]
    play.advance(10)
    assert [pdu.name for pdu in esme.take() if pdu.name != "deliver_sm"] == ["enquire_link_resp"]


# Dribbles


def dribbling(*more: str, text: str = "1 every 200ms") -> tuple[Play, Esme]:
    rules = [f"{{name: slow, when: {{to: '1'}}, reply: {{dribble: {text}}}}}", *more]
    play = Play(scenario=scenario(f"rules: [{', '.join(rules)}]"))
    esme = play.bind()
    del esme.writes[:]
    return play, esme


def test_one_octet_at_a_time() -> None:
    play, esme = dribbling()
    esme.give(to("1"))
    play.advance(10)
    assert b"".join(esme.writes)[:27] == usual(1)
    assert {len(piece) for piece in esme.writes[:26]} == {1}
    assert [pdu.name for pdu in esme.take()] == ["submit_sm_resp", "deliver_sm"]


def test_the_pieces_keep_their_distance() -> None:
    play, esme = dribbling(text="10 every 400ms")
    esme.give(to("1"))
    sizes = []
    for _ in range(3):
        sizes.append(sum(map(len, esme.writes)))
        play.advance(0.42)
    assert sizes == [10, 20, 27]


def test_a_dribble_wider_than_the_answer_is_one_piece() -> None:
    _, esme = dribbling(text="500 every 1s")
    assert brief(esme.give(to("1", 3))) == [("submit_sm_resp", 0, 3)]
    assert len(esme.writes) == 1


def test_other_output_waits_behind_the_pieces_and_follows_in_order() -> None:
    play, esme = dribbling()
    came = esme.give(to("2", 1) + to("1", 2) + to("2", 3) + ENQUIRE_LINK)
    # What was said before is not held back.
    assert brief(came) == [("submit_sm_resp", 0, 1)]
    play.advance(3)
    assert esme.take() == []
    play.advance(3)
    assert [pdu.name for pdu in esme.take()][:6] == [
        "submit_sm_resp", "submit_sm_resp", "enquire_link_resp", "deliver_sm", "deliver_sm", "deliver_sm"
    ]  # fmt: skip
    assert esme.session.outbox == []


def test_pieces_behind_pieces() -> None:
    play, esme = dribbling()
    came = esme.give(to("1", 1) + to("2", 2) + to("1", 3) + to("2", 4) + to("1", 5) + to("2", 6))
    assert came == []
    for _ in range(200):
        play.advance(0.1)
        came += esme.take()
    assert [pdu.sequence_number for pdu in came if pdu.name == "submit_sm_resp"] == [1, 2, 3, 4, 5, 6]
    assert sum(len(piece) == 1 for piece in esme.writes) >= 3 * 25


def test_a_session_that_ends_while_it_dribbles_says_no_more() -> None:
    play, esme = dribbling()
    esme.give(to("1"))
    play.advance(1)
    play.smsc.end(esme.session, play.now, "for a test", "info")
    play.settle()
    play.advance(60)
    assert esme.ending is Ending.CLOSE
    assert play.smsc.counters.internal_errors == 0
    gone_play, gone = dribbling()
    gone.give(to("1"))
    gone.hang_up()
    gone_play.advance(60)
    assert gone_play.smsc.counters.internal_errors == 0


def test_the_connection_is_closed_behind_the_last_piece() -> None:
    play, esme = dribbling("{name: last, when: {to: '2'}, reply: ESME_RSYSERR, session: close}")
    esme.give(to("1", 1) + to("2", 2) + to("3", 3))
    play.advance(3)
    assert not esme.ending
    play.advance(3)
    assert esme.ending is Ending.CLOSE
    assert brief(esme.take())[:2] == [("submit_sm_resp", 0, 1), ("submit_sm_resp", 8, 2)]


def test_a_dribbled_answer_that_ends_the_session() -> None:
    play = Play(scenario=rule("reply: {dribble: 9 every 1s, cut_after: 18, then: reset}"))
    esme = play.bind()
    esme.raw = True
    del esme.octets[:]
    esme.give(to("1", 5) + to("1", 6))
    assert bytes(esme.octets) == usual()[:9]
    assert not esme.ending
    play.advance(1.1)
    assert bytes(esme.octets) == usual()[:18]
    assert esme.ending is Ending.ABORT


def test_a_dribbled_unbind_response_arrives_whole() -> None:
    play = Play(scenario=rule("event: unbind, reply: {dribble: 1 every 1s}"))
    esme = play.bind()
    esme.give(frame(6))
    play.advance(15.5)
    assert [pdu.name for pdu in esme.take()] == ["unbind_resp"]
    assert not esme.ending
    play.advance(1.5)
    assert esme.ending is Ending.CLOSE


@given(
    st.lists(st.tuples(st.sampled_from("123"), st.integers(0, 3)), min_size=1, max_size=10),
    st.sampled_from(["1 every 10ms", "7 every 300ms", "20 every 1s"]),
)
def test_every_answer_arrives_once_and_in_order_among_its_kind(reads: list[tuple[str, int]], text: str) -> None:
    play, esme = dribbling("{name: odd, when: {to: '3'}, reply: {dribble: 3 every 50ms, repeat: 2}}", text=text)
    came: list[Pdu] = []
    for number, (address, tenths) in enumerate(reads, 1):
        came += esme.give(to(address, number))
        play.advance(tenths / 10)
        came += esme.take()
    play.advance(300)
    came += esme.take()
    wanted = [number for number, (address, _) in enumerate(reads, 1) for _ in range(2 if address == "3" else 1)]
    assert [pdu.sequence_number for pdu in came if pdu.name == "submit_sm_resp"] == wanted
    assert play.account().pending == sum(pdu.name == "deliver_sm" for pdu in came) == len(reads)


# What happens to the connection


@pytest.mark.parametrize(
    ("text", "octets", "ending"),
    [
        ("reply: {cut_after: 9, then: close}", 9, Ending.CLOSE),
        ("reply: {cut_after: 9, then: reset}", 9, Ending.ABORT),
        ("reply: {cut_after: 9, then: hang}", 9, Ending.NONE),
        ("reply: {then: close}", 27, Ending.CLOSE),
        ("reply: {then: hang}", 27, Ending.NONE),
        ("reply: {status: none, then: close}", 0, Ending.CLOSE),
        ("reply: {status: none, then: reset}", 0, Ending.ABORT),
        ("reply: {status: none, then: hang}", 0, Ending.NONE),
        ("session: close", 27, Ending.CLOSE),
        ("session: reset", 27, Ending.ABORT),
        ("session: freeze", 27, Ending.NONE),
        ("reply: ESME_RSYSERR, session: close", 16, Ending.CLOSE),
        ("reply: nack, session: reset", 16, Ending.ABORT),
        ("reply: none, session: freeze", 0, Ending.NONE),
    ],
)
@pytest.mark.parametrize("delay", [False, True])
def test_what_happens_to_the_connection_happens_behind_the_answer(
    text: str, octets: int, ending: Ending, delay: bool
) -> None:
    if delay:
        if "none, session" in text or "nack," in text or "ERR," in text:
            text = text.replace("reply: ", "reply: {status: ", 1).replace(", session", ", delay: 3s}, session")
            if "none" in text:
                text = text.replace(", delay: 3s}", "}")
        elif "reply" in text:
            text = text.replace("}", ", delay: 3s}")
        else:
            text = f"reply: {{delay: 3s}}, {text}"
    play = Play(scenario=rule(text), settings=smsc_settings(timers=Timers()))
    esme = play.bind()
    esme.raw = True
    del esme.octets[:]
    esme.give(to("1", 5))
    if "delay" in text:
        assert not esme.octets
        assert not esme.ending
        assert not esme.frozen
        play.advance(3.1)
    assert len(esme.octets) == octets
    assert esme.ending is ending
    assert esme.frozen is ("freeze" in text)
    if not ending:
        # The connection stays, and nothing is ever said on it again.
        esme.give(ENQUIRE_LINK, to("1", 6))
        play.advance(3600)
        assert len(esme.octets) == octets
        assert not esme.ending
    assert play.smsc.counters.internal_errors == 0


def test_a_frozen_session_reads_nothing_more() -> None:
    play = Play(scenario=rule("when: {to: '1'}, session: freeze"))
    esme = play.bind()
    came = esme.give(to("2", 1) + to("1", 2) + to("2", 3))
    assert brief(came) == [("submit_sm_resp", 0, 1), ("submit_sm_resp", 0, 2)]
    assert play.smsc.counters.messages_accepted == 2
    assert esme.give(to("2", 4)) == []
    assert play.smsc.counters.messages_accepted == 2


def test_a_session_that_hangs_goes_on_reading() -> None:
    play = Play(scenario=rule("when: {to: '1'}, reply: {then: hang}"))
    esme = play.bind()
    assert brief(esme.give(to("2", 1) + to("1", 2) + to("2", 3))) == [
        ("submit_sm_resp", 0, 1),
        ("submit_sm_resp", 0, 2),
    ]
    assert play.smsc.counters.messages_accepted == 3


def test_what_a_dead_session_does_not_answer_is_delivered_elsewhere_in_the_end() -> None:
    timers = Timers(response=5.0, enquire_link=30.0)
    play = Play(scenario=rule("when: {to: '1'}, session: freeze"), settings=smsc_settings(timers=timers))
    esme = play.bind()
    esme.give(to("1", 1))
    play.advance(30)
    esme.hang_up()
    other = play.bind("receiver")
    play.advance(60)
    assert message_id_of(next(pdu for pdu in other.take() if pdu.name == "deliver_sm")) == "0000000001"


@pytest.mark.parametrize("delay", ["", "reply: {delay: 3s}, "])
def test_an_unbind_waits_for_its_response(delay: str) -> None:
    timers = replace_timers(response=10.0)
    play = Play(scenario=rule(f"{delay}session: unbind"), settings=smsc_settings(timers=timers))
    for patient in (True, False):
        esme = play.bind()
        esme.give(to("1", 5))
        play.advance(3.1 if delay else 0)
        assert [pdu.name for pdu in esme.take() if pdu.name != "deliver_sm"] in (
            ["submit_sm_resp", "unbind"],
            ["unbind"],
        ) or delay == ""
        assert esme.session.unbinding
        assert not esme.ending
        if patient:
            esme.give(frame(0x80000006, b"", esme.session.sequence_number))
        else:
            play.advance(9.8)
            assert not esme.ending
            play.advance(0.3)
        assert esme.ending is Ending.CLOSE


def replace_timers(*, response: float) -> Timers:
    return Timers(session_init=0.0, enquire_link=0.0, inactivity=0.0, response=response)


def test_an_unbind_comes_behind_the_answer() -> None:
    esme = Play(scenario=rule("session: unbind")).bind()
    assert [pdu.name for pdu in esme.give(to("1", 5) + to("1", 6))] == ["submit_sm_resp", "unbind", "submit_sm_resp"]


def test_an_unbind_that_waits_for_nothing() -> None:
    esme = Play(scenario=rule("session: unbind_at_once")).bind()
    assert [pdu.name for pdu in esme.give(to("1"))] == ["submit_sm_resp", "unbind"]
    assert esme.ending is Ending.CLOSE


@pytest.mark.parametrize("action", ["close", "unbind", "unbind_at_once"])
def test_without_a_bind_there_is_only_a_connection_to_end(action: str) -> None:
    esme = Play(scenario=rule(f"event: connect, session: {action}")).connect()
    assert esme.ending is Ending.CLOSE
    assert esme.take() == []
    esme = Play(scenario=rule(f"event: bind, reply: ESME_RBINDFAIL, session: {action}")).connect()
    assert [pdu.name for pdu in esme.give(bind_octets())] == ["bind_transceiver_resp"]
    assert esme.ending is Ending.CLOSE
    esme = Play(scenario=rule(f"event: unbind, session: {action}")).bind()
    assert [pdu.name for pdu in esme.give(frame(6))] == ["unbind_resp"]
    assert esme.ending is Ending.CLOSE


@pytest.mark.parametrize(("action", "ending"), [("reset", Ending.ABORT), ("freeze", Ending.NONE)])
def test_connections_that_are_ended_or_frozen_as_they_come(action: str, ending: Ending) -> None:
    play = Play(scenario=rule(f"event: connect, session: {action}"), settings=smsc_settings(timers=Timers()))
    esme = play.connect()
    assert esme.ending is ending
    assert esme.frozen is (action == "freeze")
    assert esme.give(bind_octets()) == []
    play.advance(3600)
    assert esme.ending is ending


def test_a_session_may_be_closed_after_a_bind_whatever_the_answer_was() -> None:
    for password, status in (("secret1", 0), ("wrong", CommandStatus.ESME_RINVPASWD)):
        esme = Play(scenario=rule("event: bind, session: close")).connect()
        assert [pdu.command_status for pdu in esme.give(bind_octets(password=password))] == [status]
        assert esme.ending is Ending.CLOSE


def test_a_receipt_that_is_not_taken_may_end_the_session() -> None:
    play = Play(scenario=rule("event: deliver_sm_resp, when: {command_status: ESME_RX_P_APPN}, session: reset"))
    esme = play.bind()
    esme.submit()
    play.advance(1.1)
    (receipt,) = esme.take()
    esme.answer(receipt, CommandStatus.ESME_RX_P_APPN)
    assert esme.ending is Ending.ABORT


def test_who_closed_is_said_in_the_log() -> None:
    play = Play(scenario=scenario("rules: [{name: night shift, session: close}]\ndefaults: {reply: {then: close}}"))
    play.bind().give(to("1"))
    assert [note.text for note in play.said("closed by")] == ["closed by rule 'night shift'"]
    play = Play(scenario=scenario("defaults: {reply: {then: close}}"))
    play.bind().give(to("1"))
    assert [note.text for note in play.said("closed by")] == ["closed by the default reply"]


# Requests on messages that are not kept


@pytest.mark.parametrize("event", ["query_sm", "cancel_sm", "replace_sm"])
def test_a_rule_can_say_that_a_request_on_a_message_is_well(event: str) -> None:
    (answer,) = Play(scenario=rule(f"event: {event}, reply: ok")).bind().give(REQUESTS[event])
    assert answer.command_status == 0
    assert answer.fields.get("message_id") == ("17" if event == "query_sm" else None)
    (answer,) = Play(scenario=rule(f"event: {event}, session: close")).bind().give(REQUESTS[event])
    assert answer.command_status != 0


def test_an_answer_may_take_longer_than_any_timer_while_it_dribbles() -> None:
    timers = Timers(session_init=0.0, enquire_link=20.0, inactivity=60.0, response=10.0)
    play = Play(scenario=rule("when: {to: '1'}, reply: {dribble: 1 every 10s}"), settings=smsc_settings(timers=timers))
    esme = play.bind()
    esme.give(SubmitSm(destination=Address(octets=b"1"), registered_delivery=0).wire())
    play.advance(27 * 10)
    assert not esme.ending
    assert [pdu.name for pdu in esme.take()] == ["submit_sm_resp"]
    # From then on it is as always.
    play.advance(21)
    assert [pdu.name for pdu in esme.take()] == ["enquire_link"]
    play.advance(11)
    assert esme.ending is Ending.CLOSE
