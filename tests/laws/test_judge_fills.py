"""Laws of partial fills: a promise about the way is never contradicted by a state on the way."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest

from policy.interval import ZERO
from policy.ir import meaning
from policy.ir.bound import Bound, Kind, Leaf, Lin, Moment, Obligation, Outcome, Point
from policy.judge import reach
from policy.judge.eval import finding, judge
from policy.judge.fills import Batch, judge_orders, sells_first
from policy.judge.verdict import FillSafety, Finding
from tests.depth import chunks
from tests.worlds.worlds import world

CHUNKS = 4
WORLDS = 14
STATES = 10


def batches_of(rng: Random, bound: Bound, point: Point) -> tuple[Batch, ...]:
    """The default order, or the same orders shuffled into one to three batches."""
    default = sells_first(bound, point)
    if rng.random() < 0.4:
        return default
    orders = [order for batch in default for order in batch]
    rng.shuffle(orders)
    cuts = sorted(rng.sample(range(len(orders) + 1), min(2, len(orders) + 1)))
    parts = [orders[a:b] for a, b in zip([0, *cuts], [*cuts, len(orders)], strict=True)]
    return tuple(tuple(part) for part in parts if part)


def state_of(rng: Random, bound: Bound, done: tuple[Batch, ...], working: Batch) -> dict[str, Fraction]:
    """Some partial state: the batches done, each working order filled by so many units or whole, residues anywhere in
    their boxes where something is filled."""
    state: dict[str, Fraction] = {}
    for batch in done:
        for order in batch:
            for name, amount in order:
                state[name] = state.get(name, ZERO) + amount
    for order in working:
        whole, step = sum((amount for _, amount in order), ZERO), bound.quantities[order[0][0]].step or Fraction(1)
        filled = rng.choice((ZERO, whole, whole * rng.randint(0, 10) / 10 // step * step))
        for name, amount in order:
            part = min(amount, filled)
            state[name], filled = state.get(name, ZERO) + part, filled - part
    booked = {bound.quantities[name].account for name, amount in state.items() if amount}
    for quantity in bound.quantities.values():
        if quantity.kind is Kind.RESIDUE and quantity.account in booked:
            span = max(ZERO, quantity.high) - min(ZERO, quantity.low)
            state[quantity.name] = min(ZERO, quantity.low) + span * rng.choice((0, 1, Fraction(1, 2)))
    return state


def outcome_at(bound: Bound, obligation: Obligation, state: Point) -> Outcome:
    at = meaning.values(bound.forms, state)
    return finding(obligation, bound, at, standing=False).outcome


@pytest.mark.parametrize("chunk", chunks(CHUNKS, quick=1))
def test_promises_hold_in_sampled_states(chunk: int) -> None:
    met: Counter[FillSafety | None] = Counter()
    for seed in range(chunk * WORLDS, (chunk + 1) * WORLDS):
        rng = Random(seed)
        made = world(seed)
        bound = replace(made.bound, obligations=tuple(_traded(o) for o in made.bound.obligations))
        for point in made.points[1::3]:
            batches = batches_of(rng, bound, point)
            ended = judge(bound, point)
            for end, said in zip(ended.findings, judge_orders(bound, point, batches).findings, strict=True):
                met[said.fills] += 1
                _check(rng, bound, batches, end, said)
    assert all(met[safety] >= 3 for safety in (*FillSafety, None)), met


def _traded(obligation: Obligation) -> Obligation:
    return replace(obligation, moments=(Moment.TRADE,))


def _check(rng: Random, bound: Bound, batches: tuple[Batch, ...], end: Finding, said: Finding) -> None:
    permitted = max(Outcome.WAIVED.rank, end.outcome.rank)
    if said.fills is None:
        assert end.outcome.rank > Outcome.CONSENT.rank
    elif said.fills is FillSafety.COMPLETE:
        assert said.state is not None
        assert _on_the_way(said.state, batches)
        assert outcome_at(bound, end.obligation, said.state) is said.outcome
        assert said.outcome.rank > permitted
    else:
        assert (said.outcome, said.deciding, said.state) == (end.outcome, end.deciding, None)
    stages = [((), tuple(order for batch in batches for order in batch))]
    if said.fills is not FillSafety.ALWAYS:
        stages = [(batches[:number], batch) for number, batch in enumerate(batches)]
    if batches and said.fills in (FillSafety.ALWAYS, FillSafety.ORDERED):
        for _ in range(STATES):
            state = state_of(rng, bound, *rng.choice(stages))
            assert outcome_at(bound, end.obligation, state).rank <= permitted, state


def _on_the_way(state: Point, batches: tuple[Batch, ...]) -> bool:
    """Batches before some batch are filled, those after it are not begun, and it is filled in order."""
    rest = dict(state)
    open_ = False
    for batch in batches:
        if open_ and any(rest.get(name, ZERO) for order in batch for name, _ in order):
            return False
        for order in batch:
            for place, (name, amount) in enumerate(order):
                taken = min(amount, rest.get(name, ZERO))
                rest[name] = rest.get(name, ZERO) - taken
                if taken < amount:
                    open_ = True
                    if any(rest.get(later, ZERO) for later, _ in order[place + 1 :]):
                        return False
    return not any(rest.values())


def test_linear_clauses_are_always_decided() -> None:
    """Without residues and missing facts, one leaf with linear sides is never left open."""
    asked = 0
    for seed in range(150):
        made = world(seed)
        fixed = {
            n: replace(q, low=ZERO, high=ZERO) if q.kind is Kind.RESIDUE else q
            for n, q in made.bound.quantities.items()
        }
        unclear = reach.vague(made.bound.forms)
        plain = tuple(_traded(o) for o in made.bound.obligations if _linear(o, unclear))
        bound = replace(made.bound, quantities=fixed, obligations=plain)
        for point in made.points[1::4]:
            point = {name: amount for name, amount in point.items() if not name.startswith("residue/")}
            for said in judge_orders(bound, point, batches_of(Random(seed), bound, point)).findings:
                asked += 1
                assert said.fills is not FillSafety.NOT_PROVEN
    assert asked >= 500


def _linear(obligation: Obligation, unclear: frozenset[str]) -> bool:
    first = obligation.ladder[0].formula
    return (
        len(obligation.ladder) == 1
        and isinstance(first, Leaf)
        and isinstance(first.measure, Lin)
        and isinstance(first.bound, Lin)
        and reach.decided(first, unclear)
    )
