"""Alerts, and who gets them."""

from __future__ import annotations

import pytest

from smsc_sim.sim.mo.alert import Alert
from smsc_sim.sim.mo.injection import BadInjection
from tests.sim.playing import START, Play


def test_an_alert() -> None:
    play = Play()
    play.bind("transmitter")
    esme = play.bind("receiver")
    sent = play.smsc.injector.alert(
        Alert(account="alpha", from_="49170", to="Shop", ms_availability_status=0), play.now
    )
    play.settle()
    (pdu,) = esme.take()
    assert pdu.name == "alert_notification"
    assert pdu.fields == {
        "source_addr_ton": 1, "source_addr_npi": 1, "source_addr": "49170",
        "esme_addr_ton": 5, "esme_addr_npi": 0, "esme_addr": "Shop",
    }  # fmt: skip
    assert pdu.tlv("ms_availability_status") == 0
    assert (sent.session, sent.sequence_number, sent.sent_at) == (2, pdu.sequence_number, START)


def test_an_alert_to_one_session_with_kinds_of_addresses() -> None:
    play = Play()
    first, second = play.bind(), play.bind()
    alert = Alert(session="s2", from_="1" * 64, source_addr_ton=2, source_addr_npi=3, esme_addr_ton=4, esme_addr_npi=6)
    play.smsc.injector.alert(alert, play.now)
    play.settle()
    (pdu,) = second.take()
    assert first.take() == []
    assert [pdu.fields[name] for name in ("source_addr_ton", "source_addr_npi", "esme_addr_ton", "esme_addr_npi")] == [
        2, 3, 4, 6,
    ]  # fmt: skip
    assert pdu.tlvs == []


@pytest.mark.parametrize(
    ("alert", "wanted"),
    [
        (Alert(), "account: is needed, or a session"),
        (Alert(account="beta"), "account: beta has no receiver or transceiver bound"),
        (Alert(session=1), "session: s1 is bound as transmitter, so it gets no messages"),
        (Alert(session=2), "session: s2 is bound with SMPP 3.3, which has no alerts"),
        (Alert(session=3, from_="1" * 65), "from: 66 octets with its NUL, at most 65 allowed"),
        (Alert(session=3, to="\u65e5"), "to: '日' is not a character of one octet"),
        (Alert(session=3, ms_availability_status=256), "ms_availability_status: 256 does not fit 1 octet(s)"),
    ],
)
def test_alerts_that_cannot_be_sent(alert: Alert, wanted: str) -> None:
    play = Play()
    play.bind("transmitter")
    play.bind("receiver", version=0x33)
    esme = play.bind()
    with pytest.raises(BadInjection) as caught:
        play.smsc.injector.alert(alert, play.now)
    assert str(caught.value) == wanted
    assert esme.session.sequence_number == 0
