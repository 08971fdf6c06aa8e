"""The ready line and the ready file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from smsc_sim.net.ready import ReadyReport

FULL = ReadyReport(
    smpp=["127.0.0.1:2775", "[::1]:2775"],
    smpp_tls=["127.0.0.1:2776"],
    http=["http://127.0.0.1:8080/"],
    scenario="busy.yaml",
    rules=3,
    seed=7,
    clock="manual",
    cert_sha256="ab" * 32,
)
BARE = ReadyReport(
    smpp=["127.0.0.1:40001"], smpp_tls=[], http=[], scenario="none", rules=0, seed=0, clock="real", cert_sha256=""
)


def test_the_line_has_everything_that_is_there() -> None:
    assert FULL.line(4711) == (
        "smsc-sim ready smpp=127.0.0.1:2775,[::1]:2775 smpp_tls=127.0.0.1:2776 http=http://127.0.0.1:8080/"
        f" scenario=busy.yaml rules=3 seed=7 clock=manual pid=4711 cert_sha256={'ab' * 32}"
    )


def test_the_line_leaves_out_what_is_not_there() -> None:
    assert BARE.line(1) == "smsc-sim ready smpp=127.0.0.1:40001 scenario=none rules=0 seed=0 clock=real pid=1"


def test_the_file_is_json_with_every_key(tmp_path: Path) -> None:
    path = tmp_path / "ready.json"
    BARE.write(path, 42)
    text = path.read_text(encoding="utf-8")
    assert text.endswith("}\n")
    assert json.loads(text) == {
        "smpp": ["127.0.0.1:40001"],
        "smpp_tls": [],
        "http": [],
        "scenario": "none",
        "rules": 0,
        "seed": 0,
        "clock": "real",
        "pid": 42,
        "cert_sha256": "",
    }
    assert [entry.name for entry in tmp_path.iterdir()] == ["ready.json"]


def test_an_older_file_is_replaced_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ready.json"
    path.write_text("from the last run")
    seen = []
    replace = Path.replace

    def watch(self: Path, target: Path) -> Path:
        seen.append((path.read_text(), json.loads(self.read_text())["pid"]))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", watch)
    FULL.write(path, 7)
    assert seen == [("from the last run", 7)]
    assert json.loads(path.read_text())["pid"] == 7


def test_a_folder_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="missing"):
        BARE.write(tmp_path / "missing" / "ready.json", 1)


def test_scenario_names_beyond_ascii(tmp_path: Path) -> None:
    report = ReadyReport(
        smpp=[], smpp_tls=[], http=[], scenario="Grüße.yaml", rules=1, seed=0, clock="real", cert_sha256=""
    )
    report.write(tmp_path / "ready.json", 1)
    assert json.loads((tmp_path / "ready.json").read_text(encoding="utf-8"))["scenario"] == "Grüße.yaml"
    assert "scenario=Grüße.yaml" in report.line(1)
