"""A firm's book in parts: what belongs to no household, and what belongs to each.

Accounts whose household is not known are a part of their own, under the name `NOBODY`. Laws (tests/laws/test_parts.py):
`joined(*parted(book))` has the same document as the book; and what is one household's, joined with what is shared,
judges each rule about accounts and households as the whole book does, since it says what it leaves out (`left_out`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import replace
from typing import TypeVar

from policy.book.document import document
from policy.book.facts import Balance, Book, Elsewhere, Flow, Lot, Trade
from policy.book.intake.reading import trusted
from policy.canonical import Json

NOBODY = ""
"""No household is called so."""

OWN = ("households", "accounts", "lots", "history", "flows", "balances", "complete")
"""The tables of a household's part; `complete` also has rows that are shared."""

_OF_ACCOUNTS = ("history", "flows")  # of which `complete` speaks by account
_Row = TypeVar("_Row", Lot, Trade, Flow, Balance)


def parted(book: Book) -> tuple[Book, dict[str, Book]]:
    """What is shared, as a book without accounts, and each part by its household."""
    home = {name: account.household or NOBODY for name, account in book.accounts.items()}
    of_whom = {key: home[key.split(" ", 1)[1]] for key in book.complete if key.split(" ", 1)[0] in _OF_ACCOUNTS}
    rest = {key: day for key, day in book.complete.items() if key not in of_whom}
    alone = replace(book, complete=rest, elsewhere=None, salt=None)
    shared = replace(alone, households={}, accounts={}, lots={}, trades=(), flows=(), balances=())
    lots, trades = _apart(book.lots.values(), home), _apart(book.trades, home)
    flows, balances = _apart(book.flows, home), _apart(book.balances, home)
    accounts: dict[str, list[str]] = {name: [] for name in book.households}
    for name, whose in home.items():
        accounts.setdefault(whose, []).append(name)
    stated: dict[str, list[str]] = {}
    for key, whose in of_whom.items():
        stated.setdefault(whose, []).append(key)
    bare = _bare(shared)
    return replace(shared, elsewhere=book.elsewhere), {
        whose: replace(
            bare,
            households={whose: book.households[whose]} if whose in book.households else {},
            accounts={name: book.accounts[name] for name in names},
            lots={lot.id: lot for lot in lots.get(whose, ())},
            trades=tuple(trades.get(whose, ())),
            flows=tuple(flows.get(whose, ())),
            balances=tuple(balances.get(whose, ())),
            complete={key: book.complete[key] for key in stated.get(whose, ())},
        )
        for whose, names in accounts.items()
    }


def joined(shared: Book, parts: Iterable[Book]) -> Book:
    """One book of them all; no two of the parts have a row in common."""
    found = tuple(parts)
    return replace(
        shared,
        households={name: row for part in found for name, row in part.households.items()},
        accounts={name: row for part in found for name, row in part.accounts.items()},
        lots={name: row for part in found for name, row in part.lots.items()},
        trades=tuple(row for part in found for row in part.trades),
        flows=tuple(row for part in found for row in part.flows),
        balances=tuple(row for part in found for row in part.balances),
        complete={**shared.complete, **{key: day for part in found for key, day in part.complete.items()}},
    )


def left_out(book: Book, found: Elsewhere | None) -> Book:
    """The book of a part, which leaves out what `elsewhere` says, beside what the whole does."""
    both = {book.elsewhere, found}
    return replace(book, elsewhere=next((word for word in _FROM_WORST if word in both), None))


def elsewhere(those: Set[str], homes: Set[str]) -> Elsewhere | None:
    """What the parts of some households leave out of a firm in which `homes` have accounts."""
    if homes <= those:
        return None
    return Elsewhere.PERHAPS if NOBODY in those | homes else Elsewhere.OTHERS


_FROM_WORST = (Elsewhere.PERHAPS, Elsewhere.OTHERS)


def part_document(part: Book) -> dict[str, Json]:
    """The rows of a part, without the day and the firm: it is the same while nothing of the household changes."""
    found = document(part)
    return {name: rows for name in OWN if (rows := found.get(name))}


def part_of(shared: Book, rows: Mapping[str, list[object]]) -> Book:
    """The part again, from such a document."""
    head: dict[str, object] = {
        "as_of": shared.as_of.isoformat(),
        "known_at": shared.known_at.isoformat(),
        "currency": shared.currency,
    }
    return trusted({"book": [head], **rows})


def _bare(shared: Book) -> Book:
    return Book(shared.as_of, shared.known_at, shared.currency, {}, {}, {}, {}, {}, ())


def _apart(rows: Iterable[_Row], home: Mapping[str, str]) -> dict[str, list[_Row]]:
    found: dict[str, list[_Row]] = {}
    for row in rows:
        found.setdefault(home[row.account], []).append(row)
    return found
