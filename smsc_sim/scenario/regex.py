r"""Regular expressions that cannot make the server wait: what could is refused with the reason.

They are those of Python as far as they go: literals, ``.``, classes, ``\d \w \s \b``, groups, ``|``,
``* + ? {m,n}`` and their lazy forms, ``^ $`` and a leading ``(?i)``. They are searched for anywhere in the first
CHARACTERS_SEARCHED characters; ``.`` stands for a line break, too.
"""

import re
from typing import Final

from smsc_sim.scenario.regex_cost import estimate
from smsc_sim.scenario.regex_literal import literal_of
from smsc_sim.scenario.regex_reader import Unsafe, read_regex
from smsc_sim.scenario.value_kind import BadValue

BAD_REGEX: Final = "E031"

LONGEST_REGEX: Final = 200
"""Characters of an expression."""

CHARACTERS_SEARCHED: Final = 1_000
"""Characters of a text; what comes behind them is not looked at."""

MOST_STEPS: Final = 20 * CHARACTERS_SEARCHED * CHARACTERS_SEARCHED
"""Steps that the search in one text may take, by a careful estimate: less than a tenth of a second."""

_ANYTHING_FIRST = re.compile(r"\A(\(\?i\))?\^?(?:\.\*\??)+(?![*+?{])")
""""Anything" at the beginning: it says nothing in a search, and would be tried at every place."""


class Regex:
    """One expression. Immutable by habit, and hashable."""

    __slots__ = ("_search", "ignores_case", "literal", "pattern")

    def __init__(self, pattern: str) -> None:
        """Raises BadValue for an expression that cannot be read, or that could take too long."""
        if len(pattern) > LONGEST_REGEX:
            raise BadValue(pattern, f"is longer than {LONGEST_REGEX} characters", code=BAD_REGEX)
        searched = _ANYTHING_FIRST.sub(lambda found: found[1] or "", pattern, count=1)
        try:
            read_regex(pattern)
            expression = read_regex(searched)
        except Unsafe as unsafe:
            raise BadValue(
                pattern, f"is no regular expression that can be used here: {unsafe}", code=BAD_REGEX
            ) from None
        steps = estimate(expression, CHARACTERS_SEARCHED)
        if steps > MOST_STEPS:
            reason = (
                "could take very long on some texts: one repetition inside another, or several that can take the same "
                "characters; anchor it with ^, or test for parts of it with 'contains'"
            )
            raise BadValue(pattern, reason, code=BAD_REGEX)
        try:
            compiled = re.compile(searched, re.DOTALL)
        except (re.error, OverflowError) as error:
            raise BadValue(pattern, f"is no regular expression: {error}", code=BAD_REGEX) from None
        self.pattern = pattern
        self.ignores_case = pattern.startswith("(?i)")
        self.literal = literal_of(expression)
        """ASCII characters that are in every text in which it is found, in any case if case does not matter."""
        self._search = compiled.search

    def found_in(self, text: str) -> bool:
        """Return whether the expression is found in the text."""
        return self._search(text, 0, CHARACTERS_SEARCHED) is not None

    def __eq__(self, other: object) -> bool:
        """Return whether both are the same expression."""
        return isinstance(other, Regex) and self.pattern == other.pattern

    def __hash__(self) -> int:
        """Return the expression's hash."""
        return hash(self.pattern)

    def __repr__(self) -> str:
        """Return the expression as code."""
        return f"Regex({self.pattern!r})"
