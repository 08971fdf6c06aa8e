"""The destinations of a submit_multi: its distribution lists resolved (SMPP 3.4 section 4.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from smsc_sim.sim.rules.decision import Decision
from smsc_sim.smpp.errors import WireError
from smsc_sim.smpp.pdu import Pdu, encode
from smsc_sim.smpp.status import CommandStatus

_MOST: Final = 255
"""Destinations that one PDU can name."""

_COUNTS: Final = ("number_of_dests", "sm_length")
_INTERNATIONAL, _ISDN = 1, 1


class Target(NamedTuple):
    """One destination, and what was decided about the message to it."""

    destination: Mapping[str, object]
    """dest_addr_ton, dest_addr_npi and destination_addr."""
    decision: Decision


def resolved(pdu: Pdu, lists: Mapping[str, Sequence[str]]) -> tuple[Pdu, list[str]]:
    """The submit_multi with the members of its lists in place of their names, and the names that no list has.

    A list that is named twice counts once.  Raises WireError: ESME_RINVDLNAME when nothing is left, ESME_RINVNUMDESTS
    when more destinations come out than a PDU can name.
    """
    destinations = pdu.fields["dest_addresses"]
    assert isinstance(destinations, list), "a decoded field"
    known: list[Mapping[str, object]] = []
    seen: set[str] = set()
    unknown: list[str] = []
    for destination in destinations:
        name = str(destination.get("dl_name", ""))
        if destination["dest_flag"] == 1:
            known.append(destination)
        elif name not in lists:
            unknown.append(name)
        elif name not in seen:
            seen.add(name)
            known += [
                {
                    "dest_flag": 1,
                    "dest_addr_ton": _INTERNATIONAL,
                    "dest_addr_npi": _ISDN,
                    "destination_addr": number,
                }
                for number in lists[name]
            ]
    if not known:
        raise WireError(CommandStatus.ESME_RINVDLNAME, "dest_addresses[0].dl_name", 16, "no such distribution list")
    if len(known) > _MOST:
        reason = f"its lists make it {len(known)} destinations, at most {_MOST} are taken"
        raise WireError(CommandStatus.ESME_RINVNUMDESTS, "number_of_dests", 16, reason)
    if not seen and not unknown:
        return pdu, unknown
    fields: dict[str, object] = {name: value for name, value in pdu.fields.items() if name not in _COUNTS}
    fields["dest_addresses"] = known
    octets = encode(pdu.command_id, sequence_number=pdu.sequence_number, fields=fields, tlvs=pdu.tlvs)
    return Pdu(octets), unknown


def unknown_lists(names: Sequence[str], status: int) -> list[dict[str, object]]:
    """Lists that are not known as the response reports them, ``status`` being ESME_RINVDLNAME or what stands for it."""
    return [
        {"dest_addr_ton": 0, "dest_addr_npi": 0, "destination_addr": name, "error_status_code": status}
        for name in names
    ]
