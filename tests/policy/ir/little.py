"""Books of a few lines, and what a rule says of them: for defects that need one fact more or less."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from policy.book.facts import Account, Book, Household, Instrument, Issuer, Lot, Order, Price, Relief, Side, Value
from policy.book.read import index
from policy.ir.bind import bind
from policy.ir.bound import Outcome
from policy.ir.point import point_of
from policy.judge.eval import judge
from policy.judge.verdict import Finding
from tests.policy.lowering import lowered

F = Fraction
DAY = date(2026, 6, 30)


def security(name: str, facts: Mapping[str, Value] | None = None) -> Instrument:
    """Of an issuer of the same name."""
    return Instrument(name, name, name, "USD", facts=facts or {})


def account(name: str, cash: int = 0, household: str | None = None) -> Account:
    money = {"USD": (F(cash), F(0))}
    return Account(name, name, household, relief=Relief.FIFO, cash=money, facts={"borrowings": F(0)})


def book(
    held: Mapping[tuple[str, str], int], *instruments: Instrument, accounts: tuple[Account, ...] = (account("A"),)
) -> Book:
    """`held`: units by account and instrument, bought long ago; everything costs 1."""
    homes = {a.household for a in accounts if a.household}
    return Book(
        as_of=DAY,
        known_at=DAY,
        currency="USD",
        issuers={i.issuer: Issuer(i.issuer, i.issuer) for i in instruments if i.issuer},
        instruments={i.id: i for i in instruments},
        households={home: Household(home, home) for home in homes},
        accounts={a.id: a for a in accounts},
        lots={
            f"{of}/{name}": Lot(f"{of}/{name}", of, name, F(units), F(units), date(2020, 1, 1))
            for (of, name), units in held.items()
            if units
        },
        prices=tuple(Price(i.id, DAY, F(1)) for i in instruments),
    )


def rule(demand: str, *, applies: str = "each account", breach: str = "block", tested: str = "proposal") -> str:
    """The demand within a rule that lacks nothing."""
    return f"""rule R-1 "a rule"
  source "policy"
  applies to {applies}
  counting market value
  {demand}
  missing data counts as unknown
  tested at {tested}
  on breach {breach}, waiver by "CCO"
end
"""


def waiver(covering: str, allows: str = "lifts the rule") -> str:
    return f"""waiver W-1 for R-1
  {covering}
  {allows}
  effective from 2026-01-01 until 2026-12-31
  reason "a reason"
  approved by "CCO" on 2025-12-31
end
"""


def findings(text: str, of: Book, *orders: Order) -> tuple[Finding, ...]:
    point = point_of(index(of), orders)
    assert isinstance(point, dict), point
    return judge(bind(lowered(text), of, orders), point, standing=not orders).findings


def outcome(text: str, of: Book, *orders: Order) -> Outcome:
    """The worst of all findings; a book that nothing is said of has none."""
    return max((found.outcome for found in findings(text, of, *orders)), key=lambda found: found.rank)


def buy(name: str, units: int = 1, account: str = "A") -> Order:
    return Order(account, name, Side.BUY, F(units))


def sell(name: str, units: int = 1, account: str = "A") -> Order:
    return Order(account, name, Side.SELL, F(units))
