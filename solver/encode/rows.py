"""Formulas and scalars written as rows (docs/rows.md, "Formulas to rows" and "Scalars to columns")."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import assert_never

from policy.interval import ZERO
from policy.ir.bound import (
    Basket,
    Count,
    Formula,
    Greatest,
    Least,
    Lin,
    Member,
    Quad,
    Scalar,
    Sum,
    TopK,
)
from policy.ir.meaning import Values
from policy.proof.certificate import Cut
from solver.encode.expression import NOTHING, Expression, Open, added, column, constant, scaled, strict_step
from solver.encode.node import Cone, Curved, Every, Half, Node, Root, Some, plain
from solver.encode.normal import truth
from solver.encode.sheet import MINUS_ONE, ONE, Sheet
from solver.model import Row, Standing
from solver.scale import nearly, root_above

Switch = tuple[str, int]
"""A binary column, and the value at which it demands something."""


@dataclass(slots=True)
class Draft:
    """The rows of one source, while it is not yet known whether all of it can be written."""

    sheet: Sheet
    source: str
    tangents: Sequence[Values] = ()  # at each tangent point
    rows: list[Row] = field(default_factory=list)
    whole: bool = True  # until a part of it cannot be written

    def at_most(self, name: str, e: Expression, standing: Standing = Standing.EXACT) -> None:
        """The row e ≤ 0."""
        if e.terms or e.const > 0:
            self.rows.append(self._row(name, e, None, -e.const, standing))

    def at_least(self, name: str, e: Expression) -> None:
        """The row e ≥ 0."""
        if e.terms or e.const < 0:
            self.rows.append(self._row(name, e, -e.const, None, Standing.EXACT))

    def equal(self, name: str, e: Expression, standing: Standing = Standing.EXACT) -> None:
        """The row e = 0."""
        if e.terms or e.const != 0:
            self.rows.append(self._row(name, e, -e.const, -e.const, standing))

    def _row(self, name: str, e: Expression, low: Fraction | None, high: Fraction | None, standing: Standing) -> Row:
        path = name[len(self.source) + 1 :] if name.startswith(self.source + ":") else ""
        return Row(name, self.sheet.counted(e), low, high, standing, self.source, path)


# --- formulas ------------------------------------------------------------------------------------


def require(node: Node, place: str, when: Switch | None, draft: Draft) -> None:
    """Rows that make the node true while `when` demands it."""
    match node:
        case bool():
            if not node:
                draft.at_most(place, ONE_MORE_THAN_NOTHING if when is None else _on(when))
        case Every(parts):
            for k, part in enumerate(parts):
                require(part, f"{place}.{k}", when, draft)
        case Some(parts):
            _choose(place, len(parts), when, draft)
            for k, part in enumerate(parts):
                require(part, f"{place}.{k}", (f"{place}.{k}", 1), draft)
        case Half(expression, step, top, closed):
            _leaf(place, expression, step, top, closed, when, draft)
        case Cone():
            _cone(place, node, when, draft)
        case Curved(measure, bound, sign, strict):
            total = added(NOTHING, Fraction(sign), worst(measure, sign, f"{place}.m", draft))
            total = added(total, Fraction(-sign), worst(bound, -sign, f"{place}.b", draft))
            if not total.terms:
                require(total.const < 0 or (total.const == 0 and not strict), place, when, draft)
                _conditions(place, total.opens, when, draft)
                return
            step = strict_step(draft.sheet.lattice(total)) if strict else ZERO
            _leaf(place, total, step, draft.sheet.box(total)[1], not strict or step > 0, when, draft)
        case _:
            assert_never(node)


ONE_MORE_THAN_NOTHING = constant(ONE)


def _choose(place: str, parts: int, when: Switch | None, draft: Draft) -> None:
    """At least one of the parts is switched on, while `when` demands it."""
    chosen = {draft.sheet.binary(f"{place}.{k}"): ONE for k in range(parts)}
    needed = ONE_MORE_THAN_NOTHING if when is None else _on(when)
    draft.at_least(place, added(Expression(ZERO, chosen), -ONE, needed))


def _leaf(
    place: str, e: Expression, step: Fraction, top: Fraction, closed: bool, when: Switch | None, draft: Draft
) -> None:
    """e ≤ −step while `when` demands it; e is at most `top`."""
    standing = Standing.EXACT if closed else Standing.RELAXATION
    tight, most = (Expression(e.const + step, e.terms), top + step) if step else (e, top)
    draft.at_most(place, _while(when, tight, most), standing)
    _conditions(place, e.opens, when, draft)


def _conditions(place: str, opens: tuple[Open, ...], when: Switch | None, draft: Draft) -> None:
    for j, (sign, name, waiver) in enumerate(sorted(opens)):
        condition = column(name, Fraction(sign))
        top = draft.sheet.box(condition)[1]
        waived = added(condition, -top, column(waiver)) if waiver else condition
        draft.at_most(f"{place}/?{j}", _while(when, waived, top))


def _cone(place: str, cone: Cone, when: Switch | None, draft: Draft) -> None:
    """Tangents at given points: by Cauchy and Schwarz, none cuts off a point that keeps the squares."""
    draft.sheet.squares.add(draft.source)
    _conditions(place, cone.opens, when, draft)
    sizes = [(weight, _size(root, f"{place}.{k}", draft)) for k, (weight, root) in enumerate(cone.squares)]
    for j, at in enumerate(draft.tangents):
        points = tuple(nearly(_size_at(root, at, draft)) for _, root in cone.squares)
        draft.sheet.cuts.append(Cut(place, points))
        length = cone.share * sum((w * z * z for (w, _), z in zip(sizes, points, strict=True)), ZERO)
        cut = added(NOTHING, -root_above(length), cone.axis)
        for (weight, size), z in zip(sizes, points, strict=True):
            cut = added(cut, weight * z, size)
        cut = Expression(cut.const, cut.terms)
        if all(z >= 0 or root.high.exact for (_, root), z in zip(cone.squares, points, strict=True)):
            draft.at_most(f"{place}/{j}", _while(when, cut, draft.sheet.box(cut)[1]), Standing.RELAXATION)


def _size(root: Root, place: str, draft: Draft) -> Expression:
    """What is at least as far from zero as the root can be, where it is not exact."""
    if root.low is None:
        return root.high
    low, high = draft.sheet.box(root.low)[0], draft.sheet.box(root.high)[1]
    size = column(draft.sheet.auxiliary(f"{place}#", ZERO, max(-low, high, ZERO)))
    draft.at_most(place, added(root.high, MINUS_ONE, size))
    draft.at_most(f"{place}/minus", added(scaled(MINUS_ONE, root.low), MINUS_ONE, size))
    return size


def _size_at(root: Root, at: Values, draft: Draft) -> Fraction:
    high = _value(root.high, at, draft)
    return high if root.low is None else max(high, -_value(root.low, at, draft))


def _while(when: Switch | None, e: Expression, top: Fraction) -> Expression:
    """e, pushed below zero by its highest value where `when` does not demand e ≤ 0."""
    if when is None or top <= 0:
        return e
    name, value = when
    slack = top if value else -top
    return Expression(e.const - top if value else e.const, {**e.terms, name: slack})


def _on(when: Switch) -> Expression:
    """1 while the switch demands, 0 otherwise."""
    name, value = when
    return column(name) if value else Expression(ONE, {name: -ONE})


# --- scalars -------------------------------------------------------------------------------------


def worst(scalar: Scalar, sign: int, place: str, draft: Draft) -> Expression:
    """An expression that is at least the scalar (sign 1) or at most (sign −1), and can equal it."""
    match scalar:
        case Lin():
            return _end(scalar, sign, draft)
        case Sum(weighted):
            total = NOTHING
            for k, (factor, part) in enumerate(weighted):
                if factor:
                    total = added(total, factor, worst(part, sign if factor > 0 else -sign, f"{place}.{k}", draft))
            return total
        case Basket(members):
            return _sum(_member(m, sign, f"{place}.{k}", draft) for k, m in enumerate(members))
        case Count(counted):
            return _sum(_counted(when, sign, f"{place}.{k}", draft) for k, (_, when) in enumerate(counted))
        case TopK(k, listed):
            return _top(k, [lin for _, lin in listed], sign, place, draft)
        case Greatest(parts):
            return _extreme(parts, 1, sign, place, draft)
        case Least(parts):
            return _extreme(parts, -1, sign, place, draft)
        case Quad(squares):
            return _squares(squares, place, draft)
        case _:
            assert_never(scalar)


def _end(lin: Lin, sign: int, draft: Draft) -> Expression:
    end = draft.sheet.end(lin, sign)
    assert isinstance(end, Expression), "a scalar without an end is not searched, and does not come here"
    return end


def _sum(parts: Iterable[Expression]) -> Expression:
    const, terms, opens = ZERO, dict[str, Fraction](), dict[Open, None]()
    for part in parts:
        const += part.const
        for name, coefficient in part.terms.items():
            terms[name] = terms.get(name, ZERO) + coefficient
        opens |= dict.fromkeys(part.opens)
    return Expression(const, {n: c for n, c in terms.items() if c}, tuple(opens))


def _counted(when: Formula, sign: int, place: str, draft: Draft) -> Expression:
    """Over: one, unless proven false. Under: one, if proven true."""
    node, whole = truth(when, sign < 0, draft.sheet)
    draft.whole = draft.whole and whole
    counts = constant(ONE) if sign > 0 else NOTHING
    if node is False:
        return counts
    if node is True:
        return constant(ONE - counts.const)
    return added(counts, Fraction(-sign), column(_proof(node, place + ("-" if sign > 0 else "+"), draft)))


def _proof(node: Node, place: str, draft: Draft) -> str:
    """A binary that can be 1 only where the node is true."""
    name = draft.sheet.binary(place)
    require(node, place, (name, 1), draft)
    return name


def _member(member: Member, sign: int, place: str, draft: Draft) -> Expression:
    """A basket member's part: its value, unless proven outside; and nothing, unless proven inside."""
    value = _end(member.value, sign, draft)
    low, high = draft.sheet.box(value)
    if low == high == 0 and not value.opens:
        return NOTHING
    outside, whole = truth(member.when, False, draft.sheet)
    inside: Node = False
    if outside is False or not plain(outside) or sign < 0 or low < 0:  # otherwise it may be inside, and is not always
        inside, entered = truth(member.when, True, draft.sheet)
        whole = whole and entered
    if not whole:  # nothing can be said of its membership, so nothing is
        draft.whole = False
        return constant(min(ZERO, low) if sign > 0 else max(ZERO, high))
    if outside is True:
        return NOTHING
    if inside is True:
        return value
    part = draft.sheet.auxiliary(f"{place}#", min(ZERO, low), max(ZERO, high), value)
    # Over: part ≥ value − M·outside and part ≥ low·inside; under is the mirror image.
    side = Fraction(sign)
    largest, smallest = (max(ZERO, high), low) if sign > 0 else (max(ZERO, -low), -high)
    excess = added(added(NOTHING, side, value), -side, column(part))
    opens = value.opens
    if (largest or opens) and outside is not False:
        slack = _largest_outside(value, sign, outside, largest, draft.sheet)
        excess = added(excess, -slack, column(_proof(outside, f"{place}-", draft)))
        opens = tuple((way, name, f"{place}-") for way, name, _ in opens)
    draft.at_most(place, excess)
    if smallest < 0:
        inward = added(NOTHING, -side, column(part))
        if inside is not False:
            inward = added(inward, smallest, column(_proof(inside, f"{place}+", draft)))
        draft.at_most(f"{place}/on", inward)
    return replace(column(part), opens=opens)


