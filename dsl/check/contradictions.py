"""Conditions that nothing can meet: `value > 5% of net assets and value <= 3% of net assets`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from dsl import tree
from dsl.check.demands import constant
from dsl.check.facts import number_of
from dsl.check.place import Problems
from dsl.diagnostic import Diagnostic, Related


@dataclass(frozen=True, slots=True)
class End:
    """One end of a range, and where it is said."""

    value: Fraction
    open: bool
    said: tree.Compare


TWO_NAMES = (
    "security",
    "issuer",
    "ultimate issuer",
    "underlying",
    "investment",
    "voting class",
    "account",
    "household",
)
"""What goes by an id and a name; an issuer by those of its ultimate parent, too."""


def problems(nodes: Iterable[object]) -> Problems:
    for node in nodes:
        if isinstance(node, tree.And):
            yield from _together(node.parts)


def _together(parts: tuple[tree.Cond, ...]) -> Problems:
    """Parts that must all hold: one range per quantity and base, one value per fact."""
    lows: dict[object, End] = {}
    highs: dict[object, End] = {}
    values: dict[object, tree.Is] = {}
    for part in parts:
        match part:
            case tree.Compare(left, op) if (found := _bound(part)) is not None:
                _note(lows if op[0] == ">" else highs, (left, found[0]), End(found[1], len(op) == 1, part))
            case tree.Is(subject) if subject.words not in TWO_NAMES:
                earlier = values.setdefault(subject, part)
                if earlier.value != part.value:
                    yield _never(earlier, part)
            case _:
                pass
    for key, low in lows.items():
        high = highs.get(key)
        if high is not None and (low.value > high.value or (low.value == high.value and (low.open or high.open))):
            first, second = sorted((low.said, high.said), key=lambda said: said.span.start)
            yield _never(first, second)


def _bound(cond: tree.Compare) -> tuple[object, Fraction] | None:
    right = number_of(cond)
    return None if right is None else constant(right)


def _note(ends: dict[object, End], key: object, end: End) -> None:
    """The tighter of two ends counts."""
    known = ends.get(key)
    lower = end.said.op[0] == ">"
    if known is None or (end.value > known.value if lower else end.value < known.value):
        ends[key] = end


def _never(first: tree.Cond, second: tree.Cond) -> Diagnostic:
    return Diagnostic(
        "M301", "this is never true: the two conditions exclude each other", second.span,
        "join them with `or`, or correct a number", related=(Related("the other condition", first.span),),
    )  # fmt: skip
