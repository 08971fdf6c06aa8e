"""Files under hashed names, and those that are other projects'."""

import hashlib
import re
from importlib.resources import files

import pytest

from smsc_sim.web.assets import Assets

VENDOR = files("smsc_sim") / "templates" / "vendor"


def test_the_name_holds_a_hash_of_the_content() -> None:
    octets = (files("smsc_sim") / "templates" / "style.css").read_bytes()
    assets = Assets()
    name = f"style.{hashlib.sha256(octets).hexdigest()[:16]}.css"
    assert assets.url("style.css") == f"/static/{name}"
    asset = assets.get(name)
    assert asset is not None
    assert asset.octets == octets


def test_nothing_else_is_served() -> None:
    assets = Assets()
    assert assets.get("icon.svg") is None
    assert assets.get("../base.html") is None
    for name in ("base.html", "VENDORED.toml", "LICENSE.htmx", "nowhere.css"):
        with pytest.raises(KeyError):
            assets.url(name)


def vendored() -> dict[str, dict[str, str]]:
    """The list of files, by name."""
    tables = (VENDOR / "VENDORED.toml").read_text("utf-8").split("[[file]]")[1:]
    rows = [dict(re.findall(r'^(\w+) = "(.*)"$', table, re.MULTILINE)) for table in tables]
    return {row["name"]: row for row in rows}


def test_files_of_others_are_unchanged_and_accounted_for() -> None:
    rows = vendored()
    present = {path.name for path in VENDOR.iterdir() if path.name.endswith((".js", ".css"))}
    assert present == set(rows)
    for name, row in rows.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == row["sha256"], name
        assert {"package", "version", "path", "licence"} <= set(row)
        licence = (VENDOR / f"LICENSE.{row['package'].partition('.')[0]}").read_text("utf-8")
        assert {"0BSD": "Zero-Clause BSD", "MIT": "MIT License"}[row["licence"]] in licence


def test_our_scripts_put_no_text_into_pages_as_html() -> None:
    for path in (files("smsc_sim") / "templates").iterdir():
        if path.name.endswith(".js"):
            text = path.read_text("utf-8")
            assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", text)
