"""Copies of a scenario, and writing one."""

from pathlib import Path

import pytest

from smsc_sim.web.scenario_copy import NAME, check_copy, still_masked, write_scenario


def test_a_copy_can_include_only_where_it_may(tmp_path: Path) -> None:
    (tmp_path / "more.yaml").write_text("smsc: 1\n")
    assert check_copy("smsc: 1\ninclude: more.yaml\n", str(tmp_path)).scenario is not None
    (finding,) = check_copy("smsc: 1\ninclude: more.yaml\n", "").findings
    assert (finding.code, finding.file) == ("E007", NAME)
    (finding,) = check_copy("smsc: 1\ninclude: ../more.yaml\n", str(tmp_path / "below")).findings
    assert finding.code == "E007"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\npassword: ******\n", 2),
        ("- {system_id: x, password: '****', binds: y}", 1),
        ("to: '4477*'\ntext: '*'\n# password: *****\n", None),
    ],
)
def test_masks_that_are_left_are_found(text: str, line: int | None) -> None:
    assert still_masked(text) == line


def test_writing_is_all_or_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("old")
    path.chmod(0o640)
    write_scenario(str(path), "new ü\n")
    assert path.read_text(encoding="utf-8") == "new ü\n"
    assert path.stat().st_mode & 0o777 == 0o640
    with pytest.raises(OSError, match="gone"):
        write_scenario(str(tmp_path / "gone" / "a.yaml"), "x")
    with pytest.raises(OSError, match=r"b\.yaml"):
        write_scenario(str(tmp_path / "b.yaml"), "x")
    assert [one.name for one in tmp_path.iterdir()] == ["a.yaml"]
