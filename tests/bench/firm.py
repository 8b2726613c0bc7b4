"""A firm of many accounts under one rule book: the instance of the bench of standing verdicts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from random import Random

from dsl.parse import parse
from dsl.source import Source
from policy.book.facts import Account, Book, Household, Instrument, Issuer, Lot, Price, TaxKind
from policy.ir import core
from policy.ir.from_dsl import library as lowered
from tests.bench.written import RULE

DAY = date(2026, 7, 1)
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
        complete={"list RESTRICTED": DAY, "groups household": DAY},
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
MOMENT = "proposal"
LIST = """list RESTRICTED "Restricted"
  kind restricted
  source "Code of ethics"
  applies to each account
  effective from 2020-01-01 until lifted
  forbid buy, holding
  on breach block
end
"""


def library(*, everybody: bool = False) -> core.Library:
    file, mistakes = parse(Source("firm.mandate", rules(everybody=everybody)))
    assert not mistakes, mistakes
    return lowered([file])


def rules(*, everybody: bool = False) -> str:
    """200 rules: 20 that bind every account or household, and 9 mandates of 20 each, of which every account has one; or
    200 that bind `everybody`. A mandate caps names, issuers, sectors, industries and countries, and limits totals of a
    sector, cash, averages, counts, the sums of the largest and threshold baskets; it bans a country. One list."""
    texts = ['vocabulary "proofolio" version 1\n']
    for mandate in range(MANDATES + 1):
        of_all = everybody or mandate == MANDATES
        for number, clause in enumerate(_mandate(mandate)):
            all_of_them = "each household" if number % 4 == 0 else "each account"
            whom = all_of_them if of_all else f'accounts tagged "mandate {mandate}"'
            texts.append(RULE.format(number=f"{mandate}-{number:02}", whom=whom, clause=clause, moment=MOMENT))
    return "\n".join((*texts, LIST))


def _mandate(number: int) -> list[str]:
    """20 clauses, a little looser from one mandate to the next."""
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
        f'forbid holding where country is "country {number}"',
    ]


LOOSE = {"security": 4, "issuer": 5, "sector": 20, "industry": 12, "country": 14}


def _caps(level: str, start: int, count: int) -> Iterator[str]:
    for number in range(start, start + count):
        yield f"limit each {level} to at most {LOOSE[level] + number}% of net assets"


def _totals(start: int, count: int) -> Iterator[str]:
    for number in range(start, start + count):
        chosen = f'sum of securities where sector is "sector {number % SECTORS}"'
        yield f"limit {chosen if number % 4 else 'cash'} to at most {15 + 2 * number}% of net assets"


def _averages(start: int, count: int) -> Iterator[str]:
    for number in range(start, start + count):
        yield f"require average risk score weighted by value <= {4 + number / 20:.2f}"


def _counts(start: int, count: int) -> Iterator[str]:
    for number in range(start, start + count):
        yield f"hold at least {30 + number} securities"


def _tops(start: int, count: int) -> Iterator[str]:
    for number in range(start, start + count):
        yield f"limit the {5 + number} largest issuers to at most {25 + 3 * number}% of net assets"


def _baskets(start: int, count: int) -> Iterator[str]:
    for number in range(start, start + count):
        large = f"sum of issuers where value > {3 + number}% of net assets"
        yield f"limit {large} to at most 40% of net assets"
