"""The routes of one console: a Klein app, filled from the tables of endpoints and pages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from http import HTTPStatus
from typing import Any, Final, cast

from klein import Klein
from twisted.internet.defer import CancelledError, Deferred, maybeDeferred
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.iweb import IRequest
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from smsc_sim.web import api, openapi
from smsc_sim.web.call import Octets, Stream
from smsc_sim.web.console import Console
from smsc_sim.web.dispatch import carry_out
from smsc_sim.web.endpoint import JSON, Endpoint
from smsc_sim.web.error_page import advice, nearest
from smsc_sim.web.flash import Flash, Flashes
from smsc_sim.web.gate import COOKIE, GatedRequest, is_api
from smsc_sim.web.metrics import exposition, registry_of
from smsc_sim.web.page import Action, Done, File, Page, Visit, read_form
from smsc_sim.web.pages import ACTIONS, FILES, PAGES
from smsc_sim.web.problem import (
    CONTENT_TYPE,
    INTERNAL,
    METHOD,
    NOT_FOUND,
    READ_ONLY,
    UNAUTHENTICATED,
    ProblemError,
    ProblemKind,
)
from smsc_sim.web.templates import NoPart, Templates

HTML: Final = "text/html; charset=utf-8"
MENU: Final = sorted((page for page in PAGES if page.menu), key=lambda page: page.menu)

_NO_PAGE = "There is no such page."
_FAULT = "This could not be answered. SMPP traffic is not affected."
_FLASH = "flash"
_PARTS = "smsc-sim-parts"
"""The header of a request that names live parts of a page, with commas between them."""

_log = Logger()


NO_TYPES: Final[Mapping[str, type]] = {}
WHOLE: Final[frozenset[str]] = frozenset()


class WebApp:
    """Pages, the API, health checks, and what is said when something is wrong."""

    def __init__(self, console: Console, templates: Templates) -> None:
        self._console = console
        self._templates = templates
        self._flashes = Flashes(console.draw_token)
        self.app = Klein()
        # Werkzeug would answer doubled slashes with a redirect.
        self.app.url_map.merge_slashes = False
        self.app.url_map.strict_slashes = False
        self._registry = registry_of(console)
        self._fill()

    def _fill(self) -> None:
        """Give Klein a route for each row of the tables."""
        for endpoint in api.ENDPOINTS:
            self._route(endpoint.url, endpoint.method, endpoint.name, self._answering(endpoint), endpoint.parts)
        for page in PAGES:
            self._route(page.path, "GET", f"page {page.path}", self._showing(page))
        for file in FILES:
            self._route(file.path, "GET", f"file {file.path}", self._giving(file))
        for action in ACTIONS:
            self._route(action.path, "POST", f"action {action.path}", self._acting(action))
        self._route(openapi.document_path(), "GET", "openapi", self._openapi)
        self._route("/livez", "GET", "livez", lambda request: _sized(request, "text/plain; charset=utf-8", b"ok\n"))
        self._route("/readyz", "GET", "readyz", self._readyz)
        self._route("/metrics", "GET", "metrics", self._metrics)
        self._route("/static/{name}", "GET", "static", self._static)
        # Klein's requests are the gate's.
        handlers: Any = (self._routing_failed, self._failed)
        self.app.handle_errors(HTTPException)(handlers[0])
        self.app.handle_errors(Exception)(handlers[1])

    def _route(self, path: str, method: str, name: str, handler: Any, types: Mapping[str, type] = NO_TYPES) -> None:
        """``types``: of the parts of the path; every part comes to the handler as text."""
        requests = self._console.requests

        def counted(request: GatedRequest, **parts: object) -> Any:
            request.notifyFinish().addBoth(lambda _: requests.update({(name, request.code): 1}))
            return handler(request, **{part: str(value) for part, value in parts.items()})

        self.app.route(openapi.klein_path(path, types), methods=[method], endpoint=name, strict_slashes=True)(counted)

    # Pages

    def _showing(self, page: Page) -> Any:
        def show(request: GatedRequest, **parts: str) -> Deferred[bytes | None]:
            visit = _visit(request)
            shown = maybeDeferred(page.function, self._console, visit, **parts)
            return shown.addCallback(
                lambda result: self._result(request, page.template, page.under, result, visit.parts)
            )

        return show

    def _giving(self, file: File) -> Any:
        def give(request: GatedRequest, **parts: str) -> Deferred[bytes | None]:
            found = maybeDeferred(file.function, self._console, _visit(request), **parts)
            return found.addCallback(lambda result: self._result(request, "", "", result))

        return give

    def _acting(self, action: Action) -> Any:
        under = next((page.under for page in PAGES if page.template == action.template), "")

        def act(request: GatedRequest, **parts: str) -> Deferred[bytes | None]:
            if action.needs_admin and not request.asker.may_change:
                raise READ_ONLY.error("You are logged in to look, not to change anything.")
            given: dict[str, Any] = dict(parts)
            if action.form is not None:
                given["form"] = read_form(action.form, request.form)
            visit = _visit(request)
            done = maybeDeferred(action.function, self._console, visit, **given)
            return done.addCallback(lambda result: self._result(request, action.template, under, result, visit.parts))

        return act

    def _result(
        self, request: GatedRequest, template: str, under: str, result: Any, parts: frozenset[str] = WHOLE
    ) -> bytes | Deferred[None]:
        if isinstance(result, Done):
            return self._redirect(request, result)
        if isinstance(result, Octets | Stream):
            if result.file_name:
                request.setHeader(b"Content-Disposition", f'attachment; filename="{result.file_name}"'.encode())
            if isinstance(result, Stream):
                request.setHeader(b"Content-Type", result.content_type.encode())
                return result.start(request)
            return _sized(request, result.content_type, result.octets)
        return _sized(request, HTML, self._render(request, template, under, result, parts))

    def _render(
        self,
        request: GatedRequest,
        template: str,
        under: str,
        shown: Mapping[str, object],
        parts: frozenset[str] = WHOLE,
    ) -> bytes:
        console = self._console
        known = bool(request.asker.name) or not console.access.required
        context: dict[str, object] = {
            **({"menu": MENU} if known else {}),
            "under": under,
            "token": request.form_token,
            "user": request.asker,
            "must_log_in": console.access.required,
            "flash": self._flashes.take(request.query.get(_FLASH.encode(), [b""])[0].decode("latin-1")),
            "scenario_name": console.in_force.scenario.name or console.scenario_path,
            "version": console.version,
            "now": console.clock(),
            "manual": console.clock_kind == "manual",
            **shown,
        }
        if not parts:
            return self._templates.render(template, **context)
        try:
            return self._templates.render_parts(template, sorted(parts), **context)
        except NoPart as error:
            raise NOT_FOUND.error(f"The page has no part {str(error)[:40]!r}.") from None

    def _redirect(self, request: GatedRequest, done: Done) -> bytes:
        to = done.to
        if done.message:
            path, hash_, fragment = to.partition("#")
            name = self._flashes.keep(Flash(done.message, done.kind))
            to = f"{path}{'&' if '?' in path else '?'}{_FLASH}={name}{hash_}{fragment}"
        if done.cookie is not None:
            request.addCookie(
                COOKIE,
                done.cookie.encode(),
                path=b"/",
                httpOnly=True,
                sameSite=b"strict",
                secure=request.isSecure(),
                **({} if done.cookie else {"max_age": b"0"}),
            )
        request.setResponseCode(HTTPStatus.SEE_OTHER)
        request.setHeader(b"Location", to.encode())
        return _sized(request, HTML, b"")

    # The API

    def _answering(self, endpoint: Endpoint) -> Any:
        def answer(request: GatedRequest, **parts: str) -> Deferred[bytes | None]:
            return carry_out(endpoint, self._console, request.asker, cast("IRequest", request), parts)

        return answer

    @cached_property
    def _description(self) -> bytes:
        """What the API is; made when somebody asks, for that takes longer than the rest of a start."""
        console = self._console
        return json.dumps(openapi.document(api.ENDPOINTS, console.version, locked=console.access.required)).encode()

    def _openapi(self, request: GatedRequest) -> bytes:
        """The API's description."""
        return _sized(request, JSON, self._description)

    def _readyz(self, request: GatedRequest) -> bytes:
        """200 when every check holds, else 503; each check by name."""
        checks = dict(self._console.ready())
        ready = all(checks.values())
        if not ready:
            request.setResponseCode(HTTPStatus.SERVICE_UNAVAILABLE)
        return _sized(request, JSON, json.dumps({"ready": ready, "checks": checks}).encode() + b"\n")

    def _metrics(self, request: GatedRequest) -> bytes:
        """All metrics, for Prometheus."""
        accept = request.getHeader("accept") or ""
        content_type, octets = exposition(self._registry, accept)
        return _sized(request, content_type, octets)

    def _static(self, request: GatedRequest, name: str) -> bytes:
        """A file under its hashed name."""
        asset = self._templates.assets.get(name)
        if asset is None:
            raise NOT_FOUND.error(_NO_PAGE)
        request.setHeader(b"Cache-Control", b"public, max-age=31536000, immutable")
        return _sized(request, asset.content_type, asset.octets)

    # What is wrong

    def methods_at(self, path: str) -> Iterable[str]:
        """The methods that a path has; none where there is nothing at it."""
        return self.app.url_map.bind("localhost").allowed_methods(path)

    def error_answer(self, request: GatedRequest, kind: ProblemKind, reason: str) -> tuple[str, bytes]:
        """The Content-Type and octets that refuse a request: a problem document below /api, else a page."""
        return self._problem(request, kind.error(reason), inside=False)

    def _problem(self, request: GatedRequest, error: ProblemError, *, inside: bool) -> tuple[str, bytes]:
        """``inside``: whether the gate has let the request in, so that the menu may be shown."""
        if is_api(request.sent_path):
            return CONTENT_TYPE, error.octets()
        near = nearest(request.sent_path, MENU)
        shown: dict[str, object] = {
            "status": error.kind.status,
            "title": error.kind.title,
            "advice": advice(error.kind),
            "reason": error.detail,
            "wrong": error.errors,
            "near": near,
            "may_log_in": error.kind in {UNAUTHENTICATED, READ_ONLY},
            "number": request.number,
        }
        if not inside:
            return HTML, self._templates.render("error.html", **shown)
        return HTML, self._render(request, "error.html", near.path if near is not None else "", shown)

    def _routing_failed(self, request: GatedRequest, failure: Failure) -> bytes:
        """No such path, or not this method."""
        error = failure.value
        if isinstance(error, MethodNotAllowed):
            allowed = ", ".join(sorted(error.valid_methods or ()))
            request.setHeader(b"Allow", allowed.encode())
            return self._answer_problem(request, METHOD.error(f"Methods are {allowed}."))
        return self._answer_problem(request, NOT_FOUND.error(_NO_PAGE))

    def _failed(self, request: GatedRequest, failure: Failure) -> bytes:
        """A problem; or a fault of ours: the traceback goes to the log, not to the reader."""
        error = failure.value
        if not isinstance(error, ProblemError):
            if failure.check(CancelledError):
                return b""
            _log.failure(
                "request {number} for {path!r} failed", failure=failure, number=request.number, path=request.sent_path
            )
            error = INTERNAL.error(f"{_FAULT} In the log it is request {request.number}.")
        return self._answer_problem(request, error)

    def _answer_problem(self, request: GatedRequest, error: ProblemError) -> bytes:
        request.setResponseCode(error.kind.status.value, error.kind.status.phrase.encode())
        content_type, body = self._problem(request, error, inside=True)
        return _sized(request, content_type, body)


def log_failure(failure: Failure) -> None:
    """Write a fault of the gate's into the log."""
    _log.failure("the gate failed", failure=failure)


def _visit(request: GatedRequest) -> Visit:
    query = {
        name.decode("utf-8", "replace"): values[0].decode("utf-8", "replace") for name, values in request.query.items()
    }
    parts = frozenset(filter(None, (request.getHeader(_PARTS) or "").split(",")))
    return Visit(request.asker, query, request.session, bool(request.isSecure()), parts)


def _sized(request: GatedRequest, content_type: str, body: bytes) -> bytes:
    request.setHeader(b"Content-Type", content_type.encode())
    request.setHeader(b"Content-Length", b"%d" % len(body))
    return body
