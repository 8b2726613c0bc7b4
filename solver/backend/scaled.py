"""A program in floats, every column in units of its own reach and every row in units of its longest term.

A bound book mixes share counts, prices, money in hundreds of millions and yes-or-no columns. Solvers balance such rows
by their coefficients alone; the boxes know better what is large. With these units (powers of two, so that nothing is
rounded twice) GLOP ended programs on which its own scaling gave up, and missing any row by 1 means the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import frexp, inf

from policy.proof.duality import Program
from solver.duality import Box


@dataclass(frozen=True, slots=True)
class Line:
    """low ≤ Σ coefficient · column ≤ high, columns by number. `unit`: what 1 is worth, in the row's own unit."""

    terms: tuple[tuple[float, int], ...]
    low: float
    high: float
    unit: float


@dataclass(frozen=True, slots=True)
class Scaled:
    """`units`, `lows`, `highs`, `costs` by column number; a cost is money per unit. Defined columns have no box: what
    it would be worth must come out as multipliers of rows, since a certificate substitutes forms out."""

    number: Mapping[str, int]
    units: tuple[float, ...]
    lows: tuple[float, ...]
    highs: tuple[float, ...]
    costs: Mapping[int, float]
    offset: float
    definitions: tuple[Line, ...]
    rows: Mapping[str, Line]

    def box(self, name: str, box: Box) -> tuple[float, float]:
        unit = self.units[self.number[name]]
        return _end(box[0], -inf) / unit, _end(box[1], inf) / unit


def scaled(program: Program) -> Scaled:
    reach = _reach(program)
    names = [*program.boxes, *program.definitions]
    number = {name: j for j, name in enumerate(names)}
    units = tuple(reach[name] for name in names)
    costs: dict[int, float] = {}
    for c, name in program.objective.terms:
        costs[number[name]] = costs.get(number[name], 0.0) + float(c) * reach[name]
    definitions = []
    for name, definition in program.definitions.items():
        terms = [(Fraction(1), name), *((-a, j) for a, j in definition.terms)]
        definitions.append(_line(terms, definition.const, definition.const, number, units))
    rows = {name: _line(row.terms, row.low, row.high, number, units) for name, row in program.rows.items()}
    free = [inf] * len(program.definitions)
    return Scaled(
        number,
        units,
        (*(_end(low, -inf) / reach[name] for name, (low, _) in program.boxes.items()), *(-end for end in free)),
        (*(_end(high, inf) / reach[name] for name, (_, high) in program.boxes.items()), *free),
        costs,
        float(program.objective.const),
        tuple(definitions),
        rows,
    )


def _reach(program: Program) -> dict[str, float]:
    """How far each column can be from zero, to a power of two."""
    reach = {}
    for name, box in program.boxes.items():
        reach[name] = _power(max((abs(float(end)) for end in box if end is not None), default=1.0))
    for name, definition in program.definitions.items():
        reach[name] = _power(abs(float(definition.const)) + sum(abs(float(a)) * reach[j] for a, j in definition.terms))
    return reach


def _power(size: float) -> float:
    """The least power of two that is not smaller; 1 for nothing."""
    mantissa, exponent = frexp(size)
    return 2.0 ** (exponent - (mantissa == 0.5)) if size else 1.0


def _line(
    terms: Iterable[tuple[Fraction, str]],
    low: Fraction | None,
    high: Fraction | None,
    number: Mapping[str, int],
    units: tuple[float, ...],
) -> Line:
    sums: dict[int, float] = {}
    for a, name in terms:
        j = number[name]
        sums[j] = sums.get(j, 0.0) + a.numerator / a.denominator * units[j]
    unit = _power(max(map(abs, sums.values()), default=0.0))
    return Line(
        tuple((a / unit, j) for j, a in sorted(sums.items())), _end(low, -inf) / unit, _end(high, inf) / unit, unit
    )


def _end(end: Fraction | None, absent: float) -> float:
    return absent if end is None else end.numerator / end.denominator
