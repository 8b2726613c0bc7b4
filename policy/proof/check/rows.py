"""Formulas and scalars to rows (docs/rows.md): what the verifier lets a certificate lean on.

Every row here holds for every compliant point, with some values of the binaries and auxiliary columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from math import isqrt
from typing import assert_never

from policy.proof.check.case import Basket, Count, Formula, Greatest, Least, Linear, Scalar, Squares, Sum, Top
from policy.proof.check.columns import (
    ONE,
    Box,
    Condition,
    Expr,
    NotEncodedError,
    added,
    boxed,
    times,
)
from policy.proof.check.ranges import ZERO
from policy.proof.check.required import AllOf, AnyOf, Flat, Node, Test, as_linear, simplified, step_below
from policy.proof.check.searched import has_rows, is_cone
from policy.proof.check.sheet import MARKS, Sheet, add, auxiliary, binary
from policy.proof.duality import Line

When = tuple[str, int] | None
"""The binary column, and its value, that switches a formula on."""


def require(sheet: Sheet, formula: Formula, place: str) -> None:
    """Rows that hold wherever the formula is true."""
    _require(sheet, _wanted(sheet, formula, True), place, None)


# --- formulas ----------------------------------------------------------------------------------


def _wanted(sheet: Sheet, formula: Formula, wanted: bool) -> Node:
    def fits(test: Test) -> bool:
        return has_rows(sheet, test)

    return simplified(formula, wanted, sheet.columns, fits)


def _wanted_whole(sheet: Sheet, formula: Formula, wanted: bool) -> Node:
    """NotEncodedError where a test in it has no rows."""

    def fits(test: Test) -> bool:
        if not has_rows(sheet, test):
            raise NotEncodedError
        return True

    return simplified(formula, wanted, sheet.columns, fits)


def _require(sheet: Sheet, node: Node, place: str, when: When) -> None:
    match node:
        case True:
            return
        case False:
            _forbid(sheet, place, when)
        case AllOf(parts):
            for k, part in enumerate(parts):
                if sheet.wants(f"{place}.{k}"):
                    _require(sheet, part, f"{place}.{k}", when)
        case AnyOf(parts):
            choices = [binary(sheet, f"{place}.{k}") for k in range(len(parts))]
            add(sheet, place, added([*choices, times(-ONE, _on(when))]), low=ZERO)
            for k, part in enumerate(parts):
                if sheet.wants(f"{place}.{k}"):
                    _require(sheet, part, f"{place}.{k}", (f"{place}.{k}", 1))
        case Flat(expr, gap):
            _at_most(sheet, place, expr, gap, when)
        case Test(more=Squares(squares), less=Squares(((share, axis),))) if is_cone(sheet, node):
            _cone(sheet, squares, share, sheet.columns.end(axis, False), place, when)
        case Test(strict=strict):
            expr = _expression(sheet, node, place)
            if not expr.terms:
                _require(sheet, expr.const < 0 if strict else expr.const <= 0, place, when)
                _conditions(sheet, place, expr.conditions, when)
            else:
                _at_most(sheet, place, expr, step_below(expr, sheet.lattice) if strict else ZERO, when)
        case _:
            assert_never(node)


def _cone(
    sheet: Sheet, squares: Sequence[tuple[Fraction, Linear]], share: Fraction, axis: Expr, place: str, when: When
) -> None:
    """Σ weight · z · value ≤ r · axis for each tangent point z: the inequality of Cauchy and Schwarz. A value that is
    not exact stands at its high end, so that its z must not be negative."""
    ends = [sheet.columns.end(value, side) for _, value in squares for side in (True, False)]
    _conditions(sheet, place, added([axis, *ends]).conditions, when)
    axis, unknown = Expr(axis.const, axis.terms), [not sheet.columns.is_exact(value) for _, value in squares]
    sizes = [_size(sheet, value, f"{place}.{k}") for k, (_, value) in enumerate(squares)]
    for j, points in enumerate(sheet.tangents.get(place, ())):
        if len(points) != len(squares) or any(z < 0 and hidden for z, hidden in zip(points, unknown, strict=True)):
            continue
        length = share * sum((w * z * z for (w, _), z in zip(squares, points, strict=True)), ZERO)
        n, d = length.numerator, length.denominator
        parts = [times(-Fraction(isqrt(n * d << 80) + 1, d << 40), axis)]
        for (weight, _), size, z in zip(squares, sizes, points, strict=True):
            parts.append(times(weight * z, size))
        cut = added(parts)
        slack = max(ZERO, boxed(cut, sheet.box)[1])
        add(sheet, f"{place}/{j}", added([cut, times(-slack, _off(when))]), high=ZERO)


def _size(sheet: Sheet, value: Linear, place: str) -> Expr:
    """What is as far from 0 as the value can be: where that may be on either side, a column above both."""
    low, high = sheet.columns.end(value, False), sheet.columns.end(value, True)
    least = boxed(low, sheet.box)[0]
    if sheet.columns.is_exact(value) or least >= 0:
        return high
    size = auxiliary(sheet, f"{place}#", ZERO, max(-least, boxed(high, sheet.box)[1], ZERO))
    add(sheet, place, added([high, times(-ONE, size)]), high=ZERO)
    add(sheet, f"{place}/minus", added([times(-ONE, low), times(-ONE, size)]), high=ZERO)
    return size


def _forbid(sheet: Sheet, place: str, when: When) -> None:
    if when is None:
        sheet.rows[place] = Line((), None, -ONE)
    else:
        column, on = when
        add(sheet, place, Expr(terms=((ONE, column),)), low=None if on else ONE, high=ZERO if on else None)


def _at_most(sheet: Sheet, place: str, expr: Expr, gap: Fraction, when: When) -> None:
    """expr ≤ −gap, where `when` is on; and the conditions under which expr is an end at all."""
    slack = max(ZERO, boxed(expr, sheet.box)[1] + gap)
    add(sheet, place, added([expr, Expr(gap), times(-slack, _off(when))]), high=ZERO)
    _conditions(sheet, place, expr.conditions, when)


def _conditions(sheet: Sheet, place: str, conditions: Iterable[Condition], when: When) -> None:
    for j, (sign, column, waiver) in enumerate(sorted(conditions)):
        condition = Expr(terms=((Fraction(sign), column),))
        slack = boxed(condition, sheet.box)[1]
        waived = times(-slack, Expr(terms=((ONE, waiver),))) if waiver else Expr()
        add(sheet, f"{place}/?{j}", added([condition, waived, times(-slack, _off(when))]), high=ZERO)


def _on(when: When) -> Expr:
    """1 where the switch is on, 0 where it is off."""
    if when is None:
        return Expr(ONE)
    column, value = when
    return Expr(terms=((ONE, column),)) if value else Expr(ONE, ((-ONE, column),))


def _off(when: When) -> Expr:
    return added([Expr(ONE), times(-ONE, _on(when))])


# --- scalars -----------------------------------------------------------------------------------


def _expression(sheet: Sheet, test: Test, place: str) -> Expr:
    more = _outer(sheet, test.more, f"{place}.{test.more_at}", True)
    return added([more, times(-ONE, _outer(sheet, test.less, f"{place}.{test.less_at}", False))])


def _outer(sheet: Sheet, scalar: Scalar, place: str, over: bool) -> Expr:
    """At least the scalar's value (`over`), or at most, at every point that satisfies the rows."""
    linear = as_linear(scalar)
    if linear is not None:
        return sheet.columns.end(linear, over)
    match scalar:
        case Basket(members):
            parts = (_member(sheet, value, when, f"{place}.{k}", over) for k, (value, when) in enumerate(members))
            return added(parts)
        case Count(members):
            return added(_counted(sheet, when, f"{place}.{k}", over) for k, when in enumerate(members))
        case Top(count, values):
            return _top(sheet, count, [sheet.columns.end(value, over) for value in values], place, over)
        case Greatest(parts) | Least(parts):
            ends = [_outer(sheet, part, f"{place}.{k}", over) for k, part in enumerate(parts)]
            return _extreme(sheet, ends, place, over, greatest=isinstance(scalar, Greatest))
        case Squares(squares):
            return _squares(sheet, squares, place)
        case Sum(weighted):
            return added(
                times(factor, _outer(sheet, part, f"{place}.{k}", over if factor >= 0 else not over))
                for k, (factor, part) in enumerate(weighted)
            )
        case Linear():
            raise AssertionError("a linear scalar was handled above")
        case _:
            assert_never(scalar)


