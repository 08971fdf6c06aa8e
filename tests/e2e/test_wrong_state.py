"""PDUs that are whole but not for now: unknown commands, wrong states, second binds, answers to nothing."""

from __future__ import annotations

import itertools

import pytest

from tests.e2e import wire
from tests.e2e.harm import BINDS, BODIES, DATA_SM, DESTINATION, PLAIN, SOURCE, status_of, told
from tests.e2e.server import Smsc
from tests.e2e.wire import Esme, Frame


@pytest.fixture
def smsc(shared_smsc: Smsc, bystander: Esme) -> Smsc:
    return shared_smsc


def test_unknown_commands(smsc: Smsc) -> None:
    with smsc.connect() as esme:
        for command_id in (0, 0x0A, 0x16, 0x999, 0x00010200, 0x7FFFFFFF):
            answer = esme.call(command_id, b"any body")
            assert answer[:2] == (wire.GENERIC_NACK, wire.ESME_RINVCMDID), answer
        told(smsc, esme, "not known|unknown")
        esme.bind()
        assert esme.call(0x999)[:2] == (wire.GENERIC_NACK, wire.ESME_RINVCMDID)
        assert esme.is_alive()


def test_responses_that_answer_nothing_are_not_answered(smsc: Smsc) -> None:
    with smsc.connect() as esme:
        esme.bind()
        for command_id in (0x80000000, 0x80000004, 0x80000005, 0x80000015, 0x80000006, 0x80000999, 0xFFFFFFFF):
            for status in (0, 1):
                esme.send(wire.pdu(command_id, 0x0BAD, b"", status))
        assert esme.is_alive()
        told(smsc, esme, "0x80000999|resp")


def test_wrong_state_open(smsc: Smsc) -> None:
    with smsc.connect() as esme:
        for command_id, body, _ in BODIES.values():
            assert status_of(esme.call(command_id, body), command_id) == wire.ESME_RINVBNDSTS
        assert status_of(esme.call(wire.UNBIND), wire.UNBIND) == wire.ESME_RINVBNDSTS
        assert esme.is_alive(), "enquire_link is answered in every state"
        told(smsc, esme, "submit_sm")
        esme.bind()


def test_wrong_state_receiver(smsc: Smsc) -> None:
    with smsc.connect() as esme:
        esme.bind(wire.BIND_RECEIVER)
        for name in ("submit_sm", "submit_multi", "query_sm", "cancel_sm", "replace_sm"):
            command_id, body, _ = BODIES[name]
            assert status_of(esme.call(command_id, body), command_id) == wire.ESME_RINVBNDSTS, name
            told(smsc, esme, name)
        assert status_of(esme.call(wire.DATA_SM, DATA_SM), wire.DATA_SM) == wire.ESME_ROK
        assert esme.is_alive()


@pytest.mark.parametrize(("first", "second"), list(itertools.product(BINDS, BINDS)))
def test_second_bind(smsc: Smsc, first: str, second: str) -> None:
    with smsc.connect() as esme:
        esme.bind(BINDS[first])
        answer = esme.call(BINDS[second], wire.bind_body())
        assert status_of(answer, BINDS[second]) == wire.ESME_RALYBND
        told(smsc, esme, f"bind_{second}")
        may_submit = first != "receiver"
        status = status_of(esme.call(wire.SUBMIT_SM, PLAIN), wire.SUBMIT_SM)
        assert status == (wire.ESME_ROK if may_submit else wire.ESME_RINVBNDSTS), "it stays bound as before"


def test_what_only_an_smsc_sends(smsc: Smsc) -> None:
    with smsc.connect() as esme:
        for bound in (False, True):
            if bound:
                esme.bind()
            answer = esme.call(wire.DELIVER_SM, PLAIN)
            assert answer.command_id in {wire.GENERIC_NACK, wire.DELIVER_SM | wire.RESPONSE}
            assert answer.command_status in {wire.ESME_RINVBNDSTS, wire.ESME_RINVCMDID}
            for command_id, body in (
                (wire.ALERT_NOTIFICATION, SOURCE + DESTINATION),
                (wire.OUTBIND, b"smsc\0secret\0"),
            ):
                answer = esme.call(command_id, body)
                assert answer.command_id == wire.GENERIC_NACK
                assert answer.command_status in {wire.ESME_RINVBNDSTS, wire.ESME_RINVCMDID}
        told(smsc, esme, "outbind")
        assert esme.is_alive()


def test_requests_after_unbind(smsc: Smsc) -> None:
    with smsc.connect() as esme:
        esme.bind()
        esme.send(wire.pdu(wire.UNBIND, 5) + wire.pdu(wire.SUBMIT_SM, 6, PLAIN))
        frames = esme.expect_close()
        assert frames[0] == Frame(wire.UNBIND | wire.RESPONSE, 0, 5, b"")
        assert all(frame.command_status == wire.ESME_RINVBNDSTS for frame in frames[1:]), frames


@pytest.mark.parametrize("sequence_number", [0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF])
def test_every_sequence_number_is_copied(smsc: Smsc, sequence_number: int) -> None:
    with smsc.connect() as esme:
        esme.bind()
        for command_id, body in ((wire.ENQUIRE_LINK, b""), (wire.SUBMIT_SM, PLAIN), (0x999, b"")):
            esme.send(wire.pdu(command_id, sequence_number, body))
            frame = esme.read()
            assert frame is not None
            assert frame.is_response
            assert frame.sequence_number == sequence_number
