"""Carrying out an endpoint: reads the request as its row of the table says, calls it, writes its answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, cast

import msgspec
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.web.iweb import IRequest

from smsc_sim.web import seconds
from smsc_sim.web.access import User
from smsc_sim.web.call import Call, Octets, Rows, Stream, Written
from smsc_sim.web.console import Console
from smsc_sim.web.endpoint import CSV, JSON, YAML, Endpoint
from smsc_sim.web.problem import (
    BAD_PARAMETER,
    BODY_TYPE,
    INVALID,
    MALFORMED,
    NOT_ACCEPTABLE,
    NOT_FOUND,
    READ_ONLY,
    FieldError,
)

_SENT_AS_YAML = frozenset({YAML, "application/x-yaml", "text/yaml", "text/x-yaml"})


def carry_out(
    endpoint: Endpoint, console: Console, user: User, request: IRequest, parts: Mapping[str, str]
) -> Deferred[bytes | None]:
    """The octets of the answer to a request; None when a stream has written them.

    Fails with ProblemError for what is wrong with the request.
    """
    return maybeDeferred(_call, endpoint, console, user, request, parts).addCallback(_write, endpoint, request)


def _call(endpoint: Endpoint, console: Console, user: User, request: IRequest, parts: Mapping[str, str]) -> Any:
    if endpoint.changes and not user.may_change:
        raise READ_ONLY.error("The credentials are those of a read-only user.")
    _check_accept(endpoint, _header(request, "accept"))
    arguments: dict[str, Any] = {name: _part(name, kind, parts[name]) for name, kind in endpoint.parts.items()}
    query = _query(endpoint.query, request)
    if endpoint.query is not None:
        arguments["query"] = query
    body = _body(endpoint, request)
    if endpoint.body is not None:
        arguments["body"] = body
    if endpoint.console:
        arguments[endpoint.console] = console
    if endpoint.call:
        arguments[endpoint.call] = Call(user, lambda name: _header(request, name))
    return endpoint.function(**arguments)


def _header(request: IRequest, name: str) -> str:
    return request.getHeader(name) or ""


def _part(name: str, kind: type, text: str) -> str | int:
    if kind is str:
        return text
    if text.isascii() and text.isdecimal() and len(text) < 19:
        return int(text)
    raise NOT_FOUND.error(f"{name} is a number.")


def _query(model: type[msgspec.Struct] | None, request: IRequest) -> Any:
    values: dict[str, Any] = {}
    several = {
        field.encode_name
        for field in (msgspec.structs.fields(model) if model is not None else ())
        if isinstance(msgspec.inspect.type_info(field.type), msgspec.inspect.VarTupleType)
    }
    given: dict[bytes, list[bytes]] = cast("Any", request).query
    try:
        texts = {name.decode(): [text.decode() for text in found] for name, found in given.items()}
    except UnicodeDecodeError:
        raise BAD_PARAMETER.error("Query parameters are UTF-8.") from None
    known = {field.encode_name for field in msgspec.structs.fields(model)} if model is not None else set()
    for name, found in texts.items():
        if name not in known:
            hint = f"known are {', '.join(sorted(known))}" if known else "there are none here"
            raise _bad_parameter(f"There is no query parameter {name[:60]!r} here; {hint}.", name)
        if name in several:
            values[name] = found
        elif len(found) > 1:
            raise _bad_parameter(f"The query parameter {name!r} is given {len(found)} times.", name)
        else:
            values[name] = found[0]
    if model is None:
        return None
    try:
        return msgspec.convert(values, model, strict=False, dec_hook=seconds.read)
    except msgspec.ValidationError as error:
        message, path = _taken_apart(error)
        raise _bad_parameter(message, path) from None


def _bad_parameter(message: str, path: str) -> Exception:
    return BAD_PARAMETER.error(message, [FieldError(message=message, path=f"query.{path[:60]}")])


def _body(endpoint: Endpoint, request: IRequest) -> Any:
    octets: bytes = cast("Any", request).content.read()
    given = _header(request, "content-type").partition(";")[0].strip().lower()
    is_json = given == JSON
    if endpoint.body is None:
        if octets and not is_json:
            raise BODY_TYPE.error("No body is wanted here.")
        return None
    if endpoint.body is Rows:
        if given != CSV:
            raise BODY_TYPE.error(f"A body of the type {CSV} is wanted.")
        return Rows(octets)
    if not is_json and not (endpoint.body is Written and given in _SENT_AS_YAML):
        raise BODY_TYPE.error(f"A body of the type {' or '.join(endpoint.body_types)} is wanted.")
    if endpoint.body is Written:
        return Written(octets, is_json)
    try:
        found = msgspec.json.decode(octets, type=endpoint.body, dec_hook=seconds.read)
        json.loads(octets, object_pairs_hook=_once_each, parse_int=str, parse_float=str)
    except msgspec.ValidationError as error:
        message, path = _taken_apart(error)
        raise INVALID.error(message, [FieldError(message=message, path=f"body.{path}".rstrip("."))]) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MALFORMED.error(f"The body is not JSON: {error}") from None
    return found


def _once_each(pairs: list[tuple[str, Any]]) -> None:
    """Refuse an object that has a key twice: of two things that are asked for, one would be done and none told."""
    keys: set[str] = set()
    for key, _ in pairs:
        if key in keys:
            raise MALFORMED.error(f"The body has the key {key[:60]!r} twice in one object.")
        keys.add(key)


def _taken_apart(error: Exception) -> tuple[str, str]:
    """What msgspec says, and where: ``Expected `int`, got `str` - at `$.count```."""
    message, _, path = str(error).partition(" - at `$")
    return message, path.rstrip("`").lstrip(".")


def _check_accept(endpoint: Endpoint, accept: str) -> None:
    offered = endpoint.media_types or (JSON,)
    if not accept or endpoint.answer is None:
        return
    for given in accept.split(","):
        wanted, _, parameters = given.strip().lower().partition(";")
        if "q=0" in parameters.replace(" ", "").split(";"):
            continue
        kind, _, sub = wanted.strip().partition("/")
        if any(kind in {"*", one.partition("/")[0]} and sub in {"*", one.partition("/")[2]} for one in offered):
            return
    raise NOT_ACCEPTABLE.error(f"The answer is {' or '.join(offered)}.")


def _write(answer: Any, endpoint: Endpoint, request: IRequest) -> Any:
    if answer is None:
        request.setResponseCode(HTTPStatus.NO_CONTENT)
        return b""
    request.setResponseCode(endpoint.status)
    if isinstance(answer, Stream | Octets):
        request.setHeader(b"Content-Type", answer.content_type.encode())
        if answer.file_name:
            request.setHeader(b"Content-Disposition", f'attachment; filename="{answer.file_name}"'.encode())
        if isinstance(answer, Stream):
            return answer.start(request)
        octets = answer.octets
    else:
        request.setHeader(b"Content-Type", JSON.encode())
        octets = as_json(answer)
    request.setHeader(b"Content-Length", b"%d" % len(octets))
    return octets


def as_json(answer: Any) -> bytes:
    """An answer as JSON; text with lone surrogates, which UTF-8 cannot carry, is escaped."""
    try:
        return msgspec.json.encode(answer)
    except UnicodeEncodeError:
        return json.dumps(msgspec.to_builtins(answer)).encode()
