"""The unit of an expression, as far as it has one."""

from __future__ import annotations

from typing import assert_never

from dsl import tree, units, vocabulary
from dsl.check import names
from dsl.check.names import Names
from dsl.vocabulary import Kind, Type

NUMERIC = frozenset({Type.NUMBER, Type.PERCENT, Type.MONEY})


def unit_of(expr: tree.Expr, names_: Names) -> str | None:
    """The unit; None where the expression has none, which `dsl.check.numbers` explains."""
    match expr:
        case tree.Amount(_, written):
            return amount_unit(written)
        case tree.Term():
            return _term_unit(expr, names_)
        case tree.Over(quantity=term):
            return _term_unit(term, names_)
        case tree.Share(base=base):
            found = unit_of(base, names_)
            return found if found in units.SHAREABLE else None
        case tree.Total(measure=measure, pick=pick):
            if pick.level.words == "cash" and measure is not None:
                return "money"
            counted = names.measure(measure, names_)
            return None if counted is None else counted.unit
        case tree.Average(fact=fact):
            return _term_unit(fact, names_)
        case tree.Number():
            return "count"
        case tree.Choice(parts=parts) | tree.Sum(parts=parts):
            found = unit_of(parts[0], names_)
            for part in parts[1:]:
                other = unit_of(part, names_)
                found = None if found is None or other is None else joined(found, other)
            return found
        case tree.Negative(part=part):
            return unit_of(part, names_)
        case _:
            assert_never(expr)


def joined(a: str, b: str) -> str | None:
    """A plain number takes the unit of what it is added to."""
    if "number" in (a, b) and a != b:
        wanted = b if a == "number" else a
        return wanted if units.fits("number", wanted) else None
    return units.together(a, b)


def amount_unit(written: str) -> str:
    """The unit of a constant as written."""
    if written in ("percent", "points", "years"):
        return written
    if not written:
        return "number"
    return "money" if written.isupper() else "days"


def _term_unit(term: tree.Term, names_: Names) -> str | None:
    match names.quantity(term, names_):
        case vocabulary.Term(type=type_, unit=unit_, kind=kind):
            return unit_ if type_ in NUMERIC and kind is not Kind.LEVEL else None
        case names.Quantity(unit=found):
            return found
        case _:
            return None