def _member(sheet: Sheet, value: Linear, when: Formula, place: str, over: bool) -> Expr:
    """What a basket's member adds: its value unless proven outside, and zero too unless proven inside."""
    end = sheet.columns.end(value, over)
    low, high = boxed(end, sheet.box)
    if low == high == 0 and not end.conditions:
        return Expr()
    try:
        outside, inside = _wanted_whole(sheet, when, False), _wanted_whole(sheet, when, True)
    except NotEncodedError:
        return Expr(min(ZERO, low) if over else max(ZERO, high))
    if outside is True:
        return Expr()
    if inside is True:
        return end
    sign = ONE if over else -ONE
    column, size = auxiliary(sheet, f"{place}#", min(ZERO, low), max(ZERO, high), [end]), high if over else -low
    if end.conditions and outside is not False:
        binary(sheet, f"{place}-")
        column = Expr(terms=column.terms, conditions=frozenset((way, t, f"{place}-") for way, t, _ in end.conditions))
    else:
        column = Expr(terms=column.terms, conditions=end.conditions)
    if not sheet.wants(place):
        return column
    above = added([times(sign, end), times(-sign, column)])  # at most 0, unless the member is proven outside
    if outside is not False and (size > 0 or end.conditions):
        size = _least_slack(sheet, size, end, outside, sign, sheet.columns.is_exact(value))
        above = added([above, times(-size, _proven(sheet, outside, f"{place}-"))])
    add(sheet, place, above, high=ZERO)
    reach = low if over else high
    if reach * sign < 0:
        proven = _proven(sheet, inside, f"{place}+") if inside is not False else Expr()
        add(sheet, f"{place}/on", added([times(sign * reach, proven), times(-sign, column)]), high=ZERO)
    return column


