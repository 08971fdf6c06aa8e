"""Looks at counters, and the rates that come of them."""

from __future__ import annotations

from itertools import pairwise

from smsc_sim.scenario.account import DEFAULT_ACCOUNT
from smsc_sim.scenario.settings import SmscSettings
from smsc_sim.sim.sessions.session import Session
from smsc_sim.sim.smsc import Smsc
from smsc_sim.sim.traffic import BUSY, ERRORS, Traffic
from smsc_sim.smpp.pdu import encode
from tests.sim.playing import START, Address, Play, SubmitSm, scenario


def smsc_and_session() -> tuple[Smsc, Session]:
    smsc = Smsc(SmscSettings(), (DEFAULT_ACCOUNT,), now=0.0)
    session = smsc.connected("127.0.0.1:5", "127.0.0.1", 0.0)
    fields = {"system_id": "smppclient1", "password": "password"}
    smsc.receive(session, encode("bind_transceiver", sequence_number=1, fields=fields), 0.0)
    return smsc, session


def submit(smsc: Smsc, session: Session, times: int, now: float) -> None:
    for number in range(times):
        fields = {"destination_addr": "1", "registered_delivery": 1}
        smsc.receive(session, encode("submit_sm", sequence_number=number + 2, fields=fields), now)


def test_rates_are_between_looks() -> None:
    smsc, session = smsc_and_session()
    traffic = Traffic(smsc)
    assert traffic.points(60) == []
    traffic.look(10.0)
    assert traffic.points(60) == []
    submit(smsc, session, 4, 11.0)
    traffic.look(12.0)
    (point,) = traffic.points(60)
    assert (point.at, point.received, point.sent, point.accepted, point.refused) == (12.0, 2.0, 2.0, 2.0, 0.0)
    assert (point.bound, point.outstanding, point.room) == (1, 0, session.receipt_window)
    smsc.run_until(13.0)
    traffic.look(13.0)
    assert [point.receipts for point in traffic.points(60)] == [0.0, 4.0]
    assert [point.outstanding for point in traffic.points(1)] == [4]
    assert traffic.count == 3


def test_many_looks_become_few_points_of_the_same_sum() -> None:
    smsc, session = smsc_and_session()
    traffic = Traffic(smsc)
    for second in range(101):
        traffic.look(float(second))
        submit(smsc, session, second % 3, second + 0.5)
    points = traffic.points(100, most=7)
    assert len(points) == 7
    assert points[-1].at == 100.0
    spans = [later.at - former.at for former, later in pairwise(points)]
    assert set(spans) == {15.0}
    total = points[0].accepted * points[0].at + sum(point.accepted * 15 for point in points[1:])
    assert round(total) == smsc.counters.messages_accepted - 100 % 3


def test_a_session_that_goes_takes_nothing_back() -> None:
    smsc, session = smsc_and_session()
    traffic = Traffic(smsc)
    traffic.look(1.0)
    smsc.disconnected(session, 1.5, "")
    traffic.look(2.0)
    assert [(point.received, point.sent, point.bound) for point in traffic.points(9)] == [(0.0, 0.0, 0)]


def test_memory_is_bounded_and_errors_are_counted() -> None:
    smsc, _ = smsc_and_session()
    traffic = Traffic(smsc, kept=10)
    assert traffic.errors(60)["protocol_errors"] == (0, 0)
    smsc.counters.protocol_errors = 2
    for second in range(50):
        traffic.look(float(second))
        smsc.counters.protocol_errors += 1
    assert len(traffic.points(1000)) == 10
    errors = traffic.errors(5)
    assert tuple(errors) == ERRORS
    assert errors["protocol_errors"] == (5, 52)


def test_counters_and_clocks_that_are_put_back_make_no_negative_rates() -> None:
    smsc, _ = smsc_and_session()
    traffic = Traffic(smsc)
    smsc.counters.messages_accepted = 50
    traffic.look(10.0)
    smsc.counters.messages_accepted = 0
    traffic.look(11.0)
    traffic.look(5.0)
    assert [point.accepted for point in traffic.points(60)] == [0.0, 0.0]


def test_it_is_busy_while_very_many_messages_come_or_receipts_go() -> None:
    play = Play()
    counters, traffic = play.smsc.counters, Traffic(play.smsc)
    busy = [traffic.busy]
    for messages, receipts in ((0, 0), (BUSY // 2, 0), (BUSY // 2, BUSY), (0, 0)):
        counters.messages_accepted += messages
        counters.receipts_sent += receipts
        traffic.look(START + len(busy))
        busy.append(traffic.busy)
    assert busy == [False, False, False, True, False]


def test_lately_is_by_status_the_good_ones_first() -> None:
    play = Play(scenario=scenario("rules: [{name: no, when: {to: '49*'}, reply: ESME_RTHROTTLED}]"))
    traffic = Traffic(play.smsc)
    assert traffic.lately(60).answers == {}
    traffic.look(START)
    esme = play.bind()
    esme.give(SubmitSm().wire(), SubmitSm().wire(), SubmitSm(destination=Address(octets=b"1")).wire())
    play.advance(2.0)
    traffic.look(START + 1)
    lately = traffic.lately(60)
    assert list(lately.answers.items()) == [(0, 1), (0x58, 2)]
    assert lately.receipts["sent"] == 1
