from msgspec import Struct

from smsc_sim.scenario.convert import convert
from smsc_sim.scenario.document import parse_document
from smsc_sim.scenario.reading import Reading, digest, scalars
from smsc_sim.scenario.tree import Node


class Thing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    one: int = 0
    two: str = ""
    inner: "Thing | None" = None


def reading(text: str) -> tuple[Reading, Thing]:
    document = parse_document(text, "f.yaml")
    converted = convert(document, Thing)
    assert converted is not None
    return Reading(document, converted), converted.value


def root(text: str) -> Node:
    node = parse_document(text, "f.yaml").root
    assert node is not None
    return node


def test_places_of_keys_and_values() -> None:
    read, thing = reading("one: 1\ninner: {two: x}\n")
    assert thing.inner is not None
    places = [
        read.key(thing, "one"),
        read.value(thing, "one"),
        read.key(thing.inner, "two"),
        read.value(thing.inner, "one"),
        read.mapping(thing.inner),
    ]
    assert [(node.line, node.column) for node in places] == [(1, 1), (1, 6), (2, 9), (2, 8), (2, 8)]
    assert (read.is_written(thing, "two"), read.is_written(thing.inner, "two")) == (False, True)
    assert read.file == "f.yaml"


def test_findings_of_every_severity() -> None:
    read, thing = reading("one: 1\ntwo: a\n")
    read.error(read.key(thing, "two"), "E012", "wrong", "hint")
    read.warning(read.value(thing, "one"), "W101", "doubtful")
    read.information(read.value(thing, "two"), "I101", "good to know")
    assert [str(finding) for finding in read.document.findings] == [
        "f.yaml:1:6: warning W101: doubtful",
        "f.yaml:2:1: error E012: wrong; hint",
        "f.yaml:2:6: information I101: good to know",
    ]


def test_two_keys_that_exclude_each_other() -> None:
    read, thing = reading("one: 1\ntwo: a\n")
    read.not_together(thing, "two", "inner")
    assert read.document.is_valid
    read.not_together(thing, "two", "one", "because")
    assert [str(finding) for finding in read.document.findings] == [
        "f.yaml:2:1: error E023: 'two' and 'one' do not go together: because"
    ]


def test_the_texts_of_a_node() -> None:
    assert [one.text for one in scalars(root("a"))] == ["a"]
    assert [one.text for one in scalars(root("[a, [b], {c: d}, e]"))] == ["a", "e"]
    assert scalars(root("{a: b}")) == []


def test_a_digest_is_of_what_is_written_and_not_of_how() -> None:
    assert digest(root("a: [1, 'x']")) == digest(root("a:\n  - '1'   # one\n  - x\n"))
    different = ["a: [1, x]", "a: [1x]", "a: 1", "a: {1: x}", "b: [1, x]", "a: [[1, x]]", "[a, 1, x]", "a: ['1,1:x']"]
    assert len({digest(root(text)) for text in different}) == len(different)
