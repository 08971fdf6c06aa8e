"""Pages that say what is wrong."""

import pytest

from smsc_sim.web.app import MENU
from smsc_sim.web.error_page import ADVICE, advice, nearest
from smsc_sim.web.pages import PAGES
from smsc_sim.web.problem import EVERYWHERE, MALFORMED
from tests.web.reader import read
from tests.web.site import Site


@pytest.mark.parametrize(
    ("path", "page"),
    [("/binds/s9", "/binds"), ("/binds", "/binds"), ("/bindsx", None), ("/", None), ("/nope", None)],
)
def test_the_page_that_a_path_belongs_to(path: str, page: str | None) -> None:
    found = nearest(path, MENU)
    assert (found.path if found is not None else None) == page


def test_what_any_request_can_meet_has_words_of_its_own() -> None:
    assert all(kind in ADVICE or kind.code in {"malformed_request", "not_acceptable"} for kind in EVERYWHERE)
    assert advice(MALFORMED).heading == MALFORMED.title


def test_a_page_that_is_not_there_says_what_to_do_and_has_the_menu() -> None:
    site = Site()
    shown = read(site.get("/binds/s9").body)
    assert shown.open == []
    assert "404 Not Found There is nothing here There was no such session." in shown.text
    assert "Binds Overview Request 1." in shown.text
    assert 'href="/reference"' in site.get("/binds/s9").body


def test_who_has_not_come_in_sees_no_menu() -> None:
    body = Site().get("/", host="elsewhere.example").body
    assert "Not under this name" in body
    assert "--allowed-host" in body
    assert 'href="/reference"' not in body


def test_a_fault_of_ours_has_the_number_that_is_in_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site()
    monkeypatch.setattr(type(site.console.traffic), "points", lambda *_: 1 / 0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("smsc_sim.web.app._log.failure", lambda *_, **__: None)
        text = read(site.get("/").body).text
    assert "The simulator made a mistake" in text
    assert "Request 1: this number is in the log, beside the reason." in text


def test_the_words_name_pages_that_there_are() -> None:
    assert {"/", "/login"} <= {page.path for page in PAGES}
