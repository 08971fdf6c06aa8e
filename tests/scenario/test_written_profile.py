from pathlib import Path

import pytest

from smsc_sim.scenario.account import AccountDefinition
from smsc_sim.scenario.findings import FindingsError
from smsc_sim.scenario.ids import IdForm, IdForms
from smsc_sim.scenario.profile import Ports, Profile, RefusedPdu
from smsc_sim.scenario.profile_loader import load_profile
from smsc_sim.scenario.values import Pace, Rate
from smsc_sim.scenario.written_delivery import WrittenDelivery
from smsc_sim.smpp.receipt_text import MessageState

HEAD = "smsc_profile: 1\nname: p\nsource: our notes\n"

EVERYTHING = """\
description: Everything that can be said
ports: {interface: 192.0.2.1, smpp: 3600, smpp_tls: 3601}
bind:
  versions: ["3.3", "3.4"]
  interface_version: "3.4"
  states_version: no
  version_status: ESME_RSYSERR
  system_id: theirs
  system_id_status: 0x401
  password_status: ESME_RBINDFAIL
  ignored: addr_ton
  checked: [{system_type: [smpp, ""], status: ESME_RINVSYSTYP}, {interface_version: 0x34}]
pdus: [bind_transceiver, submit_sm, deliver_sm, enquire_link]
refused_pdu: {how: nack, status: ESME_RSYSERR, close: yes}
timers: {inactivity: 60s}
limits: {sessions: 2, sessions_status: ESME_RALYBND, throughput: 50/s per account, throughput_status: ESME_RMSGQFUL,
         window: 10, window_status: ESME_RMSGQFUL}
errors: {ESME_RINVBALANCE: 255, ESME_RINVSERTYP: 0x16}
ids: {reply: hex, receipt: {form: decimal, width: 10}}
ids_3.3: hex_lower
receipt:
  parts: [id, stat, err]
  label: ""
  text_length: 10
  date_digits: 12
  quarter_hours: 4
  err_width: 4
  states: [DELIVRD, UNDELIV]
  errs: {UNDELIV: "027"}
  tlvs: [message_state]
  more_tlvs: {0x1403: 0x3434, its_reply_type: 1}
  esm_class: 0x44
  pdu: data_sm
  payload: yes
  data_coding: ucs2
  swap_addresses: no
  after: 3s
receipts_via: round_robin
delivery: {retry: [5s, 1m], flush: 10/s, attempts: 4, keep: 2d, queue: 25000, queue_full: oldest}
alphabet: latin-1
error_bodies: yes
accounts: [{system_id: a, password: b}]
rules: [{name: r, reply: ESME_RSYSERR}]
"""


def profile(tmp_path: Path, text: str) -> Profile:
    (tmp_path / "p.yaml").write_text(HEAD + text)
    return load_profile("p.yaml", str(tmp_path))


