"""Guesses that make a model small: choices that a claim has as good as made are made.

A restriction may cut off the best point, never let a wrong one in. What follows from it is a point to certify, not
a bound.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction

from policy.interval import ZERO
from solver.model import Column, ColumnKind, Model, Row, Standing

CLEARLY = Fraction(1, 5)
"""Of a test's own size: met by this much, a test is taken to stay met, and the same the other way round."""


def held(name: str, low: Fraction | None, high: Fraction | None) -> Row:
    """The column stays between these ends."""
    return Row(f"{name}!", ((Fraction(1), name),), low, high, Standing.RESTRICTION, "search")


def restricted(model: Model, rows: Iterable[Row]) -> Model:
    """The model with restrictions; one on a single column is its box."""
    columns, others = dict(model.columns), list[Row]()
    for row in rows:
        if len(row.terms) == 1 and row.terms[0][0] == 1:
            columns[row.terms[0][1]] = _narrowed(columns[row.terms[0][1]], row)
        else:
            others.append(row)
    return replace(model, columns=columns, rows=(*model.rows, *others))


def _narrowed(column: Column, row: Row) -> Column:
    lows = [end for end in (column.low, row.low) if end is not None]
    highs = [end for end in (column.high, row.high) if end is not None]
    return replace(column, low=max(lows, default=None), high=min(highs, default=None))


def eased(model: Model, values: Mapping[str, Fraction]) -> Model:
    """The model with the binaries left continuous whose tests the claimed point meets clearly: a relaxation, so that
    its bound counts, and with hardly a binary left where few groups are near their thresholds."""
    columns = dict(model.columns)
    clear = {row.terms[0][1] for row in clear_choices(model, values, eased=True)}
    for name, column in model.columns.items():
        taken = name.startswith("domain ") and values[name].denominator == 1  # a side that the claim takes wholly
        if column.kind is ColumnKind.BINARY and (taken or name in clear):
            columns[name] = replace(column, kind=ColumnKind.CONTINUOUS)
    return replace(model, columns=columns)


def clear_choices(model: Model, values: Mapping[str, Fraction], *, eased: bool = False) -> list[Row]:
    """Binaries whose tests the claimed point meets, or (not where `eased`) misses, clearly: held at 1, or at 0. Of
    several ways to obey, the others are given up only where one is met clearly."""
    margins = _margins(model, values)
    least = CLEARLY if eased else -CLEARLY
    settled = {n: margin > 0 for n, margin in margins.items() if margin >= CLEARLY or margin <= least < 0}
    for ways in _choices(model):
        best = max(ways, key=lambda name: margins.get(name, ZERO))
        for name in ways:
            settled.pop(name, None)
        if margins.get(best, ZERO) >= CLEARLY:
            settled |= {name: name == best for name in ways}
    return [held(name, Fraction(met), Fraction(met)) for name, met in settled.items()]


def _choices(model: Model) -> Iterable[tuple[str, ...]]:
    """The ways of each either-or."""
    for row in model.rows:
        if row.low is not None and row.high is None and row.terms:
            ways = tuple(name for c, name in row.terms if model.columns[name].kind is ColumnKind.BINARY and c == 1)
            if ways and all(model.columns[name].kind is ColumnKind.BINARY for _, name in row.terms):
                yield ways


def _margins(model: Model, values: Mapping[str, Fraction]) -> dict[str, Fraction]:
    margins: dict[str, Fraction] = {}
    for row in model.rows:
        for coefficient, name in row.terms:
            if model.columns[name].kind is ColumnKind.BINARY and _tests(row, name):
                margin = _margin(row, name, coefficient, values)
                margins[name] = min(margin, margins.get(name, margin))
    return margins


def _tests(row: Row, binary: str) -> bool:
    """Whether the row is what the binary switches on."""
    return row.name == binary or row.name.startswith((f"{binary}.", f"{binary}/"))


def _margin(row: Row, binary: str, coefficient: Fraction, values: Mapping[str, Fraction]) -> Fraction:
    """By how much the row would be met with the binary at 1, as a share of its size."""
    terms = [c * values[name] for c, name in row.terms if name != binary]
    total = sum(terms, ZERO)
    ends = [end - coefficient for end in (row.low, row.high) if end is not None]
    size = sum((abs(term) for term in terms), ZERO) + max((abs(end) for end in ends), default=ZERO) or Fraction(1)
    room = [total - (row.low - coefficient)] if row.low is not None else []
    room += [row.high - coefficient - total] if row.high is not None else []
    return min(room, default=ZERO) / size
