"""A search as SQL over the tables ``message``, ``receipt`` and ``message_text``; what people wrote is always bound.

``message_text`` is an FTS5 table with :data:`~smsc_sim.sim.search.words.TOKENIZER` whose column ``text`` holds what
:func:`~smsc_sim.sim.search.words.indexed` makes of the message's text. A connection must know :data:`FUNCTIONS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple, TypeAlias

from smsc_sim.scenario.glob import Glob
from smsc_sim.scenario.matching import Clause, Like, NumberIn, Numbers, OneOf, Test
from smsc_sim.scenario.when import Condition, FieldCondition
from smsc_sim.sim.search.keys import IS, KEYS, RECEIPT, STATE
from smsc_sim.sim.search.paging import NEWEST_FIRST, NO_STATUS, Cursor, Sort
from smsc_sim.sim.search.query import FieldFilter, IsFilter, Query, Term, TimeFilter, WordsFilter
from smsc_sim.sim.store.standing import TRANSIENT, UNTOLD
from smsc_sim.smpp.receipt_text import MessageState

Parameter: TypeAlias = "str | int | float"


class Sql(NamedTuple):
    """A statement, or a part of one, and what is bound to its question marks."""

    text: str
    parameters: tuple[Parameter, ...] = ()


def _fits(pattern: str, text: str) -> bool:
    return Glob(pattern).matches(text)


FUNCTIONS: Final[tuple[tuple[str, int, Callable[[str, str], bool]], ...]] = (("fits", 2, _fits),)
"""Name, number of arguments and function, for ``sqlite3.Connection.create_function`` with ``deterministic``.

