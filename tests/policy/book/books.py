"""Random books that are sound: every table, every kind of fact, awkward texts and numbers."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

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

AS_OF = date(2026, 1, 30)
CURRENCIES = ("USD", "EUR", "JPY", "KWD")

AWKWARD = (
    "a", "B", "0", "A 1", 'a,b "c"', "=1+1", "-1", "O'Neill", "ü", "株式", "Ελλάς", "x/y", "none", "null", "true", "5%",
    "{}", "[", "#", "list x", "history", "unknown", "a  b", "1e5", "2026-01-30", "🏦", "AT&T", "\\n", "’", "as of",
)  # fmt: skip
words = st.sampled_from(AWKWARD)
spaced = st.one_of(words, st.sampled_from(("x; y", ";")))
decimals = st.integers(-(10**9), 10**9).flatmap(lambda n: st.integers(0, 6).map(lambda p: Fraction(n, 10**p)))
numbers = st.one_of(decimals, st.fractions(-1000, 1000, max_denominator=997))
above_zero = numbers.map(abs).filter(bool)
not_negative = numbers.map(abs)
shares = st.fractions(-1, 1, max_denominator=400)
past = st.integers(0, 900).map(lambda days: AS_OF - timedelta(days))
maybe_past = st.none() | past


def _value(term: Term) -> st.SearchStrategy[Value]:
    match term.type:
        case Type.BOOL:
            return st.booleans()
        case Type.DATE:
            return st.dates(date(1990, 1, 1), date(2099, 12, 31))
        case Type.TEXT:
            return st.sampled_from(term.values) if term.values and not term.open else spaced
        case _:
            low = term.low if term.low is not None else Fraction(-100)
            high = term.high if term.high is not None else low + 100
            return st.fractions(low, high, max_denominator=1000)


@st.composite
def facts(draw: st.DrawFn, table: str) -> Facts:
    terms = [t for name, t in sorted(allowed(table).items()) if name != "derivative" and (table, t.of) != _INHERITED]
    chosen = draw(st.lists(st.sampled_from(terms), max_size=3, unique_by=lambda term: term.name))
    return {term.name: draw(_value(term)) for term in chosen}


_INHERITED = ("instruments", "issuer")  # would have to agree with the issuer's own


def _dated(found: Facts) -> dict[str, date]:
    return {name: AS_OF - timedelta(len(name)) for name in list(found)[:1]}


def _first(pair: tuple[str, object]) -> str:
    return pair[0]


def _ids(prefix: str, most: int, *, slash: bool = True) -> st.SearchStrategy[list[str]]:
    named = spaced.map(lambda text: f"{prefix}-{text}").filter(lambda text: slash or "/" not in text)
    return st.lists(named, min_size=1, max_size=most, unique=True)


@st.composite
def books(draw: st.DrawFn) -> Book:
    issuer_ids, instrument_ids = draw(_ids("i", 4)), draw(_ids("s", 4))
    household_ids, account_ids = draw(_ids("h", 2)), draw(_ids("a", 3, slash=False))
    some_instrument, some_account = st.sampled_from(instrument_ids), st.sampled_from(account_ids)
    issuers, instruments = {}, {}
    for number, name in enumerate(issuer_ids):
        parent = draw(st.none() | st.sampled_from(issuer_ids[:number])) if number else None
        stated = draw(facts("issuers"))
        issuers[name] = Issuer(name, draw(spaced), parent, stated, _dated(stated))
    for number, name in enumerate(instrument_ids):
        stated = draw(facts("instruments"))
        below = st.sampled_from(issuer_ids + instrument_ids[:number])
        held = draw(
            st.none()
            | st.just(())
            | st.lists(st.tuples(below, shares), min_size=1, max_size=3, unique_by=_first).map(sorted)
        )
        instruments[name] = Instrument(
            name, draw(spaced), draw(st.none() | st.sampled_from(issuer_ids)), draw(st.sampled_from(CURRENCIES)),
            draw(above_zero), draw(st.none() | not_negative), draw(above_zero),
            draw(st.none() | st.sampled_from(instrument_ids[:number])) if number else None,
            None if held is None else tuple(held), draw(st.none() | spaced), stated, _dated(stated),
        )  # fmt: skip
    weights = draw(st.lists(st.tuples(spaced, some_instrument, shares), max_size=3, unique_by=lambda w: w[:2]))
    models = st.none() | st.sampled_from([model for model, _, _ in weights]) if weights else st.none()
    accounts = {}
    for name in account_ids:
        cash = st.dictionaries(st.sampled_from(CURRENCIES), st.tuples(numbers, numbers), max_size=2)
        cost = Cost(draw(not_negative), draw(not_negative), draw(st.fractions(0, Fraction(1, 2), max_denominator=99)))
        tags = st.frozensets(words, max_size=2)
        accounts[name] = Account(
            name, draw(spaced), draw(st.none() | st.sampled_from(household_ids)), draw(st.none() | spaced), draw(tags),
            draw(st.sampled_from(TaxKind)), draw(st.booleans()), draw(st.sampled_from(Relief)), draw(cash),
            draw(models), draw(models), cost, draw(not_negative), draw(facts("accounts")),
        )  # fmt: skip
    lots = {
        name: Lot(
            name, draw(some_account), draw(some_instrument), draw(numbers.filter(bool)),
            draw(st.none() | not_negative), draw(maybe_past),
        )
        for name in draw(_ids("l", 4))
    }  # fmt: skip
    prices = st.builds(Price, some_instrument, past, not_negative, st.none() | not_negative, maybe_past)
    entries = st.one_of(
        st.builds(ListEntry, spaced, st.just("security"), some_instrument, past, maybe_past, maybe_past, st.booleans()),
        st.builds(ListEntry, spaced, st.just("issuer"), st.sampled_from(issuer_ids), past),
    )
    trades = st.builds(
        Trade, some_account, some_instrument, st.sampled_from(Side), above_zero, not_negative, past, st.none() | numbers
    )
    complete = {f"list {draw(spaced)}": draw(past), f"history {draw(some_account)}": draw(past)}

    return Book(
        AS_OF, AS_OF, draw(st.sampled_from(CURRENCIES)), issuers, instruments,
        {name: Household(name, draw(spaced), draw(facts("households"))) for name in household_ids},
        accounts, lots,
        tuple(draw(st.lists(prices, max_size=4, unique_by=lambda p: (p.instrument, p.day, p.known)))),
        tuple(draw(st.lists(st.builds(Rate, st.sampled_from(CURRENCIES), past, above_zero), max_size=3,
                            unique_by=lambda r: (r.currency, r.day)))),
        tuple(draw(st.lists(entries, max_size=3, unique_by=lambda e: (e.subject, e.list, e.kind, e.start)))),
        tuple(draw(st.lists(trades, max_size=3))),
        tuple(draw(st.lists(st.builds(Flow, some_account, past, numbers), max_size=2))),
        tuple(draw(st.lists(st.builds(Balance, some_account, past, numbers), max_size=2,
                            unique_by=lambda b: (b.account, b.day)))),
        tuple(Weight(model, "security", key, weight) for model, key, weight in weights),
        tuple(draw(st.lists(st.builds(Loading, some_instrument, spaced, numbers), max_size=2,
                            unique_by=lambda x: (x.instrument, x.factor)))),
        complete if draw(st.booleans()) else {},
        draw(st.frozensets(past, max_size=2)),
        draw(facts("book")),
    )  # fmt: skip
