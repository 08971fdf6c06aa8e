"""The kinds of mandatory fields: how each is read, written and refused (SMPP 3.4 section 3.1).

A command is a tuple of these. Reading goes through a PDU once, from left to right, and stores values by field
name; what a field needs of an earlier one (a length, a count) it finds there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias, cast

from smsc_sim.smpp.errors import EncodeError, WireError
from smsc_sim.smpp.status import CommandStatus

Record: TypeAlias = "dict[str, int | str]"
"""One entry of dest_addresses or unsuccess_smes, by field name."""

FieldValue: TypeAlias = "int | str | bytes | list[Record]"


class Field(Protocol):
    """What every kind of field does."""

    @property
    def name(self) -> str:
        """The name that SMPP gives the field."""

    def decode(self, octets: bytes, offset: int, stop: int, values: dict[str, FieldValue], path: str = "") -> int:
        """Read the field at `offset` of a PDU that ends before `stop` and return where the field ends.

        The value is stored in `values` by the field's name. `path` is put before the name in the WireError
        that is raised for octets that are not such a field.
        """

    def encode(self, values: Mapping[str, object], path: str = "") -> bytes:
        """The octets of the field, its value taken from `values` (0 or empty when absent).

        Raises EncodeError when the value does not fit.
        """


def _cut_short(field: str, offset: int, reason: str) -> WireError:
    return WireError(CommandStatus.ESME_RINVCMDLEN, field, offset, reason)


@dataclass(frozen=True)
class Integer:
    """An unsigned big-endian integer of `size` octets."""

    name: str
    size: int = 1

    def decode(self, octets: bytes, offset: int, stop: int, values: dict[str, FieldValue], path: str = "") -> int:
        end = offset + self.size
        if end > stop:
            raise _cut_short(path + self.name, offset, f"the PDU ends, {self.size} octet(s) needed")
        values[self.name] = octets[offset] if self.size == 1 else int.from_bytes(octets[offset:end], "big")
        return end

    def encode(self, values: Mapping[str, object], path: str = "") -> bytes:
        value = values.get(self.name, 0)
        if not isinstance(value, int):
            raise EncodeError(path + self.name, f"an integer is needed, not {type(value).__name__}")
        if not 0 <= value < 1 << (8 * self.size):
            raise EncodeError(path + self.name, f"{value} does not fit {self.size} octet(s)")
        return value.to_bytes(self.size, "big")


@dataclass(frozen=True)
class Count(Integer):
    """An integer of one octet that says how long, or how many, the field `of` is.

    Reading checks `minimum` and answers `status` below it. Writing computes it; a value given must agree.
    """

    of: str = ""
    minimum: int = 0
    status: int = CommandStatus.ESME_RINVMSGLEN

    def decode(self, octets: bytes, offset: int, stop: int, values: dict[str, FieldValue], path: str = "") -> int:
        end = super().decode(octets, offset, stop, values, path)
        if octets[offset] < self.minimum:
            raise WireError(self.status, path + self.name, offset, f"{octets[offset]}, at least {self.minimum} needed")
        return end

    def encode(self, values: Mapping[str, object], path: str = "") -> bytes:
        counted = values.get(self.of, ())
        if not isinstance(counted, (bytes, list, tuple)):
            # The counted field comes next and says better what is wrong with its value.
            return b"\x00"
        count = len(counted)
        given = values.get(self.name, count)
        if given != count:
            raise EncodeError(path + self.name, f"{given!r} given, but {self.of} makes it {count}")
        if not self.minimum <= count <= 0xFF:
            raise EncodeError(path + self.of, f"a length of {count} is not within {self.minimum} to 255")
        return bytes((count,))


@dataclass(frozen=True)
class CString:
    """A C-octet string: characters and a NUL, at most `maximum` octets with the NUL.

    A string that goes on beyond `maximum` is answered with `status`, one whose NUL is missing because the PDU
    ends with ESME_RINVCMDLEN. `lengths`, where SMPP fixes them, are the octets with the NUL that are allowed,
    and any other is answered with `status`. Values are str in Latin-1, so that every octet survives; bytes
    are taken too.
    """

    name: str
    maximum: int
    status: int
    lengths: tuple[int, ...] = ()

    def decode(self, octets: bytes, offset: int, stop: int, values: dict[str, FieldValue], path: str = "") -> int:
        nul = octets.find(0, offset, min(stop, offset + self.maximum))
        if nul < 0:
            if stop - offset < self.maximum:
                raise _cut_short(path + self.name, offset, "the PDU ends before the NUL")
            raise WireError(self.status, path + self.name, offset, f"longer than {self.maximum} octets with its NUL")
        length = nul - offset + 1
        if self.lengths and length not in self.lengths:
            raise WireError(self.status, path + self.name, offset, self._wrong_length(length))
        values[self.name] = octets[offset:nul].decode("latin-1")
        return nul + 1

    def encode(self, values: Mapping[str, object], path: str = "") -> bytes:
        value = values.get(self.name, "")
        field = path + self.name
        if isinstance(value, str):
            try:
                value = value.encode("latin-1")
            except UnicodeEncodeError as error:
                raise EncodeError(field, f"{value[error.start]!r} is not a character of one octet") from None
        elif not isinstance(value, bytes):
            raise EncodeError(field, f"a string is needed, not {type(value).__name__}")
        if 0 in value:
            raise EncodeError(field, "a NUL can only end the string")
        length = len(value) + 1
        if length > self.maximum:
            raise EncodeError(field, f"{length} octets with its NUL, at most {self.maximum} allowed")
        if self.lengths and length not in self.lengths:
            raise EncodeError(field, self._wrong_length(length))
        return value + b"\x00"

    def _wrong_length(self, length: int) -> str:
        return f"{length} octets with its NUL, {' or '.join(map(str, self.lengths))} needed"


@dataclass(frozen=True)
class Octets:
    """Octets as many as the earlier field `length_from` says; short_message is the only one.

    `maximum_3_4` and `maximum` are the most octets that SMPP 3.4 (254) and 5.0 (255) allow. Both are read;
    the version of a session is not known here.
    """

    name: str
    length_from: str
    maximum_3_4: int = 254
    maximum: int = 255
    status: int = CommandStatus.ESME_RINVMSGLEN

    def decode(self, octets: bytes, offset: int, stop: int, values: dict[str, FieldValue], path: str = "") -> int:
        length = cast("int", values[self.length_from])
        end = offset + length
        if end > stop:
            reason = f"{self.length_from} is {length} but {stop - offset} octet(s) are left"
            raise WireError(self.status, path + self.name, offset, reason)
        values[self.name] = octets[offset:end]
        return end

    def encode(self, values: Mapping[str, object], path: str = "") -> bytes:
        value = values.get(self.name, b"")
        if not isinstance(value, bytes):
            raise EncodeError(path + self.name, f"bytes are needed, not {type(value).__name__}")
        if len(value) > self.maximum:
            raise EncodeError(path + self.name, f"{len(value)} octets, at most {self.maximum} allowed")
        return value


def _decode_record(fields: Sequence[Field], octets: bytes, offset: int, stop: int, path: str) -> tuple[Record, int]:
    record: dict[str, FieldValue] = {}
    for field in fields:
        offset = field.decode(octets, offset, stop, record, path)
    return cast("Record", record), offset


def _encode_record(fields: Sequence[Field], record: Mapping[str, object], path: str) -> bytes:
    names = {field.name for field in fields}
    for name in record:
        if name not in names:
            raise EncodeError(path + name, "there is no such field here")
    return b"".join(field.encode(record, path) for field in fields)


def _records(values: Mapping[str, object], name: str, path: str) -> Sequence[Mapping[str, object]]:
    records = values.get(name, ())
    if not isinstance(records, (list, tuple)):
        raise EncodeError(path + name, f"a list is needed, not {type(records).__name__}")
    for index, record in enumerate(records):
        if not isinstance(record, Mapping):
            raise EncodeError(f"{path}{name}[{index}]", f"a mapping is needed, not {type(record).__name__}")
    return records


DEST_FLAG = Integer("dest_flag")

DESTINATION_FIELDS: dict[int, tuple[Field, ...]] = {
    1: (
        DEST_FLAG,
        Integer("dest_addr_ton"),
        Integer("dest_addr_npi"),
        CString("destination_addr", 21, CommandStatus.ESME_RINVDSTADR),
    ),
    2: (DEST_FLAG, CString("dl_name", 21, CommandStatus.ESME_RINVDLNAME)),
}
"""What follows in an entry of dest_addresses, by dest_flag: 1 an SME address, 2 a distribution list.

