"""Conversations that prove the examples about sessions: refused, slow, half-open, idle, sent away."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e import wire
from tests.e2e.laboratory import Laboratory, laboratory
from tests.e2e.messages import accepted, next_message, nothing_came, refused, refused_bind, request
from tests.e2e.scenario_files import example
from tests.e2e.wire import Esme

ESME_RMSGQFUL = 0x14


def nothing_at_all(esme: Esme) -> bool:
    """Whether no octet has come from the server, which may be silent for ever."""
    with pytest.raises(AssertionError, match="in vain"):
        esme.read(0.1)
    return True


def test_connect_refused(tmp_path: Path) -> None:
    with laboratory(tmp_path, example("connect-refused")) as lab:
        for _ in range(2):
            with lab.connect() as esme:
                assert esme.expect_close() == []
        with lab.connect() as esme:
            assert accepted(esme.bind())


def test_bind_refused(tmp_path: Path) -> None:
    with laboratory(tmp_path, example("bind-refused")) as lab:
        with lab.connect() as esme:
            assert refused_bind(esme, "still-bound") == wire.ESME_RALYBND
            assert refused_bind(esme, "still-bound") == wire.ESME_RALYBND
            assert accepted(esme.bind(system_id="still-bound", password="secret"))
        with lab.connect() as esme:
            assert refused_bind(esme, "busy") == wire.ESME_RSYSERR
            assert esme.expect_close() == []
        with lab.connect() as esme:
            assert accepted(esme.bind(system_id="busy", password="secret"))
        for _ in range(3):
            with lab.connect() as esme:
                assert refused_bind(esme, "locked") == wire.ESME_RBINDFAIL
                assert esme.expect_close() == []
        with lab.connect() as esme:
            for command_id in (wire.BIND_TRANSMITTER, wire.BIND_TRANSCEIVER):
                assert refused_bind(esme, "receive-only", command_id=command_id) == wire.ESME_RBINDFAIL
            esme.bind(wire.BIND_RECEIVER, system_id="receive-only", password="secret")


def test_bind_slow(tmp_path: Path) -> None:
    with laboratory(tmp_path, example("bind-slow")) as lab:
        with lab.connect() as esme:
            esme.request(wire.BIND_TRANSCEIVER, wire.bind_body())
            lab.advance(20)
            assert nothing_at_all(esme)
        with lab.connect() as esme:
            sent = esme.request(wire.BIND_TRANSCEIVER, wire.bind_body())
            lab.advance(7.9)
            assert nothing_at_all(esme)
            lab.advance(0.2)
            assert esme.answer(sent).command_id == wire.BIND_TRANSCEIVER | wire.RESPONSE
            assert accepted(esme)


def test_half_open_session(tmp_path: Path) -> None:
    with laboratory(tmp_path, example("half-open-session")) as lab, lab.connect() as esme:
        esme.bind()
        accepted(esme)
        sent = request(esme, text=b"freeze now", registered_delivery=1)
        assert esme.answer(sent).command_status == 0, "the last word of this session"
        esme.request(wire.ENQUIRE_LINK)
        lab.advance(1)
        assert nothing_at_all(esme)
        esme.close()
        with lab.connect() as again:
            assert refused_bind(again) == wire.ESME_RALYBND
            lab.advance(29)
            assert refused_bind(again) == wire.ESME_RALYBND, "the ghost is still there"
        lab.advance(30)
        with lab.connect() as again:
            again.bind()
            message_id = accepted(again)
            lab.advance(1)
            assert next_message(again).receipted_message_id == message_id


def test_enquire_link_silence(tmp_path: Path) -> None:
    with laboratory(tmp_path, example("enquire-link-silence")) as lab:
        with lab.connect() as esme:
            esme.bind(system_id="silent", password="secret")
            esme.request(wire.ENQUIRE_LINK)
            esme.request(wire.ENQUIRE_LINK)
            assert accepted(esme), "all else works"
            lab.advance(29)
            esme.next_request(wire.DELIVER_SM)
            assert nothing_at_all(esme)
        with lab.connect() as esme:
            esme.bind(system_id="late", password="secret")
            sent = esme.request(wire.ENQUIRE_LINK)
            lab.advance(19.9)
            assert accepted(esme)
            lab.advance(0.2)
            assert esme.answer(sent).command_id == wire.ENQUIRE_LINK | wire.RESPONSE


def test_idle_session_cut(tmp_path: Path) -> None:
    with laboratory(tmp_path, example("idle-session-cut")) as lab, lab.connect() as esme:
        esme.bind()
        for _ in range(3):
            lab.advance(20)
            assert nothing_came(esme), "an enquire_link keeps it"
        lab.advance(29)
        assert nothing_at_all(esme)
        lab.advance(1.1)
        esme.next_request(wire.UNBIND)
        assert esme.expect_close() == []


@contextlib.contextmanager
def after_three(lab: Laboratory, account: str) -> Iterator[Esme]:
    """A session on which three messages have been accepted."""
    with lab.connect() as esme:
        esme.bind(system_id=account, password="secret")
        for _ in range(3):
            assert accepted(esme)
        yield esme


def test_session_ends_after_n(tmp_path: Path) -> None:
    with laboratory(tmp_path, example("session-ends-after-n")) as lab:
        for _ in range(2):
            with after_three(lab, "polite") as esme:
                unbind = esme.read() or pytest.fail("closed")
                assert unbind.command_id == wire.UNBIND
                assert refused(esme) == wire.ESME_RINVBNDSTS, "no new work while it waits"
                esme.respond(unbind)
                assert esme.expect_close() == []
        with after_three(lab, "polite") as esme:
            assert (esme.read() or pytest.fail("closed")).command_id == wire.UNBIND
            lab.advance(31)
            assert esme.expect_close() == [], "it does not wait for ever"
        with after_three(lab, "hasty") as esme:
            assert [frame.command_id for frame in esme.expect_close()] == [wire.UNBIND]
        with after_three(lab, "rude") as esme:
            assert esme.expect_close() == []


def test_unbind_unanswered(tmp_path: Path) -> None:
    with laboratory(tmp_path, example("unbind-unanswered")) as lab, lab.connect() as esme:
        esme.bind()
        accepted(esme)
        esme.request(wire.UNBIND)
        assert esme.expect_close() == []


def test_maintenance(tmp_path: Path) -> None:
    with laboratory(tmp_path, example("maintenance")) as lab:
        for begin in (by_click, by_message):
            with lab.connect() as esme, lab.connect() as late:
                esme.bind()
                assert accepted(esme)
                begin(lab)
                assert refused(esme) == ESME_RMSGQFUL
                esme.next_request(wire.UNBIND)
                assert esme.expect_close() == []
                assert refused_bind(late) == wire.ESME_RSYSERR
                assert late.expect_close() == []
            lab.advance(299)
            with lab.connect() as esme:
                assert refused_bind(esme) == wire.ESME_RSYSERR
            lab.advance(1)
            with lab.connect() as esme:
                assert accepted(esme.bind())
        by_click(lab)
        lab.switch("maintenance", on=False)
        with lab.connect() as esme:
            assert accepted(esme.bind())


def by_click(lab: Laboratory) -> None:
    lab.switch("maintenance", on=True)


def by_message(lab: Laboratory) -> None:
    with lab.connect() as esme:
        assert accepted(esme.bind(), text=b"maintenance begins"), "this one is still taken"
