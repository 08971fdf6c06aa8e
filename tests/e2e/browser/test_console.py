"""The console as people use it: live pages, forms, keys, logging in, without script, and for everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from smsc_sim.web.pages import PAGES
from tests.e2e.browser.browser import Browser
from tests.e2e.server import Smsc, running_smsc
from tests.e2e.wire import DELIVER_SM, SUBMIT_SM, submit_body

SCENARIO = """\
smsc: 1
name: In the browser
accounts:
  - {system_id: smppclient1, password: password, wallet: {balance: 1000}}
switches:
  outage: {label: Outage}
rules:
  - name: outage
    when: {switch: outage}
    reply: ESME_RSYSERR
  - name: twice busy
    when: {to: 4477*, first: 2}
    reply: ESME_RTHROTTLED
expect:
  - {name: twice refused, match: {to: "4477*"}, count: 2}
  - {name: a welcome <b>, match: {to: "12345", text: "Welcome*"}, count: 1}
"""
ESME_ROK, ESME_RSYSERR, ESME_RTHROTTLED = 0, 8, 0x58
PARTS = {"session": "s1", "message": "m-1"}
PATHS = [re.sub(r"\{(\w+)\}", lambda part: PARTS[part[1]], page.path) for page in PAGES]
STATES = [
    "/messages?q=sesion%3As1",
    "/messages?q=nothing+is%3Amt",
    "/messages?delete=1",
    "/messages?columns=parts,state,message_id,esm_class&sort=-to",
    "/messages/m-1?readings=1",
    "/scenario?to=447700900123&times=3",
    "/expect?finished=1",
    "/journal?q=sesion%3As1",
    "/journal?q=pdu%3Asubmit_sm",
]
HOSTILE = "<script>alert(1)</script>\u202e</details>"


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Smsc]:
    """A server with its console, that has had some traffic."""
    folder = tmp_path_factory.mktemp("console")
    (folder / "scenario.yaml").write_text(SCENARIO)
    options = (str(folder / "scenario.yaml"), "--receipt-after", "10ms")
    with running_smsc(folder / "smsc", *options, tls=False, http=True) as smsc:
        with smsc.connect() as esme:
            esme.bind()
            text = HOSTILE.encode("utf-16-be")
            for to in ("447700900123", "447700900123", "12345"):
                body = submit_body(
                    destination_addr=to, data_coding=8, registered_delivery=1, short_message=text, source_addr="<b>x"
                )
                esme.call(SUBMIT_SM, body)
            esme.next_request(DELIVER_SM)
        yield smsc


@pytest.fixture(scope="module")
def whole_browser(console: Smsc) -> Iterator[Browser]:
    browser = Browser(console.ready["http"][0].rstrip("/"))
    yield browser
    browser.close()


@pytest.fixture
def browser(whole_browser: Browser) -> Iterator[Any]:
    """A fresh profile; what any page complains of, or asks another server for, fails the test."""
    whole_browser.begin({})
    yield whole_browser
    assert whole_browser.troubles() == []


@pytest.mark.parametrize("path", [*PATHS, *STATES])
@pytest.mark.parametrize("look", [{"dark": True}, {"width": 400}], ids=["dark", "narrow"])
def test_every_page_is_for_everybody(browser: Any, path: str, look: dict[str, Any]) -> None:
    browser.begin(look)
    assert browser.goto(path) == 200
    assert browser.accessible() == []
    assert browser.wide() <= 0, "nothing sticks out of the screen"


@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_whole_without_script(browser: Any, path: str) -> None:
    browser.begin({"script": False})
    assert browser.goto(path) == 200
    assert len(browser.text("main")) > 40
    assert browser.count("h1") == 1


def test_binds_come_and_go_by_themselves(browser: Any, console: Smsc) -> None:
    browser.goto("/binds")
    with console.connect() as esme:
        esme.bind()
        browser.has("#sessions tbody tr", esme.peer)
        browser.click(f"#sessions tr:has-text('{esme.peer}') a")
        browser.has("h1", "bound")
        esme.submit(destination_addr="99")
        browser.has("#rungs", "submit_sm_resp")
    browser.has("h1", "closed")


def test_a_message_goes_to_a_client_and_its_status_comes_back(browser: Any, console: Smsc) -> None:
    with console.connect() as esme:
        esme.bind()
        browser.goto("/inject")
        browser.fill("[name=from]", "447700900123")
        browser.fill("[name=to]", "12345")
        browser.fill("form.inject [name=text]", "Hello from a browser")
        browser.click("form.inject button.main")
        assert b"Hello from a browser" in esme.next_request(DELIVER_SM).body
        browser.has("main", "ESME_ROK")


def test_a_switch_changes_what_comes_next(browser: Any, console: Smsc) -> None:
    with console.connect() as esme:
        esme.bind()
        browser.goto("/scenario")
        browser.click("button[role=switch]")
        browser.has("button[role=switch][aria-checked=true]", "Outage")
        assert esme.call(SUBMIT_SM, submit_body(destination_addr="1")).command_status == ESME_RSYSERR
        browser.has("#rules tr:has-text('outage')", "1")
        browser.click("button[role=switch]")
        browser.has("button[role=switch][aria-checked=false]", "Outage")
        assert esme.call(SUBMIT_SM, submit_body(destination_addr="1")).command_status == ESME_ROK


def test_a_message_says_why(browser: Any) -> None:
    browser.goto("/messages/m-1")
    assert "twice busy" in browser.text("main")
    assert "ESME_RTHROTTLED" in browser.text("main")
    browser.goto("/scenario?to=447700900123&times=3")
    assert "used up" in browser.text("main") or browser.count("details") > 0


def test_octets_and_fields_light_up_together(browser: Any) -> None:
    browser.goto("/messages/m-1")
    address = "a[title=destination_addr]"
    assert browser.style(address, "backgroundColor") == "rgba(0, 0, 0, 0)"
    browser.focus("tr:has-text('destination_addr')")
    assert browser.style(address, "backgroundColor") != "rgba(0, 0, 0, 0)"
    browser.click("a[title=source_addr]")
    assert browser.style(address, "backgroundColor") == "rgba(0, 0, 0, 0)"
    assert browser.style("tr:has-text('source_addr'):has-text('<b>x')", "backgroundColor") != "rgba(0, 0, 0, 0)"


def test_new_messages_wait_above_a_list_that_stays(browser: Any, console: Smsc) -> None:
    browser.goto("/messages")
    first = browser.text("#rows tbody tr a")
    with console.connect() as esme:
        esme.bind()
        esme.submit(destination_addr="99")
        browser.has(".newbar", "1 new message")
        assert browser.text("#rows tbody tr a") == first
        browser.click(".newbar")
        browser.lacks(f"#rows tbody tr:first-child a:text-is('{first}')", "")
    browser.press("j")
    browser.press("j")
    browser.press("k")
    name = browser.text("#rows tbody tr:first-child a")
    assert name in browser.focused()
    browser.press("Enter")
    browser.has("h1", name)


def test_columns_are_chosen_without_script(browser: Any) -> None:
    browser.begin({"script": False})
    browser.goto("/messages?q=to%3A4477%2A")
    browser.click("summary:has-text('Columns')")
    browser.click("label:has-text('Parts')")
    browser.click("label:has-text('Coding')")
    browser.click("button:has-text('Show these')")
    assert "column-parts=1" in browser.url()
    assert browser.count("th:has-text('Parts')") == 1
    assert browser.count("th:has-text('Coding')") == 0
    browser.click("th a:has-text('To')")
    assert "columns=" in browser.url()
    assert browser.count("th[aria-sort]") == 1


def test_the_journal_is_searched(browser: Any) -> None:
    browser.goto("/journal")
    browser.press("/")
    browser.fill("[name=q]", "pdu:submit_sm to:4477*")
    browser.press("Enter")
    browser.has("#events", "submit_sm")
    assert "bind_transceiver" not in browser.text("#events")
    browser.press("j")
    assert browser.focused().startswith("<summary")
    browser.press("Enter")
    browser.has("#events details[open] pre", "submit_sm")
    browser.fill("[name=q]", "sesion:s1")
    browser.press("Enter")
    browser.has("#q-wrong", "did you mean 'session'?")


@pytest.mark.parametrize("look", [{}, {"dark": True}, {"width": 400}], ids=["light", "dark", "narrow"])
def test_the_saved_report_is_for_everybody(browser: Any, console: Smsc, look: dict[str, Any]) -> None:
    with urlopen(f"{console.ready['http'][0]}api/v1/report?format=html", timeout=10) as answer:
        report = answer.read().decode()
    browser.begin(look)
    browser.show(report)
    assert browser.accessible() == []
    assert browser.wide() <= 0
    assert "a welcome <b>" in browser.text("main")
    assert browser.style(".verdict", "borderLeftStyle") == "solid", "its style is let in, and nothing else"


def test_the_journal_and_the_curves_move(browser: Any, console: Smsc) -> None:
    browser.goto("/journal?kinds=session")
    with console.connect() as esme:
        browser.has("#events", esme.peer)
        browser.goto("/traffic?span=5s")
        browser.has(".drawing canvas", "")


def test_pausing(browser: Any, console: Smsc) -> None:
    browser.goto("/journal?kinds=session")
    browser.press("p")
    browser.has("#pause[aria-pressed=true]", "")
    with console.connect() as esme:
        assert esme.peer not in browser.text("#events")
        browser.press("p")
        browser.has("#events", esme.peer)


def test_keys(browser: Any) -> None:
    browser.goto("/")
    browser.press("?")
    browser.has("dialog[open]", "Keys")
    browser.press("Escape")
    browser.press("g")
    browser.press("b")
    browser.has("h1", "Binds")
    browser.press("g")
    browser.press("m")
    browser.has("h1", "Messages")
    browser.press("j")
    assert browser.focused().startswith("<a")
    browser.press("/")
    assert browser.focused().startswith("<input")
    browser.press("t")
    assert browser.count("html[data-theme]") == 0, "a key in a field is a letter"


def test_a_session_is_ended_with_a_reason(browser: Any, console: Smsc) -> None:
    with console.connect() as esme:
        esme.bind()
        browser.goto("/binds")
        row = f"#sessions tr:has-text('{esme.peer}')"
        browser.click(f"{row} summary")
        browser.press("Escape")
        assert browser.count("details.menu[open]") == 0
        assert browser.focused().startswith("<summary"), "who closes a menu is where it was"
        browser.press("Enter")
        browser.click(f"{row} [value=close]")
        browser.fill(f"{row} [name=reason]", "because of the test")
        browser.click(f"{row} .pop button")
        browser.has(".flash", "was closed.")
    browser.goto("/journal?kinds=session")
    browser.has("#events", "because of the test")


def test_a_session_is_frozen_without_script(browser: Any, console: Smsc) -> None:
    browser.begin({"script": False})
    with console.connect() as esme:
        esme.bind()
        browser.goto("/binds")
        row = f"#sessions tr:has-text('{esme.peer}')"
        browser.click(f"{row} summary")
        browser.click(f"{row} [value=freeze]")
        browser.click(f"{row} .pop button")
        browser.has(f"{row} .chip", "frozen")


def test_binds_can_be_sorted(browser: Any, console: Smsc) -> None:
    with console.connect() as one, console.connect() as two:
        one.bind()
        two.bind()
        browser.goto("/binds")
        browser.click("text=Session ▴")
        browser.has("th[aria-sort=descending]", "Session")


def test_the_overview_leads_to_messages_and_pauses(browser: Any, console: Smsc) -> None:
    browser.goto("/")
    browser.click(".button.pause")
    browser.has("#pause[aria-pressed=true]", "Go on live")
    with console.connect() as esme:
        esme.bind()
        esme.submit(destination_addr="31415")
        assert browser.count("#messages tr:has-text('31415')") == 0
        browser.click(".button.pause")
        browser.has("#messages tr:has-text('31415') .chip", "ESME_ROK")
        browser.click("#messages tr:has-text('31415') a")
        browser.has("h1", "m-")


def test_a_reset_asks_what_goes(browser: Any) -> None:
    for script in (True, False):
        browser.begin({"script": script})
        browser.goto("/")
        browser.click("text=Reset…")
        for name in ("messages", "counters", "rules", "accounts"):
            browser.click(f".pop [name={name}]")
        browser.click("text=Reset these")
        browser.has(".flash", "Reset: switches.")


def test_new_messages_are_said_now_and_then(browser: Any, console: Smsc) -> None:
    browser.goto("/messages")
    with console.connect() as esme:
        esme.bind()
        esme.submit(destination_addr="27182")
        # The stream is there when what it tells is shown.
        browser.has("#new a", "")
        esme.submit(destination_addr="27182")
        browser.has("#spoken", ", 0 refused")


def test_the_reference_is_narrowed_to_words(browser: Any) -> None:
    browser.goto("/reference")
    browser.press("/")
    browser.fill("input[type=search]", "throttled twice")
    browser.has("#test-numbers", "Test numbers")
    assert browser.count("section:visible") == 1
    assert browser.count("tbody tr:visible") == 1
    browser.fill("input[type=search]", "zyzzyva")
    browser.has("#unfound", "Nothing on this page")
    browser.fill("input[type=search]", "")
    assert browser.count("section:visible") > 5


def test_an_error_leads_on(browser: Any) -> None:
    assert browser.goto("/binds/s99999") == 404
    assert browser.accessible() == []
    browser.click("main .button.main")
    browser.has("h1", "Binds")
    assert browser.troubles() != [], "the browser itself complains of a 404"


def test_logging_in_and_out(tmp_path: Path) -> None:
    users = tmp_path / "users.yaml"
    users.write_text("users:\n  - {name: ann, password: wonderland}\n")
    with running_smsc(tmp_path / "smsc", "--auth-file", str(users), tls=False, http=True) as smsc:
        browser = Browser(smsc.ready["http"][0].rstrip("/"))
        try:
            browser.goto("/journal")
            assert "/login" in browser.url()
            assert browser.accessible() == []
            browser.fill("[name=name]", "ann")
            browser.fill("[name=password]", "wonderland")
            browser.click("main button")
            browser.has("h1", "Journal")
            browser.click("form[action='/logout'] button")
            browser.has("main", "You are logged out.")
            browser.goto("/journal")
            assert "/login" in browser.url()
            assert browser.troubles() == []
        finally:
            browser.close()
