"""What is to be said when messages could not be stored: they were not accepted after all."""

from __future__ import annotations

from collections.abc import Iterator

from smsc_sim.sim.messages.ledger import INBOUND, RUN, SUBMISSION, Entry
from smsc_sim.sim.store.rows import asks_for_receipt, content_of, submits_in
from smsc_sim.smpp.commands import CommandId
from smsc_sim.smpp.framing import HEADER, HEADER_LENGTH
from smsc_sim.smpp.pdu import encode_header_only
from smsc_sim.smpp.status import CommandStatus

_RESPONSES = frozenset({CommandId.SUBMIT_SM_RESP, CommandId.SUBMIT_MULTI_RESP, CommandId.DATA_SM_RESP})


def brings_messages(entry: Entry) -> bool:
    """Whether the entry is about messages that nobody can know of when it is lost."""
    return entry[0] in {RUN, SUBMISSION, INBOUND}


def receipt_keys(entry: Entry) -> Iterator[bytes]:
    """The keys of the receipts that these messages were to get."""
    if entry[0] == RUN:
        number, refusals = entry[6], {place for place, _, _ in entry[8]}
        decided = {place: gets_receipt for place, *_, gets_receipt in entry[12]}
        for place, pdu in enumerate(submits_in(entry[9])):
            if place not in refusals:
                if decided[place] if place in decided else asks_for_receipt(content_of(pdu)):
                    yield b"%010d" % number
                number += 1
    elif entry[0] == SUBMISSION:
        for destination in entry[9]:
            for receipt in destination[-1]:
                yield receipt[0]


def refused(octets: bytes) -> bytes:
    """The octets that were to leave, with ESME_RSYSERR in place of every ESME_ROK to a message.

    What is no whole PDU, because a rule bent it, is left as it is.
    """
    pieces: list[bytes] = []
    offset, size = 0, len(octets)
    while size - offset >= HEADER_LENGTH:
        command_length, command_id, command_status, sequence_number = HEADER.unpack_from(octets, offset)
        end = offset + command_length
        if command_length < HEADER_LENGTH or end > size:
            break
        if command_id in _RESPONSES and not command_status:
            pieces.append(encode_header_only(command_id, CommandStatus.ESME_RSYSERR, sequence_number))
        else:
            pieces.append(octets[offset:end])
        offset = end
    return b"".join((*pieces, octets[offset:]))
