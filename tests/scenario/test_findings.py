import json
from pathlib import Path

from smsc_sim.scenario import findings
from smsc_sim.scenario.findings import CODES, Finding, FindingsError, format_findings, has_errors

ERROR = Finding(
    severity="error",
    code="E012",
    file="bad.yaml",
    line=9,
    column=12,
    message="'ESME_RINVBALLANCE' is not a valid value of 'reply'",
    hint="did you mean 'ESME_RINVBALANCE'?",
    source_line="    reply: ESME_RINVBALLANCE",
)
WARNING = Finding(severity="warning", code="W101", file="a,b:c.yaml", line=1, column=2, message="50%\nof it")


def excerpt(line: str, column: int) -> list[str]:
    finding = Finding(severity="error", code="E001", file="f", line=1, column=column, message="m", source_line=line)
    return format_findings([finding]).splitlines()[1:]


def test_the_text_has_place_code_hint_line_and_caret() -> None:
    assert format_findings([ERROR]) == (
        "bad.yaml:9:12: error E012: 'ESME_RINVBALLANCE' is not a valid value of 'reply'; "
        "did you mean 'ESME_RINVBALANCE'?\n"
        "        reply: ESME_RINVBALLANCE\n"
        "               ^"
    )


def test_without_a_line_there_is_no_caret() -> None:
    assert format_findings([WARNING]) == "a,b:c.yaml:1:2: warning W101: 50%\nof it"


def test_the_caret_stands_right_behind_tabs_and_wide_characters() -> None:
    assert excerpt("\tto: 1", 6) == ["     to: 1", "         ^"]
    assert excerpt("名前: x", 5) == ["    名前: x", "          ^"]


def test_only_the_part_of_a_long_line_around_the_place_is_shown() -> None:
    line, caret = excerpt("a" * 900 + "B" + "c" * 900, 901)
    assert len(line) < 200
    assert line[caret.index("^")] == "B"


def test_control_characters_never_reach_the_terminal() -> None:
    assert excerpt("\x1b[31mred", 1)[0] == "     [31mred"


def test_json_counts_and_lists() -> None:
    parsed = json.loads(format_findings([ERROR, WARNING], "json"))
    assert (parsed["valid"], parsed["errors"], parsed["warnings"]) == (False, 1, 1)
    assert parsed["findings"][0]["code"] == "E012"
    assert parsed["findings"][0]["line"] == 9
    assert json.loads(format_findings([WARNING], "json"))["valid"]


def test_github_commands_are_escaped() -> None:
    assert format_findings([WARNING, ERROR], "github") == (
        "::warning file=a%2Cb%3Ac.yaml,line=1,col=2,title=W101::50%25%0Aof it\n"
        "::error file=bad.yaml,line=9,col=12,title=E012::'ESME_RINVBALLANCE' is not a valid value of 'reply'; "
        "did you mean 'ESME_RINVBALANCE'?"
    )


def test_information_is_no_fault() -> None:
    note = Finding(severity="information", code="I101", file="f", line=1, column=2, message="late")
    assert str(note) == "f:1:2: information I101: late"
    assert not has_errors([note])
    parsed = json.loads(format_findings([note, WARNING, ERROR], "json"))
    assert (parsed["errors"], parsed["warnings"], len(parsed["findings"])) == (1, 1, 3)
    assert format_findings([note], "github") == "::notice file=f,line=1,col=2,title=I101::late"


def test_an_exception_carries_the_findings_and_says_them() -> None:
    error = FindingsError([ERROR])
    assert error.findings == (ERROR,)
    assert "bad.yaml:9:12" in str(error)
    assert has_errors(error.findings)
    assert not has_errors([WARNING])


def test_every_code_has_its_heading_in_the_documentation() -> None:
    page = Path(__file__).parents[2] / "docs" / "scenario-errors.rst"
    lines = page.read_text(encoding="utf-8").splitlines()
    headings = [line for line in lines if line[:1] in {"E", "W", "I"} and line[1:4].isdigit()]
    assert headings == [f"{code}: {heading}" for code, heading in CODES.items()]


def test_every_code_that_the_loader_uses_is_listed() -> None:
    room = Path(findings.__file__).parent
    text = "".join(path.read_text(encoding="utf-8") for path in room.glob("*.py") if path.name != "findings.py")
    assert all(f'"{code}"' in text for code in CODES)
