"""What a rule costs: money per unit of its limit, once the yes-or-no choices of the answer are kept.

A price is the multiplier of the rule's own limit in the final program with its binaries fixed: loosening the limit by
one unit would save so much, as long as it stays within the range. It is claimed, not proven, and says nothing of
choices that a looser limit would turn; for a rule that binds through a binary the cost is a re-solve without the rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from solver.backend.duals import Relaxation, Solved
from solver.backend.scaled import Box
from solver.certificate import provable
from solver.limit import is_limit
from solver.model import Model, Row


@dataclass(frozen=True, slots=True)
class Price:
    """Money per unit of the limit of `row`, above zero. It holds while the limit is loosened by at most `looser` or
    tightened by at most `tighter`, in its unit; None for without end. `ranged` False: how far is not known."""

    source: str
    row: str
    each: Fraction
    looser: Fraction | None
    tighter: Fraction | None
    ranged: bool


def prices(model: Model, decided: Mapping[str, int]) -> tuple[Price, ...]:
    """The limits that cost something, dearest first (per unit). `decided`: every binary at its value in the answer.
    Nothing where the backend has no answer."""
    program = provable(model)
    boxes: dict[str, Box] = {name: (Fraction(decided[name]), Fraction(decided[name])) for name in program.binaries}
    relaxation = Relaxation(program)
    answer = relaxation.solve(boxes)
    if not isinstance(answer, Solved):
        return ()
    limits = [row for row in model.rows if row.name in answer.duals and is_limit(row)]
    ranges = relaxation.ranges(boxes, [row.name for row in limits])
    found = [_price(row, answer.duals[row.name], ranges.get(row.name)) for row in limits]
    return tuple(sorted(found, key=_each, reverse=True))


def _price(row: Row, multiplier: Fraction, ends: tuple[Fraction | None, Fraction | None] | None) -> Price:
    """A cap loosens upwards, a floor downwards."""
    down, up = ends or (None, None)
    looser, tighter = (up, down) if multiplier < 0 else (down, up)
    return Price(row.source, row.name, abs(multiplier), looser, tighter, ends is not None)


def _each(price: Price) -> Fraction:
    return price.each
