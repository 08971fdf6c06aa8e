"""Info and tables over the API."""

from smsc_sim.smpp.status import CommandStatus
from tests.web.site import Site


def test_info() -> None:
    site = Site()
    site.bind()
    info = site.api("GET", "/info").json
    assert info["listening"] == {"smpp": ["127.0.0.1:2775"], "smpp_tls": ["[::1]:2776"], "http": ["127.0.0.1:8080"]}
    assert (info["uptime"], info["sessions"], info["bound"], info["seed"]) == (7500, 1, 1, 42)


def test_status_codes() -> None:
    items = Site().api("GET", "/status-codes").json["items"]
    assert {item["name"] for item in items} == {status.name for status in CommandStatus}
    balance = next(item for item in items if item["name"] == "ESME_RINVBALANCE")
    assert (balance["number"], balance["hex"]) == (1035, "0x0000040b")
    assert ["ESME_RINVTLVLEN"] in [item["aliases"] for item in items]


def test_test_numbers() -> None:
    items = {item["number"]: item["outcome"] for item in Site().api("GET", "/test-numbers").json["items"]}
    assert items["447700900001"] == "ESME_ROK; then UNDELIV"
    assert items["447700900008"] == "ESME_ROK; then DELIVRD when somebody says"
    assert items["447700900120"].startswith("ESME_RTHROTTLED; the first 2 of each message")
