"""Where the simulator listens: Twisted server endpoint strings, checked, opened, and named.

An endpoint string is what ``twisted.internet.endpoints.serverFromString`` takes:
``tcp:2775:interface=127.0.0.1``, ``tcp6:2775``, ``unix:/run/smsc.sock``,
``ssl:2776:privateKey=key.pem:certKey=cert.pem``. Twisted answers a mistaken one with a traceback, or with an
overflow when it listens; here the answer is one line that names the option.
"""

import ipaddress
import os
import re
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from OpenSSL import SSL
from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import serverFromString
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import (
    IListeningPort,
    IOpenSSLContextFactory,
    IProtocolFactory,
    IReactorTime,
    IStreamServerEndpoint,
)
from twisted.protocols.tls import TLSMemoryBIOFactory, TLSMemoryBIOProtocol
from twisted.python.failure import Failure
from zope.interface import implementer

OFF: Final = "none"
"""The endpoint that switches a listener off."""

EXAMPLE: Final = "tcp:2775:interface=127.0.0.1"

BACKLOG: Final = 1024
"""Connections that may wait for accept(), unless the string says otherwise. Twisted's 50 loses clients that
come in a crowd."""

_MAXIMUM_PORT: Final = 65535
_TLS_TYPES: Final = frozenset({"ssl", "tls"})

_LISTENING: Final = frozenset({"interface", "backlog"})
_CERTIFICATE: Final = frozenset({"privateKey", "certKey", "sslmethod", "extraCertChain", "dhParameters"})

# What Twisted's endpoint types call their one positional argument, and the keywords beside it. A type that is
# not listed (tls, systemd, haproxy, another package's) is left to its own parser.
_ARGUMENTS: Final[dict[str, tuple[str, frozenset[str]]]] = {
    "tcp": ("port", _LISTENING),
    "tcp6": ("port", _LISTENING),
    "ssl": ("port", _LISTENING | _CERTIFICATE),
    "unix": ("address", frozenset({"mode", "backlog", "lockfile"})),
}


class EndpointError(ValueError):
    """An endpoint string that cannot be used; ``str()`` is one line: option, string, what is wrong."""

    def __init__(self, option: str, description: str, reason: str) -> None:
        super().__init__(f"{option} {description}: {reason}" if description else f"{option}: {reason}")
        self.option = option
        self.description = description
        self.reason = reason


class CannotListen(Exception):
    """A port cannot be opened; ``str()`` is ``cannot listen on 127.0.0.1:2775: address already in use``."""

    exit_code: Final = 3

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"cannot listen on {where}: {reason}")
        self.where = where
        self.reason = reason


@implementer(IStreamServerEndpoint)
class TlsEndpoint:
    """A stream endpoint whose every connection speaks TLS."""

    def __init__(
        self, reactor: IReactorTime, endpoint: IStreamServerEndpoint, context_factory: IOpenSSLContextFactory
    ) -> None:
        self._reactor = reactor
        self._endpoint = endpoint
        self._context_factory = context_factory

    def listen(self, protocolFactory: IProtocolFactory) -> "Deferred[IListeningPort]":
        """Listen; the protocols of ``protocolFactory`` get what the peer sent, decrypted."""
        wrapped = TLSMemoryBIOFactory(self._context_factory, False, protocolFactory, self._reactor)
        # Twisted's own choice gathers small writes for a turn of the reactor; sessions write once for each event.
        wrapped.protocol = TLSMemoryBIOProtocol
        return self._endpoint.listen(wrapped)


@dataclass(frozen=True, slots=True)
class _Parts:
    kind: str
    positional: tuple[str, ...]
    keywords: dict[str, str]


def is_off(description: str) -> bool:
    """Whether the endpoint string says that there shall be no listener."""
    return description.strip().lower() == OFF


def brings_tls(description: str) -> bool:
    """Whether the endpoint string is one of Twisted's own TLS endpoints, with a certificate of its own."""
    return description.partition(":")[0] in _TLS_TYPES


def stream_endpoint(reactor: Any, description: str, *, option: str) -> IStreamServerEndpoint:
    """The endpoint that a string describes.

    ``option`` is the name under which the string was given, such as ``--smpp``. Raises EndpointError.
    """
    parts = _checked(description, option)
    if parts.kind in _ARGUMENTS and "backlog" not in parts.keywords:
        complete = f"{description}:backlog={BACKLOG}"
    else:
        complete = description
    try:
        endpoint: IStreamServerEndpoint = serverFromString(reactor, complete)
    except OSError as error:
        reason = f"{error.filename or 'the system'}: {reason_of(error)}"
    except SSL.Error:
        reason = "OpenSSL does not accept this certificate or key"
    except Exception as error:  # a plugin's parser may raise anything; it is the description that is wrong
        reason = _one_line(error)
    else:
        return endpoint
    raise EndpointError(option, description, reason)


