"""Messages as the store would have them, made from PDUs."""

from __future__ import annotations

from dataclasses import replace

from smsc_sim.sim.rules.facts import MessageFacts
from smsc_sim.sim.sessions.session import Session
from smsc_sim.sim.store.stored import StoredMessage
from smsc_sim.sim.verify.facts import SessionTraits, StoredFacts
from smsc_sim.smpp.errors import WireError
from smsc_sim.smpp.pdu import Pdu
from smsc_sim.smpp.segments import segment_of
from tests.sim.search.stored import NOW, PLAIN


def stored(session: Session, octets: bytes, destination: str, number: int = 1) -> StoredMessage:
    """A message as it is stored."""
    pdu = Pdu(octets)
    live = MessageFacts.of(session, pdu, destination)
    try:
        segment = segment_of(pdu.fields, pdu.tlvs)
    except WireError:
        segment = None
    fields = pdu.fields
    return replace(
        PLAIN,
        id=number,
        session=session.number,
        account=session.account.system_id if session.account is not None else "",
        command=pdu.name,
        octets=octets,
        source=str(fields["source_addr"]),
        destination=destination,
        text=live.text,
        data_coding=int(str(fields["data_coding"])),
        esm_class=int(str(fields["esm_class"])),
        registered_delivery=int(str(fields["registered_delivery"])),
        reference=segment.reference if segment is not None else None,
        part=segment.sequence if segment is not None else 1,
        parts=segment.total if segment is not None else 1,
    )


def traits(session: Session) -> SessionTraits:
    """What is known of a session."""
    return SessionTraits(session.bind_type, session.peer, bool(session.tls))


def facts(number: int = 1, to: str = "447700900123", text: str = "Your code is 4711", **others: object) -> StoredFacts:
    """A plain message."""
    fields = {"id": number, "seq": number + 100, "destination": to, "text": text, "at": NOW, **others}
    return StoredFacts(replace(PLAIN, **fields))  # type: ignore[arg-type]
