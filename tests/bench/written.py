"""The large mandate of the benches as a firm would have it: 200 rules as text, and its book as a document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from policy.book.document import document
from policy.book.facts import Book, Relief
from tests.bench.mandate import book

RULE = """rule R-{number} "Rule {number}"
  source "Investment policy statement" section "{number}" quote "as agreed"
  layer mandate
  applies to {whom}
  counting market value
  {clause}
  missing data counts as unknown
  tested at {moment}
  on breach block
end
"""
MOMENTS = ("proposal, close", "trade, close", "proposal", "purchase", "trade, close", "proposal, close")
"""About as often as in the rule books that ship: a third is tested on the way, too."""


def rules(count: int = 200, moments: tuple[str, ...] = MOMENTS) -> str:
    """The mixture of `tests.bench.mandate`, in the language."""
    texts = (
        RULE.format(number=f"{number:03}", whom="each account", clause=clause, moment=moments[number % len(moments)])
        for number, clause in enumerate(islice(_clauses(), count))
    )
    return "\n".join(('vocabulary "proofolio" version 1\n', *texts))


def facts() -> Book:
    """One account of 500 lots, which sells the oldest first."""
    found = book(1)
    return replace(found, accounts={"A": replace(found.accounts["A"], relief=Relief.FIFO)})


def household() -> dict[str, Any]:
    return document(facts())


def _clauses() -> Iterator[str]:
    yield from _caps("security", 12)
    yield from _caps("ultimate issuer", 8)
    for percent in (1, 2, 5, 10):
        yield f"limit sum of ultimate issuers where value > {percent}% of net assets to at most 95% of net assets"
    for least in range(10, 16):
        yield f"hold between {least} and 900 securities"
    for k in range(5, 15):
        yield f"limit the {k} largest ultimate issuers to at most 90% of net assets"
    for tenths in range(4):
        yield f"require average risk score weighted by value >= 1.{tenths}"
    yield from _caps("country", 20)
    yield from _caps("sector", 60)
    yield from _caps("industry", 30)
    for number in range(50):
        chosen = f'sum of securities where sector is "sector {number % 11}"'
        yield f"limit {chosen if number % 2 else 'cash'} to at most {80 + number % 10}% of net assets"


def _caps(level: str, count: int) -> Iterator[str]:
    for number in range(count):
        yield f"limit each {level} to at most {40 + number // 10}.{number % 10}% of net assets"
