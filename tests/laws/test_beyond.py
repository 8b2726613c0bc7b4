"""Rules about the firm, as it states them for one household: with nothing reserved the same as of the whole book, and
never too sure of the others; and the household's own side follows from the rules and its own rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Set
from dataclasses import replace
from functools import reduce
from random import Random

import pytest

from policy.book.facts import Book, Order
from policy.book.parts import elsewhere, joined, left_out, parted
from policy.book.read import Index, index
from policy.canonical import decode, encode
from policy.interval import ZERO, Number, plus
from policy.ir import core
from policy.ir.alike import FIRM
from policy.ir.beyond import Whole, reserved_in, whole
from policy.ir.bind import bind_to
from policy.ir.bound import Bound, Outcome, Point
from policy.ir.elsewhere import stated
from policy.ir.point import point_of
from policy.ir.stated import merged, statement_from_json, statement_json
from policy.judge.eval import judge
from tests.depth import chunks
from tests.worlds import mandates
from tests.worlds.firms import firm, orders

WORLDS = 25  # of a chunk


def made(rng: Random) -> tuple[Index, tuple[Order, ...], core.Library, Whole]:
    """A firm of three households."""
    found = firm(rng)
    accounts = {name: replace(a, household=rng.choice(("H1", "H2", "H3"))) for name, a in found.accounts.items()}
    book: Book = replace(found, accounts=accounts)
    facts, wanted = index(book), orders(rng, book)
    rules = mandates.library(rng, rules=6)
    library = replace(rules, rules=tuple(replace(rule, scope=core.Scope("firm")) for rule in rules.rules))
    return facts, wanted, library, whole(library, facts, wanted, "")


def own(book: Book, those: Set[str]) -> Index:
    shared, parts = parted(book)
    homes = {name for name, part in parts.items() if part.accounts}
    return index(left_out(joined(shared, [parts[name] for name in those]), elsewhere(those, homes)))


def booked(facts: Index, wanted: tuple[Order, ...]) -> Point | None:
    point = point_of(facts, wanted)
    return point if isinstance(point, dict) else None


def each_booked(facts: Index, wanted: tuple[Order, ...]) -> dict[str, Point] | None:
    """By account."""
    accounts = sorted({order.account for order in wanted})
    found = {name: booked(facts, tuple(order for order in wanted if order.account == name)) for name in accounts}
    return {name: point for name, point in found.items() if point is not None} if all(found.values()) else None


def subsets(rng: Random, wanted: tuple[Order, ...]) -> Iterator[tuple[Order, ...]]:
    yield ()
    yield wanted
    yield tuple(order for order in wanted if rng.random() < 0.5)


def outcomes(bound: Bound, point: Point) -> list[Outcome]:
    return [finding.outcome for finding in judge(bound, point).findings if finding.obligation.scope == FIRM]


@pytest.mark.parametrize("chunk", chunks(16, quick=1))
def test_what_is_stated_for_some_households_is_never_too_sure(chunk: int) -> None:
    met: Counter[str] = Counter()
    for seed in range(chunk * WORLDS, (chunk + 1) * WORLDS):
        rng = Random(seed)
        facts, wanted, library, found = made(rng)
        homes = sorted({str(account.household) for account in facts.book.accounts.values()})
        there = own(facts.book, {*rng.sample(homes, rng.randint(1, max(1, len(homes) - 1)))})
        mine = tuple(order for order in wanted if order.account in there.book.accounts)
        others = tuple(order for order in wanted if order not in mine)
        reserved, point = each_booked(facts, others), booked(facts, mine)
        if reserved is None or booked(facts, others) is None or point is None:
            continue
        bare, bound = bind_to(library, there), bind_to(library, there, mine)
        for kept in ({}, reserved):
            said = stated(found, library, there, bare, kept)
            assert statement_from_json(decode(encode(statement_json(said)))) == said
            merged(bare, library, there, said)
            joint = merged(bound, library, there, said, mine)
            met["stated"] += len(said.taken)
            met["following"] += len(said.obligations) - len(said.taken)
            for filled in subsets(rng, others if kept else ()):
                at = booked(facts, (*mine, *filled))
                assert at is not None
                for one, all_ in zip(outcomes(joint, point), outcomes(found.bound, at), strict=True):
                    met["judged"] += 1
                    met["the same"] += one is all_
                    if not kept:
                        assert one is all_, seed
                    elif one.rank < Outcome.UNKNOWN.rank:
                        assert all_.rank <= one.rank, (seed, one, all_)
                        met["sure"] += 1
    assert met["sure"] > 50, met
    assert met["the same"] > met["judged"] / 2, met
    assert met["following"] > 2 * met["stated"], met


@pytest.mark.parametrize("chunk", chunks(4, quick=1))
def test_what_is_reserved_comes_to_the_same_whatever_was_added_up_before(chunk: int) -> None:
    """One more, one less, another in its place, and some of it in accounts that are left out."""
    met: Counter[str] = Counter()
    for seed in range(chunk * WORLDS, (chunk + 1) * WORLDS):
        rng = Random(seed)
        facts, wanted, _, found = made(rng)
        every = each_booked(facts, wanted)
        if not every:
            continue
        for _ in range(6):
            some = {name: every[name] for name in every if rng.random() < 0.6}
            some |= {name: {quantity: amount / 2 for quantity, amount in some[name].items()} for name in list(some)[:1]}
            without = frozenset(rng.sample(sorted(facts.book.accounts), rng.randint(0, 1)))
            bare = replace(found, moves={}, fills={})
            said = reserved_in(found, without, some)
            assert said == reserved_in(bare, without, some)
            met["something" if said else "nothing"] += 1
            for form, number in said.items():
                each = [reserved_in(bare, without, {name: point}).get(form, ZERO) for name, point in some.items()]
                nothing: Number = ZERO
                assert number == reduce(plus, each, nothing)
    assert met["something"] > WORLDS, met
