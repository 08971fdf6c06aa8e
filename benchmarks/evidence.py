"""What one process of the load client saw, read from its log after the clock has stopped.

Every answer is checked: its sequence_number was outstanding on that bind, its command_status is ESME_ROK, it carries
a message_id.  Receipts are taken apart here and matched to ids in ``figures``, because a receipt may come in on
another bind, in another process, than its submit_sm went out on.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from struct import Struct

from benchmarks.bind import Bind
from benchmarks.commands import DELIVER_SM, HEADER, SUBMIT_SM_RESP
from benchmarks.submissions import FIRST_SEQUENCE

LONGEST_ID = 64
"""Octets of a message_id without its NUL (SMPP 3.4 section 5.2.23)."""

TICKS_A_SECOND = 50
"""How finely the two flows are counted over time."""

RECEIPT_BIT = 0x04
"""esm_class of a deliver_sm that is an SMSC delivery receipt (SMPP 3.4 section 5.2.12)."""

# service_type, source (ton, npi, address), destination, esm_class, protocol_id, priority_flag, two times,
# registered_delivery, replace_if_present_flag, data_coding, sm_default_msg_id, sm_length.
_DELIVER_SM = re.compile(
    rb"[^\0]*\0..([^\0]*)\0..[^\0]*\0(.)..[^\0]*\0[^\0]*\0....(.)",
    re.DOTALL,
)


@dataclass
class Evidence:
    """The checked log of the binds of one process.  Instants are seconds of the monotonic clock."""

    latencies: array[float] = field(default_factory=lambda: array("d"))
    ids: list[bytes] = field(default_factory=list)
    numbers: array[int] = field(default_factory=lambda: array("Q"))
    dues: array[float] = field(default_factory=lambda: array("d"))
    receipt_ids: list[bytes] = field(default_factory=list)
    receipt_sources: list[bytes] = field(default_factory=list)
    receipt_instants: array[float] = field(default_factory=lambda: array("d"))
    first_submit: float = 0.0
    last_response: float = 0.0
    first_receipt: float = 0.0
    last_receipt: float = 0.0
    answers_by_tick: Counter[int] = field(default_factory=Counter)
    receipts_by_tick: Counter[int] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    first_bad_status: int = 0
    problems: list[str] = field(default_factory=list)
    generator_cpu: float = 0.0


def gather(binds: Iterable[Bind], receipts_asked: bool) -> Evidence:
    """Reads the logs of all binds of this process."""
    evidence = Evidence()
    for bind in binds:
        _read_log(bind, evidence, receipts_asked)
        evidence.faults["disconnects"] += bind.disconnected
        evidence.faults["generic_nack"] += bind.generic_nacks
        evidence.faults["protocol"] += bind.unexpected
        if bind.problem and len(evidence.problems) < 10:
            evidence.problems.append(bind.problem)
    return evidence


def _read_log(bind: Bind, evidence: Evidence, receipts_asked: bool) -> None:
    sent_at, due_at = array("d"), array("d")
    for sent, due, step, _, count in bind.sent:
        sent_at.extend([sent] * count)
        due_at.extend(due + step * position for position in range(count))
    if sent_at and (not evidence.first_submit or due_at[0] < evidence.first_submit):
        evidence.first_submit = due_at[0]
    answered = bytearray(len(sent_at))
    for received_at, octets, runs in bind.received:
        for command_id, command_status, start, length, count in runs:
            run = octets[start : start + length * count]
            if command_id == SUBMIT_SM_RESP:
                evidence.last_response = max(evidence.last_response, received_at)
                evidence.answers_by_tick[int(received_at * TICKS_A_SECOND)] += count
                if command_status:
                    evidence.faults["bad_status"] += count
                    evidence.first_bad_status = evidence.first_bad_status or command_status
                _read_responses(bind, evidence, run, length, received_at, sent_at, due_at, answered)
            elif command_id == DELIVER_SM:
                if not evidence.first_receipt or received_at < evidence.first_receipt:
                    evidence.first_receipt = received_at
                evidence.last_receipt = max(evidence.last_receipt, received_at)
                evidence.receipts_by_tick[int(received_at * TICKS_A_SECOND)] += count
                if not receipts_asked:
                    evidence.faults["unrequested_receipts"] += count
                for at in range(0, len(run), length):
                    _read_receipt(evidence, run[at : at + length], received_at)


def _read_responses(
    bind: Bind,
    evidence: Evidence,
    run: bytes,
    length: int,
    received_at: float,
    sent_at: array[float],
    due_at: array[float],
    answered: bytearray,
) -> None:
    assert bind.submissions is not None or not sent_at
    for status, sequence, body in Struct(f">8xII{length - HEADER.size}s").iter_unpack(run):
        index = sequence - FIRST_SEQUENCE
        if not 0 <= index < len(sent_at) or answered[index] or sent_at[index] > received_at:
            evidence.faults["bad_sequence"] += 1
            continue
        answered[index] = 1
        evidence.latencies.append(max(0.0, received_at - due_at[index]))
        if status:
            continue
        message_id, nul, _ = body.partition(b"\0")
        if not message_id or not nul or len(message_id) > LONGEST_ID:
            evidence.faults["no_message_id"] += 1
            continue
        assert bind.submissions is not None
        evidence.ids.append(message_id)
        evidence.numbers.append(bind.submissions.numbers[index])
        evidence.dues.append(due_at[index])


def _read_receipt(evidence: Evidence, pdu: bytes, received_at: float) -> None:
    match = _DELIVER_SM.match(pdu, HEADER.size)
    if match is None or len(pdu) - match.end() < match[3][0]:
        evidence.faults["receipt_malformed"] += 1
        return
    if not match[2][0] & RECEIPT_BIT:
        evidence.faults["delivers_not_receipt"] += 1
        return
    text = pdu[match.end() : match.end() + match[3][0]]
    _, label, rest = text.partition(b"id:")
    message_id = rest.partition(b" ")[0]
    if not label or not message_id or len(message_id) > LONGEST_ID:
        evidence.faults["receipt_malformed"] += 1
        return
    evidence.receipt_ids.append(message_id)
    evidence.receipt_sources.append(match[1])
    evidence.receipt_instants.append(received_at)
