import re
from pathlib import Path

from msgspec import Struct, inspect

from smsc_sim.scenario.convert import model_type
from smsc_sim.scenario.keys import FIELD_KEYS, OWN_KEYS, OWN_MEANINGS
from smsc_sim.scenario.reference import SECTIONS, reference_page
from smsc_sim.scenario.scalars import alternatives_of
from smsc_sim.scenario.scenario_file import ScenarioFile
from smsc_sim.scenario.written_profile import ProfileFile

PAGE = Path(__file__).parents[2] / "docs" / "scenario-reference.rst"


def test_the_page_in_the_documentation_is_the_one_that_is_made() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference_page(), "run python -m smsc_sim.scenario.reference"


def models(model: type[Struct], found: dict[type[Struct], None]) -> None:
    """Every model that is reached from one."""
    if model in found:
        return
    found[model] = None
    wanted = model_type(model)
    assert isinstance(wanted, inspect.StructType)
    for field in wanted.fields:
        members(field.type, found)


def members(wanted: inspect.Type, found: dict[type[Struct], None]) -> None:
    for branch in alternatives_of(wanted):
        if isinstance(branch, inspect.StructType):
            models(branch.cls, found)
        elif isinstance(branch, inspect.VarTupleType | inspect.ListType):
            members(branch.item_type, found)
        elif isinstance(branch, inspect.DictType):
            members(branch.value_type, found)


def test_every_model_has_its_section() -> None:
    found: dict[type[Struct], None] = {}
    models(ScenarioFile, found)
    models(ProfileFile, found)
    assert set(found) <= set(SECTIONS)


def test_every_entry_says_something() -> None:
    page = reference_page()
    entries = re.findall(r"^``(.+)``\n   (.*)\n", page, re.MULTILINE)
    assert len(entries) > 150
    assert not [name for name, text in entries if not text.strip() or "None" in text]
    assert all(len(line) <= 120 for line in page.splitlines())
    assert set(OWN_MEANINGS) == set(OWN_KEYS)
    assert all(f"\n``{name}``\n" in page for name in (*OWN_KEYS, *FIELD_KEYS))
