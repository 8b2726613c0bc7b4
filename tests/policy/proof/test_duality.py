"""Multipliers prove what weak duality says, over the boxes, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.canonical import decode, encode
from policy.proof.certificate import Certificate, Claim, Cut, Leaf, certificate_from_json, certificate_json
from policy.proof.duality import Affine, CertificateError, Line, Program, check, covered, leaf_value, proven_bound
from policy.proof.reading import ShapeError

F = Fraction

# min −x − 2y over x, y in 0 … 4, z = x + y (defined), z ≤ 5 + 3b, b binary that costs 10
PROGRAM = Program(
    boxes={"x": (F(0), F(4)), "y": (F(0), F(4)), "b": (F(0), F(1))},
    definitions={"z": Affine(F(0), ((F(1), "x"), (F(1), "y")))},
    rows={"cap": Line(((F(1), "z"), (F(-3), "b")), None, F(5)), "margin!": Line(((F(1), "z"),), None, F(4), False)},
    binaries=frozenset({"b"}),
    objective=Affine(F(0), ((F(-1), "x"), (F(-2), "y"), (F(10), "b"))),
)
FREE, TAKEN = Leaf((("b", 0),), (("cap", F(-1)),)), Leaf((("b", 1),), (("cap", F(-1)),))
BOTH = Certificate(Claim.BOUND, ("pass",), None, (FREE, TAKEN), F(-9))


def test_the_least_leaf_counts():
    assert leaf_value(PROGRAM, FREE, no_cost=False) == -5 - 4
    assert leaf_value(PROGRAM, TAKEN, no_cost=False) == -8 - 4 + 10
    assert check(PROGRAM, BOTH) == -9


def test_definitions_are_substituted_out():
    """With z boxed instead of defined, the same multiplier proves much less."""
    loose = replace(PROGRAM, definitions={}, boxes={**PROGRAM.boxes, "z": (F(0), F(8))})
    assert leaf_value(loose, FREE, no_cost=False) < leaf_value(PROGRAM, FREE, no_cost=False)


fractions = st.fractions(-4, 4, max_denominator=8)


@given(fractions, st.integers(0, 4), st.integers(0, 4), st.integers(0, 1))
def test_no_multiplier_proves_more_than_a_point(y, at_x, at_y, b):
    if at_x + at_y > 5 + 3 * b:
        return
    leaf = Leaf((), (("cap", -abs(y)),))
    assert leaf_value(PROGRAM, leaf, no_cost=False) <= -at_x - 2 * at_y + 10 * b
    assert leaf_value(PROGRAM, leaf, no_cost=True) <= 0


def test_an_empty_case_is_proven_by_a_sum_above_zero():
    tight = replace(PROGRAM, rows={**PROGRAM.rows, "floor": Line(((F(1), "z"),), F(7), None)})
    empty = Leaf((("b", 0),), (("cap", F(-1)), ("floor", F(1))), empty=True)
    assert leaf_value(tight, empty, no_cost=True) == 2
    mixed = replace(BOTH, leaves=(empty, TAKEN), bound=F(-2))
    assert check(tight, mixed) == -2
    nothing = Certificate(Claim.IMPOSSIBLE, ("pass",), None, (replace(empty, empty=False),), F(2))
    with pytest.raises(CertificateError, match="no leaf covers"):
        check(tight, nothing)
    never = replace(tight, rows={**tight.rows, "cap": Line(((F(1), "z"),), None, F(5))})
    assert check(never, replace(nothing, leaves=(Leaf((), empty.duals),))) == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda c: replace(c, bound=F(-8)), "less than the claimed"),
        (lambda c: replace(c, leaves=()), "no leaf"),
        (lambda c: replace(c, leaves=(FREE,)), "b = 1: no leaf covers"),
        (lambda c: replace(c, leaves=(FREE, FREE)), "twice|covers"),
        (lambda c: replace(c, leaves=(*c.leaves, Leaf((), ()))), "has leaves below"),
        (lambda c: replace(c, leaves=(FREE, Leaf((("b", 2),), ()))), "other than 0 or 1|covers"),
        (lambda c: replace(c, leaves=(Leaf((("x", 0),), ()), Leaf((("x", 1),), ()))), "not a binary"),
        (lambda c: replace(c, leaves=(FREE, replace(TAKEN, duals=(("cap", F(1)),)))), "no limit on the side"),
        (lambda c: replace(c, leaves=(FREE, replace(TAKEN, duals=(("nothing", F(1)),)))), "no row"),
        (lambda c: replace(c, leaves=(FREE, replace(TAKEN, duals=(("margin!", F(-1)),)))), "restriction"),
        (lambda c: replace(c, leaves=(FREE, replace(TAKEN, empty=True))), "said to be empty"),
        (lambda c: replace(c, claim=Claim.IMPOSSIBLE, bound=F(-20)), "above zero"),
    ],
)
def test_unsound_certificates(change, said):
    with pytest.raises(CertificateError, match=said):
        check(PROGRAM, change(BOTH))


def test_only_empty_cases_are_no_bound():
    tight = replace(PROGRAM, rows={**PROGRAM.rows, "floor": Line(((F(1), "z"),), F(9), None)})
    leaf = Leaf((), (("cap", F(-1)), ("floor", F(1))), empty=True)
    with pytest.raises(CertificateError, match="impossibility"):
        proven_bound(tight, replace(BOTH, leaves=(leaf,)))


def test_an_open_box_proves_nothing_where_it_is_needed():
    opened = replace(PROGRAM, boxes={**PROGRAM.boxes, "x": (F(0), None)})
    with pytest.raises(CertificateError, match="open"):
        leaf_value(opened, Leaf((), ()), no_cost=False)
    assert leaf_value(opened, FREE, no_cost=False) == -9


@given(st.data())
def test_trees_cover_exactly_when_every_assignment_meets_one_leaf(data):
    """Random trees, then a random leaf dropped: the check and brute force over all assignments agree."""
    names = ["a", "b", "c"]

    def grow(prefix, left):
        if not left or data.draw(st.booleans()):
            return [prefix]
        name = data.draw(st.sampled_from(left))
        rest = [other for other in left if other != name]
        return [leaf for value in (0, 1) for leaf in grow((*prefix, (name, value)), rest)]

    leaves = grow((), names)
    covered(tuple(leaves))
    if len(leaves) > 1:
        fewer = list(leaves)
        fewer.remove(data.draw(st.sampled_from(leaves)))
        cases = [dict(zip(names, values, strict=True)) for values in product((0, 1), repeat=3)]
        met = [any(all(case[name] == value for name, value in leaf) for leaf in fewer) for case in cases]
        assert not all(met)
        with pytest.raises(CertificateError):
            covered(tuple(fewer))


def test_a_certificate_and_its_json():
    full = replace(BOTH, objective={"linear": "anything"}, cuts=(Cut("r:0.m", (F(1, 3), F(-2))),))
    value = certificate_json(full)
    assert certificate_from_json(decode(encode(value))) == full
    for wrong in ({**value, "v": 2}, {**value, "claim": "perhaps"}, {**value, "note": ""}, {**value, "leaves": {}}, []):
        with pytest.raises(ShapeError):
            certificate_from_json(wrong)
