"""command_status: the values of SMPP 3.4 section 5.1.3 and SMPP 5.0 section 4.7.6, their names and meanings.

A status is carried as a plain integer everywhere, since peers send values that no table has.
"""

from __future__ import annotations

import difflib
import re
from enum import IntEnum
from typing import Final


class CommandStatus(IntEnum):
    """Every status that SMPP 3.4 or 5.0 names, and ESME_RINVBALANCE from the vendor range.

    Where 5.0 renamed a 3.4 status, the 3.4 name is the canonical one and the 5.0 name an alias.
    """

    ESME_ROK = 0x000
    ESME_RINVMSGLEN = 0x001
    ESME_RINVCMDLEN = 0x002
    ESME_RINVCMDID = 0x003
    ESME_RINVBNDSTS = 0x004
    ESME_RALYBND = 0x005
    ESME_RINVPRTFLG = 0x006
    ESME_RINVREGDLVFLG = 0x007
    ESME_RSYSERR = 0x008
    ESME_RINVSRCADR = 0x00A
    ESME_RINVDSTADR = 0x00B
    ESME_RINVMSGID = 0x00C
    ESME_RBINDFAIL = 0x00D
    ESME_RINVPASWD = 0x00E
    ESME_RINVSYSID = 0x00F
    ESME_RCANCELFAIL = 0x011
    ESME_RREPLACEFAIL = 0x013
    ESME_RMSGQFUL = 0x014
    ESME_RINVSERTYP = 0x015
    ESME_RINVNUMDESTS = 0x033
    ESME_RINVDLNAME = 0x034
    ESME_RINVDESTFLAG = 0x040
    ESME_RINVSUBREP = 0x042
    ESME_RINVESMCLASS = 0x043
    ESME_RCNTSUBDL = 0x044
    ESME_RSUBMITFAIL = 0x045
    ESME_RINVSRCTON = 0x048
    ESME_RINVSRCNPI = 0x049
    ESME_RINVDSTTON = 0x050
    ESME_RINVDSTNPI = 0x051
    ESME_RINVSYSTYP = 0x053
    ESME_RINVREPFLAG = 0x054
    ESME_RINVNUMMSGS = 0x055
    ESME_RTHROTTLED = 0x058
    ESME_RINVSCHED = 0x061
    ESME_RINVEXPIRY = 0x062
    ESME_RINVDFTMSGID = 0x063
    ESME_RX_T_APPN = 0x064
    ESME_RX_P_APPN = 0x065
    ESME_RX_R_APPN = 0x066
    ESME_RQUERYFAIL = 0x067
    ESME_RINVOPTPARSTREAM = 0x0C0
    ESME_ROPTPARNOTALLWD = 0x0C1
    ESME_RINVPARLEN = 0x0C2
    ESME_RMISSINGOPTPARAM = 0x0C3
    ESME_RINVOPTPARAMVAL = 0x0C4
    ESME_RDELIVERYFAILURE = 0x0FE
    ESME_RUNKNOWNERR = 0x0FF
    ESME_RSERTYPUNAUTH = 0x100
    ESME_RPROHIBITED = 0x101
    ESME_RSERTYPUNAVAIL = 0x102
    ESME_RSERTYPDENIED = 0x103
    ESME_RINVDCS = 0x104
    ESME_RINVSRCADDRSUBUNIT = 0x105
    ESME_RINVDSTADDRSUBUNIT = 0x106
    ESME_RINVBCASTFREQINT = 0x107
    ESME_RINVBCASTALIAS_NAME = 0x108
    ESME_RINVBCASTAREAFMT = 0x109
    ESME_RINVNUMBCAST_AREAS = 0x10A
    ESME_RINVBCASTCNTTYPE = 0x10B
    ESME_RINVBCASTMSGCLASS = 0x10C
    ESME_RBCASTFAIL = 0x10D
    ESME_RBCASTQUERYFAIL = 0x10E
    ESME_RBCASTCANCELFAIL = 0x10F
    ESME_RINVBCAST_REP = 0x110
    ESME_RINVBCASTSRVGRP = 0x111
    ESME_RINVBCASTCHANIND = 0x112
    # In the vendor range of both versions; several providers use it for prepaid accounts.
    ESME_RINVBALANCE = 0x40B

    ESME_RINVTLVSTREAM = 0x0C0
    ESME_RTLVNOTALLWD = 0x0C1
    ESME_RINVTLVLEN = 0x0C2
    ESME_RMISSINGTLV = 0x0C3
    ESME_RINVTLVVAL = 0x0C4


