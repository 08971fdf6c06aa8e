"""A durable server that is killed under load: what it answered is kept, and what it owed is sent."""

from __future__ import annotations

import random
from pathlib import Path

from tests.e2e.killing import kill_often


def test_nothing_that_was_answered_is_lost(tmp_path: Path) -> None:
    outcome = kill_often(tmp_path, 5, random.Random(7))
    assert outcome.kills == 5
    assert outcome.accepted > 1000
    assert outcome.lost == 0, outcome
