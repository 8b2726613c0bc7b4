"""What can be proven, how tightly and how fast: a tree on 40 names, one bound and one conflict on 6,800 rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from time import perf_counter
from typing import TypeVar

from policy.book.read import index
from policy.ir.bind import bind_to
from policy.ir.bound import Outcome
from policy.proof.duality import check
from solver.backend.duals import Relaxation, Solved
from solver.backend.mathopt import scip
from solver.certificate import Subject, impossibility, optimality, provable
from solver.claim import Claim, Limits
from solver.conflict import conflict
from solver.duality import prepare, proven
from solver.from_ir import encode
from solver.intent import Intent
from solver.limit import units
from solver.model import Model, Row, Standing
from solver.objective import objective
from tests.bench.bar import Bar
from tests.bench.instances import instance
from tests.solver.concentrated import concentrated

T = TypeVar("T")
SUBJECT = Subject(frozenset({Outcome.PASS}), None)
ONE_BP = Fraction(10_000)  # of a hundred million
GOAL = 5
SEEDS = range(6)


def bars() -> Iterator[Bar]:
    yield from _trees()
    facts = index(instance("slack")[0])
    bound = bind_to(instance("slack")[1], facts)
    model = encode(bound, objective(bound, facts, Intent()))
    yield from _large(model)
    yield from _conflict(model, units(bound))


def _trees() -> Iterator[Bar]:
    note = f"40 names under 5/10/40, {len(SEEDS)} seeds, the worst"
    roots, gaps, seconds, checks, leaves = [], [], [], [], []
    for seed in SEEDS:
        model = concentrated(seed)
        best = scip(model, Limits(nodes=2_000))
        assert isinstance(best, Claim)
        root = optimality(model, SUBJECT, best.objective, leaves=1)
        taken, tree = _timed(lambda model=model, best=best: optimality(model, SUBJECT, best.objective - GOAL * ONE_BP))
        assert root is not None
        assert tree is not None
        roots.append(float((best.objective - root.bound) / ONE_BP))
        gaps.append(float((best.objective - tree.bound) / ONE_BP))
        seconds.append(taken)
        leaves.append(len(tree.leaves))
        checks.append(_timed(lambda model=model, tree=tree: check(provable(model), tree))[0])
    yield Bar("gap that the root leaves open", min(roots), 150, "bp", at_least=True, note="the same, the tightest")
    yield Bar("certified gap of a tree", max(gaps), 15, "bp", note=note)
    yield Bar("leaves of a tree", max(leaves), 400, "count", note=note)
    yield Bar("growing a tree", max(seconds), 1, "s", note=note)
    yield Bar("checking a tree", max(checks), 1, "s", note=note)


def _large(model: Model) -> Iterator[Bar]:
    note = f"{len(model.rows):,} rows, {len(model.columns):,} columns"
    program = provable(model)
    prepared = prepare(program)
    answer = Relaxation(program).solve({})
    assert isinstance(answer, Solved)
    seconds, (_, bound) = _timed(lambda: proven(prepared, answer.duals, {}, no_cost=False))
    assert bound is not None
    yield Bar("exact bound", seconds, 0.1, "s", note=note)
    yield Bar("what rounding loses there", float(answer.value - bound) * 100, 1, "cents", note=note)
    yield Bar("certificate of one leaf", _timed(lambda: optimality(model, SUBJECT, bound, 1))[0], 1, "s", note=note)


def _conflict(model: Model, limits: dict[str, str]) -> Iterator[Bar]:
    """Every account must hold half of its assets in cash, and at most a tenth."""
    net = next(name for name in model.columns if name.startswith("net assets/"))
    cash = next(name for name in model.columns if name.startswith("cash/"))
    floor = Row(
        "floor:0", ((Fraction(1, 2), net), (Fraction(-1), cash)), None, Fraction(0), Standing.EXACT, "floor", "0"
    )
    cap = Row("cap:0", ((Fraction(1), cash), (Fraction(-1, 10), net)), None, Fraction(0), Standing.EXACT, "cap", "0")
    broken = replace(model, rows=(*model.rows, floor, cap))
    note = f"{len(broken.rows):,} rows, two of them contradict each other"
    seconds, proof = _timed(lambda: impossibility(broken, SUBJECT))
    assert proof is not None
    yield Bar("proof of impossibility", seconds, 1, "s", note=note)
    seconds, found = _timed(lambda: conflict(broken, SUBJECT, limits))
    assert found is not None
    assert set(found.sources) == {"floor", "cap"}
    yield Bar("conflict and what must give", seconds, 5, "s", note=note)


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    """Best of two."""
    times, done = [], None
    for _ in range(2):
        start = perf_counter()
        done = work()
        times.append(perf_counter() - start)
    assert done is not None
    return min(times), done