def _largest_outside(value: Expression, sign: int, outside: Node, largest: Fraction, sheet: Sheet) -> Fraction:
    """How large sign · value can be for a member that is proven outside."""
    if not value.exact:
        return largest
    tests = [p for p in (outside.parts if isinstance(outside, Every) else (outside,)) if isinstance(p, Half)]
    for test in tests:
        if test.expression.exact:
            rest = added(added(NOTHING, Fraction(sign), value), -ONE, test.expression)
            largest = min(largest, sheet.box(rest)[1] - test.step)
    return max(ZERO, largest)


def _top(k: int, values: list[Lin], sign: int, place: str, draft: Draft) -> Expression:
    ends = [_end(value, sign, draft) for value in values]
    if k >= len(ends):
        return _sum(ends)
    boxes = [draft.sheet.box(end) for end in ends]
    if sign < 0:
        return _chosen(k, ends, place, draft)
    floor, ceiling = min(low for low, _ in boxes), max(high for _, high in boxes)
    threshold = draft.sheet.auxiliary(f"{place}^", floor, ceiling, *ends)
    total = column(threshold, Fraction(k))
    for j, (end, (_, high)) in enumerate(zip(ends, boxes, strict=True)):
        excess = draft.sheet.auxiliary(f"{place}.{j}^", ZERO, max(ZERO, high - floor), *ends)
        draft.at_most(f"{place}.{j}", added(added(end, -ONE, column(threshold)), -ONE, column(excess)))
        total = added(total, ONE, column(excess))
    return replace(total, opens=_sum(ends).opens)


