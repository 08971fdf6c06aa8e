"""A command line taken apart: flags with their values, and what is no flag.

Both doors, ``smsc-sim run`` and ``twistd smsc-sim``, read their arguments here, so that a mistake gets the same
answer from both.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from smsc_sim.options.errors import OptionsError
from smsc_sim.scenario.value_kind import nearest, quoted


class Takes(Enum):
    """What stands behind a flag."""

    VALUE = "value"
    NOTHING = "nothing"


class HelpAsked(Exception):
    """--help or --version: ``str()`` is what to print before leaving with exit code 0."""


@dataclass
class Arguments:
    """Every flag with its texts in the order of the command line, and the rest."""

    flags: dict[str, list[str]] = field(default_factory=dict)
    rest: list[str] = field(default_factory=list)

    def last(self, flag: str) -> str | None:
        """Return the text that counts of a flag that may be given once."""
        return self.flags[flag][-1] if flag in self.flags else None


def asks_for(arguments: Sequence[str], *flags: str) -> bool:
    """Return whether one of the flags stands in the arguments, before a ``--``."""
    before = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return any(argument in flags for argument in before)


def take_apart(arguments: Sequence[str], known: Mapping[str, Takes]) -> Arguments:
    """Return the arguments by flag. A switch without a value has the text "yes".

    ``--flag value`` and ``--flag=value`` are the same; ``--`` ends the flags. Raises OptionsError.
    """
    found = Arguments()
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            found.rest.extend(waiting)
        elif len(argument) < 2 or not argument.startswith("-"):
            found.rest.append(argument)
        else:
            flag, equals, text = argument.partition("=")
            if flag not in known:
                raise OptionsError([_unknown(flag, known)])
            if not equals and known[flag] is Takes.NOTHING:
                text = "yes"
            elif not equals:
                text = _value(flag, waiting)
            found.flags.setdefault(flag, []).append(text)
    return found


def _value(flag: str, waiting: Iterator[str]) -> str:
    value = next(waiting, None)
    if value is None or value.startswith("--"):
        raise OptionsError([f"{flag}: a value is missing"])
    return value


def _unknown(flag: str, known: Mapping[str, Takes]) -> str:
    close = nearest(flag.lstrip("-"), [name.lstrip("-") for name in known])
    return f"no option {quoted(flag)}; " + (f"did you mean '--{close}'?" if close else "--help lists them")
