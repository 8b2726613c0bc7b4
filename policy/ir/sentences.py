"""Core scalars and tests as scalars and formulas over forms, in a context."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import assert_never

from dsl.vocabulary import term
from policy.book.facts import Value
from policy.book.groups import account_fact
from policy.interval import ANYTHING, ZERO, Interval, low
from policy.ir import bound, core
from policy.ir.bound import Basket, Count, Formula, Leaf, Lin, Member, Op, Quad, Scalar, TopK, Truth
from policy.ir.context import Context, exposures, group_sum, held, net, once, part_sum, picked, said, unit_of
from policy.ir.forms import ONE, added, lin, scaled
from policy.ir.picks import Group, Part, chosen, compared, speaks_of_quantities
from policy.ir.terms import amount, flow, named, ratio, weighed
from policy.ir.words import plural

# --- scalars -----------------------------------------------------------------------------------


def scalar(node: core.Scalar, ctx: Context) -> Scalar:
    """The scalar in this context."""
    match node:
        case core.Amount(value, unit):
            return amount(value, unit, ctx)
        case core.Term(name, days, business):
            return named(name, days, business, ctx)
        case core.Own(measure):
            return own(ctx, measure)
        case core.Scale(factor, inner):
            return _scale(factor, scalar(inner, ctx))
        case core.Total(pick, measure):
            return _total(pick, measure, ctx)
        case core.Number(pick):
            return Count(tuple((group.name, _held(ctx, group)) for group in picked(ctx, pick)))
        case core.Largest(k, pick):
            return TopK(k, tuple((group.name, group_sum(ctx, group, "value")) for group in picked(ctx, pick)))
        case core.Flow(kind, days):
            return flow(kind, days, ctx)
        case core.Sum(parts):
            return _sum([scalar(part, ctx) for part in parts])
        case core.Greatest(parts):
            return bound.Greatest(tuple(scalar(part, ctx) for part in parts))
        case core.Least(parts):
            return bound.Least(tuple(scalar(part, ctx) for part in parts))
        case core.Average() | core.Risk():
            raise AssertionError("an average or a risk stands alone on the left of its limit")
        case _:
            assert_never(node)


def own(ctx: Context, measure: str) -> Scalar:
    """The group at hand: a sum, or a basket where parts of it count under conditions."""
    group = ctx.group
    assert group is not None, "`Own` outside of a group"
    if all(part.when is None for part in group.parts):
        return group_sum(ctx, group, measure)
    return Basket(tuple(_member(ctx, group, part, measure) for part in group.parts))


def _total(pick: core.Pick, measure: str, ctx: Context) -> Scalar:
    """All groups of a pick: one form where only facts choose, a basket where quantities do."""
    if speaks_of_quantities(pick.where):
        return Basket(tuple(_member(ctx, g, part, measure) for g in picked(ctx, pick) for part in g.parts))
    found = chosen(ctx.universe, held(ctx, pick.level), pick.where, ctx.missing)
    return weighed(ctx, "sum", found, measure)


def _member(ctx: Context, group: Group, part: Part, measure: str) -> Member:
    return Member(group.name, part_sum(ctx, group, part, measure), _counts(group, _condition(ctx, group, part)))


def _counts(group: Group, when: Formula) -> Formula:
    """Beside other groups, one of its own counts perhaps: what it holds may count as a part of another already."""
    return bound.All((when, Truth(None, f"which {group.level} {group.name}"))) if group.apart else when


def _condition(ctx: Context, group: Group, part: Part) -> Formula:
    """The part's condition on quantities. There, the group is all its exposures, whatever the condition says."""
    if part.when is None:
        return Truth(True)
    plain = Group(group.level, group.key, group.name, (Part(None, group.exposures),))
    return formula(part.when, ctx.within(plain))


def _held(ctx: Context, group: Group) -> Formula:
    """Some units are held of a part whose condition holds."""
    parts = tuple(_part_held(ctx, group, part) for part in group.parts)
    return _counts(group, parts[0] if len(parts) == 1 else bound.Any(parts))


