"""Prohibitions, per holding: buy, sell, hold, short, trade; and wash sales, per group of identical securities."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction

from dsl.vocabulary import term
from policy.book.facts import Lot, Side, Trade
from policy.book.groups import key
from policy.book.history import Past, loss_sales, recent_purchases
from policy.book.holding import days_held, gain_per_unit
from policy.interval import ZERO
from policy.ir import core
from policy.ir.bound import All, Any, Formula, Leaf, Lin, Op, Truth
from policy.ir.context import Context, exposures, total
from policy.ir.covers import covered_at_loss
from policy.ir.exposures import by_lot
from policy.ir.forms import ONE, lin
from policy.ir.picks import Exposure, Group, Part, residual
from policy.ir.positions import Position, purchases, sales

Bans = Iterator[tuple[Group, Formula, set[str]]]
"""Group, what must hold, and the facts that were missing."""


def forbidden(node: core.Forbid, ctx: Context) -> Bans:
    """One ban per security that the pick may mean; where that is not known, breaking it is unknown."""
    found: dict[str, list[tuple[Exposure, bool | None]]] = {}
    missing: dict[str, set[str]] = {}
    everything = by_lot(ctx.universe, ctx.accounts) if _speaks_of_lots(node.pick.where) else exposures(ctx)
    for exposure in everything:
        name = exposure.position.instrument.id
        certain, rest = residual(ctx.universe, node.pick.where, exposure, missing.setdefault(name, set()))
        assert rest is None, "a ban is bound on facts alone"
        if certain is not False:
            found.setdefault(name, []).append((exposure, certain))
    for name, matched in sorted(found.items()):
        instrument = matched[0][0].position.instrument
        group = Group("security", name, instrument.name, (Part(None, tuple(exposure for exposure, _ in matched)),))
        bans = [ban for verb in node.verbs for ban in _bans(verb, matched)]
        yield group, All(tuple(dict.fromkeys(bans))), missing[name]


def _bans(verb: str, matched: Iterable[tuple[Exposure, bool | None]]) -> Iterator[Formula]:
    for exposure, certain in matched:
        leaf = _ban(verb, exposure)
        if leaf is not None:
            yield leaf if certain else Any((leaf, Truth(None, f"whether the rule means {exposure.name}")))


def _ban(verb: str, exposure: Exposure) -> Leaf | None:
    """A purchase is what opens a long position or covers a short lot, a sale what uses a long lot or opens a short
    position."""
    position, name = exposure.position, exposure.position.instrument.name
    match verb:
        case "buy" if names := purchases(position, exposure.lot):
            return _nothing(f"units bought of {name}", names)
        case "sell" if names := sales(position, exposure.lot):
            return _nothing(f"units sold of {name}", names)
        case "hold":
            return _nothing(f"units held of {name}", [position.units])
        case "short" if position.shorted is not None:
            return _nothing(f"units short of {name}", [position.shorted])
        case "short":
            return Leaf(lin(position.units), Op.GE, Lin(ZERO), label=f"units held of {name}", unit="shares")
        case _:
            return None


def _nothing(label: str, names: Iterable[str]) -> Leaf:
    return Leaf(Lin(ZERO, tuple((ONE, name) for name in names)), Op.LE, Lin(ZERO), label=label, unit="shares")


def _speaks_of_lots(test: core.Test | None) -> bool:
    match test:
        case core.Fact(words):
            known = term(words)
            return known is not None and known.of == "lot"
        case core.All(parts) | core.Any(parts):
            return any(_speaks_of_lots(part) for part in parts)
        case core.Not(part):
            return _speaks_of_lots(part)
        case _:
            return False


# --- wash sales (26 USC 1091) --------------------------------------------------------------------


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
        tests = *_windows(inner, positions, node.days), *covered_at_loss(inner, positions, node.days)
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
