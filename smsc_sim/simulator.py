"""The simulator as a Twisted service: opens the ports, says that it is ready, and goes in order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred, DeferredList, fail
from twisted.internet.interfaces import IListeningPort, IOpenSSLContextFactory
from twisted.internet.task import LoopingCall
from twisted.internet.threads import deferToThread, deferToThreadPool
from twisted.python.failure import Failure

from smsc_sim import __version__
from smsc_sim.net.driver import Driver
from smsc_sim.net.endpoints import is_loopback
from smsc_sim.net.file_watch import FileWatch
from smsc_sim.net.journal_file import InThread, JournalFile
from smsc_sim.net.logs import NoteLog, PduLog
from smsc_sim.net.manual_driver import ManualDriver
from smsc_sim.net.opened_store import opened_store
from smsc_sim.net.outbind import Outbinds
from smsc_sim.net.ports import Listeners, Ports
from smsc_sim.net.protocol import SmppFactory
from smsc_sim.net.ready import ReadyReport
from smsc_sim.net.store_folder import StoreFolder
from smsc_sim.net.storekeeper import Storekeeper
from smsc_sim.net.tls import context_factory, kept_identity, load_identity
from smsc_sim.net.verifier import Verifier
from smsc_sim.options import OPTIONS, Settings
from smsc_sim.options.model import NONE
from smsc_sim.scenario.load import Checked, check_path
from smsc_sim.sim.clock import AdvanceReport, ClockError
from smsc_sim.sim.journal.notes import ScenarioNote, cut
from smsc_sim.sim.rules.decision import Decide
from smsc_sim.sim.rules.in_force import InForce
from smsc_sim.sim.sessions.outbind import Outbind
from smsc_sim.sim.sessions.session import Session
from smsc_sim.sim.smsc import Smsc
from smsc_sim.sim.traffic import EVERY, Traffic
from smsc_sim.sim.verify.facts import traits_in
from smsc_sim.web.access import Access
from smsc_sim.web.auth_file import load_auth_file, with_token
from smsc_sim.web.console import Console, SettingShown
from smsc_sim.web.hint import ClientHint
from smsc_sim.web.listener import WebFactory
from smsc_sim.web.live import TOPICS, pulse_of
from smsc_sim.web.sse import EventHub


class Simulator(Service):
    """One SMSC with its ports.  Several may live in one process; nothing is global."""

    def __init__(
        self,
        settings: Settings,
        reactor: Any,
        clock: Callable[[], float],
        *,
        draw_token: Callable[[], str],
        on_ready: Callable[[ReadyReport], None] = lambda report: None,
        on_token: Callable[[str], None] = lambda token: None,
        decide: Decide | None = None,
        in_thread: InThread = deferToThread,
    ) -> None:
        """``clock()``: seconds since the epoch; ``draw_token()``: a random text that nobody can guess.

        ``on_ready`` is called once, when every port listens; ``on_token`` with the token that was made because the
        console can be reached from elsewhere.

        A manual clock begins at the whole second before ``clock()``, and stands there until :meth:`advance`.

        Raises TlsError, EndpointError, FindingsError or JournalFileError for a certificate, an endpoint, an
        ``--auth-file`` or a journal's file that cannot be used.
        """
        self.settings = settings
        self._reactor = reactor
        self._on_ready = on_ready
        self._on_token = on_token
        self._log = NoteLog(settings.log_level)
        start = clock() if settings.clock == "real" else float(int(clock()))
        self.smsc = Smsc(
            settings.smsc,
            settings.accounts,
            scenario=settings.scenario,
            seed=settings.seed,
            now=start,
            decide=decide,
        )
        self.driver = (
            Driver(self.smsc, reactor, clock, self._log)
            if settings.clock == "real"
            else ManualDriver(self.smsc, reactor, clock, self._log, start=start)
        )
        self.store: Storekeeper | None = None
        """Where messages are kept; None when none are, and before the service begins."""
        self.verifier: Verifier | None = None
        """Who answers verifications; likewise."""
        self._folder: StoreFolder | None = None
        if settings.pdu_log != "none":
            self.smsc.journal.subscribe(PduLog(self.smsc, octets=settings.pdu_log == "hex"))
        self.journal_file: JournalFile | None = None
        """The file that ``--journal`` names."""
        if settings.journal is not None:
            self.journal_file = JournalFile(
                self.smsc.journal, settings.journal, reactor, clock=clock, in_thread=in_thread, say=self._log.say
            )
        self._started_at = start
        self._fingerprint = ""
        self._watch = FileWatch(settings.scenario.files, reactor, self.reload)
        self._ready = False
        self._outbinds = Outbinds(reactor, self.driver, self._log.say)
        self.in_force = InForce(self.smsc, settings.scenario, settings.accounts, settings.seed, self._started_at)
        self.console = self._console(draw_token)
        self._looking = LoopingCall(lambda: self.console.traffic.look(self.driver.sockets()))
        self._looking.clock = reactor
        smpp = SmppFactory(self.driver)
        web = WebFactory(self.console)
        kinds = {
            "smpp": Listeners("--smpp", settings.smpp, smpp),
            "smpp_tls": Listeners("--smpp-tls", settings.smpp_tls, smpp, tls=True),
            "http": Listeners("--http", settings.http, web),
        }
        self._ports = Ports(reactor, kinds, self._context)

    def _open_store(self) -> Storekeeper | None:
        """The store that messages go to, and its keeper; None when none are kept.  Raises StoreError."""
        settings = self.settings
        if not settings.messages_kept:
            return None
        if settings.database_dir is not None:
            self._folder = StoreFolder(Path(settings.database_dir))
        keeper = opened_store(
            self.driver,
            self._reactor,
            self._log,
            self._folder,
            power_safe=settings.power_safe,
            durable=settings.durable,
            keep=settings.messages_kept,
        )
        self.verifier = Verifier(
            keeper, self._reactor, self.driver.sockets, traits_in(self.smsc.journal.sessions), self.driver.clock
        )
        return keeper

    def _console(self, draw_token: Callable[[], str]) -> Console:
        settings, smsc, in_force = self.settings, self.smsc, self.in_force
        known = load_auth_file(settings.auth_file) if settings.auth_file is not None else None
        if settings.token is not None:
            known = with_token(known, settings.token)

        def in_thread(look: Callable[[], bool]) -> Deferred[bool]:
            return deferToThreadPool(self._reactor, self._reactor.getThreadPool(), look)

        clock = self.driver.clock
        traffic = Traffic(smsc)
        return Console(
            smsc=smsc,
            in_force=in_force,
            reactor=self._reactor,
            clock=clock,
            sockets=self.driver.sockets,
            settle=self.driver.settle,
            reload=self.reload,
            # Real time, also where the messages' clock stands still: else nobody who guessed could ever try again.
            access=Access(known, clock=self.driver.sockets, draw_token=draw_token, in_thread=in_thread),
            traffic=traffic,
            events=EventHub(
                self._reactor, lambda: pulse_of(smsc, in_force, traffic), TOPICS, busy=lambda: traffic.busy
            ),
            draw_token=draw_token,
            version=__version__,
            started_at=self._started_at,
            scenario_path=settings.scenario_path,
            kept=lambda: self.store,
            verifier=lambda: self.verifier,
            clock_kind=settings.clock,
            advance=self.advance,
            advance_to=self.advance_to,
            advance_to_next=self.advance_to_next,
            outbind=self.outbind,
            allow_raw=settings.allow_raw,
            allow_scenario_write=settings.allow_scenario_write,
            settings=[
                SettingShown(
                    row.key,
                    row.write(row.value_in(settings)),
                    settings.origins.get(row.key, ""),
                    row.group,
                    row.about,
                )
                for row in OPTIONS
            ],
            listening=lambda: self._ports.addresses,
            ready=self._checks,
            hint=self._hint,
            log_level=lambda: self._log.level,
            set_log_level=self._log.set_level,
            allowed_hosts=settings.allowed_host,
        )

    def _checks(self) -> dict[str, bool]:
        """What has to be well for ``/readyz``."""
        store, journal_file = self.store, self.journal_file
        # One scenario is in force from the start on: one that cannot be loaded ends the program, or changes nothing.
        checks = {"listening": self._ready, "scenario": True}
        if self.settings.messages_kept:
            checks["store"] = store is not None and not store.failing
        if journal_file is not None:
            checks["journal_file"] = not journal_file.degraded
        return checks

    def _context(self) -> IOpenSSLContextFactory:
        settings = self.settings
        if settings.tls_cert is not None:
            identity = load_identity(Path(settings.tls_cert), Path(settings.tls_key) if settings.tls_key else None)
        else:
            identity, made = kept_identity(Path(settings.data_dir), self.driver.sockets())
            if made:
                self._log.say("info", made)
        self._fingerprint = identity.fingerprint
        return context_factory(identity, Path(settings.tls_client_ca) if settings.tls_client_ca else None)

    def privilegedStartService(self) -> None:
        """Open the store and the ports, before privileges are given up.

        Raises StoreError, and CannotListen when a port is refused at once.
        """
        super().privilegedStartService()  # type: ignore[no-untyped-call]
        # Not earlier: twistd may have forked since this object was made, and SQLite does not outlive that.
        self.store = self._open_store()
        self._ports.open(self._opened).addCallback(self._all_open)

    def startService(self) -> None:
        """Begin: messages are kept from now on."""
        super().startService()  # type: ignore[no-untyped-call]
        if self.store is not None:
            self.store.start()

    def _opened(self, kind: str, port: IListeningPort) -> None:
        host = getattr(port.getHost(), "host", "localhost")
        if kind == "http" and not is_loopback(host) and not self.console.access.required:
            self._on_token(self.console.access.require_token())

    def _all_open(self, refused: list[Failure]) -> None:
        if refused:
            self._log.say("error", str(refused[0].value))
            self._reactor.stop()
            return
        self._reactor.callWhenRunning(self._say_ready)

    def _say_ready(self) -> None:
        self._ready = True
        if self.journal_file is not None:
            self.journal_file.start()
        if self.settings.watch:
            self._watch.start()
        if self._ports.addresses["http"]:
            self._looking.start(EVERY)
        self._on_ready(
            ReadyReport(
                smpp=self._ports.addresses["smpp"],
                smpp_tls=self._ports.addresses["smpp_tls"],
                http=[f"http://{address}/" for address in self._ports.addresses["http"]],
                scenario=self.settings.scenario_path,
                rules=len(self.smsc.rules.rules) if self.smsc.rules is not None else 0,
                seed=self.settings.seed,
                clock=self.settings.clock,
                cert_sha256=self._fingerprint,
            )
        )

    def reload(self) -> Checked | None:
        """Read the scenario anew and obey it; one with errors changes nothing, and the log says why.

        Returns what was found in it; None when there is no scenario.
        """
        path = self.settings.scenario_path
        if path == NONE:
            return None
        checked = check_path(path)
        for finding in checked.findings:
            self._log.say("warn" if finding.severity == "warning" else finding.severity, str(finding))
        scenario = checked.scenario
        now = self.driver.clock()
        if scenario is None:
            errors = [str(finding) for finding in checked.findings if finding.severity == "error"]
            self.smsc.journal.note(ScenarioNote(at=now, what="refused", path=path, reason=cut("; ".join(errors[:1]))))
            self._log.say("error", f"{path} is not obeyed; what was loaded before stays in force")
            return checked
        self.in_force.load(scenario, now)
        self.driver.settle(now)
        self._watch.watch(checked.files)
        self._log.say("info", f"{path} is in force, {len(scenario.rules)} rules")
        return checked

    def advance(self, by: float) -> Deferred[AdvanceReport]:
        """Let ``by`` seconds pass at once, with everything that falls due in them, each at its instant and in order.

        The Deferred fails with ClockError when the clock is real or cannot be moved so, and with CancelledError when
        the simulator stops.  Calls wait for each other.
        """
        return self._moved(lambda driver: driver.advance(by))

    def advance_to(self, instant: float) -> Deferred[AdvanceReport]:
        """Likewise, until ``instant`` (seconds since the epoch)."""
        return self._moved(lambda driver: driver.advance_to(instant))

    def advance_to_next(self) -> Deferred[AdvanceReport]:
        """Likewise, until the next thing is due; the clock stays where it is when nothing is to come."""
        return self._moved(ManualDriver.advance_to_next)

    def _moved(self, move: Callable[[ManualDriver], Deferred[AdvanceReport]]) -> Deferred[AdvanceReport]:
        if isinstance(self.driver, ManualDriver):
            return move(self.driver)
        return fail(ClockError("the clock is real; it can be moved after a start with --clock manual"))

    def stopService(self) -> Deferred[None]:
        """Stop listening, unbind every session, and wait for them at most ``--grace``."""
        super().stopService()  # type: ignore[no-untyped-call]
        self._ready = False
        self._watch.stop()
        if self._looking.running:
            self._looking.stop()
        self._outbinds.cancel()
        driver = self.driver
        closing = self._ports.close()
        now = driver.clock()
        gone: Deferred[None] = Deferred()
        driver.when_empty(lambda: gone.callback(None))
        self.smsc.begin_shutdown(now, self.settings.grace)
        driver.settle(now)
        stopped = DeferredList([*closing, gone]).addCallback(lambda _: driver.stop())
        journal_file, store = self.journal_file, self.store
        if journal_file is not None:
            stopped.addCallback(lambda _: journal_file.stop())
        if store is not None:
            stopped.addCallback(lambda _: store.stop())
        if self._folder is not None:
            folder = self._folder
            stopped.addCallback(lambda _: folder.release())
        return stopped

    def stop_at_once(self) -> None:
        """Drop every connection without waiting for anybody; for a second signal."""
        for session in list(self.smsc.sessions.values()):
            if session.link is not None:
                session.link.drop()

    def outbind(self, endpoint: str, system_id: str = "", password: str = "") -> Deferred[Session]:
        """Connect to an ESME that waits, such as ``tcp:127.0.0.1:2775``, and ask it to bind.

        ``system_id``: by default the SMSC's.  The Deferred gives the session when the outbind is on its way, and fails
        with CannotConnect, which the log has, too.  Raises EndpointError and EncodeError for what is none.
        """
        return self._outbinds.send(endpoint, Outbind(system_id or self.settings.smsc.system_id, password))

    def _hint(self) -> ClientHint | None:
        addresses = self._ports.addresses["smpp"]
        known = (account.definition for account in self.smsc.accounts)
        return ClientHint.for_account(addresses[0], known) if addresses else None
