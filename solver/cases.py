"""What is known of one case of a tree: the backend's multipliers, and what they prove in exact rationals.

A case never knows less than the case that it is a part of: where the backend fails, or rounding costs more than
the split gained, the multipliers from above are kept; they hold in every part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache

from policy.proof.duality import Program
from solver.backend.duals import NoPoint, Relaxation, Solved
from solver.duality import Box, Prepared, prepare, proven
from solver.tree import Case, Examine, Fix

ZERO = Fraction(0)
AS_THEY_ARE: Mapping[str, Box] = {}


@dataclass(frozen=True, slots=True)
class Bench:
    """A program, ready for many trees; the two linear programs are opened when first needed."""

    prepared: Prepared
    priced: Callable[[], Relaxation]
    elastic: Callable[[], Relaxation]


def bench(program: Program, watch: Iterable[str] = ()) -> Bench:
    """`watch`: columns whose claimed values a case is to carry."""
    return Bench(
        prepare(program),
        cache(lambda: Relaxation(program, watch)),
        cache(lambda: Relaxation(program, elastic=True)),
    )


def bounding(on: Bench, boxes: Mapping[str, Box] = AS_THEY_ARE) -> Examine:
    """Cases with a bound on the objective, or empty ones. `boxes` replace the program's own."""

    def examine(fix: Fix, above: Case | None) -> Case:
        inside = {**boxes, **_decided(fix)}
        answer = on.priced().solve(inside)
        found = _case(on.prepared, fix, inside, answer, no_cost=False) if isinstance(answer, Solved) else None
        if found and not _weaker(found, above):
            return found
        if isinstance(answer, NoPoint):
            answer = on.elastic().solve(inside)
            found = _case(on.prepared, fix, inside, answer, no_cost=True) if isinstance(answer, Solved) else None
            if found and found.empty:
                return found
        kept = _kept(on.prepared, fix, inside, above, no_cost=False)
        return replace(kept, split=found.split, point=found.point, solved=True) if found else kept

    return examine


def emptying(on: Bench, boxes: Mapping[str, Box] = AS_THEY_ARE) -> Examine:
    """Cases that are shown to be empty, or not. `boxes` replace the program's own."""

    def examine(fix: Fix, above: Case | None) -> Case:
        inside = {**boxes, **_decided(fix)}
        answer = on.elastic().solve(inside)
        if isinstance(answer, Solved):
            return _case(on.prepared, fix, inside, answer, no_cost=True)
        return _kept(on.prepared, fix, inside, above, no_cost=True)

    return examine


def _case(prepared: Prepared, fix: Fix, inside: Mapping[str, Box], answer: Solved, *, no_cost: bool) -> Case:
    duals, value = proven(prepared, answer.duals, inside, no_cost=no_cost)
    rank = answer.value if no_cost or value is None else value
    return Case(fix, duals, value, rank, no_cost and value is not None and value > 0, answer.split, answer.point, True)


def _weaker(found: Case, above: Case | None) -> bool:
    return found.value is None or (above is not None and above.value is not None and found.value < above.value)


def _kept(prepared: Prepared, fix: Fix, inside: Mapping[str, Box], above: Case | None, *, no_cost: bool) -> Case:
    """What is known from above alone."""
    duals, value = proven(prepared, above.duals if above else {}, inside, no_cost=no_cost)
    return Case(fix, duals, value, value or ZERO, no_cost and value is not None and value > 0, None, {}, False)


def _decided(fix: Fix) -> dict[str, Box]:
    return {name: (Fraction(value), Fraction(value)) for name, value in fix}
