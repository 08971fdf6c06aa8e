"""Why a message would come out as it does."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from smsc_sim.sim.messages.outcome_words import in_words
from smsc_sim.sim.rules.explain import Question, UnknownAccount
from smsc_sim.sim.rules.explain import explain as verdicts_on
from smsc_sim.sim.rules.rulebook import Verdict
from smsc_sim.smpp.errors import EncodeError
from smsc_sim.web.console import Console
from smsc_sim.web.endpoint import endpoint
from smsc_sim.web.problem import INVALID, FieldError
from smsc_sim.web.seconds import Seconds

_Text = Annotated[str, Meta(max_length=1000)]
_Address = Annotated[str, Meta(max_length=64)]


class Explain(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A message that somebody asks about."""

    to: _Address
    text: _Text = ""
    source: _Address = field(name="from", default="")
    account: str = ""
    """Its system_id; empty: the first account."""
    bind: Literal["transceiver", "transmitter", "receiver"] = "transceiver"
    event: Literal["submit_sm", "data_sm", "submit_multi"] = "submit_sm"
    times: Annotated[int, Meta(ge=1, le=100)] = 1
    """Attempts at the same message."""
    every: Seconds | None = None
    """From one attempt to the next."""


class Tried(Struct, frozen=True, kw_only=True):
    """A rule that does not decide."""

    rule: str
    at: str
    because: str


class Attempt(Struct, frozen=True, kw_only=True):
    """One attempt."""

    rule: str | None
    """The rule that decides; null when none does."""
    at: str | None
    """Where it is written."""
    outcome: str
    """What happens, in words."""
    tried: list[Tried]
    """The rules before it, each with why it does not decide."""


class Explained(Struct, frozen=True, kw_only=True):
    """Each attempt in its order."""

    attempts: list[Attempt]


@endpoint("POST", "/explain", changes=False)
def explain(console: Console, body: Explain) -> Explained:
    """Which rule would decide a message, attempt by attempt, and why the earlier ones would not.

    Nothing is sent and nothing counted: the rules in force are asked with counters at zero.
    """
    question = Question(
        to=body.to, text=body.text, source=body.source, account=body.account, bind=body.bind, event=body.event
    )
    in_force = console.in_force
    try:
        verdicts = list(
            verdicts_on(
                question,
                body.times,
                scenario=in_force.together,
                accounts=[account.definition for account in console.smsc.accounts],
                seed=in_force.seed,
                now=console.clock(),
                apart=body.every or 0.0,
            )
        )
    except UnknownAccount:
        raise _invalid("There is no account of this system_id.", "account") from None
    except EncodeError as error:
        raise _invalid(f"SMPP cannot carry this message: {error}", "") from None
    return Explained(attempts=[attempt(verdict) for verdict in verdicts])


def attempt(verdict: Verdict) -> Attempt:
    """A verdict as the API shows it."""
    return Attempt(
        rule=verdict.rule.name if verdict.rule is not None else None,
        at=verdict.rule.at if verdict.rule is not None else None,
        outcome=in_words(verdict.decision),
        tried=[Tried(rule=passed.rule.name, at=passed.rule.at, because=passed.because) for passed in verdict.passed],
    )


def _invalid(message: str, path: str) -> Exception:
    return INVALID.error(message, [FieldError(message=message, path=f"body.{path}".rstrip("."))])
