"""The file of users and tokens."""

from pathlib import Path

import pytest

from smsc_sim.scenario.findings import FindingsError
from smsc_sim.web.auth_file import load_auth_file
from smsc_sim.web.passwords import hash_password

HASH = hash_password("secret", bytes(16))


def written(folder: Path, text: str) -> Path:
    path = folder / "auth.yaml"
    path.write_text(text)
    return path


def test_users_and_tokens(tmp_path: Path) -> None:
    text = f"""
users:
  - {{name: alice, password: "{HASH}"}}
  - {{name: bob, password: plain, role: read-only}}
tokens:
  - {{name: ci, token: 0123456789abcdef, role: read-only}}
metrics: closed
"""
    known = load_auth_file(written(tmp_path, text))
    assert [(user.name, user.role) for user in known.users] == [("alice", "admin"), ("bob", "read-only")]
    assert [(entry.name, entry.role) for entry in known.tokens] == [("ci", "read-only")]
    assert known.metrics == "closed"
    assert "plain" not in repr(known)
    assert "0123456789abcdef" not in repr(known)


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("users: []", 1, "E010"),
        ("users:\n  - {name: a, password: x}\n  - {name: a, password: y}", 3, "E020"),
        ("users:\n  - {name: a, password: x}\ntokens:\n  - {name: a, token: 0123456789abcdef}", 4, "E020"),
        ("tokens:\n  - {name: a, token: short}", 2, "E015"),
        ("users:\n  - {name: 'a:b', password: x}", 2, "E012"),
        ("users:\n  - {name: a, password: x, role: root}", 2, "E012"),
        ("users:\n  - {name: a, password: x, rol: admin}", 2, "E002"),
        ("users:\n  - {name: a, password: scrypt$16384$8$1$AA$AA}", 2, "E012"),
        ("users: 3", 1, "E011"),
    ],
)
def test_mistakes_have_a_place_and_tell_no_secret(tmp_path: Path, text: str, line: int, code: str) -> None:
    with pytest.raises(FindingsError) as error:
        load_auth_file(written(tmp_path, text))
    finding = error.value.findings[0]
    assert (finding.line, finding.code) == (line, code)
    assert "short}" not in str(error.value)
    assert "$AA" not in str(error.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FindingsError):
        load_auth_file(tmp_path / "nowhere.yaml")
