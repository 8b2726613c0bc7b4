"""A random small firm: facts as they come in, with gaps, costs, funds, foreign cash and a past; and orders on them."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from random import Random

from policy.book.cash import own_worth, shortable
from policy.book.facts import (
    Account,
    Book,
    Cost,
    Flow,
    Household,
    Instrument,
    Issuer,
    ListEntry,
    Loading,
    Lot,
    Order,
    Price,
    Rate,
    Relief,
    Side,
    Trade,
    Value,
    Weight,
)
from policy.book.read import Index, index

TODAY = date(2026, 3, 31)
SIGNS = (1, 1, 1, 1, Fraction(-1, 10))  # of lots: one in five is short, and smaller
SECTORS = ("energy", "technology", "utilities")
CLASSES = ("us equity", "fund", "corporate bond", "us treasury")


GROUPS = {f"groups {level}": date(2024, 1, 1) for level in ("household", "identical group")}


def money(rng: Random, low: int, high: int) -> Fraction:
    return Fraction(rng.randint(low * 100, high * 100), 100)


def firm(rng: Random, *, gaps: bool = True) -> Book:
    """`gaps`: some facts, prices and rates are missing."""
    issuers = _issuers(rng, gaps)
    instruments = _instruments(rng, sorted(issuers), gaps)
    accounts = _accounts(rng, gaps)
    lots = _lots(rng, sorted(accounts), sorted(instruments))
    priced = [i for i in instruments if not gaps or rng.random() > 0.04]
    return Book(
        as_of=TODAY,
        known_at=TODAY,
        currency="USD",
        issuers=issuers,
        instruments=instruments,
        households={"H1": Household("H1", "First"), "H2": Household("H2", "Second")},
        accounts=accounts,
        lots=lots,
        prices=tuple(Price(i, TODAY - timedelta(days=rng.randint(0, 3)), money(rng, 1, 300)) for i in priced),
        rates=() if gaps and rng.random() < 0.3 else (Rate("EUR", TODAY, Fraction(109, 100)),),
        entries=(ListEntry("watch", "security", rng.choice(sorted(instruments)), date(2026, 1, 1)),),
        trades=_trades(rng, sorted(accounts), sorted(instruments)),
        flows=(Flow("A1", TODAY + timedelta(days=rng.randint(0, 60)), money(rng, 1, 500)),),
        weights=_weights(rng, sorted(instruments)),
        loadings=tuple(_loadings(rng, sorted(instruments))),
        facts={} if gaps and rng.random() < 0.1 else {"assets under management": money(rng, 1_000, 90_000)},
        complete={
            name: date(2024, 1, 1)
            for name in ("list watch", *(f"{of} {account}" for of in ("history", "flows") for account in accounts))
            if not gaps or rng.random() > 0.2
        }
        | ({} if gaps and len(lots) % 3 == 0 else GROUPS),
    )


def orders(rng: Random, book: Book) -> tuple[Order, ...]:
    """Orders that the book can fill: at most one per account and instrument."""
    priced = {price.instrument for price in book.prices}
    rated = {book.currency, *(rate.currency for rate in book.rates)}
    found: list[Order] = []
    facts = index(book)
    for account in book.accounts.values():
        for instrument in book.instruments.values():
            tradable = instrument.id in priced and instrument.currency in rated and not account.held_away
            if tradable and rng.random() < 0.4:
                order = _order(rng, facts, account, instrument)
                found += [order] if order else []
    return tuple(found)


def _order(rng: Random, facts: Index, account: Account, instrument: Instrument) -> Order | None:
    """More of what is held or short, or less of it; of what is both, only less."""
    held = facts.held.get(account.id, {}).get(instrument.id, ())
    tops = {
        Side.BUY: 40 * instrument.step,
        Side.SHORT: shortable(facts, account.id, instrument.id, own_worth(facts, account.id)),
    }
    opening = [side for side, sign in OPENING if tops[side] and all(lot.quantity * sign > 0 for lot in held)]
    if opening and (not held or rng.random() < 0.5):
        side = rng.choice(opening)
        return Order(account.id, instrument.id, side, min(tops[side], instrument.step * rng.randint(1, 40)))
    if not held:
        return None
    lot = rng.choice(held)
    whole, side = abs(lot.quantity), Side.SELL if lot.quantity > 0 else Side.COVER
    steps = whole // instrument.step
    piece = whole if steps == 0 or rng.random() < 0.3 else instrument.step * rng.randint(1, int(steps))
    if account.relief is Relief.SPECIFIC:
        return Order(account.id, instrument.id, side, piece, ((lot.id, piece),))
    total = sum((abs(other.quantity) for other in held if other.quantity * lot.quantity > 0), Fraction(0))
    return Order(account.id, instrument.id, side, total)


OPENING = ((Side.BUY, 1), (Side.SHORT, -1))


def _issuers(rng: Random, gaps: bool) -> dict[str, Issuer]:
    found = {}
    for number in range(rng.randint(2, 4)):
        name = f"X{number}"
        parent = f"X{number - 1}" if number and rng.random() < 0.3 else None
        facts: dict[str, Value] = {"coal revenue share": Fraction(rng.choice((0, 0, 4, 5, 6, 40)), 100)}
        facts["votes outstanding"] = Fraction(rng.randint(50, 4000))
        found[name] = Issuer(name, f"Issuer {number}", parent, _some(rng, facts, gaps))
    return found


def _instruments(rng: Random, issuers: list[str], gaps: bool) -> dict[str, Instrument]:
    found: dict[str, Instrument] = {}
    for number in range(rng.randint(2, 5)):
        name = f"S{number}"
        facts: dict[str, Value] = {
            "sector": rng.choice(SECTORS),
            "asset class": rng.choice(CLASSES),
            "risk score": Fraction(rng.randint(1, 7)),
            "par per unit": money(rng, 0, 1000),
            "votes per share": Fraction(rng.choice((0, 1, 1, 10))),
            "shares outstanding": Fraction(rng.randint(50, 4000)),
        }
        found[name] = Instrument(
            name,
            f"Security {number}",
            None if gaps and rng.random() < 0.08 else rng.choice(issuers),
            rng.choice(("USD", "USD", "USD", "EUR")),
            step=rng.choice((Fraction(1), Fraction(1), Fraction(1, 1000), Fraction(1, 100))),
            constituents=_constituents(rng, sorted(found), gaps),
            identical="twins" if rng.random() < 0.3 else None,
            facts={**_some(rng, facts, gaps), "derivative": False},
        )
    return found


def _constituents(rng: Random, others: list[str], gaps: bool) -> tuple[tuple[str, Fraction], ...] | None:
    if not others or rng.random() < 0.75:
        return ()
    if gaps and rng.random() < 0.2:
        return None
    share = Fraction(rng.choice((5, 30, 50)), 100)
    return tuple((other, share) for other in others[:2])


def _accounts(rng: Random, gaps: bool) -> dict[str, Account]:
    found = {}
    for number in range(1, rng.randint(2, 4)):
        name = f"A{number}"
        found[name] = Account(
            name,
            f"Account {number}",
            rng.choice(("H1", "H1", "H2")),
            tags=frozenset({"fund"}) if rng.random() < 0.5 else frozenset(),
            held_away=number > 1 and rng.random() < 0.15,
            short_sales=rng.random() < 0.4,
            relief=rng.choice(tuple(Relief)),
            cash={"USD": (money(rng, 0, 9000), money(rng, 0, 90)), **({"EUR": (money(rng, 0, 50), Fraction(0))})}
            if rng.random() < 0.3
            else {"USD": (money(rng, 0, 9000), Fraction(0))},
            model="M",
            benchmark="M",
            cost=Cost(money(rng, 0, 5), Fraction(rng.choice((0, 0, 5)), 1000), Fraction(rng.choice((0, 5, 7)), 10000)),
            facts={
                "client risk tolerance": Fraction(rng.randint(3, 5)),
                "plan assets": money(rng, 100, 9000),
                **_borrowed(rng, gaps),
            },
        )
    return found


def _borrowed(rng: Random, gaps: bool) -> dict[str, Value]:
    if gaps and rng.random() < 0.06:
        return {}
    return {"borrowings": money(rng, 1, 400) if rng.random() < 0.2 else Fraction(0)}


def _lots(rng: Random, accounts: list[str], instruments: list[str]) -> dict[str, Lot]:
    found = {}
    for number in range(rng.randint(1, 9)):
        name = f"L{number}"
        found[name] = Lot(
            name,
            rng.choice(accounts),
            rng.choice(instruments),
            rng.choice(SIGNS) * Fraction(rng.randint(1, 60_000), rng.choice((1000, 1000, 10))),
            None if rng.random() < 0.05 else money(rng, 1, 300),
            TODAY - timedelta(days=rng.randint(0, 900)),
        )
    return found


def _trades(rng: Random, accounts: list[str], instruments: list[str]) -> tuple[Trade, ...]:
    return tuple(
        Trade(
            rng.choice(accounts),
            rng.choice(instruments),
            rng.choice((Side.BUY, Side.SELL)),
            Fraction(rng.randint(1, 50)),
            money(rng, 1, 300),
            TODAY - timedelta(days=rng.choice((5, 29, 30, 31, 200))),
            rng.choice((None, Fraction(-3), Fraction(3))),
        )
        for _ in range(rng.randint(0, 3))
    )


def _weights(rng: Random, instruments: list[str]) -> tuple[Weight, ...]:
    """By security; sometimes short of the whole, and by sector as well, with a sector that nothing is in."""
    each = Fraction(1, len(instruments) + rng.randint(0, 1))
    by_sector = (*SECTORS, "health") if rng.random() < 0.5 else ()
    return (
        *(Weight("M", "security", name, each) for name in instruments),
        *(Weight("M", "sector", name, Fraction(rng.randint(1, 25), 100)) for name in by_sector),
    )


def _loadings(rng: Random, instruments: list[str]) -> list[Loading]:
    return [
        Loading(name, factor, Fraction(rng.randint(1, 30), 100))
        for name in instruments
        for factor in ("market", "specific")
        if rng.random() < 0.97
    ]


def _some(rng: Random, facts: dict[str, Value], gaps: bool) -> dict[str, Value]:
    return {name: value for name, value in facts.items() if not gaps or rng.random() > 0.06}
