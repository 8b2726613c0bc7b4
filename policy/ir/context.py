"""Where a sentence is read: for which accounts, counted how, for which group; and the forms that follow."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeVar, cast

from dsl.vocabulary import term
from policy.book.costs import paid_per_unit, received_per_unit
from policy.book.facts import Value
from policy.book.groups import fact as instrument_fact
from policy.book.groups import fact_age, is_derivative
from policy.book.holding import cost as lot_cost
from policy.book.prices import price_age, rate, unit_value
from policy.book.read import Index
from policy.interval import NOT_NEGATIVE, ZERO, Interval, Number, times
from policy.ir.bound import Any as AnyOf
from policy.ir.bound import Formula, Leaf, Lin, Op, Truth
from policy.ir.core import Pick, Test
from policy.ir.exposures import NOTHING, by_lot, cash, direct, through_funds, unheld, untold
from policy.ir.fields import words
from policy.ir.forms import Terms, lin
from policy.ir.picks import PERHAPS, Exposure, Group, Part, groups
from policy.ir.positions import MINUS_ONE, Position, Universe, net_assets, purchases, sales

ONE = Fraction(1)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Context:
    """`scope`: its name for people ("household Smith"). `missing` collects facts that were looked for and not
    found. `stale`: terms whose facts are older than the rule allows."""

    universe: Universe
    scope: str
    accounts: tuple[str, ...]
    measure: str
    look_through: bool
    de_minimis: Fraction | None
    missing: set[str]
    group: Group | None = None
    gross: bool = False  # what is short counts as what is held does

    def within(self, group: Group, missing: set[str] | None = None) -> Context:
        """The same place for one group, collecting what is missing apart where a set is given."""
        found = self.missing if missing is None else missing
        return replace(self, missing=found, group=group)


def exposures(ctx: Context) -> list[Exposure]:
    """What the scope holds, as the rule counts it."""
    return once(ctx, "exposures", lambda: _exposures(ctx))


def _exposures(ctx: Context) -> list[Exposure]:
    if ctx.look_through:
        return through_funds(ctx.universe, ctx.accounts, ctx.de_minimis)
    return direct(ctx.universe, ctx.accounts)


def picked(ctx: Context, pick: Pick, test: Test | None = None) -> tuple[Group, ...]:
    """The groups of the pick in the scope. A test that speaks of weights in a model is asked of every group that the
    model gives a weight to, held or not."""
    weights = WEIGHTS & frozenset(() if test is None else words(test))
    found, missing = once(ctx, (pick, weights), lambda: _picked(ctx, pick, weights))
    ctx.missing.update(missing)
    return found


WEIGHTS = frozenset({"target weight", "index weight"})


def _picked(ctx: Context, pick: Pick, weights: frozenset[str]) -> tuple[tuple[Group, ...], frozenset[str]]:
    missing: set[str] = set()
    wanted = [e for term in sorted(weights) for e in unheld(ctx.universe, ctx.accounts, pick.level, term)]
    found = groups(ctx.universe, [*held(ctx, pick.level), *wanted], pick, missing)
    if pick.level not in OF_HOLDINGS:
        others = [e for term in sorted(weights) for e in untold(ctx.universe, ctx.accounts, pick.level, term)]
        found += groups(ctx.universe, others, pick, missing)
    return found, frozenset(missing)


OF_HOLDINGS = frozenset({"lot", "order", "account"})
"""Levels of which no model speaks."""


def held(ctx: Context, level: str) -> list[Exposure]:
    """What groups of a level are made of: cash is an asset class as well."""
    match level:
        case "lot":
            return by_lot(ctx.universe, ctx.accounts)
        case "asset class":
            return [*exposures(ctx), *cash(ctx.accounts)]
        case _:
            return exposures(ctx)


def once(ctx: Context, question: Hashable, answer: Callable[[], T]) -> T:
    """The answer for these accounts, counted this way; found once per binding."""
    key = (ctx.accounts, ctx.look_through, ctx.de_minimis, ctx.gross, question)
    memory = ctx.universe.memory
    if key not in memory:
        memory[key] = answer()
    return cast(T, memory[key])


def net(ctx: Context) -> Lin:
    """Net assets of the scope: unknown below where an account does not say what it owes."""
    accounts = ctx.universe.book.accounts
    ctx.missing.update(f"borrowings of account {a}" for a in ctx.accounts if "borrowings" not in accounts[a].facts)
    return lin(net_assets(ctx.universe.table, ctx.scope, ctx.accounts))


def unit_of(measure: str, currency: str) -> str:
    """The unit of a measure: the base currency, or shares, or votes."""
    known = term(measure)
    return currency if known is None or known.unit == "money" else known.unit


# --- measures ----------------------------------------------------------------------------------


def part_sum(ctx: Context, group: Group, part: Part, measure: str) -> Lin:
    """The part's exposures, measured, as one form."""
    return total(ctx, f"{said(ctx, measure)}/{group.level}/{group.key}", _terms(ctx, part.exposures, measure))


