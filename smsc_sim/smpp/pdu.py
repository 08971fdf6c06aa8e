"""PDUs: a view on the octets of one, decoded as far as somebody looks, and the way back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import takewhile

from smsc_sim.smpp.commands import COMMANDS, COMMANDS_BY_NAME, Command, command_name
from smsc_sim.smpp.errors import EncodeError, FramingError, WireError
from smsc_sim.smpp.fields import FieldValue
from smsc_sim.smpp.framing import HEADER, HEADER_LENGTH
from smsc_sim.smpp.status import CommandStatus
from smsc_sim.smpp.tlv import TLVS_BY_NAME, Tlv, TlvValue, decode_tlvs, encode_tlv

_NO_FIELDS: Mapping[str, object] = {}


class Pdu:
    """One PDU as its octets. The header is read at once, fields and TLVs when first asked for.

    Octets of an unknown command_id are a Pdu too; it has no fields and no TLVs that could be told apart.
    """

    __slots__ = (
        "_fields",
        "_tlvs",
        "_tlvs_offset",
        "command_id",
        "command_length",
        "command_status",
        "octets",
        "sequence_number",
    )

    def __init__(self, octets: bytes) -> None:
        """Take exactly one frame; raises FramingError when command_length does not agree with the octets."""
        length = len(octets)
        if length < HEADER_LENGTH:
            command_length = int.from_bytes(octets[:4], "big")
            raise FramingError(command_length, 0, f"{length} octet(s) are not a header of 16 octets")
        self.command_length: int
        self.command_id: int
        self.command_status: int
        self.sequence_number: int
        self.command_length, self.command_id, self.command_status, self.sequence_number = HEADER.unpack_from(octets)
        if self.command_length != length:
            reason = f"the PDU has {length} octets"
            raise FramingError(self.command_length, self.sequence_number, reason)
        self.octets = octets
        self._fields: dict[str, FieldValue] | None = None
        self._tlvs: list[Tlv] | None = None
        self._tlvs_offset = 0

    def __repr__(self) -> str:
        return (
            f"<Pdu {self.name} command_status 0x{self.command_status:08x}"
            f" sequence_number {self.sequence_number}, {self.command_length} octets>"
        )

    @property
    def command(self) -> Command | None:
        """The entry of the command table, None for an unknown command_id."""
        return COMMANDS.get(self.command_id)

    @property
    def name(self) -> str:
        """The command's name, "submit_sm", or its number like "0x00000999"."""
        return command_name(self.command_id)

    @property
    def fields(self) -> dict[str, FieldValue]:
        """The mandatory fields by name, in their order; the counts and lengths among them are included.

        Empty for an unknown command, for a command without a body, and for a response with a command_status
        other than 0 whose body was left out. C-octet strings are str in Latin-1, octet strings bytes. Raises
        WireError when the octets are not such a body.
        """
        fields = self._fields
        if fields is None:
            fields = self._decode_fields()
        return fields

    @property
    def tlvs(self) -> list[Tlv]:
        """The TLVs in their order, whatever their lengths; `check` is what refuses a length.

        Raises WireError when a field cannot be read, or with ESME_RINVOPTPARSTREAM when the TLVs cannot.
        """
        tlvs = self._tlvs
        if tlvs is None:
            if self._fields is None:
                self._decode_fields()
            tlvs = decode_tlvs(self.octets, self._tlvs_offset, self.command_length, check_lengths=False)
            self._tlvs = tlvs
        return tlvs

    @property
    def tlvs_offset(self) -> int:
        """Where the TLVs begin, in octets from the beginning of the PDU.  Raises WireError as `fields` does."""
        if self._fields is None:
            self._decode_fields()
        return self._tlvs_offset

    def tlv(self, name: str) -> TlvValue | None:
        """The value of the first TLV of this name, in any spelling or like "0x1400"; None when there is none.

        Raises WireError as `tlvs` does.
        """
        definition = TLVS_BY_NAME.get(name)
        wanted = definition.name if definition is not None else name.lower()
        for tlv in self.tlvs:
            if tlv.name == wanted:
                return tlv.value
        return None

    def check(self, interface_version: int = 0x34) -> None:
        """Decode everything strictly.

        Raises WireError: ESME_RINVCMDID for an unknown command, ESME_RINVCMDLEN for a body that ends too
        early, a field's own status for a bad value, ESME_RINVOPTPARSTREAM or ESME_RINVPARLEN for TLVs, and
        below SMPP 5.0 ESME_RINVNUMDESTS for more than 254 destinations (SMPP 3.4 section 4.5.1). Values that
        SMPP only reserves are not judged.
        """
        if self.command_id not in COMMANDS:
            raise WireError(CommandStatus.ESME_RINVCMDID, "command_id", 4, f"{self.name} is not known")
        number_of_dests = self.fields.get("number_of_dests")
        if number_of_dests == 0xFF and interface_version < 0x50:
            offset = self._offset_of("number_of_dests")
            reason = "255, at most 254 allowed before SMPP 5.0"
            raise WireError(CommandStatus.ESME_RINVNUMDESTS, "number_of_dests", offset, reason)
        if self._tlvs_offset < self.command_length:
            decode_tlvs(self.octets, self._tlvs_offset, self.command_length)

    def _decode_fields(self) -> dict[str, FieldValue]:
        octets = self.octets
        stop = self.command_length
        command = COMMANDS.get(self.command_id)
        fields: dict[str, FieldValue] = {}
        offset = HEADER_LENGTH
        if command is None:
            offset = stop
        elif stop > HEADER_LENGTH or not (self.command_status and command.body_optional_on_error):
            for field in command.fields:
                offset = field.decode(octets, offset, stop, fields)
        self._tlvs_offset = offset
        self._fields = fields
        return fields

    def _offset_of(self, name: str) -> int:
        offset = HEADER_LENGTH
        for field in takewhile(lambda field: field.name != name, COMMANDS[self.command_id].fields):
            offset = field.decode(self.octets, offset, self.command_length, {**self.fields})
        return offset


