"""Live sessions as lists show them."""

import pytest

from smsc_sim.web.session_rows import SORTS, session_row, session_rows
from tests.web.site import Site


def test_a_session_that_is_not_bound() -> None:
    site = Site()
    session = site.smsc.connected("127.0.0.1:9", "127.0.0.1", site.now)
    site.clock.advance(3)
    row = session_row(site.console, session)
    assert (row.system_id, row.connected, row.idle, row.link, row.window) == ("", 3.0, 3.0, None, 0)


@pytest.mark.parametrize("key", SORTS)
def test_every_order_can_be_turned_round(key: str) -> None:
    site = Site()
    for _ in range(3):
        site.submit(site.bind())
        site.clock.advance(1)
    sessions = site.smsc.sessions.values()
    rows = session_rows(site.console, sessions, key)
    assert [SORTS[key](row) for row in session_rows(site.console, sessions, f"-{key}")] == [
        SORTS[key](row) for row in reversed(rows)
    ]
