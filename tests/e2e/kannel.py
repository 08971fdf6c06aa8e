"""Kannel as an ESME: bearerbox speaks SMPP, smsbox takes messages over HTTP, a small server hears of receipts."""

from __future__ import annotations

import contextlib
import http.server
import socket
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.e2e import peers
from tests.e2e.program import Program
from tests.e2e.server import Smsc

DELIVERED = 1  # Kannel's types of delivery report
ACCEPTED = 8

CONFIGURATION = """\
group = core
admin-port = {admin_port}
admin-interface = 127.0.0.1
admin-password = admin
smsbox-port = {smsbox_port}
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
dlr-storage = internal
log-level = 0

{smsc_groups}
group = smpp-tlv
name = sar_msg_ref_num
tag = 0x020C
type = integer
length = 2
smsc-id = sim

group = smpp-tlv
name = sar_total_segments
tag = 0x020E
type = integer
length = 1
smsc-id = sim

group = smpp-tlv
name = sar_segment_seqnum
tag = 0x020F
type = integer
length = 1
smsc-id = sim

group = smpp-tlv
name = message_payload
tag = 0x0424
type = octetstring
length = 400
smsc-id = sim

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms_port}
sendsms-interface = 127.0.0.1
log-level = 0

group = sendsms-user
username = tester
password = secret
concatenation = true
max-messages = 10
"""


SMSC_GROUP = """\
group = smsc
smsc = smpp
smsc-id = sim
host = 127.0.0.1
{port_lines}
use-ssl = {tls}
smsc-username = {system_id}
smsc-password = {password}
system-type = ""
interface-version = 34
enquire-link-interval = {enquire_link}
reconnect-delay = 600
"""


class Reports:
    """An HTTP server to which smsbox brings delivery reports."""

    def __init__(self) -> None:
        changed = self._changed = threading.Condition()
        reports: list[dict[str, str]] = []
        self._reports = reports

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query, keep_blank_values=True)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()
                with changed:
                    reports.append(dict(query))
                    changed.notify_all()

            def log_message(self, *args: Any) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/"

    def wait(self, kind: int, name: str, count: int = 1, timeout: float = 20.0) -> list[dict[str, str]]:
        """The first `count` reports of one kind for the message called `name`."""

        def matching() -> list[dict[str, str]]:
            return [one for one in self._reports if one["name"] == name and one["type"] == str(kind)]

        with self._changed:
            if not self._changed.wait_for(lambda: len(matching()) >= count, timeout):
                raise AssertionError(f"{count} reports {kind} for {name} wanted, got {self._reports}")
            return matching()[:count]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)


class Kannel:
    """bearerbox and smsbox, running."""

    def __init__(self, bearerbox: Program, smsbox: Program, sendsms_port: int, reports: Reports) -> None:
        self.bearerbox = bearerbox
        self.smsbox = smsbox
        self.reports = reports
        self._url = f"http://127.0.0.1:{sendsms_port}/cgi-bin/sendsms"

    def send(self, name: str, destination: str, **parameters: str) -> None:
        """Hand a message over; `name` comes back with its reports."""
        report = f"{self.reports.url}?name={name}&type=%d&id=%F&text=%A"
        query = urllib.parse.urlencode(
            {
                "username": "tester",
                "password": "secret",
                "from": "447700900001",
                "to": destination,
                "dlr-mask": "31",
                "dlr-url": report,
                **parameters,
            }
        )
        with urllib.request.urlopen(f"{self._url}?{query}", timeout=10) as answer:
            assert answer.status == 202, answer.read()

    def log(self) -> str:
        return self.bearerbox.output()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def running_bearerbox(
    directory: Path,
    smsc: Smsc,
    *,
    transceiver: bool,
    tls: bool = False,
    system_id: str = "smppclient1",
    password: str = "password",
    enquire_link: int = 1,
) -> Iterator[tuple[Program, Path, dict[str, Any]]]:
    """bearerbox bound (or refused), with the configuration file and the values in it; `enquire_link` in seconds."""
    program = peers.program("bearerbox")
    port = (smsc.smpp_tls if tls else smsc.smpp)[1]
    two_binds = [f"port = {port}", f"receive-port = {port}"]
    binds = [f"port = {port}\ntransceiver-mode = true"] if transceiver else two_binds
    groups = [
        SMSC_GROUP.format(
            port_lines=bind,
            tls="true" if tls else "false",
            system_id=system_id,
            password=password,
            enquire_link=enquire_link,
        )
        for bind in binds
    ]
    values = {
        "admin_port": free_port(),
        "smsbox_port": free_port(),
        "sendsms_port": free_port(),
        "smsc_groups": "\n".join(groups),
    }
    file = directory / "kannel.conf"
    file.write_text(CONFIGURATION.format(**values), encoding="ascii")
    bearerbox = Program([program, "-v", "0", str(file)], cwd=directory)
    try:
        yield bearerbox, file, values
    finally:
        bearerbox.kill()


@contextlib.contextmanager
def running_kannel(directory: Path, smsc: Smsc, *, transceiver: bool, tls: bool = False) -> Iterator[Kannel]:
    """Both boxes, bound to the product and ready for messages."""
    smsbox_program = peers.program("smsbox")
    with contextlib.ExitStack() as stack:
        bearerbox, file, values = stack.enter_context(
            running_bearerbox(directory, smsc, transceiver=transceiver, tls=tls)
        )
        reports = Reports()
        stack.callback(reports.close)
        binds = ("transceiver",) if transceiver else ("transmitter", "receiver")
        for bind in binds:
            bearerbox.err.wait_for(rf"type_name: bind_{bind}_resp$", 20)
        smsbox = Program([smsbox_program, "-v", "0", str(file)], cwd=directory)
        stack.callback(smsbox.kill)
        # A message that comes earlier, while smsbox is still joining bearerbox, ends smsbox with a failed assertion.
        smsbox.err.wait_for(r"Started thread \d+ \(gw/heartbeat.c:heartbeat_thread\)", 20)
        yield Kannel(bearerbox, smsbox, values["sendsms_port"], reports)
