"""Which parts of a book, and which of their rules, changed facts are looked at by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from typing import TypeVar

from policy.book.changes import Changes, of_entry
from policy.book.facts import ListEntry
from policy.book.lists import is_complete, listed
from policy.book.lookthrough import stand_in
from policy.book.parts import NOBODY
from policy.book.portions import in_currency
from policy.book.read import Index
from policy.ir import core


@dataclass(frozen=True, slots=True)
class Touched:
    """`everything`: all of all parts. `homes`: parts of which everything is bound again. `names`: parts that know of
    one of these instruments or issuers (`policy.book.portions.looked_at`), likewise. `currencies`: those that hold
    money or instruments in them, named as there. `caught`: by list, whom an entry may reach, None for everybody: of
    these parts, the rules that speak of the list. `priced`: instruments with new prices."""

    everything: bool
    homes: frozenset[str]
    names: frozenset[str]
    currencies: frozenset[str]
    caught: Mapping[str, frozenset[str] | None]
    priced: frozenset[str]


def touched(before: Index, after: Index, changes: Changes, library: core.Library) -> Touched:
    book = before.book
    days = (book.as_of, book.known_at) != (after.book.as_of, after.book.known_at)
    rated = {rate.currency for rate in changes.rates}
    named = bool(rated) and any(found.unit in rated for found in nodes(library, core.Amount))
    homes = {whose(index, name) for index in (before, after) for name in _accounts(changes)}
    moved = any(before.book.accounts.get(a.id) is None or _moved(before, after, a.id) for a in changes.accounts)
    return Touched(
        days or named or moved,
        frozenset(homes),
        frozenset(_names(changes)),
        frozenset(map(in_currency, rated)),
        {name: _caught(before, after, name, found) for name, found in _by_list(before, changes).items()},
        frozenset(price.instrument for price in changes.prices),
    )


def whose(index: Index, account: str) -> str:
    """The part that an account belongs to."""
    return index.book.accounts[account].household or NOBODY


def _moved(before: Index, after: Index, account: str) -> bool:
    """Whether the account is of another household now: then others may be of one that they were not of."""
    return whose(before, account) != whose(after, account)


def _accounts(changes: Changes) -> Iterator[str]:
    yield from (account.id for account in changes.accounts)
    yield from changes.lots


def _names(changes: Changes) -> Iterator[str]:
    yield from (instrument.id for instrument in changes.instruments)
    yield from (stand_in(issuer.id) for issuer in changes.issuers)


# --- lists ---------------------------------------------------------------------------------------


def _by_list(before: Index, changes: Changes) -> Mapping[str, tuple[ListEntry, ...]]:
    """Entries as they are now, and as they were."""
    new = {of_entry(entry) for entry in changes.entries}
    found: dict[str, tuple[ListEntry, ...]] = {}
    for entry in changes.entries:
        old = tuple(e for e in before.entries.get(entry.list, ()) if of_entry(e) in new)
        found[entry.list] = (*found.get(entry.list, old), entry)
    return found


def _caught(before: Index, after: Index, name: str, entries: tuple[ListEntry, ...]) -> frozenset[str] | None:
    """Whom one of the entries may reach, were they the whole list and always in effect: whoever else is reached, or
    may be, is so by other entries. The first entry of a list says, of one that is not complete, that there may be
    others."""
    if name not in before.entries and not is_complete(after, name, after.book.as_of):
        return None
    always = tuple(replace(entry, start=date.min, end=None, known=None) for entry in entries)
    complete = {f"list {name}": date.min}
    alone = replace(after, entries={name: always}, book=replace(after.book, complete=complete))
    return frozenset(subject for subject in after.subjects if listed(alone, name, subject) is not False)


# --- rules ---------------------------------------------------------------------------------------


def lists_of(node: object) -> frozenset[str]:
    """The lists that a rule, or a part of one, speaks of."""
    return frozenset(found.list for found in nodes(node, core.Listed))


Node = TypeVar("Node")


def nodes(node: object, kind: type[Node]) -> Iterator[Node]:
    """Every node of a kind in what a rule says."""
    if isinstance(node, kind):
        yield node
    if isinstance(node, tuple):
        for part in node:
            yield from nodes(part, kind)
    elif is_dataclass(node) and not isinstance(node, type):
        for field in fields(node):
            yield from nodes(getattr(node, field.name), kind)
