"""The product does its work however it was installed, and from any folder."""

import tarfile
import zipfile
from pathlib import Path

import pytest

import smsc_sim
from tests.packaging.conftest import ROOT, Installed

pytestmark = pytest.mark.packaging


def test_twistd_lists_the_plugin(installed: Installed) -> None:
    lines = installed.run("twistd", "--help").splitlines()
    assert [line for line in lines if line.split()[:1] == ["smsc-sim"]]


def test_twistd_finds_the_options(installed: Installed) -> None:
    assert "--smpp-tls" in installed.run("twistd", "-n", "smsc-sim", "--help")


def test_the_command_is_there(installed: Installed) -> None:
    assert smsc_sim.__version__ in installed.run("smsc-sim", "version")


def test_the_templates_are_found(installed: Installed) -> None:
    program = (
        "from http import HTTPStatus\n"
        "from smsc_sim.web.templates import Templates\n"
        "words = dict(title='', reason='', number='', wrong=(), near=None, may_log_in=False)\n"
        "words['advice'] = dict(heading='No such page', next='')\n"
        "print(Templates().render('error.html', status=HTTPStatus.NOT_FOUND, **words).decode())"
    )
    page = installed.run("python", "-c", program)
    assert "No such page" in page
    assert "/static/style." in page


def test_it_is_not_this_tree_that_was_tested(installed: Installed) -> None:
    path = Path(installed.run("python", "-c", "import smsc_sim; print(smsc_sim.__file__)").strip())
    assert ROOT not in path.parents


def test_types_are_published(installed: Installed) -> None:
    program = "from importlib.resources import files; print((files('smsc_sim') / 'py.typed').is_file())"
    assert installed.run("python", "-c", program) == "True\n"


def test_profiles_and_built_in_scenarios_are_there(installed: Installed) -> None:
    program = (
        "from smsc_sim.scenario.library import profile_names, scenario_names\n"
        "from smsc_sim.scenario.load import load\n"
        "print(len(load('builtin:test-numbers').rules), 'sms77' in profile_names(), len(scenario_names()))"
    )
    assert installed.run("python", "-c", program) == "19 True 1\n"


def test_dependencies_fit(installed: Installed) -> None:
    assert "No broken requirements" in installed.run("python", "-m", "pip", "check")


def files_of_package() -> set[str]:
    package = {f"smsc_sim/{path.relative_to(ROOT / 'smsc_sim')}" for path in (ROOT / "smsc_sim").rglob("*.py")}
    templates = {f"smsc_sim/{path.relative_to(ROOT)}" for path in (ROOT / "templates").rglob("*") if path.is_file()}
    data = {f"smsc_sim/{path.relative_to(ROOT / 'smsc_sim')}" for path in (ROOT / "smsc_sim/scenario").rglob("*.yaml")}
    return package | templates | data | {"smsc_sim/py.typed", "twisted/plugins/smsc_sim_plugin.py"}


def test_the_wheel_holds_the_package_and_nothing_else(dist: Path) -> None:
    (wheel,) = dist.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == files_of_package()


def test_the_sdist_holds_what_the_tests_need(dist: Path) -> None:
    (sdist,) = dist.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    tests = {str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("*.py")}
    assert names >= tests | {"pyproject.toml", "setup.cfg", "README.rst", "LICENSE", "CHANGELOG.rst"}
