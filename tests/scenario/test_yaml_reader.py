from typing import Any

import pytest
import yaml

from smsc_sim.scenario import composer, yaml_reader
from smsc_sim.scenario.composer import DEEPEST
from smsc_sim.scenario.document import parse_document
from smsc_sim.scenario.findings import Finding
from smsc_sim.scenario.tree import Document, Mapping, Node, Scalar, Sequence

BOMB = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{f'*a{n - 1},' * 9}]\n" for n in range(1, 30))


@pytest.fixture(params=["libyaml", "pure Python"], autouse=True)
def _each_loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "libyaml" and not yaml.__with_libyaml__:
        pytest.skip("PyYAML was built without libyaml")
    loader: Any = yaml.CSafeLoader if request.param == "libyaml" else yaml.SafeLoader
    monkeypatch.setattr(yaml_reader, "LOADER", loader)


def plain(node: Node | None) -> Any:
    match node:
        case Scalar():
            return node.text
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            return {key.text: plain(value) for key, value in node.entries}
    return None


def read(text: str) -> Document:
    return parse_document(text, "f.yaml")


def only(text: str) -> Finding:
    (finding,) = read(text).findings
    return finding


@pytest.mark.parametrize(
    "text",
    [
        "0123",
        "no",
        "12:30",
        "+447700900123",
        "1e3",
        "0x1F",
        "2001-01-01",
        "null",
        "~",
        ".inf",
        "yes",
        "1_000",
        "02:00-02:30",
    ],
)
def test_every_scalar_stays_the_text_that_was_written(text: str) -> None:
    document = read(f"to: {text}\n")
    assert plain(document.root) == {"to": text}
    assert not document.findings


def test_every_node_has_its_place_and_scalars_their_end() -> None:
    root = read("a: [x, 'y z']\n\nb:\n  - {c: 1}\n").root
    assert isinstance(root, Mapping)
    a, b = root.get("a"), root.get("b")
    assert isinstance(a, Sequence)
    assert isinstance(b, Sequence)
    x, y = a.items
    assert isinstance(x, Scalar)
    assert isinstance(y, Scalar)
    assert (a.line, a.column) == (1, 4)
    assert (x.line, x.column, x.end_line, x.end_column, x.plain) == (1, 5, 1, 6, True)
    assert (y.line, y.column, y.end_line, y.end_column, y.plain) == (1, 8, 1, 13, False)
    assert (b.items[0].line, b.items[0].column) == (4, 5)


def test_columns_count_characters() -> None:
    root = read("{'é😀': 1, b: 2}").root
    assert isinstance(root, Mapping)
    value = root.get("b")
    assert value is not None
    assert (value.line, value.column) == (1, 14)


def test_nothing_written_is_null_and_an_empty_text_is_not() -> None:
    root = read("a:\nb: ''\nc: text\n").root
    assert isinstance(root, Mapping)
    assert [isinstance(value, Scalar) and value.null for _, value in root.entries] == [True, False, False]


def test_anchors_and_aliases_repeat_what_they_name() -> None:
    document = read("a: &one [1, 2]\nb: *one\nc: &two x\nd: *two\n")
    assert plain(document.root) == {"a": ["1", "2"], "b": ["1", "2"], "c": "x", "d": "x"}
    assert document.is_valid


def test_block_texts_and_comments_are_read() -> None:
    assert plain(read("# first\n---\na: |\n  one\n  two\nb: >-\n  three\n  four # no comment\n...\n").root) == {
        "a": "one\ntwo\n",
        "b": "three four # no comment",
    }


