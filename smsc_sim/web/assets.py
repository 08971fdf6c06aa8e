"""Files that pages refer to, served under names that hold a hash of their content.

A changed file has another name, so a browser may keep what it has for ever.
"""

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

PREFIX: Final = "/static/"

_CONTENT_TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: the name it is served under, its type, its octets."""

    name: str
    content_type: str
    octets: bytes


class Assets:
    """The files of the templates' folder, and of those below it, that browsers ask for."""

    def __init__(self) -> None:
        """Read them."""
        self._by_file: dict[str, Asset] = {}
        for folder in ("", "vendor"):
            for path in (files("smsc_sim") / "templates" / folder).iterdir():
                if path.name.rpartition(".")[2] in _CONTENT_TYPES:
                    self._by_file[path.name] = _asset(path.name, path.read_bytes())
        self._by_name = {asset.name: asset for asset in self._by_file.values()}

    def url(self, file_name: str) -> str:
        """Where a page finds a file; raises KeyError for one that is not served."""
        return PREFIX + self._by_file[file_name].name

    def get(self, name: str) -> Asset | None:
        """The file that is served under a name."""
        return self._by_name.get(name)


def _asset(file_name: str, octets: bytes) -> Asset:
    stem, _, extension = file_name.rpartition(".")
    digest = hashlib.sha256(octets).hexdigest()[:16]
    return Asset(f"{stem}.{digest}.{extension}", _CONTENT_TYPES[extension], octets)
