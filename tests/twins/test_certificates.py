"""The finder's certificates, checked on rows that the verifier derives itself, against points that the judge passes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest

from policy.ir import show
from policy.ir.bound import Bound, Deviation, Lin, Objective, Outcome
from policy.judge.eval import judge
from policy.proof.certificate import Certificate, certificate_from_json, certificate_json
from policy.proof.check import evaluate, from_json
from policy.proof.check.columns import columns
from policy.proof.check.domains import cost, objective
from policy.proof.check.orders import admissible
from policy.proof.check.program import program
from policy.proof.duality import CertificateError, check
from solver.certificate import Subject, impossibility, optimality
from solver.conflict import conflict
from solver.from_ir import encode
from solver.limit import units
from solver.model import Standing
from tests.worlds.worlds import World, world

PASS = frozenset({Outcome.PASS})
UNREACHABLE = Fraction(10) ** 12


def wish(rng: Random, case: from_json.Case) -> Objective:
    """Money off target for two forms, and a cost of one quantity."""
    exact = sorted(columns(case).exact | case.quantities.keys())
    targets = [Lin(Fraction(rng.randint(-9_000, 9_000)), ((Fraction(1), rng.choice(exact)),)) for _ in range(2)]
    deviations = tuple(Deviation(str(k), amount, Fraction(1), Fraction(1, 2)) for k, amount in enumerate(targets))
    return Objective(Lin(Fraction(0), ((Fraction(1, 50), rng.choice(list(case.quantities))),)), deviations)


def verified(case: from_json.Case, certificate: Certificate, goal: Objective) -> Fraction:
    """What the verifier says is proven, from nothing but the obligations and the certificate's own bytes."""
    read = certificate_from_json(certificate_json(certificate))
    return check(program(case, read, objective(show.to_json(goal), case)), read)


@pytest.mark.parametrize("obligations", [1, 2, 3, 5])
def test_certificates_hold_for_the_verifier_and_for_every_point_that_the_judge_passes(
    obligations: int, deep: bool
) -> None:
    counted: Counter[str] = Counter()
    for seed in range(400 if deep else 45):
        found = world(seed, obligations=obligations, points=15)
        if seed % 3 == 2:
            found = _with_a_compliant_point(seed, obligations)
        case = from_json.case(show.to_json(found.bound))
        goal = wish(Random(seed), case)
        subject = Subject(PASS, show.to_json(goal))
        model = encode(found.bound, goal)
        compliant = list(_values(found.bound, case, found.points))
        proof = impossibility(model, subject, leaves=60)
        if proof is not None:
            assert not compliant, seed
            assert verified(case, proof, goal) > 0
            counted["impossible"] += 1
            continue
        bounded = optimality(model, subject, UNREACHABLE, leaves=20)
        if bounded is None:
            counted["nothing proven"] += 1
            continue
        proven = verified(case, bounded, goal)
        assert proven >= bounded.bound
        counted["bound"] += 1
        for at in compliant:
            reached = cost(objective(show.to_json(goal), case), at)
            assert reached is None or proven <= reached, seed
            counted["points"] += 1
    assert counted["impossible"] > 2
    assert counted["bound"] > 2
    assert counted["nothing proven"] < 3
    assert counted["points"] > 20


def _with_a_compliant_point(seed: int, obligations: int) -> World:
    """Of many rules, some that one point satisfies: where rules are drawn blindly, several are rarely satisfied."""
    found = world(seed, obligations=6 * obligations, points=15)
    case = from_json.case(show.to_json(found.bound))
    planted = next(p for p in found.points if not admissible(case, p, evaluate.values(case, p)))
    kept = [f.obligation for f in judge(found.bound, planted).findings if f.outcome is Outcome.PASS]
    return replace(found, bound=replace(found.bound, obligations=tuple(kept[:obligations])))


def _values(bound: Bound, case: from_json.Case, points):  # type: ignore[no-untyped-def]  # values of the verifier
    for point in points:
        at = evaluate.values(case, point)
        if not admissible(case, point, at) and judge(bound, point).outcome is Outcome.PASS:
            yield at


def test_conflicts_hold_for_the_verifier_and_a_forged_standing_does_not() -> None:
    conflicts = forged = 0
    for seed in range(40):
        found = world(seed, obligations=4)
        case = from_json.case(show.to_json(found.bound))
        goal = wish(Random(seed), case)
        model = encode(found.bound, goal)
        proven = conflict(model, Subject(PASS, None), units(found.bound), leaves=60)
        if proven is None:
            continue
        conflicts += 1
        assert verified(case, proven.certificate, goal) > 0
        assert set(proven.sources) <= {row.source for row in model.rows}
        assert all(row.standing is not Standing.RESTRICTION for row in model.rows)
        renamed = _renamed(proven.certificate)
        with pytest.raises(CertificateError):
            verified(case, renamed, goal)
        forged += 1
    assert conflicts > 10
    assert forged == conflicts


def _renamed(certificate: Certificate) -> Certificate:
    """A multiplier on a margin instead of the rule's own row."""
    first = certificate.leaves[0]
    (name, multiplier), *others = first.duals
    leaf = type(first)(first.fix, ((f"{name}!", multiplier), *others), first.empty)
    return type(certificate)(
        certificate.claim,
        certificate.allowed,
        certificate.objective,
        (leaf, *certificate.leaves[1:]),
        certificate.bound,
    )
