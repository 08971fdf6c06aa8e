"""The whole SMSC without sockets: any octets, any splits, several sessions, secrets, limits."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from smsc_sim.scenario.account import AccountDefinition
from smsc_sim.scenario.settings import ReceiptSettings, SmscSettings
from smsc_sim.sim.journal import Direction
from smsc_sim.sim.rules.decision import Decision
from smsc_sim.sim.sessions.session import Ending
from smsc_sim.smpp.pdu import encode
from smsc_sim.smpp.status import CommandStatus
from tests.sim.playing import BETA, QUIET, Play, SubmitSm, bind_octets, brief, frame, smsc_settings
from tests.sim.test_fast_lane import broken, streams, weighted

RINVCMDLEN = CommandStatus.ESME_RINVCMDLEN

# Splitting and gluing


@dataclass(frozen=True)
class Cuts:
    """How a stream is split; the same positions for every stream, taken modulo its length."""

    positions: tuple[int, ...]
    single: bool = False

    def of(self, octets: bytes) -> list[bytes]:
        if self.single:
            return [octets[index : index + 1] for index in range(len(octets))]
        marks = sorted({0, len(octets), *(position % (len(octets) + 1) for position in self.positions)})
        return [octets[start:stop] for start, stop in pairwise(marks)]


cuts = st.builds(Cuts, st.lists(st.integers(0, 5000), max_size=8).map(tuple), st.booleans())
binding = st.sampled_from(
    [bind_octets(), bind_octets(version=0x50), bind_octets("transmitter"), bind_octets(version=0x33)]
)
whole_streams = st.lists(weighted((5, streams), (1, broken)), min_size=1, max_size=4)


def played(first: bytes, reads: list[bytes], cut: Cuts | None, *, fast: bool, window: int = 1000) -> Play:
    """A session that binds with ``first`` and sends ``reads``, half a second apart, and one that receives too."""
    receipts = ReceiptSettings(window=window)
    game = Play(settings=smsc_settings(receipts=receipts), fast=fast)
    game.bind("receiver")
    esme = game.connect()
    for index, octets in enumerate([first + reads[0], *reads[1:]]):
        esme.give(*(cut.of(octets) if cut else [octets]))
        if index % 2:
            game.advance(0.7)
    game.advance(2.0)
    return game


@given(binding, whole_streams, cuts, st.booleans())
@example(bind_octets(), [SubmitSm().wire(1) * 3 + b"\0\0\0\x10\x80\0\0\5\0\0\0\0\0\0\0\1"], Cuts((), True), True)
def test_however_the_octets_are_split_the_same_comes_out(
    first: bytes, reads: list[bytes], cut: Cuts, fast: bool
) -> None:
    whole, split = played(first, reads, None, fast=fast), played(first, reads, cut, fast=fast)
    assert [bytes(esme.octets) for esme in split.esmes] == [bytes(esme.octets) for esme in whole.esmes]
    assert [esme.ending for esme in split.esmes] == [esme.ending for esme in whole.esmes]
    assert split.journal().keys() == whole.journal().keys()
    for (number, direction), octets in split.journal().items():
        other = whole.journal()[number, direction]
        # Where framing is lost, the journal has what else came in that read.
        lost = direction is Direction.IN and whole.said("framing lost") and other.startswith(octets)
        assert octets == other or lost
    assert split.smsc.counters == whole.smsc.counters
    assert split.notes == whole.notes
    for left, right in zip(split.smsc.accounts, whole.smsc.accounts, strict=True):
        assert (left.pending, left.waiting, left.attempts) == (right.pending, right.waiting, right.attempts)


@given(binding, whole_streams, cuts, st.integers(1, 3))
def test_with_a_full_window_splits_only_move_receipts_between_responses(
    first: bytes, reads: list[bytes], cut: Cuts, window: int
) -> None:
    # What waits for room leaves at the end of the read that made room, so that a read costs one write.
    whole = played(first, reads, None, fast=True, window=window)
    split = played(first, reads, cut, fast=True, window=window)
    for one, other in zip(whole.esmes, split.esmes, strict=True):
        left, right = (
            [pdu for esme, pdu in game.sent if esme.session.number == number]
            for game, number in (
                (whole, one.session.number),
                (split, other.session.number),
            )
        )
        for receipts in (True, False):
            assert [pdu.octets for pdu in left if (pdu.name == "deliver_sm") is receipts] == [
                pdu.octets for pdu in right if (pdu.name == "deliver_sm") is receipts
            ]


# Any octets


def bystander_is_well(game: Play) -> None:
    bystander = game.bind(account=BETA)
    assert bystander.submit().command_status == 0


@given(st.lists(st.binary(max_size=100), max_size=8), st.booleans(), st.booleans())
@example([b"GET / HTTP/1.1\r\nHost: example\r\n\r\n"], False, True)
@example([b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200)], False, True)
def test_any_octets_cost_their_own_session_at_most(reads: list[bytes], bound: bool, fast: bool) -> None:
    game = Play(settings=smsc_settings(frame_limit=1024), fast=fast)
    other = game.bind(account=BETA)
    esme = game.bind() if bound else game.connect()
    before = bytes(other.octets)
    for octets in reads:
        esme.give(octets)
        held = esme.session.held
        assert held is None or len(held) <= 1024
        game.advance(0.3)
    game.advance(3.0)
    assert bytes(other.octets) == before
    assert {note.session for note in game.notes[2 if bound else 1 :]} <= {esme.session.name}
    assert not other.ending
    assert other.submit().command_status == 0
    assert game.smsc.counters.internal_errors == 0
    bystander_is_well(game)


@given(streams, st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), max_size=6), cuts)
def test_damaged_streams_raise_nothing_either(stream: bytes, damage: list[tuple[int, int]], cut: Cuts) -> None:
    octets = bytearray(bind_octets() + stream)
    for position, value in damage:
        octets[position % len(octets)] = value
    game = Play(settings=smsc_settings(frame_limit=2048))
    esme = game.connect()
    esme.give(*cut.of(bytes(octets)))
    held = esme.session.held
    assert held is None or len(held) <= 2048
    game.advance(3.0)
    assert game.smsc.counters.internal_errors == 0
    bystander_is_well(game)


# Framing


@pytest.mark.parametrize("bound", [True, False])
@pytest.mark.parametrize("command_length", [0, 1, 10, 15, 131073, 2**31, 2**32 - 1])
def test_impossible_lengths_are_nacked_and_end_the_session(command_length: int, bound: bool) -> None:
    game = Play()
    esme = game.bind() if bound else game.connect()
    header = command_length.to_bytes(4, "big") + b"\0\0\0\x04\0\0\0\0\0\0\0\x2a"
    good = encode("enquire_link", sequence_number=9)
    answers = esme.give(good + header + good)
    sequence_number = 0 if command_length < 16 else 0x2A
    assert brief(answers) == [
        ("enquire_link_resp", 0, 9),
        ("generic_nack", RINVCMDLEN, sequence_number),
    ]
    assert esme.ending is Ending.CLOSE
    assert esme.session.held is None
    (note,) = game.said("framing lost")
    assert (note.level, note.peer) == ("warn", esme.session.peer)
    assert str(command_length) in note.text
    assert esme.give(good) == []
    assert game.account().sessions == []


def test_the_limit_itself_is_allowed() -> None:
    game = Play(settings=smsc_settings(frame_limit=1024))
    esme = game.bind()
    assert brief(esme.give(frame(0x999, bytes(1008)))) == [("generic_nack", CommandStatus.ESME_RINVCMDID, 1)]
    assert not esme.ending
    assert brief(esme.give(frame(0x999, bytes(1009)))) == [("generic_nack", RINVCMDLEN, 1)]
    assert esme.ending is Ending.CLOSE


@pytest.mark.parametrize(
    ("octets", "hint"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\x11\x22\x33\x44\x55", "TLS handshake"),
        (b"GET / HTTP/1.1\r\n\r\n", "HTTP request"),
        (b"POST /x HTTP/1.1\r\n\r\n", "HTTP request"),
        (b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n", "PROXY protocol"),
        (b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c", "PROXY protocol"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", ""),
    ],
)
def test_what_knocks_by_mistake_is_recognised(octets: bytes, hint: str) -> None:
    game = Play()
    esme = game.connect()
    esme.give(octets)
    assert esme.ending is Ending.CLOSE
    (note,) = game.said("framing lost")
    assert hint in note.text
    assert ("; this is" in note.text) is bool(hint)


def test_half_a_pdu_is_held_and_the_rest_completes_it() -> None:
    game = Play()
    esme = game.bind()
    octets = SubmitSm().wire(5)
    assert esme.give(octets[:3], octets[3:4], octets[4:20]) == []
    held = esme.session.held
    assert held is not None
    assert len(held) == 20
    assert brief(esme.give(octets[20:] + octets[:5])) == [("submit_sm_resp", 0, 5)]
    assert len(esme.session.held or b"") == 5


# The journal


def test_the_journal_has_whole_pdus_of_both_directions() -> None:
    game = Play()
    esme = game.bind()
    octets = SubmitSm().wire(5)
    esme.give(octets[:30], octets[30:])
    game.advance(1.1)
    journal = game.journal()
    assert journal[esme.session.number, Direction.OUT] == bytes(esme.octets)
    assert journal[esme.session.number, Direction.IN].endswith(octets)


def test_reads_that_complete_nothing_are_not_journalled() -> None:
    game = Play()
    esme = game.bind()
    before = len(game.smsc.journal)
    esme.give(b"\0\0\0", b"\x20")
    assert len(game.smsc.journal) == before


# Secrets


def everything_kept(game: Play) -> bytes:
    texts = [*(note.text for note in game.notes), *(repr(esme.session) for esme in game.esmes)]
    texts += [repr(account.definition) for account in game.smsc.accounts]
    octets = [record[3] for record in game.smsc.journal.newest_first()]
    return "\n".join(texts).encode() + b"\n" + b"\n".join(octets)


SECRET = "hunter22"


@pytest.mark.parametrize("state", ["open", "bound", "unbound", "unbinding"])
@pytest.mark.parametrize("single", [True, False])
def test_passwords_are_kept_nowhere(state: str, single: bool) -> None:
    game = Play(AccountDefinition(system_id="alpha", password=SECRET), BETA)
    esme = game.connect()
    if state != "open":
        esme.give(bind_octets(password=SECRET))
    if state == "unbound":
        esme.ask("unbind")
    if state == "unbinding":
        game.smsc.unbind(esme.session, game.now, 10.0)
    correct = bind_octets(password=SECRET)
    attempts = [
        SubmitSm().wire() + bind_octets(system_id="nobody", password=SECRET),
        bind_octets(system_id="beta", password=SECRET),
        encode("outbind", sequence_number=1, fields={"system_id": "x", "password": SECRET}),
        frame(1, b"no end " + SECRET.encode()),
        frame(2, b"alpha\0" + SECRET.encode()),
        frame(9, b"\0" + SECRET.encode() * 3 + b"\0"),
        frame(9, b"alpha\0" + SECRET.encode() + b"\0\0\x34"),
        correct + SubmitSm().wire() + correct,
    ]
    for octets in attempts:
        parts = [octets[index : index + 1] for index in range(len(octets))] if single else [octets]
        esme.give(*parts)
    kept = everything_kept(game)
    assert b"alpha\0********\0" in kept
    if state == "open":
        assert SECRET.encode() not in kept.replace(b"no end " + SECRET.encode(), b"")
    assert SECRET.encode().hex().encode() not in kept
    assert kept.count(SECRET.encode()) == kept.count(b"no end " + SECRET.encode())


def test_an_error_while_binding_does_not_tell_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    game = Play(AccountDefinition(system_id="alpha", password=SECRET))

    def fail(account: object, password: str) -> None:
        raise RuntimeError("the accounts are on fire")

    monkeypatch.setattr("smsc_sim.sim.sessions.binding.password_matches", fail)
    esme = game.connect()
    assert brief(esme.give(bind_octets(password=SECRET))) == [("bind_transceiver_resp", CommandStatus.ESME_RSYSERR, 1)]
    (note,) = game.notes
    assert note.level == "error"
    assert "the accounts are on fire" in note.text
    assert SECRET.encode().hex() not in note.text
    assert SECRET.encode() not in everything_kept(game)


# Errors


def test_an_error_over_a_response_is_told_and_not_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    game = Play(fast=False)
    esme = game.bind()
    esme.submit()
    game.advance(1.1)
    (receipt,) = esme.take()
    monkeypatch.delattr(type(game.smsc.delivery), "answered")
    assert esme.answer(receipt) == []
    assert game.smsc.counters.internal_errors == 1
    assert game.notes[-1].level == "error"
    assert not esme.ending


# Limits


def test_connections_are_limited() -> None:
    game = Play(settings=smsc_settings(max_sessions=2))
    first, second = game.bind(), game.connect()
    third = game.connect()
    assert third.ending is Ending.CLOSE
    assert third.give(bind_octets()) == []
    assert game.said("refused: there are 2 sessions already")
    assert game.smsc.counters.sessions_refused == 1
    third.hang_up()
    second.hang_up()
    assert not game.connect().ending
    assert not first.ending
    assert game.smsc.counters.sessions_opened == 4


def test_an_unbound_or_open_connection_does_not_count_against_an_account() -> None:
    game = Play(AccountDefinition(system_id="alpha", password="secret1", sessions=1))
    game.connect()
    first = game.bind()
    first.ask("unbind")
    assert game.bind().session.bound


# Endings


def test_what_follows_an_end_in_the_same_read_is_not_handled() -> None:
    game = Play()
    esme = game.bind()
    game.smsc.unbind(esme.session, game.now, 5.0)
    game.settle()
    esme.take()
    assert esme.give(encode("unbind_resp", sequence_number=1) + SubmitSm().wire() * 3 + b"\0\0") == []
    assert esme.session.held is None
    assert game.smsc.counters.messages_refused == 0


# Output


def test_a_read_costs_one_write_for_each_session() -> None:
    game = Play(settings=SmscSettings(timers=QUIET, receipts=ReceiptSettings(via="other")))
    first, second = game.bind(), game.bind()
    counts = (len(first.writes), len(second.writes))
    first.give(SubmitSm().wire() * 20 + encode("enquire_link", sequence_number=5) + frame(0x999))
    assert (len(first.writes), len(second.writes)) == (counts[0] + 1, counts[1])
    game.advance(1.1)
    assert (len(first.writes), len(second.writes)) == (counts[0] + 1, counts[1] + 1)


@pytest.mark.parametrize("fast", [True, False])
def test_the_session_that_was_read_from_is_written_to_first(fast: bool) -> None:
    game = Play(settings=SmscSettings(timers=QUIET, receipts=ReceiptSettings(via="other", window=1)), fast=fast)
    first, second = game.bind(), game.bind()
    first.give(SubmitSm().wire() * 2)
    game.advance(1.1)
    second.session.receipt_window = 2
    before = len(game.sent)
    first.give(SubmitSm().wire())
    assert [(esme, pdu.name) for esme, pdu in game.sent[before:]] == [
        (first, "submit_sm_resp"),
        (second, "deliver_sm"),
    ]


def test_nothing_is_left_to_write_twice() -> None:
    game = Play()
    esme = game.bind()
    assert game.smsc.take_output(esme.session, game.now) == b""
    assert game.smsc.take_touched() == []
    assert game.smsc.take_notes() == []


def test_the_rules_may_be_told_of_a_session_by_its_name() -> None:
    seen = []

    def decide(session: object, *others: object) -> Decision | None:
        seen.append(str(session))
        return None

    game = Play(decide=decide)
    game.bind().submit()
    assert seen == ["<Session s1 127.0.0.1:50001 alpha BOUND_TRX>"]


@given(st.lists(st.sampled_from(["submit", "ping", "junk"]), max_size=30))
def test_what_is_sent_and_received_is_counted(what: list[str]) -> None:
    octets = {"submit": SubmitSm().wire(), "ping": encode("enquire_link", sequence_number=1), "junk": frame(0x999)}
    game = Play()
    esme = game.bind()
    esme.give(b"".join(octets[each] for each in what))
    assert esme.session.received == esme.session.sent == 1 + len(what)
    game.advance(1.1)
    assert esme.session.sent == 1 + len(what) + what.count("submit")
    assert game.smsc.counters.messages_accepted == what.count("submit")
