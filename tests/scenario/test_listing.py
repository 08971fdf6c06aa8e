"""Listings: files line by line, secrets masked, and masks taken off again."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario.library import library_name, read_profile, read_scenario
from smsc_sim.scenario.listing import listing_of, listing_of_text, listings, unmasked
from smsc_sim.scenario.load import load

MAIN = """\
smsc: 1
include: parts/more.yaml
accounts:
  - {system_id: a, password: geheim}
  - system_id: b
    password: geheim
rules: []
"""


def test_files_have_their_names_and_no_secrets(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "more.yaml").write_text("smsc: 1\nrules:\n  - {name: x, reply: ESME_RTHROTTLED}\n")
    main = tmp_path / "main.yaml"
    main.write_text(MAIN)
    scenario = load(main)
    first, second = listings(scenario.files, str(main))
    assert (first.name, first.includes) == (str(main), ("parts/more.yaml",))
    assert second.name == str(tmp_path / "parts" / "more.yaml")
    assert scenario.rules[0].at == f"{second.name}:3"
    assert second.lines[1] == "rules:"
    assert not any("geheim" in line for line in first.lines)
    assert len(first.lines) == 7
    main.write_text("smsc: 1\n")
    assert listings(scenario.files, str(main))[0].lines == ("smsc: 1",)


def test_what_is_not_there_has_no_lines(tmp_path: Path) -> None:
    assert listing_of(str(tmp_path / "gone.yaml"), "gone.yaml").lines == ()
    assert listings((), "none") == []


def test_files_of_the_product_have_its_names() -> None:
    assert library_name(read_scenario("builtin:test-numbers").path) == "builtin:test-numbers"
    assert library_name(read_profile("generic").path) == "profile generic"
    assert library_name(__file__) == ""


def test_masks_come_off_where_nothing_was_changed() -> None:
    listing = listing_of_text(MAIN, "copy")
    shown = "\n".join(listing.lines)
    assert "geheim" not in shown
    assert unmasked(shown, listing, MAIN) == MAIN
    changed = shown.replace("rules: []", "rules:\n  - {name: y, reply: ESME_RSYSERR}")
    assert unmasked(changed, listing, MAIN) == MAIN.replace("rules: []", "rules:\n  - {name: y, reply: ESME_RSYSERR}")


def test_lines_that_look_alike_keep_their_order() -> None:
    text = "accounts:\n  - password: abcdef\n  - password: ghijkl\n"
    listing = listing_of_text(text, "copy")
    assert listing.lines[1] == listing.lines[2]
    assert unmasked("\n".join(listing.lines), listing, text) == text


@given(st.text(max_size=200))
def test_a_text_without_secrets_stays_as_it_is(text: str) -> None:
    listing = listing_of_text("a: 1\n", "copy")
    assert unmasked(text, listing, "a: 1\n").splitlines() == text.splitlines()
