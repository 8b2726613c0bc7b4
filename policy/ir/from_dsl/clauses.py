"""Demands as clauses: every sentence becomes tests with outcomes, best first.

What is left out (`except where …`) leaves the sets that the demand counts; a condition (`if … then`) joins each
group's own test, so that groups are still judged one by one. A warning is an earlier rung, reached at its number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import assert_never

from dsl import tree
from dsl.check import conditions, demands, names, periods
from dsl.check.demands import Aim, sharing
from dsl.check.names import Names
from dsl.source import Span
from policy.ir import core
from policy.ir.bound import Op, Outcome
from policy.ir.from_dsl import numbers
from policy.ir.from_dsl.numbers import NET_ASSETS, condition, every, picked, scalar

WITHIN = "within the limit"
BEFORE = {"<=": "<", "<": "<", ">=": ">", ">": ">"}
"""A warning `at 4.5%` is there once 4.5% is reached."""
OUTCOMES = {
    "pass": Outcome.PASS, "warn": Outcome.WARN, "needs consent": Outcome.CONSENT, "block": Outcome.BLOCK,
}  # fmt: skip
VERBS = {"buy": ("buy",), "sell": ("sell",), "short": ("short",), "holding": ("hold",), "trade": ("buy", "sell")}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a demand is read with: the rule's names, and what a breach leads to."""

    names: Names
    otherwise: Outcome


def clauses(demand: tree.Demand, at: Reading) -> tuple[core.Clause, ...]:
    """The clauses of one demand: one, and one more for each exception that lets some groups go further."""
    test = _leaving_out(demand.test, _excepted(demand))
    allowed = tuple(r for r in demand.refinements if isinstance(r, tree.Allow))
    aim = demands.aim(test)
    if allowed and aim is not None:
        return _with_exceptions(demand, aim, allowed, at)
    if aim is not None:
        return (_ladder(demand, aim, at),)
    step = core.Step(_given(demand.given, _test(test, demand.given, at.names), at.names), Outcome.PASS, WITHIN)
    return (core.Clause((step,), at.otherwise, demand.span),)


def regimes(either: tree.Either, at: Reading) -> core.Clause:
    """One way to comply that holds whole is enough."""
    ways = tuple(_whole(regime, at.names) for regime in either.regimes)
    step = core.Step(core.Any(ways), Outcome.PASS, WITHIN)
    return core.Clause((step,), at.otherwise, either.span)


def _whole(regime: tree.Regime, names_: Names) -> core.Test:
    parts: list[core.Test] = []
    for demand in regime.demands:
        test = _leaving_out(demand.test, _excepted(demand))
        parts.append(_given(demand.given, _test(test, demand.given, names_), names_))
    return parts[0] if len(parts) == 1 else core.All(tuple(parts))


# --- rungs -------------------------------------------------------------------------------------


def _ladder(demand: tree.Demand, aim: Aim, at: Reading) -> core.Clause:
    def held(bound: tree.Expr, op: str = aim.op) -> core.Test:
        test = _aimed(Aim(aim.subject, op, sharing(bound, aim.bound)), at.names)
        return _given(demand.given, test, at.names)

    limit = core.Step(held(aim.bound), Outcome.PASS, WITHIN)
    for refinement in demand.refinements:
        match refinement:
            case tree.WarnAt(bound):
                early = core.Step(held(bound, BEFORE[aim.op]), Outcome.PASS, WITHIN)
                late = replace(limit, outcome=Outcome.WARN, reason="the warning level is reached")
                return core.Clause((early, late), at.otherwise, demand.span)
            case tree.Ladder(_, rungs, otherwise):
                steps = tuple(core.Step(held(r.bound), OUTCOMES[r.outcome], _reason(r)) for r in rungs)
                first = () if rungs[0].outcome == "pass" else (limit,)
                return core.Clause((*first, *steps), OUTCOMES[otherwise], demand.span)
            case _:
                pass
    return core.Clause((limit,), at.otherwise, demand.span)


def _reason(rung: tree.Rung) -> str:
    if rung.outcome == "needs consent":
        return "consent of " + " and ".join(text.value for text in rung.consent)
    return WITHIN if rung.outcome == "pass" else "the warning level is reached"


