"""What is known of one case of a tree: the backend's multipliers, and what they prove in exact rationals.

A case never knows less than the case that it is a part of: where the backend fails, or rounding costs more than
the split gained, the multipliers from above are kept; they hold in every part.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from functools import cache

from policy.proof.duality import Program
from solver.backend.duals import Box, NoPoint, Relaxation, Solved
from solver.duality import Prepared, prepare, proven
from solver.tree import Case, Examine, Fix

ZERO = Fraction(0)


def bounding(program: Program, watch: Iterable[str] = ()) -> Examine:
    """Cases with a bound on the objective, or empty ones. `watch`: columns whose claimed values a case is to carry."""
    prepared, priced = prepare(program), Relaxation(program, watch)
    elastic = cache(lambda: Relaxation(program, elastic=True))  # opened only if a case seems to be empty

    def examine(fix: Fix, above: Case | None) -> Case:
        answer = priced.solve(_boxes(fix))
        found = _case(prepared, fix, answer, no_cost=False) if isinstance(answer, Solved) else None
        if found and not _weaker(found, above):
            return found
        if isinstance(answer, NoPoint):
            answer = elastic().solve(_boxes(fix))
            found = _case(prepared, fix, answer, no_cost=True) if isinstance(answer, Solved) else None
            if found and found.empty:
                return found
        kept = _kept(prepared, fix, above, no_cost=False)
        return replace(kept, split=found.split, point=found.point) if found else kept

    return examine


def emptying(program: Program) -> Examine:
    """Cases that are shown to be empty, or not."""
    prepared, elastic = prepare(program), Relaxation(program, elastic=True)

    def examine(fix: Fix, above: Case | None) -> Case:
        answer = elastic.solve(_boxes(fix))
        if isinstance(answer, Solved):
            return _case(prepared, fix, answer, no_cost=True)
        return _kept(prepared, fix, above, no_cost=True)

    return examine


def _case(prepared: Prepared, fix: Fix, answer: Solved, *, no_cost: bool) -> Case:
    duals, value = proven(prepared, answer.duals, _boxes(fix), no_cost=no_cost)
    rank = answer.value if no_cost or value is None else value
    return Case(fix, duals, value, rank, no_cost and value is not None and value > 0, answer.split, answer.point)


def _weaker(found: Case, above: Case | None) -> bool:
    return found.value is None or (above is not None and above.value is not None and found.value < above.value)


def _kept(prepared: Prepared, fix: Fix, above: Case | None, *, no_cost: bool) -> Case:
    """What is known from above alone."""
    duals, value = proven(prepared, above.duals if above else {}, _boxes(fix), no_cost=no_cost)
    return Case(fix, duals, value, value or ZERO, no_cost and value is not None and value > 0, None, {})


def _boxes(fix: Fix) -> dict[str, Box]:
    return {name: (Fraction(value), Fraction(value)) for name, value in fix}
