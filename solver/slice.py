"""The linear requirements that hold on one side of every either-or: the obligations as seen from one point.

An obligation is a choice between ways of obeying it; near a given point one way is the natural one. A slice takes
it and says what is then required, each requirement linear in quantities and forms. Rounding and repair work in a
slice, where a unit more or less has a plain effect; the judge has the last word on what they find.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce
from typing import assert_never

from policy.interval import ZERO, dot
from policy.ir.bound import (
    Basket,
    Bound,
    Count,
    Domain,
    Formula,
    Greatest,
    Least,
    Lin,
    Outcome,
    Quad,
    Scalar,
    Sum,
    TopK,
)
from solver.encode.expression import NOTHING, Expression, Open, added, column, constant, joined, scaled
from solver.encode.node import Cone, Curved, Every, Half, Node, Root, Some
from solver.encode.normal import needed, truth
from solver.encode.sheet import LOW, Sheet
from solver.scale import root_above

NEAR = Fraction(1, 10**7)
"""A requirement missed by this share of its own size counts as met: it is a float's error, not a choice."""
STRICTLY = Fraction(1, 10**9)
"""Of its own size: by how much a strict test that has no step is to be kept."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """expression + step ≤ 0; `place` names the row of the model that says the same (docs/rows.md)."""

    obligation: str
    place: str
    expression: Expression
    step: Fraction


@dataclass(frozen=True, slots=True)
class Slice:
    """All requirements at a point, and the sheet that knows what the columns in them mean. `missed`: by how much the
    point misses the one that it misses most, as a share of its size."""

    requirements: tuple[Requirement, ...]
    sheet: Sheet
    missed: Fraction


@dataclass(frozen=True, slots=True)
class Way:
    """One way of obeying: what it requires, and by how much the point misses that, as a share of its size."""

    requirements: tuple[Requirement, ...]
    missed: Fraction


@dataclass(frozen=True, slots=True)
class View:
    """Where an obligation is looked at from. `at`: the value of every column that can be asked for; of a claim, also
    the choices that it makes."""

    obligation: str
    sheet: Sheet
    at: Mapping[str, Fraction]


MET = Way((), ZERO)
HOPELESS = Way((), Fraction(10**9))


def slice_at(bound: Bound, allowed: frozenset[Outcome], at: Mapping[str, Fraction], sheet: Sheet) -> Slice:
    """The slice around a point, given by the values of quantities (in their own units) and of forms."""
    found: list[Requirement] = []
    missed = ZERO
    for obligation in bound.obligations:
        node, _ = needed(obligation, allowed, sheet)
        way = _way(node, f"{obligation.id}:0", View(obligation.id, sheet, at))
        found += way.requirements
        missed = max(missed, way.missed)
    found += [_cash(domain, sheet) for domain in bound.domains]
    return Slice(tuple(found), sheet, missed)


def _cash(domain: Domain, sheet: Sheet) -> Requirement:
    left = sheet.end(Lin(ZERO, ((Fraction(1), domain.cash),)), LOW)
    source = f"domain {domain.account}"
    if not isinstance(left, Expression):  # nobody knows whether anything can be paid for
        return Requirement(source, f"{source}:cash", constant(Fraction(1)), ZERO)
    return Requirement(source, f"{source}:cash", added(constant(domain.cash_floor), Fraction(-1), left), ZERO)


def worth(e: Expression, sheet: Sheet, at: Mapping[str, Fraction]) -> Fraction:
    """The expression's value at the point; a form that the point does not give is worth what it is made of."""
    return dot(e.const, ((c, column_at(name, sheet, at)) for name, c in e.terms.items()))


def column_at(name: str, sheet: Sheet, at: Mapping[str, Fraction]) -> Fraction:
    """The column's value, in the quantity's or form's own unit."""
    if name in at:
        return at[name]
    return worth(sheet.definition(name), sheet, at) if name in sheet.forms or name in sheet.meaning else ZERO


