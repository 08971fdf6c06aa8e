"""The ready line and the ready file: told once, when every port listens."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ReadyReport:
    """Where a simulator can be reached, and what it plays."""

    smpp: list[str]
    """Addresses of the plaintext SMPP ports, such as ``127.0.0.1:2775``."""
    smpp_tls: list[str]
    http: list[str]
    """Addresses of the pages, such as ``http://127.0.0.1:8080/``."""
    scenario: str
    """The file as it was named, or a name such as ``builtin:test-numbers``."""
    rules: int
    seed: int
    clock: str
    """``real`` or ``manual``."""
    cert_sha256: str
    """Of the certificate's DER form, in hexadecimal; empty without a TLS port of ours."""

    def line(self, pid: int) -> str:
        """The ready line: words of key=value, lists joined by commas, what is not there left out."""
        words = ["smsc-sim ready"]
        for key, value in self._entries(pid).items():
            text = ",".join(value) if isinstance(value, list) else value
            if text not in ("", None):
                words.append(f"{key}={text}")
        return " ".join(words)

    def write(self, path: Path, pid: int) -> None:
        """Write the report as JSON, whole: a reader finds all of it or no file.  Raises OSError."""
        beside = path.with_name(f".{path.name}.{pid}")
        beside.write_text(json.dumps(self._entries(pid), indent=1) + "\n", encoding="utf-8")
        beside.replace(path)

    def _entries(self, pid: int) -> dict[str, object]:
        return {
            "smpp": self.smpp,
            "smpp_tls": self.smpp_tls,
            "http": self.http,
            "scenario": self.scenario,
            "rules": self.rules,
            "seed": self.seed,
            "clock": self.clock,
            "pid": pid,
            "cert_sha256": self.cert_sha256,
        }
