"""How long pages and searches take with very many messages: ``python -m benchmarks.pages [messages]``.

A store on disk is filled with messages as the ledger has them, and each page is asked for several times over an
in-memory connection; the median and the worst are printed.  Nothing listens and nothing leaves the process.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from smsc_sim.sim.store.batch import Numbers
from smsc_sim.sim.store.schema import DATABASE
from smsc_sim.sim.store.store import Store
from smsc_sim.smpp.pdu import encode
from tests.web.site import Site

MESSAGES = 1_000_000
ROUNDS = 15
GOAL = 0.100
"""Seconds of the median."""
BATCH = 2_000

SEARCHES = (
    "",
    "to:4477009*",
    "to:447700900123",
    "status:ESME_RTHROTTLED",
    'rule:"too fast" -is:delivered',
    "is:refused after:10m",
    "code",
    '"code is 123456"',
    "unlikely*",
    "1*",
    "from:Acme OR from:Bank",
    "is:multipart",
    "is:mo",
    "nothing to:447700900123",
    # What no index gives in order, or at all.
    "text:*99",
    "text:*code?is*",
    "text:*foo* to:447700900123",
    "text:*98 OR text:*99",
    "nothing OR text:*99",
    '"code your"',
    "code -thanks",
    "code OR to:1",
    "-code",
    "-text:*e*",
    "to:*999 -is:refused",
    "message_id:*x",
    "is:delivered",
    "is:expired",
    "is:failed nothing",
    "is:failed coding:8",
    "is:delivered from:Nobody*",
    "state:UNDELIV",
    "state:ENROUTE",
    "is:pending",
    "is:waiting",
    "is:receipted",
    "receipt:REJECTD",
    "error:001",
    "error:9*",
    "coding:8",
    "-is:mt",
    "to:447700900123 is:mo text:*foo*",
    "text:*foo* code is:mo OR coding:8 -code",
)
SORTS = ("id", "to", "-status", "rule", "account", "state", "-state")
SORTED_SEARCHES = (
    ("text:*99", "to"),
    ("-code", "to"),
    ("code", "state"),
    ("is:expired", "state"),
    ("to:*99", "-status"),
    ('"code your"', "to"),
    ("from:Acme", "rule"),
)
ASKED = ("text:*99", "code -thanks", "is:mo", "text:*foo* to:447700900123", "is:failed coding:8")
"""Of the API."""


def fill(store: Store, site: Site, messages: int) -> None:
    """Messages of one session, most of them accepted, through the SMSC itself."""
    session = site.bind()
    numbers = range(messages)
    for begin in range(0, messages, BATCH):
        frames = b"".join(
            encode(
                "submit_sm",
                sequence_number=number + 2,
                fields={
                    "source_addr": ("Acme", "Bank", "Info", "4477009001")[number % 4],
                    "destination_addr": f"44770090{number * 7919 % 10_000:04d}",
                    "registered_delivery": number % 2,
                    "short_message": b"Your code is %06d, thanks" % (number * 31 % 1_000_000),
                },
            )
            for number in numbers[begin : begin + BATCH]
        )
        site.smsc.receive(session, frames, site.now)
        site.smsc.take_output(session, site.now)
        site.clock.advance(0.5)
        site.smsc.run_until(site.now)
        session.outstanding.clear()
        store.write(site.smsc.ledger.take(), Numbers(*site.smsc.numbers()))
        while store.expand():
            pass


def took(work: Callable[[], object]) -> list[float]:
    """Seconds of each round."""
    times = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return times


def main(messages: int) -> int:
    """Fill, ask and print; returns how many medians are above the goal."""
    scenario = """
smsc: 1
rules:
  - {name: too fast, when: {to: '*77'}, reply: ESME_RTHROTTLED}
  - {name: twice, when: {to: '*5'}, receipts: [{state: UNDELIV, after: 0.1s}, {state: EXPIRED, after: 0.2s}]}
"""
    with TemporaryDirectory() as folder:
        site = Site(keeps=True, scenario=scenario)
        assert site.keeper is not None
        site.keeper.store = store = Store(Path(folder) / DATABASE)
        begin = time.perf_counter()
        fill(store, site, messages)
        store.checkpoint()
        print(f"{messages:,} messages in {time.perf_counter() - begin:.1f} s")
        paths = [f"/messages?q={quote(query)}" for query in SEARCHES]
        paths += [f"/messages?sort={sort}" for sort in SORTS]
        paths += [f"/messages?q={quote(query)}&sort={sort}" for query, sort in SORTED_SEARCHES]
        paths += [
            f"/messages?sort=status&cursor={messages // 2}:0",
            f"/messages?sort=-state&cursor={messages // 2}:DELIVERED",
        ]
        paths += ["/messages?q=text:*99&delete=1"]
        paths += [f"/messages?q=text:*99&before={messages // 2}", f"/messages?q=text:*99&after={messages // 2}"]
        paths += [f"/api/v1/messages?q={quote(query)}&explain=true" for query in ASKED]
        paths += [f"/messages?cursor={messages // 2}", f"/messages?before={messages // 2}"]
        paths += [f"/messages/m-{messages // 2}", f"/messages?after={messages - 12}"]
        late = 0
        for path in paths:
            # How many messages are new is a part of the page that is asked for alone.
            headers = {"smsc-sim-parts": "new"} if "after=" in path else {}
            times = took(lambda path=path, headers=headers: site.get(path, **headers))  # type: ignore[misc]
            median = statistics.median(times)
            late += median > GOAL
            print(f"{median * 1000:8.1f} ms {max(times) * 1000:8.1f} ms worst  {path}{'  LATE' * (median > GOAL)}")
        store.close()
    return late


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else MESSAGES) > 0)