@pytest.mark.parametrize(
    ("text", "place", "code", "message"),
    [
        ("a: 1\na: 2\n", (2, 1), "E003", "key 'a' is given twice"),
        ("{a: 1, 'a': 2}", (1, 8), "E003", "key 'a' is given twice"),
        ("a: !!int 5", (1, 4), "E004", "tags are not used here"),
        ("a: !stop now", (1, 4), "E004", "tags are not used here"),
        ("!!python/object/apply:os.system ['true']", (1, 1), "E004", "tags are not used here"),
        ("a: {}\n<<: {b: 1}", (2, 1), "E004", "merge keys ('<<') are not used here"),
        ("? [a]\n: 1", (1, 3), "E004", "a key must be a text"),
        ("a: 1\n--- \nb: 2", (2, 1), "E004", "a second document begins here"),
        ("a: &x [*x]", (1, 8), "E004", "'*x' contains itself"),
        ("to: *01", (1, 5), "E004", "'*01' without quotes refers to an anchor"),
        ("", (1, 1), "E010", "the file is empty"),
        ("# only a comment\n", (1, 1), "E010", "the file is empty"),
        ("a: b: c", (1, 5), "E001", "not valid YAML: mapping values are not allowed"),
        ("a:\n\t- b", (2, 1), "E001", "not valid YAML: found character"),
        ("a: @b", (1, 4), "E001", "not valid YAML: found character"),
        ("a: *.b", (1, 5), "E001", "not valid YAML"),
        ("a: 'b", (1, 6), "E001", "not valid YAML: found unexpected end of stream"),
    ],
)
def test_what_is_refused_has_its_place(text: str, place: tuple[int, int], code: str, message: str) -> None:
    finding = only(text)
    assert ((finding.line, finding.column), finding.code) == (place, code)
    assert message in finding.message


@pytest.mark.parametrize("text", ["a: @b", "a: *.b", "a: *01", "a: !b", "a: b: c"])
def test_a_text_that_needs_quotes_is_told_so(text: str) -> None:
    assert "in quotes" in only(text).hint


def test_all_mistakes_that_can_be_passed_over_are_found_at_once() -> None:
    document = read("a: *01\nb: !x 1\na: *02\nc: 3\n")
    assert [(finding.line, finding.code) for finding in document.findings] == [
        (1, "E004"),
        (2, "E004"),
        (3, "E003"),
        (3, "E004"),
    ]
    assert plain(document.root) == {"a": "*01", "b": "1", "c": "3"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("[" * 500_000, "E005", id="deep brackets"),
        pytest.param("- " * 500_000, "E005", id="deep dashes"),
        pytest.param("? " * 500_000, "E005", id="deep question marks"),
        pytest.param("{a: " * 200_000, "E005", id="deep braces"),
        pytest.param("[" * DEEPEST + "]" * DEEPEST, "", id="as deep as may be"),
        pytest.param(
            "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{f'*a{n - 1},' * 9}]\n" for n in range(1, 30)), "E005", id="bomb"
        ),
        pytest.param("%YAML 1." + "9" * 5000 + "\n---\na", "E001", id="huge version"),
        pytest.param('a: "\\UFFFFFFFF"', "E001", id="no such character"),
        pytest.param('a: "\\ud83d"', "E001", id="half a pair"),
        pytest.param("&a " * 300_000, "E001", id="anchors"),
        pytest.param("\t" * 500_000, "E001", id="tabs"),
        pytest.param("'" * 500_000, "", id="quotes"),
        pytest.param("!" * 500_000, "E004", id="exclamation marks"),
        pytest.param("a: " + "9" * 500_000, "", id="a huge number is a long text"),
    ],
)
def test_hostile_text_ends_in_a_finding(text: str, code: str) -> None:
    assert [finding.code for finding in read(text).findings] == ([code] if code else [])


def test_a_secret_is_masked_even_where_it_is_only_repeated() -> None:
    finding = only("name: &n hunter2\npassword: *n\nname: x\n")
    assert finding.source_line == "name: x"
    document = read("{name: &n hunter2, password: *n, name: x}")
    assert "hunter2" not in document.findings[0].source_line.partition("password")[0]


def test_a_secret_over_two_lines_is_masked() -> None:
    document = read("{password: hunter\n  two, a: 1, a: 2}")
    assert document.findings[0].source_line == "*****, a: 1, a: 2}"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("[" + "a," * 9 + "]", []),
        ("[" + "a," * 10 + "]", ["E005"]),
        ("[&x [a, b, c], *x]", []),
        ("[&x [a, b, c], *x, *x]", ["E005"]),
    ],
)
def test_there_is_a_most_of_values_with_aliases_counted(
    text: str, codes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composer, "MOST_NODES", 10)
    assert [finding.code for finding in read(text).findings] == codes
