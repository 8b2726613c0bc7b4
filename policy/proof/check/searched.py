"""Which tests have rows (docs/rows.md, "Unknown"): the others are judged, not searched."""

from __future__ import annotations

from typing import assert_never

from policy.proof.check.case import Basket, Count, Greatest, Least, Linear, Scalar, Squares, Sum, Top
from policy.proof.check.columns import NoEndError, NotEncodedError, boxed
from policy.proof.check.required import Test, as_linear
from policy.proof.check.sheet import Sheet


def has_rows(sheet: Sheet, test: Test) -> bool:
    """Whether both sides have rows."""
    if is_cone(sheet, test):
        return True
    more, less = as_linear(test.more), as_linear(test.less)
    if more is None or less is None:
        return _has_rows(sheet, test.more, True) and _has_rows(sheet, test.less, False)
    return _has_end(sheet, more, True) and _has_end(sheet, less, False)


def is_cone(sheet: Sheet, test: Test) -> bool:
    """Squares of values that have both ends, at most a share of the square of one that is never negative."""
    if not isinstance(test.more, Squares) or not isinstance(test.less, Squares) or len(test.less.parts) != 1:
        return False
    ((_, axis),) = test.less.parts
    try:
        ends = [sheet.columns.end(value, side) for _, value in test.more.parts for side in (True, False)]
        return boxed(sheet.columns.end(axis, False), sheet.box)[0] >= 0 and ends is not None
    except (NoEndError, NotEncodedError):
        return False


def _has_end(sheet: Sheet, linear: Linear, over: bool) -> bool:
    """Also where that end is infinite: a linear test that needs it is then false."""
    try:
        return sheet.columns.is_exact(linear) or sheet.columns.end(linear, over) is not None
    except NoEndError:
        return True
    except NotEncodedError:
        return False


def _has_rows(sheet: Sheet, scalar: Scalar, over: bool) -> bool:
    """Whether `_outer` has an answer."""
    linear = as_linear(scalar)
    if linear is not None:
        return _is_number(sheet, linear, over, True)
    match scalar:
        case Basket(members):
            return all(_is_number(sheet, value, over, over) for value, _ in members)
        case Count():
            return True
        case Top(count, values):
            return all(_is_number(sheet, value, over, over or count >= len(values)) for value in values)
        case Greatest(parts) | Least(parts):
            convex = over is isinstance(scalar, Greatest)
            return all(_has_rows(sheet, part, over) and (convex or _is_closed(sheet, part, over)) for part in parts)
        case Squares(squares):
            return over and all(sheet.columns.is_exact(value) for _, value in squares)
        case Sum(weighted):
            return all(_has_rows(sheet, part, over if factor >= 0 else not over) for factor, part in weighted if factor)
        case Linear():
            raise AssertionError("a linear scalar was handled above")
        case _:
            assert_never(scalar)


def _is_number(sheet: Sheet, linear: Linear, over: bool, on_conditions: bool) -> bool:
    """Whether there is an end: at every point, or (`on_conditions`) where its conditions hold."""
    try:
        return not sheet.columns.end(linear, over).conditions or on_conditions
    except (NoEndError, NotEncodedError):
        return False


def _is_closed(sheet: Sheet, scalar: Scalar, over: bool) -> bool:
    """Whether a scalar that has rows is a number at every point."""
    linear = as_linear(scalar)
    if linear is not None:
        return _is_number(sheet, linear, over, False)
    match scalar:
        case Squares() | Count():
            return True
        case Basket(members):
            return all(_is_number(sheet, value, over, False) for value, _ in members)
        case Top(_, values):
            return all(_is_number(sheet, value, over, False) for value in values)
        case Greatest(parts) | Least(parts):
            return all(_is_closed(sheet, part, over) for part in parts)
        case Sum(weighted):
            signed = ((part, over if factor > 0 else not over) for factor, part in weighted if factor)
            return all(_is_closed(sheet, part, side) for part, side in signed)
        case Linear():
            raise AssertionError("a linear scalar was handled above")
        case _:
            assert_never(scalar)