``fits`` is asked only where a text or a pattern has a NUL in it, at which GLOB stops reading.
"""

_ALL: Final = Sql("1")
_NONE: Final = Sql("0")


QUICK: Final = 20_000
"""Of how many of the newest messages a page is tried to be filled first; see :func:`select`."""


def where(query: Query, now: float, above: int | None = None) -> Sql:
    """The condition under which a row of ``message`` is found when it is ``now``.

    ``above``: rows with this id or a lower one are not asked about, which spares the index of words work.
    """
    if not query.groups:
        return _ALL
    return _any(every(_term(term, now, above) for term in group) for group in query.groups)


def select(
    query: Query,
    now: float,
    *,
    sort: Sort = NEWEST_FIRST,
    cursor: Cursor | None = None,
    limit: int,
    since: int | None = None,
    above: int | None = None,
    columns: str = "message.*",
) -> Sql:
    """The statement for at most ``limit`` rows behind the cursor, in their order.

    ``since``: only messages whose ``seq`` is higher; ``above``: whose id is. ``columns`` is no text of users. Who asks
    for one row more than a page has knows whether there is more.

    A page of the newest is found soonest when it is asked for ``above`` the id QUICK below the cursor's, or the newest
    one's, first; only when that gives fewer rows than ``limit`` is the statement without ``above`` needed.
    """
    conditions = [] if since is None else [Sql("message.seq > ?", (since,))]
    if above is not None:
        conditions.append(Sql("message.id > ?", (above,)))
    matches, rest = _indexed(query, now, above)
    if matches and sort.key == "id":
        # The index gives its rows in the order of their ids, so that a page of many is found without finding all.
        rowid = "message_text.rowid"
        if cursor is not None:
            conditions.append(Sql(f"{rowid} {'<' if sort.descending else '>'} ?", (cursor.id,)))
        if above is not None:
            conditions.append(Sql(f"{rowid} > ?", (above,)))
        condition = every([Sql("message_text MATCH ?", (matches,)), *conditions, *rest])
        tables = f"message_text CROSS JOIN message ON message.id = {rowid}"
        return Sql(
            f"SELECT {columns} FROM {tables} WHERE {condition.text} ORDER BY {rowid} {sort.direction} LIMIT ?",
            (*condition.parameters, limit),
        )
    if cursor is not None:
        conditions.append(_behind(sort, cursor))
    condition = every([*conditions, where(query, now, above)])
    return Sql(
        f"SELECT {columns} FROM message WHERE {condition.text} ORDER BY {sort.order} LIMIT ?",
        (*condition.parameters, limit),
    )


def count(query: Query, now: float, *, since: int | None = None) -> Sql:
    """The statement for the number of messages found."""
    conditions = [] if since is None else [Sql("message.seq > ?", (since,))]
    condition = every([*conditions, where(query, now)])
    return Sql(f"SELECT count(*) FROM message WHERE {condition.text}", condition.parameters)


def narrowed(conditions: Iterable[Condition]) -> Sql:
    """What columns can say of conditions of ``when``: rows for which it does not hold cannot fulfil them.

    The others have to be asked themselves.
    """
    found = []
    for condition in conditions:
        if isinstance(condition, FieldCondition) and condition.key in KEYS and condition.key not in _OTHERWISE:
            translated = passing(KEYS[condition.key].column, condition.test)
            if translated is not None:
                found.append(translated)
    return every(found)


_OTHERWISE: Final = frozenset({RECEIPT, STATE, "id", "message_id"})
"""Keys that mean something else in ``when``."""


def passing(column: str, test: Test) -> Sql | None:
    """The condition under which a column of ``message`` passes a test; None when SQL cannot tell."""
    clauses = [_clause(f"message.{column}", clause) for clause in test.clauses]
    return None if None in clauses else _any(clause for clause in clauses if clause is not None)


def _indexed(query: Query, now: float, above: int | None) -> tuple[str, list[Sql]]:
    """The words that the one group asks for, as FTS5 is asked, and its other terms; no words where there is no one."""
    if len(query.groups) != 1:
        return "", []
    found: list[str] = []
    rest: list[Sql] = []
    for term in query.groups[0]:
        if isinstance(term.filter, WordsFilter) and not term.negated:
            found.append(term.filter.phrase.match)
        else:
            rest.append(_term(term, now, above))
    return " AND ".join(found), rest


def _term(term: Term, now: float, above: int | None) -> Sql:
    asked = term.filter
    if isinstance(asked, FieldFilter):
        sql = _field(asked, now, above)
    elif isinstance(asked, IsFilter):
        means = IS[asked.word]
        sql = _in_states(means, now, above) if isinstance(means, frozenset) else Sql(means[0])
    elif isinstance(asked, TimeFilter):
        sign = ">=" if asked.side == "after" else "<"
        sql = Sql(f"message.at {sign} ?", (asked.moment.instant(now),))
    else:
        inner = "SELECT rowid FROM message_text WHERE message_text MATCH ?"
        sql = Sql(f"message.id IN ({inner})", (asked.phrase.match,))
        if above is not None:
            sql = Sql(f"message.id IN ({inner} AND rowid > ?)", (asked.phrase.match, above))
    return Sql(f"NOT ({sql.text})", sql.parameters) if term.negated else sql


def _field(asked: FieldFilter, now: float, above: int | None) -> Sql:
    if asked.key.name == STATE:
        return _in_states(frozenset(filter(asked.clause.holds, ("", *MessageState.__members__))), now, above)
    if asked.key.name != RECEIPT:
        clause = _clause(f"message.{asked.key.column}", asked.clause)
        assert clause is not None, "keys of searches read no other clauses"
        return clause
    clause = _clause("receipt.state", asked.clause)
    assert clause is not None, "keys of searches read no other clauses"
    condition = f"receipt.message = message.id AND receipt.sent_at > 0 AND {clause.text}"
    return Sql(f"EXISTS (SELECT 1 FROM receipt WHERE {condition})", clause.parameters)


_FURTHER: Final = 'EXISTS (SELECT 1 FROM receipt WHERE receipt.message = message.id AND receipt."index" > 0)'
_FINAL: Final = "state NOT IN ('', 'ENROUTE', 'SCHEDULED')"
_REACHED: Final = f"message.state_at > 0 AND message.state_at <= ? AND message.{_FINAL}"
_INSTANT: Final = "CASE WHEN receipt.sent_at <> 0 THEN min(receipt.due, receipt.sent_at) ELSE receipt.due END"
_TOLD: Final = (
    f"coalesce(CASE WHEN {_FURTHER} THEN ("
    "SELECT receipt.state FROM receipt WHERE receipt.message = message.id"
    f" AND receipt.status NOT IN {UNTOLD} AND receipt.{_FINAL} AND {_INSTANT} <= ?"
    f" AND {_INSTANT} > CASE WHEN {_REACHED} THEN message.state_at ELSE 0 END"
    f" ORDER BY {_INSTANT} DESC, receipt.rowid LIMIT 1"
    f") END, CASE WHEN {_REACHED} THEN message.state END, '')"
)
"""The final state that an accepted message is in by now, as ``standing`` has it; empty when it is in none yet."""


def _in_states(states: frozenset[str], now: float, above: int | None) -> Sql:
    """The condition under which a message is in one of these states."""
    ways = [Sql("message.state = ''")] if "" in states else []
    by_now = (now, now, now)
    final = sorted(states - TRANSIENT - {""})
    if final:
        # With few rows to look at these give a page soonest when they are read in their order, else by indexes.
        later = 'message.id IN (SELECT message FROM receipt WHERE "index" > 0)' if above is None else _FURTHER
        told = _in(_TOLD, final)
        told = Sql(told.text, (*by_now, *told.parameters))
        may_be = _any([_in("message.state", final), Sql(later)])
        ways.append(every([may_be, Sql("message.state <> ''"), told]))
    pending = states & TRANSIENT
    if pending:
        # Nothing else tells SQLite that most messages are final, and the index short.
        may_be = _any(
            [
                Sql("message.state IN ('ENROUTE', 'SCHEDULED')"),
                Sql("message.state <> '' AND likelihood(message.state_at > ?, 0.001)", (now,)),
                Sql("message.state <> '' AND likelihood(message.state_at <= 0, 0.001)"),
            ]
        )
        parts = [may_be, Sql(f"{_TOLD} = ''", by_now)]
        if pending != TRANSIENT:
            sign = ">" if MessageState.SCHEDULED.name in pending else "<="
            parts.append(Sql(f"message.scheduled_at {sign} ?", (now,)))
        ways.append(every(parts))
    return _any(ways)


def _clause(column: str, clause: Clause) -> Sql | None:
    """A clause about a column, never NULL; None for clauses that SQL does not know."""
    if isinstance(clause, OneOf) and not clause.lower:
        texts = {form for text in clause.texts for form in _forms(text, address=clause.address)}
        return _not_empty(column, _in(column, sorted(texts)), clause)
    if isinstance(clause, Like) and not clause.lower:
        return _not_empty(column, _like(column, clause.glob.pattern, address=clause.address), clause)
    if isinstance(clause, NumberIn):
        return _present(column, _in(column, sorted(clause.numbers)))
    if isinstance(clause, Numbers):
        limits = [("<=", clause.most), (">=", clause.least)]
        return _present(column, every(Sql(f"{column} {sign} ?", (one,)) for sign, one in limits if one is not None))
    return None


def _not_empty(column: str, sql: Sql, clause: Clause) -> Sql:
    """The same, so that it can be seen that an index of the values that are not empty is enough."""
    if column not in _OFTEN_EMPTY or clause.holds(""):
        return sql
    return Sql(f"({column} <> '' AND {sql.text})", sql.parameters)


_OFTEN_EMPTY: Final = frozenset({"message.rule", "message.message_id"})


def _forms(text: str, *, address: bool) -> set[str]:
    """Every value that is this text in its normal form."""
    is_number = text.isascii() and text.isdigit()
    return {text, f"+{text}"} if address and is_number else {text}


def _like(column: str, pattern: str, *, address: bool) -> Sql:
    escaped = pattern.replace("[", "[[]")
    if "\0" in pattern:
        return Sql(f"fits(?, {column})", (pattern,))
    if column == "message.text":
        condition = f"CASE WHEN instr(CAST({column} AS BLOB), x'00') THEN fits(?, {column}) ELSE {column} GLOB ? END"
        return Sql(condition, (pattern, escaped))
    if not address:
        return Sql(f"{column} GLOB ?", (escaped,))
    only_digits = f"substr({column}, 2) <> '' AND substr({column}, 2) NOT GLOB '*[^0-9]*'"
    if pattern[0].isdigit():
        # Both can be answered by an index.
        return Sql(f"({column} GLOB ? OR {column} GLOB ? AND {only_digits})", (escaped, f"+{escaped}"))
    normal = f"CASE WHEN {column} GLOB '+*' AND {only_digits} THEN substr({column}, 2) ELSE {column} END"
    return Sql(f"{normal} GLOB ?", (escaped,))


def _present(column: str, sql: Sql) -> Sql:
    if column not in _NULLABLE:
        return sql
    return Sql(f"({column} IS NOT NULL AND {sql.text})", sql.parameters)


_NULLABLE: Final = frozenset({"message.command_status", "message.reference"})


def _in(column: str, values: Iterable[Parameter]) -> Sql:
    parameters = tuple(values)
    return Sql(f"{column} IN ({', '.join('?' * len(parameters))})", parameters)


def every(parts: Iterable[Sql]) -> Sql:
    """All of the conditions; of none, what always holds."""
    asked = [part for part in parts if part != _ALL]
    return _joined(" AND ", asked) if asked else _ALL


def _any(parts: Iterable[Sql]) -> Sql:
    ways = list(parts)
    return _joined(" OR ", ways) if ways else _NONE


def _joined(word: str, parts: list[Sql]) -> Sql:
    text = word.join(part.text for part in parts)
    return Sql(f"({text})" if len(parts) > 1 else text, tuple(one for part in parts for one in part.parameters))


def _behind(sort: Sort, cursor: Cursor) -> Sql:
    sign = "<" if sort.descending else ">"
    if sort.key == "id":
        return Sql(f"message.id {sign} ?", (cursor.id,))
    column = sort.expression
    behind = Sql(f"({column}, message.id) {sign} (?, ?)", (cursor.value, cursor.id))
    if column not in _NULLABLE:
        return behind
    # SQL sorts NULL before everything, and compares it with nothing.
    if cursor.value == NO_STATUS:
        same = Sql(f"({column} IS NULL AND message.id {sign} ?)", (cursor.id,))
        return same if sort.descending else _any([same, Sql(f"{column} IS NOT NULL")])
    return _any([behind, Sql(f"{column} IS NULL")]) if sort.descending else behind
