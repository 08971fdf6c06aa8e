from typing import Any

import pytest
from msgspec import Struct, inspect

from smsc_sim.scenario.convert import convert, model_type
from smsc_sim.scenario.document import parse_document
from smsc_sim.scenario.settings import ReceiptSettings, SmscSettings, Timers


def test_the_defaults_are_those_of_the_documentation() -> None:
    settings = SmscSettings()
    assert settings.timers == Timers(session_init=30, enquire_link=30, inactivity=300, response=30)
    assert (settings.receipts.after, settings.receipts.via, settings.receipts.keep) == (1.0, "same", 86400.0)
    assert settings.interface_version in settings.versions
    assert settings.frame_limit == 128 * 1024


@pytest.mark.parametrize("model", [SmscSettings, Timers, ReceiptSettings])
def test_every_field_can_be_read_from_a_file_and_has_a_default(model: type[Struct]) -> None:
    described = model_type(model)
    assert isinstance(described, inspect.StructType)
    assert not [field.name for field in described.fields if field.required]
    converted = convert(parse_document("{}", "f.yaml"), model)
    assert converted is not None
    assert converted.value == model()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{timers: {session_init: 0, response: 1m}}", SmscSettings(timers=Timers(session_init=0.0, response=60.0))),
        ("{receipts: {retry: [1s, 2s]}}", SmscSettings(receipts=ReceiptSettings(retry=(1.0, 2.0)))),
        ("{versions: '3.4', frame_limit: 64KiB}", SmscSettings(versions=("3.4",), frame_limit=65536)),
    ],
)  # fmt: skip
def test_settings_are_written_with_units(text: str, expected: Any) -> None:
    document = parse_document(text, "f.yaml")
    converted = convert(document, SmscSettings)
    assert not document.findings
    assert converted is not None
    assert converted.value == expected
