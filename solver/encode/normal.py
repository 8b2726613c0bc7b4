"""What has to be true, in the shape in which rows are written (docs/rows.md, "Which formula" to "Simplify").

A ladder and the outcomes that may be used become one formula; `not` goes down to the leaves; ratios lose their
base; leaves that boxes decide disappear. Unknown satisfies neither a formula nor its negation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import assert_never

from policy.interval import ZERO
from policy.ir.bound import (
    All,
    Any,
    Basket,
    Count,
    Formula,
    Greatest,
    Leaf,
    Least,
    Lin,
    Not,
    Obligation,
    Op,
    Outcome,
    Quad,
    Rung,
    Scalar,
    Sum,
    TopK,
    Truth,
)
from solver.encode.expression import NOTHING, Box, Expression, added, joined, strict_step
from solver.encode.node import Cone, Curved, Half, Node, Root, every, some
from solver.encode.sheet import HIGH, LOW, MINUS_ONE, ONE, Missing, Sheet

CAPS = frozenset({Op.LE, Op.LT})
STRICT = frozenset({Op.LT, Op.GT})
COMPLEMENT = {Op.LE: Op.GT, Op.GT: Op.LE, Op.LT: Op.GE, Op.GE: Op.LT}
NIL = Lin(ZERO)


@dataclass(slots=True)
class Reading:
    """One formula being read. `whole` turns False when a part of it cannot be written as rows."""

    sheet: Sheet
    whole: bool = True


def truth(formula: Formula, positive: bool, sheet: Sheet) -> tuple[Node, bool]:
    """What makes the formula true (or false), and whether all of it can be written. Read once per sheet."""
    key = id(formula), positive
    if key not in sheet.read:
        reading = Reading(sheet)
        sheet.read[key] = formula, (required(formula, positive, reading), reading.whole)
    return sheet.read[key][1]


def needed(obligation: Obligation, allowed: frozenset[Outcome], sheet: Sheet) -> tuple[Node, bool]:
    """What makes the obligation end in an allowed outcome, and whether rows can say exactly that."""
    key = id(obligation), allowed
    if key not in sheet.read:
        formula, tight = permitted(obligation, allowed, sheet)
        reading = Reading(sheet)
        node = required(formula, True, reading)
        sheet.read[key] = obligation, (node, tight and reading.whole)
    return sheet.read[key][1]


# --- which formula -------------------------------------------------------------------------------


def permitted(obligation: Obligation, allowed: frozenset[Outcome], sheet: Sheet) -> tuple[Formula, bool]:
    """The formula that is true exactly where the ladder ends in an allowed outcome, and whether the rows of it
    say no more than that (the obligation is not loose)."""
    tight = True
    otherwise = obligation.otherwise in allowed
    if len(obligation.ladder) == 1 and not otherwise and obligation.ladder[0].outcome is Outcome.PASS in allowed:
        return obligation.ladder[0].formula, True  # the usual case, quickly
    formula: Formula = Truth(otherwise)
    for place, rung in reversed([*enumerate(obligation.ladder)]):
        if rung.outcome in allowed:
            if tight and rung.outcome.rank > Outcome.WARN.rank:  # a rung before it that is unknown is no pass
                tight = all(exact(before.formula, sheet) for before in obligation.ladder[: place + 1])
            formula = Any((rung.formula, formula))
        elif _passed_over(rung, obligation, allowed) and not exact(rung.formula, sheet):
            tight = False
        else:
            formula = All((Not(rung.formula), formula))
    return formula, tight


def _passed_over(rung: Rung, obligation: Obligation, allowed: frozenset[Outcome]) -> bool:
    """Whether a later rung's outcome may be the answer while this one is unknown."""
    return obligation.unknown_is_breach or (rung.outcome is Outcome.WAIVED and Outcome.CONSENT in allowed)


def exact(node: Formula | Scalar, sheet: Sheet) -> bool:
    """Whether it is always true or false, never unknown. A ratio is not: its base may be zero."""
    match node:
        case Lin():
            return sheet.exact(node)
        case Truth(value, _):
            return value is not None
        case Leaf(_, _, _, base) if base is not None:
            return False
        case _:
            return all(exact(part, sheet) for part in _inside(node))


def _inside(node: Formula | Scalar) -> Iterator[Formula | Scalar]:
    match node:
        case Lin() | Truth():
            return
        case Leaf(measure, _, bound):
            yield from (measure, bound)
        case Not(part):
            yield part
        case All(parts) | Any(parts) | Greatest(parts) | Least(parts):
            yield from parts
        case Basket(members):
            for member in members:
                yield from (member.value, member.when)
        case Count(counted):
            yield from (when for _, when in counted)
        case TopK(_, values):
            yield from (value for _, value in values)
        case Quad(squares):
            yield from (root for _, root in squares)
        case Sum(weighted):
            yield from (part for _, part in weighted)
        case _:
            assert_never(node)


