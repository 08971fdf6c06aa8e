"""Verification: whether what was to happen has happened, or does within some seconds."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, to_builtins
from twisted.internet.defer import Deferred

from smsc_sim.scenario.findings import FindingsError
from smsc_sim.sim.verify.verification import Result, as_json
from smsc_sim.sim.verify.written import read_verification
from smsc_sim.web.console import Console
from smsc_sim.web.endpoint import endpoint
from smsc_sim.web.kept import STORE_PROBLEMS
from smsc_sim.web.problem import BUSY, INVALID, FieldError, ProblemKind
from smsc_sim.web.verifying import answer_to

_Duration = Annotated[str, Meta(max_length=40, description="A duration: 500ms, 1s, 5m.")]
_Name = Annotated[str, Meta(max_length=200)]


class Verify(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What must have happened, in the language of scenario files."""

    event: Literal["submit_sm", "data_sm", "submit_multi"] | None = None
    """Not given: submit_sm."""
    match: dict[str, Any] | None = None
    """Which messages, in the words of ``when``: {"to": "447700900123", "text": "Your code is *"}; not given: all."""
    count: int | Annotated[str, Meta(max_length=40)] | None = None
    """How many: 1, ">=1", "<=5", "2..4", 0; not given: at least one."""
    within: _Duration | None = None
    """How long to wait, at most a minute; not given: what is there now decides."""
    settle: _Duration | None = None
    """How long to wait for one too many."""
    since: Annotated[int, Meta(ge=0, le=2**62)] | None = None
    """A mark: only what came after it."""
    rule: _Name | None = None
    """Those that this rule decided."""
    reply: str | int | list[str | int] | None = None
    """Only those that were answered like this: ESME_RTHROTTLED, 88, 0x58."""
    receipt: str | list[str] | None = None
    """Only those that got a receipt of this state: DELIVRD, UNDELIV."""
    spacing: Annotated[str, Meta(max_length=80)] | None = None
    """The time between two of them: ">=1s per message"."""
    order: Annotated[list[dict[str, Any]], Meta(min_length=2)] | None = None
    """What came one after the other; others may have come between."""


class Difference(Struct, frozen=True, kw_only=True):
    """In what a message falls short."""

    field: str
    wanted: str
    was: str | None
    """Null: it has nothing there."""


class NearMiss(Struct, frozen=True, kw_only=True):
    """A message that nearly was what was wanted."""

    message: str
    differs: list[Difference]


class Verified(Struct, frozen=True, kw_only=True):
    """It is as asked."""

    ok: bool
    count: int
    """Messages that are as asked."""
    waited: str
    """A duration."""
    messages: list[str]
    """The first ones of them, such as ``m-31``."""


class NotVerified(Struct, frozen=True, kw_only=True):
    """It is not as asked, or nobody can tell."""

    ok: bool
    count: int
    waited: str
    messages: list[str]
    reason: str
    nearest: list[NearMiss]
    """The messages that nearly were it, at most three."""
    seen: int
    """Messages that were looked at."""


FAILED = ProblemKind("expectation_failed", HTTPStatus.CONFLICT, "It is not as expected", NotVerified)
EVICTED = ProblemKind("journal_evicted", HTTPStatus.CONFLICT, "What would tell has been dropped", NotVerified)


@endpoint("POST", "/verify", changes=False, problems=(FAILED, EVICTED, BUSY, *STORE_PROBLEMS))
def verify(console: Console, body: Verify) -> Deferred[Verified]:
    """Whether what was to happen has happened, or does within some seconds.

    The answer comes as soon as it is known: at least so many when there are; exactly so many after ``settle``, for one
    too many may come; none when all of ``within`` has passed. Only messages that came since the simulator started are
    looked at. The time that is waited is real, also with a manual clock.
    """
    # In ASCII: controls that were escaped in the request stay so, and are no controls of a file.
    text = json.dumps({key: value for key, value in to_builtins(body).items() if value is not None})
    try:
        spec = read_verification(text)
    except FindingsError as error:
        errors = [
            # The line is that of a text that the caller has never seen.
            FieldError(message=finding.message, path="body", code=finding.code, hint=finding.hint)
            for finding in error.findings
        ]
        raise INVALID.error("The verification has errors.", errors) from None
    return answer_to(console, spec).addCallback(_judged)


def _judged(result: Result) -> Verified:
    about = as_json(result)
    if result.ok:
        return msgspec.convert(about, Verified)
    del about["code"]
    kind = EVICTED if result.code == EVICTED.code else FAILED
    raise kind.error(result.reason, members=msgspec.convert(about, NotVerified))
