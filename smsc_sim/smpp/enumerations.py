"""What the values of single fields and TLVs mean, for people.

Nothing is refused here: a value that SMPP reserves is shown as reserved.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class TypeOfNumber(IntEnum):
    """The *_ton fields (SMPP 3.4 section 5.2.5)."""

    UNKNOWN = 0
    INTERNATIONAL = 1
    NATIONAL = 2
    NETWORK_SPECIFIC = 3
    SUBSCRIBER_NUMBER = 4
    ALPHANUMERIC = 5
    ABBREVIATED = 6


class NumberingPlan(IntEnum):
    """The *_npi fields (SMPP 3.4 section 5.2.6)."""

    UNKNOWN = 0
    ISDN = 1
    DATA = 3
    TELEX = 4
    LAND_MOBILE = 6
    NATIONAL = 8
    PRIVATE = 9
    ERMES = 10
    INTERNET = 14
    WAP_CLIENT_ID = 18


MESSAGING_MODE_MASK: Final = 0x03
MESSAGE_TYPE_MASK: Final = 0x3C
UDHI: Final = 0x40
"""esm_class bit: the message begins with a user data header (SMPP 3.4 section 5.2.12)."""
REPLY_PATH: Final = 0x80
"""esm_class bit: a reply path is set."""


class MessagingMode(IntEnum):
    """Bits 1 and 0 of esm_class (SMPP 3.4 section 5.2.12)."""

    DEFAULT = 0x00
    DATAGRAM = 0x01
    TRANSACTION = 0x02
    STORE_AND_FORWARD = 0x03


class MessageType(IntEnum):
    """Bits 5 to 2 of esm_class (SMPP 3.4 section 5.2.12)."""

    NORMAL = 0x00
    DELIVERY_RECEIPT = 0x04
    DELIVERY_ACKNOWLEDGEMENT = 0x08
    USER_ACKNOWLEDGEMENT = 0x10
    CONVERSATION_ABORT = 0x18
    INTERMEDIATE_NOTIFICATION = 0x20


RECEIPT_MASK: Final = 0x03
DELIVERY_ACKNOWLEDGEMENT_REQUESTED: Final = 0x04
USER_ACKNOWLEDGEMENT_REQUESTED: Final = 0x08
INTERMEDIATE_NOTIFICATION_REQUESTED: Final = 0x10


class ReceiptRequest(IntEnum):
    """Bits 1 and 0 of registered_delivery (SMPP 3.4 section 5.2.17; ON_SUCCESS since 5.0, section 4.7.21)."""

    NONE = 0x00
    ALWAYS = 0x01
    ON_FAILURE = 0x02
    ON_SUCCESS = 0x03


_TON: Final[dict[int, str]] = {
    TypeOfNumber.UNKNOWN: "unknown",
    TypeOfNumber.INTERNATIONAL: "international",
    TypeOfNumber.NATIONAL: "national",
    TypeOfNumber.NETWORK_SPECIFIC: "network specific",
    TypeOfNumber.SUBSCRIBER_NUMBER: "subscriber number",
    TypeOfNumber.ALPHANUMERIC: "alphanumeric",
    TypeOfNumber.ABBREVIATED: "abbreviated",
}

_NPI: Final[dict[int, str]] = {
    NumberingPlan.UNKNOWN: "unknown",
    NumberingPlan.ISDN: "ISDN (E.163/E.164)",
    NumberingPlan.DATA: "data (X.121)",
    NumberingPlan.TELEX: "telex (F.69)",
    NumberingPlan.LAND_MOBILE: "land mobile (E.212)",
    NumberingPlan.NATIONAL: "national",
    NumberingPlan.PRIVATE: "private",
    NumberingPlan.ERMES: "ERMES",
    NumberingPlan.INTERNET: "internet (IP)",
    NumberingPlan.WAP_CLIENT_ID: "WAP client id",
}

_MODES: Final[dict[int, str]] = {
    MessagingMode.DEFAULT: "default mode",
    MessagingMode.DATAGRAM: "datagram mode",
    MessagingMode.TRANSACTION: "transaction mode",
    MessagingMode.STORE_AND_FORWARD: "store and forward mode",
}

_TYPES: Final[dict[int, str]] = {
    MessageType.NORMAL: "",
    MessageType.DELIVERY_RECEIPT: "delivery receipt",
    MessageType.DELIVERY_ACKNOWLEDGEMENT: "delivery acknowledgement",
    MessageType.USER_ACKNOWLEDGEMENT: "user acknowledgement",
    MessageType.CONVERSATION_ABORT: "conversation abort",
    MessageType.INTERMEDIATE_NOTIFICATION: "intermediate notification",
}

_RECEIPTS: Final[dict[int, str]] = {
    ReceiptRequest.NONE: "no receipt",
    ReceiptRequest.ALWAYS: "receipt",
    ReceiptRequest.ON_FAILURE: "receipt on failure",
    ReceiptRequest.ON_SUCCESS: "receipt on success",
}

_TABLES: Final[dict[str, dict[int, str]]] = {
    **dict.fromkeys(("addr_ton", "source_addr_ton", "dest_addr_ton", "esme_addr_ton"), _TON),
    **dict.fromkeys(("addr_npi", "source_addr_npi", "dest_addr_npi", "esme_addr_npi"), _NPI),
    # SMPP 3.4 section 5.2.14, the words for GSM; 4 is 5.0's.
    "priority_flag": {0: "non-priority", 1: "priority", 2: "priority", 3: "priority", 4: "priority"},
    # SMPP 3.4 section 5.2.18.
    "replace_if_present_flag": {0: "do not replace", 1: "replace"},
    # SMPP 3.4 section 5.2.25.
    "dest_flag": {1: "SME address", 2: "distribution list"},
    # SMPP 3.4 sections 5.3.2.10, 5.3.2.14, 5.3.2.30 and 5.3.2.33.
    "payload_type": {0: "WDP", 1: "WCMP"},
    "privacy_indicator": {0: "not restricted", 1: "restricted", 2: "confidential", 3: "secret"},
    "ms_availability_status": {0: "available", 1: "denied", 2: "unavailable"},
    "delivery_failure_reason": {
        0: "destination unavailable",
        1: "destination address invalid",
        2: "permanent network error",
        3: "temporary network error",
    },
}

# The first octet of network_error_code (SMPP 3.4 section 5.3.2.31; from 4 on SMPP 5.0 section 4.8.4).
_NETWORK_TYPES: Final[dict[int, str]] = {
    1: "ANSI-136",
    2: "IS-95",
    3: "GSM",
    4: "ANSI-136 cause",
    5: "IS-95 cause",
    6: "ANSI-41",
    7: "SMPP",
    8: "message centre",
}


def describe_esm_class(value: int) -> str:
    """The parts of an esm_class, "default mode, delivery receipt, user data header"."""
    parts = [
        _MODES[value & MESSAGING_MODE_MASK],
        _TYPES.get(value & MESSAGE_TYPE_MASK, f"reserved type 0x{value & MESSAGE_TYPE_MASK:02x}"),
        "user data header" if value & UDHI else "",
        "reply path" if value & REPLY_PATH else "",
    ]
    return ", ".join(filter(None, parts))


def describe_registered_delivery(value: int) -> str:
    """The parts of a registered_delivery, "receipt on failure, intermediate notification"."""
    parts = [
        _RECEIPTS[value & RECEIPT_MASK],
        "delivery acknowledgement" if value & DELIVERY_ACKNOWLEDGEMENT_REQUESTED else "",
        "user acknowledgement" if value & USER_ACKNOWLEDGEMENT_REQUESTED else "",
        "intermediate notification" if value & INTERMEDIATE_NOTIFICATION_REQUESTED else "",
        f"reserved bits 0x{value & 0xE0:02x}" if value & 0xE0 else "",
    ]
    return ", ".join(filter(None, parts))


def describe_interface_version(value: int) -> str:
    """An interface_version or sc_interface_version: "3.4", "5.0", and "3.3" for 0x00 to 0x33.

    SMPP 3.4 section 5.2.4.
    """
    if value <= 0x33:
        return "3.3"
    return f"{value >> 4:x}.{value & 0x0F:x}"


def describe_network_error_code(value: bytes) -> str:
    """A network_error_code of 3 octets, "GSM error 5"; other lengths read "malformed"."""
    if len(value) != 3:
        return "malformed"
    network = _NETWORK_TYPES.get(value[0], f"reserved network type {value[0]}")
    return f"{network} error {int.from_bytes(value[1:], 'big')}"


def describe(field: str, value: int | str | bytes) -> str | None:
    """What the value of a field or TLV means, or None when nothing is to be said about it.

    `field` is the name that SMPP gives the field or TLV. data_coding and message_state have modules of their
    own.
    """
    if field == "network_error_code" and isinstance(value, bytes):
        return describe_network_error_code(value)
    if not isinstance(value, int):
        return None
    if field == "esm_class":
        return describe_esm_class(value)
    if field == "registered_delivery":
        return describe_registered_delivery(value)
    if field in ("interface_version", "sc_interface_version"):
        return describe_interface_version(value)
    table = _TABLES.get(field)
    return None if table is None else table.get(value, f"reserved {value}")
