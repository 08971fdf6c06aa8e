"""What the pages say, and that nothing that came over the air can say it for them."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from http import HTTPStatus
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.web.hint import ClientHint
from smsc_sim.web.pages import BINDS_SHOWN, MESSAGES_SHOWN, Pages, clock, count, duration, iso
from tests.web.site import BIND, MESSAGE, NOW, view

PAGES = Pages()
DEFAULT = ClientHint("127.0.0.1", 2775, "smppclient1", "password")


class Reader(HTMLParser):
    """The text of a page, its tags, and which of them are not closed."""

    VOID = frozenset({"meta", "link", "img", "br"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def read(page: bytes) -> Reader:
    return Reader(page.decode())


def test_binds_and_messages_are_listed() -> None:
    refused = replace(MESSAGE, command_status=0x58, message_id="")
    waiting = replace(MESSAGE, command_status=None, message_id="")
    page = read(PAGES.status(view([BIND, replace(BIND, tls="")], [MESSAGE, refused, waiting]), None))
    assert page.open == []
    for words in (
        "s7 acme transceiver 127.0.0.1:51234 TLSv1.3 3.4 3 min 20 s 8 s 12,345 678 9",
        "127.0.0.1:51234 plaintext 3.4",
        "05:53:44.120 acme s7 Acme 447700900123 Hello 0 ESME_ROK 001a2b3c",
        "Hello 0 ESME_RTHROTTLED",
        "Hello 0 no response yet",
        "Live binds 2",
        "Accepted messages 1,234,567",
        "Refused messages 89",
        "Receipts pending 321 12 due and waiting",
        "Listening on 127.0.0.1:2775 [::1]:2776",
        "version 0.1.0 up 2 h 5 min as of 05:53:44 UTC",
    ):
        assert words in page.text


def test_long_lists_are_cut_and_say_so() -> None:
    page = read(PAGES.status(view([BIND] * (BINDS_SHOWN + 1), [MESSAGE] * (MESSAGES_SHOWN + 1)), None))
    assert f"Shown are {BINDS_SHOWN} of {BINDS_SHOWN + 1}." in page.text
    assert f"Shown are the newest {MESSAGES_SHOWN}." in page.text
    assert page.tags.count("tr") == 2 + BINDS_SHOWN + MESSAGES_SHOWN


def test_lists_that_are_whole_say_nothing() -> None:
    assert "Shown are" not in read(PAGES.status(view([BIND] * BINDS_SHOWN, [MESSAGE]), None)).text


def test_without_binds_the_page_says_how_to_bind() -> None:
    page = read(PAGES.status(view(), DEFAULT))
    assert "Host 127.0.0.1 Port 2775 system_id smppclient1 password password" in page.text
    assert 'bind_transceiver(system_id="smppclient1", password="password")' in page.text
    assert "No message yet." in page.text


def test_accounts_of_the_user_are_not_spelt_out() -> None:
    page = read(PAGES.status(view(), ClientHint("127.0.0.1", 2775)))
    assert "Port 2775 system_id one of the configured accounts" in page.text
    assert "bind_transceiver" not in page.text


def test_the_hint_goes_when_a_client_is_bound() -> None:
    assert "smppclient1" not in read(PAGES.status(view([BIND]), DEFAULT)).text


def test_without_a_hint_the_page_claims_nothing() -> None:
    assert "Port" not in read(PAGES.status(view(), None)).text


def test_no_port() -> None:
    assert "Listening on no port" in read(PAGES.status(replace(view(), endpoints=[]), None)).text


def test_error_page() -> None:
    page = read(PAGES.error(HTTPStatus.NOT_FOUND, "There is no <such> page."))
    assert "404 Not Found There is no <such> page." in page.text
    assert page.open == []


HOSTILE = st.text(st.characters(codec=None, exclude_categories=()) | st.sampled_from("<>\"'&\u202e\x00\n\ud800"))


@given(HOSTILE, HOSTILE)
def test_hostile_text_stays_text(text: str, address: str) -> None:
    calm = read(PAGES.status(view([BIND], [MESSAGE]), None))
    address += "."
    message = replace(MESSAGE, text=text + ".", source_addr=address, account=address, message_id=address)
    page = PAGES.status(view([replace(BIND, account=address)], [message]), None)
    reader = read(page)
    assert [tag for tag in reader.tags if tag != "span"] == [tag for tag in calm.tags if tag != "span"]
    assert reader.open == []
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", page.decode())


def test_markup_in_a_message_is_shown_as_it_is() -> None:
    text = "<script>alert(1)</script> {{ 7 * 7 }}"
    assert text in read(PAGES.status(view([], [replace(MESSAGE, text=text)]), None)).text


def test_what_is_missing_is_said() -> None:
    nameless = replace(MESSAGE, account="", source_addr="")
    assert "05:53:44.120 s7 none 447700900123" in read(PAGES.status(view([], [nameless]), None)).text


def test_an_empty_message() -> None:
    assert "447700900123 empty 0" in read(PAGES.status(view([], [replace(MESSAGE, text="")]), None)).text


def test_no_template_switches_escaping_off() -> None:
    templates = [path for path in (files("smsc_sim") / "templates").iterdir() if path.name.endswith(".html")]
    assert templates
    for template in templates:
        assert not re.search(r"\|\s*safe|autoescape|<script|\son\w+=|style=", template.read_text("utf-8")), template


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1, "0 s"),
        (0, "0 s"),
        (0.9, "0 s"),
        (8.5, "8 s"),
        (60, "1 min"),
        (200, "3 min 20 s"),
        (3600, "1 h"),
        (3601, "1 h"),
        (7500, "2 h 5 min"),
        (90000, "1 d 1 h"),
        (86400 * 400, "400 d"),
    ],
)
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_instants() -> None:
    assert iso(NOW) == "2026-11-22T05:53:44Z"
    assert clock(NOW) == "05:53:44.120"
    assert clock(0.0) == "00:00:00.000"


def test_count() -> None:
    assert count(1234567) == "1,234,567"
