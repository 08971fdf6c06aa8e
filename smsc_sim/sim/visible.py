"""Making hostile text harmless where people read it."""

from __future__ import annotations

import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that move the cursor, reorder the line or do not show: controls, formats, separators, ..."""


def visible(text: str) -> str:
    r"""``text`` with every control, bidirectional and invisible character as an escape such as ``\x1b``.

    So a system_id or a message can neither forge a log line nor reorder a page.
    """
    if text.isprintable():
        # Nothing of the categories above, in one pass that costs next to nothing.
        return text
    return "".join(
        character if unicodedata.category(character) not in _HIDDEN else character.encode("unicode_escape").decode()
        for character in text
    )
