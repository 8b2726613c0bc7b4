"""What no partial fill can turn: a quick answer to most of `policy.judge.fills`, from the fast judge's tables.

On the way to its end a set of orders is filled by anything between nothing and all, and booking leaves anything in
the residues' boxes. So every number stays within some *swing* of what it is at the end; and a leaf whose measure is
further from its bound than both can swing is as true in every state as it is at the end. A formula of such leaves is
*steady*, and so is the outcome of an obligation whose rungs are. The bounds are wide and take no notice of numbers
that move together: what is not steady here may well be safe, and is for the reference to decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from operator import add, mul, sub
from typing import assert_never

from policy.interval import ZERO
from policy.ir.bound import Bound, Kind, Point
from policy.judge.columns import (
    Alls,
    Anys,
    Baskets,
    Counts,
    Cuts,
    Extremes,
    Facts,
    FormulaColumn,
    Formulas,
    Leaves,
    Nots,
    Rows,
    ScalarColumn,
    Scalars,
    Squares,
    Stage,
    Sums,
    Tops,
    formulas,
    lifted,
    ordered,
    scalars,
    top,
)
from policy.judge.fast import Answers, RuleTable, Tables
from policy.judge.lattice import swings


@dataclass(frozen=True, slots=True)
class Way:
    """`end`: every node where all is filled; `swings`: how far each can be from that, on the same scale. Then what
    columns said of that, by their identity: how far each row moves, the most of them, which are steady."""

    end: Stage
    swings: Sequence[int]
    moves: dict[int, Sequence[int]] = field(default_factory=dict)
    tops: dict[int, int] = field(default_factory=dict)
    sure: dict[int, Sequence[bool]] = field(default_factory=dict)


def by_rule(tables: Tables, places: Iterable[int]) -> Mapping[int, Sequence[int]]:
    """The rows of the places in their rules' tables, by the rules' numbers: once for many sets of orders."""
    rows: dict[int, list[int]] = {}
    for place in places:
        number, row = tables.at[place]
        rows.setdefault(number, []).append(row)
    return rows


def turning(answers: Answers, rows: Mapping[int, Sequence[int]]) -> list[int]:
    """The places, of those in `rows`, whose outcome is not shown to be the same in every state on the way to
    `answers.point`."""
    tables, stage = answers.tables, answers.stage
    way = Way(stage, swings(tables.lattice, _reach(tables.bound, answers.point), stage.one))
    found: list[int] = []
    for number, asked in rows.items():
        rule = tables.rules[number]
        found += [rule.places[row] for row in _turning(rule, answers.said[number].truths, asked, way)]
    return found


def _turning(rule: RuleTable, truths: Sequence[bool | None], asked: Sequence[int], way: Way) -> Iterable[int]:
    """Later rungs are asked only where the first does not hold."""
    firsts, slow = _formulas(rule.firsts, way), len(rule.fast) < len(rule.places)
    if all(firsts) and all(truths) and not slow:
        return ()
    fallen = [row for row in asked if truths[row] is not True]
    further = [(rows, _formulas(column, way)) for rows, column in rule.further] if fallen else []
    later = {row for row in fallen for rows, found in further if row in rows and not found[rows[row]]}
    judged = set(rule.fast) if slow else range(len(rule.places))
    return [row for row in asked if not firsts[row] or row in later or row not in judged]


def _reach(bound: Bound, point: Point) -> dict[str, Fraction]:
    """How far each quantity can be from the point: all of an order may be missing, and a residue of an account that is
    traded in may be nothing, or anything in its box."""
    reach = {name: abs(amount) for name, amount in point.items() if amount}
    traded = {bound.quantities[name].account for name in reach}
    for residue in bound.quantities.values():
        if residue.kind is Kind.RESIDUE and residue.account in traded:
            end = point.get(residue.name, ZERO)
            reach[residue.name] = max(end - min(ZERO, residue.low), max(ZERO, residue.high) - end)
    return reach


# --- formulas ----------------------------------------------------------------------------------


def _formulas(mixed: Formulas, way: Way) -> Sequence[bool]:
    sure = way.sure.get(id(mixed))
    if sure is None:
        sure = way.sure[id(mixed)] = ordered(mixed, [_formula(column, way) for column in mixed.columns])
    return sure


def _formula(column: FormulaColumn, way: Way) -> Sequence[bool]:
    match column:
        case Leaves():
            return _leaves(column, way)
        case Alls(parts, cuts):
            found = _formulas(parts, way)
            return [all(found[cut]) for cut in cuts]
        case Anys(lasts, others, cuts):
            found = _formulas(others, way)
            return [last and all(found[cut]) for last, cut in zip(_formulas(lasts, way), cuts, strict=True)]
        case Nots(parts):
            return _formulas(parts, way)
        case Facts(truths):
            return [True] * len(truths)
        case _:
            assert_never(column)


def _leaves(column: Leaves, way: Way) -> Sequence[bool]:
    """Whether both sides are further apart than they can swing; where they meet, a limit that is not strict holds."""
    if column.level and _is_far(column, way):
        return [True] * len(column.numbers)
    sides = zip((column.measures, column.bounds), column.lifted, strict=True)
    (values, moves), (bounds, shifts) = (
        [lifted(found, up, way.end.one) for found in (scalars(side, way.end), _scalars(side, way))]
        for side, up in sides
    )
    apart = map(sub, bounds, values) if column.floor is column.strict else map(sub, values, bounds)
    found = [room >= swing or -room > swing for room, swing in zip(apart, map(add, moves, shifts), strict=True)]
    if column.bases is None:
        return found
    bases = zip(scalars(column.bases, way.end), _scalars(column.bases, way), strict=True)
    return [sure and base > swing for sure, (base, swing) in zip(found, bases, strict=True)]


def _is_far(column: Leaves, way: Way) -> bool:
    """Whether what is most stays under the bound that all have, were it to move as far as what moves most."""
    room = scalars(column.bounds, way.end)[0] - top(column.measures, way.end)[0]
    return room >= _most(column.measures, way) + _scalars(column.bounds, way)[0]


def _most(mixed: Scalars, way: Way) -> int:
    found = way.tops.get(id(mixed))
    if found is None:
        found = way.tops[id(mixed)] = max(_scalars(mixed, way))
    return found


# --- scalars -----------------------------------------------------------------------------------


def _scalars(mixed: Scalars, way: Way) -> Sequence[int]:
    """How far each can be from where it is at the end."""
    moves = way.moves.get(id(mixed))
    if moves is None:
        moves = way.moves[id(mixed)] = ordered(mixed, [_scalar(column, way) for column in mixed.columns])
    return moves


def _scalar(column: ScalarColumn, way: Way) -> Sequence[int]:
    match column:
        case Rows():
            return _rows(column, way.swings)
        case Baskets(inner, whens, cuts):
            return _baskets(inner, whens, cuts, way)
        case Counts(whens, factors, cuts):
            sure = _formulas(whens, way)
            return [sure[cut].count(False) * f * way.end.one for cut, f in zip(cuts, factors, strict=True)]
        case Tops(sizes, inner, cuts):
            moves = _scalars(inner, way)
            return [sum(sorted(moves[cut], reverse=True)[:k]) for cut, k in zip(cuts, sizes, strict=True)]
        case Extremes(_, inner, cuts):
            moves = _scalars(inner, way)
            return [max(moves[cut]) for cut in cuts]
        case Sums(numerators, denominators, inner, cuts):
            parts = zip(numerators, denominators, _scalars(inner, way), strict=True)
            moves = [-(-abs(a) * swing // abs(b)) for a, b, swing in parts]
            return [sum(moves[cut]) for cut in cuts]
        case Squares(factors, roots, cuts):
            ends = zip(factors, scalars(roots, way.end), _scalars(roots, way), strict=True)
            moves = [abs(factor) * (2 * abs(root) + swing) * swing for factor, root, swing in ends]
            return [sum(moves[cut]) for cut in cuts]
        case _:
            assert_never(column)


def _rows(rows: Rows, swings: Sequence[int]) -> Sequence[int]:
    if not rows.terms:
        return [0] * rows.size
    total, *more = [
        pick(swings) if factors is None else map(mul, map(abs, factors), pick(swings)) for pick, factors in rows.terms
    ]
    for product in more:
        total = map(add, total, product)
    return list(total) * rows.size if rows.alike else list(total)


def _baskets(inner: Scalars, whens: Formulas, cuts: Cuts, way: Way) -> Sequence[int]:
    """A member whose condition may turn comes or goes as a whole."""
    found, sure = _scalars(inner, way), _formulas(whens, way)
    held, worth = formulas(whens, way.end).truths, scalars(inner, way.end)
    moves = [
        (swing if holds else 0) if settled else abs(value) + swing
        for swing, settled, holds, value in zip(found, sure, held, worth, strict=True)
    ]
    return [sum(moves[cut]) for cut in cuts]