def _chosen(k: int, ends: list[Expression], place: str, draft: Draft) -> Expression:
    """The sum of k chosen values, from below: the best choice is the k largest."""
    choices, total = NOTHING, NOTHING
    for j, end in enumerate(ends):
        low, high = draft.sheet.box(end)
        top = max(ZERO, high)
        part = draft.sheet.auxiliary(f"{place}.{j}#", min(ZERO, low), top, end)
        choice = draft.sheet.binary(f"{place}.{j}")
        slack = top - low
        short = added(added(column(part), -ONE, end), -slack, constant(ONE))
        draft.at_most(f"{place}.{j}", added(short, slack, column(choice)))
        draft.at_most(f"{place}.{j}/on", added(column(part), -top, column(choice)))
        choices, total = added(choices, ONE, column(choice)), added(total, ONE, column(part))
    draft.equal(place, added(choices, Fraction(-k), constant(ONE)))
    return total


def _extreme(parts: tuple[Scalar, ...], peak: int, sign: int, place: str, draft: Draft) -> Expression:
    """The greatest (peak 1) or least (−1) part. Bounded on the side of its peak it is convex; on the other side
    one part is chosen to carry it."""
    ends = [worst(part, sign, f"{place}.{k}", draft) for k, part in enumerate(parts)]
    boxes = [draft.sheet.box(end) for end in ends]
    pick = max if peak > 0 else min
    low, high = pick(box[0] for box in boxes), pick(box[1] for box in boxes)
    name = draft.sheet.auxiliary(f"{place}#", low, high, *ends)
    if peak != sign:
        _choose(place, len(ends), None, draft)
    for k, (end, box) in enumerate(zip(ends, boxes, strict=True)):
        gap = added(added(NOTHING, Fraction(sign), end), Fraction(-sign), column(name))
        if peak != sign:
            slack = high - box[0] if sign < 0 else box[1] - low
            gap = added(added(gap, -slack, constant(ONE)), slack, column(f"{place}.{k}"))
        draft.at_most(f"{place}.{k}", gap)
    return replace(column(name), opens=_sum(ends).opens)


