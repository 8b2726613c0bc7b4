"""Two numbers that are added or compared: whether their units agree, and what to write where they do not."""

from __future__ import annotations

from dsl import tree, units
from dsl.check.place import Place, Problems
from dsl.check.unit import unit_of
from dsl.diagnostic import Diagnostic
from dsl.format.expression import digits


def agree(left: tree.Expr, right: tree.Expr, at: Place) -> Problems:
    a, b = unit_of(left, at.names), unit_of(right, at.names)
    if a is None or b is None or _fit(a, b):
        return
    yield disagreement(left, a, right, b)


def _fit(a: str, b: str) -> bool:
    """A constant takes the unit that it is compared with, where it may."""
    return units.fits(a, b) if a == "number" else units.fits(b, a)


def disagreement(left: tree.Expr, a: str, right: tree.Expr, b: str) -> Diagnostic:
    """Two numbers that cannot be added or compared, at the one that is to blame."""
    if b == "percent" and a in units.BASED and isinstance(right, tree.Amount):
        return no_base(right, a)
    if a == "percent" and b in units.BASED and isinstance(left, tree.Amount):
        return no_base(left, b)
    span = right.span
    if {a, b} <= {"money", "shares", "votes"}:
        fix: str | None = f"count in {b}: `counting {_COUNTED[b]}`, or compare with {units.in_words(a)}"
        return Diagnostic("M215", f"this compares {units.in_words(a)} with {units.in_words(b)}", span, fix)
    if isinstance(right, tree.Amount) and b == "number":
        fix = f"write {units.LITERALS[a]}" if a in units.LITERALS else None
        return Diagnostic("M215", f"the number has no unit; {units.in_words(a)} is wanted", span, fix)
    return Diagnostic(
        "M215", f"this compares {units.in_words(a)} with {units.in_words(b)}", span, f"write {units.in_words(a)} here"
    )


_COUNTED = {"money": "market value", "shares": "shares", "votes": "votes held"}


def no_base(amount: tree.Amount, other: str) -> Diagnostic:
    shown = f"{digits(amount.value)}%"
    if other in ("shares", "votes"):
        fix = f'write "{shown} of {other} outstanding"'
    else:
        fix = f'write "{shown} of net assets", "{shown} of total assets" or "{shown} of shares outstanding"'
    return Diagnostic("M117", f"this limit has no base: {shown} of what?", amount.span, fix)
