"""A search as SQL over the tables ``message``, ``receipt`` and ``message_text``; what people wrote is always bound.

``message_text`` is an FTS5 table with :data:`~smsc_sim.sim.search.words.TOKENIZER` whose column ``text`` holds what
:func:`~smsc_sim.sim.search.words.indexed` makes of the message's text. A connection must know :data:`FUNCTIONS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from smsc_sim.scenario.glob import Glob
from smsc_sim.scenario.matching import Clause, Like, NumberIn, Numbers, OneOf, Test
from smsc_sim.scenario.when import Condition, FieldCondition
from smsc_sim.sim.search.keys import IS, KEYS, RECEIPT, STATE
from smsc_sim.sim.search.order import NULLABLE, lies_behind
from smsc_sim.sim.search.paging import NEWEST_FIRST, Cursor, Sort
from smsc_sim.sim.search.query import FieldFilter, IsFilter, Query, Term, TimeFilter, WordsFilter
from smsc_sim.sim.search.statement import ALL, Parameter, Sql, any_of, every
from smsc_sim.sim.search.words import Phrase, words
from smsc_sim.sim.store.standing import TRANSIENT, UNTOLD
from smsc_sim.smpp.receipt_text import MessageState


def _fits(pattern: str, text: str) -> bool:
    return Glob(pattern).matches(text)


def _says(phrase: str, prefix: int, text: str) -> bool:
    return Phrase(tuple(phrase.split(" ")), bool(prefix)).found_in(words(text))


FUNCTIONS: Final[tuple[tuple[str, int, Callable[..., bool]], ...]] = (("fits", 2, _fits), ("says", 3, _says))
"""Name, number of arguments and function, for ``sqlite3.Connection.create_function`` with ``deterministic``.

