"""Target and index weights: what a model or a benchmark gives to a group."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from policy.book.facts import Book
from policy.book.groups import key

if TYPE_CHECKING:
    from policy.book.read import Index

ZERO = Fraction(0)
Weights = Mapping[tuple[str, str], Mapping[str, Fraction]]
"""By model and kind, then by key."""


def weights(book: Book) -> Weights:
    found: dict[tuple[str, str], dict[str, Fraction]] = {}
    for row in book.weights:
        found.setdefault((row.model, row.kind), {})[row.key] = row.weight
    return found


def target_weight(index: Index, account: str, level: str, group: str) -> Fraction | None:
    """The share of the account that its model gives to a group; None without a model that speaks of the level."""
    return _weight(index, index.book.accounts[account].model, level, group)


def index_weight(index: Index, account: str, level: str, group: str) -> Fraction | None:
    """The share that the account's benchmark gives to a group; None without one that speaks of the level."""
    return _weight(index, index.book.accounts[account].benchmark, level, group)


def _weight(index: Index, model: str | None, level: str, group: str) -> Fraction | None:
    """As stated for the level, else added up over the securities, each of which must then have a known group."""
    if model is None:
        return None
    stated = index.weights.get((model, level))
    if stated is not None:
        return stated.get(group, ZERO)
    securities = index.weights.get((model, "security"))
    if securities is None:
        return None
    total = ZERO
    for instrument, weight in securities.items():
        found = key(index, instrument, level) if instrument in index.subjects else None
        if found is None:
            return None
        total += weight if found == group else ZERO
    return total
