"""An amount of time that may differ from message to message: fixed, a range, or a long tail."""

import math
from dataclasses import dataclass
from typing import Literal

from smsc_sim.scenario.values import format_duration

_P99 = 0.99
_NARROWEST = 1e-12
"""How near to 0 or 1 a draw is taken: at these the quantiles of the normal distribution are infinite."""


@dataclass(frozen=True, slots=True)
class Amount:
    """Seconds. ``fixed``: always ``low``; ``range``: evenly between ``low`` and ``high``; ``tail``: log-normal.

    Of a long tail ``low`` is the median and ``high`` the 99th percentile, as one reads them off a latency chart.
    """

    low: float
    high: float
    shape: Literal["fixed", "range", "tail"] = "fixed"

    @classmethod
    def fixed(cls, seconds: float) -> "Amount":
        """Always the same."""
        return cls(seconds, seconds)

    @classmethod
    def between(cls, low: float, high: float) -> "Amount":
        """Evenly distributed from ``low`` to ``high`` seconds."""
        return cls(low, high, "range")

    @classmethod
    def tail(cls, median: float, p99: float) -> "Amount":
        """Log-normal with this median and 99th percentile, both more than 0 seconds."""
        return cls(median, p99, "tail")

    def draw(self, u: float) -> float:
        """Return seconds for a draw ``u`` (0 <= u < 1); the same draw always gives the same amount."""
        if self.shape == "fixed":
            return self.low
        if self.shape == "range":
            return self.low + u * (self.high - self.low)
        if self.high <= self.low:
            return self.low
        spread = math.log(self.high / self.low) / normal_quantile(_P99)
        return self.low * math.exp(spread * normal_quantile(u))

    def __str__(self) -> str:
        """Return the amount for people: "3s", "500ms..4s", "median 100ms, p99 2s"."""
        if self.shape == "fixed":
            return format_duration(self.low)
        if self.shape == "range":
            return f"{format_duration(self.low)}..{format_duration(self.high)}"
        return f"median {format_duration(self.low)}, p99 {format_duration(self.high)}"


def normal_quantile(u: float) -> float:
    """Return the value that a standard normal variable stays below with probability ``u`` (0 to 1).

    Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.23, and one step of Newton's method.
    """
    u = min(max(u, _NARROWEST), 1 - _NARROWEST)
    t = math.sqrt(-2 * math.log(min(u, 1 - u)))
    guess = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
    guess = math.copysign(guess, u - 0.5)
    below = math.erfc(-guess / math.sqrt(2)) / 2
    density = math.exp(-guess * guess / 2) / math.sqrt(2 * math.pi)
    return guess - (below - u) / density
