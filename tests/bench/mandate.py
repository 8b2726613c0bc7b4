"""A large bound book for the benches, made by the binder: one account, 500 lots, 200 rules, about 10,000 obligations.

The mixture of clauses is that of long mandates: caps per security and issuer make most of the groups, caps per
industry, sector and country most of the rules; a tenth are literal purchase tests, and some are baskets, counts,
top sums and averages.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from random import Random

from policy.book.facts import Account, Book, Household, Instrument, Issuer, Lot, Price, TaxKind
from policy.ir.bind import bind
from policy.ir.bound import Bound, Kind, Moment, Op, Point
from policy.ir.core import (
    Amount,
    Average,
    Compare,
    Every,
    Fact,
    Largest,
    Library,
    Number,
    Own,
    Pick,
    Rule,
    Scalar,
    Scale,
    Term,
    Test,
    Total,
)
from tests.worlds.rules import plain, within

DAY = date(2026, 7, 1)
NET = Term("net assets")
EVERYTHING = "security"


def book(seed: int, *, securities: int = 500, lots: int = 500) -> Book:
    """Lots of random size at random prices to the cent, a little cash."""
    rng = Random(seed)
    names = [f"S{i:04}" for i in range(securities)]
    issuers = {f"X{i:03}": Issuer(f"X{i:03}", f"Issuer {i}") for i in range(max(1, securities * 3 // 5))}
    return Book(
        DAY,
        DAY,
        "USD",
        issuers,
        {name: _instrument(rng, name, rng.choice(list(issuers))) for name in names},
        {"H": Household("H", "Household")},
        {"A": _account()},
        {
            f"L{i:06}": Lot(
                f"L{i:06}", "A", names[i % securities], Fraction(rng.randint(100, 2_000)), Fraction(10), DAY
            )
            for i in range(lots)
        },
        tuple(Price(name, DAY, Fraction(rng.randint(500, 50_000), 100)) for name in names),
    )


def _account() -> Account:
    cash = {"USD": (Fraction(500_000), Fraction(0))}
    return Account("A", "Account", "H", tax=TaxKind.TAXABLE, cash=cash, facts={"borrowings": Fraction(0)})


def _instrument(rng: Random, name: str, issuer: str) -> Instrument:
    sector = rng.randrange(11)
    facts = {
        "sector": f"sector {sector}",
        "industry": f"industry {sector * 4 + rng.randrange(4)}",
        "country": f"country {rng.randrange(20)}",
        "risk score": Fraction(rng.randint(1, 7)),
    }
    return Instrument(name, f"Security {name}", issuer, "USD", facts=facts)


def library(count: int = 200) -> Library:
    """`count` rules, of which the last ones are dropped where fewer are wanted."""
    tests = [*_caps("security", 12), *_caps("ultimate issuer", 8), *_baskets(), *_counts(), *_tops(), *_averages()]
    tests += [*_caps("country", 20), *_caps("sector", 60), *_caps("industry", 30), *_totals(50)]
    chosen = tests[:count]
    return Library(tuple(_rule(number, test) for number, test in enumerate(chosen)), (), ())


def _caps(level: str, count: int) -> Iterator[Test]:
    for number in range(count):
        limit = Scale(Fraction(400 + number, 1000), NET)
        yield Every(Pick(level), Compare(Own(), Op.LT if number % 5 == 4 else Op.LE, limit, NET))


def _baskets() -> Iterator[Test]:
    for percent in (1, 2, 5, 10):
        large = Compare(Own(), Op.GT, Scale(Fraction(percent, 100), NET), NET)
        yield Compare(Total(Pick("ultimate issuer", large)), Op.LE, Scale(Fraction(95, 100), NET), NET)


def _counts() -> Iterator[Test]:
    for least in range(6):
        yield Compare(Number(Pick(EVERYTHING)), Op.GE, Amount(Fraction(10 + least), "count"))


def _tops() -> Iterator[Test]:
    for k in range(5, 15):
        yield Compare(Largest(k, Pick("ultimate issuer")), Op.LE, Scale(Fraction(90, 100), NET), NET)


def _averages() -> Iterator[Test]:
    for number in range(4):
        yield Compare(Average("risk score"), Op.GE, Amount(Fraction(1) + Fraction(number, 10), "score"))


def _totals(count: int) -> Iterator[Test]:
    for number in range(count):
        chosen = Pick(EVERYTHING, Fact("sector", "is", f"sector {number % 11}"))
        left: Scalar = Total(chosen) if number % 2 else Term("cash")
        yield Compare(left, Op.LE, Scale(Fraction(80 + number % 10, 100), NET), NET)


def _rule(number: int, test: Test) -> Rule:
    moments = (Moment.PURCHASE,) if number % 10 == 9 else (Moment.PROPOSAL,)
    return plain(f"rule-{number:03}", within(test), layer="mandate", moments=moments)


def mandate(seed: int = 1, *, rules: int = 200, securities: int = 500, lots: int = 500) -> Bound:
    return bind(library(rules), book(seed, securities=securities, lots=lots))


def orders(rng: Random, bound: Bound, count: int) -> Point:
    """`count` small orders in whole shares, half buys, half sells, and a residue in cents."""
    buys = [q for q in bound.quantities.values() if q.kind is Kind.BUY]
    sells = [q for q in bound.quantities.values() if q.kind is Kind.SELL]
    chosen = rng.sample(buys, count // 2) + rng.sample(sells, count - count // 2)
    point = {q.name: Fraction(rng.randint(1, max(1, min(100, int(q.high))))) for q in chosen}
    return point | {"residue/A": Fraction(rng.randint(-100, 0), 100)}