# --- formulas ------------------------------------------------------------------------------------


def _way(node: Node, place: str, view: View) -> Way:
    """The way that the point misses least."""
    match node:
        case bool():
            return MET if node else HOPELESS
        case Every(parts):
            return _all(_way(part, f"{place}.{k}", view) for k, part in enumerate(parts))
        case Some(parts):
            taken = [view.at.get(f"{place}.{k}", ZERO) for k in range(len(parts))]
            ways = [_way(part, f"{place}.{k}", view) for k, part in enumerate(parts)]
            return min(zip(ways, taken, strict=True), key=_closest)[0]
        case Half(expression, step, _, closed):
            return _test(expression, step if closed else _least(expression, view), place, view)
        case Cone(squares, share, axis, opens):
            sizes = [(w, _farther(root, view)) for w, root in squares]
            points = [worth(size, view.sheet, view.at) for _, size in sizes]
            length = share * sum((w * z * z for (w, _), z in zip(sizes, points, strict=True)), ZERO)
            pull = _total((w * z, size) for (w, size), z in zip(sizes, points, strict=True))
            cut = added(pull, -root_above(length), axis)
            return _test(Expression(cut.const, cut.terms, opens), ZERO, place, view)
        case Curved(measure, bound, sign, strict):
            there, first = _worst(measure, sign, f"{place}.m", view)
            back, second = _worst(bound, -sign, f"{place}.b", view)
            total = added(added(NOTHING, Fraction(sign), there), Fraction(-sign), back)
            return _all((first, second, _test(total, _least(total, view) if strict else ZERO, place, view)))
        case _:
            assert_never(node)


def _farther(root: Root, view: View) -> Expression:
    """The end of what is squared that is farther from zero."""
    if root.low is None:
        return root.high
    other = scaled(Fraction(-1), root.low)
    return max((root.high, other), key=lambda e: worth(e, view.sheet, view.at))


def _closest(way: tuple[Way, Fraction]) -> tuple[Fraction, Fraction, Fraction]:
    """First what the point misses least; of ways that it as good as keeps, the one that a claim has taken."""
    found, taken = way
    return max(found.missed, NEAR), -taken, found.missed


def _all(ways: Iterable[Way]) -> Way:
    found = tuple(ways)
    return Way(tuple(r for way in found for r in way.requirements), max((way.missed for way in found), default=ZERO))


def _least(e: Expression, view: View) -> Fraction:
    """The step of a strict test without one."""
    return STRICTLY * (_size(e, view) or 1)


def _size(e: Expression, view: View) -> Fraction:
    return dot(abs(e.const), ((abs(c), abs(column_at(name, view.sheet, view.at))) for name, c in e.terms.items()))


def _test(e: Expression, step: Fraction, place: str, view: View) -> Way:
    """expression + step ≤ 0, where all open conditions are met; of these, the reach is the size."""
    found = [Requirement(view.obligation, place, Expression(e.const, e.terms), step)]
    excess = worth(e, view.sheet, view.at) + step
    missed = excess / (_size(e, view) or 1) if excess > 0 else ZERO
    for j, (sign, name, _) in enumerate(sorted(e.opens)):
        condition = column(name, Fraction(sign))
        found.append(Requirement(view.obligation, f"{place}/?{j}", condition, ZERO))
        excess = worth(condition, view.sheet, view.at)
        missed = max(missed, excess / (view.sheet.box(condition)[1] or 1) if excess > 0 else ZERO)
    return Way(tuple(found), missed)


# --- scalars -------------------------------------------------------------------------------------

Side = tuple[Expression, Way]
"""An expression that stands for a scalar around the point, and what that takes."""


