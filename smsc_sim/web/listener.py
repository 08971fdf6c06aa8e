"""What an HTTP port is opened with: a factory that costs nothing until someone looks.

Klein, Werkzeug and Jinja2 would add half as much again to the time that the simulator takes to start, so the
site is built when the first connection comes.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from twisted.internet.interfaces import IAddress, IReactorTime
from twisted.internet.protocol import Factory

from smsc_sim.sim.view import StatusView
from smsc_sim.web.hint import ClientHint

if TYPE_CHECKING:
    from smsc_sim.web.gate import GatedSite


class WebFactory(Factory):
    """The pages of one simulator, for any number of HTTP ports.

    ``status`` is asked for each status page. ``ready`` gives the checks of ``/readyz`` by name, all True when
    the simulator is ready. ``hint`` gives what a client needs to bind, for the page to show while none does.
    ``allowed_hosts`` are host names, beside loopback names and the address a port listens on, under which the
    pages may be asked for.
    """

    noisy = False

    def __init__(
        self,
        reactor: IReactorTime,
        *,
        status: Callable[[], StatusView],
        ready: Callable[[], Mapping[str, bool]],
        hint: Callable[[], ClientHint | None] = lambda: None,
        allowed_hosts: Iterable[str] = (),
    ) -> None:
        self._reactor = reactor
        self._status = status
        self._ready = ready
        self._hint = hint
        self._allowed_hosts = tuple(allowed_hosts)
        self._site: GatedSite | None = None

    def buildProtocol(self, addr: IAddress | None) -> Any:
        """Serve one connection."""
        if self._site is None:
            self._site = self._build()
        return self._site.buildProtocol(addr)

    def _build(self) -> "GatedSite":
        from smsc_sim.web.app import WebApp  # noqa: PLC0415
        from smsc_sim.web.gate import GatedSite  # noqa: PLC0415
        from smsc_sim.web.pages import Pages  # noqa: PLC0415

        pages = Pages()
        app = WebApp(pages, self._status, self._ready, self._hint)
        return GatedSite(
            app.app.resource(),
            reactor=self._reactor,
            allowed_hosts=self._allowed_hosts,
            error_page=pages.error,
        )
