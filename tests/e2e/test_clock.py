"""A day of messages' time with a client on a real socket: in the order, and with the dates, of a day that passes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e import wire
from tests.e2e.laboratory import laboratory
from tests.e2e.messages import nothing_came, parse

DAY = 86_400.0
ESME_RMSGQFUL = 0x14


def test_messages_of_a_day(tmp_path: Path) -> None:
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(
        "smsc: 1\nrules:\n"
        '  - {name: handset off, when: {to: "*9"}, receipt: {state: EXPIRED, after: validity}}\n'
        '  - {name: in the evening, when: {to: "*8"}, receipt: {state: DELIVRD, after: 8h}}\n',
        encoding="utf-8",
    )
    with laboratory(tmp_path, "--clock", "manual", str(scenario)) as lab, lab.connect() as esme:
        assert lab.smsc.ready["clock"] == "manual"
        esme.bind()
        off = esme.submit(destination_addr="4479", registered_delivery=1, validity_period="000001000000000R")
        evening = esme.submit(destination_addr="4478", registered_delivery=1)
        usual = esme.submit(destination_addr="4477", registered_delivery=1)
        assert nothing_came(esme), "time stands still"

        lab.begin_advance(DAY)
        came = []
        for status in (ESME_RMSGQFUL, ESME_RMSGQFUL, 0, 0, 0):
            frame = esme.read() or pytest.fail("closed")
            esme.send(wire.pdu(frame.command_id | wire.RESPONSE, frame.sequence_number, b"\0", status))
            receipt = parse(frame)
            came.append(
                (receipt.receipted_message_id, receipt.part("stat"), receipt.text.partition("done date:")[2][:10])
            )
        # A look for what has waited for a day comes at the end of it, too, and finds nothing.
        reported = [(seconds, what) for seconds, what in lab.arrived() if not what.startswith("discard ")]
        assert came == [
            (usual, "DELIVRD", "2601311200"),
            (usual, "DELIVRD", "2601311200"),
            (usual, "DELIVRD", "2601311200"),
            (evening, "DELIVRD", "2601312000"),
            (off, "EXPIRED", "2602011200"),
        ]
        assert [seconds for seconds, _ in reported] == pytest.approx([1, 6, 21, 8 * 3600, DAY], abs=1)
        assert reported[-1][1] == f"receipt EXPIRED of message {off} on s1 for smppclient1"
        assert esme.is_alive(), "its timers did not see the day"
