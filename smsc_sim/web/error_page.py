"""What the page of an error says: what it is in plain words, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from smsc_sim.web.kept import BAD_SEARCH, NOT_KEPT, STORE_FAILED
from smsc_sim.web.page import Page
from smsc_sim.web.problem import (
    BAD_PARAMETER,
    BODY_TYPE,
    BUSY,
    CONFLICT,
    FORBIDDEN,
    INTERNAL,
    INVALID,
    METHOD,
    MISDIRECTED,
    NOT_FOUND,
    READ_ONLY,
    TOO_LARGE,
    TOO_MANY,
    UNAUTHENTICATED,
    ProblemKind,
)


@dataclass(frozen=True, slots=True)
class Advice:
    """Words for one kind of problem."""

    heading: str
    next: str


_CORRECT: Final = "Go back, correct it and send it again; nothing was changed."

ADVICE: Final[Mapping[ProblemKind, Advice]] = {
    NOT_FOUND: Advice("There is nothing here", "Is the address whole? These lead to all that there is:"),
    READ_ONLY: Advice("You may look, not change", "Log out, and log in as somebody whose role is admin."),
    UNAUTHENTICATED: Advice("Who are you?", "Log in, or send a token with the request."),
    FORBIDDEN: Advice(
        "This was not let through",
        "Open the page anew and do it there: old forms and those of other sites are not taken.",
    ),
    MISDIRECTED: Advice(
        "Not under this name",
        "Open the console by the address that it listens on, or start the simulator with --allowed-host and this name.",
    ),
    TOO_MANY: Advice("Too many failed attempts", "Wait as long as it says, then try again."),
    TOO_LARGE: Advice("This was too much at once", "Send less, in several pieces perhaps. Nothing was changed."),
    BODY_TYPE: Advice("This is no form of ours", "Programs find what they need below /api/v1."),
    METHOD: Advice("Not in this way", "Open it from its page rather than by its address."),
    INVALID: Advice("Something in the form is wrong", _CORRECT),
    BAD_PARAMETER: Advice("Something in the address is wrong", "Go back, or begin anew:"),
    BAD_SEARCH: Advice("The search cannot be read", "The page of messages shows where the mistake is."),
    CONFLICT: Advice("This does not fit", "Go back, and look at how things stand now."),
    NOT_KEPT: Advice("No messages are kept", "Start the simulator without --retain 0 to have them."),
    STORE_FAILED: Advice(
        "The message store fails", "Look whether the disk is full or the folder is gone. SMPP goes on in the meantime."
    ),
    BUSY: Advice("Too much is going on", "Try again in a moment."),
    INTERNAL: Advice("The simulator made a mistake", "Try again. If it stays so, its log has the reason."),
}

_ELSE: Final = "Go back, or begin anew:"


def advice(kind: ProblemKind) -> Advice:
    """The words for a problem; its title where there are no others."""
    return ADVICE.get(kind) or Advice(kind.title, _ELSE)


def nearest(path: str, menu: Iterable[Page]) -> Page | None:
    """The page of the menu that a path below it belongs to; None for the first page and for no page."""
    found = [page for page in menu if page.path != "/" and (path == page.path or path.startswith(page.path + "/"))]
    return max(found, key=lambda page: len(page.path), default=None)
