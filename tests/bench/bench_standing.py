"""Standing verdicts kept current: one price of a name that a fifth of a firm's accounts hold.

`python -m tests.bench.bench_standing 1000` runs it on so many accounts. What is timed is the pure part, on one core:
the book's index with the new price, what depends on it judged again, and which verdicts changed.
"""

from __future__ import annotations

import gc
import resource
import sys
from collections.abc import Iterator
from fractions import Fraction
from time import perf_counter, process_time

from policy.book.changes import Changes
from policy.book.facts import ListEntry, Price
from policy.book.read import index
from policy.judge import current
from policy.judge.current import Current
from tests.bench import firm
from tests.bench.bar import Bar
from tests.bench.firm import Size

MOVES = (Fraction(101, 100), Fraction(97, 100), Fraction(11, 10), Fraction(1, 2))


FIRM = Size()


def bars(size: Size = FIRM, *, everybody: bool = False) -> Iterator[Bar]:
    facts = index(firm.book(size))
    rules = firm.library(everybody=everybody)
    gc.disable()
    start, cpu = perf_counter(), process_time()
    known = current.current(rules, facts)
    took, cpu = perf_counter() - start, process_time() - cpu
    gc.freeze()
    many = sum(1 for _ in current.answers(known))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    note = f"{size.accounts:,} accounts, {len(rules.rules)} rules, {many:,} obligations; {memory:.1f} GB"
    yield Bar("standing verdicts: everything judged once", took, 3600, "s", note=f"{note}; {cpu:.0f} s of CPU")
    walls, cpus = [], []
    for move in MOVES:
        start, busy = perf_counter(), process_time()
        then, again = current.after(known, _priced(known, move))
        walls.append(perf_counter() - start)
        cpus.append(process_time() - busy)
        moved = sum(1 for was, now in zip(_said(known), _said(then), strict=True) if was != now)
        print(f"× {float(move):.2f}: {walls[-1]:.2f} s, {cpus[-1]:.2f} s of CPU, {len(again)} parts, {moved} verdicts")
        known = then
    note = f"{len(again):,} households judged again, on one core; {max(cpus):.2f} s of CPU"
    yield Bar(f"standing verdicts: a price held by {size.holders:,} accounts", max(walls), 2, "s", note=note)
    yield Bar("standing verdicts: everything anew beside that", cpu / max(cpus), 100, "×", at_least=True)
    start = perf_counter()
    known, again = current.after(known, Changes(entries=(ListEntry("restricted", "security", firm.THE, firm.DAY),)))
    note = f"{len(again):,} households bound to the list again"
    yield Bar("standing verdicts: one list entry", perf_counter() - start, 60, "s", note=note)


def _priced(known: Current, move: Fraction) -> Changes:
    cents = round(known.index.unit_values[firm.THE] * move, 2)
    return Changes(prices=(Price(firm.THE, firm.DAY, cents),))


def _said(known: Current) -> Iterator[object]:
    return (answer.outcome for _, answer in current.answers(known))


if __name__ == "__main__":
    many = int(sys.argv[1])
    for found in bars(Size(accounts=many, holders=many // 5), everybody="everybody" in sys.argv[2:]):
        print(f"{found.name:<64} {found.figure:>10.3f} {found.unit:<4} {found.note}", flush=True)
