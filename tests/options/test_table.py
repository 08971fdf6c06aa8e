import re

import pytest
from msgspec import Struct, inspect, structs

from smsc_sim.options.model import Settings
from smsc_sim.options.table import GROUPS, OPTIONS, Option, ServerConfig
from smsc_sim.scenario.config import ConfigFile
from smsc_sim.scenario.convert import model_type
from smsc_sim.scenario.scalars import read_text

IDS = [option.key for option in OPTIONS]

NO_OPTIONS = {"smsc", "accounts", "scenario", "origins", "warnings"}
"""Fields of Settings that are made of options, or come from files alone."""


def of(key: str) -> Option:
    return next(option for option in OPTIONS if option.key == key)


def test_keys_are_unique_and_each_group_is_known() -> None:
    assert len(set(IDS)) == len(IDS)
    assert {option.group for option in OPTIONS} == set(GROUPS)


def test_every_setting_is_an_option() -> None:
    assert {option.target for option in OPTIONS if "." not in option.target} == (
        set(Settings.__struct_fields__) - NO_OPTIONS
    )


@pytest.mark.parametrize("option", OPTIONS, ids=IDS)
def test_an_option_has_one_name_in_three_spellings(option: Option) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", option.key)
    assert option.environment == "SMSC_SIM_" + option.key.upper()
    assert option.flag == (option.key.upper() if option.positional else "--" + option.key.replace("_", "-"))
    assert not option.about.endswith(" ")
    assert option.about.endswith(".")


@pytest.mark.parametrize("option", OPTIONS, ids=IDS)
def test_the_default_can_be_written_and_read_back(option: Option) -> None:
    text = option.write(option.default)
    if option.default is None:
        assert text == ""
    elif option.default == ():
        assert text == "none"
    elif option.item_type is not None:
        assert tuple(read_text(part, option.item_type) for part in text.split()) == option.default
    else:
        assert read_text(text, option.type) == option.default


@pytest.mark.parametrize("option", OPTIONS, ids=IDS)
def test_an_option_says_what_it_takes(option: Option) -> None:
    assert option.metavar or option.is_switch or option.secret
    assert option.describe()


def test_no_option_at_all_is_none_in_text() -> None:
    assert of("smpp").write(()) == "none"
    assert of("smpp").write(("tcp:1", "tcp:2")) == "tcp:1 tcp:2"
    assert of("error_bodies").write(True) == "yes"
    assert of("seed").write("random") == "random"


def test_the_configuration_file_takes_every_option_but_its_own_name() -> None:
    described = model_type(ServerConfig)
    assert isinstance(described, inspect.StructType)
    assert issubclass(ServerConfig, ConfigFile)
    assert {field.name for field in described.fields} == {*IDS, "accounts"} - {"config", "token"}
    assert not [field.name for field in described.fields if field.required]


def test_value_in_follows_the_target() -> None:
    settings = Settings()
    changed = structs.replace(
        settings, smsc=structs.replace(settings.smsc, timers=structs.replace(settings.smsc.timers, response=7.0))
    )
    assert of("response_timer").value_in(changed) == 7.0


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Settings().seed = 5  # type: ignore[misc]
    assert isinstance(Settings(), Struct)
