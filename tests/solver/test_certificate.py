"""Certificates: what they claim is never more than the truth, and whoever touches one is refuted."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

import pytest

from policy.ir.bound import Outcome
from policy.proof.certificate import Certificate, Claim, Leaf, certificate_from_json, certificate_json
from policy.proof.duality import CertificateError, Program, check, leaf_value
from solver.backend.mathopt import scip
from solver.certificate import Subject, impossibility, optimality, provable
from solver.claim import Claim as Claimed
from solver.claim import Limits
from solver.duality import combine, least, prepare
from solver.model import Model, Row, Standing
from tests.solver.concentrated import ISSUER, concentrated
from tests.solver.little import best, little, satisfies

SUBJECT = Subject(frozenset({Outcome.PASS, Outcome.WARN}), {"linear": "any"})
ASSETS = 100_000_000
ONE_BP = Fraction(ASSETS, 10_000)


def incumbent(model: Model) -> Fraction:
    found = scip(model, Limits(nodes=2_000))
    assert isinstance(found, Claimed)
    return found.objective


def without_restrictions(model: Model) -> Model:
    return replace(model, rows=tuple(row for row in model.rows if row.standing is not Standing.RESTRICTION))


# --- truth -------------------------------------------------------------------------------------


def test_a_bound_is_never_above_the_best_point_and_impossible_is_never_said_of_a_model_with_a_point(deep: bool) -> None:
    bounds = proofs = tight = 0
    for seed in range(5_000 if deep else 200):
        case = little(seed, rows=1 + seed % 5)
        truth = best(case.model, case.points)
        proof = impossibility(case.model, SUBJECT)
        if proof is not None:
            assert truth is None, seed
            assert check(provable(case.model), proof) > 0
            proofs += 1
            continue
        found = optimality(case.model, SUBJECT, goal=Fraction(10**6) if truth is None else truth)
        if found is not None:
            proven = check(provable(case.model), found)
            assert truth is None or proven <= truth, seed
            bounds += 1
            tight += truth is not None and truth - proven < Fraction(1, 100)
    assert proofs > 30
    assert bounds > 100
    assert tight > 40


def test_most_models_without_a_point_of_their_binaries_are_proven_impossible() -> None:
    """With shares divisible: the other ones need the integrality of shares, of which certificates know nothing."""
    proven = missed = 0
    for seed in range(250, 350):
        case = little(seed, rows=8)
        if impossibility(case.model, SUBJECT) is not None:
            proven += 1
        elif not isinstance(scip(without_restrictions(case.model), Limits()), Claimed):
            missed += 1
    assert proven > 40
    assert missed == 0


def test_a_bound_does_not_lean_on_the_boxes_of_forms() -> None:
    model = concentrated(0)
    open_forms = {name: replace(c, low=None, high=None) if name[0] == "v" else c for name, c in model.columns.items()}
    goal = Fraction(10**9)
    closed, opened = (optimality(m, SUBJECT, goal, leaves=1) for m in (model, replace(model, columns=open_forms)))
    assert closed is not None
    assert opened is not None
    assert abs(closed.bound - opened.bound) <= Fraction(1, 100)


# --- the quick twin ----------------------------------------------------------------------------


def test_the_quick_sum_and_the_checker_agree_to_the_last_digit() -> None:
    compared = 0
    for seed in range(250):
        program = provable(little(seed).model)
        dice = random.Random(seed)
        duals = {}
        for name, line in program.rows.items():
            multiplier = Fraction(dice.randint(-9, 9), dice.choice((1, 2, 3, 1024)))
            if multiplier and (line.low if multiplier > 0 else line.high) is not None:
                duals[name] = multiplier
        fix = tuple((name, dice.randint(0, 1)) for name in sorted(program.binaries) if dice.random() < 0.5)
        for no_cost in (True, False):
            combination = combine(prepare(program), duals, no_cost=no_cost)
            quick = least(combination, program.boxes, {name: (Fraction(v), Fraction(v)) for name, v in fix})
            try:
                slow = leaf_value(program, Leaf(fix, tuple(duals.items())), no_cost=no_cost)
            except CertificateError:
                assert quick is None
            else:
                assert quick == slow
                compared += 1
    assert compared > 100


# --- the tree ----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_a_tree_closes_the_gap_that_the_root_leaves_open(seed: int) -> None:
    model = concentrated(seed)
    reached = incumbent(model)
    root = optimality(model, SUBJECT, goal=reached - 15 * ONE_BP, leaves=1)
    tree = optimality(model, SUBJECT, goal=reached - 5 * ONE_BP)
    assert root is not None
    assert tree is not None
    assert reached - root.bound > 150 * ONE_BP
    assert reached - tree.bound <= 5 * ONE_BP + 1
    assert len(tree.leaves) < 200
    assert check(provable(model), tree) >= tree.bound
    assert certificate_from_json(certificate_json(tree)) == tree


def test_the_same_model_gives_the_same_certificate() -> None:
    model = concentrated(3)
    assert optimality(model, SUBJECT, Fraction(10**7), leaves=30) == optimality(
        model, SUBJECT, Fraction(10**7), leaves=30
    )


def test_a_budget_of_leaves_is_kept_and_more_leaves_are_never_worse() -> None:
    model = concentrated(1)
    bounds = []
    for leaves in (1, 2, 5, 20):
        found = optimality(model, SUBJECT, Fraction(10**9), leaves=leaves)
        assert found is not None
        assert len(found.leaves) == leaves
        bounds.append(found.bound)
    assert bounds == sorted(bounds)


# --- attacks -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def proven() -> tuple[Program, Certificate]:
    model = concentrated(3)
    found = optimality(model, SUBJECT, goal=incumbent(model) - 5 * ONE_BP)
    assert found is not None
    assert len(found.leaves) > 5
    return provable(model), found


def test_a_raised_bound_is_refuted(proven: tuple[Program, Certificate]) -> None:
    program, certificate = proven
    with pytest.raises(CertificateError, match="less than the claimed"):
        check(program, replace(certificate, bound=certificate.bound + 1))


def test_a_leaf_left_out_is_refuted(proven: tuple[Program, Certificate]) -> None:
    program, certificate = proven
    for k in range(len(certificate.leaves)):
        with pytest.raises(CertificateError):
            check(program, replace(certificate, leaves=certificate.leaves[:k] + certificate.leaves[k + 1 :]))


def test_a_sign_turned_is_refuted(proven: tuple[Program, Certificate]) -> None:
    program, certificate = proven
    for name, multiplier in certificate.leaves[0].duals[::8]:
        turned = tuple((n, -y if n == name else y) for n, y in certificate.leaves[0].duals)
        leaves = (replace(certificate.leaves[0], duals=turned), *certificate.leaves[1:])
        assert multiplier
        with pytest.raises(CertificateError):
            check(program, replace(certificate, leaves=leaves))


def test_a_case_called_empty_is_refuted(proven: tuple[Program, Certificate]) -> None:
    program, certificate = proven
    leaves = (replace(certificate.leaves[0], empty=True), *certificate.leaves[1:])
    with pytest.raises(CertificateError, match="said to be empty"):
        check(program, replace(certificate, leaves=leaves))


def test_a_bound_is_no_impossibility(proven: tuple[Program, Certificate]) -> None:
    program, certificate = proven
    with pytest.raises(CertificateError):
        check(program, replace(certificate, claim=Claim.IMPOSSIBLE, objective=None))


def test_a_certificate_over_other_coefficients_is_refuted_on_the_true_ones() -> None:
    true = concentrated(3)
    forged = replace(true, rows=tuple(_at(row, Fraction(-8, 100)) for row in true.rows))
    certificate = optimality(forged, SUBJECT, goal=Fraction(10**9), leaves=20)
    assert certificate is not None
    assert check(provable(forged), certificate) >= certificate.bound
    with pytest.raises(CertificateError):
        check(provable(true), certificate)


def _at(row: Row, share: Fraction) -> Row:
    """The issuer limit at another share of net assets."""
    if not row.source.startswith(ISSUER):
        return row
    return replace(row, terms=tuple((share if name == "nav" else a, name) for a, name in row.terms))


def test_a_restriction_proves_nothing_whatever_it_is_called() -> None:
    model = concentrated(3)
    margin = Row("margin!", ((Fraction(1), "cash"),), Fraction(2_000_000), None, Standing.EXACT, "margin")
    called_exact = replace(model, rows=(*model.rows, margin))
    honest = replace(model, rows=(*model.rows, replace(margin, standing=Standing.RESTRICTION)))
    certificate = optimality(called_exact, SUBJECT, goal=Fraction(10**9), leaves=1)
    assert certificate is not None
    assert "margin!" in dict(certificate.leaves[0].duals)
    with pytest.raises(CertificateError, match="margin!"):
        check(provable(honest), certificate)
    own = optimality(honest, SUBJECT, goal=Fraction(10**9), leaves=1)
    assert own is not None
    assert "margin!" not in dict(own.leaves[0].duals)


def test_no_certificate_leans_on_a_restriction() -> None:
    for seed in range(100):
        case = little(seed)
        restrictions = {row.name for row in case.model.rows if row.standing is Standing.RESTRICTION}
        for found in (impossibility(case.model, SUBJECT), optimality(case.model, SUBJECT, Fraction(100))):
            used = {name for leaf in (found.leaves if found else ()) for name, _ in leaf.duals}
            assert not used & restrictions
        assert any(satisfies(case.model, p) for p in case.points) or best(case.model, case.points) is None
