"""How the number of a message is written as its message id: in the response, in the receipt's text, in its TLV."""

from dataclasses import dataclass
from typing import Literal, get_args

IdBase = Literal["decimal", "hex", "hex_lower", "zero", "empty", "absent"]
"""``hex``: 1A2B; ``hex_lower``: 1a2b; ``zero``: always 0; ``empty``: no characters; ``absent``: not even the part."""

ID_BASES: tuple[IdBase, ...] = get_args(IdBase)

LONGEST_ID = 64
"""Characters of message_id without its NUL, SMPP 3.4 section 5.2.23."""


@dataclass(frozen=True, slots=True)
class IdForm:
    """One way to write a message's number."""

    base: IdBase = "decimal"
    width: int = 0
    """Digits to which the number is filled up with zeros."""
    digits: int = 0
    """Digits that are kept, the last ones; 0: all."""
    prefix: str = ""
    """Stands before the digits."""

    @property
    def is_absent(self) -> bool:
        """Whether the place that would carry the id is left out: the part of the text, or the TLV."""
        return self.base == "absent"

    @property
    def is_plain(self) -> bool:
        """Whether the id is digits only, made of the number."""
        return self.base in {"decimal", "hex", "hex_lower"}

    def is_unique(self, number: int) -> bool:
        """Return whether no message before the one with this number has had its id."""
        if not self.is_plain or len(self.prefix) + max(self.width, 20) > LONGEST_ID:
            return False
        return not self.digits or number < (10 if self.base == "decimal" else 16) ** self.digits

    def format(self, number: int) -> str:
        """Return the id of the message with this number; "" when it is empty or absent."""
        if self.base == "decimal":
            digits = str(number)
        elif self.base == "hex":
            digits = f"{number:X}"
        elif self.base == "hex_lower":
            digits = f"{number:x}"
        else:
            return "0" if self.base == "zero" else ""
        digits = digits.zfill(self.width)
        return (self.prefix + (digits[-self.digits :] if self.digits else digits))[:LONGEST_ID]


@dataclass(frozen=True, slots=True)
class IdForms:
    """The id of one message in the three places that carry it."""

    reply: IdForm = IdForm(width=10)
    """message_id in submit_sm_resp."""
    receipt: IdForm = IdForm(width=10)
    """``id:`` in the receipt's text."""
    tlv: IdForm = IdForm(width=10)
    """receipted_message_id in the receipt."""


@dataclass(frozen=True, slots=True)
class IdChange:
    """What a rule, an account or the scenario's defaults change of the forms; None leaves a place as it is."""

    reply: IdForm | None = None
    receipt: IdForm | None = None
    tlv: IdForm | None = None

    def applied_to(self, forms: IdForms) -> IdForms:
        """Return the forms with this change made."""
        return IdForms(self.reply or forms.reply, self.receipt or forms.receipt, self.tlv or forms.tlv)
