"""The rows and columns that the verifier writes while it reads obligations (docs/rows.md)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from policy.proof.check.columns import (
    ONE,
    Box,
    Columns,
    Expr,
    Lattice,
    combined,
    common,
)
from policy.proof.check.ranges import ZERO
from policy.proof.duality import Line

MARKS = "-+#^"  # of columns, behind a place

Tangents = Mapping[str, Sequence[Sequence[Fraction]]]
"""Cuts by place."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows so far, and the columns that they brought along: binaries, and auxiliary ones with box and lattice.
    `named`: rows and binaries that somebody asks for, and the places above them; the rest is left out. None: all."""

    columns: Columns
    tangents: Tangents
    named: frozenset[str] | None = None
    rows: dict[str, Line] = field(default_factory=dict)
    boxes: dict[str, Box] = field(default_factory=dict)
    lattices: dict[str, Lattice | None] = field(default_factory=dict)
    binaries: set[str] = field(default_factory=set)

    def wants(self, *names: str) -> bool:
        return self.named is None or any(name in self.named for name in names)

    def box(self, name: str) -> Box:
        return self.boxes[name] if name in self.boxes else self.columns.box(name)

    def lattice(self, name: str) -> Lattice | None:
        return self.lattices[name] if name in self.lattices else self.columns.lattice(name)


def with_places_above(names: Iterable[str]) -> frozenset[str]:
    """The names, and every place on the way to them: where nothing is wanted, nothing has to be written."""
    found: set[str] = set()
    for name in names:
        owner, _, path = name.rpartition(":")
        steps = path.partition("/")[0].split(".")
        places = (f"{owner}:{'.'.join(steps[:k])}" for k in range(1, len(steps) + 1))
        found |= {name, *(place.rstrip(MARKS) for place in places)}
    return frozenset(found)


def add(sheet: Sheet, name: str, expr: Expr, *, low: Fraction | None = None, high: Fraction | None = None) -> None:
    """low ≤ expr ≤ high as a row, quantities counted in their steps."""
    terms = in_steps(sheet.columns, expr)
    if terms or not (low is None or low <= expr.const) or not (high is None or expr.const <= high):
        least, most = (None if end is None else end - expr.const for end in (low, high))
        sheet.rows[name] = Line(terms, least, most)


def in_steps(columns: Columns, expr: Expr) -> tuple[tuple[Fraction, str], ...]:
    """The terms, with a quantity that has a step counted in steps."""
    return tuple(
        (factor if (unit := step(columns, column)) == 1 else factor * unit, column) for factor, column in expr.terms
    )


def step(columns: Columns, column: str) -> Fraction:
    """What one unit of the column is in the quantity's own unit."""
    quantity = columns.case.quantities.get(column)
    return ONE if quantity is None or quantity.step is None else quantity.step


def binary(sheet: Sheet, place: str) -> Expr:
    sheet.binaries.add(place)
    sheet.lattices[place] = Lattice(ZERO, ONE)
    return auxiliary(sheet, place, ZERO, ONE)


def auxiliary(sheet: Sheet, name: str, low: Fraction, high: Fraction, stands_for: Sequence[Expr] = ()) -> Expr:
    sheet.boxes[name] = (low, high)
    if name not in sheet.binaries:
        lattices = [combined(value, sheet.lattice) for value in stands_for]
        known = [lattice for lattice in lattices if lattice is not None]
        grain = common([end for lattice in known for end in (lattice.offset, lattice.grain)])
        sheet.lattices[name] = Lattice(ZERO, grain) if grain and len(known) == len(lattices) else None
    return Expr(terms=((ONE, name),))
