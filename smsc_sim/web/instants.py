"""Instants as the API writes them."""

from __future__ import annotations

import datetime


def text_of(instant: float) -> str:
    """An instant in UTC as ISO 8601 has it, to the millisecond: ``2026-11-22T05:53:44.120Z``."""
    whole = datetime.datetime.fromtimestamp(int(instant), datetime.timezone.utc)
    return whole.strftime("%Y-%m-%dT%H:%M:%S.") + f"{int(instant * 1000) % 1000:03d}Z"


def text_or_none(instant: float) -> str | None:
    """The same, and None for 0, which stands for never."""
    return text_of(instant) if instant else None


def instant_in(text: str) -> float | None:
    """The instant in a text of ISO 8601, UTC where it does not say otherwise; None when there is none."""
    try:
        found = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=datetime.timezone.utc)
    return found.timestamp()
