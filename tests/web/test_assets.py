"""Files under hashed names."""

import hashlib
from importlib.resources import files

import pytest

from smsc_sim.web.assets import Assets


def test_the_name_holds_a_hash_of_the_content() -> None:
    octets = (files("smsc_sim") / "templates" / "style.css").read_bytes()
    assets = Assets("style.css")
    name = f"style.{hashlib.sha256(octets).hexdigest()[:16]}.css"
    assert assets.url("style.css") == f"/static/{name}"
    asset = assets.get(name)
    assert asset is not None
    assert asset.octets == octets


def test_nothing_else_is_served() -> None:
    assets = Assets("icon.svg")
    assert assets.get("icon.svg") is None
    assert assets.get("../base.html") is None
    with pytest.raises(KeyError):
        assets.url("base.html")


def test_a_file_that_is_not_installed() -> None:
    with pytest.raises(FileNotFoundError):
        Assets("nowhere.css")
