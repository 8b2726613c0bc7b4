"""Which lots a sale uses, by the account's method (26 CFR 1.1012-1(c)).

    FIFO       earliest acquired first
    LIFO       latest acquired first, the exact reverse of FIFO
    HIFO       highest basis per unit first
    specific   as the order says; listed as FIFO does, which is what the law assumes when nothing is said

Ties are broken by the day acquired, then by the lot's id. A lot without a day, or for HIFO without a basis, comes
last under every method. Short lots are covered by the same orders.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import assert_never

from policy.book.facts import Lot, Relief

Pieces = tuple[tuple[Lot, Fraction], ...]
"""Lots and what is used of each, in units above zero."""


def ordered(method: Relief, lots: Iterable[Lot]) -> tuple[Lot, ...]:
    """Lots of one account and instrument in the order in which the method uses them."""
    match method:
        case Relief.FIFO | Relief.SPECIFIC:
            return tuple(sorted(lots, key=_first_in))
        case Relief.LIFO:
            return tuple(sorted(lots, key=_last_in, reverse=True))
        case Relief.HIFO:
            return tuple(sorted(lots, key=lambda lot: (_dearest(lot), _first_in(lot))))
        case _:
            assert_never(method)


def relieved(method: Relief, lots: Iterable[Lot], left: Mapping[str, Fraction], quantity: Fraction) -> Pieces:
    """The pieces that `quantity` uses of what is `left` of each lot; fewer units where there are no more."""
    pieces = []
    for lot in ordered(method, lots):
        piece = min(left[lot.id], quantity)
        if piece > 0:
            pieces.append((lot, piece))
            quantity -= piece
    return tuple(pieces)


def _first_in(lot: Lot) -> tuple[date, str]:
    return lot.acquired or date.max, lot.id


def _last_in(lot: Lot) -> tuple[date, str]:
    return lot.acquired or date.min, lot.id


def _dearest(lot: Lot) -> tuple[bool, Fraction]:
    return lot.basis is None, -(lot.basis or Fraction(0))