_MEANINGS: Final[dict[int, str]] = {
    CommandStatus.ESME_ROK: "success",
    CommandStatus.ESME_RINVMSGLEN: "the length of the message is not acceptable",
    CommandStatus.ESME_RINVCMDLEN: "command_length does not fit the PDU",
    CommandStatus.ESME_RINVCMDID: "command_id is unknown or not supported",
    CommandStatus.ESME_RINVBNDSTS: "the PDU is not allowed in the present session state",
    CommandStatus.ESME_RALYBND: "the session is bound already",
    CommandStatus.ESME_RINVPRTFLG: "priority_flag is not acceptable",
    CommandStatus.ESME_RINVREGDLVFLG: "registered_delivery is not acceptable",
    CommandStatus.ESME_RSYSERR: "the message centre failed internally",
    CommandStatus.ESME_RINVSRCADR: "the source address is not acceptable",
    CommandStatus.ESME_RINVDSTADR: "the destination address is not acceptable",
    CommandStatus.ESME_RINVMSGID: "message_id is unknown or malformed",
    CommandStatus.ESME_RBINDFAIL: "the bind is refused",
    CommandStatus.ESME_RINVPASWD: "the password is refused",
    CommandStatus.ESME_RINVSYSID: "the system_id is refused",
    CommandStatus.ESME_RCANCELFAIL: "the message cannot be cancelled",
    CommandStatus.ESME_RREPLACEFAIL: "the message cannot be replaced",
    CommandStatus.ESME_RMSGQFUL: "the message queue is full",
    CommandStatus.ESME_RINVSERTYP: "service_type is not acceptable",
    CommandStatus.ESME_RINVNUMDESTS: "number_of_dests is not acceptable",
    CommandStatus.ESME_RINVDLNAME: "the distribution list is unknown or its name malformed",
    CommandStatus.ESME_RINVDESTFLAG: "dest_flag is neither an SME address nor a distribution list",
    CommandStatus.ESME_RINVSUBREP: "a submission that replaces another is not possible here",
    CommandStatus.ESME_RINVESMCLASS: "esm_class is not acceptable",
    CommandStatus.ESME_RCNTSUBDL: "submission to this distribution list is refused",
    CommandStatus.ESME_RSUBMITFAIL: "the submission failed",
    CommandStatus.ESME_RINVSRCTON: "source_addr_ton is not acceptable",
    CommandStatus.ESME_RINVSRCNPI: "source_addr_npi is not acceptable",
    CommandStatus.ESME_RINVDSTTON: "dest_addr_ton is not acceptable",
    CommandStatus.ESME_RINVDSTNPI: "dest_addr_npi is not acceptable",
    CommandStatus.ESME_RINVSYSTYP: "system_type is not acceptable",
    CommandStatus.ESME_RINVREPFLAG: "replace_if_present_flag is not acceptable",
    CommandStatus.ESME_RINVNUMMSGS: "number_of_messages is not acceptable",
    CommandStatus.ESME_RTHROTTLED: "the ESME sends faster than it may",
    CommandStatus.ESME_RINVSCHED: "schedule_delivery_time is not acceptable",
    CommandStatus.ESME_RINVEXPIRY: "validity_period is not acceptable",
    CommandStatus.ESME_RINVDFTMSGID: "sm_default_msg_id names no predefined message",
    CommandStatus.ESME_RX_T_APPN: "the receiver cannot take the message now; try again later",
    CommandStatus.ESME_RX_P_APPN: "the receiver will never take this message; do not try again",
    CommandStatus.ESME_RX_R_APPN: "the receiver rejects this message",
    CommandStatus.ESME_RQUERYFAIL: "the query failed",
    CommandStatus.ESME_RINVOPTPARSTREAM: "the TLVs at the end of the PDU cannot be read",
    CommandStatus.ESME_ROPTPARNOTALLWD: "a TLV is not allowed in this PDU",
    CommandStatus.ESME_RINVPARLEN: "the length of a TLV is not acceptable",
    CommandStatus.ESME_RMISSINGOPTPARAM: "a TLV that this PDU needs is absent",
    CommandStatus.ESME_RINVOPTPARAMVAL: "the value of a TLV is not acceptable",
    CommandStatus.ESME_RDELIVERYFAILURE: "the message could not be delivered",
    CommandStatus.ESME_RUNKNOWNERR: "a failure without a more precise status",
    CommandStatus.ESME_RSERTYPUNAUTH: "the ESME may not use this service_type",
    CommandStatus.ESME_RPROHIBITED: "the ESME may not use this operation",
    CommandStatus.ESME_RSERTYPUNAVAIL: "the service_type is out of service",
    CommandStatus.ESME_RSERTYPDENIED: "the service_type is refused for this message",
    CommandStatus.ESME_RINVDCS: "data_coding is not acceptable",
    CommandStatus.ESME_RINVSRCADDRSUBUNIT: "source_addr_subunit is not acceptable",
    CommandStatus.ESME_RINVDSTADDRSUBUNIT: "dest_addr_subunit is not acceptable",
    CommandStatus.ESME_RINVBCASTFREQINT: "broadcast_frequency_interval is not acceptable",
    CommandStatus.ESME_RINVBCASTALIAS_NAME: "the broadcast area alias is not acceptable",
    CommandStatus.ESME_RINVBCASTAREAFMT: "the format of a broadcast area is not acceptable",
    CommandStatus.ESME_RINVNUMBCAST_AREAS: "the number of broadcast areas is not acceptable",
    CommandStatus.ESME_RINVBCASTCNTTYPE: "broadcast_content_type is not acceptable",
    CommandStatus.ESME_RINVBCASTMSGCLASS: "broadcast_message_class is not acceptable",
    CommandStatus.ESME_RBCASTFAIL: "the broadcast failed",
    CommandStatus.ESME_RBCASTQUERYFAIL: "the broadcast cannot be queried",
    CommandStatus.ESME_RBCASTCANCELFAIL: "the broadcast cannot be cancelled",
    CommandStatus.ESME_RINVBCAST_REP: "broadcast_rep_num is not acceptable",
    CommandStatus.ESME_RINVBCASTSRVGRP: "broadcast_service_group is not acceptable",
    CommandStatus.ESME_RINVBCASTCHANIND: "broadcast_channel_indicator is not acceptable",
    CommandStatus.ESME_RINVBALANCE: "the balance of the account does not cover the message",
}

