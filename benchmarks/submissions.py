"""The submit_sm of one bind, encoded before the clock starts.

A load client that encodes while it measures, measures itself.  Here every PDU lies ready in one run of octets;
sending the next hundred is one slice.
"""

import random
import struct
from array import array
from itertools import accumulate

from benchmarks.commands import SUBMIT_SM

FIRST_SEQUENCE = 2
"""The sequence_number of a bind's first submit_sm; 1 was its bind."""

SOURCE_ADDR = b"12345"
VARIANTS = 64
ALPHABET = b"etaoinshrdlucmfwypvbgkjqxz  ETAOIN.,0123456789"
_HEADER = struct.Struct(">III")
_SEQUENCE = struct.Struct(">I")


def destination_addr(number: int) -> bytes:
    """The destination_addr of the message with this number (0 ≤ number < 10**8), 12 digits, one for each message."""
    return b"4477%08d" % number


class Submissions:
    """The prepared submit_sm of one bind (SMPP 3.4 section 4.4.1).

    ``numbers`` are the messages' numbers in the whole run, ``shortest`` and ``longest`` the octets of
    short_message, ``receipts`` sets registered_delivery to 1.
    """

    __slots__ = ("numbers", "octets", "offsets")

    def __init__(self, numbers: range, *, receipts: bool, shortest: int, longest: int, seed: int) -> None:
        dice = random.Random(seed)
        heads: list[bytes] = []
        tails: list[bytes] = []
        middle = b"\0" + b"\x01\x01" + SOURCE_ADDR + b"\0" + b"\x01\x01"
        for _ in range(VARIANTS):
            text = bytes(dice.choices(ALPHABET, k=dice.randint(shortest, longest)))
            # After destination_addr: esm_class, protocol_id, priority_flag, two times, registered_delivery,
            # replace_if_present_flag, data_coding, sm_default_msg_id, sm_length, short_message.
            tails.append(b"\0\0\0\0\0\0" + bytes([int(receipts), 0, 0, 0, len(text)]) + text)
            length = 16 + len(middle) + len(destination_addr(0)) + len(tails[-1])
            heads.append(_HEADER.pack(length, SUBMIT_SM, 0))
        variants = dice.choices(range(VARIANTS), k=len(numbers))
        pack = _SEQUENCE.pack
        pdus = [
            heads[variant] + pack(sequence) + middle + destination_addr(number) + tails[variant]
            for sequence, (number, variant) in enumerate(zip(numbers, variants, strict=True), FIRST_SEQUENCE)
        ]
        self.numbers = numbers
        self.octets = memoryview(b"".join(pdus))
        self.offsets = array("Q", accumulate(map(len, pdus), initial=0))

    def __len__(self) -> int:
        return len(self.numbers)

    def slice(self, first: int, stop: int) -> memoryview:
        """The octets of the PDUs with the indexes first (inclusive) to stop (exclusive)."""
        return self.octets[self.offsets[first] : self.offsets[stop]]
