"""Events as JSON lines."""

from __future__ import annotations

import json
from typing import Any

import pytest

from smsc_sim.sim.journal import Direction, Evicted, Journal
from smsc_sim.sim.journal.lines import as_json, encoded, export, gap, header, line
from smsc_sim.sim.journal.notes import DecisionNote, ProtocolErrorNote, ReceiptNote, ResetNote, SwitchNote, Tried
from tests.sim.hostile import SURROGATES, SYSTEM_ID, TEXTS, hostile_journal
from tests.sim.playing import START, Play, SubmitSm

NOW = 1_795_326_824.120391


def parsed(journal: Journal, **choice: Any) -> list[dict[str, Any]]:
    octets = b"".join(export(journal, NOW, **choice))
    assert octets.endswith(b"\n")
    return [json.loads(each) for each in octets.splitlines()]


def test_the_first_line_has_the_version_and_what_is_missing() -> None:
    journal = Journal(300)
    journal.record(NOW, 1, Direction.IN, b"x")
    journal.record(NOW, 1, Direction.IN, b"y")
    first, second = parsed(journal)
    assert first == {
        "v": 1,
        "kind": "journal",
        "t": "2026-11-22T05:53:44.120391Z",
        "first_seq": 2,
        "last_seq": 2,
        "evicted": 1,
    }
    assert second["hex"] == "79"
    with pytest.raises(Evicted):
        export(journal, NOW, after=0)


def test_a_message_as_a_line() -> None:
    game = Play()
    esme = game.bind()
    octets = SubmitSm(text=b"Hello").wire(2)
    esme.give(octets)
    _, _, _, _, request, response = parsed(game.smsc.journal, after=1)[1:7]
    assert request == {
        "seq": 6,
        "t": "2026-03-01T12:00:00Z",
        "kind": "pdu",
        "dir": "in",
        "session": "s1",
        "account": "alpha",
        "bind": "transceiver",
        "pdu": "submit_sm",
        "sequence_number": 2,
        "to": "491701234567",
        "from": "Sender",
        "text": "Hello",
        "coding": "gsm7",
        "data_coding": 0,
        "hex": octets.hex(),
    }
    assert (response["dir"], response["status"], response["command_status"]) == ("out", "ESME_ROK", 0)
    assert response["message_id"] == "0000000001"


def test_notes_as_lines() -> None:
    journal = Journal(10_000)
    journal.note(
        DecisionNote(
            at=NOW, event="submit_sm", rule="no credit left", where="scenario.yaml:7", message="m-31",
            status="ESME_RINVBALANCE", command_status=1035, how="response",
            tried=(Tried("nightly", "event bind, not submit_sm"),),
        )
    )  # fmt: skip
    journal.note(SwitchNote(at=NOW, name="outage", active=False))
    journal.note(ReceiptNote(at=NOW, account="acme", what="refused", message_id="1", again_at=NOW + 1))
    journal.note(ResetNote(at=NOW, account="acme", what=("messages",)))
    journal.note(ProtocolErrorNote(at=NOW, session=3, text="wrong", hex="00"))
    t = "2026-11-22T05:53:44.120391Z"
    assert [as_json(event) for event in journal.events(0).events] == [
        {
            "seq": 1, "t": t, "kind": "decision", "event": "submit_sm", "rule": "no credit left",
            "at": "scenario.yaml:7", "message": "m-31",
            "reply": {"status": "ESME_RINVBALANCE", "number": 1035, "how": "response"},
            "tried": ({"rule": "nightly", "because": "event bind, not submit_sm"},),
        },
        {"seq": 2, "t": t, "kind": "switch", "name": "outage", "active": False},
        {
            "seq": 3, "t": t, "kind": "receipt", "account": "acme", "what": "refused", "message_id": "1",
            "again_at": "2026-11-22T05:53:45.120391Z",
        },
        {"seq": 4, "t": t, "kind": "reset", "account": "acme", "what": ("messages",)},
        {"seq": 5, "t": t, "kind": "protocol_error", "session": "s3", "text": "wrong", "hex": "00"},
    ]  # fmt: skip


def test_lines_can_be_chosen() -> None:
    game = Play()
    game.bind()
    other = game.bind()
    other.submit()
    assert {each["kind"] for each in parsed(game.smsc.journal, kinds=["session"])[1:]} == {"session"}
    assert {each["session"] for each in parsed(game.smsc.journal, session=2)[1:]} == {"s2"}


def test_hostile_texts_arrive_unharmed_on_one_line_each() -> None:
    journal = hostile_journal()
    octets = b"".join(export(journal, START))
    lines = octets.split(b"\n")[:-1]
    assert all(octet >= 0x20 for each in lines for octet in each)
    events = [json.loads(each) for each in lines]
    texts = [event["text"] for event in events if event.get("pdu") == "submit_sm"]
    expected = [text[:32_500] for text in TEXTS.values()]
    assert texts[:-1] == expected
    assert texts[-1] == SURROGATES.decode("utf-16-be", "replace")
    assert {event["account"] for event in events if event.get("pdu") == "submit_sm"} == {SYSTEM_ID}
    assert b"=secret" not in octets


def test_half_a_surrogate_pair_of_a_rule_can_be_written() -> None:
    journal = Journal(10_000)
    journal.note(SwitchNote(at=NOW, name="\ud800", active=True))
    journal.note(DecisionNote(at=NOW, event="bind", rule="r", tried=(Tried("\udfff", "x"),)))
    one, other = (json.loads(line(event)) for event in journal.events(0).events)
    assert one["name"] == "\\ud800"
    assert other["tried"] == [{"rule": "\\udfff", "because": "x"}]
    assert json.loads(encoded({"n": 1})) == {"n": 1}


def test_lines_in_place_of_what_is_missing() -> None:
    assert json.loads(gap(3, 5)) == {"kind": "gap", "from": 3, "to": 5}
    assert json.loads(header(NOW, path="x"))["path"] == "x"
