"""In which order the orders are released, so that every rule tested at trade holds on the way as well.

The default is sells before covers, and these before buys and short sales. Where a clause fails on that way (a breach
that other sales worsen for a moment, since they cost something), the orders that keep it alone go first: they are the
ones that cure it. Purchases are among them only where they can be paid for with what was there before. What was better
for more clauses is kept; the judge has the word on all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from policy.book.facts import Order, Side
from policy.interval import ZERO, low
from policy.ir import meaning
from policy.ir.bound import Bound, Kind, Lin, Obligation
from policy.judge.eval import finding
from policy.judge.fills import Batch, on_the_way
from policy.judge.fills import Order as Filled
from policy.judge.verdict import FillSafety, Verdict

SAFE = (None, FillSafety.ALWAYS, FillSafety.ORDERED)
"""None: it says nothing of the way."""
RELIEVING = (Side.SELL, Side.COVER)


@dataclass(frozen=True, slots=True)
class Batches:
    """Orders by batch, and the same as the quantities that fill."""

    orders: tuple[tuple[Order, ...], ...]
    quantities: tuple[Batch, ...]


def released(bound: Bound, orders: Sequence[Order], ended: Verdict) -> tuple[Batches, Verdict]:
    """The batches of the orders, sales and covers with all their lots, and the verdict along them; `ended`: where the
    orders lead."""
    first = _batches(bound, [[o for o in orders if o.batch == n] for n in sorted({o.batch for o in orders})])
    along = on_the_way(bound, ended, first.quantities)
    if not (failing := _failing(along)):
        return first, along
    early = [order for order in orders if all(_keeps(bound, order, obligation) for obligation in failing)]
    for chosen in (early, [order for order in early if order.side is Side.SELL]):
        rest = [[order for order in batch if order not in chosen] for batch in first.orders]
        second = _batches(bound, [chosen, *rest])
        if _paid_for(bound, second):
            other = on_the_way(bound, ended, second.quantities)
            if len(_failing(other)) < len(failing):
                return second, other
    return first, along


def _batches(bound: Bound, orders: Sequence[Sequence[Order]]) -> Batches:
    kept = tuple(tuple(batch) for batch in orders if batch)
    return Batches(kept, tuple(tuple(f for order in batch for f in _filled(bound, order)) for batch in kept))


def _filled(bound: Bound, order: Order) -> list[Filled]:
    """What fills as one: lots of a stated relief method in its sequence, lots that were chosen each for itself."""
    if order.side not in RELIEVING:
        return [((f"{order.side}/{order.account}/{order.instrument}", order.quantity),)]
    pieces = [(f"{order.side}/{lot}", quantity) for lot, quantity in order.lots]
    assert sum(quantity for _, quantity in pieces) == order.quantity, f"{order.side} without the lots that it closes"
    domain = next(domain for domain in bound.domains if domain.account == order.account)
    chain = domain.relief.get(f"{order.side}/{order.instrument}", ())
    if domain.specific or not chain:
        return [(piece,) for piece in pieces]
    return [tuple(sorted(pieces, key=lambda piece: chain.index(piece[0]) if piece[0] in chain else len(chain)))]


def _failing(along: Verdict) -> list[Obligation]:
    return [found.obligation for found in along.findings if found.fills not in SAFE]


def _keeps(bound: Bound, order: Order, obligation: Obligation) -> bool:
    """Whether the order alone leaves the obligation no worse than it is without any order."""
    point: dict[str, Fraction] = {name: amount for filled in _filled(bound, order) for name, amount in filled}
    alone = finding(obligation, bound, meaning.values(bound.forms, point), standing=False)
    nothing = finding(obligation, bound, meaning.values(bound.forms, {}), standing=False)
    return alone.outcome.rank <= nothing.outcome.rank


def _paid_for(bound: Bound, batches: Batches) -> bool:
    """Whether every account can pay for what a batch buys, or sells short, with what was filled before the batch: what
    works at the same time may be filled later."""
    filled: dict[str, Fraction] = {}
    for batch in batches.quantities:
        pieces = [piece for order in batch for piece in order]
        spent = {name: amount for name, amount in pieces if bound.quantities[name].kind is not Kind.SELL}
        accounts = {bound.quantities[name].account for name in spent}
        at = meaning.values(bound.forms, _with_residues(bound, {**filled, **spent}))
        for domain in bound.domains:
            left = low(meaning.scalar(Lin(ZERO, ((Fraction(1), domain.cash),)), at))
            if domain.account in accounts and (left is None or left < domain.cash_floor):
                return False
        filled |= dict(pieces)
    return True


def _with_residues(bound: Bound, point: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """With the worst that booking may make of the accounts that trade."""
    traded = {bound.quantities[name].account for name in point}
    residues = (q for q in bound.quantities.values() if q.kind is Kind.RESIDUE and q.account in traded)
    return {**point, **{q.name: q.low for q in residues}}
