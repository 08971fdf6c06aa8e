import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario import composer
from smsc_sim.scenario.document import parse_document
from smsc_sim.scenario.tree import Document, Mapping, Node, Scalar, Sequence

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)
    ),
    max_leaves=12,
)


def read(text: str | bytes) -> Document:
    return parse_document(text, "f.json", json=True)


def plain(node: Node | None) -> Any:
    match node:
        case Scalar():
            return None if node.null else node.text
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            return {key.text: plain(value) for key, value in node.entries}
    return None


def as_text(value: Any) -> Any:
    match value:
        case None | str():
            return value
        case list():
            return [as_text(item) for item in value]
        case dict():
            return {key: as_text(item) for key, item in value.items()}
    return json.dumps(value)


@given(JSON, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_what_json_writes_is_read_with_every_scalar_as_text(value: Any, indent: Any, ascii_only: bool) -> None:
    document = read(json.dumps(value, indent=indent, ensure_ascii=ascii_only))
    if not document.findings:
        assert plain(document.root) == as_text(value)
    else:
        # The one thing that JSON may carry without an escape and a file may not.
        assert [finding.code for finding in document.findings] == ["E006"]
        assert not ascii_only


@given(
    st.text(st.sampled_from('{}[]:,"\\u0189eE+-. \t\n'))
    | st.lists(
        st.sampled_from(["{", "}", "[", "]", ":", ",", '"a"', '"\\ud800"', "-0.5e3", "01", "true", " ", "\n"])
    ).map("".join)
)
def test_the_reader_takes_what_the_standard_library_takes_without_repeated_keys_and_half_pairs(text: str) -> None:
    try:
        value = json.loads(text, parse_constant=_refuse, object_pairs_hook=_without_repetition)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
        valid = True
    except ValueError:
        valid = False
    assert read(text).is_valid == valid


def _refuse(name: str) -> None:
    raise ValueError(name)


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError(pairs)
    return dict(pairs)


def test_a_pair_of_escapes_is_one_character_and_half_a_pair_is_refused() -> None:
    assert plain(read('["\\ud83d\\ude00"]').root) == ["😀"]
    (finding,) = read('["\\ud83d"]').findings
    assert (finding.code, finding.line, finding.column) == ("E001", 1, 2)


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ('{"a": 1, "a": 2}', (1, 10), "key 'a' is given twice"),
        ('{"a": 1,}', (1, 9), "a text in \" is needed, not '}'"),
        ('{\n\t"a": tru\n}', (2, 7), "a value is needed, not 'tru'"),
        ('{"a" 1}', (1, 6), "a ':' belongs behind the key, not '1'"),
        ("[1 2]", (1, 4), "',' or ']' belongs here, not '2'"),
        ("[1", (1, 3), "',' or ']' belongs here, and the text ends"),
        ("[01]", (1, 2), "a value is needed, not '01'"),
        ("{} x", (1, 4), "nothing may follow the value, not 'x'"),
        ('["a\tb"]', (1, 2), 'a text in " is needed'),
        ("  ", (1, 1), "the file is empty"),
        ("[" * 100_000, (1, 33), "more than 32 lists and mappings inside each other"),
    ],
)
def test_what_is_refused_has_its_place(text: str, place: tuple[int, int], message: str) -> None:
    (finding,) = read(text).findings
    assert (finding.line, finding.column) == place
    assert message in finding.message


def test_null_is_nothing_and_the_text_null_is_a_text() -> None:
    root = read('[null, "null"]').root
    assert isinstance(root, Sequence)
    assert [isinstance(item, Scalar) and item.null for item in root.items] == [True, False]


def test_there_is_a_most_of_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composer, "MOST_NODES", 10)
    assert read("[" + "1," * 8 + "1]").is_valid
    (finding,) = read("[" + "1," * 9 + "1]").findings
    assert (finding.code, finding.column) == ("E005", 20)