# --- down to the leaves --------------------------------------------------------------------------


def required(formula: Formula, positive: bool, reading: Reading) -> Node:
    """What makes the formula true (or, with `positive` False, false)."""
    match formula:
        case Truth(value, _):
            return value is positive
        case Not(part):
            return required(part, not positive, reading)
        case All(parts) | Any(parts):
            found = [required(part, positive, reading) for part in parts]
            return every(found) if isinstance(formula, All) is positive else some(found, reading.sheet)
        case Leaf():
            return _leaf(formula, positive, reading)
        case _:
            assert_never(formula)


def _leaf(leaf: Leaf, positive: bool, reading: Reading) -> Node:
    compared = Leaf(leaf.measure, leaf.op if positive else COMPLEMENT[leaf.op], leaf.bound)
    if leaf.base is None or (positive and _needs_no_guard(leaf, leaf.base, reading.sheet)):
        return _comparison(compared, reading)
    measure, base = leaf.measure, leaf.base
    above = Leaf(base, Op.GT, NIL)
    below = Leaf(base, Op.LE, NIL)
    if positive:
        nothing = (below, Leaf(base, Op.GE, NIL), Leaf(measure, Op.LE, NIL), Leaf(measure, Op.GE, NIL))
        return required(Any((All((above, compared)), All(nothing))), True, reading)
    if leaf.op in CAPS:
        over_nothing = All((Leaf(measure, Op.GT, NIL), Any((below, compared))))
        return required(Any((All((above, compared)), over_nothing)), True, reading)
    return required(All((above, compared)), True, reading)


def _needs_no_guard(leaf: Leaf, base: Lin, sheet: Sheet) -> bool:
    """A cap of p times a base that is never negative says the same at a base of zero."""
    if leaf.op is not Op.LE or not isinstance(leaf.measure, Lin) or not isinstance(leaf.bound, Lin):
        return False
    if not sheet.exact(base) or not _proportional(leaf.bound, base):
        return False
    lowest = sheet.end(leaf.measure, -1), sheet.end(base, -1)
    return all(isinstance(end, Expression) and not end.opens and sheet.box(end)[0] >= 0 for end in lowest)


def _proportional(bound: Lin, base: Lin) -> bool:
    """bound = p · base, term by term in order, for one p above zero; base is exact."""
    if [name for _, name in bound.terms] != [name for _, name in base.terms]:
        return False
    pairs = [(bound.const, base.const)] + [(a, b) for (a, _), (b, _) in zip(bound.terms, base.terms, strict=True)]
    shares: set[Fraction] = set()
    for a, b in pairs:
        if not isinstance(a, Fraction) or not isinstance(b, Fraction) or (b == 0 and a != 0):
            return False
        if b:
            shares.add(a / b)
    return len(shares) == 1 and min(shares) > 0


def _comparison(leaf: Leaf, reading: Reading) -> Node:
    sign, strict = (1 if leaf.op in CAPS else -1), leaf.op in STRICT
    if (apart := _apart(leaf, sign, reading.sheet)) is not None:
        return half(apart[0], strict, reading.sheet, apart[1])
    there, back = (ONE, MINUS_ONE) if sign > 0 else (MINUS_ONE, ONE)
    sides = [*linear(leaf.measure, there), *linear(leaf.bound, back)]
    if None in sides:
        return _curved(leaf, sign, strict, reading)
    total = NOTHING
    for factor, lin in (side for side in sides if side is not None):
        end = reading.sheet.end(lin, 1 if factor.numerator > 0 else -1)
        if end is Missing.NEVER:
            return False
        if end is Missing.UNSEARCHED:
            reading.whole = False
            return True
        assert isinstance(end, Expression)
        total = added(total, factor, end)
    return half(total, strict, reading.sheet)


def _apart(leaf: Leaf, sign: int, sheet: Sheet) -> tuple[Expression, Box] | None:
    """sign · (measure − bound) and its box, where both sides are exact and share no column: the usual case, quickly."""
    if not isinstance(leaf.measure, Lin) or not isinstance(leaf.bound, Lin):
        return None
    left, right = sheet.known(leaf.measure), sheet.known(leaf.bound)
    if left is None or right is None or not left.value.terms.keys().isdisjoint(right.value.terms):
        return None
    more, less = (left, right) if sign > 0 else (right, left)
    const = more.value.const - less.value.const if less.value.const else more.value.const
    terms = {**more.value.terms, **{name: -c for name, c in less.value.terms.items()}}
    return Expression(const, terms), (more.low - less.high, more.high - less.low)