def _part_held(ctx: Context, group: Group, part: Part) -> Formula:
    long = part_sum(ctx, group, part, "units held")
    units = Leaf(long, Op.GT, Lin(ZERO), label=f"units of {group.name}", unit="shares")
    return units if part.when is None else bound.All((units, _condition(ctx, group, part)))


def _scale(factor: Fraction, inner: Scalar) -> Scalar:
    match inner:
        case Lin():
            return scaled(factor, inner)
        case bound.Greatest(parts) if factor >= 0:
            return bound.Greatest(tuple(_scale(factor, part) for part in parts))
        case bound.Least(parts) if factor >= 0:
            return bound.Least(tuple(_scale(factor, part) for part in parts))
        case _:
            return bound.Sum(((factor, inner),))


def _sum(parts: list[Scalar]) -> Scalar:
    linear = [part for part in parts if isinstance(part, Lin)]
    rest = [part for part in parts if not isinstance(part, Lin)]
    if not rest:
        return added(linear)
    return bound.Sum((*((ONE, part) for part in rest), (ONE, added(linear))))


def of_group(node: core.Scalar) -> bool:
    """Whether the scalar may speak of the group at hand."""
    match node:
        case core.Own():
            return True
        case core.Term(name):
            known = term(name)
            return known is None or known.of != "scope"
        case core.Scale(_, inner):
            return of_group(inner)
        case core.Sum(parts) | core.Greatest(parts) | core.Least(parts):
            return any(of_group(part) for part in parts)
        case _:
            return not isinstance(node, core.Amount)


# --- formulas ----------------------------------------------------------------------------------


def formula(test: core.Test, ctx: Context) -> Formula:
    """The test in this context."""
    match test:
        case core.Compare():
            return compare(test, ctx)
        case core.All(parts):
            return bound.All(tuple(formula(part, ctx) for part in parts))
        case core.Any(parts):
            return bound.Any(tuple(formula(part, ctx) for part in parts))
        case core.Not(part):
            return bound.Not(formula(part, ctx))
        case core.Every(pick, inner):
            return bound.All(tuple(for_group(inner, ctx, group) for group in picked(ctx, pick, inner)))
        case core.Fact(name, op, value):
            assert not isinstance(value, core.Term | core.Amount), "facts of an account that are money are quantities"
            return _of_accounts(name, op, value, ctx)
        case core.Forbid() | core.WashSale():
            raise AssertionError(f"{type(test).__name__} is bound per holding, by policy.ir.forbid")
        case core.Listed() | core.Named():
            raise AssertionError("a list speaks of holdings, inside a pick")
        case _:
            assert_never(test)


def for_group(test: core.Test, ctx: Context, group: Group) -> Formula:
    """The test of one group, as far as its conditions on quantities hold."""
    if len(group.parts) == 1 and group.parts[0].when is not None:
        plain = Group(group.level, group.key, group.name, (Part(None, group.exposures),))
        return bound.Any((bound.Not(_condition(ctx, group, group.parts[0])), formula(test, ctx.within(plain))))
    found = formula(test, ctx if ctx.group is group else ctx.within(group))
    return _may_be_more(found, group) if group.apart else found


def _may_be_more(test: Formula, group: Group) -> Formula:
    """A group of its own may be a part of another, which reaches a floor that it does not reach alone."""
    match test:
        case bound.Leaf(op=Op.GE | Op.GT):
            return bound.Any((test, Truth(None, f"which {group.level} {group.name}")))
        case bound.All(parts):
            return bound.All(tuple(_may_be_more(part, group) for part in parts))
        case bound.Any(parts):
            return bound.Any(tuple(_may_be_more(part, group) for part in parts))
        case _:
            return test


def compare(test: core.Compare, ctx: Context) -> Formula:
    """One leaf, or a guarded one. A ratio keeps its guard unless its base is above zero whatever is traded."""
    if isinstance(test.left, core.Average):
        return _average(test.left, test, ctx)
    if isinstance(test.left, core.Risk):
        return _risk(test.left, test, ctx)
    measure, limit = scalar(test.left, ctx), _shared(test.right, ctx)
    base = None if test.base is None else _shared(test.base, ctx)
    if base is None or isinstance(base, Lin):
        return _leaf(test, ctx, measure, limit, base)
    return _guarded(_leaf(test, ctx, measure, limit, None), base)


