"""Problem documents (RFC 9457): what the API answers when something is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from msgspec import Struct, json, to_builtins

from smsc_sim.scenario.findings import Finding

CONTENT_TYPE: Final = "application/problem+json"


class FieldError(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that is wrong with a request."""

    message: str
    path: str = ""
    """Where: ``body.count``, ``query.limit``; empty when it is nowhere in particular."""
    code: str = ""
    """Of a finding in a scenario: ``E012``."""
    line: int = 0
    """In a scenario, from 1."""
    column: int = 0
    hint: str = ""

    @classmethod
    def of(cls, finding: Finding) -> FieldError:
        """A finding in a scenario."""
        return cls(
            message=finding.message, code=finding.code, line=finding.line, column=finding.column, hint=finding.hint
        )


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a request was not carried out. Some problems have further members."""

    type: str
    """Where the problem is described, on the console's reference page."""
    title: str
    """The same for every problem of this code."""
    status: int
    """The HTTP status."""
    code: str
    """For programs: it keeps its meaning for ever."""
    detail: str = ""
    """What it was this time."""
    errors: list[FieldError] = []


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One kind of problem. An endpoint names those that it may answer with."""

    code: str
    status: HTTPStatus
    title: str
    members: type[Struct] | None = None
    """The further members of its document."""

    def error(
        self, detail: str = "", errors: Iterable[FieldError] = (), members: Struct | Mapping[str, Any] | None = None
    ) -> ProblemError:
        """The exception that has a request answered with this problem."""
        return ProblemError(self, detail, tuple(errors), members)


class ProblemError(Exception):
    """A request is answered with a problem document."""

    def __init__(
        self,
        kind: ProblemKind,
        detail: str = "",
        errors: tuple[FieldError, ...] = (),
        members: Struct | Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(kind.code, detail)
        self.kind = kind
        self.detail = detail
        self.errors = errors
        self.members = members

    def document(self) -> dict[str, Any]:
        """The problem document, before it is written as JSON."""
        kind = self.kind
        problem = Problem(
            type=f"/reference#problem-{kind.code}",
            title=kind.title,
            status=kind.status.value,
            code=kind.code,
            detail=self.detail,
            errors=list(self.errors),
        )
        members: Any = to_builtins(self.members) if self.members is not None else {}
        return {**members, **to_builtins(problem)}

    def octets(self) -> bytes:
        """The document as JSON."""
        return json.encode(self.document())


MALFORMED = ProblemKind("malformed_request", HTTPStatus.BAD_REQUEST, "The request cannot be read")
BAD_PARAMETER = ProblemKind("bad_parameter", HTTPStatus.BAD_REQUEST, "A query parameter is wrong")
UNAUTHENTICATED = ProblemKind("credentials_needed", HTTPStatus.UNAUTHORIZED, "Credentials are needed")
FORBIDDEN = ProblemKind("forbidden", HTTPStatus.FORBIDDEN, "This is not allowed")
READ_ONLY = ProblemKind("read_only", HTTPStatus.FORBIDDEN, "These credentials may look and not change")
NOT_FOUND = ProblemKind("not_found", HTTPStatus.NOT_FOUND, "There is no such thing")
METHOD = ProblemKind("method_not_allowed", HTTPStatus.METHOD_NOT_ALLOWED, "The path is right, the method is not")
NOT_ACCEPTABLE = ProblemKind("not_acceptable", HTTPStatus.NOT_ACCEPTABLE, "The answer has none of the types accepted")
CONFLICT = ProblemKind("conflict", HTTPStatus.CONFLICT, "It does not go with what is there")
TOO_LARGE = ProblemKind("body_too_large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is larger than 1 MiB")
BODY_TYPE = ProblemKind("body_type", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body's Content-Type is not taken here")
MISDIRECTED = ProblemKind("unknown_host", HTTPStatus.MISDIRECTED_REQUEST, "This host name is not answered to")
INVALID = ProblemKind("invalid_body", HTTPStatus.UNPROCESSABLE_ENTITY, "The body is not what is wanted")
TOO_MANY = ProblemKind("too_many_attempts", HTTPStatus.TOO_MANY_REQUESTS, "Too many failed attempts")
INTERNAL = ProblemKind("internal_error", HTTPStatus.INTERNAL_SERVER_ERROR, "The simulator failed; its log says why")
BUSY = ProblemKind("busy", HTTPStatus.SERVICE_UNAVAILABLE, "Too much is going on at the moment")

EVERYWHERE: Final = (MALFORMED, UNAUTHENTICATED, FORBIDDEN, NOT_ACCEPTABLE, MISDIRECTED, TOO_MANY, INTERNAL)
"""What any request can be answered with."""
