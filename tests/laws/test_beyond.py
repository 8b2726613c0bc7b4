"""Rules about the firm, cut down for one household: exact with nothing reserved, and never too sure of the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from random import Random

from policy.book.facts import Book, Order
from policy.book.read import Index, index
from policy.interval import Number, high, low
from policy.ir import core, meaning
from policy.ir.beyond import Whole, cut, whole
from policy.ir.bound import Bound, Outcome, Point
from policy.ir.point import point_of
from policy.judge.eval import judge
from tests.worlds import mandates
from tests.worlds.firms import firm, orders

WORLDS = range(400)


def made(rng: Random) -> tuple[Index, tuple[Order, ...], Whole]:
    book: Book = firm(rng)
    facts, wanted = index(book), orders(rng, book)
    rules = mandates.library(rng, rules=6)
    library = replace(rules, rules=tuple(replace(rule, scope=core.Scope("firm")) for rule in rules.rules))
    return facts, wanted, whole(library, facts, wanted, "")


def booked(facts: Index, wanted: tuple[Order, ...]) -> Point | None:
    point = point_of(facts, wanted)
    return point if isinstance(point, dict) else None


def subsets(rng: Random, wanted: tuple[Order, ...]) -> Iterator[tuple[Order, ...]]:
    yield ()
    yield wanted
    yield tuple(order for order in wanted if rng.random() < 0.5)


def contains(outer: Number, inner: Number) -> bool:
    bottom, top = low(outer), high(outer)
    least, most = low(inner), high(inner)
    return (bottom is None or (least is not None and bottom <= least)) and (
        top is None or (most is not None and most <= top)
    )


def outcomes(bound: Bound, point: Point) -> list[Outcome]:
    return [finding.outcome for finding in judge(bound, point).findings]


def test_what_is_cut_down_is_never_too_sure() -> None:
    met: Counter[str] = Counter()
    for seed in WORLDS:
        rng = Random(seed)
        facts, wanted, found = made(rng)
        home = rng.choice(sorted(facts.book.accounts))
        mine = tuple(order for order in wanted if order.account == home)
        others = tuple(order for order in wanted if order.account != home)
        reserved, point = booked(facts, others), booked(facts, mine)
        if reserved is None or point is None:
            continue
        for kept in ((), (reserved,)):
            own = cut(found, {home}, kept)
            numbered = {f"firm/{number}": old for number, old in enumerate(found.named, 1)}
            names = {new: old for new, old in numbered.items() if new in own.forms}
            small = meaning.values(own.forms, point)
            for filled in subsets(rng, others if kept else ()):
                at = booked(facts, (*mine, *filled))
                assert at is not None
                large = meaning.values(found.bound.forms, at)
                for new, old in names.items():
                    assert contains(small[new], large.get(old, Fraction(0))), (seed, old)
                    assert kept or small[new] == large.get(old, Fraction(0)), (seed, old)
                for one, all_ in zip(outcomes(own, point), outcomes(found.bound, at), strict=True):
                    met["judged"] += 1
                    met["the same"] += one is all_
                    if not kept:
                        assert one is all_, seed
                    elif one.rank < Outcome.UNKNOWN.rank:
                        assert all_.rank <= one.rank, (seed, one, all_)
                        met["sure"] += 1
    assert met["sure"] > 200, met
    assert met["the same"] > met["judged"] / 2, met