def _shared(node: core.Scalar, ctx: Context) -> Scalar:
    """A scalar that is the same for every group is made once, with what it misses; a node lives as long as its library,
    so its identity will do, and costs no hashing of numbers."""
    if of_group(node):
        return scalar(node, ctx)
    found, missing = once(ctx, (ctx.measure, id(node)), lambda: _alone(node, ctx))
    ctx.missing.update(missing)
    return found


def _alone(node: core.Scalar, ctx: Context) -> tuple[Scalar, frozenset[str]]:
    missing: set[str] = set()
    return scalar(node, replace(ctx, missing=missing)), frozenset(missing)


def _leaf(test: core.Compare, ctx: Context, measure: Scalar, limit: Scalar, base: Lin | None) -> Leaf:
    guard = None if base is None or _positive(ctx, base) else base
    return Leaf(measure, test.op, limit, guard, label(test.left, ctx), base, unit(test.left, ctx))


def _guarded(leaf: Leaf, base: Scalar) -> Formula:
    """The ratio over a base that is no linear sum: what `Leaf` says of its own base, as a formula. What is refused
    stands under a `not`, so that no breach of it can be tolerated."""
    above, below = (Leaf(base, op, Lin(ZERO), label="the base", unit=leaf.unit) for op in (Op.GT, Op.LT))
    more, less = (replace(leaf, op=op, bound=Lin(ZERO)) for op in (Op.GT, Op.LT))
    something = bound.Any((above, below, more, less))
    over_nothing = (more,) if leaf.op in (Op.LE, Op.LT) else ()
    refused = bound.Not(bound.Any((above, *over_nothing)))
    unknown = bound.All((Truth(None, "a share of what is not above zero"), refused))
    return bound.Any((bound.Not(something), unknown, bound.All((above, leaf))))


def _positive(ctx: Context, base: Lin) -> bool:
    if not base.terms:
        bottom = low(base.const)
    else:
        bottom, _ = ctx.universe.table.box(base)
    return bottom is not None and bottom > 0


def _average(node: core.Average, test: core.Compare, ctx: Context) -> Formula:
    """Σ fact · value  op  limit · Σ value, guarded by Σ value."""
    above, below = ratio(node, ctx)
    return _leaf(test, ctx, above, _crossed(scalar(test.right, ctx), below), below)


def _crossed(limit: Scalar, weight: Lin) -> Scalar:
    """A limit that is a number, times the weight that an average is taken over."""
    match limit:
        case Lin(const, ()):
            return scaled(const, weight)
        case bound.Greatest(parts):
            return bound.Greatest(tuple(_crossed(part, weight) for part in parts))
        case bound.Least(parts):
            return bound.Least(tuple(_crossed(part, weight) for part in parts))
        case _:
            raise AssertionError("an average is limited by a number")


def _risk(node: core.Risk, test: core.Compare, ctx: Context) -> Formula:
    """variance op limit² · net assets², both sides squares: exact without a root. Guarded by net assets."""
    assets = net(ctx)
    limit = test.right
    assert isinstance(limit, core.Amount), "risk is limited by points or percent"
    bound_ = Quad((((limit.value / 100) ** 2, assets),))
    guard = None if _positive(ctx, assets) else assets
    return Leaf(Quad(_squares(node, ctx, assets)), test.op, bound_, guard, label(node, ctx), None, "variance")


def _squares(node: core.Risk, ctx: Context, assets: Lin) -> tuple[tuple[Fraction, Lin], ...]:
    """One square per factor of the book and per instrument's own risk. Tracking error: of the difference to the
    benchmark. A holding without a loading on a factor may load on it by anything, but only as far as it is held."""
    active = _active(node, ctx, assets)
    known = {subject: ctx.universe.index.loadings.get(subject, {}) for subject, _ in active}
    every = {SPECIFIC}.union(*ctx.universe.index.loadings.values())
    factors = sorted(every - {SPECIFIC})
    ctx.missing.update(f"risk loadings of {subject}" for subject, found in known.items() if not every <= found.keys())
    held = [(known[subject], part) for subject, part in active]
    roots = [added(scaled(found.get(factor, ANYTHING), part) for found, part in held) for factor in factors]
    roots += [scaled(found.get(SPECIFIC, ANYTHING), part) for found, part in held]
    return tuple((ONE, _as_form(ctx, node, number, root)) for number, root in enumerate(roots))


