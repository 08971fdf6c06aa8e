"""The page of the journal: what is let through, what is held, and the files that can be had of it."""

import csv
import io
import json

import pytest

from smsc_sim.sim.journal.record import Direction
from smsc_sim.smpp.pdu import encode
from smsc_sim.web.pages.journal import MOST_SHOWN, OCTETS_SHOWN, SHOWN
from tests.web.reader import read
from tests.web.site import Site, request_of


def text_of(site: Site, target: str = "/journal") -> str:
    shown = read(site.get(target).body)
    assert shown.open == []
    assert len(shown.ids) == len(set(shown.ids))
    return shown.text


def download(site: Site, target: str) -> bytes:
    transport, protocol = site.connect()
    protocol.dataReceived(request_of("GET", target))
    for _ in range(20):
        site.clock.advance(0)
    octets: bytes = transport.value()
    return octets


def body_of(octets: bytes) -> bytes:
    """The body of an answer in chunks."""
    head, _, rest = octets.partition(b"\r\n\r\n")
    assert b"Transfer-Encoding: chunked" in head
    body = b""
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        body += rest[: int(size, 16)]
        rest = rest[int(size, 16) + 2 :]
    return body


def test_all_kinds_are_there_the_latest_first() -> None:
    site = Site()
    site.submit(site.bind())
    text = text_of(site)
    assert "7 entries held, up to number 7." in text
    assert text.index("submit_sm_resp 2 ESME_ROK") < text.index("submit_sm 2") < text.index("connected from 127.0.0.1")
    assert "This is the oldest that is held." in text


def test_an_empty_journal_says_what_to_do() -> None:
    site = Site()
    assert "No client has connected yet." in text_of(site)
    site.bind()
    assert "No client has connected" not in text_of(site)


def test_filters() -> None:
    site = Site(scenario="smsc: 1\naccounts: [{system_id: a}, {system_id: b}]")
    for account in ("a", "b"):
        site.submit(site.bind(system_id=account, password=""))
    assert "submit_sm" not in text_of(site, "/journal?kinds=session").partition("Number")[2]
    assert "connected from" not in text_of(site, "/journal?kinds=pdu,mark")
    of_s2 = text_of(site, "/journal?session=s2").partition("Event ")[2]
    assert "s2 b" in of_s2
    assert "s1" not in of_s2
    of_a = text_of(site, "/journal?account=a").partition("Event ")[2]
    assert "s1 a" in of_a
    assert "s2" not in of_a
    assert "No event that these filters let through. Show all" in text_of(site, "/journal?kinds=reset&account=a")


def test_kinds_are_switched_by_links() -> None:
    site = Site()
    links = read(site.get("/journal?kinds=pdu,mark&session=s1").body).links
    assert "/journal?kinds=mark&session=s1" in links
    assert "/journal?kinds=pdu%2Csession%2Cmark&session=s1" in links
    assert "/journal?session=s1" in links


@pytest.mark.parametrize("query", ["kinds=pdus", "session=x", "session=s%C2%B2"])
def test_filters_that_make_no_sense_are_told(query: str) -> None:
    assert Site().get(f"/journal?{query}").status == 400


def test_paging_goes_back_and_says_what_is_gone() -> None:
    site = Site()
    session = site.bind()
    octets = encode("enquire_link", sequence_number=1)
    for _ in range(SHOWN + 10):
        site.smsc.journal.record(site.now, session.number, Direction.IN, octets)
    links = [link for link in read(site.get("/journal").body).links if "before" in link]
    assert links == ["/journal?before=16"]
    text = text_of(site, links[0])
    assert "To the latest" in text
    assert "connected from" in text
    assert "no longer held" not in text
    while not site.smsc.journal.evicted:
        site.smsc.journal.record(site.now, session.number, Direction.IN, bytes(1_000_000))
    assert "are no longer held" in text_of(site)


def test_what_came_at_once_is_cut() -> None:
    site = Site()
    session = site.bind()
    octets = encode("enquire_link", sequence_number=1)
    site.smsc.journal.record(site.now, session.number, Direction.IN, octets * (MOST_SHOWN + 7))
    assert "7 PDUs that came at once" in text_of(site)


def test_protocol_errors_have_the_offending_octets() -> None:
    site = Site()
    session = site.smsc.connected("127.0.0.1:9", "127.0.0.1", site.now)
    site.smsc.receive(session, b"GET / HTTP/1.1\r\n\r\n", site.now)
    body = site.get("/journal?kinds=protocol_error").body
    assert "47 45 54 20 2f 20 48 54  54 50 2f 31 2e 31 0d 0a  GET / HTTP/1.1.." in body


