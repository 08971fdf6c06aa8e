"""Message ids: consecutive numbers."""

from __future__ import annotations

BLOCK = 10_000
"""Ids are made by joining a prepared block prefix with one of this many prepared endings."""

LOW: tuple[bytes, ...] = tuple(b"%04d" % number for number in range(BLOCK))
"""The endings of the decimal form, ``0000`` to ``9999``."""


class MessageIds:
    """The next message id; its usual form is decimal with ten digits (SMPP 3.4 appendix B).

    The message path reads ``high`` and ``low`` itself and joins ``high + LOW[low]``, because formatting a number for
    each message costs more than the rest of the response; :meth:`take` gives the number
    for every other form.
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

    def take(self) -> int:
        """The number of the next id, which is then used up."""
        number = self.number
        self.low += 1
        if self.low == BLOCK:
            self.roll()
        return number
