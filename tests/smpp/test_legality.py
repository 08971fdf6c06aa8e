import pytest

from smsc_sim.smpp.commands import COMMANDS, COMMANDS_BY_NAME
from smsc_sim.smpp.legality import LEGALITY, TRANSITIONS, Side, State, may_send, next_state

STATES = [State.OPEN, State.OUTBOUND, State.BOUND_TX, State.BOUND_RX, State.BOUND_TRX, State.UNBOUND]

# Rows: who may send what, a column per state in the order above. E is the ESME, S the SMSC, 2 both, - nobody.
SMPP_3_4 = """
bind_transmitter        E-----   bind_transmitter_resp   S-----
bind_receiver           E-----   bind_receiver_resp      S-----
bind_transceiver        E-----   bind_transceiver_resp   S-----
outbind                 S-----   generic_nack            --222-
unbind                  --222-   unbind_resp             --222-
enquire_link            --222-   enquire_link_resp       --222-
submit_sm               --E-E-   submit_sm_resp          --S-S-
submit_multi            --E-E-   submit_multi_resp       --S-S-
data_sm                 --222-   data_sm_resp            --222-
deliver_sm              ---SS-   deliver_sm_resp         ---EE-
query_sm                --E-E-   query_sm_resp           --S-S-
cancel_sm               --E-E-   cancel_sm_resp          --S-S-
replace_sm              --E---   replace_sm_resp         --S---
alert_notification      ---SS-   broadcast_sm            ------
broadcast_sm_resp       ------   query_broadcast_sm      ------
query_broadcast_sm_resp ------   cancel_broadcast_sm     ------
cancel_broadcast_sm_resp ------
"""

SMPP_5_0 = """
bind_transmitter        EE----   bind_transmitter_resp   SS----
bind_receiver           EE----   bind_receiver_resp      SS----
bind_transceiver        EE----   bind_transceiver_resp   SS----
outbind                 S-----   generic_nack            222222
unbind                  --222-   unbind_resp             --222-
enquire_link            222222   enquire_link_resp       222222
submit_sm               --E-E-   submit_sm_resp          --S-S-
submit_multi            --E-E-   submit_multi_resp       --S-S-
data_sm                 --ES2-   data_sm_resp            --SE2-
deliver_sm              ---SS-   deliver_sm_resp         ---EE-
query_sm                --E-E-   query_sm_resp           --S-S-
cancel_sm               --E-E-   cancel_sm_resp          --S-S-
replace_sm              --E-E-   replace_sm_resp         --S-S-
alert_notification      ---SS-   broadcast_sm            --E-E-
broadcast_sm_resp       --S-S-   query_broadcast_sm      --E-E-
query_broadcast_sm_resp --S-S-   cancel_broadcast_sm     --E-E-
cancel_broadcast_sm_resp --S-S-
"""


def matrix(text: str) -> dict[str, str]:
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


def shown(name: str, version: int, *, strict: bool) -> str:
    """The row of a command as `may_send` has it."""
    command_id = COMMANDS_BY_NAME[name].command_id
    letters = {(False, False): "-", (True, False): "E", (False, True): "S", (True, True): "2"}
    return "".join(
        letters[
            may_send(Side.ESME, command_id, state, version, strict=strict),
            may_send(Side.SMSC, command_id, state, version, strict=strict),
        ]
        for state in STATES
    )


@pytest.mark.parametrize("name", COMMANDS_BY_NAME)
@pytest.mark.parametrize(("version", "text"), [(0x33, SMPP_3_4), (0x34, SMPP_3_4), (0x50, SMPP_5_0)])
def test_the_table_is_that_of_the_specification(name: str, version: int, text: str) -> None:
    assert shown(name, version, strict=True) == matrix(text)[name]


CUSTOM = {
    "bind_transmitter": "EE----",
    "bind_receiver": "EE----",
    "bind_transceiver": "EE----",
    "bind_transmitter_resp": "SS----",
    "bind_receiver_resp": "SS----",
    "bind_transceiver_resp": "SS----",
    "generic_nack": "222222",
    "enquire_link": "222222",
    "enquire_link_resp": "222222",
    "replace_sm": "--E-E-",
    "replace_sm_resp": "--S-S-",
}


@pytest.mark.parametrize("name", COMMANDS_BY_NAME)
def test_custom_adds_to_3_4_what_5_0_wrote_down(name: str) -> None:
    assert shown(name, 0x34, strict=False) == CUSTOM.get(name, matrix(SMPP_3_4)[name])
    assert shown(name, 0x50, strict=False) == matrix(SMPP_5_0)[name]


@pytest.mark.parametrize("side", Side)
def test_nobody_sends_anything_when_closed_or_what_nobody_knows(side: Side) -> None:
    for version in (0x34, 0x50):
        assert not any(may_send(side, command_id, State.CLOSED, version) for command_id in COMMANDS)
        assert not any(may_send(side, 0x999, state, version) for state in State)


def test_every_row_names_a_command_and_every_command_has_a_row() -> None:
    assert {command_id for _, command_id in LEGALITY} == set(COMMANDS)


@pytest.mark.parametrize("name", [name for name, command in COMMANDS_BY_NAME.items() if command.response])
@pytest.mark.parametrize("version", [0x34, 0x50])
def test_who_may_ask_may_be_answered(name: str, version: int) -> None:
    command = COMMANDS_BY_NAME[name]
    assert command.response is not None
    response = COMMANDS_BY_NAME[command.response].command_id
    for state in STATES:
        for side, other in ((Side.ESME, Side.SMSC), (Side.SMSC, Side.ESME)):
            if may_send(side, command.command_id, state, version):
                assert may_send(other, response, state, version)


@pytest.mark.parametrize(
    ("before", "name", "after"),
    [
        (State.OPEN, "bind_transmitter_resp", State.BOUND_TX),
        (State.OPEN, "bind_receiver_resp", State.BOUND_RX),
        (State.OPEN, "bind_transceiver_resp", State.BOUND_TRX),
        (State.OPEN, "outbind", State.OUTBOUND),
        (State.OUTBOUND, "bind_receiver_resp", State.BOUND_RX),
        (State.BOUND_TX, "unbind_resp", State.UNBOUND),
        (State.BOUND_RX, "unbind_resp", State.UNBOUND),
        (State.BOUND_TRX, "unbind_resp", State.UNBOUND),
        (State.OPEN, "bind_transceiver", State.OPEN),
        (State.BOUND_TX, "bind_receiver_resp", State.BOUND_TX),
        (State.BOUND_TRX, "unbind", State.BOUND_TRX),
        (State.BOUND_TRX, "submit_sm_resp", State.BOUND_TRX),
        (State.UNBOUND, "unbind_resp", State.UNBOUND),
        (State.CLOSED, "bind_receiver_resp", State.CLOSED),
    ],
)
def test_a_pdu_without_an_error_moves_the_session(before: State, name: str, after: State) -> None:
    command_id = COMMANDS_BY_NAME[name].command_id

    assert next_state(before, command_id) is after
    assert next_state(before, command_id, command_status=0x0D) is before


def test_a_pdu_moves_a_session_only_where_somebody_may_send_it() -> None:
    for state, command_id in TRANSITIONS:
        assert any(may_send(side, command_id, state) for side in Side)
