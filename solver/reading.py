"""A proof of impossibility as people read it: named obligations, weighted and added up, ask for more than can be done.

The forms are substituted out, so what is left speaks of quantities alone: how far each obligation is from the book as
it stands, and the most that the orders within their boxes can do about all of them together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from policy.proof.certificate import Certificate, Leaf
from policy.proof.duality import Program
from solver.duality import Prepared, combine, least, prepare


@dataclass(frozen=True, slots=True)
class Part:
    """`asks`: multiplier · (the row's limit − its value when nothing is ordered), in the unit of the row whose
    multiplier is 1; below zero where the obligation has room to give."""

    source: str
    row: str
    multiplier: Fraction
    asks: Fraction


@dataclass(frozen=True, slots=True)
class Reading:
    """In the case `fix`: Σ asks is more than the orders can bring by `short`, above zero. `unit`: of the sum, which is
    that of the limit whose multiplier is 1; empty where that has none."""

    fix: tuple[tuple[str, int], ...]
    parts: tuple[Part, ...]
    short: Fraction
    unit: str


def read(
    program: Program, sources: Mapping[str, str], units: Mapping[str, str], certificate: Certificate
) -> tuple[Reading, ...]:
    """One reading per case of an impossibility. `sources`: by row; `units`: of limits, by row."""
    prepared = prepare(program)
    return tuple(_reading(prepared, sources, units, leaf) for leaf in certificate.leaves)


def _reading(prepared: Prepared, sources: Mapping[str, str], units: Mapping[str, str], leaf: Leaf) -> Reading:
    parts = tuple(
        Part(sources[name], name, multiplier, combine(prepared, {name: multiplier}, no_cost=True).const)
        for name, multiplier in leaf.duals
    )
    fixed = {name: (Fraction(value), Fraction(value)) for name, value in leaf.fix}
    total = combine(prepared, dict(leaf.duals), no_cost=True)
    short = least(total, prepared.program.boxes, fixed)
    assert short is not None, "an impossibility that leans on an open column"
    assert short > 0, "an impossibility that its own multipliers do not show"
    unit = next((units[part.row] for part in parts if abs(part.multiplier) == 1 and part.row in units), "")
    return Reading(leaf.fix, tuple(sorted(parts, key=_weight, reverse=True)), short, unit)


def _weight(part: Part) -> Fraction:
    return abs(part.asks)
