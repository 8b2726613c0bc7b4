"""Target and index weights: what a model or a benchmark gives to a group."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from policy.book.facts import Book, Instrument
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
    """As stated for the level, else added up over the securities, each of which must then have a known group. What a
    model gives to nothing is cash."""
    if model is None:
        return None
    is_cash = (level, group) == ("asset class", "cash")
    stated = index.weights.get((model, level))
    if stated is not None:
        return stated.get(group, _rest(stated) if is_cash else ZERO)
    securities = index.weights.get((model, "security"))
    if securities is None:
        return None
    total = _rest(securities) if is_cash else ZERO
    for instrument, weight in securities.items():
        found = key(index, instrument, level) if instrument in index.subjects else None
        if found is None:
            return None
        total += weight if found == group else ZERO
    return total


def _rest(weights_: Mapping[str, Fraction]) -> Fraction:
    return 1 - sum(weights_.values(), ZERO)


def weighted(index: Index, account: str, term: str, level: str) -> tuple[Instrument, ...] | None:
    """What the account's model or benchmark (`target weight`, `index weight`) gives something to: its securities; where
    it speaks of the level itself, of each group one that is known by nothing else. None without one that speaks."""
    holder = index.book.accounts[account]
    model = (holder.model if term == "target weight" else holder.benchmark) or ""
    stated = index.weights.get((model, level)) if level != "security" else None
    if stated is not None:
        return tuple(Instrument("", name, None, "", facts={level: name}) for name, weight in stated.items() if weight)
    securities = index.weights.get((model, "security"))
    if securities is None:
        return None
    return tuple(index.subjects[name] for name, weight in securities.items() if weight)
