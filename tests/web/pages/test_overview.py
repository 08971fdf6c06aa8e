"""The first page, and that nothing that came over the air can say anything for it."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from smsc_sim.smpp.pdu import encode
from smsc_sim.web.hint import ClientHint
from smsc_sim.web.judging import FRESH
from smsc_sim.web.pages.overview import BINDS_SHOWN
from tests.web.reader import Reader, read
from tests.web.site import Site

DEFAULT = ClientHint("127.0.0.1", 2775, "smppclient1", "password")
SWITCHES = """
smsc: 1
name: Storm
switches:
  storm: {label: Storm, for: 30s}
  calm: {active: true}
"""


def page(site: Site) -> Reader:
    return read(site.get("/").body)


def test_binds_and_messages_are_listed() -> None:
    site = Site(keeps=True)
    session = site.bind()
    site.clock.advance(200)
    site.submit(session)
    site.clock.advance(8)
    shown = page(site)
    assert shown.open == []
    for words in (
        "s1 bound smppclient1 transceiver, SMPP 3.4 127.0.0.1:51234 TLSv1.3 3 min 28 s 8 s no link yet",
        "m-1 05:57:04.120 Acme → 447700900123 smppclient1 s1 Hello gsm7 ESME_ROK DELIVERED",
        "Live binds 1 1 TRX",
        "Clock real",
        "Accepted messages 1",
        "Refused messages 0",
        "127.0.0.1:2775 Copy [::1]:2776 TLS Copy",
        "Up 2 h 8 min version 0.1.0",
    ):
        assert words in shown.text


def test_long_lists_are_cut_and_say_so() -> None:
    site = Site()
    for _ in range(BINDS_SHOWN + 1):
        site.bind()
    assert f"Shown are {BINDS_SHOWN} of {BINDS_SHOWN + 1}. All sessions" in page(site).text


def test_lists_that_are_whole_say_nothing() -> None:
    site = Site()
    site.bind()
    assert "Shown are" not in page(site).text


def test_without_binds_the_page_says_how_to_bind() -> None:
    text = page(Site(client_hint=DEFAULT, keeps=True)).text
    assert "Host 127.0.0.1 Copy Port 2775 Copy system_id smppclient1 Copy password password" in text
    assert 'bind_transceiver(system_id="smppclient1", password="password")' in text
    assert "No message yet." in text


def test_accounts_of_the_user_are_not_spelt_out() -> None:
    text = page(Site(client_hint=ClientHint("127.0.0.1", 2775, "acme", None, 2))).text
    assert "Port 2775 Copy system_id acme Copy or one of 2 other accounts password that account’s" in text
    assert 'bind_transceiver(system_id="acme", password="…")' in text
    assert "system_id none is configured" in page(Site(client_hint=ClientHint("127.0.0.1", 2775))).text


def test_the_hint_goes_when_a_client_is_bound() -> None:
    site = Site(client_hint=DEFAULT)
    site.bind()
    assert "No client is bound" not in page(site).text


def test_without_a_hint_the_page_claims_nothing() -> None:
    assert "Port" not in page(Site()).text


def test_switches_are_buttons() -> None:
    site = Site(scenario=SWITCHES)
    assert "Storm off calm on" in page(site).text
    assert site.post("/switch", name="storm", active="true").headers["Location"].startswith("/?flash=")
    assert site.smsc.switches.is_on("storm")
    assert site.settled == [site.now]
    assert "Storm on, 30 s left" in page(site).text
    site.post("/switch", name="storm", active="false")
    assert not site.smsc.switches.is_on("storm")


def test_a_switch_that_is_gone() -> None:
    assert Site().post("/switch", name="storm", active="true").status == 404


def test_a_refused_message_and_an_empty_one() -> None:
    site = Site(scenario="smsc: 1\nrules: [{name: no, when: {to: '1'}, reply: ESME_RTHROTTLED}]", keeps=True)
    session = site.bind()
    site.submit(session, to="1")
    site.submit(session, text=b"", source="")
    text = page(site).text
    assert "Hello gsm7 ESME_RTHROTTLED no none" in text
    assert "none → 447700900123 smppclient1 s1 empty gsm7 ESME_ROK" in text
    assert "Refused messages 1" in text


SITE = Site(keeps=True)
SESSION = SITE.bind()
KNOWN_TAGS = frozenset(page(SITE).tags) | {"span", "bdi", "tbody", "small"}


@settings(max_examples=30)
@given(st.binary(max_size=40), st.binary(max_size=15))
def test_hostile_text_stays_text(text: bytes, address: bytes) -> None:
    source = address.replace(b"\0", b"").decode("latin-1") + "."
    fields = {"source_addr": source, "destination_addr": "1", "short_message": b"<script>" + text, "data_coding": 8}
    SITE.smsc.receive(SESSION, encode("submit_sm", sequence_number=2, fields=fields), SITE.now)
    SITE.smsc.take_output(SESSION, SITE.now)
    body = SITE.get("/").body
    shown = read(body)
    assert shown.tags.count("script") == 3
    assert set(shown.tags) <= KNOWN_TAGS
    assert shown.open == []
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", body)


def test_markup_in_a_message_is_shown_as_it_is() -> None:
    site = Site(keeps=True)
    site.submit(site.bind(), text=b"<b>x</b>")
    assert "<b>x</b>" in page(site).text


def test_what_came_of_messages_lately() -> None:
    site = Site("smsc: 1\nrules: [{name: no, when: {to: '*9'}, reply: ESME_RTHROTTLED}]\n")
    session = site.bind()
    site.console.traffic.look(site.now)
    site.submit(session, to="449")
    for _ in range(120):
        site.clock.advance(1)
        site.console.traffic.look(site.now)
    for _ in range(3):
        site.submit(session)
    site.clock.advance(1)
    site.console.traffic.look(site.now)
    text = page(site).text
    assert "Status 1 min 5 min 15 min Share ESME_ROK 3 3 3 75% ESME_RTHROTTLED 0 1 1 25%" in text


def test_before_anything_has_come_there_are_no_shares() -> None:
    assert "1 min 5 min" not in page(Site()).text


def test_expectations_have_a_line_with_the_first_that_is_not_met() -> None:
    site = Site(
        "smsc: 1\nexpect:\n  - {name: none to 9, match: {to: '9'}, count: 0}\n  - {name: one to 8, match: {to: '8'}}\n",
        keeps=True,
    )
    session = site.bind()
    site.submit(session, to="9")
    text = page(site).text
    assert "Expectations ✕ 0 met, 1 not met, 1 pending first: none to 9" in text
    # It need not be of this very instant.
    site.submit(session, to="8")
    assert "1 pending" in page(site).text
    site.clock.advance(FRESH)
    assert "Expectations ✕ 1 met, 1 not met, 0 pending" in page(site).text


def test_a_mark_is_put_from_here() -> None:
    site = Site()
    response = site.post("/journal/mark", back="/")
    assert response.headers["Location"].startswith("/")
    assert "Mark 2 is set" in read(site.get(response.headers["Location"]).body).text


def test_what_is_ticked_is_reset() -> None:
    site = Site(SWITCHES, keeps=True)
    session = site.bind()
    site.submit(session)
    site.api("PUT", "/switches/storm", {"active": True})
    location = site.post("/reset", messages="true", counters="true").headers["Location"]
    assert "Reset: messages, counters. 1 messages were removed." in read(site.get(location).body).text
    assert site.smsc.counters.messages_accepted == 0
    assert site.smsc.switches.is_on("storm")
    assert session.bound


def test_with_nothing_ticked_nothing_is_reset() -> None:
    site = Site(keeps=True)
    site.submit(site.bind())
    location = site.post("/reset").headers["Location"]
    assert "Nothing was ticked" in read(site.get(location).body).text
    assert site.smsc.counters.messages_accepted == 1


def test_a_number_is_named_that_the_rules_in_force_treat_in_a_way_of_their_own() -> None:
    text = page(Site(scenario_path="builtin:test-numbers", keeps=True)).text
    assert "Send one to 447700900001 Copy and the rule “undeliverable” has it otherwise: ESME_ROK; then UNDELIV" in text
    rules = "{name: no, when: {to: '4477*'}, reply: none}, {name: slow, when: {to: '49'}, reply: ESME_RTHROTTLED}"
    text = page(Site(f"smsc: 1\nrules: [{rules}]\n", keeps=True)).text
    assert "447700900001" not in text
    assert "Send one to 49 Copy and the rule “slow” has it otherwise: ESME_RTHROTTLED" in text
    text = page(Site("smsc: 1\nrules: [{name: no, reply: ESME_RSYSERR}]\n", keeps=True)).text
    assert "Send one to" not in text
    assert "unless a rule of the scenario says otherwise" in text


def test_without_kept_messages_the_page_says_why() -> None:
    site = Site()
    site.submit(site.bind())
    assert "No messages are kept." in page(site).text


def test_a_store_that_fails_costs_its_own_part_only() -> None:
    site = Site(keeps=True)
    site.bind()
    assert site.keeper is not None
    site.keeper.store.close()
    text = page(site).text
    assert "The message store fails:" in text
    assert "Live binds 1" in text
