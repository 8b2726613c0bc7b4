"""The stand-alone verifier and the rest of the kernel: two readings of one wire format, written apart.

Outcomes: the verifier's evaluator against the reference judge, at every point of many worlds. Rows: the verifier's
encoder against `solver.from_ir`, every name, coefficient and limit. Certificates: no multipliers, however chosen,
prove more than a compliant point achieves.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest

from policy.canonical import decode, encode
from policy.ir import show
from policy.ir.bound import Bound, Outcome
from policy.ir.bound import Kind as QuantityKind
from policy.judge.eval import judge
from policy.judge.fills import judge_orders, sells_first
from policy.judge.verdict import FillSafety
from policy.proof.certificate import Certificate, Claim, Leaf
from policy.proof.check import evaluate, from_json
from policy.proof.check.columns import columns
from policy.proof.check.domains import add_domains, cost, objective
from policy.proof.check.fills import Shown, fills
from policy.proof.check.orders import admissible
from policy.proof.check.program import add_obligations, program, rebuilt
from policy.proof.check.sheet import Sheet
from policy.proof.duality import CertificateError, leaf_value
from policy.proof.proposal import Kind as ProposalKind
from policy.proof.proposal import Order, Proposal, Side
from policy.proof.reading import ShapeError
from solver import from_ir
from tests.worlds.worlds import World, world

ALLOWED = (("pass",), ("pass", "warn"), ("pass", "warn", "waived", "needs consent"))


def seeds(deep: bool, few: int, many: int) -> range:
    return range(many if deep else few)


def read(found: World) -> from_json.Case:
    """Through the wire: what is written is canonical, and reads back as it was."""
    value = show.to_json(found.bound)
    assert decode(encode(value)) == value
    assert show.from_json(Bound, value) == found.bound
    return from_json.case(value)


def test_the_evaluator_answers_as_the_judge_does(deep):
    counted: Counter[str] = Counter()
    for seed in seeds(deep, 80, 4_000):
        found = world(seed)
        case = read(found)
        for point in found.points:
            at = evaluate.values(case, point)
            verdict = judge(found.bound, point)
            for finding in verdict.findings:
                mine = evaluate.outcome(case.obligations[finding.obligation.id], at)
                assert mine.value == finding.outcome.value, (seed, finding.obligation.id, point)
                counted[mine.value] += 1
    assert min(counted[outcome.value] for outcome in Outcome) > 100
    assert sum(counted.values()) > 7_000


def test_the_encoder_writes_the_solver_s_rows(deep):
    compared = 0
    for seed in seeds(deep, 80, 4_000):
        found, allowed = world(seed), ALLOWED[seed % 3]
        case = read(found)
        model = from_ir.encode(found.bound, allowed=frozenset(map(Outcome, allowed)))
        sheet = Sheet(columns(case), {})
        add_domains(sheet)
        add_obligations(sheet, case.obligations, frozenset(allowed))
        theirs = {row.name: row for row in model.rows if not row.source.startswith("form ")}
        assert theirs.keys() == sheet.rows.keys(), seed
        for name, row in theirs.items():
            mine = sheet.rows[name]
            assert (dict(map(reversed, row.terms)), row.low, row.high) == (
                dict(map(reversed, mine.terms)),
                mine.low,
                mine.high,
            ), (seed, name)
            compared += 1
        for name in sheet.boxes.keys() & model.columns.keys():
            assert sheet.boxes[name] == (model.columns[name].low, model.columns[name].high), (seed, name)
    assert compared > 2_500


def test_what_is_not_named_can_be_left_out(deep):
    """Rebuilding only the rows that a certificate names gives the same rows as rebuilding all of them."""
    for seed in seeds(deep, 40, 2_000):
        found, rng, allowed = world(seed), Random(seed), ALLOWED[seed % 3]
        case = read(found)
        whole = rebuilt(case, None, allowed)
        named = rng.sample(sorted(whole.rows), min(len(whole.rows), 6))
        fixed = rng.sample(sorted(whole.binaries), min(len(whole.binaries), 2))
        leaf = Leaf(tuple((name, 1) for name in fixed), tuple((name, Fraction(0)) for name in named))
        part = program(case, Certificate(Claim.BOUND, allowed, None, (leaf,), Fraction(0)), None)
        assert part.binaries >= set(fixed)
        assert part.rows.keys() >= set(named)
        assert all(whole.rows[name] == line for name, line in part.rows.items())
        assert all(whole.boxes[name] == box for name, box in part.boxes.items())
        assert all(whole.definitions[name] == made for name, made in part.definitions.items())


def test_no_multipliers_prove_more_than_a_compliant_point_achieves(deep):
    """Random multipliers on all rows, over random fixings that the point can satisfy; the binaries of a compliant
    point are not known here, so a leaf fixes none."""
    tried: Counter[str] = Counter()
    for seed in seeds(deep, 80, 3_000):
        found, rng = world(seed), Random(seed)
        case = read(found)
        allowed = ALLOWED[seed % 3]
        ids = rng.sample(list(case.obligations), rng.randint(1, 3))
        compliant = [point for point in found.points if _complies(case, ids, allowed, point)]
        if not compliant:
            tried["no compliant point"] += 1
            continue
        goal = objective(_goal(rng, case), case)
        for _ in range(3):
            part = replace(case, obligations={name: case.obligations[name] for name in ids})
            whole = rebuilt(part, goal, allowed)
            duals = [(name, _multiplier(rng, line)) for name, line in whole.rows.items() if rng.random() < 0.7]
            leaf = Leaf((), tuple(duals))
            try:
                bound, empty = (leaf_value(whole, leaf, no_cost=flag) for flag in (False, True))
            except CertificateError:
                tried["open"] += 1
                continue
            for point in compliant:
                reached = cost(goal, evaluate.values(case, point))
                assert reached is None or bound <= reached, (seed, point)
                tried["bounded"] += 1
            assert empty <= 0, seed
    assert tried["bounded"] > 100


def _complies(case, ids, allowed, point) -> bool:
    at = evaluate.values(case, point)
    return not admissible(case, point, at) and all(
        evaluate.outcome(case.obligations[name], at).value in allowed for name in ids
    )


def _goal(rng, case):
    exact = sorted(columns(case).exact | case.quantities.keys())
    amounts = [_linear(rng, exact) for _ in range(3)]
    deviations = [
        {"amount": amount, "label": str(k), "over": str(rng.randint(0, 3)), "under": "1/2"}
        for k, amount in enumerate(amounts)
    ]
    return {"linear": _linear(rng, exact), "deviations": deviations}


def _linear(rng, names):
    return {"const": "1", "terms": [[str(rng.randint(-3, 3)), rng.choice(names)] for _ in range(2)]}


def _multiplier(rng, line) -> Fraction:
    sides = [sign for sign, end in ((1, line.low), (-1, line.high)) if end is not None]
    return rng.choice(sides) * Fraction(rng.randint(0, 40), rng.choice((1, 7, 64)))


def test_promises_about_partial_fills_are_shown_only_where_they_hold(deep):
    """What the judge promises is never refuted; what it refutes by a state is never shown, whoever promises it."""
    counted: Counter[str] = Counter()
    for seed in seeds(deep, 14, 1_500):
        found = _with_lots(world(seed))
        case = from_json.case(show.to_json(found.bound))
        for point in found.points[1:4]:
            batches = sells_first(found.bound, point)
            said = {f.obligation.id: f.fills for f in judge_orders(found.bound, point, batches).findings if f.fills}
            made = Proposal(ProposalKind.PROPOSAL, "", "", "", "", _orders(found.bound, batches), tuple(point.items()))
            end = evaluate.values(case, point)
            honest = {name: Shown(fill.value) for name, fill in said.items() if fill.value in tuple(Shown)}
            shown = fills(case, made, end, honest)
            assert not shown.broken, (seed, shown.broken)
            counted["shown"] += len(honest) - len(shown.open)
            for promise in Shown:
                false = [name for name, fill in said.items() if fill is FillSafety.COMPLETE]
                caught = fills(case, made, end, dict.fromkeys(false, promise))
                assert {*caught.broken, *caught.open} == set(false), (seed, false)
                counted["refuted"] += len(caught.broken)
    assert min(counted["shown"], counted["refuted"]) > 20


def _with_lots(found: World) -> World:
    """Every sale names its lot, as real books do."""
    closing = (QuantityKind.SELL, QuantityKind.COVER)
    quantities = {n: replace(q, lot=n) if q.kind in closing else q for n, q in found.bound.quantities.items()}
    points = tuple({n: v for n, v in point.items() if v} for point in found.points)
    return World(replace(found.bound, quantities=quantities), points)


def _orders(bound: Bound, batches) -> tuple[Order, ...]:
    pieces = [(k, bound.quantities[n], v) for k, batch in enumerate(batches) for order in batch for n, v in order]
    return tuple(
        Order(q.account, q.instrument, Side(q.kind.value), v, k, ((q.lot, v),) if q.lot else ()) for k, q, v in pieces
    )


@pytest.mark.parametrize("change", ["tag", "missing", "extra", "name", "interval", "twice"])
def test_a_malformed_file_is_refused(change):
    value = show.to_json(world(3).bound)
    match change:
        case "tag":
            value["obligations"][0]["ladder"][0]["formula"]["is"] = "maybe"
        case "missing":
            del value["obligations"][0]["otherwise"]
        case "extra":
            value["obligations"][0]["comment"] = "looks fine to me"
        case "name":
            value["forms"][-1]["terms"].append(["1", "nowhere"])
        case "interval":
            value["forms"][0]["const"] = {"low": "2", "high": "1"}
        case "twice":
            value["obligations"].append(value["obligations"][0])
    with pytest.raises(ShapeError):
        from_json.case(value)
