"""What has to be true, as nodes that rows are written from, and their simplification (docs/rows.md, "Simplify")."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from policy.ir.bound import Scalar
from solver.encode.expression import Expression, Open, added
from solver.encode.sheet import MINUS_ONE, Sheet


@dataclass(frozen=True, slots=True)
class Half:
    """expression ≤ −step. `closed` is False where a strict comparison has no lattice to take its step from. `top`:
    the end of the expression's box."""

    expression: Expression
    step: Fraction
    top: Fraction
    closed: bool = True


@dataclass(frozen=True, slots=True)
class Curved:
    """A leaf with a scalar that is more than linear: sign · (measure − bound) ≤ 0, or < 0."""

    measure: Scalar
    bound: Scalar
    sign: int
    strict: bool


@dataclass(frozen=True, slots=True)
class Root:
    """What is squared: `high` its value where it is exact, else its high end. `low`: its low end, where that may be
    negative, so that the square may be largest there."""

    high: Expression
    low: Expression | None


@dataclass(frozen=True, slots=True)
class Cone:
    """Σ weight · root² ≤ share · axis², axis never negative: a risk against a share of net assets. `opens`: as of a
    leaf."""

    squares: tuple[tuple[Fraction, Root], ...]
    share: Fraction
    axis: Expression
    opens: tuple[Open, ...]


@dataclass(frozen=True, slots=True)
class Every:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Some:
    parts: tuple[Node, ...]


Node = bool | Half | Curved | Cone | Every | Some

MANY = 8  # an `any` with more parts is not searched for implied ones


def plain(node: Node) -> bool:
    """Whether only linear tests of known numbers are in it: then its opposite can be written too, and boxes that prove
    one exclude the other."""
    match node:
        case Every(parts) | Some(parts):
            return all(plain(part) for part in parts)
        case Half(expression):
            return expression.exact
        case _:
            return isinstance(node, bool)


# --- simplify ------------------------------------------------------------------------------------


def every(parts: Iterable[Node]) -> Node:
    kept = _flat(parts, Every, decisive=False)
    return False if kept is None else kept[0] if len(kept) == 1 else Every(tuple(kept)) if kept else True


def some(parts: Iterable[Node], sheet: Sheet) -> Node:
    kept = _flat(parts, Some, decisive=True)
    if kept is None:
        return True
    kept = _without_implied(kept, sheet) if 1 < len(kept) <= MANY else kept
    return kept[0] if len(kept) == 1 else Some(tuple(kept)) if kept else False


def _flat(parts: Iterable[Node], same: type[Every] | type[Some], *, decisive: bool) -> list[Node] | None:
    """The parts, and the parts of those that are joined the same way; None where one of them decides for all."""
    kept: list[Node] = []
    for part in parts:
        if part is decisive:
            return None
        if isinstance(part, same):
            kept += part.parts
        elif not isinstance(part, bool):
            kept.append(part)
    return kept


def _without_implied(parts: list[Node], sheet: Sheet) -> list[Node]:
    dropped: set[int] = set()
    for k in reversed(range(len(parts))):  # of two that say the same, the first stays
        others = (part for j, part in enumerate(parts) if j != k and j not in dropped)
        if any(_implies(parts[k], wide, sheet) for wide in others):
            dropped.add(k)
    return [part for k, part in enumerate(parts) if k not in dropped]


def _implies(narrow: Node, wide: Node, sheet: Sheet) -> bool:
    """Whether `narrow` ≤ 0 makes `wide` ≤ 0, by the box of their difference."""
    if not isinstance(narrow, Half) or not isinstance(wide, Half):
        return False
    if not (narrow.expression.exact and wide.expression.exact and wide.closed):
        return False
    difference = added(wide.expression, MINUS_ONE, narrow.expression)
    return sheet.box(difference)[1] <= narrow.step - wide.step
