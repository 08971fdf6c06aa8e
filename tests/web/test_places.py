"""Places on the scenario's page."""

from smsc_sim.scenario.findings import Finding
from smsc_sim.scenario.listing import listing_of_text
from smsc_sim.web.places import Places

FILES = [listing_of_text("smsc: 1\n", "deep/main.yaml"), listing_of_text("smsc: 1\n", "builtin:test-numbers")]


def test_a_line_has_its_anchor_where_its_file_is_shown() -> None:
    places = Places(FILES)
    assert places.folder == "deep/"
    assert places.anchor("deep/../deep/main.yaml:7") == "f0-7"
    assert places.link("builtin:test-numbers:12") == "/scenario#f1-12"
    assert [places.link(at) for at in ("temporary", "", "other.yaml:1", "deep/main.yaml:x")] == [""] * 4
    assert Places([]).link("deep/main.yaml:7") == ""


def test_findings_stand_at_their_lines() -> None:
    wrong = [
        Finding(severity="error", code="E1", file=file, line=3, column=1, message="no")
        for file in ("deep/main.yaml", "gone.yaml", "deep/main.yaml")
    ]
    assert Places(FILES).by_line(wrong) == {(0, 3): [wrong[0], wrong[2]]}
