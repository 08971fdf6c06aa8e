"""Scenarios by chance: texts of the whole language, for properties that must hold whatever a person writes."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import strategies as st

from smsc_sim.scenario.load import check_text
from smsc_sim.scenario.loaded import Scenario

pick = st.sampled_from


def mapping(**keys: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """A mapping with some of these keys; a leading underscore keeps a key apart from words of Python."""
    choice = st.lists(pick(sorted(keys)), min_size=1, max_size=3, unique=True)
    return choice.flatmap(
        lambda chosen: st.tuples(*(keys[key] for key in chosen)).map(
            lambda values: in_braces(f"{key.strip('_')}: {value}" for key, value in zip(chosen, values, strict=True))
        )
    )


def in_braces(entries: Iterable[str]) -> str:
    return "{" + ", ".join(entries) + "}"


def listed(item: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(item, min_size=1, max_size=3).map(lambda items: "[" + ", ".join(items) + "]")


amounts = pick(["0s", "40ms", "1s", "3s", "100ms..2s", "0s..1s", "{median: 200ms, p99: 3s}", "1h"])
templates = pick(
    [
        "plain",
        '""',
        '"{id}{id}{id}{id}{id}{id}{id}"',
        '"{text}{text}{text}"',
        '"{to}/{from} {word[2]} {n} {now:%Y}"',
        '"\u00fc\u20ac{text}\u65e5 {{}}"',
        '"\\0\\n{text}"',
        f'"{"{text}" * 40}"',
    ]
)
tlvs = pick(["{congestion_state: 80}", "{'0x1400': abc, '0x1401': [0x00, '']}", "{message_payload: 0x0102}"])
id_forms = pick(
    ["decimal", "hex", "hex_lower", "zero", "empty", "absent", "{form: hex, width: 64, prefix: xy}", "{digits: 1}"]
)
ids = st.builds("{{reply: {}, receipt: {}}}".format, id_forms, id_forms)
vias = pick(["same", "other", "any", "least_loaded", "round_robin", "'account:beta'", "'account:nobody'"])
words = pick(["ok", "none", "nack", "ESME_RSYSERR", "ESME_RINVSERTYP", "0x40b", "'0x15'", "4294967295"])

nacks = pick(["{nack: ESME_RSYSERR}", "{nack: 0, delay: 1s}", "{nack: 0x0401, repeat: 2, sequence_number: zero}"])
replies = (
    words
    | nacks
    | mapping(
        status=words.filter(lambda word: word not in ("none", "nack")),
        delay=amounts,
        message_id=templates,
        body=pick(["yes", "no"]),
        tlv=tlvs,
        cut_after=pick(["0", "3", "9", "16", "500"]),
        then=pick(["close", "reset", "hang"]),
        dribble=pick(["1 every 20ms", "10 every 300ms", "1000 every 1s"]),
        corrupt=pick(["command_length", "command_id", "sequence_number", "garbage"]),
        repeat=pick(["2", "5"]),
        sequence_number=pick(["copied", "zero", "wrong"]),
    )
)

state_words = pick(["DELIVRD", "UNDELIV", "ENROUTE", "ACCEPTD", "SKIPPED", "manual"])
receipts = state_words | mapping(
    state=state_words | pick(["{DELIVRD: 90, UNDELIV: 8, EXPIRED: 2}", "{REJECTD: 1}"]),
    err=pick(["'027'", "x", "'9999999999'"]),
    after=amounts | pick(["validity"]),
    before=pick(["reply"]),
    times=pick(["2", "3"]),
    every=pick(["0s", "500ms"]),
    via=vias,
    id=id_forms,
    text=templates,
    tlv=tlvs | pick(["{message_state: none}", "{receipted_message_id: x, msg_state: 8}"]),
    pdu=pick(["deliver_sm", "data_sm"]),
    force=pick(["yes", "no"]),
)
mos = st.tuples(
    templates,
    st.lists(
        st.one_of(
            templates.map("from: {}".format),
            templates.map("to: {}".format),
            amounts.map("after: {}".format),
            vias.map("via: {}".format),
            pick(["coding: 0", "coding: ucs2", "coding: latin-1", "coding: binary", "coding: 255"]),
            pick(["split: udh8", "split: udh16", "split: sar", "split: payload"]),
        ),
        max_size=2,
        unique_by=lambda entry: entry.split(":")[0],
    ),
).map(lambda parts: in_braces([f"text: {parts[0]}", *parts[1]]))

of_messages = pick(
    [
        "to: '4*'",
        "to: ['1', '+1', 491701234567]",
        "to: {not: '49*'}",
        "from: S*",
        "text: {contains: [e, a]}",
        "text: {regex: '^.{3}'}",
        "keyword: hello",
        "coding: gsm7",
        "length: '2..30'",
        "part: 1",
        "parts: '>1'",
        "receipt: yes",
        "registered_delivery: '>=1'",
        "'0x020c': 0x0102",
        "message_payload: '*'",
        "esm_class: {not: 0}",
        "validity_period: ''",
    ]
)
of_sessions = pick(["account: alpha", "account: {not: beta}", "bind: 'trans*'", "peer: 127.0.0.0/8", "tls: no"])


def gates(*scopes: str) -> st.SearchStrategy[str]:
    counts = st.builds("{} per {}".format, pick(["1", "2", "3"]), pick(scopes))
    rates = st.builds("{} per {}".format, pick(["2/s", "1/m"]), pick(scopes))
    return st.one_of(
        counts.map("first: {}".format),
        counts.map("every: {}".format),
        rates.map("rate_above: {}".format),
        pick(["chance: 50%", "chance: 0.1", "switch: s", "switch: {not: t}"]),
        pick(["between: 11:00-12:00:03", "between: '12:00-11:59 +00:00'"]),
    )


def whens(event: str) -> st.SearchStrategy[str]:
    plain, scopes = of_sessions, ["session", "account", "message", "server"]
    if event in ("submit_sm", "data_sm", "submit_multi"):
        plain, scopes = of_sessions | of_messages, [*scopes, "to", "from"]
    elif event == "deliver_sm_resp":
        plain = plain | pick(["command_status: [ESME_RMSGQFUL, 0x65]", "command_status: '>0'", "message_id: ''"])
    elif event == "connect":
        plain, scopes = pick(["peer: 127.0.0.1", "tls: no"]), ["session", "server"]
    branch = st.lists(plain, min_size=1, max_size=2, unique_by=lambda entry: entry.split(":")[0]).map(in_braces)
    nested = st.one_of(plain, plain, listed(branch).map("any: {}".format), branch.map("not: {}".format))
    entries = st.lists(nested | gates(*scopes), max_size=4, unique_by=lambda entry: entry.split(":")[0])
    return entries.map(in_braces)


OTHER_EVENTS = ("bind", "enquire_link", "unbind", "query_sm", "cancel_sm", "deliver_sm_resp", "connect")
sessions = pick(["close", "reset", "unbind", "unbind_at_once", "freeze"])


@st.composite
def rules(draw: st.DrawFn, name: str) -> str:
    event = draw(pick(["submit_sm"] * 8 + ["data_sm", "submit_multi", *OTHER_EVENTS]))
    is_message = event in ("submit_sm", "data_sm", "submit_multi")
    entries = [f"name: {name}", f"event: {event}"]
    if draw(st.integers(0, 4)):
        entries.append(f"when: {draw(whens(event))}")
    if event not in ("connect", "deliver_sm_resp") and draw(st.integers(0, 2)):
        entries.append(f"reply: {draw(replies)}")
    if is_message and draw(st.booleans()):
        entries.append(f"receipts: {draw(listed(receipts))}" if draw(st.booleans()) else f"receipt: {draw(receipts)}")
    if is_message and not draw(st.integers(0, 3)):
        entries.append(f"ids: {draw(ids)}")
    if event != "connect" and not draw(st.integers(0, 3)):
        entries.append(f"mo: {draw(mos | listed(mos))}")
    if not draw(st.integers(0, 5)):
        entries.append(f"session: {draw(sessions)}")
    if not draw(st.integers(0, 4)):
        entries.append(f"set: {draw(pick(['{s: on}', '{s: off, t: on}']))}")
    if event == "deliver_sm_resp":
        entries.append(f"retry: {draw(pick(['none', '1s', '[0s, 2s]']))}")
    return in_braces(entries)


accounts = st.lists(
    st.one_of(
        pick(
            ["wallet: {balance: 4, price: 0.5}", "wallet: {balance: 2, then: close}", "wallet: {balance: 1, at: bind}"]
        ),
        pick(["throughput: 3/s", "throughput: 3/s per account", "sessions: 3", "profile: jasmin", "profile: sms77"]),
        ids.map("ids: {}".format),
        pick(["receipts_via: other", "receipts_via: round_robin"]),
    ),
    max_size=2,
    unique_by=lambda entry: entry.split(":")[0],
)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """The text of a scenario, which in most cases is valid."""
    lines = ["smsc: 1", "switches: {s: {active: true, for: 2s}, t: {label: T}}"]
    if not draw(st.integers(0, 2)):
        lines.append(f"profile: {draw(pick(['generic', 'sms77', 'movider', 'jasmin', 'smppsim', 'kannel-friendly']))}")
    for name, password in (("alpha", "secret1"), ("beta", "secret2")):
        if name == "alpha":
            lines.append("accounts:")
        lines.append(f"  - {in_braces([f'system_id: {name}', f'password: {password}', *draw(accounts)])}")
    if not draw(st.integers(0, 3)):
        via = pick(["same", "other"])
        lines.append(f"defaults: {draw(mapping(reply=replies, receipts=listed(receipts), ids=ids, receipts_via=via))}")
    if count := draw(st.integers(0, 6)):
        lines.append("rules:")
        lines += [f"  - {draw(rules(f'r{number}'))}" for number in range(count)]
    return "\n".join(lines) + "\n"


def loaded(text: str) -> Scenario | None:
    return check_text(text, "written.yaml").scenario


scenarios = texts().map(loaded).filter(lambda found: found is not None)
"""Scenarios that can be loaded."""
