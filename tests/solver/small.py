"""Small bound books written by hand: one account, a few instruments, whole shares."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from policy.interval import ZERO, Number
from policy.ir.bound import (
    Bound,
    Domain,
    Formula,
    Kind,
    Leaf,
    Lin,
    Moment,
    Obligation,
    Op,
    Origin,
    Outcome,
    Quantity,
    Rung,
    Scalar,
)
from policy.ir.forms import Table

ONE = Fraction(1)
DAY = date(2026, 7, 1)
ORIGIN = Origin("rule", "Rule", 1, "rule.mandate", 1, 1, "Rule 1", "firm", "00" * 32)


def book(
    prices: Iterable[Number],
    held: Iterable[int],
    *,
    cash: int = 0,
    spread: Fraction = ZERO,
    minimum: Fraction = ZERO,
    specific: bool = True,
    lots: int = 1,
) -> Bound:
    """Instruments I0, I1 … in account A, each position in `lots` equal lots; a residue of nothing."""
    table, domain_prices, crossing, relief = Table(), dict[str, Fraction](), [], dict[str, tuple[str, ...]]()
    flows: list[tuple[Number, str]] = []
    for number, (price, units) in enumerate(zip(prices, held, strict=True)):
        name = f"I{number}"
        known = price if isinstance(price, Fraction) else None
        top = ZERO if known is None else Fraction(100)
        buy = table.quantity(Quantity(f"buy/A/{name}", Kind.BUY, "A", name, None, ZERO, top, ONE))
        sells = tuple(_sell(table, name, lot, Fraction(units, lots)) for lot in range(lots if units else 0))
        terms = ((ONE, buy), *((-ONE, sell) for sell in sells))
        table.form(f"units/A/{name}", Fraction(units), terms)
        table.form(f"value/A/{name}", ZERO, ((price, f"units/A/{name}"),))
        if known is not None:
            flows += [(-known * (1 + spread), buy), *((known * (1 - spread), sell) for sell in sells)]
            domain_prices[name] = known
        crossing += [(buy, sells)] if sells else []
        relief[f"sell/{name}"] = sells
    table.form("cash/A", Fraction(cash), tuple(flows))
    values = tuple((ONE, name) for name in table.forms if name.startswith("value/"))
    table.form("net assets/A", ZERO, ((ONE, "cash/A"), *values))
    domain = Domain("A", "cash/A", ZERO, relief, specific, tuple(crossing), minimum, domain_prices)
    return Bound(DAY, DAY, "USD", table.quantities, table.forms, (), (domain,), "00" * 32, "11" * 32)


def _sell(table: Table, name: str, lot: int, units: Fraction) -> str:
    quantity = Quantity(f"sell/{name}.{lot}", Kind.SELL, "A", name, f"{name}.{lot}", ZERO, units, ONE)
    return table.quantity(quantity)


def rule(
    name: str, *rungs: tuple[Formula, Outcome], otherwise: Outcome = Outcome.BLOCK, breach: bool = False
) -> Obligation:
    ladder = tuple(Rung(formula, outcome, outcome.value) for formula, outcome in rungs)
    return Obligation(name, ORIGIN, "account A", ("A",), None, (Moment.PROPOSAL,), ladder, otherwise, breach)


def must(name: str, formula: Formula) -> Obligation:
    return rule(name, (formula, Outcome.PASS))


def of(name: str, factor: Number = ONE) -> Lin:
    return Lin(ZERO, ((factor, name),))


def value(number: int) -> Lin:
    return of(f"value/A/I{number}")


def at_most(measure: Scalar, bound: Scalar, *, strict: bool = False) -> Leaf:
    return Leaf(measure, Op.LT if strict else Op.LE, bound)


def share(percent: int) -> Lin:
    """Of net assets."""
    return of("net assets/A", Fraction(percent, 100))
