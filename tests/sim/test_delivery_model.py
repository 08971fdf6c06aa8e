"""The queue of an account against a reference: lists, the instants said in words, and nothing else.

Whatever ESMEs do, nothing is lost, the order is kept, windows and back-off are respected, and the ledger has one end
for each receipt.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario.settings import ReceiptSettings
from smsc_sim.scenario.values import Pace, QueueFull, ReceiptsVia
from smsc_sim.sim.delivery.queue_view import queue_view
from smsc_sim.sim.messages.ledger import ENDED, FAILED, RETRY, SENT
from smsc_sim.smpp.pdu import Pdu
from smsc_sim.smpp.status import CommandStatus
from tests.sim.playing import Esme, Play, SubmitSm, bind_octets, message_id_of, smsc_settings

TEMPORARY = (
    CommandStatus.ESME_RMSGQFUL,
    CommandStatus.ESME_RX_T_APPN,
    CommandStatus.ESME_RTHROTTLED,
    CommandStatus.ESME_RSYSERR,
)
FINAL = (CommandStatus.ESME_RX_P_APPN, CommandStatus.ESME_RX_R_APPN)
AFTER = 1.0
"""Seconds from the response to the receipt."""
MANY = 1_000_000


@dataclass
class Receipt:
    key: str
    origin: int
    due: float
    failed: int = 0
    sent: int = 0
    end: str = ""
    place: tuple[int, int] | None = None
    """Session and sequence_number of the last attempt, while it waits for another."""


@dataclass
class Reference:
    """What an account's queue must do, told what the ESMEs do."""

    settings: ReceiptSettings
    receipts: dict[str, Receipt] = field(default_factory=dict)
    waiting: list[Receipt] = field(default_factory=list)
    """In the order in which they may leave, those sent before first."""
    open: dict[tuple[int, int], Receipt] = field(default_factory=dict)
    held_until: float = 0.0
    flushing: int = 0
    flush_since: float = 0.0
    flushed: int = 0
    retries: list[tuple[str, int, int]] = field(default_factory=list)

    def suits(self, receipt: Receipt, esme: Esme, receivers: list[Esme]) -> bool:
        """Whether this receiver may get it, with these bound."""
        own = [one for one in receivers if one.session.number == receipt.origin]
        if self.settings.via == "same":
            return not own or esme in own
        return self.settings.via != "other" or esme not in own

    def group(self, receipt: Receipt) -> int:
        """Order is kept within a group."""
        return receipt.origin if self.settings.via in ("same", "other") else 0

    def fall_due(self, now: float) -> list[Receipt]:
        came = [one for one in self.receipts.values() if one.due <= now and not one.sent and not one.end]
        came = [one for one in came if one not in self.waiting]
        self.waiting += came
        return came

    def put_back(self, *receipts: Receipt) -> None:
        again = sorted([*(one for one in self.waiting if one.place), *receipts], key=lambda one: one.place or (0, 0))
        self.waiting = again + [one for one in self.waiting if not one.place]
        if self.flushing:
            self.flushing += len(receipts)

    def bound(self, esme: Esme, others: list[Esme], now: float) -> None:
        if self.settings.flush is None:
            return
        waited = [
            one
            for one in self.waiting
            if self.can_ever(one, esme) and not any(self.can_ever(one, other) for other in others)
        ]
        if waited and not self.flushing:
            self.flush_since, self.flushed = now, 0
        self.flushing = min(self.flushing + len(waited), len(self.waiting))

    def can_ever(self, receipt: Receipt, esme: Esme) -> bool:
        return self.settings.via != "other" or esme.session.number != receipt.origin

    def answered(self, place: tuple[int, int], status: int, now: float) -> None:
        receipt = self.open.pop(place)
        if status == 0:
            receipt.end = "ended"
        elif status in FINAL:
            receipt.end = "refused"
        else:
            receipt.failed += 1
            ladder = self.settings.retry
            due = now + ladder[min(receipt.failed, len(ladder)) - 1]
            if receipt.failed == self.settings.attempts or due - (receipt.due - AFTER) > self.settings.keep:
                receipt.end = "discarded"
                return
            self.retries.append((receipt.key, receipt.failed, status))
            self.held_until = max(self.held_until, due)
            receipt.place = place
            self.put_back(receipt)


