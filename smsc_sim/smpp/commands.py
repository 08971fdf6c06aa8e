"""The commands: their ids, mandatory fields and TLVs, as SMPP 3.4 chapter 4 and SMPP 5.0 chapter 4 list them.

This table is the one source for decoding, encoding and naming; a new PDU is one entry here, one row in
`legality` and one test vector.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Literal

from smsc_sim.smpp.fields import Count, CString, DestAddresses, Field, Integer, Octets, UnsuccessSmes
from smsc_sim.smpp.status import CommandStatus

RESPONSE_BIT: Final = 0x80000000
"""Set in the command_id of every response and of generic_nack (SMPP 3.4 section 5.1.2.1)."""


class CommandId(IntEnum):
    """command_id of SMPP 3.4 section 5.1.2.1 and SMPP 5.0 section 4.7.5."""

    GENERIC_NACK = 0x80000000
    BIND_RECEIVER = 0x00000001
    BIND_RECEIVER_RESP = 0x80000001
    BIND_TRANSMITTER = 0x00000002
    BIND_TRANSMITTER_RESP = 0x80000002
    QUERY_SM = 0x00000003
    QUERY_SM_RESP = 0x80000003
    SUBMIT_SM = 0x00000004
    SUBMIT_SM_RESP = 0x80000004
    DELIVER_SM = 0x00000005
    DELIVER_SM_RESP = 0x80000005
    UNBIND = 0x00000006
    UNBIND_RESP = 0x80000006
    REPLACE_SM = 0x00000007
    REPLACE_SM_RESP = 0x80000007
    CANCEL_SM = 0x00000008
    CANCEL_SM_RESP = 0x80000008
    BIND_TRANSCEIVER = 0x00000009
    BIND_TRANSCEIVER_RESP = 0x80000009
    OUTBIND = 0x0000000B
    ENQUIRE_LINK = 0x00000015
    ENQUIRE_LINK_RESP = 0x80000015
    SUBMIT_MULTI = 0x00000021
    SUBMIT_MULTI_RESP = 0x80000021
    ALERT_NOTIFICATION = 0x00000102
    DATA_SM = 0x00000103
    DATA_SM_RESP = 0x80000103
    BROADCAST_SM = 0x00000111
    BROADCAST_SM_RESP = 0x80000111
    QUERY_BROADCAST_SM = 0x00000112
    QUERY_BROADCAST_SM_RESP = 0x80000112
    CANCEL_BROADCAST_SM = 0x00000113
    CANCEL_BROADCAST_SM_RESP = 0x80000113


@dataclass(frozen=True, slots=True)
class Command:
    """One PDU of the specification.

    `response` names the answering PDU, None for responses and for requests without one. `tlvs_3_4` and
    `tlvs_5_0` name the TLVs that each version lists for the PDU, `mandatory_tlvs` those that 5.0 requires.
    """

    name: str
    command_id: int
    since: Literal["3.4", "5.0"]
    fields: tuple[Field, ...]
    response: str | None
    tlvs_3_4: tuple[str, ...]
    tlvs_5_0: tuple[str, ...]
    mandatory_tlvs: tuple[str, ...]

    @property
    def is_response(self) -> bool:
        """Whether the PDU answers another; true of generic_nack too."""
        return bool(self.command_id & RESPONSE_BIT)

    @property
    def body_optional_on_error(self) -> bool:
        """Whether the body may be absent when command_status is not 0.

        SMPP 3.4 sections 4.1.2 and 4.4.2 say so of the bind and submit_sm responses, practice does it with
        all.
        """
        return self.is_response and bool(self.fields)


_TIME_LENGTHS: Final = (1, 17)
_SCHEDULE: Final = CString("schedule_delivery_time", 17, CommandStatus.ESME_RINVSCHED, lengths=_TIME_LENGTHS)
_VALIDITY: Final = CString("validity_period", 17, CommandStatus.ESME_RINVEXPIRY, lengths=_TIME_LENGTHS)
_SERVICE_TYPE: Final = CString("service_type", 6, CommandStatus.ESME_RINVSERTYP)
_MESSAGE_ID: Final = CString("message_id", 65, CommandStatus.ESME_RINVMSGID)
_SYSTEM_ID: Final = CString("system_id", 16, CommandStatus.ESME_RINVSYSID)
_PASSWORD: Final = CString("password", 9, CommandStatus.ESME_RINVPASWD)


def _source(maximum: int = 21) -> tuple[Field, ...]:
    return (
        Integer("source_addr_ton"),
        Integer("source_addr_npi"),
        CString("source_addr", maximum, CommandStatus.ESME_RINVSRCADR),
    )


def _destination(maximum: int = 21) -> tuple[Field, ...]:
    return (
        Integer("dest_addr_ton"),
        Integer("dest_addr_npi"),
        CString("destination_addr", maximum, CommandStatus.ESME_RINVDSTADR),
    )


_SHORT_MESSAGE: Final[tuple[Field, ...]] = (
    Count("sm_length", of="short_message"),
    Octets("short_message", length_from="sm_length"),
)

_BIND: Final[tuple[Field, ...]] = (
    _SYSTEM_ID,
    _PASSWORD,
    CString("system_type", 13, CommandStatus.ESME_RINVSYSTYP),
    Integer("interface_version"),
    Integer("addr_ton"),
    Integer("addr_npi"),
    # No status is named for address_range; a refused bind is what the peer must learn.
    CString("address_range", 41, CommandStatus.ESME_RBINDFAIL),
)

_AFTER_DESTINATION: Final[tuple[Field, ...]] = (
    Integer("esm_class"),
    Integer("protocol_id"),
    Integer("priority_flag"),
    _SCHEDULE,
    _VALIDITY,
    Integer("registered_delivery"),
    Integer("replace_if_present_flag"),
    Integer("data_coding"),
    Integer("sm_default_msg_id"),
    *_SHORT_MESSAGE,
)

_SUBMIT: Final[tuple[Field, ...]] = (_SERVICE_TYPE, *_source(), *_destination(), *_AFTER_DESTINATION)

_SUBMIT_MULTI: Final[tuple[Field, ...]] = (
    _SERVICE_TYPE,
    *_source(),
    Count("number_of_dests", of="dest_addresses", minimum=1, status=CommandStatus.ESME_RINVNUMDESTS),
    DestAddresses("dest_addresses", count_from="number_of_dests"),
    *_AFTER_DESTINATION,
)

_DATA: Final[tuple[Field, ...]] = (
    _SERVICE_TYPE,
    *_source(65),
    *_destination(65),
    Integer("esm_class"),
    Integer("registered_delivery"),
    Integer("data_coding"),
)

_BROADCAST: Final[tuple[Field, ...]] = (
    _SERVICE_TYPE,
    *_source(),
    _MESSAGE_ID,
    Integer("priority_flag"),
    _SCHEDULE,
    _VALIDITY,
    Integer("replace_if_present_flag"),
    Integer("data_coding"),
    Integer("sm_default_msg_id"),
)

_SUBMIT_MULTI_TLVS_3_4: Final = (
    "user_message_reference source_port source_addr_subunit destination_port dest_addr_subunit"
    " sar_msg_ref_num sar_total_segments sar_segment_seqnum payload_type message_payload privacy_indicator"
    " callback_num callback_num_pres_ind callback_num_atag source_subaddress dest_subaddress display_time"
    " sms_signal ms_validity ms_msg_wait_facilities alert_on_message_delivery language_indicator"
)
_ONE_DESTINATION_TLVS: Final = (
    "more_messages_to_send number_of_messages user_response_code its_reply_type its_session_info"
)
_SUBMIT_TLVS_3_4: Final = f"{_SUBMIT_MULTI_TLVS_3_4} {_ONE_DESTINATION_TLVS} ussd_service_op"
_NETWORK_TLVS: Final = (
    "source_network_type source_bearer_type source_telematics_id dest_network_type dest_bearer_type"
    " dest_telematics_id qos_time_to_live set_dpf"
)
_RECEIPT_TLVS: Final = "receipted_message_id message_state network_error_code"
_DATA_TLVS_3_4: Final = f"{_SUBMIT_MULTI_TLVS_3_4} {_ONE_DESTINATION_TLVS} {_NETWORK_TLVS} {_RECEIPT_TLVS}"
_DELIVER_TLVS_3_4: Final = (
    "user_message_reference source_port destination_port sar_msg_ref_num sar_total_segments"
    " sar_segment_seqnum user_response_code privacy_indicator payload_type message_payload callback_num"
    f" source_subaddress dest_subaddress language_indicator its_session_info {_RECEIPT_TLVS}"
)
_PORTING_TLVS: Final = (
    "dest_addr_np_country dest_addr_np_information dest_addr_np_resolution dest_network_id dest_node_id"
    " source_network_id source_node_id"
)
_SUBMIT_TLVS_5_0: Final = f"{_SUBMIT_TLVS_3_4} {_NETWORK_TLVS} {_PORTING_TLVS} billing_identification"
_DATA_TLVS_5_0: Final = f"{_SUBMIT_TLVS_5_0} {_RECEIPT_TLVS}"
_DELIVER_TLVS_5_0: Final = (
    f"{_DELIVER_TLVS_3_4} {_PORTING_TLVS} callback_num_atag callback_num_pres_ind dest_addr_subunit"
    " source_addr_subunit dpf_result its_reply_type ussd_service_op"
)
_DATA_RESP_TLVS: Final = "additional_status_info_text delivery_failure_reason dpf_result network_error_code"
_BROADCAST_MANDATORY: Final = (
    "broadcast_area_identifier broadcast_content_type broadcast_rep_num broadcast_frequency_interval"
)
_BROADCAST_TLVS: Final = (
    "broadcast_channel_indicator broadcast_content_type_info broadcast_message_class broadcast_service_group"
    " alert_on_message_delivery callback_num callback_num_atag callback_num_pres_ind dest_addr_subunit"
    " dest_subaddress destination_port display_time language_indicator message_payload ms_validity"
    " payload_type privacy_indicator sms_signal source_addr_subunit source_port source_subaddress"
    " user_message_reference"
)
_CONGESTION: Final = "congestion_state"


def _command(
    command_id: CommandId,
    *fields: Field,
    since: Literal["3.4", "5.0"] = "3.4",
    tlvs_3_4: str = "",
    tlvs_5_0: str = "",
    mandatory: str = "",
) -> Command:
    name = command_id.name.lower()
    response = f"{name}_resp" if f"{command_id.name}_RESP" in CommandId.__members__ else None
    return Command(
        name=name,
        command_id=command_id,
        since=since,
        fields=fields,
        response=response,
        tlvs_3_4=tuple(tlvs_3_4.split()),
        tlvs_5_0=(*mandatory.split(), *tlvs_5_0.split()),
        mandatory_tlvs=tuple(mandatory.split()),
    )


def _bind_resp(command_id: CommandId) -> Command:
    return _command(
        command_id, _SYSTEM_ID, tlvs_3_4="sc_interface_version", tlvs_5_0=f"sc_interface_version {_CONGESTION}"
    )


_ALL: Final[tuple[Command, ...]] = (
    _command(CommandId.GENERIC_NACK),
    _command(CommandId.BIND_RECEIVER, *_BIND),
    _bind_resp(CommandId.BIND_RECEIVER_RESP),
    _command(CommandId.BIND_TRANSMITTER, *_BIND),
    _bind_resp(CommandId.BIND_TRANSMITTER_RESP),
    _command(CommandId.QUERY_SM, _MESSAGE_ID, *_source()),
    _command(
        CommandId.QUERY_SM_RESP,
        _MESSAGE_ID,
        # No status is named for final_date, which only a message centre sends.
        CString("final_date", 17, CommandStatus.ESME_RINVCMDLEN, lengths=_TIME_LENGTHS),
        Integer("message_state"),
        Integer("error_code"),
        tlvs_5_0=_CONGESTION,
    ),
    _command(CommandId.SUBMIT_SM, *_SUBMIT, tlvs_3_4=_SUBMIT_TLVS_3_4, tlvs_5_0=_SUBMIT_TLVS_5_0),
    _command(CommandId.SUBMIT_SM_RESP, _MESSAGE_ID, tlvs_5_0=f"{_DATA_RESP_TLVS} {_CONGESTION}"),
    _command(CommandId.DELIVER_SM, *_SUBMIT, tlvs_3_4=_DELIVER_TLVS_3_4, tlvs_5_0=_DELIVER_TLVS_5_0),
    _command(
        CommandId.DELIVER_SM_RESP,
        _MESSAGE_ID,
        tlvs_5_0=f"additional_status_info_text delivery_failure_reason network_error_code {_CONGESTION}",
    ),
    _command(CommandId.UNBIND),
    _command(CommandId.UNBIND_RESP, tlvs_5_0=_CONGESTION),
    _command(
        CommandId.REPLACE_SM,
        _MESSAGE_ID,
        *_source(),
        _SCHEDULE,
        _VALIDITY,
        Integer("registered_delivery"),
        Integer("sm_default_msg_id"),
        *_SHORT_MESSAGE,
        tlvs_5_0="message_payload",
    ),
    _command(CommandId.REPLACE_SM_RESP, tlvs_5_0=_CONGESTION),
    _command(CommandId.CANCEL_SM, _SERVICE_TYPE, _MESSAGE_ID, *_source(), *_destination()),
    _command(CommandId.CANCEL_SM_RESP, tlvs_5_0=_CONGESTION),
    _command(CommandId.BIND_TRANSCEIVER, *_BIND),
    _bind_resp(CommandId.BIND_TRANSCEIVER_RESP),
    _command(CommandId.OUTBIND, _SYSTEM_ID, _PASSWORD),
    _command(CommandId.ENQUIRE_LINK),
    _command(CommandId.ENQUIRE_LINK_RESP, tlvs_5_0=_CONGESTION),
    _command(CommandId.SUBMIT_MULTI, *_SUBMIT_MULTI, tlvs_3_4=_SUBMIT_MULTI_TLVS_3_4, tlvs_5_0=_SUBMIT_TLVS_5_0),
    _command(
        CommandId.SUBMIT_MULTI_RESP,
        _MESSAGE_ID,
        Count("no_unsuccess", of="unsuccess_smes"),
        UnsuccessSmes("unsuccess_smes", count_from="no_unsuccess"),
        tlvs_5_0=f"{_DATA_RESP_TLVS} {_CONGESTION}",
    ),
    _command(
        CommandId.ALERT_NOTIFICATION,
        *_source(65),
        Integer("esme_addr_ton"),
        Integer("esme_addr_npi"),
        CString("esme_addr", 65, CommandStatus.ESME_RINVDSTADR),
        tlvs_3_4="ms_availability_status",
        tlvs_5_0="ms_availability_status",
    ),
    _command(CommandId.DATA_SM, *_DATA, tlvs_3_4=_DATA_TLVS_3_4, tlvs_5_0=_DATA_TLVS_5_0),
    _command(
        CommandId.DATA_SM_RESP, _MESSAGE_ID, tlvs_3_4=_DATA_RESP_TLVS, tlvs_5_0=f"{_DATA_RESP_TLVS} {_CONGESTION}"
    ),
    _command(
        CommandId.BROADCAST_SM, *_BROADCAST, since="5.0", tlvs_5_0=_BROADCAST_TLVS, mandatory=_BROADCAST_MANDATORY
    ),
    _command(
        CommandId.BROADCAST_SM_RESP,
        _MESSAGE_ID,
        since="5.0",
        tlvs_5_0="broadcast_error_status broadcast_area_identifier",
    ),
    _command(CommandId.QUERY_BROADCAST_SM, _MESSAGE_ID, *_source(), since="5.0", tlvs_5_0="user_message_reference"),
    _command(
        CommandId.QUERY_BROADCAST_SM_RESP,
        _MESSAGE_ID,
        since="5.0",
        tlvs_5_0="broadcast_end_time user_message_reference",
        mandatory="message_state broadcast_area_identifier broadcast_area_success",
    ),
    _command(
        CommandId.CANCEL_BROADCAST_SM,
        _SERVICE_TYPE,
        _MESSAGE_ID,
        *_source(),
        since="5.0",
        tlvs_5_0="broadcast_content_type user_message_reference",
    ),
    _command(CommandId.CANCEL_BROADCAST_SM_RESP, since="5.0"),
)

COMMANDS: Final[dict[int, Command]] = {command.command_id: command for command in _ALL}
"""Every command by command_id."""

COMMANDS_BY_NAME: Final[dict[str, Command]] = {command.name: command for command in _ALL}
"""Every command by its name in lower case, "submit_sm"."""


def command_name(command_id: int) -> str:
    """The command's name in lower case, or its number like "0x00000999"."""
    command = COMMANDS.get(command_id)
    return command.name if command is not None else f"0x{command_id:08x}"
