"""What the commands of ``smsc-sim`` share: exit codes, refusals in one line, words taken apart."""

from collections.abc import Sequence
from typing import Final

from smsc_sim.options.arguments import Arguments, Takes, take_apart
from smsc_sim.options.errors import PROGRAM, OptionsError

__all__ = ["FINE", "INTERNAL", "PROGRAM", "TIMED_OUT", "USAGE", "Refused", "chosen", "words_of"]

FINE: Final = 0
USAGE: Final = 2
INTERNAL: Final = 4
TIMED_OUT: Final = 5


class Refused(Exception):
    """A command line that cannot be carried out; the text is one line."""


def words_of(words: Sequence[str], command: str, *flags: str, switches: Sequence[str] = ()) -> Arguments:
    """The words behind a command: those that are no flag, the values of its ``flags``, which ``switches`` are there.

    Raises Refused.
    """
    known = {**dict.fromkeys(flags, Takes.VALUE), **dict.fromkeys(switches, Takes.NOTHING)}
    try:
        return take_apart(list(words), known)
    except OptionsError as error:
        raise Refused(f"{command}: {error.mistakes[0]}") from None


def chosen(value: str | None, flag: str, choices: Sequence[str]) -> str:
    """The value of a flag that takes one of ``choices``, the first when it was not given.  Raises Refused."""
    from smsc_sim.scenario.value_kind import BadValue  # noqa: PLC0415 - most calls need no suggestion

    if value is None:
        return choices[0]
    if value not in choices:
        raise Refused(f"{flag}: {BadValue(value, choices=choices)}")
    return value