class Watched(Play):
    """A play that is compared with the reference after everything that happens."""

    def __init__(self, settings: ReceiptSettings, *, fast: bool) -> None:
        super().__init__(settings=smsc_settings(receipts=settings), fast=fast)
        self.reference = Reference(settings)
        self.smsc.ledger.kept = True
        self.seen = 0
        self.unanswered: dict[Esme, list[Pdu]] = {}
        self.ends: Counter[str] = Counter()
        self.ledger_sent: Counter[str] = Counter()
        self.ledger_retries: list[tuple[str, int, int]] = []
        self.bound: list[Esme] = []

    def receivers(self) -> list[Esme]:
        return [esme for esme in self.bound if esme.session.receives]

    def settle(self) -> None:
        super().settle()
        reference = self.reference
        came = reference.fall_due(self.now)
        sent = self._sent()
        dropped = self._read_ledger()
        for receipt in dropped:
            if receipt in reference.waiting:
                self._check_dropped(receipt, came, len(dropped))
        reference.waiting = [one for one in reference.waiting if not one.end]
        self._check_order(sent)
        self._check_pace(sum(map(len, sent.values())))
        for number, receipts in sent.items():
            for sequence, receipt in receipts:
                receipt.sent += 1
                receipt.place = None
                reference.waiting.remove(receipt)
                reference.open[number, sequence] = receipt
        for esme in self.bound:
            assert len(esme.session.outstanding) <= reference.settings.window
        self._check_nothing_waits_in_vain()
        self._check_view()

    def _sent(self) -> dict[int, list[tuple[int, Receipt]]]:
        """What was sent since the last look, by session."""
        sent: dict[int, list[tuple[int, Receipt]]] = {}
        for esme, pdu in self.sent[self.seen :]:
            number = esme.session.number
            if pdu.name == "submit_sm_resp" and pdu.command_status == 0:
                key = message_id_of(pdu)
                self.reference.receipts[key] = Receipt(key, number, self.now + AFTER)
            elif pdu.name == "deliver_sm":
                receipt = self.reference.receipts[message_id_of(pdu)]
                sent.setdefault(number, []).append((pdu.sequence_number, receipt))
                self.unanswered.setdefault(esme, []).append(pdu)
        self.seen = len(self.sent)
        return sent

    def _read_ledger(self) -> list[Receipt]:
        """Take the ledger's entries; returns what it says was discarded and the reference does not know of yet."""
        discarded = []
        for entry in self.smsc.ledger.take():
            if entry[0] == SENT:
                assert isinstance(entry[3], (list, tuple))
                self.ledger_sent.update(record[0].decode() for record in entry[3])
            elif entry[0] == ENDED:
                assert isinstance(entry[2], (list, tuple))
                self.ends.update(key.decode() for key in entry[2])
            elif entry[0] == FAILED:
                assert isinstance(entry[2], bytes)
                key = entry[2].decode()
                self.ends[key] += 1
                receipt = self.reference.receipts[key]
                if not receipt.end:
                    assert entry[4] == "discarded"
                    receipt.end = "discarded"
                    discarded.append(receipt)
                assert entry[4] == receipt.end
            elif entry[0] == RETRY:
                _, now, raw, status, attempts, due = entry
                assert isinstance(raw, bytes)
                assert isinstance(attempts, int)
                assert isinstance(status, int)
                ladder = self.reference.settings.retry
                assert (now, due) == (self.now, self.now + ladder[min(attempts, len(ladder)) - 1])
                self.ledger_retries.append((raw.decode(), attempts, status))
        return discarded

    def _check_dropped(self, receipt: Receipt, came: list[Receipt], dropped: int) -> None:
        settings, waiting = self.reference.settings, self.reference.waiting
        if self.now - (receipt.due - AFTER) >= settings.keep:
            return
        assert len(waiting) > settings.queue, "there was room"
        assert len([one for one in waiting if one.end]) <= dropped
        if settings.queue_full == "oldest":
            assert all(one.end or one.due >= receipt.due for one in waiting)
        else:
            assert receipt in came

    def _check_order(self, sent: dict[int, list[tuple[int, Receipt]]]) -> None:
        """What leaves of a group is its head, and each session gets it in order."""
        reference = self.reference
        left = [receipt for receipts in sent.values() for _, receipt in receipts]
        if left:
            assert self.now >= reference.held_until
        for group in {reference.group(one) for one in left}:
            queue = [one for one in reference.waiting if reference.group(one) == group]
            gone = [one for one in left if reference.group(one) == group]
            head = queue[: len(gone)]
            assert {one.key for one in head} == {one.key for one in gone}
            for receipts in sent.values():
                places = [head.index(one) for _, one in receipts if reference.group(one) == group]
                assert places == sorted(places)
        receivers = {esme.session.number: esme for esme in self.receivers()}
        for number, receipts in sent.items():
            for _, receipt in receipts:
                assert reference.can_ever(receipt, receivers[number])

    def _check_pace(self, count: int) -> None:
        """Those that waited while nobody was bound leave evenly, and then the others as they come."""
        reference, rate = self.reference, self.reference.settings.flush
        if rate is None or not reference.flushing:
            return
        reference.flushing = min(reference.flushing, len(reference.waiting))
        most = int((self.now - reference.flush_since) * rate.count / rate.seconds + 1e-6) + 1 - reference.flushed
        if count < reference.flushing:
            assert count <= most
        else:
            assert reference.flushing <= most
        reference.flushed += count
        reference.flushing = max(0, reference.flushing - count)

    def _check_nothing_waits_in_vain(self) -> None:
        reference = self.reference
        if self.now < reference.held_until or reference.flushing:
            return
        receivers = self.receivers()
        for esme in receivers:
            if esme.session.room() > 0:
                assert not [one for one in reference.waiting if reference.suits(one, esme, receivers)]

    def _check_view(self) -> None:
        reference, account = self.reference, self.account()
        view = queue_view(account, self.now, attempts=3)
        assert sum(one.count for one in view.waiting) == account.waiting_count == len(reference.waiting)
        keys = [record[0].decode() for queue in account.waiting.values() for record in queue]
        assert keys == [one.key for one in self._by_queue()]
        assert view.held_until == (reference.held_until if reference.held_until > self.now else 0.0)
        assert sum(one.count for one in view.in_flight) == len(reference.open)
        retried = {one.key: one.failed for one in reference.receipts.values() if one.failed and not one.end}
        assert view.retried == len(retried)
        assert len(view.attempts) == min(3, len(retried))
        assert all(retried[one.key] == one.attempts for one in view.attempts)
        assert view.pending == sum(not one.end for one in reference.receipts.values())

    def _by_queue(self) -> list[Receipt]:
        groups = [origin for _, origin in self.account().waiting]
        return sorted(self.reference.waiting, key=lambda one: groups.index(self.reference.group(one)))