SMPP 3.4 sections 4.5.1 and 5.2.25.
"""

UNSUCCESS_FIELDS: tuple[Field, ...] = (
    Integer("dest_addr_ton"),
    Integer("dest_addr_npi"),
    CString("destination_addr", 21, CommandStatus.ESME_RINVDSTADR),
    Integer("error_status_code", 4),
)
"""One entry of unsuccess_smes (SMPP 3.4 section 4.5.2)."""


@dataclass(frozen=True)
class DestAddresses:
    """The destinations of a submit_multi, as many as `count_from` says.

    Each is a dict of the fields that DESTINATION_FIELDS has for its dest_flag.

    An entry whose dest_flag is neither 1 nor 2 cannot be read any further and is answered ESME_RINVDESTFLAG.
    """

    name: str
    count_from: str

    def decode(self, octets: bytes, offset: int, stop: int, values: dict[str, FieldValue], path: str = "") -> int:
        records: list[Record] = []
        for index in range(cast("int", values[self.count_from])):
            entry = f"{path}{self.name}[{index}]."
            DEST_FLAG.decode(octets, offset, stop, {}, entry)
            fields = DESTINATION_FIELDS.get(octets[offset])
            if fields is None:
                reason = f"{octets[offset]} is neither 1 (SME address) nor 2 (distribution list)"
                raise WireError(CommandStatus.ESME_RINVDESTFLAG, entry + DEST_FLAG.name, offset, reason)
            record, offset = _decode_record(fields, octets, offset, stop, entry)
            records.append(record)
        values[self.name] = records
        return offset

    def encode(self, values: Mapping[str, object], path: str = "") -> bytes:
        parts: list[bytes] = []
        for index, record in enumerate(_records(values, self.name, path)):
            entry = f"{path}{self.name}[{index}]."
            flag = record.get(DEST_FLAG.name)
            fields = DESTINATION_FIELDS.get(flag) if isinstance(flag, int) else None
            if fields is None:
                raise EncodeError(entry + DEST_FLAG.name, f"1 or 2 is needed, not {flag!r}")
            parts.append(_encode_record(fields, record, entry))
        return b"".join(parts)


@dataclass(frozen=True)
class UnsuccessSmes:
    """The destinations that failed in a submit_multi_resp, as many as `count_from` says.

    Each is a dict of the fields of UNSUCCESS_FIELDS.
    """

    name: str
    count_from: str

    def decode(self, octets: bytes, offset: int, stop: int, values: dict[str, FieldValue], path: str = "") -> int:
        records: list[Record] = []
        for index in range(cast("int", values[self.count_from])):
            record, offset = _decode_record(UNSUCCESS_FIELDS, octets, offset, stop, f"{path}{self.name}[{index}].")
            records.append(record)
        values[self.name] = records
        return offset

    def encode(self, values: Mapping[str, object], path: str = "") -> bytes:
        return b"".join(
            _encode_record(UNSUCCESS_FIELDS, record, f"{path}{self.name}[{index}].")
            for index, record in enumerate(_records(values, self.name, path))
        )
