"""Where fields of a submit_sm stand, found without decoding it."""

from __future__ import annotations

from smsc_sim.smpp.commands import COMMANDS_BY_NAME
from smsc_sim.smpp.fields import CString


def _longest(field: str) -> int:
    """Octets that this C-octet string of submit_sm may have, its NUL included, as the field table says."""
    for row in COMMANDS_BY_NAME["submit_sm"].fields:
        if isinstance(row, CString) and row.name == field:
            return row.maximum
    raise LookupError(field)


SERVICE_TYPE = _longest("service_type")
SOURCE_ADDR = _longest("source_addr")
DESTINATION_ADDR = _longest("destination_addr")


def find_destination(octets: bytes, start: int) -> int:
    """Where destination_addr is in the submit_sm whose body begins at ``start``; 0 if a field before it is unusual."""
    end = octets.find(0, start, start + SERVICE_TYPE)
    if end < 0:
        return 0
    end = octets.find(0, end + 3, end + 3 + SOURCE_ADDR)
    return end + 3 if end > 0 else 0
