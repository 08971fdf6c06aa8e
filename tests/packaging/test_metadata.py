"""What the metadata says of the tree, and what the tree is."""

import os
from configparser import ConfigParser
from pathlib import Path

import pytest

import smsc_sim

ROOT = Path(__file__).parents[2]


@pytest.fixture
def metadata() -> ConfigParser:
    parser = ConfigParser()
    parser.read(ROOT / "setup.cfg")
    return parser


def test_every_package_is_named(metadata: ConfigParser) -> None:
    named = set(metadata["options"]["packages"].split())
    there = {".".join(path.parent.relative_to(ROOT).parts) for path in (ROOT / "smsc_sim").rglob("__init__.py")}
    assert named == there | {"twisted.plugins"}


def test_the_plugin_lies_in_a_namespace_of_twisteds() -> None:
    assert [str(path.relative_to(ROOT / "twisted")) for path in (ROOT / "twisted").rglob("*.py")] == [
        "plugins/smsc_sim_plugin.py"
    ]


def test_the_plugin_imports_nothing_of_the_product() -> None:
    assert "import smsc_sim" not in (ROOT / "twisted/plugins/smsc_sim_plugin.py").read_text("utf-8")


def test_the_templates_are_reached_by_a_relative_link() -> None:
    assert os.readlink(ROOT / "smsc_sim" / "templates") == "../templates"


def test_the_version_is_in_one_place(metadata: ConfigParser) -> None:
    assert metadata["metadata"]["version"] == "attr: smsc_sim.__version__"
    assert smsc_sim.__version__
