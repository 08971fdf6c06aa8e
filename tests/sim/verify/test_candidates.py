from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.scenario import matching
from smsc_sim.scenario.patterns import read_status_test, read_text
from smsc_sim.sim.search.statement import Sql
from smsc_sim.sim.store.stored import StoredMessage
from smsc_sim.sim.verify.candidates import candidates
from smsc_sim.sim.verify.facts import StoredFacts
from smsc_sim.sim.verify.wanted import Wanted
from tests.scenario.texts import rule
from tests.sim.search.stored import NOW, PLAIN, found, messages, tables

STATUS = matching.Test((read_status_test("ESME_ROK"), read_status_test(">=88")))
NOT_OK = matching.Test((matching.IsNot(matching.Test((read_status_test("ESME_ROK"),))),))

wishes = st.builds(
    Wanted,
    event=st.sampled_from(["", "submit_sm", "data_sm"]),
    conditions=st.sampled_from(
        [
            "",
            "to: '4477*'",
            "text: {contains: code}, account: [acme, 'b*']",
            "text: {contains: e}",
            "text: ['*o*', 'Your*', '*d']",
            "to: '*7'",
            "from: '*c*'",
            "from: {not: Acme}",
        ]
    ).map(lambda text: rule(f"when: {{{text}}}").when.conditions if text else ()),
    rule=st.sampled_from([None, "", "too fast"]),
    reply=st.sampled_from([None, STATUS, NOT_OK]),
    receipt=st.sampled_from([None, matching.Test((read_text("DELIVRD"),))]),
)


@given(st.lists(messages, max_size=8), wishes, st.none() | st.integers(0, 20))
def test_what_is_wanted_is_among_the_candidates(stored: list[StoredMessage], wanted: Wanted, since: int | None) -> None:
    stored = [replace(message, id=number) for number, message in enumerate(stored, 1)]
    connection = tables(stored)
    condition = candidates(wanted, since)
    chosen = found(connection, Sql(f"SELECT id FROM message WHERE {condition.text}", condition.parameters))
    for message in stored:
        if wanted.holds(StoredFacts(message), NOW) and (since is None or message.seq > since):
            assert message.id in chosen
    connection.close()


def test_what_columns_can_tell_is_left_out() -> None:
    connection = tables([PLAIN, replace(PLAIN, id=2, command="data_sm"), replace(PLAIN, id=3, rule="too fast")])
    for wanted, ids in (
        (Wanted("data_sm"), [2]),
        (Wanted(rule="too fast"), [3]),
        (Wanted(rule=""), [1, 2]),
        (Wanted(reply=matching.Test((read_status_test("8"),))), []),
        (Wanted(receipt=STATUS), []),
        (Wanted(conditions=rule("when: {text: {contains: nowhere}}").when.conditions), []),
        (Wanted(conditions=rule('when: {text: {contains: "no\\0where"}}').when.conditions), [1, 2, 3]),
        (Wanted(), [1, 2, 3]),
    ):
        condition = candidates(wanted)
        statement = Sql(f"SELECT id FROM message WHERE {condition.text} ORDER BY id", condition.parameters)
        assert found(connection, statement) == ids
    connection.close()