def _least_slack(sheet: Sheet, size: Fraction, end: Expr, outside: Node, sign: Fraction, exact: bool) -> Fraction:
    """How far above its column a member's value can be while it is proven outside."""
    parts = outside.parts if isinstance(outside, AllOf) else (outside,)
    tests = [part for part in parts if isinstance(part, Flat) and part.exact] if exact else []
    gaps = (added([times(sign, end), times(-ONE, test.expr), Expr(-test.step)]) for test in tests)
    return max(ZERO, min([size, *(boxed(gap, sheet.box)[1] for gap in gaps)]))


def _counted(sheet: Sheet, when: Formula, place: str, over: bool) -> Expr:
    """1 unless proven not to hold (`over`), or 1 if proven to hold."""
    proof = _wanted(sheet, when, not over)
    if isinstance(proof, bool):
        return Expr(ONE if proof is not over else ZERO)
    held = _proven(sheet, proof, f"{place}{'-' if over else '+'}")
    return added([Expr(ONE), times(-ONE, held)]) if over else held


def _proven(sheet: Sheet, node: Node, place: str) -> Expr:
    """A binary that is 1 only where the formula holds."""
    switch = binary(sheet, place)
    if sheet.wants(place.rstrip(MARKS)):
        _require(sheet, node, place, (place, 1))
    return switch