class Story:
    """What ESMEs do, step by step."""

    def __init__(self, game: Watched) -> None:
        self.game = game
        self.bind("transceiver")

    def bind(self, bind_type: str) -> None:
        game = self.game
        esme = game.connect()
        others = game.receivers()
        if bind_type != "transmitter":
            game.reference.bound(esme, others, game.now)
        game.bound.append(esme)
        esme.give(bind_octets(bind_type))

    def play(self, what: str, pick: int, pick_too: int) -> None:
        game = self.game
        if what == "wait":
            game.advance((0.02, 0.3, 1.1, 4.0, 25.0)[pick_too % 5])
        elif what == "bind" and len(game.bound) < 3:
            self.bind(("receiver", "transceiver", "transmitter")[pick_too % 3])
        elif game.bound:
            esme = game.bound[pick % len(game.bound)]
            unanswered = game.unanswered.get(esme, [])
            if what == "submit" and esme.session.bind_type != "receiver":
                esme.give(b"".join(SubmitSm().wire(number) for number in range(1, 2 + pick_too)))
            elif what == "hang up":
                self.hang_up(esme)
            elif what in ("ack", "temporary", "final") and unanswered:
                pdu = unanswered.pop(pick_too % len(unanswered))
                status = {"ack": 0, "temporary": TEMPORARY[pick_too % 4], "final": FINAL[pick_too % 2]}[what]
                game.reference.answered((esme.session.number, pdu.sequence_number), status, game.now)
                esme.answer(pdu, status)

    def hang_up(self, esme: Esme) -> None:
        reference = self.game.reference
        number = esme.session.number
        self.game.bound.remove(esme)
        self.game.unanswered.pop(esme, None)
        back = []
        for place in [place for place in reference.open if place[0] == number]:
            receipt = reference.open.pop(place)
            receipt.place = place
            back.append(receipt)
        reference.put_back(*back)
        esme.hang_up()

    def wind_down(self) -> None:
        """Somebody binds who takes everything."""
        game = self.game
        for esme in list(game.bound):
            self.hang_up(esme)
        self.bind("receiver")
        (receiver,) = game.bound
        for _ in range(400):
            if not game.account().pending:
                return
            while game.unanswered.get(receiver):
                pdu = game.unanswered[receiver].pop(0)
                game.reference.answered((receiver.session.number, pdu.sequence_number), 0, game.now)
                receiver.answer(pdu)
            game.advance(1.0)