def group_sum(ctx: Context, group: Group, measure: str) -> Lin:
    """The group's exposures, measured, as one form."""
    measured_by = said(ctx, measure)
    label = f"{measured_by}/{group.level}/{group.key}"
    return once(ctx, (measured_by, group), lambda: total(ctx, label, _terms(ctx, group.exposures, measure)))


def total(ctx: Context, label: str, terms: Terms) -> Lin:
    """A named sum of the scope: one form, shared by all that add up the same. A sum of one thing is that thing."""
    if len(terms) == 1 and terms[0][0] == ONE:
        return lin(terms[0][1])
    return lin(ctx.universe.table.form(f"{label}/{ctx.scope}", ZERO, terms))


def _terms(ctx: Context, found: tuple[Exposure, ...], measure: str) -> Terms:
    return tuple((e.weight, measured(ctx, e.position, measure)) for e in found)


def said(ctx: Context, measure: str) -> str:
    """The measure in words."""
    own = ctx.measure if measure == "value" else measure
    return f"gross {own}" if ctx.gross else own


def measured(ctx: Context, position: Position, measure: str) -> str:
    """The form of one position in a measure; `value` is the rule's own measure."""
    said = ctx.measure if measure == "value" else measure
    table, key = ctx.universe.table, f"{position.account}/{position.instrument.id}"
    if position.units == NOTHING:  # a weight in a model, where nothing is held; the holding has forms of its own
        return NOTHING
    if not position.instrument.id:
        return position.value if said in OF_CASH else table.form(NOTHING, ZERO, ())
    gross, units = _is_gross(ctx, position), _units(ctx, position)
    name = f"gross {said}/{key}" if gross else f"{said}/{key}"
    match said:
        case "market value" | "value":
            worth = NOT_NEGATIVE if position.price is None else position.price
            return table.form(name, ZERO, ((worth, units),)) if gross else position.value
        case "shares":
            return units
        case "units held":
            return units if gross else position.long
        case "par":
            return table.form(name, ZERO, ((_par(ctx, position), units),))
        case "cost":
            return table.form(name, ZERO, _cost(ctx, position))
        case "voting shares":
            return table.form(name, ZERO, ((_carries_votes(ctx, position), units),))
        case "votes held":
            return table.form(name, ZERO, ((_votes(ctx, position), units),))
        case "notional" | "exposure":
            return _notional(ctx, position, said, name)
        case "shares bought":
            return table.form(f"shares bought/{key}", ZERO, _ordered(position, ONE, bought=True))
        case "shares traded":
            return table.form(f"shares traded/{key}", ZERO, _ordered(position, ONE))
        case "value traded":
            return table.form(f"value traded/{key}", ZERO, _ordered(position, position.price or ZERO))
        case _:
            raise AssertionError(f"the measure `{said}` has no form")


def _is_gross(ctx: Context, position: Position) -> bool:
    return ctx.gross and position.shorted is not None


def _units(ctx: Context, position: Position) -> str:
    """Units held less units short; their sum where a rule counts gross of shorts."""
    if not _is_gross(ctx, position):
        return position.units
    less = tuple((MINUS_ONE, name) for _, name in (*position.sells, *position.covers))
    more = tuple((ONE, name) for name in (position.buy, position.short) if name is not None)
    held = sum((abs(lot.quantity) for lot in position.lots), ZERO)
    return ctx.universe.table.form(f"gross units/{position.account}/{position.instrument.id}", held, (*more, *less))


OF_CASH = frozenset({"value", "market value", "cost", "par", "notional", "exposure", "shares", "units held"})
"""Measures in which a balance of cash is what it is worth; it carries no votes and is not traded."""


