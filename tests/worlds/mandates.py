"""Random rules over the random firm: every construct of the core, at every moment."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from policy.ir import core
from policy.ir.bound import Moment, Op, Outcome
from tests.worlds.rules import NOWHERE, plain

LEVELS = ("security", "issuer", "ultimate issuer", "sector", "asset class", "currency", "identical group")
ENDS = (Moment.PROPOSAL, Moment.TRADE, Moment.CLOSE)
MEASURES = ("cost", "market value", "market value", "market value", "shares", "votes held", "par")
BASES = (*("net assets", "total assets") * 4, "plan assets", "assets under management")
OPS = (Op.LE, Op.LE, Op.LT, Op.GE, Op.GT)


def library(rng: Random, *, rules: int, about_orders: bool = True) -> core.Library:
    """`about_orders`: with rules that speak of the orders themselves, not only of the book that they lead to; cost is
    one of them, since a lot's basis carries the ticket of the order that opened it."""
    return core.Library(tuple(rule(rng, f"R-{n}", about_orders) for n in range(rules)), (), ())


def rule(rng: Random, name: str, about_orders: bool) -> core.Rule:
    clauses = tuple(clause(rng, about_orders) for _ in range(rng.choice((1, 1, 2))))
    moments = (Moment.PURCHASE,) if about_orders and rng.random() < 0.2 else (rng.choice(ENDS),)
    return plain(
        name,
        *clauses,
        scope=rng.choice(
            (core.Scope("firm"), core.Scope("household"), core.Scope("account"), core.Scope("tagged", "fund"))
        ),
        measure=rng.choice(MEASURES if about_orders else MEASURES[1:]),
        look_through=rng.random() < 0.25,
        de_minimis=rng.choice((None, None, Fraction(1, 10))),
        moments=moments,
        missing=rng.choice(("unknown", "unknown", "breach")),
        passive=core.Passive(rng.choice(("worsen", "worsen", "cure")), rng.choice(("weight", "money"))),
        gross=rng.random() < 0.25,
    )


def clause(rng: Random, about_orders: bool) -> core.Clause:
    kinds = [_cap, _cap, _basket, _count, _largest, _average, _minimum, _regime, _sum, _risk]
    test = rng.choice([*kinds, _ban, _wash, _turnover] if about_orders else kinds)(rng)
    ladder = [core.Step(test, Outcome.PASS, "within the limit")]
    if isinstance(test, core.Every) and isinstance(test.test, core.Compare) and rng.random() < 0.4:
        looser = core.Compare(test.test.left, test.test.op, core.Scale(Fraction(2), test.test.right), test.test.base)
        outcome = rng.choice((Outcome.WARN, Outcome.CONSENT))
        ladder.append(core.Step(core.Every(test.pick, looser), outcome, "beyond the first limit"))
    return core.Clause(tuple(ladder), rng.choice((Outcome.BLOCK, Outcome.BLOCK, Outcome.WARN)), NOWHERE)


def where(rng: Random) -> core.Test | None:
    """A condition on facts."""
    roll = rng.random()
    if roll < 0.45:
        return None
    single: core.Test = rng.choice(
        (
            core.Fact("sector", rng.choice(("is", "is not")), "energy"),
            core.Fact("coal revenue share", rng.choice(("<=", "<", ">=", ">")), Fraction(5, 100)),
            core.Fact("risk score", rng.choice(("<=", ">")), Fraction(rng.randint(1, 7))),
            core.Listed("watch"),
            core.Named("issuer", "X0"),
        )
    )
    if roll < 0.75:
        return single
    other = core.Fact("asset class", "is", "us equity")
    return rng.choice((core.All((single, other)), core.Any((single, other)), core.Not(single)))


def share(rng: Random) -> tuple[core.Scalar, core.Scalar]:
    """A limit as a share of a base, and the base."""
    base = core.Term(rng.choice(BASES))
    return core.Scale(Fraction(rng.choice((1, 5, 10, 25, 40, 60, 100)), 100), base), base


def _cap(rng: Random) -> core.Test:
    limit, base = share(rng)
    level = rng.choice(LEVELS)
    if rng.random() < 0.15:
        limit = core.Greatest((limit, core.Scale(Fraction(3, 2), core.Term("index weight"))))
    return core.Every(core.Pick(level, where(rng)), core.Compare(core.Own(), rng.choice(OPS), limit, base))


def _sum(rng: Random) -> core.Test:
    limit, base = share(rng)
    parts = (core.Total(core.Pick("security", where(rng))), core.Term(rng.choice(("cash", "cash", "settled cash"))))
    return core.Compare(core.Sum(parts), rng.choice(OPS), limit, base)


def _over(rng: Random) -> core.Compare:
    limit, base = share(rng)
    return core.Compare(core.Own(), rng.choice((Op.GT, Op.LE)), limit, base)


def _basket(rng: Random) -> core.Test:
    limit, base = share(rng)
    condition: core.Test = _over(rng)
    facts = where(rng)
    if facts is not None:
        condition = rng.choice((core.All((facts, condition)), core.Any((facts, condition)), core.Not(condition)))
    return core.Compare(core.Total(core.Pick(rng.choice(LEVELS), condition)), rng.choice(OPS), limit, base)


def _count(rng: Random) -> core.Test:
    condition = rng.choice((where(rng), _over(rng)))
    count = core.Number(core.Pick(rng.choice(LEVELS), condition))
    return core.Compare(count, rng.choice(OPS), core.Amount(Fraction(rng.randint(0, 4)), "count"))


def _largest(rng: Random) -> core.Test:
    limit, base = share(rng)
    return core.Compare(core.Largest(rng.randint(1, 3), core.Pick(rng.choice(LEVELS), where(rng))), Op.LE, limit, base)


def _average(rng: Random) -> core.Test:
    limit = rng.choice((core.Amount(Fraction(4), "score"), core.Term("client risk tolerance")))
    pick = rng.choice((None, core.Pick("security", where(rng))))
    return core.Compare(core.Average("risk score", pick), rng.choice(OPS), limit)


def _minimum(rng: Random) -> core.Test:
    limit, base = share(rng)
    nothing = core.Compare(core.Own("shares"), Op.LE, core.Amount(Fraction(0), "shares"))
    enough = core.Compare(core.Own(), Op.GE, limit, base)
    return core.Every(core.Pick("security", where(rng)), core.Any((nothing, enough)))


def _regime(rng: Random) -> core.Test:
    return core.Any((_sum(rng), core.All((_largest(rng), _count(rng)))))


def _risk(rng: Random) -> core.Test:
    limit = core.Amount(Fraction(rng.randint(1, 30)), "points")
    return core.Compare(core.Risk(rng.choice(("volatility", "tracking error"))), Op.LE, limit)


def _ban(rng: Random) -> core.Test:
    verbs = rng.choice((("buy",), ("sell",), ("hold",), ("buy", "sell")))
    return core.Forbid(verbs, core.Pick("security", where(rng)))


def _wash(rng: Random) -> core.Test:
    return core.WashSale(rng.choice((30, 5)))


def _turnover(rng: Random) -> core.Test:
    limit, base = share(rng)
    return core.Compare(
        core.Flow(rng.choice(("purchases", "sales", "turnover")), rng.choice((None, 365))), Op.LE, limit, base
    )
