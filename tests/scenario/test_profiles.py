"""The profiles that come with the product, against what their documents say."""

import pytest

from smsc_sim.scenario.ids import IdForm
from smsc_sim.scenario.library import profile_names
from smsc_sim.scenario.loaded import Scenario
from smsc_sim.scenario.profile import NO_PROFILE, Ports, Profile, RefusedPdu
from smsc_sim.scenario.profile_loader import load_profile
from smsc_sim.scenario.settings import Timers
from smsc_sim.scenario.values import Rate
from smsc_sim.scenario.when import FieldCondition
from smsc_sim.scenario.written_profile import REQUESTS
from smsc_sim.smpp.receipt_text import APPENDIX_B, MessageState, format_receipt
from smsc_sim.smpp.status import CommandStatus

SEVEN = frozenset({"bind_transmitter", "bind_receiver", "bind_transceiver", "unbind", "submit_sm", "enquire_link"})
"""The seven PDUs of both documents, without deliver_sm, which the SMSC sends."""


@pytest.mark.parametrize("name", profile_names())
def test_every_profile_names_its_source(name: str) -> None:
    profile = load_profile(name)
    assert profile.name == name
    assert len(profile.source) > 10
    assert profile.description


def receipt(profile: Profile, **values: object) -> str:
    about = {
        "message_id": "0000006699",
        "state": MessageState.DELIVERED,
        "submitted": 0.0,
        "done": 60.0,
        "text": "hello",
    }
    return format_receipt(receipt_format=profile.receipt.format, **{**about, **values})  # type: ignore[arg-type]


def test_generic_is_the_server_as_it_is() -> None:
    generic = load_profile("generic")
    for name in Profile.__slots__:
        if name not in {"name", "source", "description"}:
            assert getattr(generic, name) == getattr(NO_PROFILE, name), name
    assert generic.receipt.format == APPENDIX_B


def test_sms77() -> None:
    sms77 = load_profile("sms77")
    assert sms77.versions == ("3.4",)
    assert sms77.ports == Ports(smpp=2775, smpp_tls=2776)
    assert sms77.pdus == SEVEN
    assert (sms77.sessions, sms77.throughput) == (2, Rate(5, 1.0, "session"))
    assert sms77.ignored_fields == {"system_type", "addr_ton", "addr_npi", "address_range"}
    assert sms77.receipts_via == "least_loaded"
    assert sms77.receipt.pdu == "deliver_sm"
    states = ["DELIVRD", "ACCEPTD", "EXPIRED", "DELETED", "UNDELIV", "UNKNOWN", "REJECTD"]
    assert {state.stat for state in sms77.receipt.states or ()} == set(states)


def test_the_receipt_text_of_sms77_exactly() -> None:
    sms77 = load_profile("sms77")
    assert receipt(sms77, text="A message of more than 20 characters") == (
        "id:0000006699 sub:001 dlvrd:001 submit date:7001010000 done date:7001010001 stat:DELIVRD err:0 "
        "Text A message of more th"
    )
    assert " err:5 " in receipt(sms77, err="5")


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("ESME_RINVSERTYP", 22),
        ("ESME_RINVDSTTON", 74),
        ("ESME_RINVDSTNPI", 75),
        ("ESME_RINVSYSTYP", 77),
        ("ESME_RINVREPFLAG", 78),
        ("ESME_RINVBALANCE", 1035),
        ("ESME_RTHROTTLED", 88),
        ("ESME_RSYSERR", 8),
        ("ESME_RMSGQFUL", 20),
        ("ESME_RINVNUMMSGS", 85),
        ("ESME_RDELIVERYFAILURE", 254),
    ],
)
def test_the_error_dialect_of_sms77(name: str, number: int) -> None:
    assert load_profile("sms77").status(CommandStatus[name]) == number


def test_movider() -> None:
    movider = load_profile("movider")
    assert movider.ports == Ports("0.0.0.0", 2775)
    assert movider.timers == Timers(session_init=30.0, enquire_link=30.0, inactivity=300.0)
    assert [(account.system_id, account.password) for account in movider.accounts] == [("movider", "1111")]
    assert movider.pdus == SEVEN
    assert movider.statuses == {}
    assert movider.receipt.format == APPENDIX_B


def test_jasmin() -> None:
    jasmin = load_profile("jasmin")
    assert receipt(jasmin) == ("id:0000006699 submit date:7001010000 done date:7001010001 stat:DELIVRD err:000")
    assert jasmin.refused_pdu == RefusedPdu("response", CommandStatus.ESME_RSYSERR, close=True)
    assert jasmin.pdus == SEVEN | {"data_sm"}
    assert jasmin.system_id_status == jasmin.password_status == CommandStatus.ESME_RINVPASWD
    assert (jasmin.states_version, jasmin.system_id) == (False, "{system_id}")
    assert "interface_version" in jasmin.ignored_fields


def test_smppsim() -> None:
    smppsim = load_profile("smppsim")
    outcomes = {}
    for rule in smppsim.rules:
        assert rule.receipts is not None
        state = rule.receipts[0].states[0][0]
        condition = rule.when.conditions[0]
        assert isinstance(condition, FieldCondition)
        outcomes[condition.test.prefix] = (state.stat, smppsim.receipt.errs[state])
    assert outcomes == {
        "1": ("EXPIRED", "903"),
        "2": ("DELETED", "904"),
        "3": ("UNDELIV", "901"),
        "4": ("ACCEPTD", "2"),
        "5": ("REJECTD", "902"),
    }
    assert smppsim.ids.reply == smppsim.ids.receipt == smppsim.ids.tlv == IdForm("decimal")
    assert receipt(smppsim).endswith("err:000 Text:hello")
    assert [account.system_id for account in smppsim.accounts] == ["smppclient1"]


def test_kannel_friendly() -> None:
    kannel = load_profile("kannel-friendly")
    assert kannel.ids.reply == kannel.ids.receipt == kannel.ids.tlv
    assert kannel.ids_3_3 == kannel.ids
    assert kannel.receipts_via == "same"


def test_every_request_can_be_offered_and_no_response() -> None:
    assert SEVEN | {"data_sm", "submit_multi", "query_sm", "cancel_sm", "replace_sm"} <= set(REQUESTS)
    assert not [name for name in REQUESTS if name.endswith("_resp") or name in {"deliver_sm", "outbind"}]


def test_without_a_scenario_there_is_no_profile() -> None:
    assert Scenario().profile is NO_PROFILE