def _with_exceptions(
    demand: tree.Demand, aim: Aim, allowed: tuple[tree.Allow, ...], at: Reading
) -> tuple[core.Clause, ...]:
    """`except at most 1 issuer where …, up to 35%`: holdings outside of every exception keep the limit; inside, the
    further bound holds, and no more than so many groups pass the limit."""
    assert isinstance(aim.subject, tree.Each)
    pick, measure = aim.subject.pick, aim.subject.measure
    wheres = [allow.pick.where for allow in allowed]
    tests: list[core.Test] = []
    if None not in wheres:
        rest = tuple(tree.Not(where, where.span) for where in wheres if where is not None)
        outside = replace(aim.subject, pick=_narrowed(pick, rest))
        tests.append(_aimed(replace(aim, subject=outside), at.names))
    for allow in allowed:
        inside = _narrowed(pick, () if allow.pick.where is None else (allow.pick.where,))
        further = Aim(tree.Each(measure, inside, allow.span), aim.op, sharing(allow.bound, aim.bound))
        tests.append(_aimed(further, at.names))
        tests.append(_so_many(allow, inside, aim, at.names))
    return tuple(
        core.Clause((core.Step(_given(demand.given, test, at.names), Outcome.PASS, WITHIN),), at.otherwise, demand.span)
        for test in tests
    )


def _so_many(allow: tree.Allow, inside: tree.Pick, aim: Aim, names_: Names) -> core.Test:
    """No more than `count` groups go beyond the limit itself."""
    assert isinstance(aim.subject, tree.Each)
    own = aim.subject.measure or tree.Term("value", allow.span)
    beyond = tree.Compare(own, ">" if aim.op == "<=" else ">=", aim.bound, allow.span)
    number = core.Number(picked(_narrowed(inside, (beyond,)), names_))
    return core.Compare(number, Op.LE, core.Amount(Fraction(allow.count), "count"))


# --- exceptions and conditions -----------------------------------------------------------------


def _excepted(demand: tree.Demand) -> tuple[tree.Cond, ...]:
    return tuple(tree.Not(r.where, r.span) for r in demand.refinements if isinstance(r, tree.Except))


def _leaving_out(test: tree.Test, conds: tuple[tree.Cond, ...]) -> tree.Test:
    """The test over sets narrowed by further conditions."""
    if not conds:
        return test
    match test:
        case tree.Limit(subject) | tree.Band(subject) | tree.Between(subject):
            return replace(test, subject=_subject_without(subject, conds))
        case tree.HoldCount(pick=pick) | tree.HoldMinimum(pick=pick):
            return replace(test, pick=_narrowed(pick, conds))
        case tree.Forbid(where=where, span=span):
            return replace(test, where=_both(where, conds, span))
        case tree.Require():
            raise AssertionError("a comparison says itself what it leaves out")
        case _:
            assert_never(test)


def _subject_without(subject: tree.Each | tree.Expr, conds: tuple[tree.Cond, ...]) -> tree.Each | tree.Expr:
    match subject:
        case tree.Each(pick=pick) | tree.Total(pick=pick) | tree.Number(pick=pick):
            return replace(subject, pick=_narrowed(pick, conds))
        case tree.Average(pick=pick) if pick is not None:
            return replace(subject, pick=_narrowed(pick, conds))
        case tree.Sum(parts):
            return replace(subject, parts=tuple(_expression_without(part, conds) for part in parts))
        case tree.Negative(part):
            return replace(subject, part=_expression_without(part, conds))
        case _:
            return subject


def _expression_without(part: tree.Expr, conds: tuple[tree.Cond, ...]) -> tree.Expr:
    made = _subject_without(part, conds)
    assert not isinstance(made, tree.Each)
    return made


def _narrowed(pick: tree.Pick, conds: tuple[tree.Cond, ...]) -> tree.Pick:
    return replace(pick, where=_both(pick.where, conds, pick.span)) if conds else pick


def _both(where: tree.Cond | None, conds: tuple[tree.Cond, ...], span: Span) -> tree.Cond:
    parts = conds if where is None else (where, *conds)
    return parts[0] if len(parts) == 1 else tree.And(parts, span)


def _given(given: tree.Cond | None, test: core.Test, names_: Names) -> core.Test:
    """`if COND then TEST`, group by group where the test is one of groups. A prohibition has it in its set."""
    if given is None or isinstance(test, core.Forbid):
        return test
    if isinstance(test, core.Every):
        return core.Every(test.pick, _given(given, test.test, names_))
    return core.Any((core.Not(condition(given, names_)), test))


# --- tests -------------------------------------------------------------------------------------


def _test(test: tree.Test, given: tree.Cond | None, names_: Names) -> core.Test:
    match test:
        case tree.Limit(subject, op, bound):
            return _aimed(Aim(subject, op, bound), names_)
        case tree.Require(cond):
            return condition(cond, names_)
        case tree.HoldCount():
            return _count(test, names_)
        case tree.HoldMinimum(pick, bound, span):
            return _minimum(pick, bound, span, names_)
        case tree.Band():
            return _band(test, names_)
        case tree.Between(subject, low, high):
            return _between(subject, low, high, names_)
        case tree.Forbid():
            return _forbid(test, given, names_)
        case _:
            assert_never(test)


