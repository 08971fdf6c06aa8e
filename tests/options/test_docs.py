from pathlib import Path

from smsc_sim.options.docs import options_page
from smsc_sim.options.table import OPTIONS


def test_the_page_of_options_is_the_tables() -> None:
    page = Path(__file__).parents[2] / "docs" / "options.rst"
    assert page.read_text(encoding="utf-8") == options_page(), "python -m smsc_sim.options.docs > docs/options.rst"


def test_the_page_has_every_option_in_its_three_spellings() -> None:
    page = options_page()
    for option in OPTIONS:
        assert (f"``{option.flag}" in page) is not bool(option.secret)
        assert f"``{option.environment}``" in page
        assert not option.in_config or f"Configuration key: ``{option.key}``" in page