def test_everything_that_can_be_said(tmp_path: Path) -> None:
    made = profile(tmp_path, EVERYTHING)
    assert made.ports == Ports("192.0.2.1", 3600, 3601)
    assert (made.versions, made.interface_version, made.states_version) == (("3.3", "3.4"), "3.4", False)
    assert (made.version_status, made.system_id_status, made.password_status) == (8, 0x401, 13)
    assert (made.system_id, made.ignored_fields) == ("theirs", frozenset({"addr_ton"}))
    assert [(check.field, check.status) for check in made.bind_checks] == [
        ("system_type", 0x53),
        ("interface_version", 13),
    ]
    assert [made.bind_checks[0].test.holds(value) for value in ("smpp", "", "VMA")] == [True, True, False]
    assert made.bind_checks[1].test.holds(0x34)
    assert made.pdus == frozenset({"bind_transceiver", "submit_sm", "enquire_link"})
    assert made.refused_pdu == RefusedPdu("nack", 8, close=True)
    assert made.timers is not None
    assert (made.timers.inactivity, made.timers.session_init) == (60.0, 30.0)
    assert (made.sessions, made.sessions_status, made.window, made.window_status) == (2, 5, 10, 20)
    assert (made.throughput, made.throughput_status) == (Rate(50, 1.0, "account"), 20)
    assert (made.status(0x40B), made.status(0x15), made.status(8)) == (255, 22, 8)
    assert made.ids == IdForms(IdForm("hex"), IdForm("decimal", 10), IdForm("decimal", 10))
    assert made.ids_3_3 == IdForms(*[IdForm("hex_lower")] * 3)
    assert made.delivery == WrittenDelivery(
        retry=(5, 60), flush=Pace(10), attempts=4, keep=172800, queue=25000, queue_full="oldest"
    )
    assert (made.receipts_via, made.alphabet, made.error_bodies) == ("round_robin", "latin-1", True)
    assert made.accounts == (AccountDefinition(system_id="a", password="b"),)
    assert [rule.name for rule in made.rules] == ["r"]
    layout = made.receipt
    assert layout.format.template == "id:%(id)s stat:%(stat)s err:%(err)s"
    assert (layout.format.date_digits, layout.format.quarter_hours, layout.format.err_width) == (12, 4, 4)
    assert (layout.states, layout.errs) == (
        frozenset({MessageState.DELIVERED, MessageState.UNDELIVERABLE}),
        {MessageState.UNDELIVERABLE: "027"},
    )
    assert layout.tlvs == ("message_state",)
    assert layout.more_tlvs == ((0x1403, b"44"), ("its_reply_type", 1))
    assert (layout.esm_class, layout.pdu, layout.payload, layout.data_coding) == (0x44, "data_sm", True, 8)
    assert (layout.swap_addresses, layout.after) == (False, 3.0)


def test_limits_of_the_account_come_first(tmp_path: Path) -> None:
    made = profile(tmp_path, EVERYTHING)
    own = AccountDefinition(system_id="a", sessions=7, throughput=Rate(1), window=3, throughput_status=8)
    assert made.applied_to(own) == AccountDefinition(
        system_id="a",
        sessions=7,
        throughput=Rate(1),
        window=3,
        throughput_status=8,
        receipts_via="round_robin",
    )


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("receipt: {parts: [ident]}", "4:19: error E012: 'ident' is not a valid value of 'parts'"),
        (
            "receipt: {date_digits: 11}",
            "4:24: error E012: '11' is not a valid value of 'date_digits'; it can be 10, 12",
        ),
        ("receipt: {tlvs: [msg_state]}", "4:18: error E012: 'msg_state' is not a valid value of 'tlvs'; did you mean"),
        (
            "errors: {ESME_RINVBALANC: 5}",
            "4:10: error E012: 'ESME_RINVBALANC' is not a valid value of 'errors'; did you",
        ),
        ("errors: {ESME_RSYSERR: -1}", "4:24: error E012: '-1' is not a valid value of 'ESME_RSYSERR'"),
        ("pdus: [submit]", "4:8: error E012: 'submit' is not a valid value of 'pdus'; did you mean 'submit_sm'?"),
        ("alphabet: ebcdic", "4:11: error E012: 'ebcdic' is not a valid value of 'alphabet'"),
        (
            "bind: {checked: [{password: x}]}",
            "4:19: error E002: unknown key 'password'; known here: status, system_type,",
        ),
        ("bind: {versions: ['4.0']}", "4:19: error E012: '4.0' is not a valid value of 'versions'"),
        ("rules: [{name: r, reply: oK}]", "4:26: error E012: 'oK' is not a valid value of 'reply'; did you mean 'ok'?"),
        ("rules: [{name: r, mo: {text: '{x}'}}]", "4:30: error E030: unknown placeholder '{x}'"),
        ("accounts: [{system_id: a}, {system_id: a}]", "4:40: error E020: two accounts have the system_id 'a'"),
        ("ids: base64", "4:6: error E012: 'base64' is not a valid value of 'ids'"),
    ],
)
def test_a_mistake_has_its_place(tmp_path: Path, text: str, finding: str) -> None:
    with pytest.raises(FindingsError) as raised:
        profile(tmp_path, text)
    assert len(raised.value.findings) == 1, raised.value
    assert str(raised.value.findings[0]).startswith(f"p.yaml:{finding}")


def test_a_profile_says_where_it_is_from(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("smsc_profile: 1\nname: p\nsource: ''")
    with pytest.raises(FindingsError, match="must have at least 1 characters"):
        load_profile("p.yaml", str(tmp_path))
