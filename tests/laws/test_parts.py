"""A book in parts says what the whole says, and a household's own book judges what is about it as the whole does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set
from dataclasses import replace
from random import Random

import pytest

from policy.book.document import document
from policy.book.facts import Book, Household
from policy.book.parts import NOBODY, elsewhere, joined, left_out, part_document, part_of, parted
from policy.book.read import index, narrowed
from policy.canonical import decode, encode
from policy.ir.bind import bind
from policy.ir.bound import Outcome
from policy.ir.core import Scope
from policy.judge.eval import judge
from tests.worlds import mandates
from tests.worlds.firms import GROUPS, firm

SEEDS = range(125)
MORE = range(125, 500)
SCOPES = (Scope("account"), Scope("household"), Scope("household", "H1"), Scope("household", "Second"), Scope("firm"))


def made(seed: int) -> Book:
    """Accounts of two households and of nobody, and a household without accounts."""
    rng = Random(seed)
    found = firm(rng)
    homes = ("H1", "H2", "H2", None)
    accounts = {name: replace(a, household=rng.choice(homes)) for name, a in found.accounts.items()}
    stated = {name: day for name, day in found.complete.items() if name not in GROUPS or rng.random() < 0.5}
    households = {**found.households, "H3": Household("H3", "Third")}
    return replace(found, accounts=accounts, complete=stated, households=households)


def own(book: Book, those: Set[str]) -> Book:
    shared, parts = parted(book)
    homes = {name for name, part in parts.items() if part.accounts}
    mine = left_out(joined(shared, [parts[name] for name in those]), elsewhere(those, homes))
    assert narrowed(index(shared), mine) == index(mine)
    return mine


@pytest.mark.parametrize("seed", [*SEEDS, *(pytest.param(seed, marks=pytest.mark.deep) for seed in MORE)])
def test_the_parts_are_the_whole(seed: int) -> None:
    book = made(seed)
    shared, parts = parted(book)
    assert document(joined(shared, parts.values())) == document(book)
    for part in parts.values():
        said = part_document(part)
        again = part_of(shared, decode(encode(said)))  # type: ignore[arg-type]  # it decodes to what was encoded
        assert (again.accounts, again.lots, part_document(again)) == (part.accounts, part.lots, said)


@pytest.mark.parametrize("seeds", [SEEDS, pytest.param(MORE, marks=pytest.mark.deep)], ids=str)
def test_a_household_and_two_are_judged_alone_as_in_the_whole(seeds: range) -> None:
    met: Counter[str] = Counter()
    for seed in seeds:
        book, rng = made(seed), Random(seed)
        rules = mandates.library(rng, rules=6)
        library = replace(rules, rules=tuple(replace(rule, scope=rng.choice(SCOPES)) for rule in rules.rules))
        whole = {found.obligation.id: found for found in judge(bind(library, book), {}).findings}
        seen: set[str] = set()
        homes = sorted(parted(book)[1])
        for those in (*({home} for home in homes), {*rng.sample(homes, 2)}):
            mine = own(book, those)
            for found in judge(bind(library, mine), {}).findings:
                met["judged"] += 1
                if found.obligation.scope == "firm":
                    assert mine.elsewhere is None or found.outcome in (Outcome.UNKNOWN, Outcome.BLOCK, Outcome.WARN)
                    continue
                there = whole[found.obligation.id]
                assert (found.outcome, found.deciding) == (there.outcome, there.deciding), (seed, those)
                seen.add(found.obligation.id)
                met[f"nobody {found.outcome}" if those == {NOBODY} else str(found.outcome)] += 1
        assert seen == {name for name, there in whole.items() if there.obligation.scope != "firm"}
    assert min(met[name] for name in ("pass", "unknown", "block", "nobody unknown", "nobody pass")) > 20, met
