from typing import Annotated, Any, Literal

import pytest
from msgspec import Meta, Struct

from smsc_sim.scenario.convert import Converted, convert
from smsc_sim.scenario.document import Document, parse_document
from smsc_sim.scenario.values import Duration, Password

QUOTES = "put a text that contains braces or brackets in quotes"
NO_VALUE = 'remove the key, or give it a value (an empty text is "")'


class Leaf(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    after: Duration = 1.0
    words: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.name == "impossible":
            raise ValueError("a leaf cannot be impossible")


class Close(Struct, frozen=True, kw_only=True, tag_field="then", tag="close", forbid_unknown_fields=True):
    code: int = 0


class Reset(Struct, frozen=True, kw_only=True, tag_field="then", tag="reset", forbid_unknown_fields=True):
    hard: bool = False


class Tree(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    kind: Literal["oak", "elm"] = "oak"
    text: str | None = None
    number: int | None = None
    leaves: tuple[Leaf, ...] = ()
    numbers: Annotated[tuple[int, ...], Meta(min_length=1, max_length=2)] = (1,)
    lists: list[int] = []
    table: dict[str, Leaf] = {}
    weights: dict[Literal["a", "b"], int] = {}
    reply: str | Leaf = "ok"
    end: Close | Reset = Close()
    password: Password = ""


def load(text: str) -> tuple[Converted[Tree] | None, Document]:
    document = parse_document(text, "f.yaml")
    return convert(document, Tree), document


def good(text: str) -> Tree:
    converted, document = load(text)
    assert not document.findings
    assert converted is not None
    return converted.value


def errors(text: str) -> list[str]:
    return [str(finding).removeprefix("f.yaml:") for finding in load(text)[1].findings]


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("{}", "leaves", ()),
        ("kind: elm", "kind", "elm"),
        ("text: no", "text", "no"),
        ("text: 0123", "text", "0123"),
        ("text: null", "text", "null"),
        ("text:", "text", None),
        ("number: null", "number", None),
        ("number: ~", "number", None),
        ("number: 7", "number", 7),
        ("numbers: 5", "numbers", (5,)),
        ("numbers: [5, 6]", "numbers", (5, 6)),
        ("lists: [5, 6]", "lists", [5, 6]),
        ("lists: 5", "lists", [5]),
        ("leaves: [{name: a, words: b}]", "leaves", (Leaf(name="a", words=("b",)),)),
        ("table: {x: {name: a}}", "table", {"x": Leaf(name="a")}),
        ("weights: {a: 90, b: 10}", "weights", {"a": 90, "b": 10}),
        ("reply: none", "reply", "none"),
        ("reply: {name: a, after: 65s}", "reply", Leaf(name="a", after=65.0)),
        ("end: {then: reset, hard: yes}", "end", Reset(hard=True)),
    ],
)
def test_a_document_becomes_an_instance_of_its_model(text: str, field: str, value: Any) -> None:
    assert getattr(good(text), field) == value


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("kidn: oak", "1:1: error E002: unknown key 'kidn'; did you mean 'kind'?"),
        ("leaves: [{name: a, zzz: 1}]", "1:20: error E002: unknown key 'zzz'; known here: name, after, words"),
        ("leaves: [{}]", "1:10: error E010: key 'name' is missing"),
        ("numbers:", f"1:9: error E010: 'numbers' has no value; {NO_VALUE}"),
        ("kind: olm", "1:7: error E012: 'olm' is not a valid value of 'kind'; did you mean 'elm'?"),
        ("kind: [oak]", f"1:7: error E011: 'kind' takes a single value here, not a list; {QUOTES}"),
        ("leaves: a", "1:9: error E011: 'leaves' takes a list here, not a single value"),
        ("leaves: [a]", "1:10: error E011: 'leaves' takes a mapping here, not a single value"),
        ("leaves: {name: a}", "1:9: error E011: 'leaves' takes a list here, not a mapping"),
        ("reply: [a]", f"1:8: error E011: 'reply' takes a single value or a mapping here, not a list; {QUOTES}"),
        ("numbers: []", "1:10: error E015: 'numbers' needs at least 1 of them"),
        ("numbers: [1, 2, 3]", "1:10: error E015: 'numbers' takes at most 2 of them, not 3"),
        ("numbers: [1, b]", "1:14: error E012: numbers: 'b' is not a whole number"),
        ("leaves: [{name: a, after: 3}]", "1:27: error E014: after: '3' needs a unit, for example 3s"),
        ("leaves: [{name: impossible}]", "1:10: error E012: a leaf cannot be impossible"),
        ("weights: {c: 1}", "1:11: error E012: 'c' is not a valid value of 'weights'; it can be a or b"),
        ("weights: {a: x}", "1:14: error E012: a: 'x' is not a whole number"),
        ("end: {then: restart}", "1:13: error E012: 'restart' is not a valid value of 'then'; did you mean 'reset'?"),
        ("end: {hard: yes}", "1:6: error E010: key 'then' is missing; it can be close or reset"),
        ("end: {then: close, hard: yes}", "1:20: error E002: unknown key 'hard'; known here: code"),
        ("[]", "1:1: error E011: the file takes a mapping here, not a list"),
        ("text", "1:1: error E011: the file takes a mapping here, not a single value"),
    ],
)  # fmt: skip
def test_each_error_has_its_place_and_its_words(text: str, error: str) -> None:
    assert errors(text) == [error]


