"""The list of messages: what it shows, how it is searched, paged, exported and deleted, and what stands in for it."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from urllib.parse import quote

import pytest

from smsc_sim.smpp.pdu import encode
from smsc_sim.web.auth_file import AuthFile, TokenEntry
from smsc_sim.web.hint import ClientHint
from smsc_sim.web.pages.messages import SHOWN, without
from tests.sim.hostile import SURROGATES, TEXTS, submit
from tests.sim.store.many import many
from tests.web.reader import Reader, read
from tests.web.site import Site

REFUSING = "smsc: 1\nrules: [{name: no credit, when: {to: '1'}, reply: ESME_RINVBALANCE}]"
CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def page(site: Site, query: str = "", **parameters: str) -> Reader:
    asked = "&".join(f"{name}={quote(text)}" for name, text in {"q": query, **parameters}.items() if text)
    shown = read(site.get(f"/messages?{asked}").body)
    assert shown.open == []
    return shown


def names(shown: Reader) -> list[str]:
    return [link.removeprefix("/messages/") for link in shown.links if re.fullmatch(r"/messages/m-\d+", link)]


def filled(count: int, scenario: str = "") -> Site:
    site = Site(keeps=True, scenario=scenario)
    session = site.bind()
    for number in range(count):
        site.submit(session, to=str(447700900000 + number), text=b"number %d" % number)
    return site


def test_a_row_has_what_happened() -> None:
    site = Site(keeps=True, scenario=REFUSING)
    session = site.bind()
    site.submit(session, text=b"Hello")
    site.submit(session, to="1", text=b"")
    text = page(site).text
    assert "m-1 05:53:44.120 Acme → 447700900123 smppclient1 s1 Hello gsm7 ESME_ROK ENROUTE" in text
    assert "m-2 05:53:44.120 Acme → 1 smppclient1 s1 empty gsm7 ESME_RINVBALANCE no credit none" in text


def test_a_receipt_is_a_dot_with_words() -> None:
    site = Site(keeps=True)
    session = site.bind()
    fields = {"destination_addr": "1", "short_message": b"x", "registered_delivery": 1}
    site.smsc.receive(session, encode("submit_sm", sequence_number=2, fields=fields), site.now)
    site.smsc.take_output(session, site.now)
    assert "◌ DELIVRD to come." in page(site).text
    site.clock.advance(10)
    site.smsc.run_until(site.now)
    assert "DELIVERED ○ DELIVRD sent, not answered." in page(site).text


def test_pages_follow_each_other_both_ways() -> None:
    site = filled(2 * SHOWN + 5)
    first = page(site)
    assert names(first) == [f"m-{number}" for number in range(105, 55, -1)]
    second = read(site.get(next(link for link in first.links if "cursor=" in link)).body)
    assert names(second) == [f"m-{number}" for number in range(55, 5, -1)]
    third = read(site.get(next(link for link in second.links if "cursor=" in link)).body)
    assert names(third) == [f"m-{number}" for number in range(5, 0, -1)]
    assert not [link for link in third.links if "cursor=" in link]
    back = read(site.get(next(link for link in third.links if "before=" in link)).body)
    assert names(back) == names(second)
    start = read(site.get(next(link for link in back.links if "before=" in link)).body)
    assert names(start) == names(first)
    assert not [link for link in start.links if "before=" in link]


@pytest.mark.parametrize("sort", ["id", "-to", "to", "account", "-status", "state", "rule", "from"])
def test_every_order_can_be_paged(sort: str) -> None:
    site = filled(SHOWN + 3, REFUSING)
    first = page(site, sort=sort)
    second = read(site.get(next(link for link in first.links if "cursor=" in link)).body)
    assert len(names(first)) == SHOWN
    assert len({*names(first), *names(second)}) == SHOWN + 3
    back = read(site.get(next(link for link in second.links if "before=" in link)).body)
    assert names(back) == names(first)


def test_an_order_or_a_cursor_that_is_none_is_left_out() -> None:
    site = filled(2)
    assert names(page(site, sort="color", cursor="x")) == ["m-2", "m-1"]


def test_a_search_is_kept_in_links() -> None:
    site = filled(SHOWN + 1)
    shown = page(site, "number")
    assert all("q=number" in link for link in shown.links if "cursor=" in link or "download" in link or "sort=" in link)


def test_mistakes_are_shown_with_their_place_and_what_was_meant() -> None:
    body = Site(keeps=True).get("/messages?q=to:1%20sttus:2").body
    assert "<mark>sttus:2</mark>" in body
    assert "Column 6: unknown key &#39;sttus&#39; – did you mean &#39;status&#39;?" in body


def test_an_empty_result_says_which_term_took_the_last() -> None:
    shown = page(filled(3), "number to:447700900001 is:mo")
    assert "No message is like that." in shown.text
    assert "is:mo 0 0 this one took the last search without it" in shown.text
    assert "/messages?q=number%20to%3A447700900001" in shown.links


def test_a_search_without_one_term_can_be_read() -> None:
    from smsc_sim.sim.search.empty import explain_empty
    from smsc_sim.sim.search.grammar import parse
    from smsc_sim.sim.store.browsing import Count

    query = parse('to:1 "a b" OR from:x')
    term = explain_empty(query, lambda asked: Count(0 if asked.groups else 1, whole=True))[1]
    assert without(query, term) == "to:1 OR from:x"


def crowded() -> Site:
    site = Site(keeps=True)
    assert site.keeper is not None
    site.keeper.store = many()
    return site


def test_a_search_that_would_look_at_too_many_stops_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smsc_sim.sim.store.pages.EFFORT", 0)
    site = crowded()
    shown = page(site, "text:nothing*")
    looked = re.search(r"None among the messages down to m-(\d+)\. Look at older ones", shown.text)
    assert looked is not None
    assert "No message is like that" not in shown.text
    onward = next(link for link in shown.links if "cursor=" in link)
    assert onward == f"/messages?q=text%3Anothing%2A&cursor={looked[1]}"
    followed = [onward]
    while len(followed) < 99:
        shown = read(site.get(followed[-1]).body)
        links = [link for link in shown.links if "cursor=" in link]
        if not links:
            break
        followed += links[:1]
    assert 1 < len(followed) < 99
    assert "Nothing more. The list ends here." in shown.text
    back = read(site.get("/messages?q=text:nothing*&before=1").body)
    assert re.search(r"None among the messages up to m-\d+\. Look at newer ones", back.text)
    other = page(site, "text:nothing*", sort="to")
    assert "None among the next ones in this order. Look at those behind" in other.text


def test_a_page_that_is_not_full_says_how_far_it_has_looked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smsc_sim.sim.store.pages.EFFORT", 0)
    site = crowded()
    shown = page(site, "text:*9999")
    assert names(shown) == ["m-59999"]
    assert re.search(r"No more among the messages down to m-\d+\. Look at older ones", shown.text)
    assert len({link for link in shown.links if "cursor=" in link}) == 1


def test_counts_that_are_not_whole_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smsc_sim.sim.store.browsing.EFFORT", 0)
    site = crowded()
    assert re.search(r"Delete \d+ or more messages that", page(site, "text:*99", delete="1").text)
    assert re.search(
        r">\d+ or more new messages<", site.get("/messages?after=5&q=text:*99", **{"smsc-sim-parts": "new"}).body
    )
    monkeypatch.setattr("smsc_sim.web.found.EXPLAINING", 0)
    assert "text:*99 not counted 0 " in page(site, "is:mo text:*99").text
    monkeypatch.setattr("smsc_sim.web.found.EXPLAINING", 20_000)
    assert "is:mt 1,000+ 1,000+ is:mo 0 0 this one took the last" in page(site, "is:mt is:mo").text


def test_messages_that_are_not_looked_at_yet_are_no_reason_to_say_that_there_are_none() -> None:
    site = filled(2)
    assert site.keeper is not None
    keeper = site.keeper
    keeper.write()
    site.keeper.ask = lambda question, within=None: keeper.do(question)  # type: ignore[method-assign]
    text = page(site).text
    assert "2 newer messages are not looked at yet" in text
    assert "No message is looked at yet." in text
    assert "No message yet." not in text


def test_without_messages_the_page_says_how_to_get_some() -> None:
    text = page(Site(keeps=True, client_hint=ClientHint("127.0.0.1", 2775, "smppclient1", "password"))).text
    assert "Host 127.0.0.1 Copy Port 2775 Copy system_id smppclient1" in text
    assert "No message yet." in text
    assert "447700900001" in text


def test_nothing_is_kept() -> None:
    site = Site()
    assert "No messages are kept." in page(site).text
    assert site.get("/messages/download").status == 409


def test_new_messages_are_counted_and_not_shown_at_once() -> None:
    site = filled(3)

    def new(query: str) -> str:
        part = site.get(f"/messages?cursor=2&{query}", **{"smsc-sim-parts": "new"}).body
        return read(part).text

    assert new("after=1") == "2 new messages"
    assert new("after=1&q=to:447700900002") == "1 new message"
    assert new("after=3") == new("after=x&q=sttus:1") == ""


def test_rows_that_are_shown_stay_the_same_while_newer_ones_come() -> None:
    site = filled(3)
    pinned = re.search(r'id="rows" data-live="receipts/2" data-from="([^"]*)"', site.get("/messages").body)
    assert pinned is not None
    site.submit(site.bind())
    parts = read(site.get(html.unescape(pinned[1]), **{"smsc-sim-parts": "new,rows"}).body)
    assert parts.text.startswith("1 new message ")
    assert [link for link in parts.links if link.startswith("/messages/m-")] == [
        f"/messages/m-{number}" for number in (3, 2, 1)
    ]
    assert pinned[1] in site.get(html.unescape(pinned[1]), **{"smsc-sim-parts": "new"}).body


def test_deletion_asks_first_and_spares_what_came_later() -> None:
    site = filled(5)
    shown = page(site, "to:44770090000?", delete="1")
    assert "Delete 5 messages that this search finds?" in shown.text
    site.submit(next(iter(site.smsc.sessions.values())), to="447700900009", text=b"later")
    done = site.post("/messages/delete", q="to:44770090000?", up_to="5")
    assert done.status == 303
    assert "5 messages deleted." in site.get(done.headers["Location"]).body
    assert names(page(site)) == ["m-6"]


def test_a_search_with_mistakes_deletes_nothing() -> None:
    site = filled(1)
    assert site.post("/messages/delete", q="sttus:1", up_to="1").status == 400
    assert names(page(site)) == ["m-1"]


def test_deletion_needs_the_forms_token_and_more_than_reading() -> None:
    site = filled(1)
    assert site.post("/messages/delete", up_to="1", token="x").status == 403
    reader = Site(keeps=True, auth=AuthFile(tokens=(TokenEntry(name="r", token="r" * 32, role="read-only"),)))
    reader.submit(reader.bind())
    shown = reader.get("/messages?delete=1", Authorization="Bearer " + "r" * 32)
    assert shown.status == 200
    assert "/messages/delete" not in shown.body
    assert "Delete" not in read(shown.body).text


def test_exports_have_all_that_is_found() -> None:
    site = filled(SHOWN + 5)
    lines = site.get("/messages/download?format=jsonl").body
    found = [json.loads(line) for line in lines.splitlines()]
    assert [one["id"] for one in found] == [f"m-{number}" for number in range(1, SHOWN + 6)]
    table = list(csv.reader(io.StringIO(site.get("/messages/download?format=csv&q=to:447700900001").body)))
    assert table[1][table[0].index("to")] == "447700900001"
    assert len(table) == 2
    assert site.get("/messages/download?format=xml").status == 400
    assert site.get("/messages/download?q=sttus:1").status == 400


def hostile_site() -> Site:
    site = Site(keeps=True)
    session = site.bind()
    for number, text in enumerate(TEXTS.values(), 2):
        octets = text.encode("utf-16-be")[:65_000]
        source = text.encode("latin-1", "replace").replace(b"\0", b"")[:20]
        site.smsc.receive(session, submit(octets, number, source=source), site.now)
        site.smsc.take_output(session, site.now)
    site.smsc.receive(session, submit(SURROGATES, 90), site.now)
    site.smsc.take_output(session, site.now)
    return site


HOSTILE = hostile_site()


def test_hostile_texts_stay_texts_in_the_list() -> None:
    body = HOSTILE.get("/messages").body
    shown = read(body)
    assert len(names(shown)) == len(TEXTS) + 1
    assert shown.tags.count("script") == 3
    assert not CONTROLS.search(body)
    assert len(body) < 100_000


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_hostile_searches_are_answered(text: str) -> None:
    for query in (text[:1900], f'text:"{text[:500]}"', f"to:{text[:300]}"):
        answer = HOSTILE.get(f"/messages?q={quote(query)}")
        assert answer.status == 200
        shown = read(answer.body)
        assert shown.tags.count("script") == 3
        assert shown.open == []


def test_a_table_for_spreadsheets_has_no_formulas() -> None:
    rows = list(csv.reader(io.StringIO(HOSTILE.get("/messages/download?format=csv").body, newline="")))
    assert len(rows) == len(TEXTS) + 2
    for row in rows[1:]:
        for cell in row:
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
            assert not CONTROLS.search(cell)


def test_columns_are_chosen_by_a_form_and_stay_in_the_address() -> None:
    site = Site(keeps=True)
    site.submit(site.bind())
    shown = read(site.get("/messages?q=Hello&column-reply=1&column-message_id=1&column-esm_class=1").body)
    assert "Reply · Rule message_id esm_class" in shown.text
    assert "ESME_ROK 0000000001 0x00" in shown.text
    assert "State" not in shown.text.partition("esm_class")[0].partition("Message ▾")[2]
    assert any("columns=reply%2Cmessage_id%2Cesm_class" in link for link in shown.links if "download" in link)
    again = read(site.get("/messages?q=Hello&columns=reply,message_id,esm_class").body)
    assert "ESME_ROK 0000000001 0x00" in again.text
    usual = read(site.get("/messages?q=Hello").body)
    assert not any("columns=" in link for link in usual.links)
