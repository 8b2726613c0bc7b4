"""The law of the second reading: rows have a point exactly where the judge passes, obligation by obligation."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from policy.interval import ZERO
from policy.ir import meaning
from policy.ir.bound import Bound, Kind, Obligation, Outcome, Point
from policy.judge.eval import judge
from solver.from_ir import encode
from solver.model import Standing
from tests.solver.replay import columns_at, has_point, outside_its_box
from tests.worlds.worlds import World, world

PASS, WARN = frozenset({Outcome.PASS}), frozenset({Outcome.PASS, Outcome.WARN})


def on_lattice(bound: Bound, point: Point) -> bool:
    """Every quantity inside its box, in whole steps or at an end."""
    for name, value in point.items():
        q = bound.quantities[name]
        if not q.low <= value <= q.high:
            return False
        if q.step is not None and value not in (q.low, q.high) and (value / q.step).denominator != 1:
            return False
    return True


def without_residues(w: World) -> World:
    """A residue lies anywhere in its box, so that strict comparisons have no lattice."""
    fixed = {n: replace(q, low=ZERO, high=ZERO) if q.kind is Kind.RESIDUE else q for n, q in w.bound.quantities.items()}
    points = tuple({n: v for n, v in p.items() if fixed[n].kind is not Kind.RESIDUE} for p in w.points)
    return World(replace(w.bound, quantities=fixed), points)


def compare(bound: Bound, obligation: Obligation, point: Point, allowed: frozenset[Outcome]) -> str:
    """ "agrees", or what is wrong, or how the two readings differ lawfully."""
    alone = replace(bound, obligations=(obligation,), domains=())
    at = {**dict.fromkeys(bound.quantities, ZERO), **meaning.values(bound.forms, point)}
    model = encode(alone, allowed=allowed, tangents=[at])
    known = columns_at(model, alone, point)
    if outside_its_box(model, known):
        return "outside a box"
    passes, possible = judge(alone, point).outcome in allowed, has_point(model, known)
    if passes == possible:
        return "agrees"
    if passes:
        return "rows forbid what the judge allows"
    mine = [row for row in model.rows if row.source == obligation.id]
    loose = any(row.standing is Standing.RELAXATION and "/" not in row.path for row in mine)
    return "looser" if loose or obligation.id not in model.searched else "rows allow what the judge forbids"


@pytest.mark.parametrize("seed", range(30))
def test_rows_have_a_point_exactly_where_the_judge_passes(seed: int) -> None:
    w = without_residues(world(seed)) if seed % 4 else world(seed)
    for obligation in w.bound.obligations:
        for point in w.points:
            if on_lattice(w.bound, point):
                found = compare(w.bound, obligation, point, WARN if seed % 3 == 0 else PASS)
                assert found in ("agrees", "looser"), (seed, obligation.id, point)


@pytest.mark.deep
def test_rows_have_a_point_exactly_where_the_judge_passes_on_many_worlds() -> None:
    found: Counter[str] = Counter()
    for seed in range(30, 150):
        w = without_residues(world(seed)) if seed % 4 else world(seed)
        for obligation in w.bound.obligations:
            for point in w.points:
                if on_lattice(w.bound, point):
                    found[compare(w.bound, obligation, point, WARN if seed % 3 == 0 else PASS)] += 1
    assert found.keys() <= {"agrees", "looser"}, found
    assert found["agrees"] > 20 * found["looser"]
