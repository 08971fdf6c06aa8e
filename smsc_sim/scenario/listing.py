"""A scenario's files as people read them: line by line, with secrets masked, and what each includes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from smsc_sim.scenario.document import parse_document, read_document
from smsc_sim.scenario.library import library_name
from smsc_sim.scenario.tree import Document, Mapping, Scalar
from smsc_sim.scenario.tree import Sequence as NodeSequence


@dataclass(frozen=True, slots=True)
class Listing:
    """One file, or a text that is in none."""

    name: str
    """As findings and rules call it."""
    path: str
    """The whole path; empty for a text."""
    lines: tuple[str, ...]
    """As they may be shown."""
    includes: tuple[str, ...]
    """As they are written."""
    written_at: float
    """When the file was written last, seconds since the epoch; 0 for a text."""


def listing_of(path: str, name: str) -> Listing:
    """The listing of a file; one that cannot be read has no lines."""
    try:
        status = os.stat(path)
    except OSError:
        return Listing(name, path, (), (), 0.0)
    return _read(path, name, status.st_mtime_ns, status.st_size)


def listing_of_text(text: str, name: str) -> Listing:
    """The listing of a text."""
    return _listed(parse_document(text, name), "", 0.0)


def listings(files: Sequence[str], main: str) -> list[Listing]:
    """The listings of a scenario's files, given by their whole paths; ``main``: the first as it was named."""
    folder, top = os.path.dirname(main), os.path.dirname(files[0]) if files else ""
    found = []
    for index, path in enumerate(files):
        name = main if not index else library_name(path) or os.path.join(folder, os.path.relpath(path, top))
        found.append(listing_of(path, name))
    return found


def listings_of_text(text: str, name: str, files: Sequence[str], folder: str) -> list[Listing]:
    """The listings of a text and of the files that it includes, given by their whole paths; ``folder``: where they lie,
    empty when all are built in.
    """
    included = (listing_of(path, library_name(path) or os.path.relpath(path, folder)) for path in files)
    return [listing_of_text(text, name), *included]


def unmasked(shown: str, listing: Listing, text: str) -> str:
    """What somebody has made of ``listing``, with the secrets of ``text`` back in the lines that have not changed."""
    originals: dict[str, list[str]] = {}
    for masked, original in zip(listing.lines, text.splitlines(), strict=False):
        if masked != original:
            originals.setdefault(masked, []).append(original)
    return "".join(line + "\n" for line in _restored(shown.splitlines(), originals))


def _restored(lines: Sequence[str], originals: dict[str, list[str]]) -> Iterator[str]:
    for line in lines:
        known = originals.get(line)
        # Lines that look the same are taken in their order; a copy of the last one is that one again.
        yield line if not known else known.pop(0) if len(known) > 1 else known[0]


@lru_cache(maxsize=64)
def _read(path: str, name: str, written_ns: int, size: int) -> Listing:
    del size
    return _listed(read_document(path, name), path, written_ns / 1e9)


def _listed(document: Document, path: str, written_at: float) -> Listing:
    source = document.source
    lines = tuple(source.line(number) for number in range(1, source.count + 1))
    include = document.root.get("include") if isinstance(document.root, Mapping) else None
    nodes = include.items if isinstance(include, NodeSequence) else [include]
    includes = tuple(node.text for node in nodes if isinstance(node, Scalar) and not node.null)
    return Listing(source.name, path, lines, includes, written_at)
