"""How many steps a search with backtracking could take: an estimate that errs on the careful side.

A repetition that must stop where it stops, because what follows it begins with other characters, costs its
length once. One that could stop anywhere tries what follows at every place. One that could itself be taken in
several ways, and is repeated, has no bound worth the name.
"""

import functools
import itertools
import math
import operator
from collections.abc import Iterable

from smsc_sim.scenario.regex_reader import END, EVERY, Anchor, Characters, Choice, Expression, Repetition, Sequence

ACCEPT = 0
"""What follows the end of the expression: nothing that could fail."""


def estimate(expression: Expression, characters: int) -> float:
    """Return the most steps for a text of so many characters; ``math.inf`` when they grow exponentially."""
    starts = 1 if _is_anchored(expression) else characters
    return starts * _cost(expression, ACCEPT, 0.0, characters)


def _is_anchored(expression: Expression) -> bool:
    if isinstance(expression, Sequence):
        return bool(expression.items) and _is_anchored(expression.items[0])
    if isinstance(expression, Choice):
        return all(map(_is_anchored, expression.branches))
    return expression == Anchor("^")


def _first(expression: Expression, follow: int) -> int:
    """Return what a match can begin with, when ``follow`` comes after it."""
    if isinstance(expression, Characters):
        return expression.bits
    if isinstance(expression, Anchor):
        return END | 1 << ord("\n") if expression.name == "$" else follow
    if isinstance(expression, Repetition):
        return _first(expression.item, follow) | (follow if expression.least == 0 else 0)
    if isinstance(expression, Choice):
        return _union(_first(branch, follow) for branch in expression.branches)
    for item in reversed(expression.items):
        follow = _first(item, follow)
    return follow


def _union(sets: Iterable[int]) -> int:
    return functools.reduce(operator.or_, sets, 0)


def _cost(expression: Expression, follow: int, rest: float, characters: int) -> float:
    """Return the steps to match the expression and what comes after it, which takes ``rest`` steps to fail."""
    if isinstance(expression, Characters | Anchor):
        return 1 + rest
    if isinstance(expression, Sequence):
        for item in reversed(expression.items):
            rest = _cost(item, follow, rest, characters)
            follow = _first(item, follow)
        return rest
    if isinstance(expression, Choice):
        costs = [_cost(branch, follow, rest, characters) for branch in expression.branches]
        return len(costs) + (sum(costs) if _is_ambiguous_choice(expression, follow) else max(costs))
    return _repetition_cost(expression, follow, rest, characters)


def _repetition_cost(repetition: Repetition, follow: int, rest: float, characters: int) -> float:
    most = characters if repetition.most is None else repetition.most
    begin = _first(repetition.item, follow)
    if most <= 1:
        without = rest if repetition.least == 0 else 0.0
        return 1 + _cost(repetition.item, follow, rest, characters) + without
    if _is_ambiguous(repetition.item, begin | follow or EVERY):
        return math.inf
    once = _cost(repetition.item, begin | follow, 0.0, characters)
    if follow == ACCEPT and not rest:
        return once * max(repetition.least, 1)
    if begin & follow:
        return once * most + (most - repetition.least + 1) * rest
    return once * most + most - repetition.least + rest


def _is_ambiguous_choice(choice: Choice, follow: int) -> bool:
    beginnings = [_first(branch, follow) for branch in choice.branches]
    return any(one & other for one, other in itertools.combinations(beginnings, 2))


def _is_ambiguous(expression: Expression, follow: int) -> bool:
    """Return whether some text could be taken in more than one way."""
    if isinstance(expression, Characters | Anchor):
        return False
    if isinstance(expression, Choice):
        inner = any(_is_ambiguous(branch, follow) for branch in expression.branches)
        return inner or _is_ambiguous_choice(expression, follow)
    if isinstance(expression, Repetition):
        begin = _first(expression.item, follow)
        varies = expression.most != expression.least
        return _is_ambiguous(expression.item, begin | follow) or (varies and bool(begin & follow))
    for item in reversed(expression.items):
        if _is_ambiguous(item, follow):
            return True
        follow = _first(item, follow)
    return False
