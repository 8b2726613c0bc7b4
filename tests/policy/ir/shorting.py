"""A book with an account that may sell short, one that may and has not, and one that may not."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from policy.book.facts import Account, Book, Instrument, Issuer, Lot, Order, Price, Relief, Side, Trade, Value

F = Fraction
DAY = date(2026, 6, 30)
GROUPS = "groups identical group"
INSTRUMENTS = ("BOTH", "DOWN", "FLAT", "UP")


def order(side: Side, instrument: str, quantity: int, *, account: str = "A") -> Order:
    return Order(account, instrument, side, F(quantity))


def shorting(*, other_short: bool = False, trades: tuple[Trade, ...] = (), opened: date = date(2026, 1, 5)) -> Book:
    """`A` holds UP, is short of DOWN and is both in BOTH; everything costs 10. `opened`: when D1 was, which is at a
    loss."""
    return Book(
        as_of=DAY,
        known_at=DAY,
        currency="USD",
        issuers={name: Issuer(name, name) for name in INSTRUMENTS},
        instruments={name: Instrument(name, name, name, "USD") for name in INSTRUMENTS},
        households={},
        accounts={
            "A": _account("A", short_sales=True),
            "other": _account("other", short_sales=other_short),
            "plain": _account("plain", short_sales=False),
        },
        lots={
            lot.id: lot
            for lot in (
                Lot("U1", "A", "UP", F(100), F(8), date(2025, 1, 6)),
                Lot("D1", "A", "DOWN", F(-30), F(9), opened),
                Lot("D2", "A", "DOWN", F(-10), F(12), date(2025, 1, 6)),
                Lot("B1", "A", "BOTH", F(20), F(8), date(2025, 1, 6)),
                Lot("B2", "A", "BOTH", F(-5), F(12), date(2025, 1, 6)),
            )
        },
        prices=tuple(Price(name, DAY, F(10)) for name in INSTRUMENTS),
        trades=trades,
        complete={of: date(2020, 1, 1) for of in (*(f"history {name}" for name in ("A", "other", "plain")), GROUPS)},
    )


def _account(name: str, *, short_sales: bool) -> Account:
    owes: dict[str, Value] = {"borrowings": F(0)}
    return Account(
        name, name, None, short_sales=short_sales, relief=Relief.FIFO, cash={"USD": (F(1000), F(0))}, facts=owes
    )
