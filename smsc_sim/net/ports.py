"""The ports of a simulator: which there are to be, their opening, and where they listen then."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from twisted.internet.defer import Deferred, DeferredList, maybeDeferred
from twisted.internet.interfaces import (
    IListeningPort,
    IOpenSSLContextFactory,
    IProtocolFactory,
    IStreamServerEndpoint,
)
from twisted.python.failure import Failure

from smsc_sim.net.endpoints import address_of, is_off, listen, stream_endpoint, tls_endpoint


@dataclass(frozen=True, slots=True)
class Listeners:
    """What one kind of port is: the option that names it, the endpoints that it was given, its factory."""

    option: str
    descriptions: tuple[str, ...]
    factory: IProtocolFactory
    tls: bool = False


class Ports:
    """All ports of one simulator, open from :meth:`open` to :meth:`close`."""

    def __init__(
        self, reactor: Any, kinds: Mapping[str, Listeners], make_context: Callable[[], IOpenSSLContextFactory]
    ) -> None:
        """``make_context()`` is called once, if a port needs TLS of ours.

        Raises EndpointError for a description that is none, and what ``make_context`` raises.
        """
        self._reactor = reactor
        self._kinds = kinds
        self.addresses: dict[str, list[str]] = {kind: [] for kind in kinds}
        """Where the ports of each kind listen by now."""
        self._endpoints = list(self._parse(make_context))
        self._open: list[IListeningPort] = []

    def open(self, opened: Callable[[str, IListeningPort], None]) -> Deferred[list[Failure]]:
        """Open all; ``opened`` gets the kind and the port of each as soon as it listens.

        The Deferred gives the failures of those that do not.  Raises CannotListen when one is refused at once; then
        none stays open.
        """
        refused: list[Failure] = []
        opening = []
        for kind, description, endpoint in self._endpoints:
            listening = listen(endpoint, self._kinds[kind].factory, description)
            listening.addCallback(self._opened, kind, opened)
            listening.addErrback(refused.append)
            opening.append(listening)
        if refused:
            self.close()
            refused[0].raiseException()
        return DeferredList(opening).addCallback(lambda _: refused)

    def close(self) -> list[Deferred[Any]]:
        """Stop listening; each Deferred gives that one port has."""
        return [maybeDeferred(port.stopListening) for port in self._open]

    def _opened(self, port: IListeningPort, kind: str, opened: Callable[[str, IListeningPort], None]) -> None:
        self._open.append(port)
        self.addresses[kind].append(address_of(port))
        opened(kind, port)

    def _parse(
        self, make_context: Callable[[], IOpenSSLContextFactory]
    ) -> Iterator[tuple[str, str, IStreamServerEndpoint]]:
        context: IOpenSSLContextFactory | None = None
        for kind, listeners in self._kinds.items():
            for description in listeners.descriptions:
                if is_off(description):
                    continue
                if listeners.tls:
                    context = context or make_context()
                    endpoint = tls_endpoint(
                        self._reactor, description, option=listeners.option, context_factory=context
                    )
                else:
                    endpoint = stream_endpoint(self._reactor, description, option=listeners.option)
                yield kind, description, endpoint
