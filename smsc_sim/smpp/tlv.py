"""TLVs, the optional parameters at the end of a PDU (SMPP 3.4 section 5.3, SMPP 5.0 section 4.8).

A TLV is carried as it came: unknown tags, duplicates and the order are kept.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from smsc_sim.smpp.errors import EncodeError, WireError
from smsc_sim.smpp.status import CommandStatus

TlvValue: TypeAlias = "int | str | bytes"

TLV_HEADER: Final = struct.Struct(">HH")
"""tag and length, 2 octets each, big endian."""

VENDOR_TAGS: Final = range(0x1400, 0x4000)
"""Tags left to message centre vendors (SMPP 3.4 section 5.3.2)."""


@dataclass(frozen=True, slots=True)
class TlvDefinition:
    """What SMPP says of one tag.

    `minimum` and `maximum` bound the length in octets, for a C-octet string ("cstring") with its NUL. An
    "integer" has `minimum` octets; where more are allowed the value has further parts. `also` are the names
    that 5.0 or other implementations use, `multiple` says that a PDU may have more than one.
    """

    name: str
    tag: int
    kind: Literal["integer", "cstring", "octets"]
    minimum: int
    maximum: int
    also: tuple[str, ...] = ()
    multiple: bool = False

    @property
    def since(self) -> Literal["3.4", "5.0"]:
        """The version that brought the TLV."""
        return "5.0" if self.tag in _TAGS_5_0 else "3.4"

    def wrong_length(self, length: int) -> str | None:
        """Why `length` octets are not acceptable, or None when they are."""
        if self.minimum <= length <= self.maximum:
            return None
        needed = str(self.minimum) if self.minimum == self.maximum else f"{self.minimum} to {self.maximum}"
        return f"{length} octet(s), {needed} needed"


def _integer(name: str, tag: int, size: int = 1, *also: str) -> TlvDefinition:
    return TlvDefinition(name, tag, "integer", size, size, also=also)


def _octets(name: str, tag: int, minimum: int, maximum: int, *also: str) -> TlvDefinition:
    return TlvDefinition(name, tag, "octets", minimum, maximum, also=also)


def _cstring(name: str, tag: int, minimum: int, maximum: int, *also: str) -> TlvDefinition:
    return TlvDefinition(name, tag, "cstring", minimum, maximum, also=also)


_SMPP_3_4: Final[tuple[TlvDefinition, ...]] = (
    _integer("dest_addr_subunit", 0x0005),
    _integer("dest_network_type", 0x0006),
    _integer("dest_bearer_type", 0x0007, 1, "dest_bear_type"),
    _integer("dest_telematics_id", 0x0008, 2, "dest_tele_id"),
    _integer("source_addr_subunit", 0x000D),
    _integer("source_network_type", 0x000E),
    _integer("source_bearer_type", 0x000F, 1, "source_bear_type"),
    _integer("source_telematics_id", 0x0010, 1, "source_tele_id"),
    _integer("qos_time_to_live", 0x0017, 4),
    _integer("payload_type", 0x0019),
    _cstring("additional_status_info_text", 0x001D, 1, 256, "add_status_info", "additional_status_info"),
    _cstring("receipted_message_id", 0x001E, 1, 65, "receipted_msg_id"),
    _integer("ms_msg_wait_facilities", 0x0030),
    _integer("privacy_indicator", 0x0201),
    _octets("source_subaddress", 0x0202, 2, 23),
    _octets("dest_subaddress", 0x0203, 2, 23),
    _integer("user_message_reference", 0x0204, 2),
    _integer("user_response_code", 0x0205),
    _integer("source_port", 0x020A, 2),
    _integer("destination_port", 0x020B, 2, "dest_port"),
    _integer("sar_msg_ref_num", 0x020C, 2),
    _integer("language_indicator", 0x020D, 1, "lang_indicator"),
    _integer("sar_total_segments", 0x020E),
    _integer("sar_segment_seqnum", 0x020F),
    _integer("sc_interface_version", 0x0210),
    TlvDefinition("callback_num_pres_ind", 0x0302, "integer", 1, 1, also=("callback_num_pres",), multiple=True),
    TlvDefinition("callback_num_atag", 0x0303, "octets", 0, 65, multiple=True),
    _integer("number_of_messages", 0x0304, 1, "num_msgs"),
    TlvDefinition("callback_num", 0x0381, "octets", 4, 19, multiple=True),
    _integer("dpf_result", 0x0420),
    _integer("set_dpf", 0x0421),
    _integer("ms_availability_status", 0x0422, 1, "ms_avail_status"),
    _octets("network_error_code", 0x0423, 3, 3),
    _octets("message_payload", 0x0424, 0, 0xFFFF),
    _integer("delivery_failure_reason", 0x0425),
    _integer("more_messages_to_send", 0x0426, 1, "more_msgs_to_follow"),
    _integer("message_state", 0x0427, 1, "msg_state"),
    _octets("ussd_service_op", 0x0501, 1, 1),
    _integer("display_time", 0x1201),
    _integer("sms_signal", 0x1203, 2),
    # One octet in 3.4; 5.0 lets a number of time units follow the behaviour.
    TlvDefinition("ms_validity", 0x1204, "integer", 1, 4),
    # Without a value in 3.4, one octet in 5.0.
    _octets("alert_on_message_delivery", 0x130C, 0, 1, "alert_on_msg_delivery"),
    _integer("its_reply_type", 0x1380),
    _octets("its_session_info", 0x1383, 2, 2),
)

_SMPP_5_0: Final[tuple[TlvDefinition, ...]] = (
    _integer("congestion_state", 0x0428),
    _integer("broadcast_channel_indicator", 0x0600),
    _octets("broadcast_content_type", 0x0601, 3, 3),
    _octets("broadcast_content_type_info", 0x0602, 1, 255),
    _integer("broadcast_message_class", 0x0603),
    _integer("broadcast_rep_num", 0x0604, 2),
    _octets("broadcast_frequency_interval", 0x0605, 3, 3),
    TlvDefinition("broadcast_area_identifier", 0x0606, "octets", 0, 0xFFFF, multiple=True),
    _integer("broadcast_error_status", 0x0607, 4),
    _integer("broadcast_area_success", 0x0608),
    # 5.0 section 4.8.4.9 says 16, the characters of an absolute time; a C-octet string has its NUL besides.
    _cstring("broadcast_end_time", 0x0609, 17, 17),
    _octets("broadcast_service_group", 0x060A, 1, 255),
    _octets("billing_identification", 0x060B, 1, 1024),
    _cstring("source_network_id", 0x060D, 7, 65),
    _cstring("dest_network_id", 0x060E, 7, 65),
    _octets("source_node_id", 0x060F, 6, 6),
    _octets("dest_node_id", 0x0610, 6, 6),
    _integer("dest_addr_np_resolution", 0x0611),
    _octets("dest_addr_np_information", 0x0612, 10, 10),
    _octets("dest_addr_np_country", 0x0613, 1, 5),
)

_TAGS_5_0: Final = frozenset(definition.tag for definition in _SMPP_5_0)

TLVS: Final[dict[int, TlvDefinition]] = {definition.tag: definition for definition in (*_SMPP_3_4, *_SMPP_5_0)}
"""Every TLV that SMPP 3.4 or 5.0 defines, by tag."""

TLVS_BY_NAME: Final[dict[str, TlvDefinition]] = {
    name: definition for definition in TLVS.values() for name in (definition.name, *definition.also)
}
"""The same by name, in the 3.4 spelling and in every other one."""

_NUMBER: Final = re.compile(r"0x[0-9a-fA-F]{1,4}")


@dataclass(frozen=True, slots=True)
class Tlv:
    """One TLV as it stands in a PDU: `tag`, and the value as `octets`."""

    tag: int
    octets: bytes

    @property
    def definition(self) -> TlvDefinition | None:
        """What SMPP says of the tag, None of a vendor's or unknown one."""
        return TLVS.get(self.tag)

    @property
    def name(self) -> str:
        """The name in the 3.4 spelling, or the tag like "0x1400"."""
        definition = TLVS.get(self.tag)
        return definition.name if definition is not None else f"0x{self.tag:04x}"

    @property
    def value(self) -> TlvValue:
        """An int for an integer, a str without its NUL for a C-octet string (Latin-1), otherwise the octets.

        An integer whose length is not the defined one is given as octets.
        """
        definition = TLVS.get(self.tag)
        if definition is not None:
            if definition.kind == "integer" and len(self.octets) == definition.minimum:
                return int.from_bytes(self.octets, "big")
            if definition.kind == "cstring":
                return self.octets.removesuffix(b"\x00").decode("latin-1")
        return self.octets

    def encode(self) -> bytes:
        """Tag, length and value."""
        return TLV_HEADER.pack(self.tag, len(self.octets)) + self.octets