``fits`` is asked only where a text or a pattern has a NUL in it, at which GLOB stops reading; ``says`` where words are
looked for in rows that the index of words does not give in their order.
"""


class Part(NamedTuple):
    """The rows that are looked at where not all are."""

    above: int | None = None
    """Those with a higher id."""
    up_to: int | None = None
    """Those with this id or a lower one."""
    rows: int | None = None
    """The first so many behind the cursor, in an order other than that of ids."""
    tied: bool = False
    """Those that are alike to the cursor in what they are sorted by."""

    @property
    def is_scanned(self) -> bool:
        """Whether each of the rows is looked at, whatever an index could give."""
        return self.up_to is not None or self.rows is not None

    @property
    def size(self) -> int:
        """How many rows of a part that is scanned there are at most."""
        return (self.up_to or 0) - (self.above or 0) if self.rows is None else self.rows

    def limits(self, column: str) -> list[Sql]:
        """The conditions on the column that has the id."""
        limits = ((">", self.above), ("<=", self.up_to))
        return [Sql(f"{column} {sign} ?", (one,)) for sign, one in limits if one is not None]


WHOLE: Final = Part()


def where(query: Query, now: float, part: Part = WHOLE) -> Sql:
    """The condition under which a row of ``message`` is found when it is ``now``.

    Rows outside ``part`` need not be asked about, which spares the index of words work.
    """
    if not query.groups:
        return ALL
    return any_of(every(_term(term, now, part) for term in group) for group in query.groups)


def select(
    query: Query,
    now: float,
    *,
    sort: Sort = NEWEST_FIRST,
    cursor: Cursor | None = None,
    limit: int,
    since: int | None = None,
    part: Part = WHOLE,
    columns: str = "message.*",
) -> Sql:
    """The statement for at most ``limit`` rows behind the cursor, in their order.

    ``since``: only messages whose ``seq`` is higher. ``columns`` is no text of users. Who asks for one row more than a
    page has knows whether there is more.
    """
    conditions = [] if since is None else [Sql("message.seq > ?", (since,))]
    matches, rest = _indexed(query, now, part)
    if matches and part.rows is None and sort.key == "id":
        # The index gives its rows in the order of their ids, so that a page of many is found without finding all.
        rowid = "message_text.rowid"
        if cursor is not None:
            conditions.append(Sql(f"{rowid} {'<' if sort.descending else '>'} ?", (cursor.id,)))
        given = [Sql("message_text MATCH ?", (matches,)), *part.limits(rowid)]
        found = every([*given, *conditions, *rest])
        joined = f"message_text CROSS JOIN message ON message.id = {rowid}"
        return Sql(
            f"SELECT {columns} FROM {joined} WHERE {found.text} ORDER BY {rowid} {sort.direction} LIMIT ?",
            (*found.parameters, limit),
        )
    conditions += part.limits("message.id")
    behind = [] if cursor is None else [lies_behind(sort, cursor, tied=part.tied)]
    if part.rows is not None:
        # The order's own index gives the ids of the part, and only then is each row looked at.
        inner = every(behind)
        ids = f"SELECT message.id FROM message WHERE {inner.text} ORDER BY {sort.order} LIMIT ?"
        tables = Sql(f"({ids}) AS part CROSS JOIN message ON message.id = part.id", (*inner.parameters, part.rows))
    else:
        conditions += behind
        tables = Sql("message NOT INDEXED" if part.is_scanned else "message")
    condition = every([*conditions, where(query, now, part)])
    # Where rows are not scanned they are to come from the indexes of what is asked for, and not in their order.
    order = sort.order if part.is_scanned else sort.order_of_found
    return Sql(
        f"SELECT {columns} FROM {tables.text} WHERE {condition.text} ORDER BY {order} LIMIT ?",
        (*tables.parameters, *condition.parameters, limit),
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
    return None if None in clauses else any_of(clause for clause in clauses if clause is not None)


def is_of_words(query: Query) -> bool:
    """Whether the index of words gives all that is found, in the order of ids."""
    return len(query.groups) == 1 and any(
        isinstance(term.filter, WordsFilter) and not term.negated for term in query.groups[0]
    )


def reads_words(query: Query, part: Part) -> bool:
    """Whether the texts of a part are read for the words in them."""
    asked = (term.filter for term in query.terms)
    return any(isinstance(one, WordsFilter) and not _is_given(one.phrase, part) for one in asked)


def _indexed(query: Query, now: float, part: Part) -> tuple[str, list[Sql]]:
    """The words that the one group asks for, as FTS5 is asked, and its other terms; no words where there is no one."""
    if len(query.groups) != 1:
        return "", []
    found: list[str] = []
    rest: list[Sql] = []
    for term in query.groups[0]:
        if isinstance(term.filter, WordsFilter) and not term.negated and _is_given(term.filter.phrase, part):
            found.append(term.filter.phrase.match)
        else:
            rest.append(_term(term, now, part))
    return " AND ".join(found), rest


def _is_given(phrase: Phrase, part: Part) -> bool:
    """Whether the index of words gives the rows of a part: it looks at all of a phrase or a prefix before it ends."""
    return not part.is_scanned or (part.rows is None and len(phrase.words) == 1 and not phrase.prefix)


def _term(term: Term, now: float, part: Part) -> Sql:
    asked = term.filter
    if isinstance(asked, FieldFilter):
        sql = _field(asked, now, part)
    elif isinstance(asked, IsFilter):
        means = IS[asked.word]
        sql = _in_states(means, now, part) if isinstance(means, frozenset) else Sql(means[0])
    elif isinstance(asked, TimeFilter):
        sign = ">=" if asked.side == "after" else "<"
        sql = Sql(f"message.at {sign} ?", (asked.moment.instant(now),))
    else:
        sql = _words(asked.phrase, part)
    return Sql(f"NOT ({sql.text})", sql.parameters) if term.negated else sql


def _words(phrase: Phrase, part: Part) -> Sql:
    if not _is_given(phrase, part):
        return Sql("says(?, ?, message.text)", (" ".join(phrase.words), int(phrase.prefix)))
    condition = every([Sql("message_text MATCH ?", (phrase.match,)), *part.limits("rowid")])
    return Sql(f"message.id IN (SELECT rowid FROM message_text WHERE {condition.text})", condition.parameters)


def _field(asked: FieldFilter, now: float, part: Part) -> Sql:
    if asked.key.name == STATE:
        return _in_states(frozenset(filter(asked.clause.holds, ("", *MessageState.__members__))), now, part)
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


def _in_states(states: frozenset[str], now: float, part: Part) -> Sql:
    """The condition under which a message is in one of these states."""
    ways = [Sql("message.state = ''")] if "" in states else []
    by_now = (now, now, now)
    final = sorted(states - TRANSIENT - {""})
    if final:
        # With few rows to look at these give a page soonest when they are read in their order, else by indexes.
        later = 'message.id IN (SELECT message FROM receipt WHERE "index" > 0)' if part == WHOLE else _FURTHER
        told = _in(_TOLD, final)
        told = Sql(told.text, (*by_now, *told.parameters))
        may_be = any_of([_in("message.state", final), Sql(later)])
        ways.append(every([may_be, Sql("message.state <> ''"), told]))
    pending = states & TRANSIENT
    if pending:
        # Nothing else tells SQLite that most messages are final, and the index short.
        may_be = any_of(
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
    return any_of(ways)


def _clause(column: str, clause: Clause) -> Sql | None:
    """A clause about a column, never NULL; None for clauses that SQL does not know."""
    if isinstance(clause, OneOf) and not clause.lower:
        texts = {form for text in clause.texts for form in _forms(text, address=clause.address)}
        return _unusual(column, _in(column, sorted(texts)), clause)
    if isinstance(clause, Like) and not clause.lower:
        return _unusual(column, _like(column, clause.glob.pattern, address=clause.address), clause)
    if isinstance(clause, NumberIn):
        return _present(column, _in(column, sorted(clause.numbers)))
    if isinstance(clause, Numbers):
        limits = [("<=", clause.most), (">=", clause.least)]
        return _present(column, every(Sql(f"{column} {sign} ?", (one,)) for sign, one in limits if one is not None))
    return None


def _unusual(column: str, sql: Sql, clause: Clause) -> Sql:
    """The same, so that it can be seen that an index without the most frequent values is enough."""
    frequent = _FREQUENT.get(column, ())
    if not frequent or any(map(clause.holds, frequent)):
        return sql
    unequal = " AND ".join(f"{column} <> '{value}'" for value in frequent)
    return Sql(f"({unequal} AND {sql.text})", sql.parameters)


_FREQUENT: Final = {"message.rule": ("",), "message.message_id": ("",), "message.error_code": ("", "000")}
"""Values that are not in the index of a column."""


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
    if column not in NULLABLE:
        return sql
    return Sql(f"({column} IS NOT NULL AND {sql.text})", sql.parameters)


def _in(column: str, values: Iterable[Parameter]) -> Sql:
    parameters = tuple(values)
    return Sql(f"{column} IN ({', '.join('?' * len(parameters))})", parameters)
