"""Text that came over the air, made safe to look at.

What a handset or an ESME sends may hold control characters, line breaks, and characters that turn the direction
of the text around them (Unicode Standard Annex 9), so that a page shows something else than what is there. HTML
escaping does nothing about these; here each becomes an escape that can be seen.
"""

import unicodedata
from typing import Final

from markupsafe import Markup

from smsc_sim.sim.visible import visible as escaped

# ZERO WIDTH NON-JOINER and JOINER spell Persian, Indic scripts and many emoji, and hide nothing.
_SPELLING: Final = frozenset({"\u200c", "\u200d"})

_ESCAPE: Final = Markup('<span class="escape" title="{}">{}</span>')
_REST: Final = Markup('<span class="rest">… {} more characters</span>')


def visible(text: str, limit: int = 500) -> Markup:
    """``text`` as HTML in which nothing is hidden; characters beyond ``limit`` are counted, not shown."""
    shown = text[:limit]
    if len(shown) == len(text) and shown.isprintable():
        return Markup.escape(text)
    parts: list[str | Markup] = []
    plain: list[str] = []
    for character in shown:
        escape = escaped(character)
        if escape == character or character in _SPELLING:
            plain.append(character)
        else:
            parts += ["".join(plain), _ESCAPE.format(_title(character), escape)]
            plain = []
    parts.append("".join(plain))
    if len(text) > limit:
        parts.append(_REST.format(f"{len(text) - limit:,}"))
    return Markup("").join(parts)


def _title(character: str) -> str:
    # Control characters have no name in Unicode.
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".rstrip()
