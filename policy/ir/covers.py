"""Wash sales of what is short (26 USC 1091(e)): a short sale that is closed at a loss, where the same was sold, or sold
short once more, within the days before or after.

Asked only where something is short or can be: elsewhere there is no short sale to close.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policy.book.facts import Lot, Side, Trade
from policy.book.history import Past, loss_covers, recent_sales
from policy.book.holding import days_held, gain_per_unit
from policy.interval import ZERO
from policy.ir.bound import Any, Formula, Leaf, Lin, Op, Truth
from policy.ir.context import Context
from policy.ir.forms import ONE, lin
from policy.ir.positions import Position, sales


def covered_at_loss(ctx: Context, positions: list[Position], days: int) -> Iterator[Formula]:
    """Over positions in substantially identical securities: no sale after a cover at a loss, no cover at a loss after a
    sale, and not both among these orders."""
    if all(position.shorted is None for position in positions):
        return
    index, instrument = ctx.universe.index, positions[0].instrument.id
    sold = _none(ctx, "sold", instrument, [name for position in positions for name in sales(position)])
    closed = loss_covers(index, ctx.accounts, instrument, days)
    if closed.trades:
        yield sold
    elif closed.perhaps or not closed.complete:
        ctx.missing.add(f"complete history of {ctx.scope}")
        yield Any((sold, Truth(None, f"whether {instrument} was covered at a loss")))
    past = recent_sales(index, ctx.accounts, instrument, days)
    lots = [(lot, days_held(lot, index.book.as_of)) for p in positions for lot in p.lots if lot.quantity < 0]
    young = frozenset(lot.id for lot, age in lots if age is not None and 0 <= age <= days)
    undated = frozenset(lot.id for lot, age in lots if age is None)
    for lot, name in (piece for position in positions for piece in position.covers):
        gain = gain_per_unit(index, lot)
        if gain is None or gain < 0:
            covered = _none(ctx, f"covered at a loss of lot {lot.id}", instrument, [name])
            doubt = () if gain is not None else (Truth(None, f"whether lot {lot.id} is at a loss"),)
            yield Any((covered, sold, *doubt))
            if len(young) > (lot.id in young) or _sold_otherwise(lot, past):
                yield Any((covered, *doubt)) if doubt else covered
            elif len(undated) > (lot.id in undated) or not past.complete:
                ctx.missing.add(f"complete history of {ctx.scope}")
                yield Any((covered, *doubt, Truth(None, f"whether {instrument} was sold in the last {days} days")))


def _none(ctx: Context, what: str, instrument: str, names: Iterable[str]) -> Leaf:
    """None of these units; one form, however often it is spoken of."""
    label = f"units {what} of {instrument}"
    form = ctx.universe.table.form(f"{label}/{ctx.scope}", ZERO, tuple((ONE, name) for name in names))
    return Leaf(lin(form), Op.LE, Lin(ZERO), label=label, unit="shares")


def _sold_otherwise(lot: Lot, past: Past) -> bool:
    """Whether anything was sold but by the short sale that the lot stands for, as far as the facts tell."""
    return not all(_opened(lot, trade) for trade in past.trades)


def _opened(lot: Lot, trade: Trade) -> bool:
    same = (trade.account, trade.instrument, trade.day) == (lot.account, lot.instrument, lot.acquired)
    return same and trade.side is Side.SHORT
