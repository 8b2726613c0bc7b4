"""What orders come to in money: bought, sold, paid in costs, gained, and what tax that gain would owe."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from policy.book.facts import Lot, Order, Side, TaxKind
from policy.book.fills import Fill, fills
from policy.book.holding import is_long_term, unit_cost
from policy.book.prices import unit_value
from policy.book.read import Index
from solver.intent import Tax

ZERO = Fraction(0)
PAYING = (Side.BUY, Side.COVER)


@dataclass(frozen=True, slots=True)
class Line:
    """One order. `worth`: at the book's price, base currency; `cost`: spread, tickets and rounding; `short`, `long`:
    gain realised on lots held up to a year (or short) and longer, in taxable accounts; None where a basis is not
    known."""

    order: Order
    price: Fraction
    worth: Fraction
    cost: Fraction
    short: Fraction | None
    long: Fraction | None


@dataclass(frozen=True, slots=True)
class Ledger:
    """Sums over all lines; a gain that is not known counts as nothing and `unknown_gains` counts it. `tax` is simple:
    the intent's rates on the net gain of each term, where a loss of one lowers what the other owes by its own rate;
    never below zero in sum."""

    lines: tuple[Line, ...]
    bought: Fraction
    sold: Fraction
    cost: Fraction
    short: Fraction
    long: Fraction
    unknown_gains: int
    tax: Fraction


def ledger(index: Index, orders: Sequence[Order], tax: Tax) -> Ledger:
    """The ledger of orders that can be filled."""
    lines = tuple(_line(index, fill) for fill in fills(index, orders) if isinstance(fill, Fill))
    assert len(lines) == len(orders), "an order that cannot be filled"
    short = sum((line.short or ZERO for line in lines), ZERO)
    long = sum((line.long or ZERO for line in lines), ZERO)
    return Ledger(
        lines,
        sum((line.worth for line in lines if line.order.side in PAYING), ZERO),
        sum((line.worth for line in lines if line.order.side not in PAYING), ZERO),
        sum((line.cost for line in lines), ZERO),
        short,
        long,
        sum(line.short is None for line in lines),
        max(ZERO, tax.short * short + tax.long * long),
    )


def _line(index: Index, fill: Fill) -> Line:
    order = fill.order
    worth = order.quantity * fill.worth
    cost = -fill.cash - worth if order.side in PAYING else worth - fill.cash
    taxable = index.book.accounts[order.account].tax is TaxKind.TAXABLE
    if not taxable or not fill.pieces:
        return Line(order, fill.worth, worth, cost, ZERO, ZERO)
    gains = [_gain(index, lot, quantity) for lot, quantity in fill.pieces]
    known = [gain for gain in gains if gain is not None]
    if len(known) < len(gains):
        return Line(order, fill.worth, worth, cost, None, None)
    long = sum((gain for gain, held in known if held), ZERO)
    short = sum((gain for gain, held in known if not held), ZERO)
    return Line(order, fill.worth, worth, cost, short, long)


def _gain(index: Index, lot: Lot, quantity: Fraction) -> tuple[Fraction, bool] | None:
    """Realised on a piece of a lot, and whether it was held for more than a year; what was short never was."""
    price, basis = unit_value(index, lot.instrument), unit_cost(index, lot)
    held = lot.quantity > 0 and is_long_term(lot, index.book.as_of)
    if price is None or basis is None or held is None:
        return None
    return quantity * (price - basis if lot.quantity > 0 else basis - price), held