def decode_tlvs(octets: bytes, offset: int, stop: int, *, check_lengths: bool = True) -> list[Tlv]:
    """The TLVs between `offset` and `stop` of a PDU, in order, duplicates and unknown tags included.

    Raises WireError: ESME_RINVOPTPARSTREAM when octets are left that are no TLV or a length runs past the
    end, and ESME_RINVPARLEN, unless `check_lengths` is False, when SMPP gives the tag another length.
    """
    tlvs: list[Tlv] = []
    while offset < stop:
        value_offset = offset + TLV_HEADER.size
        if value_offset > stop:
            reason = f"{stop - offset} octet(s) left over after the last parameter"
            raise WireError(CommandStatus.ESME_RINVOPTPARSTREAM, "tlv", offset, reason)
        tag, length = TLV_HEADER.unpack_from(octets, offset)
        end = value_offset + length
        if end > stop:
            reason = f"its length is {length} but {stop - value_offset} octet(s) are left"
            field = f"tlv.{Tlv(tag, b'').name}"
            raise WireError(CommandStatus.ESME_RINVOPTPARSTREAM, field, offset, reason)
        if check_lengths and (definition := TLVS.get(tag)) is not None:
            wrong_length = definition.wrong_length(length)
            if wrong_length is not None:
                field = f"tlv.{definition.name}"
                raise WireError(CommandStatus.ESME_RINVPARLEN, field, offset, wrong_length)
        tlvs.append(Tlv(tag, octets[value_offset:end]))
        offset = end
    return tlvs