def _worst(scalar: Scalar, sign: int, place: str, view: View) -> Side:
    match scalar:
        case Lin():
            return _end(scalar, sign, view), MET
        case Sum(weighted):
            sided = ((k, factor, part) for k, (factor, part) in enumerate(weighted) if factor)
            parts = [(f, _worst(part, sign if f > 0 else -sign, f"{place}.{k}", view)) for k, f, part in sided]
            return _total((factor, e) for factor, (e, _) in parts), _all(way for _, (_, way) in parts)
        case Basket(members):
            return _together(
                _counted(m.when, _end(m.value, sign, view), sign, f"{place}.{k}", view) for k, m in enumerate(members)
            )
        case Count(counted):
            one = constant(Fraction(1))
            return _together(_counted(when, one, sign, f"{place}.{k}", view) for k, (_, when) in enumerate(counted))
        case TopK(k, listed):
            return _top(k, [_end(value, sign, view) for _, value in listed], sign, place, view)
        case Greatest(parts) | Least(parts):
            sides = [_worst(part, sign, f"{place}.{k}", view) for k, part in enumerate(parts)]
            pick = max if isinstance(scalar, Greatest) else min
            expression, way = pick(sides, key=lambda side: worth(side[0], view.sheet, view.at))
            return replace(expression, opens=_opens(e for e, _ in sides)), way
        case Quad(squares):
            return _total(_tangent(weight, _end(root, 1, view), view) for weight, root in squares), MET
        case _:
            assert_never(scalar)


def _end(lin: Lin, sign: int, view: View) -> Expression:
    end = view.sheet.end(lin, sign)
    assert isinstance(end, Expression), "a scalar without an end is not searched, and does not come here"
    return end


def _total(parts: Iterable[tuple[Fraction, Expression]]) -> Expression:
    total = NOTHING
    for factor, part in parts:
        total = added(total, factor, part)
    return total


def _opens(parts: Iterable[Expression]) -> tuple[Open, ...]:
    return reduce(joined, (part.opens for part in parts), ())


def _together(sides: Iterable[Side]) -> Side:
    found = tuple(sides)
    return _total((Fraction(1), e) for e, _ in found), _all(way for _, way in found)


def _top(k: int, ends: list[Expression], sign: int, place: str, view: View) -> Side:
    """The k largest of the point. From above the others must not pass the smallest of them."""
    ranked = sorted(((worth(e, view.sheet, view.at), j, e) for j, e in enumerate(ends)), reverse=True)
    if sign < 0 or k >= len(ranked):
        return _total((Fraction(1), e) for _, _, e in ranked[:k]), MET
    least = ranked[k - 1][0]
    above = [(w, j, e) for w, j, e in ranked[:k] if w > least]
    rest = Fraction(k - len(above)) * least
    kept = tuple(
        Requirement(view.obligation, f"{place}.{j}", added(e, -least, constant(Fraction(1))), ZERO)
        for w, j, e in ranked
        if w <= least
    )
    total = added(_total((Fraction(1), e) for _, _, e in above), rest, constant(Fraction(1)))
    return replace(total, opens=_opens(ends)), Way(kept, ZERO)


def _counted(when: Formula, value: Expression, sign: int, place: str, view: View) -> Side:
    """A member's part: nothing where it is proven outside, its value where it is proven inside, the worse of the
    two otherwise. Of what the point allows, the part that helps most."""
    amount = sign * worth(value, view.sheet, view.at)
    if amount > 0 or (sign > 0 and value.opens):
        outside = _way(truth(when, False, view.sheet)[0], f"{place}-", view)
        return (NOTHING, outside) if outside.missed <= NEAR else (value, MET)
    if amount < 0:
        inside = _way(truth(when, True, view.sheet)[0], f"{place}+", view)
        return (value, inside) if inside.missed <= NEAR else (NOTHING, MET)
    return NOTHING, MET


def _tangent(weight: Fraction, root: Expression, view: View) -> tuple[Fraction, Expression]:
    """2·z·root − z² at the point's own z."""
    z = worth(root, view.sheet, view.at)
    return weight, added(added(NOTHING, 2 * z, root), -z * z, constant(Fraction(1)))
