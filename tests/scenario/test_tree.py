import pytest

from smsc_sim.scenario.source import Source
from smsc_sim.scenario.tree import MOST_FINDINGS, Document, Mapping, Scalar


def test_findings_are_in_the_order_of_the_file_with_their_lines() -> None:
    document = Document(Source("f.yaml", "one\ntwo\n"))
    document.warning("W101", 2, 1, "later")
    document.error("E002", 1, 2, "sooner", "hint")
    assert [str(finding) for finding in document.findings] == [
        "f.yaml:1:2: error E002: sooner; hint",
        "f.yaml:2:1: warning W101: later",
    ]
    assert [finding.source_line for finding in document.findings] == ["one", "two"]


def test_beyond_a_number_findings_are_left_out() -> None:
    document = Document(Source("f.yaml", "one\n"))
    for number in range(MOST_FINDINGS):
        document.error("E002", 1, 1, f"finding {number}")
    assert document.is_full
    assert len(document.findings) == MOST_FINDINGS
    document.error("E002", 1, 1, "one more")
    document.warning("W101", 1, 1, "doubt")
    assert len(document.findings) == MOST_FINDINGS + 1
    assert (document.findings[-1].severity, document.findings[-1].message) == (
        "error",
        "there are more than these 100",
    )


def test_the_same_finding_is_reported_once() -> None:
    document = Document(Source("f.yaml", "one\n"))
    for _ in range(3):
        document.error("E002", 1, 1, "finding")
    assert len(document.findings) == 1


@pytest.mark.parametrize("severity", ["error", "warning"])
def test_errors_make_a_document_invalid_and_warnings_do_not(severity: str) -> None:
    document = Document(Source("f.yaml", ""))
    getattr(document, severity)("E002", 1, 1, "message")
    assert document.is_valid == (severity == "warning")


def test_an_error_that_is_left_out_makes_a_document_invalid_too() -> None:
    document = Document(Source("f.yaml", ""))
    for column in range(MOST_FINDINGS):
        document.warning("W101", 1, column + 1, "doubt")
    document.error("E002", 1, 1, "wrong")
    assert not document.is_valid


def test_a_mapping_gives_the_value_under_a_key() -> None:
    value = Scalar("1", 1, 4, 1, 5)
    mapping = Mapping([(Scalar("a", 1, 1, 1, 2), value)], 1, 1)
    assert mapping.get("a") is value
    assert mapping.get("b") is None
