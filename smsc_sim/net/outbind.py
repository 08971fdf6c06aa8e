"""Connections that the simulator makes: to an ESME that waits for an outbind."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, NoReturn

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.defer import TimeoutError as DeferredTimeoutError
from twisted.internet.endpoints import clientFromString
from twisted.internet.error import ConnectError, ConnectingCancelledError
from twisted.internet.error import TimeoutError as ConnectTimeoutError
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.internet.protocol import Factory
from twisted.python.failure import Failure

from smsc_sim.net.driver import Driver
from smsc_sim.net.endpoints import EndpointError, reason_of
from smsc_sim.net.protocol import SmppProtocol
from smsc_sim.sim.sessions.outbind import Outbind
from smsc_sim.sim.sessions.session import Session

CONNECT_WITHIN = 10.0
"""Seconds."""

_TOO_LATE = (DeferredTimeoutError, ConnectTimeoutError, CancelledError, ConnectingCancelledError)

EXAMPLE = "tcp:127.0.0.1:2775"


class CannotConnect(Exception):
    """The ESME is not reached; ``str()`` is ``cannot connect to tcp:127.0.0.1:2775: connection refused``."""

    def __init__(self, description: str, reason: str) -> None:
        super().__init__(f"cannot connect to {description}: {reason}")
        self.description = description
        self.reason = reason


def send_outbind(
    reactor: Any, driver: Driver, description: str, outbind: Outbind, *, within: float = CONNECT_WITHIN
) -> Deferred[Session]:
    """Connect to an endpoint of Twisted, such as :data:`EXAMPLE`, and send an outbind.

    The Deferred gives the session as soon as the outbind is on its way; the ESME then has the time of session_init to
    bind.  It fails with CannotConnect after ``within`` seconds at the latest.  Raises EndpointError for a description
    that is none.
    """
    endpoint = _client_endpoint(reactor, description)
    factory = Factory.forProtocol(lambda: SmppProtocol(driver, outbind))
    factory.noisy = False

    def refused(failure: Failure) -> NoReturn:
        raise CannotConnect(description, _words(failure, within)) from failure.value

    connecting: Deferred[Any] = endpoint.connect(factory)
    connecting.addTimeout(within, reactor)
    connecting.addErrback(refused)
    return connecting.addCallback(_session)


class Outbinds:
    """The outbinds of one simulator: what became of each is said, and those under way can be given up."""

    def __init__(self, reactor: Any, driver: Driver, say: Callable[[str, str], None]) -> None:
        """``say`` gets the level and the text of a line for the log."""
        self._reactor = reactor
        self._driver = driver
        self._say = say
        self._under_way: set[Deferred[Session]] = set()

    def send(self, description: str, outbind: Outbind) -> Deferred[Session]:
        """Like :func:`send_outbind`; the log has a failure, too."""
        sending = send_outbind(self._reactor, self._driver, description, outbind)
        self._under_way.add(sending)

        def failed(failure: Failure) -> Failure:
            self._say("warn", f"no outbind: {failure.getErrorMessage()}")
            return failure

        def done(result: Any) -> Any:
            self._under_way.discard(sending)
            return result

        return sending.addErrback(failed).addBoth(done)

    def cancel(self) -> None:
        """Give up those that are under way."""
        for sending in list(self._under_way):
            sending.cancel()


def _session(protocol: SmppProtocol) -> Session:
    return protocol.session


def _client_endpoint(reactor: Any, description: str) -> IStreamClientEndpoint:
    option = "outbind"
    if not description.strip():
        raise EndpointError(option, "", f"an endpoint is needed, such as {EXAMPLE}")
    try:
        endpoint: IStreamClientEndpoint = clientFromString(reactor, description)
    except TypeError as error:  # what is missing, as Python says it of a function
        raise EndpointError(option, description, f"is not whole; write for example {EXAMPLE}") from error
    except Exception as error:  # a plugin's parser may raise anything; it is the description that is wrong
        reason = " ".join(str(error).split()) or type(error).__name__
        raise EndpointError(option, description, f"{reason}; write for example {EXAMPLE}") from error
    return endpoint


def _words(failure: Failure, within: float) -> str:
    """Why there is no connection, in one line."""
    error = failure.value
    if isinstance(error, _TOO_LATE):
        return f"no connection within {within:g} s, or given up before"
    if isinstance(error, ConnectError) and isinstance(error.osError, int):
        return reason_of(OSError(error.osError, os.strerror(error.osError)))
    if isinstance(error, OSError) and error.strerror:
        return reason_of(error)
    return " ".join(failure.getErrorMessage().split()).rstrip(".") or type(error).__name__
