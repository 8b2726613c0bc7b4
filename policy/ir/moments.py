"""When a clause is tested, as structure: literal purchase tests, and breaches that no order caused.

`purchase` is read literally: something in the trigger set was bought, and the test fails at the end. For a cap
the trigger set is what raises the measure; for a floor, what raises the base and not surely the measure. A fact, or a
floor that is a plain amount, is asked of whatever is bought. A member of a basket counts by what lets it in.

A passive breach is tolerated while no order worsens it, in the measure that the clause names, and only where the
book before the orders is fully known.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import assert_never

from policy.interval import ZERO, Number, high, low
from policy.ir import meaning
from policy.ir.bound import (
    All,
    Any,
    Basket,
    Count,
    Formula,
    Greatest,
    Kind,
    Leaf,
    Least,
    Lin,
    Not,
    Op,
    Quad,
    Scalar,
    Sum,
    TopK,
    Truth,
)
from policy.ir.context import Context
from policy.ir.forms import ONE, Table, lin, scaled
from policy.ir.picks import Group
from policy.ir.positions import purchases

# --- purchases ---------------------------------------------------------------------------------


def nothing_bought(tests: Iterable[Formula], ctx: Context, group: Group | None) -> Formula:
    """Whether nothing was bought that counts towards one of the tests failing."""
    table, offered = ctx.universe.table, _offered(ctx, group)
    trigger = sorted(NOTHING.union(*(_towards(test, False, table, offered) for test in tests)))
    if not trigger:
        return Truth(True, "nothing that it speaks of can be bought")
    key = f"bought {len(trigger)} {trigger[0]}…{trigger[-1]}/{ctx.scope}"
    bought = table.form(key, ZERO, tuple((ONE, name) for name in trigger))
    return Leaf(lin(bought), Op.LE, Lin(ZERO), label="units bought", unit="units")


NOTHING = frozenset[str]()


def _offered(ctx: Context, group: Group | None) -> frozenset[str]:
    """Whatever can be bought, of the group if there is one: what facts and plain amounts are asked of."""
    if group is not None:
        return NOTHING.union(*(purchases(exposure.position) for exposure in group.exposures))
    return NOTHING.union(*(purchases(p) for account in ctx.accounts for p in ctx.universe.positions.get(account, ())))


def _towards(test: Formula, holds: bool, table: Table, offered: frozenset[str] = NOTHING) -> frozenset[str]:
    """Purchases that count towards the test holding, or failing. `offered`: those that a fact is asked of, and a
    comparison with a plain amount that no purchase counts towards."""
    match test:
        case Leaf(measure, op, _, _) if (op in meaning.CAPS) is not holds:
            return offered if _is_plain(measure) else _moving(measure, True, table)
        case Leaf(measure, _, bound, base):
            against = _moving(bound, True, table) | (_moving(base, True, table) if base else NOTHING)
            plain = offered if _is_plain(bound) else NOTHING
            return plain | (against - _surely_raising(measure, table)) | _moving(measure, False, table)
        case All(parts) | Any(parts):
            return NOTHING.union(*(_towards(part, holds, table, offered) for part in parts))
        case Not(part):
            return _towards(part, not holds, table, offered)
        case Truth():
            return offered
        case _:
            assert_never(test)


def _is_plain(scalar: Scalar) -> bool:
    return isinstance(scalar, Lin) and not scalar.terms


def _moving(scalar: Scalar, up: bool, table: Table) -> frozenset[str]:
    """Purchases that count in the scalar upwards, or downwards; or may."""
    match scalar:
        case Lin():
            return table.counted(scalar)[0 if up else 1]
        case Basket(members):
            return NOTHING.union(*(_moving(m.value, up, table) | _towards(m.when, up, table) for m in members))
        case Count(members):
            return NOTHING.union(*(_towards(when, up, table) for _, when in members))
        case TopK(_, values):
            return NOTHING.union(*(_moving(value, up, table) for _, value in values))
        case Greatest(parts) | Least(parts):
            return NOTHING.union(*(_moving(part, up, table) for part in parts))
        case Quad(squares):
            return NOTHING.union(*(side for _, root in squares for side in table.counted(root)))
        case Sum(weighted):
            return NOTHING.union(*(_moving(part, up is (factor > 0), table) for factor, part in weighted))
        case _:
            assert_never(scalar)


def _surely_raising(scalar: Scalar, table: Table) -> frozenset[str]:
    """Purchases of which nothing that is missing, and no condition, keeps that they raise the scalar."""
    match scalar:
        case Lin():
            return table.counted(scalar)[0] - table.doubtful(scalar)
        case Greatest(parts) | Least(parts):
            return frozenset.intersection(*(_surely_raising(part, table) for part in parts))
        case Sum(weighted):
            return NOTHING.union(*(_surely_raising(part, table) for factor, part in weighted if factor > 0))
        case _:
            return NOTHING


# --- passive breaches --------------------------------------------------------------------------


def tolerated(test: Formula, before: meaning.Values, measure: str, table: Table) -> Formula | None:
    """What the orders may leave of a breach that was there before them; None where nothing was broken, or where
    the book before is not fully known."""
    if meaning.truth(test, before) is not False:
        return None
    return _no_worse(test, before, measure, table)


def _no_worse(test: Formula, before: meaning.Values, measure: str, table: Table) -> Formula | None:
    match test:
        case Leaf():
            return _no_units(test, table) if measure == "units" else _leaf_no_worse(test, before, measure)
        case All(parts):
            kept = [part if meaning.truth(part, before) else _no_worse(part, before, measure, table) for part in parts]
            return None if None in kept else All(tuple(part for part in kept if part is not None))
        case Any(parts):
            options = [option for part in parts if (option := _no_worse(part, before, measure, table))]
            return Any((*options, test)) if options else None
        case Not() | Truth():
            return None
        case _:
            assert_never(test)


def _no_units(leaf: Leaf, table: Table) -> Formula | None:
    """Units of different securities make no sum: nothing is ordered that moves the measure the wrong way."""
    if not isinstance(leaf.measure, Lin):
        return None
    up = leaf.op in meaning.CAPS
    worse = [
        name
        for name, factor in table.expansion(leaf.measure).items()
        if table.quantities[name].kind is not Kind.RESIDUE and _may_move(factor, up)
    ]
    ordered = Lin(ZERO, tuple((ONE, name) for name in sorted(worse)))
    return Leaf(ordered, Op.LE, Lin(ZERO), label="units ordered of what worsens it", unit="units")


def _may_move(factor: Number, up: bool) -> bool:
    end = high(factor) if up else low(factor)
    return end is None or (end > 0 if up else end < 0)


def _leaf_no_worse(leaf: Leaf, before: meaning.Values, measure: str) -> Formula | None:
    value = meaning.scalar(leaf.measure, before)
    over = leaf.shown_over or leaf.base
    if not isinstance(value, Fraction):
        return None
    limit = _kept(value, over, before, measure)
    if limit is None:
        return None
    op = Op.LE if leaf.op in meaning.CAPS else Op.GE
    kept = Leaf(leaf.measure, op, limit, None, leaf.label, over, leaf.unit)
    newcomers = _no_newcomer(leaf.measure, before) if op is Op.LE else ()
    return All((*newcomers, kept)) if newcomers else kept


def _kept(value: Fraction, over: Lin | None, before: meaning.Values, measure: str) -> Lin | None:
    """The measure before the orders, as money or as the weight that it had."""
    if measure != "weight" or over is None or not over.terms:
        return Lin(value)
    base = meaning.scalar(over, before)
    if not isinstance(base, Fraction) or base <= 0:
        return None
    return scaled(value / base, over)


def _no_newcomer(measure: Scalar, before: meaning.Values) -> tuple[Formula, ...]:
    """A basket or a count that was over its limit admits no new member."""
    match measure:
        case Basket(members):
            listed: Iterable[Formula] = (member.when for member in members)
        case Count(members):
            listed = (when for _, when in members)
        case Sum(weighted):
            return tuple(part for _, inner in weighted for part in _no_newcomer(inner, before))
        case _:
            return ()
    return tuple(Not(when) for when in listed if meaning.truth(when, before) is False and not isinstance(when, Truth))
