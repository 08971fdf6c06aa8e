"""The store in all its forms: in memory and in a file, written in one batch or many, expanded now, later or never."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from smsc_sim.scenario.loaded import Scenario
from smsc_sim.sim.messages.ledger import RUN, SUBMISSION, Entry
from smsc_sim.sim.smsc import Smsc
from smsc_sim.sim.store.batch import Numbers
from smsc_sim.sim.store.finding import Finder
from smsc_sim.sim.store.reading import messages_where
from smsc_sim.sim.store.schema import StoreError
from smsc_sim.sim.store.store import PORTION, Store
from smsc_sim.sim.store.stored import StoredMessage
from tests.sim.playing import Play, SubmitSm, rule
from tests.sim.store.model import Model
from tests.sim.test_scenarios import play, stories
from tests.sim.written import scenarios


@dataclass
class Form:
    """One way in which entries come into a store."""

    in_file: bool
    sizes: tuple[int, ...]
    """Entries of each batch; the last size repeats."""
    expands: tuple[bool, ...]
    """Whether what is there becomes rows after each batch, likewise."""
    reopens: bool
    portion: int = PORTION
    """Messages and receipts of one portion of a batch, about."""


FORMS = [
    Form(in_file=False, sizes=(10_000,), expands=(True,), reopens=False),
    Form(in_file=False, sizes=(1,), expands=(False,), reopens=False),
    Form(in_file=True, sizes=(3, 1, 7), expands=(True, False), reopens=True),
    Form(in_file=True, sizes=(2,), expands=(False,), reopens=True),
    Form(in_file=False, sizes=(10_000,), expands=(False,), reopens=False, portion=2),
    Form(in_file=True, sizes=(11,), expands=(False, True), reopens=True, portion=3),
]
forms = st.builds(
    Form,
    in_file=st.just(False),
    sizes=st.lists(st.integers(1, 9), min_size=1, max_size=4).map(tuple),
    expands=st.lists(st.booleans(), min_size=1, max_size=4).map(tuple),
    reopens=st.just(False),
    portion=st.integers(1, 9),
)


class Written(list[Entry]):
    """Entries, and how numbers stood when each was made."""

    def __init__(self) -> None:
        self.numbers: list[Numbers] = []
        self.smsc: Smsc | None = None

    def append(self, entry: Entry) -> None:
        assert self.smsc is not None, "set before anything happens"
        super().append(entry)
        # A batch ends between events, and here it may end in the midst of one: of its numbers only those that are told
        # count.
        next_id, _, last_session = self.smsc.numbers()
        next_number = self.numbers[-1].next_number if self.numbers else 1
        if entry[0] == RUN:
            next_number = entry[6] + entry[7]
        elif entry[0] == SUBMISSION:
            next_number = max([next_number, *(row[0] + 1 for row in entry[9])])
        self.numbers.append(Numbers(next_id, next_number, last_session))


def kept(loaded: Scenario, story: list[Any]) -> tuple[Play, Written]:
    """What the ledger says of a whole story."""
    written = Written()
    return play(loaded, story, written=written), written


def batches(entries: Written, form: Form) -> Iterator[tuple[list[Entry], Numbers, bool]]:
    at = number = 0
    while at < len(entries):
        end = min(at + form.sizes[min(number, len(form.sizes) - 1)], len(entries))
        yield entries[at:end], entries.numbers[end - 1], form.expands[min(number, len(form.expands) - 1)]
        at = end
        number += 1


def stored(entries: Written, form: Form, folder: Path) -> Store:
    """The store when all this has been written to it."""
    path = folder / "messages.db" if form.in_file else None
    store = Store(path)
    store.portion = form.portion
    for some, numbers, expands in batches(entries, form):
        store.write(some, numbers)
        if expands:
            store.expand()
        if form.reopens:
            store.close()
            store = Store(path)
            store.portion = form.portion
    return store


def rows(store: Store) -> list[StoredMessage]:
    while store.expand():
        pass
    return messages_where(store.connection, "direction = 'mt'")


def assert_found(finder: Finder, model: Model, message: StoredMessage, now: float) -> None:
    """A message is found by its id and by its addresses; how far its receipts are is told when it has become a row."""
    by_id = (message.account, message.message_id)
    assert planned(finder.find(*by_id)) == planned(model.find(*by_id))
    by_addresses = (message.account, message.source, message.destination, "", now - 2.0)
    assert planned(finder.unfinished(*by_addresses)) == planned(model.unfinished(*by_addresses))


def planned(messages: list[StoredMessage]) -> list[tuple[StoredMessage, list[tuple[bytes, str, str]]]]:
    return [
        (replace(one, receipts=()), [(receipt.key, receipt.state, receipt.error_code) for receipt in one.receipts])
        for one in messages
    ]


def compare(loaded: Scenario, story: list[Any], form: Form) -> None:
    game, entries = kept(loaded, story)
    model = Model()
    model.read(entries)
    expected = model.all()
    with TemporaryDirectory() as folder:
        store = stored(entries, form, Path(folder))
        finder = Finder(store, list)
        for message in expected:
            if message.message_id:
                assert_found(finder, model, message, game.now)
        assert rows(store) == expected
        assert store.numbers == (entries.numbers[-1] if entries else Numbers())
        store.close()


@pytest.mark.parametrize(
    "form",
    FORMS,
    ids=["at once", "bit by bit", "file, reopened", "file, never rows", "in portions", "file, in portions"],
)
@settings(max_examples=20, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(loaded=scenarios, story=stories)
def test_every_form_keeps_what_the_ledger_says(form: Form, loaded: Scenario, story: list[Any]) -> None:
    compare(loaded, story, form)


@settings(phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(loaded=scenarios, story=stories, form=forms)
def test_it_does_not_matter_how_entries_are_batched(loaded: Scenario, story: list[Any], form: Form) -> None:
    compare(loaded, story, form)


@given(loaded=scenarios, story=stories, begun=st.integers(0, 30))
def test_what_is_not_written_yet_is_found_like_the_rest(loaded: Scenario, story: list[Any], begun: int) -> None:
    game, entries = kept(loaded, story)
    model = Model()
    model.read(entries)
    store = Store()
    if begun and entries:
        store.write(entries[:begun], entries.numbers[:begun][-1])
    finder = Finder(store, lambda: entries[begun:])
    for message in model.all():
        if message.message_id:
            assert_found(finder, model, message, game.now)


def some_messages(count: int, *, registered_delivery: int = 0) -> tuple[Play, Store]:
    """A store with so many messages, one batch each."""
    game = Play()
    game.smsc.ledger.kept = True
    esme = game.bind()
    store = Store()
    for number in range(count):
        esme.submit(SubmitSm(text=b"number %d" % number, registered_delivery=registered_delivery))
        store.write(game.smsc.ledger.take(), Numbers(*game.smsc.numbers()))
    return game, store


@pytest.mark.parametrize("expanded", [0, 5, 10])
def test_no_more_is_kept_than_asked_for(expanded: int) -> None:
    _, store = some_messages(10)
    for _ in range(expanded):
        store.expand(1)
    while store.shrink(4):
        pass
    assert [message.id for message in rows(store)] == [7, 8, 9, 10]
    assert store.connection.execute(
        "SELECT count(*) FROM message_text WHERE message_text MATCH 'number'"
    ).fetchone() == (4,)


@pytest.mark.parametrize("expanded", [0, 5, 10])
def test_a_message_stays_while_its_receipt_is_to_come(expanded: int) -> None:
    game, store = some_messages(10, registered_delivery=1)
    for _ in range(expanded):
        store.expand(1)
    while store.shrink(4):
        pass
    assert len(rows(store)) == 10
    game.advance(2)
    (esme,) = game.esmes
    for receipt in esme.take()[:3]:
        esme.answer(receipt)
    store.write(game.smsc.ledger.take(), Numbers(*game.smsc.numbers()))
    while store.expand() or store.shrink(4):
        pass
    assert [message.id for message in rows(store)] == [4, 5, 6, 7, 8, 9, 10]


def test_batches_that_owe_nothing_go_without_becoming_rows() -> None:
    game, store = some_messages(10, registered_delivery=1)
    game.advance(2)
    (esme,) = game.esmes
    for receipt in esme.take():
        esme.answer(receipt)
    store.write(game.smsc.ledger.take(), Numbers(*game.smsc.numbers()))
    while store.shrink(4):
        pass
    assert store.connection.execute("SELECT count(*) FROM message").fetchone() == (0,)
    assert [message.id for message in rows(store)] == [7, 8, 9, 10]


def test_in_haste_nothing_becomes_rows() -> None:
    game, store = some_messages(10, registered_delivery=1)
    assert not store.shrink(4, in_haste=True)
    game.advance(2)
    (esme,) = game.esmes
    for receipt in esme.take():
        esme.answer(receipt)
    store.write(game.smsc.ledger.take(), Numbers(*game.smsc.numbers()))
    while store.shrink(4, in_haste=True):
        pass
    assert store.connection.execute("SELECT count(*) FROM message").fetchone() == (0,)
    assert store.staging.messages == 4


def test_what_became_of_rows_is_not_forgotten_with_the_batch_that_tells() -> None:
    game, store = some_messages(1, registered_delivery=1)
    store.expand()
    game.advance(2)
    (esme,) = game.esmes
    (receipt,) = esme.take()
    esme.submit(SubmitSm())
    esme.answer(receipt)
    store.write(game.smsc.ledger.take(), Numbers(*game.smsc.numbers()))
    for _ in range(3):
        esme.submit(SubmitSm())
        store.write(game.smsc.ledger.take(), Numbers(*game.smsc.numbers()))
    while store.shrink(2):
        pass
    first = store.connection.execute("SELECT status FROM receipt WHERE message = 1").fetchall()
    assert first in ([], [("acknowledged",)])
    assert [message.id for message in rows(store)][-2:] == [4, 5]


@pytest.mark.parametrize("few", [0, 1, 2_000])
@pytest.mark.parametrize("on_disk", [False, True])
def test_rows_are_told_by_batches_that_tell_of_much_else(
    few: int, on_disk: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smsc_sim.sim.store.store._FEW", few)
    game = Play()
    game.smsc.ledger.kept = True
    esme = game.bind()
    store = Store(tmp_path / "messages.db" if on_disk else None)

    def write() -> None:
        store.write(game.smsc.ledger.take(), Numbers(*game.smsc.numbers()))

    for _ in range(6):
        esme.submit(SubmitSm(registered_delivery=1))
        write()
    store.expand(2)
    game.advance(2)
    for receipt in esme.take():
        esme.answer(receipt)
    write()
    for _ in range(3):
        esme.submit(SubmitSm(registered_delivery=0))
        write()
    while store.shrink(2, in_haste=True):
        pass
    assert store.staging.messages == 2
    told = store.connection.execute("SELECT message, status, attempts, sent_at > 0, answered_at > 0 FROM receipt")
    assert told.fetchall() == [(1, "acknowledged", 1, 1, 1), (2, "acknowledged", 1, 1, 1)]


def test_a_rule_that_refuses_is_remembered_with_its_message() -> None:
    game = Play(scenario=rule("when: {text: {contains: bad}}, reply: ESME_RINVBALANCE"))
    game.smsc.ledger.kept = True
    esme = game.bind()
    esme.give(SubmitSm(text=b"good").wire(1) + SubmitSm(text=b"bad").wire(2) + SubmitSm(text=b"good").wire(3))
    store = Store()
    store.portion = 10
    store.write(game.smsc.ledger.take(), Numbers(*game.smsc.numbers()))
    assert [(one.id, one.message_id, one.rule, one.command_status) for one in rows(store)] == [
        (1, "0000000001", "", 0),
        (2, "", "r", 0x40B),
        (3, "0000000002", "", 0),
    ]


def test_a_failure_in_the_midst_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    _, store = some_messages(3)

    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(store, "_leave_staging", fail)
    with pytest.raises(sqlite3.OperationalError):
        store.expand()
    monkeypatch.undo()
    assert len(store.staging) == 3
    assert [message.id for message in rows(store)] == [1, 2, 3]


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "messages.db"
    Store(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreError, match=r"newer smsc_sim \(version 99"):
        Store(path)


def test_a_database_of_something_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "messages.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE mine (a)")
    connection.commit()
    connection.close()
    with pytest.raises(StoreError, match="something else"):
        Store(path)


@pytest.mark.parametrize("octets", [b"no database at all, " * 100, b"SQLite format 3\0" + bytes(4096)])
def test_a_damaged_database_is_told(tmp_path: Path, octets: bytes) -> None:
    path = tmp_path / "messages.db"
    path.write_bytes(octets)
    with pytest.raises(StoreError, match=r"messages\.db"):
        Store(path)


def test_numbers_go_on_where_they_stopped(tmp_path: Path) -> None:
    path = tmp_path / "messages.db"
    store = Store(path)
    assert store.numbers == Numbers(1, 1, 0)
    store.write([], Numbers(12, 10, 3))
    store.close()
    store = Store(path)
    assert store.numbers == Numbers(12, 10, 3)
    while store.expand():
        pass
    store.close()
    assert Store(path).numbers == Numbers(12, 10, 3)


def test_what_gathers_is_written_in_portions() -> None:
    game = Play()
    game.smsc.ledger.kept = True
    esme = game.bind()
    for _ in range(10):
        esme.give(SubmitSm().wire() * 5)
    store = Store()
    store.portion = 10
    store.write(game.smsc.ledger.take(), Numbers(*game.smsc.numbers()))
    assert len(store.staging) == 5
    assert store.expand(10)
    assert len(messages_where(store.connection, "1", ())) == 10
    assert [store.staging.holder(number) for number in (11, 20, 21, 50)] == [2, 2, 3, 5]
