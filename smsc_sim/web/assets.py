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
    "svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: the name it is served under, its type, its octets."""

    name: str
    content_type: str
    octets: bytes


class Assets:
    """The files of the templates' folder that browsers ask for."""

    def __init__(self, *file_names: str) -> None:
        """Read them; raises FileNotFoundError for one that is not installed."""
        folder = files("smsc_sim") / "templates"
        self._by_file = {name: _asset(name, (folder / name).read_bytes()) for name in file_names}
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
