"""Standing verdicts kept current: one price of a name that a fifth of a firm's accounts hold.

`python -m tests.bench.bench_standing 1000` runs it on so many accounts. What is timed is the pure part, on one core,
where all households are kept: the book's index with the new price, what depends on it judged again, and which verdicts
changed.
"""

from __future__ import annotations

import gc
import resource
import sys
from collections.abc import Iterator
from fractions import Fraction
from time import perf_counter, process_time

from policy.book.changes import Changes, reindexed
from policy.book.facts import ListEntry, Price
from policy.book.read import Index, index
from policy.judge import current, part
from policy.judge.current import Judged
from server.settings import READY
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
    known = current.begun(rules, current.firm(facts))
    for _ in current.everything(known):
        pass
    took, cpu = perf_counter() - start, process_time() - cpu
    gc.freeze()
    kept = current.kept(known) / 1e6
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    note = f"{size.accounts:,} accounts, {len(rules.rules)} rules; {memory:.1f} GB with the book"
    yield Bar("standing verdicts: everything judged once", took, 3600, "s", note=f"{note}; {cpu:.0f} s of CPU")
    yield Bar("standing verdicts: all households kept", kept, READY, "MB", note="what a service has room for by itself")
    walls, cpus = [], []
    for move in MOVES:
        start, busy = perf_counter(), process_time()
        changes = _priced(facts, move)
        facts = reindexed(facts, changes)
        known, found = current.after(known, current.firm(facts), changes)
        again = list(found)
        moved = sum(map(_moved, again))
        walls.append(perf_counter() - start)
        cpus.append(process_time() - busy)
        print(f"× {float(move):.2f}: {walls[-1]:.2f} s, {cpus[-1]:.2f} s of CPU, {moved} verdicts")
    note = f"on one core; {len(again):,} households say something else; {max(cpus):.2f} s of CPU"
    yield Bar(f"standing verdicts: a price held by {size.holders:,} accounts", max(walls), 2, "s", note=note)
    yield Bar("standing verdicts: everything anew beside that", cpu / max(cpus), 100, "×", at_least=True)
    start = perf_counter()
    entry = Changes(entries=(ListEntry("RESTRICTED", "security", firm.THE, firm.DAY),))
    again = list(current.after(known, current.firm(reindexed(facts, entry)), entry)[1])
    note = f"{len(again):,} households bound to the list again"
    yield Bar("standing verdicts: one list entry", perf_counter() - start, 60, "s", note=note)


def _priced(facts: Index, move: Fraction) -> Changes:
    cents = round(facts.unit_values[firm.THE] * move, 2)
    return Changes(prices=(Price(firm.THE, firm.DAY, cents),))


def _moved(found: Judged) -> int:
    """How many verdicts of the part are others now, by what differs."""
    before, now = found.before, found.now
    assert before is not None, "all are kept"
    pairs = zip(part.news(before, now), part.news(now, before), strict=True)
    return sum(1 for (_, was), (_, then) in pairs if was.outcome != then.outcome)


if __name__ == "__main__":
    many = int(sys.argv[1])
    for found in bars(Size(accounts=many, holders=many // 5), everybody="everybody" in sys.argv[2:]):
        print(f"{found.name:<64} {found.figure:>10.3f} {found.unit:<4} {found.note}", flush=True)
