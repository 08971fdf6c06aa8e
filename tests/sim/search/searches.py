"""Searches by chance, as people write them."""

from __future__ import annotations

from hypothesis import strategies as st

from smsc_sim.sim.search.grammar import parse
from smsc_sim.sim.search.keys import IS
from smsc_sim.sim.search.query import Query

pick = st.sampled_from

_addresses = pick(
    [
        "447700900123",
        "+447700900123",
        "4477*",
        "+4477*",
        "?4477*",
        "*123",
        "*",
        "Acme",
        "+Acme",
        "acme*",
        "[44]",
        "+*",
        "[4*",
        "4*?",
        "**",
        "+",
        '""',
    ]
)
_states = pick(["DELIVRD", "delivered", "UNDELIV", "EXPIRED", "DEL*", '""', "ENROUTE", "SCHEDULED", "S*", "*", "?*"])
_numbers = pick(["1", ">1", "<=2", "1..2", "0x40", "=3", ">=1", "8"])
_strings = pick(["acme", "a*", "?cme", '"too fast"', '""', "*", "a[b]", "*[*", r'"a \"b\""', "000", "0?7", "1f"])
_whole_texts = pick(
    ['"Your code is 4711"', "*code*", "STOP", "*", '""', '"a [b] c* ?"', "*\0*", "a?b*", "*[b]*", "*€", "*a*b*", "?"]
)
_words = pick(
    [
        "code",
        "CODE",
        "cod*",
        "grüsse",
        "straße",
        "STRASS*",
        "€",
        "日本",
        "本語",
        "under",
        "under_score",
        "b",
        "👍",
        "❤",
        "4711",
        "47*",
        "evil",
        "สว",
        "ss*",
        '"your code"',
        '"code is"',
        '"a b"',
        '"b code"*',
    ]
)
_moments = pick(
    ["10m", "0", "1h", "06:00", "5:59", "23:00", "2026-11-27", "2026-11-27T05:00", "2026-11-27T06:50+01:00"]
)


def _field(names: list[str], values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds("{}:{}".format, pick(names), values)


terms = st.one_of(
    _field(["to", "from", "destination_addr", "FROM"], _addresses),
    _field(["state", "receipt"], _states),
    _field(["parts", "part", "reference", "esm_class", "registered_delivery", "seq", "session", "coding"], _numbers),
    _field(["status"], pick(["ESME_RTHROTTLED", "esme_rok", "88", "0x40b", ">0", "0..10"])),
    _field(["coding"], pick(["ucs-2", "gsm7", "latin-1"])),
    _field(["session"], pick(["s7", "s1"])),
    _field(["account", "rule", "error", "message_id", "command"], _strings),
    _field(["id"], pick(["m-1", "m-2", "m-999", "1f", "m*", '""'])),
    _field(["text"], _whole_texts),
    _field(["is"], pick(sorted(IS))),
    _field(["after", "before"], _moments),
    _words,
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8).map(lambda one: f'text:"*{_escaped(one)}*"'),
)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


signed = st.tuples(pick(["", "", "-", "!"]), terms).map("".join)
_groups = st.lists(signed, min_size=1, max_size=3).map(" ".join)
written = st.lists(_groups, min_size=0, max_size=3).map(" OR ".join)
queries: st.SearchStrategy[Query] = written.map(parse)
