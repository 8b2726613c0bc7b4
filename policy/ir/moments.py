"""When a clause is tested, as structure: literal purchase tests, and breaches that no order caused.

`purchase` is read literally: something in the trigger set was bought, and the test fails at the end. For a cap
the trigger set is what raises the measure; for a floor, what raises the base and not surely the measure.

A passive breach is tolerated while no order worsens it, in the measure that the clause names, and only where the
book before the orders is fully known.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import assert_never

from policy.interval import ZERO
from policy.ir import meaning
from policy.ir.bound import (
    All,
    Any,
    Basket,
    Count,
    Formula,
    Greatest,
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
from policy.ir.forms import ONE, Table, lin, scaled

# --- purchases ---------------------------------------------------------------------------------


def at_purchase(test: Formula, table: Table, scope: str) -> Formula:
    """Nothing that matters was bought, or the test holds."""
    trigger = sorted(_trigger(test, table))
    if not trigger:
        return Truth(True, "nothing that it speaks of can be bought")
    key = f"bought {len(trigger)} {trigger[0]}…{trigger[-1]}/{scope}"
    bought = table.form(key, ZERO, tuple((ONE, name) for name in trigger))
    return Any((Leaf(lin(bought), Op.LE, Lin(ZERO), label="units bought", unit="units"), test))


def _trigger(test: Formula, table: Table) -> frozenset[str]:
    match test:
        case Leaf(measure, op, bound, base):
            counted = _counted(measure, table)
            if op in meaning.CAPS:
                return counted
            perhaps = _unsure(measure, table)
            against = _counted(bound, table) | (_counted(base, table) if base else NOTHING)
            return (against - counted) | perhaps
        case All(parts) | Any(parts):
            return NOTHING.union(*(_trigger(part, table) for part in parts))
        case Not(part):
            return _trigger(part, table)
        case Truth():
            return NOTHING
        case _:
            assert_never(test)


NOTHING = frozenset[str]()


def _counted(scalar: Scalar, table: Table) -> frozenset[str]:
    """Purchases that count in the scalar, or may."""
    match scalar:
        case Lin():
            return table.counted(scalar)[0]
        case Basket(members):
            return NOTHING.union(*(_counted(m.value, table) | _trigger(m.when, table) for m in members))
        case Count(members):
            return NOTHING.union(*(_spoken_of(when, table) for _, when in members))
        case TopK(_, values):
            return NOTHING.union(*(_counted(value, table) for _, value in values))
        case Greatest(parts) | Least(parts):
            return NOTHING.union(*(_counted(part, table) for part in parts))
        case Quad(squares):
            return NOTHING.union(*(up | down for up, down in (table.counted(root) for _, root in squares)))
        case Sum(weighted):
            return NOTHING.union(*(_counted(part, table) for factor, part in weighted if factor > 0))
        case _:
            assert_never(scalar)


def _spoken_of(test: Formula, table: Table) -> frozenset[str]:
    """Purchases that can change the truth of a member's condition."""
    match test:
        case Leaf(measure, _, bound, _):
            return _counted(measure, table) | _counted(bound, table)
        case All(parts) | Any(parts):
            return NOTHING.union(*(_spoken_of(part, table) for part in parts))
        case Not(part):
            return _spoken_of(part, table)
        case Truth():
            return NOTHING
        case _:
            assert_never(test)


def _unsure(scalar: Scalar, table: Table) -> frozenset[str]:
    """Purchases that do not surely count in a floor's measure: those that count under a condition may take away
    from it as well, and those of which a fact is missing may count for nothing."""
    match scalar:
        case Lin():
            return table.doubtful(scalar)
        case Basket() | Count():
            return _counted(scalar, table)
        case Sum(weighted):
            return NOTHING.union(*(_unsure(part, table) for _, part in weighted))
        case _:
            return NOTHING


# --- passive breaches --------------------------------------------------------------------------


def tolerated(test: Formula, before: meaning.Values, measure: str) -> Formula | None:
    """What the orders may leave of a breach that was there before them; None where nothing was broken, or where
    the book before is not fully known."""
    if meaning.truth(test, before) is not False:
        return None
    return _no_worse(test, before, measure)


def _no_worse(test: Formula, before: meaning.Values, measure: str) -> Formula | None:
    match test:
        case Leaf():
            return _leaf_no_worse(test, before, measure)
        case All(parts):
            loosened = [part if meaning.truth(part, before) else _no_worse(part, before, measure) for part in parts]
            return None if None in loosened else All(tuple(part for part in loosened if part is not None))
        case Any(parts):
            options = [option for part in parts if (option := _no_worse(part, before, measure)) is not None]
            return Any((*options, test)) if options else None
        case Not() | Truth():
            return None
        case _:
            assert_never(test)


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
