"""Message ids: consecutive numbers in the form that the session's SMPP version can carry."""

from __future__ import annotations

BLOCK = 10_000
"""Ids are made by joining a prepared block prefix with one of this many prepared endings."""

LOW: tuple[bytes, ...] = tuple(b"%04d" % number for number in range(BLOCK))
"""The endings of the decimal form, ``0000`` to ``9999``."""


class MessageIds:
    """The next message id; decimal with ten digits (SMPP 3.4 appendix B), or eight hexadecimal digits for 3.3.

    The message path reads ``high`` and ``low`` itself and joins ``high + LOW[low]``, because formatting a number for
    each message costs more than the rest of the response; :meth:`take` is the same in one call.
    """

    __slots__ = ("_block", "high", "low")

    def __init__(self, first: int = 1) -> None:
        """``first``: the number of the first id, 0 or more."""
        self._block, self.low = divmod(first, BLOCK)
        self.high = b"%06d" % self._block
        """The leading digits, up to the last four."""

    @property
    def number(self) -> int:
        """The number that the next id has."""
        return self._block * BLOCK + self.low

    def roll(self) -> None:
        """Go on to the next block; to be called when ``low`` has reached :data:`BLOCK`."""
        self._block += 1
        self.low = 0
        self.high = b"%06d" % self._block

    def take(self, interface_version: int = 0x34) -> bytes:
        """The next id for a session of this interface_version.

        SMPP 3.3 has message_id as a hexadecimal C-octet string of at most 8 digits.
        """
        number = self.number
        message_id = self.high + LOW[self.low]
        self.low += 1
        if self.low == BLOCK:
            self.roll()
        return message_id if interface_version >= 0x34 else b"%08X" % (number & 0xFFFFFFFF)