def _top(sheet: Sheet, count: int, values: Sequence[Expr], place: str, over: bool) -> Expr:
    if len(values) <= count:
        return added(values)
    boxes = [boxed(value, sheet.box) for value in values]
    if not over:
        return _chosen(sheet, count, values, boxes, place)
    lowest = min(low for low, _ in boxes)
    threshold = auxiliary(sheet, f"{place}^", lowest, max(high for _, high in boxes), values)
    parts = [times(Fraction(count), threshold)]
    for k, (value, (_, high)) in enumerate(zip(values, boxes, strict=True)):
        excess = auxiliary(sheet, f"{place}.{k}^", ZERO, max(ZERO, high - lowest), values)
        add(sheet, f"{place}.{k}", added([value, times(-ONE, threshold), times(-ONE, excess)]), high=ZERO)
        parts.append(excess)
    return added([*parts, Expr(conditions=added(values).conditions)])


def _chosen(sheet: Sheet, count: int, values: Sequence[Expr], boxes: Sequence[Box], place: str) -> Expr:
    """The sum of `count` chosen values: never above that of the largest."""
    parts, choices = [], []
    for k, (value, (low, high)) in enumerate(zip(values, boxes, strict=True)):
        at = f"{place}.{k}"
        column, choice = auxiliary(sheet, f"{at}#", min(ZERO, low), max(ZERO, high), [value]), binary(sheet, at)
        slack = max(ZERO, high) - low
        unchosen = added([Expr(ONE), times(-ONE, choice)])
        add(sheet, at, added([column, times(-ONE, value), times(-slack, unchosen)]), high=ZERO)
        add(sheet, f"{at}/on", added([column, times(-max(ZERO, high), choice)]), high=ZERO)
        parts.append(column)
        choices.append(choice)
    add(sheet, place, added(choices), low=Fraction(count), high=Fraction(count))
    return added(parts)


def _extreme(sheet: Sheet, ends: Sequence[Expr], place: str, over: bool, *, greatest: bool) -> Expr:
    """The greatest or least: beyond all of them, or no further than a chosen one."""
    boxes = [boxed(end, sheet.box) for end in ends]
    pick: Callable[[list[Fraction]], Fraction] = max if greatest else min
    low, high = pick([low for low, _ in boxes]), pick([high for _, high in boxes])
    column = auxiliary(sheet, f"{place}#", low, high, ends)
    sign = ONE if over else -ONE
    choices = []
    for k, (end, (end_low, end_high)) in enumerate(zip(ends, boxes, strict=True)):
        gap = times(sign, added([end, times(-ONE, column)]))
        if over is not greatest:
            choices.append(binary(sheet, f"{place}.{k}"))
            slack = end_high - low if over else high - end_low
            gap = added([gap, times(-slack, added([Expr(ONE), times(-ONE, choices[k])]))])
        add(sheet, f"{place}.{k}", gap, high=ZERO)
    if choices:
        add(sheet, place, added(choices), low=ONE)
    return Expr(terms=column.terms, conditions=added(ends).conditions)


def _squares(sheet: Sheet, squares: Sequence[tuple[Fraction, Linear]], place: str) -> Expr:
    values = [(weight, sheet.columns.end(value, True)) for weight, value in squares]
    boxes = [boxed(value, sheet.box) for _, value in values]
    largest = sum(
        (weight * max(low * low, high * high) for (weight, _), (low, high) in zip(values, boxes, strict=True)), ZERO
    )
    column = auxiliary(sheet, f"{place}#", ZERO, largest)
    for j, points in enumerate(sheet.tangents.get(place, ())):
        if len(points) == len(values):
            tangent = [
                added([times(2 * weight * p, value), Expr(-weight * p * p)])
                for (weight, value), p in zip(values, points, strict=True)
            ]
            add(sheet, f"{place}/{j}", added([*tangent, times(-ONE, column)]), high=ZERO)
    return column
