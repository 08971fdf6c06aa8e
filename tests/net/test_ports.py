"""The ports of a simulator: opened together, or not at all."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IOpenSSLContextFactory
from twisted.internet.protocol import Factory
from twisted.internet.testing import MemoryReactorClock
from twisted.python.failure import Failure

from smsc_sim.net.endpoints import CannotListen, EndpointError
from smsc_sim.net.ports import Listeners, Ports


class OnePortTaken(MemoryReactorClock):
    """A reactor that refuses port 2, and remembers whose listening was ended."""

    def __init__(self) -> None:
        super().__init__()
        self.ended: list[int] = []

    def listenTCP(self, port: int, factory: Any, backlog: int = 50, interface: str = "") -> Any:
        if port == 2:
            raise CannotListenError(interface, port, OSError(98, "in use"))
        listening: Any = super().listenTCP(port, factory, backlog, interface)
        listening.stopListening = lambda: self.ended.append(port)
        return listening


def no_context() -> IOpenSSLContextFactory:
    raise AssertionError


def ports(reactor: Any, *descriptions: str, http: tuple[str, ...] = ()) -> Ports:
    kinds = {"smpp": Listeners("--smpp", descriptions, Factory()), "http": Listeners("--http", http, Factory())}
    return Ports(reactor, kinds, no_context)


def test_all_are_opened_and_closed() -> None:
    reactor = OnePortTaken()
    made = ports(reactor, "tcp:1", "none", http=("tcp:3",))
    assert made.addresses == {"smpp": [], "http": []}
    opened: list[str] = []
    refused: list[list[Failure]] = []
    made.open(lambda kind, port: opened.append(kind)).addCallback(refused.append)
    assert refused == [[]]
    assert opened == ["smpp", "http"]
    assert made.addresses == {"smpp": ["0.0.0.0:1"], "http": ["0.0.0.0:3"]}
    assert len(made.close()) == 2
    assert reactor.ended == [1, 3]


def test_none_stays_open_beside_one_that_is_refused() -> None:
    reactor = OnePortTaken()
    made = ports(reactor, "tcp:1", "tcp:2", http=("tcp:3",))
    with pytest.raises(CannotListen):
        made.open(lambda kind, port: None)
    assert reactor.ended == [1, 3]


def test_a_context_is_made_once_and_only_where_it_is_needed() -> None:
    made: list[object] = []

    def make() -> Any:
        made.append(object())
        return made[-1]

    for descriptions, contexts in ((("none",), 0), (("tcp:1", "tcp:3"), 1)):
        Ports(MemoryReactorClock(), {"tls": Listeners("--smpp-tls", descriptions, Factory(), tls=True)}, make)
        assert len(made) == contexts


def test_what_is_no_endpoint_is_said_before_anything_opens() -> None:
    reactor = OnePortTaken()
    with pytest.raises(EndpointError, match="--http"):
        ports(reactor, "tcp:1", http=("nonsense:",))
    assert reactor.tcpServers == []