SPECIFIC = "specific"
"""The risk that is an instrument's own."""


def _active(node: core.Risk, ctx: Context, assets: Lin) -> list[tuple[str, Lin]]:
    """Per instrument: its value; for tracking error, less its benchmark weight of net assets."""
    held: dict[str, list[Lin]] = {}
    for exposure in exposures(ctx):
        held.setdefault(exposure.name, []).append(lin(exposure.position.value, exposure.weight))
    if node.kind != "tracking error":
        return [(name, added(held[name])) for name in sorted(held)]
    benchmarks = {ctx.universe.book.accounts[a].benchmark for a in ctx.accounts}
    benchmark = benchmarks.pop() if len(benchmarks) == 1 else None
    against = ctx.universe.index.weights.get((benchmark or "", "security"))
    if against is None:
        ctx.missing.add(f"benchmark weights of {ctx.scope}")
        unheld = [("the benchmark", assets)]
        return [(n, added([*held[n], scaled(Interval(-ONE, ZERO), assets)])) for n in sorted(held)] + unheld
    names = sorted(held.keys() | against)
    return [(n, added([*held.get(n, []), scaled(-against.get(n, ZERO), assets)])) for n in names]


def _as_form(ctx: Context, node: core.Risk, number: int, root: Lin) -> Lin:
    return lin(ctx.universe.table.form(f"{node.kind} {number}/{ctx.scope}", root.const, root.terms))


def _of_accounts(name: str, op: str, value: Value, ctx: Context) -> Formula:
    """A condition on facts of the accounts judged: all of them must meet it."""
    found = []
    for account in ctx.accounts:
        fact = account_fact(ctx.universe.index, account, name)
        if fact is None:
            ctx.missing.add(f"{name} of account {account}")
        found.append(Truth(compared(name, fact, op, value), f"{name} of account {account}"))
    return bound.All(tuple(found))


# --- words -------------------------------------------------------------------------------------


def label(node: core.Scalar, ctx: Context) -> str:
    """What a leaf measures, in words."""
    match node:
        case core.Own(measure):
            assert ctx.group is not None
            return f"{said(ctx, measure)} of {ctx.group.level} {ctx.group.name}"
        case core.Total(pick, measure):
            return f"{said(ctx, measure)} of {_of_them(pick)}"
        case core.Number(pick):
            return f"number of {plural(pick.level)} held"
        case core.Largest(k, pick):
            return f"{said(ctx, 'value')} of the {k} largest {plural(pick.level)}"
        case core.Average(fact, _):
            return f"average {fact}"
        case core.Term(name) | core.Flow(name) | core.Risk(name):
            return name
        case core.Amount(value, unit_):
            return f"{value} {unit_}"
        case core.Scale(_, inner):
            return label(inner, ctx)
        case core.Sum(parts):
            return " + ".join(label(part, ctx) for part in parts)
        case core.Greatest(parts):
            return "the greater of " + " and ".join(label(part, ctx) for part in parts)
        case core.Least(parts):
            return "the lesser of " + " and ".join(label(part, ctx) for part in parts)
        case _:
            assert_never(node)


def _of_them(pick: core.Pick) -> str:
    return f"all {plural(pick.level)}" if pick.where is None else f"the {plural(pick.level)} chosen"


def unit(node: core.Scalar, ctx: Context) -> str:
    currency = ctx.universe.book.currency
    match node:
        case core.Own(measure) | core.Total(_, measure):
            return unit_of(ctx.measure if measure == "value" else measure, currency)
        case core.Number():
            return "count"
        case core.Average(fact, _):
            return f"{fact} · {currency}"
        case core.Scale(_, inner):
            return unit(inner, ctx)
        case core.Term(name, _, _):
            return unit_of(name, currency)
        case core.Sum(parts) | core.Greatest(parts) | core.Least(parts):
            return unit(parts[0], ctx)
        case core.Amount(_, unit_):
            return unit_
        case _:
            return currency
