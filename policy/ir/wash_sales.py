"""Wash sales (26 USC 1091), per group of substantially identical securities: a sale at a loss with a purchase within
the days before or after; and of what is short (1091(e)), a cover at a loss with a sale."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from policy.book.facts import Lot, Side, Trade
from policy.book.groups import key as group_of
from policy.book.history import Past, loss_covers, loss_sales, recent_purchases, recent_sales
from policy.book.holding import days_held, gain_per_unit
from policy.interval import ZERO
from policy.ir import core
from policy.ir.bound import All, Any, Formula, Leaf, Lin, Op, Truth
from policy.ir.context import Context, total
from policy.ir.forbid import Ban, Bans
from policy.ir.forms import ONE
from policy.ir.picks import Exposure, Group, Part
from policy.ir.positions import Position, purchases, sales


@dataclass(frozen=True, slots=True)
class Alike:
    """What is taken to be substantially identical: what the scope holds or may buy of it, and the ids of all of it,
    which may have been traded before."""

    name: str
    positions: tuple[Position, ...]
    instruments: tuple[str, ...]


def washed(node: core.WashSale, ctx: Context) -> Bans:
    """Per group of substantially identical securities, over all accounts of the scope: no purchase after a sale at a
    loss, no sale at a loss after a purchase, and not both among these orders. What states no group may be of any: where
    that could matter the rule is unknown."""
    members = ctx.universe.index.identical
    held: dict[str | None, list[Position]] = {}
    for account in ctx.accounts:
        for position in ctx.universe.positions.get(account, ()):
            group = group_of(ctx.universe.index, position.instrument.id, "identical group")
            held.setdefault(group, []).append(position)
    loose = Alike("securities that may be identical", tuple(held.pop(None, ())), _seen(ctx, members.get(None, ())))
    for name, positions in sorted((name, found) for name, found in held.items() if name is not None):
        sure = Alike(positions[0].instrument.id, tuple(positions), members[name])
        yield _ban(ctx, node.days, name, (sure,), _with(sure, loose) if loose.instruments else None)
    if loose.positions:
        yield _ban(ctx, node.days, None, _each(loose), loose if len(loose.instruments) > 1 else None)


def _seen(ctx: Context, instruments: Iterable[str]) -> tuple[str, ...]:
    """Those that the scope holds, may buy, or has traded."""
    wanted = frozenset(ctx.accounts)
    here = {p.instrument.id for account in ctx.accounts for p in ctx.universe.positions.get(account, ())}
    traded = ctx.universe.index.traded
    return tuple(i for i in instruments if i in here or any(t.account in wanted for t in traded.get(i, ())))


def _each(loose: Alike) -> tuple[Alike, ...]:
    found: dict[str, list[Position]] = {}
    for position in loose.positions:
        found.setdefault(position.instrument.id, []).append(position)
    return tuple(Alike(name, tuple(positions), (name,)) for name, positions in sorted(found.items()))


def _with(sure: Alike, loose: Alike) -> Alike:
    return Alike(loose.name, (*sure.positions, *loose.positions), (*sure.instruments, *loose.instruments))


def _ban(ctx: Context, days: int, key: str | None, sure: tuple[Alike, ...], widest: Alike | None) -> Ban:
    """What is surely identical must pass the tests. Where all that may be identical passes them too, the answer does
    not hang on what is."""
    missing: set[str] = set()
    inner = replace(ctx, missing=missing)
    tests = [test for alike in sure for test in _tests(inner, alike, days)]
    if widest is not None:
        unstated = frozenset(ctx.universe.index.identical[None])
        missing.update(f"identical group of {name}" for name in widest.instruments if name in unstated)
        tests.append(Any((All(_tests(inner, widest, days)), Truth(None, "which securities are identical"))))
    found = tuple(Exposure(p, p.instrument, ONE) for alike in sure for p in alike.positions)
    group = Group("identical group", key or "?", key or "not known", (Part(None, found),), apart=key is None)
    return group, All(tuple(tests)), missing


def _tests(ctx: Context, alike: Alike, days: int) -> tuple[Formula, ...]:
    return *_windows(ctx, alike, days), *_covered_at_loss(ctx, alike, days)


def _barred(ctx: Context, units: Formula, past: Past, whether: str) -> Iterator[Formula]:
    """No such units after the trades of the past, or where it is not known whether there are any."""
    if past.trades:
        yield units
    elif past.perhaps or not past.complete:
        ctx.missing.add(f"complete history of {ctx.scope}")
        yield Any((units, Truth(None, whether)))


def _windows(ctx: Context, alike: Alike, days: int) -> Iterator[Formula]:
    index, instrument, positions = ctx.universe.index, alike.name, alike.positions
    bought = _units(ctx, "bought", instrument, [name for position in positions for name in purchases(position)])
    sold_before = loss_sales(index, ctx.accounts, alike.instruments, days)
    yield from _barred(ctx, bought, sold_before, f"whether {instrument} was sold at a loss")
    lots = [lot for position in positions for lot in position.lots if lot.quantity > 0]
    past = recent_purchases(index, ctx.accounts, alike.instruments, days)
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


def _covered_at_loss(ctx: Context, alike: Alike, days: int) -> Iterator[Formula]:
    """Over positions in substantially identical securities: no sale after a cover at a loss, no cover at a loss after a
    sale, and not both among these orders."""
    index, instrument, positions = ctx.universe.index, alike.name, alike.positions
    if all(position.shorted is None for position in positions):
        return
    sold = _units(ctx, "sold", instrument, [name for position in positions for name in sales(position)])
    closed = loss_covers(index, ctx.accounts, alike.instruments, days)
    yield from _barred(ctx, sold, closed, f"whether {instrument} was covered at a loss")
    past = recent_sales(index, ctx.accounts, alike.instruments, days)
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
