import pytest

from smsc_sim.scenario.amount import Amount
from smsc_sim.scenario.reply import ACCEPTED, Reply
from smsc_sim.smpp.status import CommandStatus


@pytest.mark.parametrize(
    ("reply", "accepted"),
    [
        (ACCEPTED, True),
        (Reply(how="none"), True),
        (Reply(cut_after=9, then="reset"), True),
        (Reply(corrupt="sequence_number"), True),
        (Reply(status=CommandStatus.ESME_RTHROTTLED), False),
        (Reply(status=0x401, by_name=False), False),
        (Reply(how="nack", status=CommandStatus.ESME_RINVCMDID), False),
        (Reply(how="nack"), False),
    ],
)
def test_a_lost_answer_leaves_the_message_accepted_and_a_refusal_does_not(reply: Reply, accepted: bool) -> None:
    assert reply.is_accepted is accepted


def test_a_plain_answer_is_a_status_and_nothing_else() -> None:
    assert Reply(status=1035, by_name=False).is_plain
    assert ACCEPTED.is_plain
    assert not Reply(delay=Amount.fixed(1)).is_plain
    assert not Reply(how="none").is_plain
    assert not Reply(repeat=2).is_plain
