"""Proposals on the three instances: how long they take, and how much better they could still be.

`propose`: from a book and its rules to a judged proposal, binding included. `all but the backend`: the same without
what is spent inside the solvers. Gaps are in basis points of net assets.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from time import perf_counter
from typing import Any

from policy.book.read import index
from policy.ir import show
from policy.ir.bind import bind_to
from policy.ir.bound import Objective
from solver.backend import mathopt
from solver.certificate import Subject, optimality
from solver.from_ir import PASS_ONLY
from solver.intent import Intent, Tax, worth
from solver.objective import objective
from solver.orders import booked_in
from solver.propose import Proposal, propose
from solver.search import Patience
from tests.bench.bar import Bar
from tests.bench.instances import instance

RUNS = 3
NO_TAX, TAXED = Intent(), Intent(tax=Tax(Fraction(408, 1000), Fraction(238, 1000)))
SECONDS = {"slack": 2, "binding": 3, "concentrated": 2}
CERTIFIED = {"slack": 2, "binding": 8, "concentrated": 15}


@dataclass(frozen=True, slots=True)
class Run:
    found: Proposal
    goal: Objective
    assets: Fraction
    seconds: float
    inside: float  # the backends


def bars() -> Iterator[Bar]:
    for kind, most in SECONDS.items():
        best = min((_run(kind, NO_TAX) for _ in range(RUNS)), key=lambda run: run.seconds)
        note = f"{len(best.found.model.rows):,} rows, {len(best.found.orders)} orders"
        yield Bar(f"propose, {kind}", best.seconds, most, "s", note=note)
        if kind == "slack":
            yield Bar("all but the backend", best.seconds - best.inside, 0.8, "s", note=kind)
        assert best.found.claimed_gap is not None
        yield Bar(f"claimed gap, {kind}", _points(best.found.claimed_gap, best), 5, "bp", note=note)
        yield _certified(kind, best)
    taxed = _run("slack", TAXED)
    assert taxed.found.claimed_gap is not None
    yield Bar("claimed gap, taxed", _points(taxed.found.claimed_gap, taxed), 5, "bp", note="losses harvested")


def _run(kind: str, intent: Intent) -> Run:
    book, rules = instance(kind)
    spent = [0.0]
    solve = mathopt.solver.solve

    def timed(*given: Any) -> Any:
        start = perf_counter()
        answer = solve(*given)
        spent[0] += perf_counter() - start
        return answer

    mathopt.solver.solve = timed
    try:
        start = perf_counter()
        facts = index(book)
        bound = bind_to(rules, facts)
        goal = objective(bound, facts, intent)
        assets = sum((worth(bound.forms, f"net assets/{name}") for name in book.accounts), Fraction(0))
        found = propose(bound, goal, booking=booked_in(facts), patience=Patience(gap=intent.gap * assets))
        seconds = perf_counter() - start
    finally:
        mathopt.solver.solve = solve
    assert isinstance(found, Proposal)
    return Run(found, goal, assets, seconds, spent[0])


def _certified(kind: str, run: Run) -> Bar:
    bar = CERTIFIED[kind]
    subject = Subject(PASS_ONLY, show.to_json(run.goal), run.found.model.cuts)
    start = perf_counter()
    certificate = optimality(run.found.model, subject, run.found.worth - run.assets * bar / 10_000)
    seconds = perf_counter() - start
    assert certificate is not None
    note = f"{len(certificate.leaves)} leaves in {seconds:.1f} s"
    return Bar(f"certified gap, {kind}", _points(run.found.worth - certificate.bound, run), bar, "bp", note=note)


def _points(money: Fraction, run: Run) -> float:
    return float(money / run.assets * 10_000)
