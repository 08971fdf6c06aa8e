"""The first page, and that nothing that came over the air can say anything for it."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from smsc_sim.smpp.pdu import encode
from smsc_sim.web.hint import ClientHint
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
    site = Site()
    session = site.bind()
    site.clock.advance(200)
    site.submit(session)
    site.clock.advance(8)
    shown = page(site)
    assert shown.open == []
    for words in (
        "s1 smppclient1 transceiver 127.0.0.1:51234 TLSv1.3 3.4 3 min 28 s 8 s 2 2 0",
        "05:57:04.120 smppclient1 s1 Acme 447700900123 Hello 0 ESME_ROK",
        "Live binds 1",
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
    assert f"Shown are {BINDS_SHOWN} of {BINDS_SHOWN + 1}: all binds" in page(site).text


def test_lists_that_are_whole_say_nothing() -> None:
    site = Site()
    site.bind()
    assert "Shown are" not in page(site).text


def test_without_binds_the_page_says_how_to_bind() -> None:
    text = page(Site(client_hint=DEFAULT)).text
    assert "Host 127.0.0.1 Copy Port 2775 Copy system_id smppclient1 Copy password password" in text
    assert 'bind_transceiver(system_id="smppclient1", password="password")' in text
    assert "No message yet." in text


def test_accounts_of_the_user_are_not_spelt_out() -> None:
    text = page(Site(client_hint=ClientHint("127.0.0.1", 2775))).text
    assert "Port 2775 Copy system_id one of the configured accounts" in text
    assert "bind_transceiver" not in text


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
    site = Site(scenario="smsc: 1\nrules: [{name: no, when: {to: '1'}, reply: ESME_RTHROTTLED}]")
    session = site.bind()
    site.submit(session, to="1")
    site.submit(session, text=b"", source="")
    text = page(site).text
    assert "Hello 0 ESME_RTHROTTLED" in text
    assert "none 447700900123 empty 0 ESME_ROK" in text
    assert "Refused messages 1" in text


SITE = Site()
SESSION = SITE.bind()
KNOWN_TAGS = frozenset(page(SITE).tags) | {"span", "bdi", "tbody", "small"}


@settings(max_examples=30)
@given(st.binary(max_size=40), st.binary(max_size=15))
def test_hostile_text_stays_text(text: bytes, address: bytes) -> None:
    source = address.replace(b"\0", b"").decode("latin-1") + "."
    fields = {"source_addr": source, "destination_addr": "1", "short_message": b"<script>" + text, "data_coding": 8}
    SITE.smsc.receive(SESSION, encode("submit_sm", sequence_number=2, fields=fields), SITE.now)
    body = SITE.get("/").body
    shown = read(body)
    assert shown.tags.count("script") == 3
    assert set(shown.tags) <= KNOWN_TAGS
    assert shown.open == []
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", body)


def test_markup_in_a_message_is_shown_as_it_is() -> None:
    site = Site()
    site.submit(site.bind(), text=b"<b>x</b>")
    assert "<b>x</b>" in page(site).text
