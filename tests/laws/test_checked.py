"""A checked file never raises: not when it is lowered, not when it is bound to a book, not when it is judged.

And the checker itself never raises, whatever tree it is given.
"""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given

from dsl import tree
from dsl.check import check
from dsl.diagnostic import Severity
from dsl.parse import parse
from dsl.source import Source
from policy.book.read import index
from policy.ir.bind import bind
from policy.ir.compile_class import compile_class
from policy.ir.fields import needed
from policy.ir.from_dsl import library
from policy.ir.point import point_of
from policy.judge.eval import judge
from tests.dsl.blocks import files
from tests.worlds.firms import firm, orders
from tests.worlds.texts import rule

TEXTS = 600


@pytest.mark.parametrize("part", range(2))
def test_a_checked_file_never_raises(part: int, deep: bool) -> None:
    found: Counter[str] = Counter()
    size = TEXTS * (30 if deep else 1)
    for seed in range(part * size, (part + 1) * size):
        rng = Random(seed)
        file, mistakes = parse(Source("rules.mandate", rule(rng, 1)))
        if any(d.severity is Severity.ERROR for d in (*mistakes, *check([file]))):
            found["bad"] += 1
            continue
        found["good"] += 1
        _judged(rng, file, found)
    assert found["good"] > size / 5
    assert found["bad"] > size / 5
    assert {"A", "B", "C", "D", "E"} <= found.keys()


def _judged(rng: Random, file: tree.File, found: Counter[str]) -> None:
    rules = library([file])
    for one in rules.rules:
        assert all(term.sentence for term in needed(one))
        found.update(compile_class(clause).letter for clause in one.clauses)
    book = firm(rng, gaps=rng.random() < 0.3)
    placed = orders(rng, book) if rng.random() < 0.5 else ()
    point = point_of(index(book), placed)
    assert isinstance(point, dict)
    judge(bind(rules, book, placed), point, standing=not placed)


@given(files)
def test_the_checker_never_raises(file: tree.File) -> None:
    assert all(found.message and found.code for found in check([file]))
