"""A watch over files: what makes it tell, and what does not."""

from __future__ import annotations

from pathlib import Path

from twisted.internet.task import Clock

from smsc_sim.net.file_watch import WATCH_EVERY, FileWatch


class Watching:
    """A watch over two files, of which one is there."""

    def __init__(self, folder: Path) -> None:
        self.there, self.missing = folder / "there", folder / "missing"
        self.there.write_text("1")
        self.clock = Clock()
        self.told = 0
        self.watch = FileWatch([str(self.there), str(self.missing)], self.clock, self._tell)
        self.watch.start()

    def _tell(self) -> None:
        self.told += 1

    def look(self) -> int:
        """How often somebody has been told after another look."""
        self.clock.advance(WATCH_EVERY)
        return self.told


def test_each_change_is_told_once(tmp_path: Path) -> None:
    watching = Watching(tmp_path)
    assert watching.look() == 0
    watching.there.write_text("22")
    assert watching.look() == 1
    assert watching.look() == 1
    watching.missing.write_text("3")
    assert watching.look() == 2
    watching.there.unlink()
    assert watching.look() == 3
    assert watching.look() == 3


def test_other_files_are_watched_as_they_are_now(tmp_path: Path) -> None:
    watching = Watching(tmp_path)
    watching.there.write_text("22")
    watching.missing.write_text("3")
    watching.watch.watch([str(watching.missing)])
    assert watching.look() == 0
    watching.there.write_text("333")
    assert watching.look() == 0
    watching.missing.write_text("44")
    assert watching.look() == 1


def test_nobody_is_told_after_the_end(tmp_path: Path) -> None:
    watching = Watching(tmp_path)
    watching.watch.stop()
    watching.there.write_text("22")
    assert watching.look() == 0
    assert watching.clock.getDelayedCalls() == []
    watching.watch.stop()
