"""Injecting from a page: what is previewed is what is sent, and what is wrong is said by field."""

from __future__ import annotations

import pytest

from smsc_sim.smpp.framing import whole_frames
from smsc_sim.smpp.pdu import Pdu
from smsc_sim.web.auth_file import AuthFile, TokenEntry
from tests.sim.hostile import TEXTS
from tests.web.pages.test_messages import CONTROLS
from tests.web.reader import read
from tests.web.site import Response, Site


def went(done: Response) -> str:
    """Where the browser goes, as it asks for it."""
    return done.headers["Location"].partition("#")[0]


def delivered(site: Site) -> list[Pdu]:
    (session,) = site.smsc.sessions.values()
    octets = site.smsc.take_output(session, site.now)
    return [Pdu(frame) for frame in whole_frames(octets)] if octets else []


def test_a_message_goes_to_an_account() -> None:
    site = Site(keeps=True)
    site.bind()
    done = site.post("/inject", where="a:smppclient1", **{"from": "447700900123", "to": "12345", "text": "Stop {n}"})
    assert done.status == 303
    (pdu,) = delivered(site)
    assert pdu.fields["short_message"] == b"Stop 1"
    text = read(site.get("/inject").body).text
    assert "m-1 1/1 s1 sent" in text


def test_fields_of_the_fold() -> None:
    site = Site()
    site.bind()
    site.post("/inject", where="s1", text="€", coding="ucs2", split="payload", tlvs="user_message_reference=7\n\n")
    (pdu,) = delivered(site)
    assert pdu.fields["data_coding"] == 8
    assert pdu.tlv("user_message_reference") == 7
    assert pdu.tlv("message_payload") == "€".encode("utf-16-be")


@pytest.mark.parametrize(
    ("text", "counter"),
    [
        ("Hi", "gsm7 2 of 160 septets, 2 characters, 1 part"),
        ("€", "gsm7 2 of 160 septets, 1 character, 1 part"),
        ("x" * 161, "gsm7 161 of 306 septets, 161 characters, 2 parts"),
        ("я" * 71, "ucs-2 71 of 134 characters of 16 bits, 71 characters, 2 parts"),
    ],
)
def test_a_preview_counts_and_sends_nothing(text: str, counter: str) -> None:
    site = Site()
    site.bind()
    shown = read(site.post("/inject/preview", where="a:smppclient1", text=text).body)
    assert shown.open == []
    assert counter in shown.text
    assert not delivered(site)
    assert not site.smsc.injector.results


def test_octets_instead_of_a_text() -> None:
    site = Site()
    site.bind()
    assert "octets" in read(site.post("/inject/preview", octets="00ff").body).text
    site.post("/inject", octets="00ff")
    assert delivered(site)[0].fields["short_message"] == b"\x00\xff"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"where": "s9", "text": "x"}, "session there is no session s9"),
        ({"text": "x", "split": "half"}, "split 'half' is none of udh8"),
        ({"text": "x", "tlvs": "no equals"}, "tlvs 'no equals' has no '='"),
        ({"text": "x", "tlvs": "payload_typ=1"}, "did you mean 'payload_type'?"),
        ({"text": "x", "rate": "fast"}, "rate 'fast' is no number"),
        ({"text": "{x}"}, "unknown placeholder '{x}'"),
        ({"text": "x", "octets": "zz"}, "beside a text"),
    ],
)
@pytest.mark.parametrize("path", ["/inject", "/inject/preview"])
def test_what_is_wrong_is_said(path: str, fields: dict[str, str], said: str) -> None:
    site = Site()
    site.bind()
    answer = site.post(path, **fields)
    assert answer.status == 200
    assert said in read(answer.body).text
    assert not site.smsc.injector.results


def test_a_rate_needs_a_length_of_time() -> None:
    assert "seconds is needed beside rate" in read(Site().post("/inject", text="x", rate="5").body).text