def _squares(squares: tuple[tuple[Fraction, Lin], ...], place: str, draft: Draft) -> Expression:
    """From below by tangents, taken at given points: each is implied, none says all."""
    roots = [(weight, _end(root, 1, draft)) for weight, root in squares]
    boxes = [draft.sheet.box(root) for _, root in roots]
    ceiling = sum((w * max(low * low, high * high) for (w, _), (low, high) in zip(roots, boxes, strict=True)), ZERO)
    name = draft.sheet.auxiliary(f"{place}#", ZERO, ceiling)
    draft.sheet.squares.add(draft.source)
    for j, at in enumerate(draft.tangents):
        cut = column(name, -ONE)
        points = tuple(nearly(_value(root, at, draft)) for _, root in roots)
        draft.sheet.cuts.append(Cut(place, points))
        for (weight, root), value in zip(roots, points, strict=True):
            cut = added(cut, 2 * weight * value, root)
            cut = added(cut, -weight * value * value, constant(ONE))
        draft.at_most(f"{place}/{j}", cut, Standing.RELAXATION)
    return column(name)


def _value(e: Expression, at: Values, draft: Draft) -> Fraction:
    """The expression at the point; an end of a form is worth what it is made of."""
    total = e.const
    for name, coefficient in e.terms.items():
        worth = at.get(name, ZERO)
        if name in draft.sheet.meaning:
            worth = _value(draft.sheet.meaning[name], at, draft)
        assert isinstance(worth, Fraction), "ends are made of numbers"
        total += coefficient * worth
    return total
