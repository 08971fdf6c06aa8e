"""What answers a request: a response with its status, a generic_nack, or nothing, and every fault it can have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from smsc_sim.scenario.amount import Amount
from smsc_sim.scenario.template import Template
from smsc_sim.smpp.status import CommandStatus
from smsc_sim.smpp.tlv import TlvValue

How = Literal["response", "none", "nack"]
Then = Literal["close", "reset", "hang"]
Corruption = Literal["command_length", "command_id", "sequence_number", "garbage"]
SequenceStyle = Literal["copied", "zero", "wrong"]


@dataclass(frozen=True, slots=True)
class Dribble:
    """An answer in small pieces: ``octets`` at a time, ``every`` seconds."""

    octets: int
    every: float


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a request. The default is the one an SMSC without rules gives."""

    how: How = "response"
    status: int = CommandStatus.ESME_ROK
    """command_status of the response, or of the generic_nack."""
    by_name: bool = True
    """Whether the status was given by its name, so that a provider's error dialect may give it another number."""
    delay: Amount | None = None
    """From the request to the answer; None: at once."""
    message_id: Template | None = None
    """Instead of the id that the message has; None: that id."""
    body: bool | None = None
    """Whether a response that refuses has a body; None: as the server does it."""
    tlvs: tuple[tuple[str | int, TlvValue], ...] = ()
    """TLVs of the answer as ``smpp.tlv.encode_tlv`` takes them: by name, or by number with octets."""
    cut_after: int | None = None
    """Octets of the answer that are sent; the rest never is."""
    then: Then | None = None
    """What happens to the connection when the answer has been written (or would have been): closed, reset, or kept
    open and never written to again."""
    dribble: Dribble | None = None
    corrupt: Corruption | None = None
    """Which part of the answer is wrong: too long a command_length, the command_id of another response, a
    sequence_number that nobody used, or octets without meaning instead of an answer."""
    repeat: int = 1
    """How often the answer is sent."""
    sequence_number: SequenceStyle = "copied"
    """That of the request, 0, or one that no request had."""

    @property
    def is_accepted(self) -> bool:
        """Whether the SMSC takes the message: a lost or broken answer does not undo that, a refusal does."""
        return self.how == "none" or (self.how == "response" and self.status == CommandStatus.ESME_ROK)

    @property
    def is_plain(self) -> bool:
        """Whether the answer is a status and nothing else: no delay, no fault, no octet out of the ordinary."""
        return self == Reply(status=self.status, by_name=self.by_name)


ACCEPTED = Reply()
"""ESME_ROK at once."""
