"""The wire form of the kernel: everything written is canonical and reads back as it was; nothing else is read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import get_args
from zlib import compress

import pytest

from policy.canonical import decode, encode
from policy.interval import ANYTHING, Interval
from policy.ir import bound as ir
from policy.ir import show
from tests.policy.proof import sample
from tests.worlds.worlds import world

F = Fraction
LIN = ir.Lin(F(1, 3), ((F(-2), "a"), (Interval(None, F(5)), "b")))
LEAF = ir.Leaf(LIN, ir.Op.GE, ir.Lin(ANYTHING), ir.Lin(F(1)), "label", None, "shares")
SCALARS = (
    LIN,
    ir.Basket((ir.Member("m", LIN, LEAF),)),
    ir.Count((("c", ir.Truth(None, "no rating")),)),
    ir.TopK(3, (("t", LIN),)),
    ir.Greatest((LIN, ir.Least((LIN,)))),
    ir.Least((LIN,)),
    ir.Quad(((F(1, 2), LIN),)),
    ir.Sum(((F(-1), LIN), (F(2), ir.Sum(())))),
)
FORMULAS = (LEAF, ir.All((LEAF, ir.Truth(True))), ir.Any(()), ir.Not(ir.Any((LEAF,))), ir.Truth(False, "listed"))


def test_every_kind_of_node_is_covered_here():
    assert {type(node) for node in SCALARS} == set(get_args(ir.Scalar))
    assert {type(node) for node in FORMULAS} == set(get_args(ir.Formula))


@pytest.mark.parametrize("scalar", SCALARS, ids=lambda node: type(node).__name__)
@pytest.mark.parametrize("formula", FORMULAS, ids=lambda node: type(node).__name__)
def test_an_obligation_of_any_nodes(scalar, formula):
    origin = ir.Origin("r", "Rule", 1, "f", 2, 3, "law", "firm", "0" * 64)
    rungs = (
        ir.Rung(ir.All((ir.Leaf(scalar, ir.Op.LT, scalar), formula)), ir.Outcome.CONSENT, "why", True),
        ir.Rung(formula, ir.Outcome.WAIVED),
    )
    made = ir.Obligation(
        *("id", origin, "firm", ("a", "b"), None, (ir.Moment.TRADE, ir.Moment.QUARTER_END), rungs, ir.Outcome.BLOCK),
        unknown_is_breach=True,
        unknowns=("price of X",),
        visible_to="compliance",
    )
    value = show.to_json(made)
    assert decode(encode(value)) == value
    assert show.from_json(ir.Obligation, value) == made


@pytest.mark.parametrize("seed", range(25))
def test_worlds_read_back(seed):
    found = world(seed)
    value = show.to_json(found.bound)
    assert show.from_json(ir.Bound, decode(encode(value))) == found.bound


def test_an_objective_and_a_domain():
    assert show.from_json(ir.Objective, show.to_json(sample.GOAL)) == sample.GOAL
    (domain,) = sample.bound().domains
    assert show.from_json(ir.Domain, show.to_json(domain)) == domain


def test_what_is_repeated_is_written_once():
    """2,500 obligations of one rule: one origin, and a few bytes each once zipped."""
    small = sample.bound()
    one = small.obligations[0]
    many = tuple(replace(one, id=f"{one.id}/{n}", group=f"issuer {n}") for n in range(2_500))
    value = show.to_json(replace(small, obligations=many))
    assert len(value["origins"]) == 1
    assert len(compress(encode(value))) < 100_000


def test_the_order_of_forms_is_kept_and_that_of_prices_is_not_the_reader_s_business():
    value = show.to_json(sample.bound())
    assert [form["name"] for form in value["forms"]] == ["value/A", "value/B", "cash", "net", "traded"]
    (domain,) = sample.bound().domains
    turned = replace(domain, prices=dict(reversed(domain.prices.items())))
    assert show.to_json(turned) == show.to_json(domain)


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("as_of",), "2026-7-1"),
        (("as_of",), "20260701"),
        (("currency",), 1),
        (("quantities", 0, "low"), "0.5"),
        (("quantities", 0, "kind"), "borrow"),
        (("quantities", 0), {}),
        (("forms", 0, "const"), {"low": "1"}),
        (("forms", 0, "const"), None),
        (("forms", 0, "terms", 0), ["1"]),
        (("obligations", 0, "origin"), 7),
        (("obligations", 0, "origin"), -1),
        (("obligations", 0, "ladder", 0, "formula", "is"), "lin"),
        (("obligations", 0, "ladder", 0, "formula"), "true"),
        (("obligations", 0, "unknown_is_breach"), 1),
        (("obligations", 0, "accounts"), "T"),
        (("origins",), {}),
        (("domains", 0, "prices"), [["A", "1"], ["A", "2"]]),
        (("forms", 1), {"const": "0", "high": None, "low": None, "name": "value/A", "terms": []}),
    ],
)
def test_no_other_json_is_read(path, wrong):
    value = show.to_json(sample.bound())
    place = value
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = wrong
    with pytest.raises(ValueError, match=r"."):
        show.from_json(ir.Bound, value)


def test_days_are_written_as_days():
    assert show.to_json(sample.bound())["as_of"] == date(2026, 7, 1).isoformat()
