"""What a book leaves open: nothing is wrong, but a rule may answer `unknown` because of it, or someone may have
meant something else. A notice is a `Problem` that stops nothing; its place is a table and an id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from dsl.suggest import distance
from dsl.vocabulary import TERMS
from policy.book.amount import number_text, percent_text
from policy.book.facts import Book
from policy.book.groups import are_complete, key
from policy.book.prices import price_age, quote, rate
from policy.book.problem import Place, Problem, pointer
from policy.book.read import Index

OLD = 7
"""Calendar days after which a price is mentioned."""


def notices(index: Index) -> tuple[Problem, ...]:
    """All of them, table by table."""
    checks = (prices, rates, names, facts, debts, sizes, funds, models, lists, groups, past_flows)
    return tuple(notice for check in checks for notice in check(index))


def prices(index: Index) -> Iterator[Problem]:
    """Holdings without a price, or with an old one."""
    for name in sorted({lot.instrument for lot in index.book.lots.values()}):
        age = price_age(index, name)
        if quote(index, name) is None:
            yield _notice("instruments", name, f"`{name}` is held and has no price", _UNKNOWN)
        elif age is not None and age > OLD:
            yield _notice("instruments", name, f"the price of `{name}` is {age} days old", "give a newer one")


_UNKNOWN = "its value is not known; give a price on or before the day of the book"


def rates(index: Index) -> Iterator[Problem]:
    """Currencies that cannot be changed into the base currency."""
    book = index.book
    instruments = {book.instruments[lot.instrument].currency for lot in book.lots.values()}
    cash = {currency for account in book.accounts.values() for currency in account.cash}
    for currency in sorted(instruments | cash):
        if rate(index, currency) is None:
            what = f"there is no rate from {currency} to {book.currency}"
            yield _notice("rates", currency, what, "what is held in it has no known value; give a rate")


def names(index: Index) -> Iterator[Problem]:
    """Two ids of one name: a rule that names it means both."""
    book = index.book
    for table, rows in (("issuers", book.issuers), ("instruments", book.instruments), ("accounts", book.accounts)):
        first: dict[str, str] = {}
        for name, row in rows.items():
            other = first.setdefault(row.name, name)
            if other != name:
                what = f"`{other}` and `{name}` have the same name, `{row.name}`"
                yield _notice(table, name, what, "a rule that names it means both")


def facts(index: Index) -> Iterator[Problem]:
    """Words of a firm's own scheme that are one slip away from a word of the vocabulary."""
    for instrument in index.book.instruments.values():
        for name, value in instrument.facts.items():
            known = TERMS[name].values if name in TERMS else ()
            meant = _meant(value, known) if isinstance(value, str) and value not in known else None
            if meant is not None:
                yield _notice("instruments", instrument.id, f"`{name}` is `{value}`", f"did you mean `{meant}`?")


def _meant(word: str, known: Iterable[str]) -> str | None:
    return next((other for other in known if distance(word, other, 1) == 1), None)


def debts(index: Index) -> Iterator[Problem]:
    """Accounts of which it is not said what they owe."""
    for name, account in index.book.accounts.items():
        if "borrowings" not in account.facts:
            what = f"account `{name}` does not say what it owes"
            yield _notice("accounts", name, what, "state its `borrowings`, 0 for none; else its net assets are unknown")


def sizes(index: Index) -> Iterator[Problem]:
    """More held than there is."""
    held: dict[str, Fraction] = {}
    for lot in index.book.lots.values():
        held[lot.instrument] = held.get(lot.instrument, Fraction(0)) + lot.quantity
    for name, quantity in sorted(held.items()):
        there = index.book.instruments[name].facts.get("shares outstanding")
        if isinstance(there, Fraction) and quantity > there:
            what = f"{number_text(quantity)} of `{name}` are held, {number_text(there)} are outstanding"
            yield _notice("instruments", name, what, "check the lots and `shares outstanding`")


def funds(index: Index) -> Iterator[Problem]:
    """Constituents that do not add up to the whole."""
    for instrument in index.book.instruments.values():
        total = sum((weight for _, weight in instrument.constituents or ()), Fraction(0))
        if instrument.constituents and total != 1:
            what = f"the constituents of `{instrument.id}` add up to {percent_text(total)}"
            yield _notice("instruments", instrument.id, what, "the rest, if any, may be anything")


def models(index: Index) -> Iterator[Problem]:
    """Weights that do not add up to the whole, and groups in which the book has nothing."""
    for (model, kind), weights in sorted(index.weights.items()):
        total = sum(weights.values(), Fraction(0))
        if total != 1:
            what = f"the weights of model `{model}` by {kind} add up to {percent_text(total)}"
            yield _notice("weights", model, what, "the rest is cash")
        there = {key(index, name, kind) for name in index.book.instruments} | {"cash"}
        for group in sorted(weights.keys() - there):
            what = f"nothing in the book is in {kind} `{group}`, a target of model `{model}`"
            yield _notice("weights", model, what, "check its spelling, or add instruments to buy")


def lists(index: Index) -> Iterator[Problem]:
    """Lists of which it is not said that they are complete: nothing is known not to be on them."""
    for name in sorted(index.entries):
        if f"list {name}" not in index.book.complete:
            what = f"list `{name}` is not stated to be complete"
            yield _notice(
                "lists", name, what, "say in `complete` from which day on it is; else rules over it are unknown"
            )


def groups(index: Index) -> Iterator[Problem]:
    """Groups that some rows state and others do not, where nothing says that these are all."""
    book = index.book
    stated = {
        "identical group": ("instruments", [instrument.identical for instrument in book.instruments.values()]),
        "household": ("accounts", [account.household for account in book.accounts.values()]),
    }
    for level, (table, said) in stated.items():
        if None in said and any(said) and not are_complete(book, level):
            what = f"{said.count(None)} of {len(said)} {table} state no {level}"
            do = f"state it, or in `complete` that `groups` of `{level}` are; else rules over them may be unknown"
            yield _notice("complete", level, what, do)


def past_flows(index: Index) -> Iterator[Problem]:
    """Planned flows of days that have passed."""
    book: Book = index.book
    for number, flow in enumerate(book.flows):
        if flow.day < book.as_of:
            what = f"a flow of {flow.day} lies before the day of the book"
            yield _notice("flows", str(number), what, "it is not counted; leave it out once it is paid")


def _notice(table: str, name: str, what: str, do: str) -> Problem:
    return Problem(Place(pointer=pointer((table, name)), field=name), what, do)
