"""A file, or a text that has a name, as a document: a node tree in which every scalar is still text.

Nothing raises on what the text contains: the document has findings instead. Whatever would take unbounded
time or memory is refused: large files, deep nesting, aliases that multiply.
"""

import os
import re
import stat

from smsc_sim.scenario.composer import Composer, Unreadable
from smsc_sim.scenario.json_reader import read_json
from smsc_sim.scenario.source import Source
from smsc_sim.scenario.tree import Document, Mapping, Node, Scalar, Sequence
from smsc_sim.scenario.value_kind import quoted
from smsc_sim.scenario.yaml_reader import read_yaml

__all__ = ["Document", "Mapping", "Node", "Scalar", "Sequence", "parse_document", "read_document"]

LARGEST_FILE = 1024 * 1024
"""Octets."""

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What YAML does not allow in a stream, YAML 1.1 section 4.1."""


def read_document(path: str | os.PathLike[str], name: str = "") -> Document:
    """Return the document in a file; a path that ends in ``.json`` is JSON. Never raises.

    ``name`` is what findings call the file; without it they use the path.
    """
    file_path = os.fspath(path)
    document = _read(file_path, name or file_path)
    document.path = os.path.abspath(file_path)
    document.folder = os.path.dirname(document.path)
    return document


def _read(file_path: str, name: str) -> Document:
    try:
        # A pipe without a writer would wait for ever.
        if not stat.S_ISREG(os.stat(file_path).st_mode):
            return _unreadable(name, f"{quoted(name)} is not a file")
        with open(file_path, "rb") as file:
            octets = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        return _unreadable(name, f"cannot read the file: {reason}")
    return parse_document(octets, name, json=file_path.endswith(".json"))


def parse_document(text: str | bytes, name: str, *, json: bool = False) -> Document:
    """Return the document in a text, which findings will call by this name. Never raises."""
    if len(text) > LARGEST_FILE:
        return _unreadable(name, f"larger than {LARGEST_FILE // 1024} KiB", "E005")
    try:
        decoded = text if isinstance(text, str) else text.decode("utf-8")
    except UnicodeDecodeError as error:
        source = Source(name, error.object[: error.start].decode("utf-8"))
        line, column = source.position(error.start)
        return _unreadable(name, f"octet 0x{error.object[error.start]:02x} is not UTF-8", "E006", line, column)
    document = Document(Source(name, decoded.removeprefix("\ufeff")))
    try:
        document.root = _parse(document, decoded.removeprefix("\ufeff"), json=json)
    except Unreadable as unreadable:
        document.error(*unreadable.args)
    return document


def _unreadable(name: str, message: str, code: str = "E006", line: int = 1, column: int = 1) -> Document:
    document = Document(Source(name, ""))
    document.error(code, line, column, message)
    return document


def _parse(document: Document, text: str, *, json: bool) -> Node:
    unprintable = _UNPRINTABLE.search(text)
    if unprintable:
        line, column = document.source.position(unprintable.start())
        raise Unreadable("E006", line, column, f"contains the control character U+{ord(unprintable[0]):04X}")
    composer = Composer(document)
    if json:
        return read_json(text, composer)
    return read_yaml(text, composer)
