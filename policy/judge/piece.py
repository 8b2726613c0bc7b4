"""The obligations of a bound book about one set of accounts, judged as it stands: packed, as thousands are kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from sys import intern
from typing import NamedTuple

from policy.ir import meaning
from policy.ir.bound import Bound, Obligation, Outcome, Rung, Truth
from policy.judge import eval as reference
from policy.judge import standing
from policy.judge.linear import over_prices
from policy.judge.packed import packed, unpacked
from policy.judge.standing import Rows, Truths, Worth

Ladder = tuple[Rung, ...]


class Answer(NamedTuple):
    """What an obligation says of the book as it stands; `within`: whether its own limit holds."""

    outcome: Outcome
    reason: str
    within: bool | None


@dataclass(frozen=True, slots=True)
class Piece:
    """`told`: the obligations, without their formulas; `rows`: their rungs over prices (`policy.judge.standing.Rows`),
    where nothing but worth counts; both packed. `priced`: the instruments whose prices these read. `said`: what the
    rungs are, true or not, a byte each."""

    told: bytes
    rows: bytes | None
    priced: tuple[str, ...]
    said: bytes


def moving(bound: Bound, worth: Worth) -> tuple[Piece, ...] | None:
    """Pieces that know what to say at other prices, by accounts. None where there is more to a price than worth, or
    something cannot be judged at those that the book was bound at."""
    forms = over_prices(bound)
    if forms is None:
        return None
    found: list[Piece] = []
    for obligations in _by_accounts(bound):
        told, rows = standing.rows(obligations, bound, forms)
        said = standing.truths(rows, worth)
        if said is None:
            return None
        found.append(_piece(told, rows, said))
    return tuple(found)


def fixed(bound: Bound) -> Piece:
    """All of it, as the reference judges it: good for these prices alone."""
    at = meaning.values(bound.forms, {})
    rungs = (rung for each in bound.obligations for rung in reference.read(each, standing=True))
    return _piece(bound.obligations, None, [meaning.truth(rung.formula, at) for rung in rungs])


def again(piece: Piece, moved: frozenset[str], worth: Worth) -> Piece | None:
    """After prices moved: the piece itself where it says what it said; None where it cannot say."""
    if piece.rows is None:
        return None
    if moved.isdisjoint(piece.priced):
        return piece
    truths = standing.truths(unpacked(piece.rows), worth)
    if truths is None:
        return None
    said = _bytes(truths)
    return piece if said == piece.said else replace(piece, said=said)


def answers(piece: Piece, but: Piece | None = None) -> Iterator[tuple[Obligation, Answer]]:
    """What its obligations say; `but` for those of which this one, of the same obligations, says the same."""
    end = 0
    for each in _obligations(piece.told):
        start, end = end, end + len(each.ladder)
        said = piece.said[start:end]
        if but is None or said != but.said[start:end]:
            held = [_TRUTHS[code] for code in said]
            yield each, Answer(*reference.climb(each, each.ladder, held), held[0])


@lru_cache(16)
def _obligations(told: bytes) -> tuple[Obligation, ...]:
    """Of who was asked before and after something moved, once."""
    found: tuple[Obligation, ...] = unpacked(told)
    return found


def size(piece: Piece) -> int:
    """Bytes."""
    return len(piece.told) + len(piece.rows or b"") + len(piece.said)


def _by_accounts(bound: Bound) -> Iterable[Sequence[Obligation]]:
    found: dict[tuple[str, ...], list[Obligation]] = {}
    for obligation in bound.obligations:
        found.setdefault(obligation.accounts, []).append(obligation)
    return found.values()


def _piece(obligations: Iterable[Obligation], rows: Rows | None, said: Truths) -> Piece:
    told = packed(_told(obligations))
    if rows is None:
        return Piece(told, None, (), _bytes(said))
    return Piece(told, packed(rows), tuple(map(intern, rows.priced)), _bytes(said))


def _told(obligations: Iterable[Obligation]) -> tuple[Obligation, ...]:
    """As they are read of a book that stands, without their numbers: then most ladders are the same."""
    ladders: dict[Ladder, Ladder] = {}
    found: list[Obligation] = []
    for each in obligations:
        rungs = tuple(replace(rung, formula=_UNSAID) for rung in reference.read(each, standing=True))
        found.append(replace(each, ladder=ladders.setdefault(rungs, rungs)))
    return tuple(found)


_UNSAID = Truth(None)
_TRUTHS = (False, True, None)
_CODES = {truth: code for code, truth in enumerate(_TRUTHS)}


def _bytes(said: Truths) -> bytes:
    return bytes(map(_CODES.__getitem__, said))
