import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario.document import LARGEST_FILE, Scalar, parse_document, read_document


def only_error(octets: str | bytes) -> tuple[str, int, int, str]:
    document = parse_document(octets, "f.yaml")
    (finding,) = document.findings
    assert document.root is None
    return finding.code, finding.line, finding.column, finding.message


def test_a_byte_order_mark_is_passed_over() -> None:
    root = parse_document(b"\xef\xbb\xbfa", "f.yaml").root
    assert isinstance(root, Scalar)
    assert (root.text, root.column) == ("a", 1)


@pytest.mark.parametrize(
    ("octets", "error"),
    [
        (b"a: b\nc: \xff", ("E006", 2, 4, "octet 0xff is not UTF-8")),
        ("a: b".encode("utf-16"), ("E006", 1, 1, "octet 0xff is not UTF-8")),
        (b"a: \xed\xa0\x80", ("E006", 1, 4, "octet 0xed is not UTF-8")),
        (b"a: b\nc: d\0", ("E006", 2, 5, "contains the control character U+0000")),
        ("a: \x1b[0m", ("E006", 1, 4, "contains the control character U+001B")),
        ("x" * (LARGEST_FILE + 1), ("E005", 1, 1, "larger than 1024 KiB")),
    ],
)
def test_what_cannot_be_text_is_refused_with_its_place(octets: str | bytes, error: tuple[str, int, int, str]) -> None:
    assert only_error(octets) == error


@given(st.binary() | st.text() | st.text(st.sampled_from("{}[]:,-?&*!|>'\"%@`#\n\t ab<\\")))
@pytest.mark.parametrize("json", [False, True])
def test_any_octets_give_a_tree_or_an_error(json: bool, octets: str | bytes) -> None:
    document = parse_document(octets, "f", json=json)
    assert (document.root is not None) or not document.is_valid
    for finding in document.findings:
        assert finding.line >= 1
        assert finding.column >= 1
        assert str(finding).isprintable()


def test_a_file_is_read_and_called_by_its_path_or_another_name(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("a: 1\na: 2\n")
    assert read_document(path).findings[0].file == str(path)
    assert read_document(path, "shown.yaml").findings[0].file == "shown.yaml"


def test_the_name_tells_json_from_yaml(tmp_path: Path) -> None:
    for suffix, valid in ((".json", False), (".yaml", True)):
        path = tmp_path / f"x{suffix}"
        path.write_text("a: 1\n")
        assert read_document(path).is_valid == valid


def test_a_large_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    with path.open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    (finding,) = read_document(path).findings
    assert finding.code == "E005"


@pytest.mark.parametrize("name", ["missing", "folder", "pipe", "device", "unreadable", "nul\0"])
def test_what_is_no_readable_file_is_an_error(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if name == "folder":
        path.mkdir()
    elif name == "pipe":
        os.mkfifo(path)
    elif name == "device":
        path = Path("/dev/zero")
    elif name == "unreadable":
        path.symlink_to(path)
    document = read_document(path)
    assert document.root is None
    assert [finding.code for finding in document.findings] == ["E006"]


def test_a_file_knows_where_it_lies(tmp_path: Path) -> None:
    (tmp_path / "f.yaml").write_text("a: 1")
    for path in (tmp_path / "f.yaml", tmp_path / "missing.yaml"):
        document = read_document(path, "f")
        assert (document.path, document.folder, document.source.name) == (str(path), str(tmp_path), "f")
    text = parse_document("a: 1", "f.yaml")
    assert (text.path, text.folder) == ("", "")
