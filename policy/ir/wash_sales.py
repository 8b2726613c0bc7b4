"""Wash sales (26 USC 1091), per group of substantially identical securities: a sale at a loss with a purchase within
the days before or after; and of what is short (1091(e)), a cover at a loss with a sale."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction

from policy.book.facts import Lot, Side, Trade
from policy.book.groups import key
from policy.book.history import Past, loss_covers, loss_sales, recent_purchases, recent_sales
from policy.book.holding import days_held, gain_per_unit
from policy.interval import ZERO
from policy.ir import core
from policy.ir.bound import All, Any, Formula, Leaf, Lin, Op, Truth
from policy.ir.context import Context, total
from policy.ir.forbid import Bans
from policy.ir.forms import ONE
from policy.ir.picks import Exposure, Group, Part
from policy.ir.positions import Position, purchases, sales


def washed(node: core.WashSale, ctx: Context) -> Bans:
    """Per group of substantially identical securities, over all accounts of the scope: no purchase after a sale at a
    loss, no sale at a loss after a purchase, and not both among these orders."""
    by_group: dict[str, list[Position]] = {}
    for account in ctx.accounts:
        for position in ctx.universe.positions.get(account, ()):
            identical = key(ctx.universe.index, position.instrument.id, "identical group")
            by_group.setdefault(identical or position.instrument.id, []).append(position)
    for name, positions in sorted(by_group.items()):
        missing: set[str] = set()
        inner = replace(ctx, missing=missing)
        found = tuple(Exposure(position, position.instrument, ONE) for position in positions)
        group = Group("identical group", name, name, (Part(None, found),))
        tests = *_windows(inner, positions, node.days), *_covered_at_loss(inner, positions, node.days)
        yield group, All(tests), missing


def _windows(ctx: Context, positions: list[Position], days: int) -> Iterator[Formula]:
    index, instrument = ctx.universe.index, positions[0].instrument.id
    bought = _units(ctx, "bought", instrument, [name for position in positions for name in purchases(position)])
    sold_before = loss_sales(index, ctx.accounts, instrument, days)
    if sold_before.trades:
        yield bought
    elif sold_before.perhaps or not sold_before.complete:
        ctx.missing.add(f"complete history of {ctx.scope}")
        yield Any((bought, Truth(None, f"whether {instrument} was sold at a loss")))
    lots = [lot for position in positions for lot in position.lots if lot.quantity > 0]
    past = recent_purchases(index, ctx.accounts, instrument, days)
    for loss, losing in _losing(ctx, positions).items():
        doubt = () if loss else (Truth(None, f"whether lots of {instrument} are at a loss"),)
        yield Any((_units(ctx, "sold at a loss", instrument, losing.values()), bought, *doubt))
        for recent, washed_ in _after_purchase(losing, lots, past, ctx.universe.book.as_of, days).items():
            sold = _units(ctx, "sold at a loss", instrument, washed_)
            unsure = () if recent else (Truth(None, f"whether {instrument} was bought in the last {days} days"),)
            if not recent:
                ctx.missing.add(f"complete history of {ctx.scope}")
            yield Any((sold, *unsure, *doubt)) if unsure or doubt else sold


def _units(ctx: Context, what: str, instrument: str, names: Iterable[str]) -> Leaf:
    """None of these units, as one form that several parts of the obligation share."""
    label = f"units {what} of {instrument}"
    return Leaf(total(ctx, label, tuple((ONE, name) for name in names)), Op.LE, Lin(ZERO), label=label, unit="shares")


def _losing(ctx: Context, positions: Iterable[Position]) -> dict[bool, dict[str, str]]:
    """Sales, by lot, of lots that are worth less than their basis (True), and of lots of which that is not known."""
    found: dict[bool, dict[str, str]] = {}
    for position in positions:
        for lot, name in position.sells:
            gain = gain_per_unit(ctx.universe.index, lot)
            if gain is None or gain < 0:
                found.setdefault(gain is not None, {})[lot.id] = name
    return found


def _after_purchase(
    sales: Mapping[str, str], lots: Collection[Lot], past: Past, today: date, days: int
) -> dict[bool, list[str]]:
    """Sales that are wash sales because another lot was acquired within the window (True), and sales of which that is
    not known. A purchase in the history made another lot where more was bought on its day than is left of that day's
    lots: what it made is gone, and counts all the same."""
    ages = [(lot.id, days_held(lot, today)) for lot in lots]
    gone = _gone(past.trades, lots)
    young = frozenset(lot for lot, age in ages if age is not None and 0 <= age <= days)
    undated = frozenset(lot for lot, age in ages if age is None)
    found: dict[bool, list[str]] = {}
    for lot, name in sales.items():
        if (gone and lot not in undated) or len(young) > (lot in young):
            found.setdefault(True, []).append(name)
        elif gone or len(undated) > (lot in undated) or not past.complete:
            found.setdefault(False, []).append(name)
    return found


def _gone(trades: Iterable[Trade], lots: Iterable[Lot]) -> bool:
    """Whether more was bought, of some instrument in some account on some day, than its lots of that day still hold."""
    left: dict[tuple[str, str, date | None], Fraction] = {}
    for lot in lots:
        place = lot.account, lot.instrument, lot.acquired
        left[place] = left.get(place, ZERO) + lot.quantity
    for trade in trades:
        if trade.side is Side.BUY:
            place = trade.account, trade.instrument, trade.day
            left[place] = left.get(place, ZERO) - trade.quantity
    return any(rest < 0 for rest in left.values())


# --- what is short -------------------------------------------------------------------------------


def _covered_at_loss(ctx: Context, positions: list[Position], days: int) -> Iterator[Formula]:
    """Over positions in substantially identical securities: no sale after a cover at a loss, no cover at a loss after a
    sale, and not both among these orders."""
    if all(position.shorted is None for position in positions):
        return
    index, instrument = ctx.universe.index, positions[0].instrument.id
    sold = _units(ctx, "sold", instrument, [name for position in positions for name in sales(position)])
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
            covered = _units(ctx, f"covered at a loss of lot {lot.id}", instrument, [name])
            doubt = () if gain is not None else (Truth(None, f"whether lot {lot.id} is at a loss"),)
            yield Any((covered, sold, *doubt))
            if len(young) > (lot.id in young) or _sold_otherwise(lot, past):
                yield Any((covered, *doubt)) if doubt else covered
            elif len(undated) > (lot.id in undated) or not past.complete:
                ctx.missing.add(f"complete history of {ctx.scope}")
                yield Any((covered, *doubt, Truth(None, f"whether {instrument} was sold in the last {days} days")))


def _sold_otherwise(lot: Lot, past: Past) -> bool:
    """Whether anything was sold but by the short sale that the lot stands for, as far as the facts tell."""
    return not all(_opened(lot, trade) for trade in past.trades)


def _opened(lot: Lot, trade: Trade) -> bool:
    same = (trade.account, trade.instrument, trade.day) == (lot.account, lot.instrument, lot.acquired)
    return same and trade.side is Side.SHORT
