"""The books and rule books that the benches run on: one seed, one instance, on every machine.

`slack`         500 securities, 2,000 lots, 40 rules, whole shares; two baskets (5/10/40, 75-5-10) that do not bind
`binding`       the same, both baskets broken before trading, and targets that would break them again
`concentrated`  40 names of which a dozen are over 5 %, under 5/10/40
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from random import Random

from policy.book.facts import (
    Account,
    Book,
    Cost,
    Household,
    Instrument,
    Issuer,
    Lot,
    Price,
    Relief,
    TaxKind,
    Value,
    Weight,
)
from policy.ir import core
from policy.ir.bound import Op
from tests.worlds.rules import plain, within

TODAY = date(2026, 6, 30)
SECTORS, INDUSTRIES, COUNTRIES = 11, 60, 12


def instance(kind: str, seed: int = 7) -> tuple[Book, core.Library]:
    """A book and its rule book."""
    if kind == "concentrated":
        return book(seed, securities=40, lots=160, heavy=12), core.Library(tuple(baskets()), (), ())
    heavy = {"slack": 0, "binding": 6}[kind]
    rules = [*baskets(), *caps(38)]
    return book(seed, securities=500, lots=2000, heavy=heavy), core.Library(tuple(rules), (), ())


# --- books -------------------------------------------------------------------------------------


def book(seed: int, *, securities: int, lots: int, heavy: int = 0, accounts: int = 1) -> Book:
    """About ten million dollars; `heavy` issuers of 6 to 9 % each; model weights near what is held, so that the
    book has drifted by some 20 % of each weight."""
    rng = Random(seed)
    names = [f"S{number:04}" for number in range(securities)]
    weights = _weights(rng, names, heavy)
    prices = {name: Fraction(rng.randint(800, 40_000), 100) for name in names}
    held = _lots(rng, names, weights, prices, lots, accounts)
    return Book(
        as_of=TODAY,
        known_at=TODAY,
        currency="USD",
        issuers={f"X{n[1:]}": Issuer(f"X{n[1:]}", f"Issuer {n[1:]}", None, _issuer_facts(rng)) for n in names},
        instruments={name: _instrument(rng, name) for name in names},
        households={"H": Household("H", "Bench")},
        accounts={name: _account(name) for name in _account_names(accounts)},
        lots=held,
        prices=tuple(Price(name, TODAY, price) for name, price in prices.items()),
        weights=tuple(Weight("M", "security", name, weight) for name, weight in weights.items()),
        complete={f"history {name}": date(2024, 1, 1) for name in _account_names(accounts)},
    )


def _account_names(accounts: int) -> list[str]:
    return [f"A{number}" for number in range(accounts)]


def _account(name: str) -> Account:
    return Account(
        name,
        f"Account {name}",
        "H",
        tags=frozenset({"fund"}),
        tax=TaxKind.TAXABLE,
        relief=Relief.SPECIFIC,
        cash={"USD": (Fraction(200_000), Fraction(0))},
        model="M",
        benchmark="M",
        cost=Cost(spread=Fraction(5, 10_000)),
        facts={"borrowings": Fraction(0)},
    )


def _instrument(rng: Random, name: str) -> Instrument:
    facts: dict[str, Value] = {
        "sector": f"sector {rng.randrange(SECTORS)}",
        "industry": f"industry {rng.randrange(INDUSTRIES)}",
        "country": f"C{rng.randrange(COUNTRIES)}",
        "asset class": "us equity",
        "risk score": Fraction(rng.randint(2, 6)),
        "votes per share": Fraction(1),
        "government security": False,
        "investment company": False,
    }
    return Instrument(name, f"Security {name}", f"X{name[1:]}", "USD", facts=facts)


def _issuer_facts(rng: Random) -> dict[str, Value]:
    return {
        "coal revenue share": Fraction(rng.choice((0, 0, 0, 0, 3, 20)), 100),
        "votes outstanding": Fraction(rng.randint(10**7, 10**9)),
    }


def _weights(rng: Random, names: list[str], heavy: int) -> dict[str, Fraction]:
    """In millionths; 99 % in securities."""
    shares = {name: rng.randint(20, 200) for name in names}
    large = {name: rng.randint(68_000, 88_000) for name in names[:heavy]}
    rest = 990_000 - sum(large.values())
    if heavy > 10:
        large = {name: rng.randint(40_000, 58_000) for name in names[:heavy]}
        rest = 990_000 - sum(large.values())
    scale = sum(share for name, share in shares.items() if name not in large)
    return {name: Fraction(large.get(name) or rest * share // scale, 10**6) for name, share in shares.items()}


def _lots(
    rng: Random, names: list[str], weights: dict[str, Fraction], prices: dict[str, Fraction], lots: int, accounts: int
) -> dict[str, Lot]:
    found: dict[str, Lot] = {}
    each = lots // len(names)
    for name in names:
        drift = Fraction(rng.randint(75, 130), 100)
        money = Fraction(9_800_000) * weights[name] * drift
        for number in range(each):
            units = max(1, round(money / each / prices[name]))
            account = f"A{rng.randrange(accounts)}"
            basis = prices[name] * Fraction(rng.randint(55, 125), 100)
            bought = TODAY - timedelta(days=rng.randint(40, 1500))
            key = f"{name}.{number}"
            found[key] = Lot(key, account, name, Fraction(units), basis, bought)
    return found


# --- rules -------------------------------------------------------------------------------------


def baskets() -> list[core.Rule]:
    """UCITS 5/10/40 and 75-5-10; what is broken must be cured, so that the search has to."""
    assets, total = core.Term("net assets"), core.Term("total assets")
    ten = core.Every(core.Pick("issuer"), core.Compare(core.Own(), Op.LE, _share(10, assets), assets))
    over = core.Pick("issuer", core.Compare(core.Own(), Op.GT, _share(5, assets), assets))
    forty = core.Compare(core.Total(over), Op.LE, _share(40, assets), assets)
    small = core.Compare(core.Own(), Op.LE, _share(5, total), total)
    votes = core.Compare(core.Own("votes held"), Op.LE, core.Scale(Fraction(1, 10), core.Term("votes outstanding")))
    good = core.Total(core.Pick("issuer", core.All((small, votes))))
    floor = core.Compare(core.Sum((good, core.Term("cash"))), Op.GE, _share(75, total), total)
    return [
        replace(found, passive=core.Passive("cure")) for found in (rule("UCITS-52", ten, forty), rule("ICA-5B1", floor))
    ]


def caps(count: int) -> list[core.Rule]:
    """Caps and floors on issuers, sectors, industries, countries and attributes, loose enough to leave room."""
    assets = core.Term("net assets")
    wide = (("sector", 25), ("industry", 12), ("country", 30))
    levels = (*wide, *wide, *wide, ("issuer", 10))
    found = []
    for number in range(count):
        if number % 7 == 5:
            where = core.Fact("coal revenue share", ">", Fraction(5, 100))
            found.append(rule(f"ESG-{number}", core.Forbid(("buy",), core.Pick("security", where))))
        elif number % 7 == 6:
            limit = core.Amount(Fraction(5) + Fraction(number, 100), "score")
            found.append(rule(f"AVG-{number}", core.Compare(core.Average("risk score"), Op.LE, limit)))
        else:
            level, percent = levels[number % len(levels)]
            limit = _share(percent + number % 5, assets)
            found.append(
                rule(f"CAP-{number}", core.Every(core.Pick(level), core.Compare(core.Own(), Op.LE, limit, assets)))
            )
    return found


def _share(percent: int, base: core.Scalar) -> core.Scalar:
    return core.Scale(Fraction(percent, 100), base)


def rule(name: str, *tests: core.Test) -> core.Rule:
    return plain(name, *map(within, tests))
