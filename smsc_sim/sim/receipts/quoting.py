"""What a receipt quotes of its message."""

from __future__ import annotations

import re

from smsc_sim.smpp.coding import encode_text
from smsc_sim.smpp.segments import user_text

QUOTED_CHARACTERS = 20
"""How much of the message a receipt quotes (SMPP 3.4 appendix B)."""

_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


def quoted_text(text: str, characters: int = QUOTED_CHARACTERS, default: str = "gsm7") -> bytes:
    """The first ``characters`` of the text as they stand in a receipt: in the default alphabet.

    Control characters become spaces (a line break ends the match of many a parser), and characters that the default
    alphabet does not have become ``?``. Among the parts of a receipt nothing is packed.
    """
    quoted = _CONTROLS.sub(" ", text[:characters])
    return encode_text(quoted, 0, "gsm7" if default == "gsm7-packed" else default, replace=True)


def quoted_octets(short_message: bytes, esm_class: int, data_coding: int) -> bytes:
    """The same for a short_message as it stands; a user data header is left out."""
    return quoted_text(
        user_text({"short_message": short_message, "esm_class": esm_class, "data_coding": data_coding}, [])
    )