def test_many_of_them_and_no_more() -> None:
    site = Site()
    site.bind()
    site.post("/inject", text="x", rate="2", seconds="10")
    result = site.smsc.injector.results[1]
    assert result.wanted == 20
    assert "1 of 20" in read(site.get("/inject").body).text
    assert site.post("/inject/1/cancel").status == 303
    assert result.cancelled
    assert site.post("/inject/2/cancel").status == 404
    assert site.post("/inject/x/cancel").status == 404


def test_rows_of_a_file() -> None:
    site = Site()
    site.bind()
    done = site.post("/inject", csv="from,text\n1,=cmd()\n2,{n}\n", to="12345")
    assert "2 messages is on its way" in site.get(went(done)).body
    assert [pdu.fields["short_message"] for pdu in delivered(site)] == [b"=cmd()", b"\x1b(n\x1b)"]


def test_one_bad_row_keeps_all_back() -> None:
    site = Site()
    site.bind()
    answer = site.post("/inject", csv="from,text,coding\n1,a,8\n2,b,purple\n")
    assert "csv 3:5: coding" in read(answer.body).text
    assert not delivered(site)
    assert "there are no rows" in read(site.post("/inject", csv="text\n").body).text


def test_raw_octets_only_where_they_are_allowed() -> None:
    site = Site()
    site.bind()
    assert "start the simulator with <code>--allow-raw</code>" in site.get("/inject").body
    assert 'action="/inject/raw"' not in site.get("/inject").body
    done = site.post("/inject/raw", on="s1", hex="00")
    assert "--allow-raw" in site.get(went(done)).body
    open_site = Site(allow_raw=True)
    session = open_site.bind()
    assert 'action="/inject/raw"' in open_site.get("/inject").body
    open_site.post("/inject/raw", on="s1", hex="00 01")
    assert open_site.smsc.take_output(session, open_site.now) == b"\x00\x01"
    done = open_site.post("/inject/raw", on="s1", hex="xyz")
    assert "hexadecimal digits are wanted" in open_site.get(went(done)).body


def test_nobody_is_bound() -> None:
    assert "No receiver is bound." in Site().get("/inject").body


def test_an_address_fills_the_form_in() -> None:
    body = Site().get("/inject?from=1&text=%3Cb%3E&nonsense=1").body
    assert "&lt;b&gt;</textarea>" in body
    assert 'name="from" value="1"' in body


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_hostile_texts_stay_texts(text: str) -> None:
    site = Site()
    site.bind()
    answer = site.post("/inject/preview", text=text[:60_000], **{"from": text[:40]})
    assert answer.status == 200
    shown = read(answer.body)
    assert shown.tags.count("script") == 3
    assert shown.open == []
    preview = answer.body[answer.body.index('<div id="preview"') :]
    assert not CONTROLS.search(preview)


def test_readers_may_preview_and_not_send() -> None:
    site = Site(auth=AuthFile(tokens=(TokenEntry(name="r", token="r" * 32, role="read-only"),)))
    site.bind()
    headers = {"Authorization": "Bearer " + "r" * 32}
    assert 'class="button main">Send' not in site.get("/inject", **headers).body
    token = site.console.access.form_token("")
    body = f"token={token}&text=x".encode()
    form = {"Content_Type": "application/x-www-form-urlencoded", "Origin": "http://localhost:8080", **headers}
    assert site.ask("POST", "/inject", body, **form).status == 403
    assert site.ask("POST", "/inject/preview", body, **form).status == 200


def test_the_form_stays_filled_in_so_that_it_can_be_sent_again() -> None:
    site = Site()
    site.bind()
    where = went(site.post("/inject", to="12345", text="Hello & more", **{"from": "4477"}))
    assert where.startswith("/inject?")
    body = site.get(where).body
    assert 'name="from" value="4477"' in body
    assert "Hello &amp; more</textarea>" in body
    assert "12 of 160 septets" in read(body).text
    assert "Injection 1 is on its way." in body
    assert went(site.post("/inject", text="x" * 2000)).startswith("/inject?flash=")
