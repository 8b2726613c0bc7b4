"""A part of a book (`policy.book.parts`) made ready for questions out of the index of the whole: what is nobody's
(instruments, prices, lists, models) is shared, not copied, so that thousands of parts take little.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from policy.book.facts import Book
from policy.book.lookthrough import stand_in
from policy.book.parts import NOBODY, elsewhere, left_out
from policy.book.read import Index

T = TypeVar("T")


Homes = Mapping[str, tuple[str, ...]]
"""The accounts of each household that has some, of `NOBODY` too, in order."""


def homes(book: Book) -> Homes:
    found: dict[str, list[str]] = {}
    for name, account in sorted(book.accounts.items()):
        found.setdefault(account.household or NOBODY, []).append(name)
    return {home: tuple(accounts) for home, accounts in found.items()}


@dataclass(frozen=True, slots=True)
class Portion:
    """The accounts that are judged together, and an index that answers for them what the index of the whole does."""

    accounts: tuple[str, ...]
    index: Index


def portion(index: Index, known: Homes, home: str) -> Portion:
    """Of one household."""
    own, book = known.get(home, ()), index.book
    held, trades, flows = _only(index.held, own), _only(index.trades, own), _only(index.flows, own)
    mine = tuple(trade for each in trades.values() for trade in each)
    traded: dict[str, list[int]] = {}
    for place, trade in enumerate(mine):
        traded.setdefault(trade.instrument, []).append(place)
    inner = replace(
        book,
        accounts={name: book.accounts[name] for name in own},
        lots={lot.id: lot for lots in held.values() for each in lots.values() for lot in each},
        trades=mine,
        flows=tuple(flow for each in flows.values() for flow in each),
        balances=(),
    )
    inner = left_out(inner, elsewhere({home}, known.keys()))
    by_name = {name: tuple(mine[place] for place in places) for name, places in traded.items()}
    balances = _only(index.balances, own)
    return Portion(
        own,
        replace(index, book=inner, held=held, trades=trades, traded=by_name, flows=flows, balances=balances),
    )


def _only(found: Mapping[str, T], names: Iterable[str]) -> dict[str, T]:
    return {name: found[name] for name in names if name in found}


def whole(index: Index) -> Portion:
    """Everybody: what is added up over all accounts."""
    return Portion(tuple(sorted(index.book.accounts)), index)


def looked_at(index: Index, accounts: Iterable[str], bought: Iterable[str] = ()) -> frozenset[str]:
    """The instruments and the issuers (as `issuer ID`) of which what is bound for the accounts may know anything: held,
    traded, in their models, or to be `bought`; and what is behind each. And the currencies (as `currency CODE`) of
    these and of their cash."""
    accounts = tuple(accounts)
    seen: set[str] = set()
    left = [*_named(index, accounts), *bought]
    while left:
        name = left.pop()
        if name not in seen:
            seen.add(name)
            left += _behind(index, name)
    currencies = {index.subjects[name].currency for name in seen if name in index.subjects}
    return frozenset(seen).union(map(in_currency, currencies.union(*(index.book.accounts[a].cash for a in accounts))))


def in_currency(code: str) -> str:
    return f"currency {code}"


def _named(index: Index, accounts: Iterable[str]) -> Iterator[str]:
    for account in accounts:
        yield from index.held.get(account, ())
        yield from (trade.instrument for trade in index.trades.get(account, ()))
        holder = index.book.accounts[account]
        for model in (holder.model, holder.benchmark):
            yield from (name for name in index.weights.get((model or "", "security"), ()) if name in index.subjects)


def _behind(index: Index, name: str) -> Iterator[str]:
    if (subject := index.subjects.get(name)) is not None:
        yield from (subject.underlying,) if subject.underlying is not None else ()
        yield from (stand_in(subject.issuer),) if subject.issuer is not None else ()
        for member, _ in subject.constituents or ():
            yield member if member in index.book.instruments else stand_in(member)
    if (issuer := index.book.issuers.get(name.removeprefix(ISSUER))) is not None and name.startswith(ISSUER):
        yield from (stand_in(issuer.parent),) if issuer.parent is not None else ()


ISSUER = stand_in("")