def _cost(ctx: Context, position: Position) -> Terms:
    """What the lots that remain cost, and what purchases cost by the estimate of `policy.book.costs`: the ticket and
    the rounding of a fill, which its lot's basis will carry, are left out. A short lot's basis is what it brought, and
    counts below zero unless shorts count gross. A lot of unknown basis that is sold whole costs nothing."""
    universe = ctx.universe
    closed = {lot.id: name for lot, name in (*position.sells, *position.covers)}
    brought = ONE if _is_gross(ctx, position) else MINUS_ONE
    terms: list[tuple[Number, str]] = []
    for lot in position.lots:
        sign = ONE if lot.quantity > 0 else MINUS_ONE
        moves = ((-sign, closed[lot.id]),) if lot.id in closed else ()
        left = universe.table.form(f"left/{lot.id}", lot.quantity, moves)
        cost = lot_cost(universe.index, lot)
        unit = NOT_NEGATIVE if cost is None else cost / lot.quantity
        terms.append((unit if sign == ONE else times(-brought, unit), left))
    if position.price is not None:
        costs = universe.book.accounts[position.account].cost
        if position.buy is not None:
            terms.append((paid_per_unit(costs, position.price), position.buy))
        if position.short is not None:
            terms.append((brought * received_per_unit(costs, position.price), position.short))
    return tuple(terms)


def _ordered(position: Position, each: Fraction, *, bought: bool = False) -> Terms:
    """What these orders buy, and unless only that is asked for, sell."""
    names = purchases(position) if bought else (*purchases(position), *sales(position))
    return tuple((each, name) for name in names)


def _carries_votes(ctx: Context, position: Position) -> Number:
    voting = fact(ctx, position, "voting security")
    return PERHAPS if voting is None else Fraction(bool(voting))


def _votes(ctx: Context, position: Position) -> Number:
    votes = fact(ctx, position, "votes per share")
    return votes if isinstance(votes, Fraction) else NOT_NEGATIVE


def _par(ctx: Context, position: Position) -> Number:
    """Face amount of one unit in the base currency: stated per unit, in the instrument's own currency."""
    face = fact(ctx, position, "par per unit")
    exchange = rate(ctx.universe.index, position.instrument.currency)
    if exchange is None:
        ctx.missing.add(f"exchange rate of {position.instrument.currency}")
    return times(face if isinstance(face, Fraction) else NOT_NEGATIVE, NOT_NEGATIVE if exchange is None else exchange)


def _notional(ctx: Context, position: Position, measure: str, name: str) -> str:
    """units · multiplier · price of the underlying, times delta for `exposure`; what is no derivative counts with its
    market value. A derivative may stand for any amount while its underlying is not known."""
    instrument = position.instrument
    if instrument.underlying is None and is_derivative(instrument) is False:
        return measured(ctx, position, "market value")
    price = unit_value(ctx.universe.index, instrument.underlying) if instrument.underlying else None
    if price is None:
        ctx.missing.add(f"{'price of the ' if instrument.underlying else ''}underlying of {instrument.id}")
    worth: Number = NOT_NEGATIVE if price is None else price * instrument.multiplier
    if measure == "exposure":
        delta = fact(ctx, position, "delta")
        worth = times(delta if isinstance(delta, Fraction) else Interval(MINUS_ONE, ONE), worth)
    return ctx.universe.table.form(name, ZERO, ((worth, _units(ctx, position)),))


def fact(ctx: Context, position: Position, name: str) -> Value | None:
    value = instrument_fact(ctx.universe.index, position.instrument.id, name, position.account)
    if value is None:
        ctx.missing.add(f"{name} of {position.instrument.id}")
    return value


def stale(ctx: Context, words: str, days: int, group: Group | None) -> Iterator[Formula]:
    """What keeps data (prices, or a fact) that are more than `days` old, or of no stated day, from mattering: nothing
    for what is held, and that nothing is bought or sold short for what is not."""
    index = ctx.universe.index
    for exposure in exposures(ctx) if group is None else group.exposures:
        subject, position = exposure.subject, exposure.position
        if subject is not None and not subject.id:
            continue
        age = None if subject is None else _age(index, subject.id, words)
        opens = [name for name in (position.buy, position.short) if name is not None]
        if (age is None or age > days) and (position.lots or opens):
            unknown = Truth(None, f"{words} of {exposure.name} is older than {days} days, or of no stated day")
            units = Lin(ZERO, tuple((ONE, name) for name in opens))
            none = Leaf(units, Op.LE, Lin(ZERO), label=f"units bought of {exposure.name}", unit="shares")
            yield unknown if position.lots else AnyOf((none, unknown))


def _age(index: Index, instrument: str, words: str) -> int | None:
    return price_age(index, instrument) if words == "price" else fact_age(index, instrument, words)
