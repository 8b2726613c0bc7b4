"""What multipliers prove, quickly: the twin of `policy.proof.duality.leaf_value`, for the search of a certificate.

The same sum to the last digit. Rows are cleared of denominators once per program, and each reduced cost is a numerator
over a denominator that is not reduced to lowest terms: a few integer products per coefficient.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

from policy.proof.duality import Program

Box = tuple[Fraction | None, Fraction | None]
Ratio = tuple[int, int]
"""Numerator and denominator, in any terms."""

CORRECTIONS = 3  # times that columns without an end are put right, one row each; then nothing is proven


@dataclass(frozen=True, slots=True)
class Cleared:
    """Σ coefficient · column / denominator, in integers: a sum cleared of its denominators."""

    denominator: int
    terms: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A program, cleared of denominators. `definitions` are latest first: name, constant, what it is made of."""

    program: Program
    objective: Cleared
    rows: Mapping[str, Cleared]
    definitions: tuple[tuple[str, Fraction, Cleared], ...]


@dataclass(frozen=True, slots=True)
class Combination:
    """objective ≥ const + Σ rest · column at every point that satisfies the rows; no column in `rest` is defined."""

    const: Fraction
    rest: Mapping[str, Ratio]


def prepare(program: Program) -> Prepared:
    definitions = [(name, d.const, cleared(d.terms)) for name, d in program.definitions.items()]
    return Prepared(
        program,
        cleared(program.objective.terms),
        {name: cleared(line.terms) for name, line in program.rows.items()},
        tuple(reversed(definitions)),
    )


def cleared(terms: Iterable[tuple[Fraction, str]]) -> Cleared:
    pairs = tuple(terms)
    denominator = lcm(*(a.denominator for a, _ in pairs))
    return Cleared(denominator, tuple((a.numerator * (denominator // a.denominator), name) for a, name in pairs))


def combine(prepared: Prepared, duals: Mapping[str, Fraction], *, no_cost: bool) -> Combination:
    """The objective (0 with `no_cost`) less the weighted rows. Every multiplier leans on a side that its row has."""
    consts: dict[int, int] = {}  # denominator -> numerator
    rest: dict[str, Ratio] = {}
    if not no_cost:
        _count(consts, prepared.program.objective.const, 1, 1)
        _add(rest, 1, 1, prepared.objective)
    for name, multiplier in duals.items():
        n, d = multiplier.as_integer_ratio()
        line = prepared.program.rows[name]
        side = line.low if n > 0 else line.high
        assert side is not None, f"the multiplier of row {name} leans on a side that is open"
        _count(consts, side, n, d)
        _add(rest, -n, d, prepared.rows[name])
    for name, const, definition in prepared.definitions:
        n, d = rest.pop(name, (0, 1))
        if n:
            _count(consts, const, n, d)
            _add(rest, n, d, definition)
    return Combination(_sum(consts), {name: ratio for name, ratio in rest.items() if ratio[0]})


def least(combination: Combination, boxes: Mapping[str, Box], fixed: Mapping[str, Box]) -> Fraction | None:
    """The least of the combination over the boxes, `fixed` first; None where an end that is needed is open."""
    consts: dict[int, int] = {}
    for name, (n, d) in combination.rest.items():
        low, high = fixed.get(name) or boxes[name]
        end = low if n > 0 else high
        if end is None:
            return None
        _count(consts, end, n, d)
    return combination.const + _sum(consts)


def _add(rest: dict[str, Ratio], n: int, d: int, sum_: Cleared) -> None:
    """rest += n/d · sum_."""
    d *= sum_.denominator
    for a, name in sum_.terms:
        have = rest.get(name)
        if have is None:
            rest[name] = n * a, d
        elif have[1] == d:
            rest[name] = have[0] + n * a, d
        else:
            g = gcd(have[1], d)
            rest[name] = have[0] * (d // g) + n * a * (have[1] // g), have[1] // g * d


def _count(consts: dict[int, int], number: Fraction, n: int, d: int) -> None:
    d *= number.denominator
    consts[d] = consts.get(d, 0) + n * number.numerator


def _sum(consts: Mapping[int, int]) -> Fraction:
    return sum((Fraction(n, d) for d, n in consts.items()), Fraction(0))


# --- open columns ------------------------------------------------------------------------------


def proven(
    prepared: Prepared, duals: Mapping[str, Fraction], fixed: Mapping[str, Box], *, no_cost: bool
) -> tuple[Mapping[str, Fraction], Fraction | None]:
    """The multipliers, and what they prove inside `fixed`; None where a column that the bound needs is open.

    Rounding leaves a column without an end a reduced cost a little off zero, which would prove nothing at all: one of
    its rows is then corrected by exactly that much.
    """
    for _ in range(CORRECTIONS):
        combination = combine(prepared, duals, no_cost=no_cost)
        off = {name: cost for name, cost in combination.rest.items() if _open(prepared.program, fixed, name, cost)}
        if not off:
            return duals, least(combination, prepared.program.boxes, fixed)
        duals = _corrected(prepared.program, duals, off)
    return duals, None


def _open(program: Program, fixed: Mapping[str, Box], name: str, cost: Ratio) -> bool:
    low, high = fixed.get(name) or program.boxes[name]
    return (low if cost[0] > 0 else high) is None


def _corrected(program: Program, duals: Mapping[str, Fraction], off: Mapping[str, Ratio]) -> Mapping[str, Fraction]:
    """The multipliers, for each column that is off one of its rows changed so that its reduced cost becomes zero."""
    changed, left = dict(duals), dict(off)
    for name, line in program.rows.items():
        for a, column in line.terms:
            if column in left:
                multiplier = changed.get(name, Fraction(0)) + Fraction(*left[column]) / a
                if multiplier == 0 or (line.low if multiplier > 0 else line.high) is not None:
                    changed[name] = multiplier
                    del left[column]
    return {name: multiplier for name, multiplier in changed.items() if multiplier}
