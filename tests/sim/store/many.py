"""Very many messages, alike but for their texts, written as rows at once."""

from __future__ import annotations

from smsc_sim.sim.store.store import Store
from smsc_sim.smpp.pdu import encode

MANY = 60_000

_COLUMNS = (
    "direction, seq, at, session, account, command, octets, place, source, destination, text, data_coding, esm_class,"
    " registered_delivery, part, parts, message_id, rule, state, state_at, error_code, scheduled_at, expires_at,"
    " serial, nth"
)
_VALUES = "'mt', x, 1, 1, 'a', 'submit_sm', ?1, 0, '', '', 'number ' || x, 0, 0, 0, 1, 1, '', '', '', 0, '', 0, 0, 0, 0"


def many() -> Store:
    """A store in memory with so many; the texts are ``number 1`` and so on."""
    store = Store()
    numbers = f"WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {MANY}) SELECT x FROM n"
    store.connection.execute(
        f"INSERT INTO message (id, {_COLUMNS}) SELECT x, {_VALUES} FROM ({numbers})",
        (encode("submit_sm", sequence_number=1),),
    )
    store.connection.execute("INSERT INTO message_text (rowid, text) SELECT id, text FROM message")
    return store
