"""Laws of the price box: no prices inside it change a verdict, and for linear clauses it is as large as it can be."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest

from policy.interval import ZERO
from policy.ir import meaning
from policy.ir.bound import Bound, Form, Leaf, Lin, Op, Outcome, Point, Rung
from policy.judge.eval import judge
from policy.judge.pricebox import LARGEST, STEP, PriceBox, price_box
from tests.worlds.worlds import world

ONE = Fraction(1)
DRAWS = 6


def moved(bound: Bound, factors: dict[str, Fraction]) -> Bound:
    """The bound book with every market value multiplied by its instrument's factor."""
    forms = {name: _moved(form, factors) for name, form in bound.forms.items()}
    return replace(bound, forms=forms)


def _moved(form: Form, factors: dict[str, Fraction]) -> Form:
    kind, *rest = form.name.split("/")
    if kind != "value" or not isinstance(form.const, Fraction) or rest[1] not in factors:
        return form
    factor = factors[rest[1]]
    return replace(form, const=form.const * factor, terms=tuple((_times(c, factor), n) for c, n in form.terms))


def _times(coefficient: object, factor: Fraction) -> Fraction:
    assert isinstance(coefficient, Fraction)
    return coefficient * factor


def priced(bound: Bound) -> list[str]:
    return sorted({instrument for domain in bound.domains for instrument in domain.prices})


@pytest.mark.parametrize("chunk", range(4))
def test_no_prices_inside_change_a_verdict(chunk: int) -> None:
    boxes: list[PriceBox] = []
    for seed in range(chunk * 60, (chunk + 1) * 60):
        rng = Random(seed)
        made = world(seed, obligations=rng.choice((1, 1, 2, 5)))
        for point in made.points[::3]:
            verdict = judge(made.bound, point)
            found = price_box(made.bound, point, verdict)
            boxes.append(found)
            for _ in range(DRAWS):
                ends = (-found.share, found.share, found.share * Fraction(rng.randint(-9, 9), 10))
                factors = {instrument: 1 + rng.choice(ends) for instrument in priced(made.bound)}
                then = judge(moved(made.bound, factors), point)
                for before, after in zip(verdict.findings, then.findings, strict=True):
                    assert before.outcome in (Outcome.UNKNOWN, after.outcome), (seed, point, factors)
    assert sum(0 < box.share < LARGEST * STEP for box in boxes) >= len(boxes) / 20
    assert sum(box.first is None for box in boxes) >= len(boxes) / 20


def test_a_cap_on_one_position_has_the_box_of_its_formula() -> None:
    """value ≤ p · net assets is broken first where the position rises by e and all others move by e against it:
    e = (p · net assets − value) / Σ |what e = 1 adds to value − p · net assets|, position by position."""
    asked = 0
    for seed in range(120):
        made = world(seed, obligations=1)
        for point in made.points[:2]:
            share = Fraction(Random(seed).randint(1, 99), 100)
            bound, exact = _capped(made.bound, point, share)
            verdict = judge(bound, point)
            if verdict.outcome is Outcome.PASS and exact is not None:
                asked += 1
                assert price_box(bound, point, verdict).share == min(LARGEST * STEP, exact // STEP * STEP)
    assert asked >= 30


def _capped(bound: Bound, point: Point, share: Fraction) -> tuple[Bound, Fraction | None]:
    """The book with one cap on the first position of account A0, and its exact box where prices are known."""
    held = [name for name in bound.forms if name.startswith("value/A0/")]
    leaf = Leaf(Lin(ZERO, ((ONE, held[0]),)), Op.LE, Lin(ZERO, ((share, "net assets/A0"),)))
    only = replace(bound.obligations[0], ladder=(Rung(leaf, Outcome.PASS),), otherwise=Outcome.BLOCK)
    at = meaning.values(bound.forms, point)
    worth = [at[name] for name in (*held, "net assets/A0")]
    known = [number for number in worth if isinstance(number, Fraction)]
    capped = replace(bound, obligations=(only,))
    if len(known) < len(worth):
        return capped, None
    *values, net = known
    pull = abs(values[0] * (1 - share)) + sum((abs(value) * share for value in values[1:]), ZERO)
    return capped, (share * net - values[0]) / pull if pull else None


def test_a_ratio_holds_no_longer_than_its_base_is_above_zero() -> None:
    """Assets of 100 and borrowings of 60: the floor of half of net assets means nothing once prices fall by 40 %."""
    made = world(0, obligations=1).bound
    terms = ((ONE, "value/A0/X"),)
    forms = [Form("value/A0/X", Fraction(100), (), None, None), Form("net assets/A0", Fraction(-60), terms, None, None)]
    net = Lin(ZERO, ((ONE, "net assets/A0"),))
    leaf = Leaf(Lin(ZERO, terms), Op.GE, Lin(ZERO, ((Fraction(1, 2), "net assets/A0"),)), None, "value", net)
    only = replace(made.obligations[0], ladder=(Rung(leaf, Outcome.PASS),), otherwise=Outcome.BLOCK)
    domain = replace(made.domains[0], account="A0", prices={"X": ONE})
    bound = replace(made, quantities={}, forms={f.name: f for f in forms}, obligations=(only,), domains=(domain,))
    assert price_box(bound, {}, judge(bound, {})) == PriceBox(Fraction(2, 5) - STEP, only.id)
