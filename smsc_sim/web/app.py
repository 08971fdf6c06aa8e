"""The routes: a path, and the page or answer behind it."""

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TypeAlias

from klein import Klein
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.iweb import IRequest
from werkzeug.exceptions import HTTPException

from smsc_sim.sim.view import StatusView
from smsc_sim.web.hint import ClientHint
from smsc_sim.web.pages import Pages

StatusSource: TypeAlias = Callable[[], StatusView]
ReadySource: TypeAlias = Callable[[], Mapping[str, bool]]
HintSource: TypeAlias = Callable[[], ClientHint | None]

_log = Logger()


class WebApp:
    """Status page, health checks and error pages."""

    app = Klein()
    # Werkzeug would answer doubled slashes with a redirect.
    app.url_map.merge_slashes = False

    def __init__(self, pages: Pages, status: StatusSource, ready: ReadySource, hint: HintSource) -> None:
        self._pages = pages
        self._status = status
        self._ready = ready
        self._hint = hint

    @app.route("/")
    def status_page(self, request: IRequest) -> bytes:
        """Live binds and the last messages."""
        return _html(request, self._pages.status(self._status(), self._hint()))

    @app.route("/livez")
    def livez(self, request: IRequest) -> bytes:
        """200 as long as the process answers."""
        return _sized(request, "text/plain; charset=utf-8", b"ok\n")

    @app.route("/readyz")
    def readyz(self, request: IRequest) -> bytes:
        """200 when every check holds, else 503; each check by name."""
        checks = dict(self._ready())
        ready = all(checks.values())
        if not ready:
            request.setResponseCode(HTTPStatus.SERVICE_UNAVAILABLE)
        body = json.dumps({"ready": ready, "checks": checks}).encode() + b"\n"
        return _sized(request, "application/json", body)

    @app.route("/static/<name>")
    def static(self, request: IRequest, name: str) -> bytes:
        """A file under its hashed name."""
        asset = self._pages.assets.get(name)
        if asset is None:
            return self._error(request, HTTPStatus.NOT_FOUND, NOT_FOUND)
        request.setHeader(b"Cache-Control", b"public, max-age=31536000, immutable")
        return _sized(request, asset.content_type, asset.octets)

    @app.handle_errors(HTTPException)
    def routing_failed(self, request: IRequest, failure: Failure) -> bytes:
        """No such path."""
        error = failure.value
        assert isinstance(error, HTTPException)
        status = HTTPStatus(error.code or HTTPStatus.NOT_FOUND)
        reason = NOT_FOUND if status is HTTPStatus.NOT_FOUND else status.description
        return self._error(request, status, reason)

    @app.handle_errors(Exception)
    def page_failed(self, request: IRequest, failure: Failure) -> bytes:
        """A fault of ours: the traceback goes to the log, not to the reader."""
        _log.failure("page {path!r} failed", failure=failure, path=request.path)
        reason = "The simulator could not make this page. Its log says why. SMPP traffic is not affected."
        return self._error(request, HTTPStatus.INTERNAL_SERVER_ERROR, reason)

    def _error(self, request: IRequest, status: HTTPStatus, reason: str) -> bytes:
        request.setResponseCode(status, status.phrase.encode())
        return _html(request, self._pages.error(status, reason))


NOT_FOUND = "There is no such page."


def _html(request: IRequest, body: bytes) -> bytes:
    return _sized(request, "text/html; charset=utf-8", body)


def _sized(request: IRequest, content_type: str, body: bytes) -> bytes:
    request.setHeader(b"Content-Type", content_type.encode())
    request.setHeader(b"Content-Length", b"%d" % len(body))
    return body