def test_all_errors_are_found_at_once_in_the_order_of_the_file() -> None:
    text = "kidn: oak\nnumber: x\nleaves:\n  - {nam: a}\n  - {name: b, after: 5, word: c}\nkind: ash\n"
    assert [error.partition(" ")[0] for error in errors(text)] == [
        "1:1:",
        "2:9:",
        "4:5:",
        "4:6:",
        "5:22:",
        "5:25:",
        "6:7:",
    ]


def test_what_can_be_read_is_there_for_further_checks() -> None:
    converted, document = load("kind: ash\nleaves: [{name: a, after: 5}, {}, {name: b}]\n")
    assert not document.is_valid
    assert converted is not None
    assert converted.value.kind == "oak"
    assert [leaf.name for leaf in converted.value.leaves] == ["a", "b"]


def test_every_instance_knows_where_it_and_its_fields_stand() -> None:
    converted, _ = load("leaves:\n  - {name: a}\n  - {name: a, after: 5s}\n")
    assert converted is not None
    second = converted.value.leaves[1]
    assert (converted.node(second, "name").line, converted.node(second, "name").column) == (3, 12)
    assert converted.node(second, "words").column == 5
    with pytest.raises(KeyError):
        converted.node(Leaf(name="elsewhere"), "name")


def test_a_secret_is_in_no_message() -> None:
    _, document = load("{password: [hunter2], text: a, text: b}")
    assert "hunter2" not in " ".join(str(finding) for finding in document.findings)
    _, document = load("password: " + "hunter2" * 40)
    (finding,) = document.findings
    assert "hunter2" not in str(finding) + finding.source_line


def test_without_a_tree_there_is_nothing_to_convert() -> None:
    converted, document = load("")
    assert converted is None
    assert [finding.code for finding in document.findings] == ["E010"]


def test_very_many_mistakes_are_cut_off() -> None:
    _, document = load("".join(f"pasxword{number}: 1\n" for number in range(1000)))
    assert [finding.line for finding in document.findings] == [*range(1, 101), 100]
    assert not document.is_valid
    _, document = load("lists:\n" + "- x\n" * 1000)
    assert [finding.line for finding in document.findings] == [*range(2, 102), 101]


def test_an_alias_repeats_a_value_but_not_its_mistake() -> None:
    assert errors("leaves: [&a {name: a, after: 5}, *a]") == [
        "1:30: error E014: after: '5' needs a unit, for example 5s"
    ]
