from smsc_sim.options.errors import OptionsError
from smsc_sim.scenario.findings import Finding


def test_mistakes_are_lines_of_the_program_and_findings_follow() -> None:
    finding = Finding(severity="error", code="E001", file="f", line=1, column=2, message="m")
    error = OptionsError(["one", "two"], [finding])
    assert str(error) == "smsc-sim: one\nsmsc-sim: two\nf:1:2: error E001: m"
    assert str(OptionsError([], [finding])) == "f:1:2: error E001: m"
    assert error.exit_code == 2