VENDOR_STATUSES: Final = range(0x400, 0x500)
"""Statuses left to message centre vendors (SMPP 3.4 section 5.1.3)."""

_NAMES: Final[dict[int, str]] = {status.value: status.name for status in CommandStatus}

# Spellings in provider documents and client libraries: two slips of the pen, and an HTML clean-up that turned
# "th" into "td".
_MISSPELLINGS: Final[dict[str, CommandStatus]] = {
    "ESME_RALYNBD": CommandStatus.ESME_RALYBND,
    "ESME_RINVESMSUBMIT": CommandStatus.ESME_RINVESMCLASS,
    "ESME_RTDROTTLED": CommandStatus.ESME_RTHROTTLED,
}

# Some Java client libraries leave the R of every name out.
_SPELLINGS: Final[dict[str, int]] = {
    **{"ESME_" + name.removeprefix("ESME_R"): status.value for name, status in CommandStatus.__members__.items()},
    **{name: status.value for name, status in _MISSPELLINGS.items()},
    **{name: status.value for name, status in CommandStatus.__members__.items()},
}

_NUMBER: Final = re.compile(r"0x[0-9a-f]{1,8}|[0-9]{1,10}", re.IGNORECASE)


def name_of(value: int) -> str:
    """The name of a status in the 3.4 spelling, or what is known of the number.

    A number without a name reads "vendor 0x00000401" in the vendor range and "reserved 0x00000009" elsewhere.
    """
    name = _NAMES.get(value)
    if name is not None:
        return name
    return f"{'vendor' if value in VENDOR_STATUSES else 'reserved'} 0x{value:08x}"


def meaning_of(value: int) -> str:
    """What a status says, as a sentence part for people."""
    meaning = _MEANINGS.get(value)
    if meaning is not None:
        return meaning
    if value in VENDOR_STATUSES:
        return "a meaning of the vendor's own"
    return "no meaning in SMPP 3.4 or 5.0"


def nearest_name(text: str) -> str | None:
    """The status name most like `text`, or None when nothing is near; for hints to people."""
    wanted = text.strip().upper().removeprefix("ESME_")
    if not wanted:
        return None
    wanted = f"ESME_{wanted}"
    near = difflib.get_close_matches(wanted, CommandStatus.__members__, n=1, cutoff=0.75)
    return near[0] if near else None


def parse_status(text: str) -> int:
    """The status that a person wrote: a name in any case (3.4, 5.0 or a known misspelling) or a number.

    Numbers are decimal ("1035") or hexadecimal ("0x40b"), 0 to 0xFFFFFFFF, named or not.
    Raises ValueError, with the nearest name when there is one.
    """
    wanted = text.strip()
    value = _SPELLINGS.get(wanted.upper())
    if value is not None:
        return value
    if _NUMBER.fullmatch(wanted):
        number = int(wanted, 16 if wanted[:2].lower() == "0x" else 10)
        if number <= 0xFFFFFFFF:
            return number
        raise ValueError(f"{wanted} does not fit a command_status of 4 octets")
    near = nearest_name(wanted)
    hint = f"; did you mean '{near}'?" if near else ""
    raise ValueError(f"'{wanted}' is not a command_status{hint}")