KINDS = ["submit"] * 4 + ["ack"] * 4 + ["temporary"] * 3 + ["final", "hang up", "bind", "bind"] + ["wait"] * 5
STEPS = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 5), st.integers(0, 9)), min_size=20, max_size=60)


def play(settings: ReceiptSettings, steps: list[tuple[str, int, int]], *, fast: bool) -> Watched:
    game = Watched(settings, fast=fast)
    story = Story(game)
    for step in steps:
        story.play(*step)
    story.wind_down()
    receipts = game.reference.receipts
    assert game.account().pending == 0
    assert (game.account().waiting, game.account().attempts) == ({}, {})
    assert all(one.end for one in receipts.values())
    assert game.ends == dict.fromkeys(receipts, 1)
    assert game.ledger_sent == {key: one.sent for key, one in receipts.items() if one.sent}
    assert game.ledger_retries == game.reference.retries
    assert all(one.sent or one.end == "discarded" for one in receipts.values())
    counters = game.smsc.counters
    ends = Counter(one.end for one in receipts.values())
    assert counters.receipts_acknowledged == ends["ended"]
    assert counters.receipts_refused == ends["refused"]
    assert counters.receipts_discarded == ends["discarded"]
    assert counters.receipts_dropped == game.account().dropped <= counters.receipts_discarded
    return game


VIAS: st.SearchStrategy[ReceiptsVia] = st.sampled_from(["same", "other", "any", "least_loaded", "round_robin"])
WINDOWS = st.integers(1, 4)


@given(VIAS, WINDOWS, st.integers(0, 4), STEPS, st.booleans())
def test_nothing_is_lost_and_order_is_kept(
    via: ReceiptsVia, window: int, attempts: int, steps: list[tuple[str, int, int]], fast: bool
) -> None:
    settings = ReceiptSettings(via=via, window=window, retry=(2.0, 6.0, 20.0), attempts=attempts)
    game = play(settings, steps, fast=fast)
    if not attempts:
        assert game.smsc.counters.receipts_discarded == 0


@given(VIAS, WINDOWS, st.sampled_from([Pace(1, 1.0), Pace(7, 1.0), Pace(30, 60.0), Pace(400, 1.0)]), STEPS)
def test_what_waited_while_nobody_was_bound_leaves_at_its_rate(
    via: ReceiptsVia, window: int, flush: Pace, steps: list[tuple[str, int, int]]
) -> None:
    play(ReceiptSettings(via=via, window=window, retry=(2.0, 6.0), flush=flush), steps, fast=True)


@given(VIAS, WINDOWS, st.integers(0, 6), st.sampled_from(["oldest", "newest"]), STEPS)
def test_a_full_queue_gives_up_what_is_said(
    via: ReceiptsVia, window: int, queue: int, queue_full: QueueFull, steps: list[tuple[str, int, int]]
) -> None:
    settings = ReceiptSettings(via=via, window=window, retry=(2.0, 6.0), queue=queue, queue_full=queue_full)
    play(settings, steps, fast=True)


@given(VIAS, WINDOWS, st.sampled_from([3.0, 5.0, 20.0]), STEPS)
def test_what_is_too_old_is_given_up(
    via: ReceiptsVia, window: int, keep: float, steps: list[tuple[str, int, int]]
) -> None:
    play(ReceiptSettings(via=via, window=window, retry=(2.0, 6.0), keep=keep), steps, fast=True)