def test_long_octets_are_cut_on_the_page() -> None:
    site = Site()
    session = site.bind()
    site.smsc.journal.record(site.now, session.number, Direction.OUT, b"\0\0\4\0" + bytes(OCTETS_SHOWN * 2 - 4))
    assert f"{OCTETS_SHOWN} more octets" in text_of(site)


def test_a_mark_is_put() -> None:
    site = Site()
    response = site.post("/journal/mark", name="before <it>")
    text = text_of(site, response.headers["Location"])
    assert "Mark 2 is set: what comes now is asked for with since=2." in text
    assert "mark before <it>" in text
    assert site.ask("POST", "/journal/mark", b"name=x", Content_Type="application/x-www-form-urlencoded").status == 403
    assert site.post("/journal/mark", name="x" * 101).status == 422


def test_downloads() -> None:
    site = Site()
    site.submit(site.bind(), source="=1+1")
    octets = download(site, "/journal/download?format=jsonl")
    assert b'attachment; filename="journal.jsonl"' in octets
    events = [json.loads(line) for line in body_of(octets).splitlines()]
    kinds = [event["kind"] for event in events]
    assert (kinds[0], kinds.count("session"), kinds.count("pdu")) == ("journal", 2, 4)
    rows = list(csv.DictReader(io.StringIO(body_of(download(site, "/journal/download?format=csv&kinds=pdu")).decode())))
    assert [row["pdu"] for row in rows] == [
        "bind_transceiver", "bind_transceiver_resp", "submit_sm", "submit_sm_resp",
    ]  # fmt: skip
    assert rows[2]["from"] == "'=1+1"
    octets = download(site, "/journal/download?format=pcap&session=s1")
    assert b'filename="journal-s1.pcap"' in octets
    assert body_of(octets)[:4] == bytes.fromhex("d4c3b2a1")
    assert b"password" not in body_of(octets)
    assert site.get("/journal/download?format=xml").status == 400


def test_hostile_text_stays_text() -> None:
    site = Site()
    site.submit(site.bind(), text=b"</details><script>", source="\x1b\x07")
    body = site.get("/journal").body
    assert "\n  &#34;pdu&#34;: &#34;submit_sm&#34;" in body
    assert "<script>" not in body.partition("<main")[2]
    assert "\x1b" not in body


def test_a_search() -> None:
    site = Site()
    session = site.bind()
    site.submit(session, text=b"one")
    site.submit(session, text=b"two")
    text = text_of(site, "/journal?q=pdu:submit_sm+two")
    assert "submit_sm 3 Acme → 447700900123 “two”" in text
    assert "“one”" not in text
    text = text_of(site, "/journal?q=pud:x")
    assert "Column 1: unknown key 'pud' – did you mean 'pdu'?" in text
    assert "Nothing is looked for while the search has mistakes." in text
    assert site.get("/journal/download?q=pud:x").status == 400


def test_a_search_that_has_not_looked_at_all_says_so_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smsc_sim.sim.journal.ring.LOOKED_AT", 2)
    site = Site()
    session = site.bind()
    for _ in range(3):
        site.submit(session)
    shown = read(site.get("/journal?q=pdu:bind_transceiver").body)
    assert "None among the entries down to number 10. Look at older ones" in shown.text
    assert "/journal?q=pdu%3Abind_transceiver&before=10" in shown.links


@pytest.mark.parametrize(("form", "kept"), [("jsonl", 2), ("csv", 2)])
def test_downloads_follow_the_search(form: str, kept: int) -> None:
    site = Site()
    session = site.bind()
    for text in (b"one", b"two", b"two"):
        site.submit(session, text=text)
    octets = body_of(download(site, f"/journal/download?format={form}&q=two"))
    assert len(octets.decode().splitlines()) == kept + 1


def test_a_capture_file_is_of_the_account_that_is_asked_for() -> None:
    site = Site(scenario="smsc: 1\naccounts: [{system_id: one}, {system_id: two}]")
    for account in ("one", "two"):
        site.submit(site.bind(system_id=account, password=""), text=b"text of " + account.encode())
    octets = body_of(download(site, "/journal/download?format=pcap&account=two"))
    assert b"text of two" in octets
    assert b"text of one" not in octets
    assert "/journal/download?format=pcap&kinds=session" not in site.get("/journal?kinds=session").body
    assert "format=pcap" not in site.get("/journal?kinds=session").body


def test_events_lead_to_their_messages() -> None:
    site = Site(keeps=True, scenario="smsc: 1\nrules: [{name: busy, when: {to: '*'}, reply: ESME_RTHROTTLED}]")
    site.submit(site.bind())
    links = read(site.get("/journal").body).links
    (found,) = [link for link in links if link.startswith("/messages?q=seq:")]
    assert "447700900123" in read(site.get(found).body).text