def tls_endpoint(
    reactor: Any, description: str, *, option: str, context_factory: IOpenSSLContextFactory
) -> IStreamServerEndpoint:
    """The endpoint that a string describes, with TLS put on it; one that brings TLS is taken as it is.

    Raises EndpointError.
    """
    endpoint = stream_endpoint(reactor, description, option=option)
    if brings_tls(description):
        return endpoint
    return TlsEndpoint(reactor, endpoint, context_factory)


def listen(endpoint: IStreamServerEndpoint, factory: IProtocolFactory, description: str) -> "Deferred[IListeningPort]":
    """Open the port; the Deferred fails with CannotListen when the system refuses."""

    def refused(failure: Failure) -> NoReturn:
        failure.trap(CannotListenError, OSError)
        raise _cannot_listen(failure.value, description) from failure.value

    return endpoint.listen(factory).addErrback(refused)


def address_of(port: IListeningPort) -> str:
    """The address a port listens on: ``127.0.0.1:2775``, ``[::1]:2775`` or ``unix:/path``."""
    host = port.getHost()
    if isinstance(host, (IPv4Address, IPv6Address)):
        return _host_and_port(host.host, host.port)
    if isinstance(host, UNIXAddress):
        return f"unix:{os.fsdecode(host.name or b'')}"
    return str(host)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a host: ``localhost``, ``127.0.0.0/8``, ``::1`` and its IPv4 form.

    The empty interface, ``0.0.0.0`` and ``::`` mean every interface, so they are not.
    """
    bare = host.removeprefix("[").removesuffix("]")
    if bare.lower().removesuffix(".") == "localhost":
        return True
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped.is_loopback
    return address.is_loopback


def reason_of(error: OSError) -> str:
    """What the system says, without its number and its capital: ``address already in use``."""
    text = error.strerror or str(error)
    return text[:1].lower() + text[1:]


def _checked(description: str, option: str) -> _Parts:
    if not description.strip():
        raise EndpointError(option, "", f"an endpoint is needed, such as {EXAMPLE}, or {OFF}")
    if description.isdecimal():
        written_out = f"tcp:{description}:interface=127.0.0.1"
        raise EndpointError(option, description, f"a port alone is not an endpoint; write {written_out}")
    parts = _split(description, option)
    if parts.kind in _ARGUMENTS:
        reason = _fault(parts)
        if reason:
            raise EndpointError(option, description, reason)
    return parts


def _split(description: str, option: str) -> _Parts:
    # Twisted's own rules: a colon separates, the first "=" of a part makes it a keyword, a backslash takes
    # the next character as it is.
    pieces: list[list[str]] = [[""]]
    characters = iter(description)
    for character in characters:
        if character == ":":
            pieces.append([""])
        elif character == "=" and len(pieces[-1]) == 1:
            pieces[-1].append("")
        elif character == "\\":
            following = next(characters, None)
            if following is None:
                raise EndpointError(option, description, "ends in a backslash that escapes nothing")
            pieces[-1][-1] += following
        else:
            pieces[-1][-1] += character
    values = [piece[0] for piece in pieces if len(piece) == 1]
    keywords = {piece[0]: piece[1] for piece in pieces if len(piece) > 1}
    return _Parts(values[0] if values else "", tuple(values[1:]), keywords)


def _fault(parts: _Parts) -> str:
    """What is wrong with an endpoint of a known type; empty when nothing is."""
    name, allowed = _ARGUMENTS[parts.kind]
    given = parts.keywords.get(name)
    positional = [*parts.positional, *([] if given is None else [given])]
    unknown = sorted(parts.keywords.keys() - allowed - {name})
    numbers = {"backlog": parts.keywords.get("backlog", str(BACKLOG))}
    if name == "port" and positional:
        numbers["port"] = positional[0]
    for what, text in numbers.items():
        if not re.fullmatch("[0-9]{1,9}", text) or int(text) > _MAXIMUM_PORT:
            return f"{what} {text!r} is not a number from 0 to {_MAXIMUM_PORT}"
    if not positional or not positional[0]:
        return f"the {name} is missing, as in {EXAMPLE if name == 'port' else parts.kind + ':/path'}"
    if unknown:
        return f"{parts.kind} does not know {unknown[0]!r}; it takes {', '.join(sorted(allowed))}"
    if len(positional) > 1:
        return f"too many parts from {positional[1]!r} on; the colons of an address are written \\:"
    return ""


def _cannot_listen(error: BaseException | None, description: str) -> CannotListen:
    if isinstance(error, CannotListenError):
        port, cause = error.port, error.socketError
        where = f"unix:{os.fsdecode(port)}" if isinstance(port, (str, bytes)) else ""
        where = where or _host_and_port(error.interface or "*", port)
        return CannotListen(where, reason_of(cause) if isinstance(cause, OSError) else _one_line(cause))
    return CannotListen(description, reason_of(error) if isinstance(error, OSError) else str(error))


def _host_and_port(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _one_line(error: object) -> str:
    return " ".join(str(error).split()) or type(error).__name__