def encode_header_only(command_id: int, command_status: int, sequence_number: int) -> bytes:
    """A PDU of 16 octets: a generic_nack, a response without a body, an enquire_link."""
    return HEADER.pack(HEADER_LENGTH, command_id, command_status, sequence_number)


def encode(
    command: str | int,
    *,
    sequence_number: int,
    command_status: int = 0,
    fields: Mapping[str, object] = _NO_FIELDS,
    tlvs: Iterable[Tlv | tuple[str | int, object]] = (),
) -> bytes:
    """The octets of a PDU.

    `command` is a name or a command_id of the table. Fields not given are 0 or empty; sm_length,
    number_of_dests and no_unsuccess are computed. TLVs are written in the order given, see `encode_tlv`. A
    response with a command_status other than 0, without fields and TLVs, is the header only. Raises
    EncodeError when a command, field or TLV is not known or a value does not fit.
    """
    entry = COMMANDS_BY_NAME.get(command) if isinstance(command, str) else COMMANDS.get(command)
    if entry is None:
        shown = command if isinstance(command, str) else command_name(command)
        raise EncodeError("command_id", f"{shown} is not known")
    for name, value in (("command_status", command_status), ("sequence_number", sequence_number)):
        if not 0 <= value <= 0xFFFFFFFF:
            raise EncodeError(name, f"{value} does not fit 4 octets")
    known = {field.name for field in entry.fields}
    for name in fields:
        if name not in known:
            raise EncodeError(name, f"{entry.name} has no such field")
    parts = [tlv.encode() if isinstance(tlv, Tlv) else encode_tlv(*tlv) for tlv in tlvs]
    if fields or parts or not (command_status and entry.body_optional_on_error):
        parts[:0] = [field.encode(fields) for field in entry.fields]
    body = b"".join(parts)
    return HEADER.pack(HEADER_LENGTH + len(body), entry.command_id, command_status, sequence_number) + body
