"""Random books that are sound: every table, every kind of fact, awkward texts and numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import TypeVar

from hypothesis import strategies as st

from dsl.vocabulary import Term, Type
from policy.book.facts import (
    Account,
    Balance,
    Book,
    Cost,
    Facts,
    Flow,
    Household,
    Instrument,
    Issuer,
    ListEntry,
    Loading,
    Lot,
    Price,
    Rate,
    Relief,
    Side,
    TaxKind,
    Trade,
    Value,
    Weight,
)
from policy.book.intake.terms import allowed

T = TypeVar("T")
AS_OF = date(2026, 1, 30)
CURRENCIES = ("USD", "EUR", "JPY", "KWD")
AWKWARD = (
    "a", "B", "0", "A 1", 'a,b "c"', "=1+1", "-1", "O'Neill", "ü", "株式", "Ελλάς", "x/y", "none", "null", "true", "5%",
    "{}", "[", "#", "list x", "history", "unknown", "c d", "1e5", "2026-01-30", "🏦", "AT&T", "as of", "x; y", ";",
)  # fmt: skip


def books() -> st.SearchStrategy[Book]:
    return st.integers(0, 2**32).map(lambda seed: sound(Random(seed)))


def facts(rng: Random, table: str) -> Facts:
    """A few facts that rows of the table may state. An instrument states none of its issuer's, which would have to
    agree, and is no derivative, which would have to have an underlying."""
    terms = [t for name, t in sorted(allowed(table).items()) if name != "derivative" and (table, t.of) != _INHERITED]
    return {term.name: _value(rng, term) for term in rng.sample(terms, min(len(terms), rng.randint(0, 3)))}


_INHERITED = ("instruments", "issuer")


def text(rng: Random) -> str:
    return rng.choice(AWKWARD)


def number(rng: Random) -> Fraction:
    if rng.random() < 0.5:
        return Fraction(rng.randint(-(10**9), 10**9), 10 ** rng.randint(0, 6))
    return Fraction(rng.randint(-1000, 1000), rng.randint(1, 997))


def _value(rng: Random, term: Term) -> Value:
    match term.type:
        case Type.BOOL:
            return rng.random() < 0.5
        case Type.DATE:
            return date(1990, 1, 1) + timedelta(rng.randint(0, 40_000))
        case Type.TEXT:
            return rng.choice(term.values) if term.values and not term.open else text(rng)
        case _:
            low = term.low if term.low is not None else Fraction(-100)
            high = term.high if term.high is not None else low + 100
            return rng.choice((low, high, low + (high - low) * Fraction(rng.randint(0, 1000), rng.randint(1000, 1100))))


def _above(rng: Random) -> Fraction:
    return abs(number(rng)) + Fraction(1, 10)


def _maybe(rng: Random, value: Callable[[Random], T]) -> T | None:
    return value(rng) if rng.random() < 0.6 else None


def _past(rng: Random) -> date:
    return AS_OF - timedelta(rng.randint(0, 900))


def _share(rng: Random) -> Fraction:
    return Fraction(rng.randint(-400, 400), 400)


def _ids(rng: Random, prefix: str, *, slash: bool = True) -> list[str]:
    words = [word for word in AWKWARD if slash or "/" not in word]
    return [f"{prefix}-{word}" for word in rng.sample(words, rng.randint(1, 4))]


def _dated(found: Facts) -> dict[str, date]:
    return {name: AS_OF - timedelta(len(name)) for name in list(found)[:1]}


def _several(rng: Random, make: Callable[[], T], key: Callable[[T], object]) -> tuple[T, ...]:
    """A few rows, no two of one key."""
    return tuple({key(row): row for row in (make() for _ in range(rng.randint(0, 4)))}.values())


def _issuer(rng: Random, name: str, before: list[str]) -> Issuer:
    stated = facts(rng, "issuers")
    return Issuer(name, text(rng), rng.choice([None, *before]), stated, _dated(stated))


def _instrument(rng: Random, name: str, issuers: list[str], before: list[str]) -> Instrument:
    stated = facts(rng, "instruments")
    members = sorted(rng.sample([*issuers, *before], rng.randint(1, len(issuers) + len(before))))
    held = rng.choice((None, (), tuple((member, _share(rng)) for member in members)))
    return Instrument(
        name, text(rng), rng.choice([None, *issuers]), rng.choice(CURRENCIES), _above(rng), _maybe(rng, _above),
        _above(rng), rng.choice([None, *before]), held, _maybe(rng, text), stated, _dated(stated),
    )  # fmt: skip


def _external(name: str) -> dict[str, str]:
    """Some have none; an id may have a colon and no semicolon."""
    return {} if ";" in name else {"a system": f"x:{name}", "orion": name}


def _account(rng: Random, name: str, households: list[str], models: list[str]) -> Account:
    cash = {currency: (number(rng), number(rng)) for currency in rng.sample(CURRENCIES, rng.randint(0, 2))}
    cost = Cost(abs(number(rng)), abs(number(rng)), Fraction(rng.randint(0, 50), 99))
    tags = frozenset(word for word in rng.sample(AWKWARD, 2) if ";" not in word)
    return Account(
        name, text(rng), rng.choice([None, *households]), _maybe(rng, text), tags, rng.choice(list(TaxKind)),
        rng.random() < 0.3, rng.random() < 0.3, rng.choice(list(Relief)), cash, rng.choice([None, *models]),
        rng.choice([None, *models]), cost, abs(number(rng)), facts(rng, "accounts"),
        _external(name),
    )  # fmt: skip


def sound(rng: Random) -> Book:
    issuer_ids, instrument_ids, household_ids = _ids(rng, "i"), _ids(rng, "s"), _ids(rng, "h")
    account_ids = _ids(rng, "a", slash=False)

    def account() -> str:
        return rng.choice(account_ids)

    def instrument() -> str:
        return rng.choice(instrument_ids)

    def lot(name: str) -> Lot:
        quantity = number(rng) or Fraction(1)
        return Lot(name, account(), instrument(), quantity, _maybe(rng, _above), _maybe(rng, _past))

    def price() -> Price:
        return Price(instrument(), _past(rng), abs(number(rng)), _maybe(rng, _above), _maybe(rng, _past))

    def entry() -> ListEntry:
        kind, subject = rng.choice((("security", instrument()), ("issuer", rng.choice(issuer_ids))))
        days = _past(rng), _maybe(rng, _past), _maybe(rng, _past)
        return ListEntry(text(rng), kind, subject, *days, derivatives=rng.random() < 0.5)

    def trade() -> Trade:
        side, gain = rng.choice(list(Side)), _maybe(rng, number)
        return Trade(account(), instrument(), side, _above(rng), abs(number(rng)), _past(rng), gain)

    weights = _several(
        rng, lambda: Weight(text(rng), "security", instrument(), _share(rng)), lambda w: (w.model, w.key)
    )
    models = sorted({weight.model for weight in weights})
    return Book(
        AS_OF,
        AS_OF + timedelta(rng.randint(0, 1)),
        rng.choice(CURRENCIES),
        {name: _issuer(rng, name, issuer_ids[:n]) for n, name in enumerate(issuer_ids)},
        {name: _instrument(rng, name, issuer_ids, instrument_ids[:n]) for n, name in enumerate(instrument_ids)},
        {name: Household(name, text(rng), facts(rng, "households"), _external(name)) for name in household_ids},
        {name: _account(rng, name, household_ids, models) for name in account_ids},
        {name: lot(name) for name in _ids(rng, "l")},
        _several(rng, price, lambda p: (p.instrument, p.day, p.known)),
        _several(rng, lambda: Rate(rng.choice(CURRENCIES), _past(rng), _above(rng)), lambda r: (r.currency, r.day)),
        _several(rng, entry, lambda e: (e.subject, e.list, e.kind, e.start)),
        _several(rng, trade, id),
        _several(rng, lambda: Flow(account(), _past(rng), number(rng)), id),
        _several(rng, lambda: Balance(account(), _past(rng), number(rng)), lambda b: (b.account, b.day)),
        weights,
        _several(rng, lambda: Loading(instrument(), text(rng), number(rng)), lambda x: (x.instrument, x.factor)),
        {f"list {text(rng)}": _past(rng), f"history {account()}": _past(rng)} if rng.random() < 0.5 else {},
        frozenset(_past(rng) for _ in range(rng.randint(0, 2))),
        facts(rng, "book"),
    )
