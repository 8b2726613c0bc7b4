"""Partly filled orders: whether an obligation holds in every state between two batches, and in every mixture of fills.

While a batch works, each of its quantities may be nothing, or anything from one tradable unit to all of it, freely of
the others. What exact booking adds to an account (its residue) is anything in its box, but nothing while nothing is
filled there. A linear test is decided exactly by the signs of its coefficients over the quantities that trade;
everything above by ranges, which is sound and sometimes not enough.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import assert_never

from policy.proof.check.case import (
    RANK,
    All,
    Any,
    Basket,
    Case,
    Count,
    Formula,
    Greatest,
    Kind,
    Leaf,
    Least,
    Linear,
    Not,
    Obligation,
    Outcome,
    Scalar,
    Squares,
    Sum,
    Top,
    Truth,
)
from policy.proof.check.evaluate import Values, linear, outcome, possible, settled
from policy.proof.check.orders import point_of
from policy.proof.check.ranges import ZERO, Number, between, negative, times, total
from policy.proof.check.required import as_linear
from policy.proof.proposal import Order, Proposal

ONE = Fraction(1)


class Shown(StrEnum):
    """The promises of a check that have to be shown."""

    ALWAYS = "passes always"
    ORDERED = "passes if these fill before those"


@dataclass(frozen=True, slots=True)
class Fills:
    """Obligations whose promise is refuted by a state, and those for which neither was shown."""

    broken: tuple[str, ...]
    open: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """`box`: what each quantity that moves may be. `lines`: every name over those alone, so that what cancels does.
    `ranges`: what each name may be."""

    box: Values
    lines: Mapping[str, Linear]
    ranges: Values


def fills(case: Case, proposal: Proposal, end: Values, promised: Mapping[str, Shown]) -> Fills:
    """What of the promises can be shown. A state is allowed when its outcome is no worse than `waived`, or no worse
    than at the end."""
    batches = _batches(proposal.orders)
    done = [point_of(case, [order for batch in batches[:k] for order in batch]) for k in range(len(batches) + 1)]
    between_batches = [_stage(case, before, {}).ranges for before in done[:-1]]
    ways = {
        Shown.ALWAYS: [_stage(case, {}, done[-1])],
        Shown.ORDERED: [_stage(case, done[k], point_of(case, batch)) for k, batch in enumerate(batches)],
    }
    broken, unshown = [], []
    for name, promise in promised.items():
        obligation = case.obligations[name]
        limit = max(RANK[Outcome.WAIVED], RANK[outcome(obligation, end)])
        if any(_fails(obligation, at, limit) for at in between_batches):
            broken.append(name)
        elif not all(_holds(obligation, stage, limit) for stage in ways[promise]):
            unshown.append(name)
    return Fills(tuple(broken), tuple(unshown))


def _batches(orders: Sequence[Order]) -> list[list[Order]]:
    return [[order for order in orders if order.batch == batch] for batch in sorted({order.batch for order in orders})]


def _stage(case: Case, before: Mapping[str, Fraction], moving: Mapping[str, Fraction]) -> Stage:
    """From `before`, anything up to all of `moving`."""
    box: dict[str, Number] = {name: between(ZERO, amount) for name, amount in moving.items()}
    booked = {case.quantities[name].account for name in before}
    lines = {name: Linear(before.get(name, ZERO), ()) for name in case.quantities}
    for name in moving:
        lines[name] = Linear(before.get(name, ZERO), ((ONE, name),))
    for name, quantity in case.quantities.items():
        if quantity.kind is Kind.RESIDUE:
            anything = between(min(ZERO, quantity.low), max(ZERO, quantity.high))
            mine = [piece for piece in moving if case.quantities[piece].account == quantity.account]
            slopes = tuple((times(1 / _unit(case, piece, moving[piece]), anything), piece) for piece in mine)
            lines[name] = Linear(anything, ()) if quantity.account in booked else Linear(ZERO, slopes)
    for name, form in case.forms.items():
        lines[name] = _line(form, lines)
    return Stage(box, lines, {name: linear(line, box) for name, line in lines.items()})


def _unit(case: Case, name: str, amount: Fraction) -> Fraction:
    """The least that is filled, if anything is: then residue ≤ top = top / unit · unit ≤ top / unit · fill."""
    return min(case.quantities[name].step or ONE, amount)


def _line(lin: Linear, lines: Mapping[str, Linear]) -> Linear:
    """The value over what moves."""
    const: list[Number] = [lin.const]
    terms: dict[str, list[Number]] = {}
    for factor, name in lin.terms:
        const.append(times(factor, lines[name].const))
        for slope, moving in lines[name].terms:
            terms.setdefault(moving, []).append(times(factor, slope))
    return Linear(total(const), tuple((total(slopes), name) for name, slopes in terms.items()))


def _fails(obligation: Obligation, at: Values, limit: int) -> bool:
    """For certain, whatever the residues are."""
    return min(RANK[found] for found in _everywhere(obligation, at)) > limit


def _holds(obligation: Obligation, stage: Stage, limit: int) -> bool:
    if RANK[settled(_everywhere(obligation, stage.ranges))] <= limit:
        return True
    ladder = tuple(replace(rung, formula=_over(rung.formula, stage)) for rung in obligation.ladder)
    return RANK[settled(_everywhere(replace(obligation, ladder=ladder), stage.box))] <= limit


def _everywhere(obligation: Obligation, at: Values) -> set[Outcome]:
    """Every outcome that some state may have. Over ranges, unknown means that states differ: it is never a breach."""
    return possible(obligation, at, unknown_is_breach=False)


def _over(node: Formula, stage: Stage) -> Formula:
    """The formula over what moves; linear sides are subtracted before anything is asked about their range."""
    match node:
        case Leaf():
            return _leaf_over(node, stage)
        case All(parts):
            return All(tuple(_over(part, stage) for part in parts))
        case Any(parts):
            return Any(tuple(_over(part, stage) for part in parts))
        case Not(part):
            return Not(_over(part, stage))
        case Truth():
            return node
        case _:
            assert_never(node)


def _leaf_over(node: Leaf, stage: Stage) -> Leaf:
    measure, bound = as_linear(node.measure), as_linear(node.bound)
    if node.base is None and measure is not None and bound is not None:
        opposite = tuple((negative(factor), name) for factor, name in bound.terms)
        difference = Linear(total([measure.const, negative(bound.const)]), (*measure.terms, *opposite))
        return replace(node, measure=_line(difference, stage.lines), bound=Linear(ZERO, ()))
    base = None if node.base is None else _line(node.base, stage.lines)
    return replace(node, measure=_scalar_over(node.measure, stage), bound=_scalar_over(node.bound, stage), base=base)


def _scalar_over(node: Scalar, stage: Stage) -> Scalar:
    match node:
        case Linear():
            return _line(node, stage.lines)
        case Basket(members):
            return Basket(tuple((_line(value, stage.lines), _over(when, stage)) for value, when in members))
        case Count(members):
            return Count(tuple(_over(when, stage) for when in members))
        case Top(k, parts):
            return Top(k, tuple(_line(part, stage.lines) for part in parts))
        case Greatest(parts):
            return Greatest(tuple(_scalar_over(part, stage) for part in parts))
        case Least(parts):
            return Least(tuple(_scalar_over(part, stage) for part in parts))
        case Squares(parts):
            return Squares(tuple((weight, _line(part, stage.lines)) for weight, part in parts))
        case Sum(parts):
            return Sum(tuple((factor, _scalar_over(part, stage)) for factor, part in parts))
        case _:
            assert_never(node)
