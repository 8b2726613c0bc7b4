"""In which order the orders are released, so that every rule tested at trade holds on the way as well.

The default is sells before buys. Where a clause fails on that way (a breach that other sales worsen for a moment,
since they cost something), the orders that keep it alone go first: they are the ones that cure it. What was better
for more clauses is kept; the judge has the word on both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from policy.book.facts import Order, Side
from policy.ir import meaning
from policy.ir.bound import Bound, Obligation, Point
from policy.judge.eval import finding
from policy.judge.fills import Batch, fill_safety
from policy.judge.fills import Order as Filled
from policy.judge.verdict import FillSafety, Verdict

SAFE = (FillSafety.ALWAYS, FillSafety.ORDERED)
RELIEVING = (Side.SELL, Side.COVER)


@dataclass(frozen=True, slots=True)
class Batches:
    """Orders by batch, and the same as the quantities that fill."""

    orders: tuple[tuple[Order, ...], ...]
    quantities: tuple[Batch, ...]


def released(bound: Bound, point: Point, orders: Sequence[Order], verdict: Verdict) -> Batches:
    """The batches of the orders that make the point; `verdict`: at the point."""
    first = _batches(bound, [[o for o in orders if o.batch == n] for n in sorted({o.batch for o in orders})])
    failing = _failing(bound, verdict, first)
    if not failing:
        return first
    early = [order for order in orders if all(_keeps(bound, order, obligation) for obligation in failing)]
    rest = [[order for order in batch if order not in early] for batch in first.orders]
    second = _batches(bound, [early, *rest])
    return second if len(_failing(bound, verdict, second)) < len(failing) else first


def _batches(bound: Bound, orders: Sequence[Sequence[Order]]) -> Batches:
    kept = tuple(tuple(batch) for batch in orders if batch)
    return Batches(kept, tuple(tuple(f for order in batch for f in _filled(bound, order)) for batch in kept))


def _filled(bound: Bound, order: Order) -> list[Filled]:
    """What fills as one: lots of a stated relief method in its sequence, lots that were chosen each for itself."""
    if order.side not in RELIEVING:
        return [((f"{order.side}/{order.account}/{order.instrument}", order.quantity),)]
    pieces = [(f"{order.side}/{lot}", quantity) for lot, quantity in order.lots]
    domain = next(domain for domain in bound.domains if domain.account == order.account)
    chain = domain.relief.get(order.instrument, ())
    if domain.specific or not chain:
        return [(piece,) for piece in pieces]
    return [tuple(sorted(pieces, key=lambda piece: chain.index(piece[0]) if piece[0] in chain else len(chain)))]


def _failing(bound: Bound, verdict: Verdict, batches: Batches) -> list[Obligation]:
    found = fill_safety(bound, verdict, batches.quantities)
    return [verdict.findings[place].obligation for place, safety in found.items() if safety.safety not in SAFE]


def _keeps(bound: Bound, order: Order, obligation: Obligation) -> bool:
    """Whether the order alone leaves the obligation no worse than it is without any order."""
    point: dict[str, Fraction] = {name: amount for filled in _filled(bound, order) for name, amount in filled}
    alone = finding(obligation, bound, meaning.values(bound.forms, point), standing=False)
    nothing = finding(obligation, bound, meaning.values(bound.forms, {}), standing=False)
    return alone.outcome.rank <= nothing.outcome.rank
