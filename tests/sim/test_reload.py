"""Another scenario while everything runs, and the provider's timers and retries."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from smsc_sim.scenario.load import load
from smsc_sim.scenario.loaded import NO_SCENARIO, Scenario
from smsc_sim.scenario.profile import NO_PROFILE
from smsc_sim.scenario.settings import ReceiptSettings, SmscSettings, Timers
from smsc_sim.smpp.status import CommandStatus
from tests.sim.playing import ALPHA, BETA, Address, Play, SubmitSm, message_id_of, rule, scenario, smsc_settings

RULES = """
  switches: {down: {active: true, for: 60s}, other: {}}
  rules:
    - {name: twice, when: {to: "1", first: 2}, reply: ESME_RTHROTTLED}
    - {name: rate, when: {to: "2", rate_above: 1/h}, reply: ESME_RMSGQFUL}
    - {name: down, when: {to: "3", switch: down}, reply: ESME_RSYSERR}
    - {name: drawn, when: {to: "4", chance: 50%}, reply: ESME_RSYSERR}
"""


def to(address: str) -> SubmitSm:
    return SubmitSm(destination=Address(octets=address.encode()), registered_delivery=0)


def statuses(esme: Any, address: str, count: int) -> list[int]:
    return [esme.submit(to(address)).command_status for _ in range(count)]


@pytest.mark.parametrize("fast", [True, False])
def test_counters_and_switches_go_on_and_sessions_do_not_notice(fast: bool) -> None:
    play = Play(scenario=scenario(RULES), fast=fast)
    whole = Play(scenario=scenario(RULES), fast=fast).bind()
    wanted = statuses(whole, "4", 20)
    esme = play.bind()
    assert statuses(esme, "1", 1) == [0x58]
    assert statuses(esme, "2", 1) == [0]
    assert statuses(esme, "3", 1) == [8]
    play.smsc.switches.put("down", False, play.now)
    before = statuses(esme, "4", 10)
    play.obey(scenario(RULES + "    - {name: new, when: {to: '5'}, reply: 0x0555}\n"))
    assert statuses(esme, "1", 2) == [0x58, 0]
    assert statuses(esme, "2", 2) == [0x14, 0x14]
    assert statuses(esme, "3", 1) == [0]
    assert before + statuses(esme, "4", 10) == wanted
    assert statuses(esme, "5", 1) == [0x555]
    assert not esme.ending
    assert play.smsc.counters.internal_errors == 0


def test_a_rule_that_is_written_otherwise_counts_from_the_beginning() -> None:
    play = Play(scenario=scenario(RULES))
    esme = play.bind()
    assert statuses(esme, "1", 3) == [0x58, 0x58, 0]
    play.obey(scenario(RULES.replace("first: 2}", "first: 1}")))
    assert statuses(esme, "1", 2) == [0x58, 0]
    # As it was before, but not as it was last.
    play.obey(scenario(RULES))
    assert statuses(esme, "1", 3) == [0x58, 0x58, 0]


def test_resetting_counts_everything_from_the_beginning() -> None:
    play = Play(scenario=scenario(RULES))
    esme = play.bind()
    first = (statuses(esme, "1", 3), statuses(esme, "2", 2), statuses(esme, "4", 10))
    assert play.smsc.rules is not None
    play.smsc.rules.clear()
    assert (statuses(esme, "1", 3), statuses(esme, "2", 2), statuses(esme, "4", 10)) == first


def test_what_was_decided_before_is_carried_out() -> None:
    play = Play(scenario=rule("reply: {delay: 5s}, receipt: {state: UNDELIV, after: 2s, text: x}, mo: {text: y}"))
    esme = play.bind()
    assert esme.give(to("1").wire(7)) == []
    esme.give(SubmitSm().wire(8))
    play.obey(scenario("rules: [{name: other, reply: ESME_RSYSERR}]"))
    assert esme.submit().command_status == 8
    play.advance(8)
    assert [pdu.name for pdu in esme.take()].count("submit_sm_resp") == 2
    assert play.account().pending == 3


def test_rules_may_come_and_go_altogether() -> None:
    play = Play()
    esme = play.bind()
    assert statuses(esme, "1", 1) == [0]
    play.obey(scenario("defaults: {reply: ESME_RSYSERR}"))
    assert statuses(esme, "1", 1) == [8]
    play.obey(scenario(RULES))
    assert statuses(esme, "1", 1) == [0x58]
    play.obey(scenario(""))
    assert statuses(esme, "1", 1) == [0]
    assert play.smsc.rules is None


def test_defaults_draw_on_where_they_stopped() -> None:
    text = "defaults: {receipt: {state: {DELIVRD: 50, UNDELIV: 50}}}"

    def drawn(reload: bool) -> list[object]:
        play = Play(scenario=scenario(text))
        esme = play.bind()
        for number in range(20):
            if reload and number == 10:
                play.obey(scenario(text))
            esme.submit()
        play.advance(2)
        return [pdu.tlv("message_state") for pdu in esme.take()]

    assert drawn(True) == drawn(False)
    assert len(set(drawn(True))) == 2


# Timers and retries of providers


def own(folder: Path, profile: str, accounts: str = "") -> Scenario:
    (folder / "own.yaml").write_text(f"smsc_profile: 1\nname: own\nsource: a test\n{profile}\n")
    (folder / "scenario.yaml").write_text(f"smsc: 1\n{accounts or 'profile: own.yaml'}\n")
    return load(folder / "scenario.yaml")


def under(folder: Path, profile: str, accounts: str = "", **options: Any) -> Play:
    return Play(scenario=own(folder, profile, accounts), **options)


BOTH = """accounts:
  - {system_id: alpha, password: secret1, profile: own.yaml}
  - {system_id: beta, password: secret2}"""


@pytest.mark.parametrize("accounts", ["", BOTH])
def test_the_timers_of_the_provider_are_those_of_its_sessions(tmp_path: Path, accounts: str) -> None:
    timers = "timers: {session_init: 3s, enquire_link: 7s, inactivity: 0, response: 2s}"
    play = under(tmp_path, timers, accounts, settings=SmscSettings())
    esme, other = play.bind(), play.bind(account=BETA)
    play.advance(7.1)
    assert [pdu.name for pdu in esme.take()] == ["enquire_link"]
    assert ([pdu.name for pdu in other.take()] == ["enquire_link"]) is (not accounts)
    play.advance(2.1)
    assert esme.ending
    idle = play.connect()
    play.advance(3.1)
    # Before a bind, nobody knows whose connection it is.
    assert bool(idle.ending) is (not accounts)


def test_the_provider_s_timers_and_retries_change_with_it(tmp_path: Path) -> None:
    play = under(tmp_path, "timers: {enquire_link: 500s}\ndelivery: {retry: none}", settings=SmscSettings())
    esme = play.bind()
    changed = own(tmp_path, "timers: {enquire_link: 7s, response: 2s}\ndelivery: {retry: 3s}")
    play.advance(5)
    play.smsc.define([ALPHA], changed, play.now)
    # Counted from what was heard last, not from the change.
    play.advance(2.1)
    assert [pdu.name for pdu in esme.take()] == ["enquire_link"]
    assert (play.account().receipts.retry, play.smsc.settings.timers.enquire_link) == ((3.0,), 7.0)
    play.smsc.define([ALPHA], NO_SCENARIO, play.now)
    assert (play.account().timers, play.account().receipts.retry) == (Timers(), ReceiptSettings().retry)
    assert (play.smsc.profile, play.smsc.settings) == (NO_PROFILE, SmscSettings())


def test_timers_that_are_said_of_the_server_come_before_those_of_the_provider(tmp_path: Path) -> None:
    timers = Timers(session_init=0.0, enquire_link=20.0, inactivity=0.0, response=0.0)
    play = under(tmp_path, "timers: {enquire_link: 7s}", BOTH, settings=smsc_settings(timers=timers))
    esme = play.bind()
    play.advance(19.9)
    assert esme.take() == []
    play.advance(0.2)
    assert [pdu.name for pdu in esme.take()] == ["enquire_link"]


@pytest.mark.parametrize(("retry", "instants"), [("none", []), ("2s", [2, 4, 6, 8]), ("[1s, 4s]", [1, 5, 9])])
@pytest.mark.parametrize("accounts", ["", BOTH])
def test_the_retries_of_the_provider(tmp_path: Path, retry: str, instants: list[int], accounts: str) -> None:
    play = under(tmp_path, f"delivery: {{retry: {retry}}}", accounts)
    esme, other = play.bind(), play.bind(account=BETA)
    for each in (esme, other):
        each.submit()
    play.advance(1.1)
    for each in (esme, other):
        each.answer(each.take()[0], CommandStatus.ESME_RMSGQFUL)
    came = []
    for second in range(10):
        play.advance(0.05)
        for pdu in esme.take():
            came.append(second)
            esme.answer(pdu, CommandStatus.ESME_RMSGQFUL)
        play.advance(0.95)
    assert came == instants
    if accounts:
        assert len(other.take()) == 1
    if not instants:
        assert play.account().pending == 0
        assert play.smsc.counters.receipts_discarded == (1 if accounts else 2)


def test_without_retries_what_is_not_answered_is_given_up(tmp_path: Path) -> None:
    timers = Timers(session_init=0.0, enquire_link=0.0, inactivity=0.0, response=3.0)
    play = under(tmp_path, "delivery: {retry: none}", settings=smsc_settings(timers=timers))
    esme = play.bind()
    esme.submit()
    play.advance(60)
    assert len(esme.take()) == 1
    assert (play.account().pending, play.account().attempts) == (0, {})
    assert (play.smsc.counters.receipts_expired, play.smsc.counters.receipts_discarded) == (1, 1)


def test_what_the_account_says_of_delivery_comes_first(tmp_path: Path) -> None:
    accounts = "accounts: [{system_id: alpha, password: secret1, profile: own.yaml, delivery: {retry: 2s, queue: 7}}]"
    settings = smsc_settings(receipts=ReceiptSettings(retry=(3.0,), window=5))
    play = under(tmp_path, "delivery: {retry: none, attempts: 4, queue: 9}", accounts, settings=settings)
    receipts = play.account().receipts
    assert (receipts.retry, receipts.attempts, receipts.queue, receipts.window) == ((2.0,), 4, 7, 5)


def test_retries_that_are_said_of_the_server_come_first(tmp_path: Path) -> None:
    settings = smsc_settings(receipts=ReceiptSettings(retry=(3.0,)))
    play = under(tmp_path, "delivery: {retry: none}", settings=settings)
    esme = play.bind()
    esme.submit()
    play.advance(1.1)
    (receipt,) = esme.take()
    esme.answer(receipt, CommandStatus.ESME_RMSGQFUL)
    play.advance(3.1)
    assert [message_id_of(pdu) for pdu in esme.take()] == ["0000000001"]