def _aimed(aim: Aim, names_: Names) -> core.Test:
    """One comparison, of each group or of the whole."""
    if not isinstance(aim.subject, tree.Each):
        return numbers.compare(aim.subject, Op(aim.op), aim.bound, names_)
    return core.Every(picked(aim.subject.pick, names_), _of_group(aim.subject, aim.op, aim.bound, names_))


def _of_group(subject: tree.Each, op: str, bound: tree.Expr, names_: Names) -> core.Compare:
    unit = demands.unit_of_each(subject, bound, names_)
    return core.Compare(_own(subject, unit, names_), Op(op), scalar(bound, names_, unit), numbers.base(bound, names_))


def _own(subject: tree.Each, unit: str | None, names_: Names) -> core.Own:
    """A group in the measure that is said; an order in what it trades."""
    group = names.group(subject.pick.level, names_)
    if names.as_counted(subject.measure) and group is not None and group.level == "order":
        return core.Own("shares traded" if unit == "shares" else "value traded")
    return core.Own() if subject.measure is None else core.Own(subject.measure.words)


def _between(subject: tree.Each | tree.Expr, low: tree.Expr, high: tree.Expr, names_: Names) -> core.Test:
    if isinstance(subject, tree.Each):
        ends = (_of_group(subject, ">=", low, names_), _of_group(subject, "<=", high, names_))
        return core.Every(picked(subject.pick, names_), core.All(ends))
    return core.All(
        (numbers.compare(subject, Op.GE, low, names_), numbers.compare(subject, Op.LE, high, names_))
    )  # fmt: skip


def _count(test: tree.HoldCount, names_: Names) -> core.Test:
    number = core.Number(picked(test.pick, names_))
    ends = [(Op.GE, test.low), (Op.LE, test.high)]
    tests: list[core.Test] = [
        core.Compare(number, op, core.Amount(Fraction(end), "count")) for op, end in ends if end is not None
    ]
    found = every(tests)
    assert found is not None, "a count has an end"
    return found


def _minimum(pick: tree.Pick, bound: tree.Expr, span: Span, names_: Names) -> core.Test:
    """No units, or at least so much."""
    enough = _of_group(tree.Each(None, pick, span), ">=", bound, names_)
    nothing = core.Compare(core.Own("shares"), Op.LE, core.Amount(Fraction(0), "shares"))
    return core.Every(picked(pick, names_), core.Any((nothing, enough)))


def _forbid(test: tree.Forbid, given: tree.Cond | None, names_: Names) -> core.Test:
    if conditions.is_wash_sale(test):
        assert isinstance(test.where, tree.Traded)
        return core.WashSale(periods.in_days(test.where.period))
    group = names.Holdings("security") if test.level is None else names.group(test.level, names_)
    assert group is not None, "a prohibition names holdings"
    conds = [cond for cond in (given, *group.where, test.where) if cond is not None]
    verbs = tuple(dict.fromkeys(verb for said in test.verbs for verb in VERBS[said]))
    return core.Forbid(verbs, core.Pick(group.level, every([condition(cond, names_) for cond in conds])))


# --- bands -------------------------------------------------------------------------------------


def _band(band: tree.Band, names_: Names) -> core.Test:
    """Between the target less a width and the target plus it; with the wider of two, either width will do."""
    unit = demands.unit_of_each(band.subject, band.around, names_) if isinstance(band.subject, tree.Each) else None
    around = scalar(band.around, names_, unit)
    widths = [_width(width, around) for width in band.widths]
    tops = tuple(core.Sum((around, width)) for width in widths)
    bottoms = tuple(core.Sum((around, numbers.negative(width))) for width in widths)
    wide = band.choice != "narrower"
    top = tops[0] if len(tops) == 1 else core.Greatest(tops) if wide else core.Least(tops)
    bottom = bottoms[0] if len(bottoms) == 1 else core.Least(bottoms) if wide else core.Greatest(bottoms)
    base = numbers.base(band.around, names_)
    subject = band.subject
    left = _own(subject, unit, names_) if isinstance(subject, tree.Each) else scalar(subject, names_)
    both = core.All((core.Compare(left, Op.GE, bottom, base), core.Compare(left, Op.LE, top, base)))
    return core.Every(picked(band.subject.pick, names_), both) if isinstance(band.subject, tree.Each) else both


def _width(width: tree.Amount, around: core.Scalar) -> core.Scalar:
    if width.unit == "points":
        return core.Scale(width.value / 100, NET_ASSETS)
    if width.unit == "percent":
        return core.Scale(width.value / 100, around)
    return numbers.amount(width, None)
