"""Asking for verifications: what is answered when they fail, or cannot be asked."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from smsc_sim.sim.verify.verification import Result
from smsc_sim.sim.verify.waiting import MOST_WAITING, TooManyWaiting
from smsc_sim.sim.verify.written import VerificationSpec
from smsc_sim.web.console import Console
from smsc_sim.web.kept import kept_of, store_failed
from smsc_sim.web.problem import BUSY


def answer_to(console: Console, spec: VerificationSpec) -> Deferred[Result]:
    """The answer to a verification when it is known.  Fails with ProblemError."""
    kept_of(console)
    verifier = console.verifier()
    assert verifier is not None, "there is one wherever messages are kept"
    try:
        return verifier.verify(spec).addErrback(store_failed)
    except TooManyWaiting:
        raise BUSY.error(f"There are {MOST_WAITING} verifications waiting already.") from None
