"""What an HTTP port is opened with: a factory that costs nothing until someone looks.

Klein, Werkzeug and Jinja2 would add half as much again to the time that the simulator takes to start, so the
site is built when the first connection comes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory

from smsc_sim.web.console import Console

if TYPE_CHECKING:
    from smsc_sim.web.gate import GatedSite


class WebFactory(Factory):
    """The console of one simulator, for any number of HTTP ports."""

    noisy = False

    def __init__(self, console: Console) -> None:
        self._console = console
        self._site: GatedSite | None = None

    def buildProtocol(self, addr: IAddress | None) -> Any:
        """Serve one connection."""
        if self._site is None:
            self._site = self._build()
        return self._site.buildProtocol(addr)

    def _build(self) -> GatedSite:
        from smsc_sim.web.app import WebApp, log_failure  # noqa: PLC0415
        from smsc_sim.web.gate import GatedSite  # noqa: PLC0415
        from smsc_sim.web.templates import Templates  # noqa: PLC0415

        console = self._console
        app = WebApp(console, Templates())
        return GatedSite(
            app.app.resource(),
            reactor=console.reactor,
            access=console.access,
            allowed_hosts=console.allowed_hosts,
            error_answer=app.error_answer,
            methods_at=app.methods_at,
            log_failure=log_failure,
        )
