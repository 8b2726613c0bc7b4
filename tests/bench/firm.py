"""A firm of many accounts under one rule book: the instance of the bench of standing verdicts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from random import Random

from policy.book.facts import Account, Book, Household, Instrument, Issuer, Lot, Price, TaxKind
from policy.ir import core
from policy.ir.bound import Op, Outcome
from tests.bench.instances import rule
from tests.worlds.rules import NOWHERE

DAY = date(2026, 7, 1)
NET = core.Term("net assets")
SECTORS, INDUSTRIES, COUNTRIES = 11, 44, 20


@dataclass(frozen=True, slots=True)
class Size:
    """`holders`: how many accounts hold the name `THE`, whose price moves."""

    accounts: int = 10_000
    each: int = 3
    positions: int = 40
    securities: int = 3_000
    holders: int = 2_000


THE = "S0000"


def book(size: Size, seed: int = 1) -> Book:
    """Accounts in households of `each`, their lots of random size at random prices to the cent, a little cash."""
    rng = Random(seed)
    names = [f"S{i:04}" for i in range(size.securities)]
    issuers = {f"X{i:04}": Issuer(f"X{i:04}", f"Issuer {i}") for i in range(size.securities * 3 // 5)}
    prices = {name: Fraction(rng.randint(500, 50_000), 100) for name in names}
    accounts = {name: account for i in range(size.accounts) for name, account in [_account(i, size.each)]}
    holding = set(rng.sample(sorted(accounts), size.holders))
    lots: dict[str, Lot] = {}
    for account in accounts:
        held = rng.sample(names[1:], size.positions - (account in holding)) + [THE] * (account in holding)
        for name in held:
            units = max(1, round(Fraction(rng.randint(10_000, 40_000)) / prices[name]))
            key = f"{account}.{name}"
            lots[key] = Lot(key, account, name, Fraction(units), prices[name] * Fraction(9, 10), DAY)
    return Book(
        DAY,
        DAY,
        "USD",
        issuers,
        {name: _instrument(rng, name, rng.choice(list(issuers))) for name in names},
        {
            home: Household(home, f"Household {home}")
            for home in {a.household for a in accounts.values() if a.household}
        },
        accounts,
        lots,
        tuple(Price(name, DAY, price) for name, price in prices.items()),
        complete={"list restricted": DAY, "groups household": DAY},
    )


def _account(number: int, each: int) -> tuple[str, Account]:
    name, home = f"A{number:05}", f"H{number // each:04}"
    return name, Account(
        name,
        f"Account {name}",
        home,
        tags=frozenset({f"mandate {number % MANDATES}"}),
        tax=TaxKind.TAXABLE,
        cash={"USD": (Fraction(30_000), Fraction(0))},
        facts={"borrowings": Fraction(0)},
    )


def _instrument(rng: Random, name: str, issuer: str) -> Instrument:
    sector = rng.randrange(SECTORS)
    facts = {
        "sector": f"sector {sector}",
        "industry": f"industry {sector * 4 + rng.randrange(4)}",
        "country": f"country {rng.randrange(COUNTRIES)}",
        "asset class": "us equity",
        "risk score": Fraction(rng.randint(1, 7)),
        "derivative": False,
    }
    return Instrument(name, f"Security {name}", issuer, "USD", facts=facts)


# --- rules ---------------------------------------------------------------------------------------


MANDATES = 9


def library(*, everybody: bool = False) -> core.Library:
    """200 rules: 20 that bind every account or household, and 9 mandates of 20 each, of which every account has one; or
    200 that bind `everybody`. A mandate caps names, issuers, sectors, industries and countries, and limits totals of a
    sector, cash, averages, counts, the sums of the largest and threshold baskets; it bans a country. One list."""
    found = []
    for mandate in range(MANDATES + 1):
        of_all = everybody or mandate == MANDATES
        scope = core.Scope("account") if of_all else core.Scope("tagged", f"mandate {mandate}")
        for number, test in enumerate(_mandate(mandate)):
            named = rule(f"R-{mandate}-{number:02}", test)
            found.append(replace(named, scope=core.Scope("household") if of_all and number % 4 == 0 else scope))
    return core.Library(tuple(found), (_restricted(),), ())


def _mandate(number: int) -> list[core.Test]:
    """20 tests, a little looser from one mandate to the next."""
    return [
        *_caps("security", number, 2),
        *_caps("issuer", number, 2),
        *_caps("sector", number, 1),
        *_caps("industry", number, 1),
        *_caps("country", number, 1),
        *_totals(number, 6),
        *_averages(number, 2),
        *_counts(number, 1),
        *_tops(number, 2),
        *_baskets(number, 1),
        *_bans(number),
    ]


def _of_households(found: core.Rule) -> core.Rule:
    return replace(found, scope=core.Scope("household"))


def _share(percent: int, of: core.Scalar = NET) -> core.Scalar:
    return core.Scale(Fraction(percent, 100), of)


LOOSE = {"security": 4, "issuer": 5, "sector": 20, "industry": 12, "country": 14}


def _caps(level: str, start: int, count: int) -> Iterator[core.Test]:
    for number in range(start, start + count):
        limit = _share(LOOSE[level] + number)
        yield core.Every(core.Pick(level), core.Compare(core.Own(), Op.LE, limit, NET))


def _totals(start: int, count: int) -> Iterator[core.Test]:
    for number in range(start, start + count):
        chosen = core.Pick("security", core.Fact("sector", "is", f"sector {number % SECTORS}"))
        left: core.Scalar = core.Total(chosen) if number % 4 else core.Term("cash")
        yield core.Compare(left, Op.LE, _share(15 + 2 * number), NET)


def _averages(start: int, count: int) -> Iterator[core.Test]:
    for number in range(start, start + count):
        limit = core.Amount(Fraction(4) + Fraction(number, 20), "score")
        yield core.Compare(core.Average("risk score"), Op.LE, limit)


def _counts(start: int, count: int) -> Iterator[core.Test]:
    for number in range(start, start + count):
        yield core.Compare(core.Number(core.Pick("security")), Op.GE, core.Amount(Fraction(30 + number), "count"))


def _tops(start: int, count: int) -> Iterator[core.Test]:
    for number in range(start, start + count):
        yield core.Compare(core.Largest(5 + number, core.Pick("issuer")), Op.LE, _share(25 + 3 * number), NET)


def _baskets(start: int, count: int) -> Iterator[core.Test]:
    for number in range(start, start + count):
        large = core.Compare(core.Own(), Op.GT, _share(3 + number), NET)
        yield core.Compare(core.Total(core.Pick("issuer", large)), Op.LE, _share(40), NET)


def _bans(number: int) -> Iterator[core.Test]:
    yield core.Forbid(("hold",), core.Pick("security", core.Fact("country", "is", f"country {number}")))


def _restricted() -> core.ListRule:
    return core.ListRule(
        id="restricted",
        title="restricted",
        kind="restricted",
        covers=(),
        forbid=("buy", "hold"),
        window=None,
        substitutes=(),
        effective=core.Effective(),
        scope=core.Scope("account"),
        citations=(core.Citation("made up"),),
        outcome=Outcome.BLOCK,
        visible_to=None,
        file="bench",
        span=NOWHERE,
    )
