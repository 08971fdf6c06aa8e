"""schedule_delivery_time and validity_period: what is taken, and what is refused with which status."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsc_sim.sim.messages.message_times import MessageTimes, times_of
from smsc_sim.smpp.errors import WireError
from smsc_sim.smpp.status import CommandStatus
from smsc_sim.smpp.times import format_absolute, format_relative
from tests.sim.keeping import keeping
from tests.sim.playing import START, SubmitSm

LONGEST = 441 * 86400.0
SCHED, EXPIRY = CommandStatus.ESME_RINVSCHED, CommandStatus.ESME_RINVEXPIRY


def refused(schedule: str = "", validity: str = "", **earlier: float) -> tuple[int, str]:
    fields = {"schedule_delivery_time": schedule, "validity_period": validity}
    with pytest.raises(WireError) as caught:
        times_of(fields, START, LONGEST, **earlier)
    return caught.value.status, caught.value.field


def test_what_is_not_there_is_none() -> None:
    assert times_of({}, START, LONGEST) == MessageTimes(None, None)
    assert times_of({"schedule_delivery_time": "", "validity_period": ""}, START, LONGEST) == MessageTimes(None, None)


@given(st.integers(0, 90 * 86400), st.integers(0, 86400), st.booleans(), st.booleans())
def test_both_forms_mean_the_same(wait: int, lasts: int, relative: bool, other: bool) -> None:
    schedule = format_relative(wait) if relative else format_absolute(START + wait)
    validity = format_relative(wait + lasts) if other else format_absolute(START + wait + lasts, 8)
    fields = {"schedule_delivery_time": schedule, "validity_period": validity}
    assert times_of(fields, START, LONGEST) == MessageTimes(START + wait, START + wait + lasts)


@pytest.mark.parametrize("text", ["x" * 16, "2603011200000000", "261301120000000+", "260301120000049+", "é" * 16])
def test_what_is_no_time(text: str) -> None:
    assert refused(schedule=text) == (SCHED, "schedule_delivery_time")
    assert refused(validity=text) == (EXPIRY, "validity_period")


def test_the_past_and_the_far_future() -> None:
    for instant in (START - 1.1, START - 86400 * 300, START + LONGEST + 0.1):
        assert refused(schedule=format_absolute(instant))[0] == SCHED
        assert refused(validity=format_absolute(instant))[0] == EXPIRY
    assert refused(schedule="020000000000000R")[0] == SCHED
    assert refused(validity="999999999999999R")[0] == EXPIRY
    for instant in (START - 1.0, START, START + LONGEST):
        fields = dict.fromkeys(("schedule_delivery_time", "validity_period"), format_absolute(instant))
        assert times_of(fields, START, LONGEST) == MessageTimes(instant, instant)


def test_no_message_expires_before_it_sets_out() -> None:
    early, late = format_absolute(START + 10), format_absolute(START + 20)
    assert refused(schedule=late, validity=early) == (EXPIRY, "validity_period")
    assert refused(schedule=late, expires_at=START + 10) == (SCHED, "schedule_delivery_time")
    assert refused(validity=early, scheduled_at=START + 20) == (EXPIRY, "validity_period")
    times_of({"validity_period": late}, START, LONGEST, scheduled_at=START + 20)


@pytest.mark.parametrize("fast", [True, False])
def test_a_message_that_is_refused_for_its_times_is_not_kept(fast: bool) -> None:
    play = keeping(fast=fast)
    esme = play.bind()
    yesterday = format_absolute(START - 86400).encode()
    assert esme.submit(SubmitSm(schedule_delivery_time=yesterday)).command_status == SCHED
    assert esme.submit(SubmitSm(validity_period=yesterday)).command_status == EXPIRY
    assert esme.submit(SubmitSm(validity_period=b"010300000000000R")).command_status == EXPIRY
    play.advance(10)
    assert esme.take() == []
    assert play.smsc.counters.messages_refused == 3


@pytest.mark.parametrize(("version", "highest"), [(0x34, 3), (0x50, 4)])
@pytest.mark.parametrize("fast", [True, False])
def test_the_highest_priority(version: int, highest: int, fast: bool) -> None:
    play = keeping(fast=fast)
    play.smsc.settings = type(play.smsc.settings)(timers=play.smsc.settings.timers, interface_version="5.0")
    esme = play.bind(version=version)
    statuses = [esme.submit(SubmitSm(priority_flag=priority)).command_status for priority in range(6)]
    assert statuses == [0 if priority <= highest else CommandStatus.ESME_RINVPRTFLG for priority in range(6)]
