"""What is measured: scenarios with a name that always says the window."""

from dataclasses import dataclass

from benchmarks.peers import LIMIT, PRODUCT

S_1_10 = "S, 1 x 10"
S_10_10 = "S, 10 x 10"
S_10_100 = "S, 10 x 100"
S_100_1 = "S, 100 x 1"
SR_1_10 = "S+R, 1 x 10"
SR_10_100 = "S+R, 10 x 100"
TLS_10_100 = "S, 10 x 100, TLS"
TLS_1_10 = "S, 1 x 10, TLS"
PACED = "S+R, 10 x 1000, 20,000/s"
IDLE = "idle binds"
START_UP = "start to ready"


@dataclass(frozen=True)
class Scenario:
    """A load: binds x window.  ``servers`` empty means every server; ``rate`` 0 means as fast as the window lets."""

    name: str
    binds: int
    window: int
    receipts: bool = False
    tls: bool = False
    rate: float = 0.0
    servers: tuple[str, ...] = ()


SCENARIOS = (
    Scenario(S_1_10, 1, 10),
    Scenario(S_10_10, 10, 10),
    Scenario(S_10_100, 10, 100),
    Scenario(S_100_1, 100, 1),
    Scenario(SR_1_10, 1, 10, receipts=True),
    Scenario(SR_10_100, 10, 100, receipts=True),
    Scenario(TLS_1_10, 1, 10, tls=True, servers=(PRODUCT,)),
    Scenario(TLS_10_100, 10, 100, tls=True, servers=(PRODUCT,)),
    # The window is wide enough that it never holds a message back: latency is the server's, not the queue's.
    Scenario(PACED, 10, 1000, receipts=True, rate=20_000.0, servers=(PRODUCT, LIMIT)),
)

QUICK = (S_1_10, S_10_100, SR_10_100, TLS_10_100)
"""The scenarios of --quick."""
