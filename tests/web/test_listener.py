"""The factory of an HTTP port: cheap until someone looks."""

import subprocess
import sys

from tests.web.site import Site


def test_no_framework_is_imported_before_a_connection_comes() -> None:
    program = (
        "import sys, smsc_sim.simulator\n"
        "print(sorted({'klein', 'jinja2', 'werkzeug', 'twisted.web', 'twisted.internet.reactor'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_one_site_serves_all_connections() -> None:
    site = Site()
    assert site.get("/livez").status == 200
    first = site.factory._site
    assert site.get("/livez").status == 200
    assert site.factory._site is first


def test_several_requests_on_one_connection() -> None:
    transport, protocol = Site().connect()
    for _ in range(3):
        protocol.dataReceived(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert transport.value().count(b"HTTP/1.1 200 OK") == 3
    assert not transport.disconnecting


def test_start_and_stop_leave_no_timer() -> None:
    site = Site()
    site.factory.doStart()
    transport, protocol = site.connect()
    protocol.dataReceived(b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    site.factory.doStop()
    assert transport.disconnecting
