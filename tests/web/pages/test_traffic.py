"""The page of traffic, and the data of its curves."""

import pytest

from smsc_sim.smpp.pdu import encode
from tests.web.reader import read
from tests.web.site import Site

SCENARIO = "smsc: 1\nrules: [{name: no, when: {to: '1'}, reply: ESME_RTHROTTLED}]"


def busy(*, keeps: bool = True) -> Site:
    site = Site(scenario=SCENARIO, keeps=keeps)
    session = site.bind()
    site.traffic.look(site.now)
    for to in ("1", "447700900123", "447700900124", "447700900125"):
        site.submit(session, to=to)
    site.clock.advance(1)
    site.traffic.look(site.now)
    return site


def text_of(site: Site, target: str = "/traffic") -> str:
    body = site.get(target).body
    assert "style=" not in body
    shown = read(body)
    assert shown.open == []
    return shown.text


def test_rates_statuses_and_errors() -> None:
    text = text_of(busy())
    assert (
        "Bound 1 Messages a second 4 1 refused Receipts a second 0 PDUs a second 4 4 out Our window 0 of 1,000" in text
    )
    assert "ESME_ROK 3 75.0% ESME_RTHROTTLED 1 25.0%" in text
    assert "messages refused 1 1" in text
    assert "None in the last 5m." in text


def test_how_long_receipts_and_responses_took() -> None:
    site = Site(keeps=True)
    session = site.bind()
    fields = {"destination_addr": "447700900123", "registered_delivery": 1}
    site.smsc.receive(session, encode("submit_sm", sequence_number=2, fields=fields), site.now)
    site.smsc.take_output(session, site.now)
    site.clock.advance(1)
    site.run()
    site.clock.advance(0.2)
    site.answer(session)
    text = text_of(site)
    assert "From the message to its receipt Took Receipts Distribution up to 1 s 1" in text
    assert "client’s response Took Receipts Distribution up to 300 ms 1" in text
    assert "Receipts sent: 1 DELIVERED." in text


def test_only_what_was_lately() -> None:
    site = busy()
    site.clock.advance(100)
    text = text_of(site, "/traffic?span=1m")
    assert "No message in the last 1m." in text
    assert "ESME_ROK 3" in text_of(site, "/traffic?span=1h")
    assert 'href="/traffic?span=5m" aria-current="true"' in site.get("/traffic?span=7y").body


def test_without_a_store_or_a_look() -> None:
    assert "No messages are kept" in text_of(busy(keeps=False))
    text = text_of(Site())
    assert "Nothing yet: a look is taken each second." in text


def test_the_data_of_the_curves() -> None:
    site = busy()
    data = site.get("/traffic/data?span=5m").json
    assert data["at"] == pytest.approx([site.now])
    assert (data["accepted"], data["refused"], data["sent"]) == ([3.0], [1.0], [4.0])
    assert {len(values) for values in data.values()} == {1}
