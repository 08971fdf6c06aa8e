from collections.abc import Iterable
from typing import Annotated, ClassVar

from msgspec import Struct, inspect

from smsc_sim.scenario.convert import convert
from smsc_sim.scenario.document import parse_document
from smsc_sim.scenario.node_kind import NodeKind, Reader, text_or_model
from smsc_sim.scenario.tree import Mapping, Node
from smsc_sim.scenario.value_kind import BadValue, ValueKind


class Size(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    width: int
    height: int = 1


def read_area(text: str) -> int:
    if not text.isdecimal():
        raise BadValue(text, "is no area", "5")
    return int(text)


AREA = ValueKind("an area", "AREA", read_area, str, {"type": "integer"})
AREA_OR_SIZE = NodeKind(
    "an area", "AREA", read_area, str, {}, read_node=text_or_model(AREA, Size, lambda size: size.width * size.height)
)


def read_count(node: Node, field: str, reader: Reader) -> int | None:
    if isinstance(node, Mapping):
        return len(node.entries)
    reader.report(node, "E011", f"'{field}' takes a mapping")
    return None


COUNT = NodeKind("a count", "COUNT", int, str, {}, read_node=read_count)


class LetterKeys:
    into = "letters"

    @staticmethod
    def type_of(key: str) -> inspect.Type | None:
        return inspect.type_info(int) if len(key) == 1 else None

    @staticmethod
    def names() -> Iterable[str]:
        return ["a", "b", "letterhead"]


class Thing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    OTHER_KEYS: ClassVar[type[LetterKeys]] = LetterKeys

    area: Annotated[int, AREA_OR_SIZE.meta("An area.")] | None = None
    areas: tuple[Annotated[int, AREA_OR_SIZE.meta("An area.")], ...] = ()
    count: Annotated[int, COUNT.meta("A count.")] | None = None
    letters: dict[str, int] = {}


def load(text: str) -> tuple[Thing | None, list[str]]:
    document = parse_document(text, "f.yaml")
    converted = convert(document, Thing)
    findings = [str(finding).removeprefix("f.yaml:") for finding in document.findings]
    return converted.value if converted is not None else None, findings


def test_a_kind_reads_texts_and_mappings() -> None:
    assert load("area: 6") == (Thing(area=6), [])
    assert load("area: {width: 3, height: 2}") == (Thing(area=6), [])
    assert load("areas: [6, {width: 2}]") == (Thing(areas=(6, 2)), [])
    assert load("count: {a: 1, b: [2]}") == (Thing(count=2), [])


def test_mistakes_are_reported_where_they_are() -> None:
    thing, findings = load("area: x\nareas: [{widht: 3}, {width: y}, [1]]\ncount: 1\n")
    assert thing == Thing()
    assert findings == [
        "1:7: error E012: area: 'x' is no area; did you mean '5'?",
        "2:9: error E010: key 'width' is missing",
        "2:10: error E002: unknown key 'widht'; did you mean 'width'?",
        "2:29: error E012: width: 'y' is not a whole number",
        "2:33: error E011: 'areas' takes a single value here",
        "3:8: error E011: 'count' takes a mapping",
    ]
    assert load("area:")[1][0].startswith("1:6: error E010: 'area' has no value")


def test_keys_that_no_model_can_list() -> None:
    assert load("{x: 1, area: 2, y: 3}") == (Thing(area=2, letters={"x": 1, "y": 3}), [])
    thing, findings = load("{x: one, letters: 2, letterhed: 3, y: 4}")
    assert thing == Thing(letters={"y": 4})
    assert findings == [
        "1:5: error E012: x: 'one' is not a whole number",
        "1:10: error E002: unknown key 'letters'; did you mean 'letterhead'?",
        "1:22: error E002: unknown key 'letterhed'; did you mean 'letterhead'?",
    ]
