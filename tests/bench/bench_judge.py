"""How fast the two judges answer, on 200 rules × 500 lots (about 10,000 obligations) and on 100,000 lots.

Times are processor times: a judge is one thread that never waits, so they are what it takes on a machine that does
nothing else, and stay so on one that does.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from random import Random
from time import process_time

from policy.ir.bound import Bound, Point
from policy.judge import fast
from policy.judge.eval import judge
from tests.bench.bar import Bar
from tests.bench.mandate import mandate, orders

RUNS = 300
COUNT = 250


def bars() -> Iterator[Bar]:
    bound = mandate()
    tables = fast.tables(bound)
    gc.collect()
    gc.freeze()  # what was bound stays: as a process does that judges many proposals against one book
    drawn = [orders(Random(seed), bound, COUNT) for seed in range(RUNS)]
    note = f"{len(bound.obligations):,} obligations, {COUNT} orders from a cold delta, p99 of {RUNS}, processor time"
    yield Bar("fast judge: verdict and worst group per rule", _p99(_worst, tables, drawn), 10, "ms", note=note)
    yield Bar("fast judge: all groups with headroom", _p99(_headrooms, tables, drawn), 25, "ms", note=note)
    seconds, agree = _reference(bound, tables, drawn[:3])
    yield Bar("reference judge on 200 rules × 500 lots", seconds, 1, "s", note="best of 3, contributors included")
    yield Bar("fast judge = reference there", float(agree), 3, "count", at_least=True, note="whole verdicts compared")
    yield _many_lots()


def _worst(tables: fast.Tables, point: Point) -> object:
    answers = fast.judge_fast(tables, point)
    return answers.outcome, fast.nearest(answers)


def _headrooms(tables: fast.Tables, point: Point) -> object:
    answers = fast.judge_fast(tables, point)
    return answers.outcomes, answers.within, fast.headrooms(answers)


def _p99(ask: Callable[[fast.Tables, Point], object], tables: fast.Tables, points: list[Point]) -> float:
    """Milliseconds."""
    taken = []
    for point in points:
        start = process_time()
        ask(tables, point)
        taken.append(process_time() - start)
    return sorted(taken)[len(taken) * 99 // 100] * 1000


def _reference(bound: Bound, tables: fast.Tables, points: list[Point]) -> tuple[float, int]:
    taken, agree = [], 0
    for point in points:
        start = process_time()
        verdict = judge(bound, point)
        taken.append(process_time() - start)
        agree += fast.verdict(fast.judge_fast(tables, point)) == verdict
    return min(taken), agree


def _many_lots() -> Bar:
    bound = mandate(rules=40, securities=2_000, lots=100_000)
    start = process_time()
    fast.tables(bound)
    note = f"{len(bound.forms):,} forms, {len(bound.obligations):,} obligations"
    return Bar("fast judge: tables of 100,000 lots", process_time() - start, 5, "s", note=note)
