"""A rule's own limit among its rows: the one number that a person could have set otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policy.ir.bound import All, Any, Bound, Formula, Leaf, Not
from solver.model import Row


def is_limit(row: Row) -> bool:
    """Whether the row compares a measure with its bound (docs/rows.md: a leaf outside all scalars), or an account's
    cash with its floor; not a row that links columns."""
    if row.source.startswith("domain "):
        return row.path == "cash"
    where = row.path.split(".")
    linear = row.high is not None and row.low is None and bool(row.terms)
    switched_off = len(row.terms) == 1 and row.terms[0][1] == row.name
    return linear and not switched_off and all(number.isdigit() for number in where)


def units(bound: Bound) -> dict[str, str]:
    """The unit of the limits of each source that has one unit in all its leaves."""
    found = {f"domain {domain.account}": bound.currency for domain in bound.domains}
    for obligation in bound.obligations:
        all_units = {leaf.unit for rung in obligation.ladder for leaf in _leaves(rung.formula)}
        if len(all_units) == 1:
            found[obligation.id] = all_units.pop()
    return found


def _leaves(formula: Formula) -> Iterator[Leaf]:
    match formula:
        case Leaf():
            yield formula
        case Not(part):
            yield from _leaves(part)
        case All(parts) | Any(parts):
            yield from _inside(parts)


def _inside(parts: Iterable[Formula]) -> Iterator[Leaf]:
    for part in parts:
        yield from _leaves(part)
