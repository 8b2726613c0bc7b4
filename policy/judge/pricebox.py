"""The price box: by how much every price may move, each for itself, with every verdict staying what it is.

Prices enter a bound book through the market values of positions, so the box is taken there: each `value/ACCOUNT/
INSTRUMENT` is multiplied by its instrument's own factor between 1 − e and 1 + e, the same in all accounts; notional
and exposure forms, which follow the price of an underlying, have factors of their own. What does not move: cash and
turnover, since orders are priced at their limits; values before the orders, which passive breaches are compared
with; and market values that are not known.

The answer is rounded down to a stated step, and sound: for linear clauses exact but for the step, for others proven
by bounds, so that the true box may be larger, never smaller. An obligation whose outcome is unknown anyway makes no
claim. A ratio whose base is above zero whatever is traded was bound without its guard; prices may bring that base down,
so the guard is put back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm

from policy.interval import ZERO, Number, between, hull, less, negative, plus, times
from policy.ir import meaning
from policy.ir.bound import Bound, Leaf, Lin, Outcome, Point
from policy.judge import eval as reference
from policy.judge import reach
from policy.judge.box import Lines, Slopes, lines, possible, replaced, slopes, unfolded
from policy.judge.verdict import Finding, Verdict

STEP = Fraction(1, 10_000)
LARGEST = 5_000
"""Steps of the largest box that is looked for: half of every price."""

DERIVED = ("notional", "exposure")


@dataclass(frozen=True, slots=True)
class PriceBox:
    """Verdicts hold while every price stays within ± `share` of itself. `first`: the obligation that is not proven to
    hold one step further; None where all do in the largest box."""

    share: Fraction
    first: str | None


@dataclass(frozen=True, slots=True)
class Market:
    """What moves: names of forms that move together; what they are `worth`, as whole multiples of 1 / `grain`; the
    values at the point; all forms over what moves; the forms in which a fact is missing."""

    together: Mapping[str, int]
    worth: Mapping[str, int]
    grain: int
    at: meaning.Values
    over: Lines
    vague: frozenset[str]


def price_box(bound: Bound, point: Point, verdict: Verdict) -> PriceBox:
    """The box of the verdict that `policy.judge.eval.judge` gave at the point."""
    asked = [finding for finding in verdict.findings if finding.outcome is not Outcome.UNKNOWN]
    market = _market(bound, point, asked)
    asked = [_guarded(finding, market.at) for finding in asked]
    rates = {name: _growing(line, market) for name, line in market.over.items()}
    steps, first = LARGEST, None
    quick = _quick(rates, market, steps)
    for finding in sorted(asked, key=_tightness):  # the nearest first, so that the box is soon small
        held = (meaning.truth(rung.formula, quick) for rung in finding.obligation.ladder)
        if not _same(finding, held, market):
            found = _widest(finding, market, steps)
            if found < steps:
                steps, first = found, finding.obligation.id
                quick = _quick(rates, market, steps)
    return PriceBox(steps * STEP, first)


def _guarded(finding: Finding, at: meaning.Values) -> Finding:
    """The finding with the guards of its ratios, where their base is above zero at today's prices."""

    def leaf(node: Leaf) -> Leaf:
        base = node.shown_over
        return replace(node, base=base) if base is not None and less(ZERO, meaning.scalar(base, at)) else node

    ladder = (
        replace(rung, formula=replaced(rung.formula, lambda line: line, leaf)) for rung in finding.obligation.ladder
    )
    return replace(finding, obligation=replace(finding.obligation, ladder=tuple(ladder)))


def _tightness(finding: Finding) -> Fraction:
    leaf = finding.deciding
    return Fraction(1) if leaf is None else abs(reference.tightness(leaf.value, leaf.bound, leaf.op))


def _market(bound: Bound, point: Point, asked: Iterable[Finding]) -> Market:
    forms = reach.behind(bound.forms, reach.names(r.formula for f in asked for r in f.obligation.ladder))
    at = meaning.values(forms, point)
    together: dict[str, int] = {}
    groups: dict[str, int] = {}
    for domain in bound.domains:
        for instrument in domain.prices:
            position = f"{domain.account}/{instrument}"
            together[f"value/{position}"] = groups.setdefault(instrument, len(groups))
            alone = groups.setdefault(position, len(groups))
            together |= {f"{measure}/{position}": alone for measure in DERIVED}
    known = {name: value for name in together if isinstance(value := at.get(name), Fraction)}
    grain = lcm(*(value.denominator for value in known.values()))
    worth = {name: value.numerator * (grain // value.denominator) for name, value in known.items()}
    moving = {name: together[name] for name in known}
    return Market(moving, worth, grain, at, lines(forms, at, known), reach.vague(forms))


def _growing(line: Lin, market: Market) -> Lin:
    """The line's range over a box, as a number that grows with the box's share: const + share · [−r, r]."""
    by = slopes(line)
    return Lin(line.const, ((_loose_rate(line, market) if by is None else _rate(by, market), SHARE),))


def _rate(by: Slopes, market: Market) -> Number:
    moved: dict[int, int] = {}
    for name, slope in by.whole.items():
        group = market.together[name]
        moved[group] = moved.get(group, 0) + slope * market.worth[name]
    most = Fraction(sum(map(abs, moved.values())), by.scale * market.grain)
    return between(-most, most)


def _loose_rate(line: Lin, market: Market) -> Number:
    """Where a fact is missing."""
    moved: dict[int, Number] = {}
    for slope, name in line.terms:
        group = market.together[name]
        moved[group] = plus(moved.get(group, ZERO), times(slope, market.at[name]))
    rate: Number = ZERO
    for by in moved.values():
        rate = plus(rate, hull(by, negative(by)))
    return rate


SHARE = "share"


def _quick(rates: Lines, market: Market, steps: int) -> meaning.Values:
    """Every form as its range over the box: a quick first answer, which forgets that forms move together."""
    share = {SHARE: steps * STEP}
    return {**market.at, **{name: meaning.scalar(rate, share) for name, rate in rates.items()}}


def _widest(finding: Finding, market: Market, steps: int) -> int:
    """The widest box of at most so many steps over which the finding's outcome is proven to stay."""

    def widest(line: Lin) -> Number:
        return meaning.scalar(_growing(line, market), {SHARE: steps * STEP})

    unfolded_ = (unfolded(rung.formula, market.over, market.at, widest) for rung in finding.obligation.ladder)
    formulas = [replaced(formula, lambda line: _growing(line, market)) for formula in unfolded_]

    def stays(steps: int) -> bool:
        return _same(finding, (meaning.truth(formula, {SHARE: steps * STEP}) for formula in formulas), market)

    if stays(steps):
        return steps
    kept, lost = 0, steps
    while lost - kept > 1:
        middle = (kept + lost) // 2
        kept, lost = (middle, lost) if stays(middle) else (kept, middle)
    return kept


def _same(finding: Finding, held: Iterable[bool | None], market: Market) -> bool:
    sure = [reach.decided(rung.formula, market.vague) for rung in finding.obligation.ladder]
    return possible(finding.obligation, held, sure) == {finding.outcome}
