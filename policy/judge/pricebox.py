"""The price box: by how much every price may move, each for itself, with every verdict staying what it is.

Prices enter a bound book through the market values of positions, so the box is taken there: each `value/ACCOUNT/
INSTRUMENT` is multiplied by its instrument's own factor between 1 − e and 1 + e, the same in all accounts; notional
and exposure forms, which follow the price of an underlying, have factors of their own. What does not move: cash and
turnover, since orders are priced at their limits; values before the orders, which passive breaches are compared
with; and market values that are not known.

The answer is rounded down to a stated step, and sound: for linear clauses exact but for the step, for others proven
by bounds, so that the true box may be larger, never smaller. An obligation whose outcome is unknown anyway makes no
claim.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from policy.interval import Number, times
from policy.ir import meaning
from policy.ir.bound import Bound, Outcome, Point
from policy.judge import reach
from policy.judge.box import Box, Edge, Lines, box, holds, lines, possible, span, unfolded
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
    """What moves: names of forms that move together, their values at the point, all forms over them, and the forms
    in which a fact is missing."""

    together: Sequence[tuple[str, ...]]
    at: meaning.Values
    over: Lines
    vague: frozenset[str]


def price_box(bound: Bound, point: Point, verdict: Verdict) -> PriceBox:
    """The box of the verdict that `policy.judge.eval.judge` gave at the point."""
    asked = [finding for finding in verdict.findings if finding.outcome is not Outcome.UNKNOWN]
    market = _market(bound, point, asked)
    steps, first = LARGEST, None
    quick = _ranges(market, steps)
    for finding in asked:
        held = (meaning.truth(rung.formula, quick) for rung in finding.obligation.ladder)
        if not _same(finding, held, _sure(finding, market)):
            found = _widest(finding, market, steps)
            if found < steps:
                steps, first = found, finding.obligation.id
                quick = _ranges(market, steps)
    return PriceBox(steps * STEP, first)


def _market(bound: Bound, point: Point, asked: Iterable[Finding]) -> Market:
    forms = reach.behind(bound.forms, reach.names(r.formula for f in asked for r in f.obligation.ladder))
    at = meaning.values(forms, point)
    positions = [(d.account, instrument) for d in bound.domains for instrument in d.prices]
    by_instrument: dict[str, list[str]] = {}
    for account, instrument in positions:
        by_instrument.setdefault(instrument, []).append(f"value/{account}/{instrument}")
    alone = [(f"{measure}/{account}/{instrument}",) for measure in DERIVED for account, instrument in positions]
    groups = [tuple(n for n in names if isinstance(at.get(n), Fraction)) for names in (*by_instrument.values(), *alone)]
    together = [names for names in groups if names]
    return Market(together, at, lines(forms, at, (n for names in together for n in names)), reach.vague(forms))


def _box(market: Market, steps: int) -> Box:
    share = steps * STEP
    return box(_edge({name: times(share, market.at[name]) for name in names}) for names in market.together)


def _edge(most: Mapping[str, Number]) -> Edge:
    moves = [(name, amount) for name, amount in most.items() if isinstance(amount, Fraction)]
    return [[(name, -amount) for name, amount in moves], moves]


def _ranges(market: Market, steps: int) -> meaning.Values:
    """Every form as its range over the box: a quick first answer, which forgets that forms move together."""
    over = _box(market, steps)
    return {**market.at, **{name: span(line, over) for name, line in market.over.items()}}


def _widest(finding: Finding, market: Market, steps: int) -> int:
    """The widest box of at most so many steps over which the finding's outcome is proven to stay."""
    whole = _box(market, steps)
    formulas = [unfolded(r.formula, market.over, market.at, whole) for r in finding.obligation.ladder]
    sure = _sure(finding, market)

    def stays(steps: int) -> bool:
        over = _box(market, steps)
        return _same(finding, (holds(formula, over) for formula in formulas), sure)

    if stays(steps):
        return steps
    kept, lost = 0, steps
    while lost - kept > 1:
        middle = (kept + lost) // 2
        kept, lost = (middle, lost) if stays(middle) else (kept, middle)
    return kept


def _same(finding: Finding, held: Iterable[bool | None], sure: Sequence[bool]) -> bool:
    return possible(finding.obligation, held, sure) == {finding.outcome}


def _sure(finding: Finding, market: Market) -> list[bool]:
    return [reach.decided(rung.formula, market.vague) for rung in finding.obligation.ladder]