def half(e: Expression, strict: bool, sheet: Sheet, extent: Box | None = None) -> Node:
    """e ≤ 0 or e < 0, decided where the boxes decide it. `extent`: the box of e, where it is known already."""
    step = strict_step(sheet.lattice(e)) if strict else ZERO
    bottom, top = extent or sheet.box(e)
    least, most = ((end + step if step else end).numerator for end in (bottom, top))  # as much above zero as e + step
    open_end = strict and not step
    if not e.opens and (most < 0 if open_end else most <= 0):
        return True
    if least >= 0 if open_end else least > 0:
        return False
    return Half(e, step, top, closed=not open_end)


def linear(scalar: Scalar, factor: Fraction) -> list[tuple[Fraction, Lin] | None]:
    """factor · scalar as linear parts; a None among them where it is more than linear. A factor of zero drops out."""
    if not factor:
        return []
    if isinstance(scalar, Lin):
        return [(factor, scalar)]
    if isinstance(scalar, Sum):
        return [part for weight, inner in scalar.parts for part in linear(inner, factor * weight)]
    return [None]


def _curved(leaf: Leaf, sign: int, strict: bool, reading: Reading) -> Node:
    below, above = (leaf.measure, leaf.bound) if sign > 0 else (leaf.bound, leaf.measure)
    if (cone := _cone(below, above, reading.sheet)) is not None:
        return cone
    if not searchable(leaf.measure, sign, reading.sheet) or not searchable(leaf.bound, -sign, reading.sheet):
        reading.whole = False
        return True
    return Curved(leaf.measure, leaf.bound, sign, strict)


def _cone(below: Scalar, above: Scalar, sheet: Sheet) -> Cone | None:
    if not isinstance(below, Quad) or not isinstance(above, Quad) or len(above.squares) != 1:
        return None
    ((share, lin),) = above.squares
    axis = sheet.end(lin, LOW)
    ends = [(weight, sheet.end(root, LOW), sheet.end(root, HIGH)) for weight, root in below.squares]
    known = [(w, low, high) for w, low, high in ends if isinstance(low, Expression) and isinstance(high, Expression)]
    if not isinstance(axis, Expression) or sheet.box(axis)[0] < 0 or len(known) < len(ends):
        return None
    squares = tuple((w, Root(high, low if _both_ways(low, sheet) else None)) for w, low, high in known)
    opens = reduce(joined, (end.opens for _, low, high in known for end in (low, high)), axis.opens)
    return Cone(squares, share, axis, opens)


def _both_ways(low: Expression, sheet: Sheet) -> bool:
    return not low.exact and sheet.box(low)[0] < 0


def searchable(scalar: Scalar, sign: int, sheet: Sheet) -> bool:
    """Whether rows can bound the scalar from above (sign 1) or below (−1). What is counted or switched is
    asked for later, formula by formula."""
    match scalar:
        case Lin():
            return isinstance(sheet.end(scalar, sign), Expression)
        case Quad(squares):
            return sign > 0 and all(sheet.exact(root) for _, root in squares)
        case Count():
            return True
        case Basket(members):
            return all(_bounded(member.value, sign, sign > 0, sheet) for member in members)
        case TopK(k, values):
            return all(_bounded(value, sign, sign > 0 or k >= len(values), sheet) for _, value in values)
        case Greatest(parts) | Least(parts):
            convex = (sign > 0) is isinstance(scalar, Greatest)
            return all(searchable(part, sign, sheet) and (convex or closed(part, sign, sheet)) for part in parts)
        case Sum(weighted):
            return all(searchable(part, sign if factor > 0 else -sign, sheet) for factor, part in weighted if factor)
        case _:
            assert_never(scalar)


def _bounded(value: Lin, sign: int, may_be_open: bool, sheet: Sheet) -> bool:
    end = sheet.end(value, sign)
    return isinstance(end, Expression) and (may_be_open or not end.opens)


def closed(scalar: Scalar, sign: int, sheet: Sheet) -> bool:
    """Whether the searchable scalar is a number on that side, whatever is traded."""
    match scalar:
        case Lin():
            return _bounded(scalar, sign, False, sheet)
        case Quad() | Count():
            return True
        case Basket(members):
            return all(_bounded(member.value, sign, False, sheet) for member in members)
        case TopK(_, values):
            return all(_bounded(value, sign, False, sheet) for _, value in values)
        case Greatest(parts) | Least(parts):
            return all(closed(part, sign, sheet) for part in parts)
        case Sum(weighted):
            return all(closed(part, sign if factor > 0 else -sign, sheet) for factor, part in weighted if factor)
        case _:
            assert_never(scalar)