def tag_of(name_or_tag: str | int) -> int:
    """The tag of a TLV that is given by any of its names, by number, or by a string like "0x1400".

    Raises KeyError for a name that no TLV has.
    """
    if isinstance(name_or_tag, int):
        return name_or_tag
    return int(name_or_tag, 16) if _NUMBER.fullmatch(name_or_tag) else TLVS_BY_NAME[name_or_tag].tag


def encode_tlv(name_or_tag: str | int, value: object) -> bytes:
    """The octets of one TLV.

    By name, the value must be what SMPP defines: an int, a str for a C-octet string, or bytes of an allowed
    length. By number, or by a string like "0x1400", bytes of any length are taken as they are, also for a tag
    that SMPP defines otherwise. Raises EncodeError.
    """
    if isinstance(name_or_tag, str) and not _NUMBER.fullmatch(name_or_tag):
        definition = TLVS_BY_NAME.get(name_or_tag)
        if definition is None:
            raise EncodeError(f"tlv.{name_or_tag}", "there is no TLV of this name")
        octets = _encode_value(definition, value)
        wrong_length = definition.wrong_length(len(octets))
        if wrong_length is not None:
            raise EncodeError(f"tlv.{definition.name}", wrong_length)
        return TLV_HEADER.pack(definition.tag, len(octets)) + octets
    tag = int(name_or_tag, 16) if isinstance(name_or_tag, str) else name_or_tag
    if not 0 <= tag <= 0xFFFF:
        raise EncodeError("tlv", f"{tag} does not fit a tag of 2 octets")
    definition = TLVS.get(tag)
    if definition is not None and not isinstance(value, bytes):
        return encode_tlv(definition.name, value)
    field = f"tlv.0x{tag:04x}"
    if not isinstance(value, bytes):
        raise EncodeError(field, f"bytes are needed, not {type(value).__name__}")
    if len(value) > 0xFFFF:
        raise EncodeError(field, f"{len(value)} octets, at most 65535 allowed")
    return TLV_HEADER.pack(tag, len(value)) + value


def _encode_value(definition: TlvDefinition, value: object) -> bytes:
    field = f"tlv.{definition.name}"
    if isinstance(value, bytes):
        return value
    if definition.kind == "integer" and isinstance(value, int):
        if not 0 <= value < 1 << (8 * definition.minimum):
            raise EncodeError(field, f"{value} does not fit {definition.minimum} octet(s)")
        return value.to_bytes(definition.minimum, "big")
    if definition.kind == "cstring" and isinstance(value, str):
        try:
            octets = value.encode("latin-1")
        except UnicodeEncodeError as error:
            raise EncodeError(field, f"{value[error.start]!r} is not a character of one octet") from None
        if 0 in octets:
            raise EncodeError(field, "a NUL can only end the string")
        return octets + b"\x00"
    needed = {"integer": "an integer is", "cstring": "a string is", "octets": "bytes are"}[definition.kind]
    raise EncodeError(field, f"{needed} needed, not {type(value).__name__}")
