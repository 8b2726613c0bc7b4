"""Exact weak duality: what a certificate's multipliers prove about a program.

A program is columns in boxes, rows `low ≤ a·x ≤ high`, and *definitions* (a column that is an affine combination
of columns before it). For any multipliers y of rows, whatever their origin,

    c·x  ≥  Σ yᵢ·(lowᵢ if yᵢ > 0 else highᵢ)  +  Σ min(dⱼ·lⱼ, dⱼ·uⱼ)      with d = c − Aᵀy

for every x in the boxes that satisfies the rows, so a solver's duals need no trust: wrong ones only give a weak
bound. Definitions are substituted out here (that never weakens the bound), so a certificate names the rows of
rules and of accounts only. With c = 0 a bound above zero says that no such x exists.

Binaries are decided by a tree of fixings: every leaf has multipliers of its own, the leaves must cover all
cases, and the weakest leaf counts. Rows that restrict (margins, chosen sides) prove nothing and are refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from math import lcm

from policy.proof.certificate import Certificate, Claim, Leaf


@dataclass(frozen=True, slots=True)
class Line:
    """low ≤ Σ coefficient · column ≤ high; `proves` is false for a restriction."""

    terms: tuple[tuple[Fraction, str], ...]
    low: Fraction | None
    high: Fraction | None
    proves: bool = True


@dataclass(frozen=True, slots=True)
class Affine:
    """const + Σ coefficient · column."""

    const: Fraction
    terms: tuple[tuple[Fraction, str], ...]


@dataclass(frozen=True, slots=True)
class Program:
    """`boxes`: low and high of every column, None for an open end. `definitions`: in order, each over columns before
    it. `binaries`: the columns that a leaf may fix. `objective` is minimised."""

    boxes: Mapping[str, tuple[Fraction | None, Fraction | None]]
    definitions: Mapping[str, Affine]
    rows: Mapping[str, Line]
    binaries: frozenset[str]
    objective: Affine


class CertificateError(ValueError):
    """The certificate does not show what it claims; the message says where."""


# --- checking ----------------------------------------------------------------------------------


def proven_bound(program: Program, certificate: Certificate) -> Fraction:
    """The least value that the leaves prove together; CertificateError where a leaf is unsound or a case is left out.

    May be above the claimed bound, which then holds all the more; `check` compares them."""
    covered(tuple(leaf.fix for leaf in certificate.leaves))
    impossible = certificate.claim is Claim.IMPOSSIBLE
    whole = _scaled(program, certificate.leaves)
    values = []
    for leaf in certificate.leaves:
        value = _leaf_value(whole, leaf, no_cost=impossible or leaf.empty)
        if not impossible and leaf.empty:
            if value <= 0:
                raise CertificateError(f"{_case(leaf.fix)}: said to be empty, but the multipliers only reach {value}")
        else:
            values.append(value)
    if not values:
        raise CertificateError("every case is empty: that would be an impossibility, not a bound")
    return min(values)


def check(program: Program, certificate: Certificate) -> Fraction:
    """The proven bound, at least as strong as the claimed one; CertificateError otherwise."""
    proven = proven_bound(program, certificate)
    if proven < certificate.bound:
        raise CertificateError(f"the multipliers prove {proven}, less than the claimed {certificate.bound}")
    if certificate.claim is Claim.IMPOSSIBLE and proven <= 0:
        raise CertificateError(f"an impossibility needs a sum above zero, the multipliers reach {proven}")
    return proven


def leaf_value(program: Program, leaf: Leaf, *, no_cost: bool) -> Fraction:
    """The bound that one leaf's multipliers give inside its fixings; with `no_cost` that of c = 0."""
    return _leaf_value(_scaled(program, (leaf,)), leaf, no_cost=no_cost)


def covered(paths: tuple[tuple[tuple[str, int], ...], ...]) -> None:
    """CertificateError unless the paths are the leaves of one binary tree: each case once, none left out."""
    if not paths:
        raise CertificateError("the certificate has no leaf")
    stack: list[tuple[tuple[tuple[str, int], ...], tuple[tuple[tuple[str, int], ...], ...]]] = [((), paths)]
    while stack:
        prefix, below = stack.pop()
        depth = len(prefix)
        if len(below) == 1 and len(below[0]) == depth:
            continue
        ended = [path for path in below if len(path) == depth]
        if ended:
            raise CertificateError(f"{_case(prefix)}: is a leaf and has leaves below it, or appears twice")
        names = {path[depth][0] for path in below}
        if len(names) > 1:
            raise CertificateError(f"{_case(prefix)}: splits on {' and '.join(sorted(names))} at once")
        name = names.pop()
        if name in dict(prefix):
            raise CertificateError(f"{_case(prefix)}: fixes `{name}` twice")
        for value in (0, 1):
            part = tuple(path for path in below if path[depth][1] == value)
            if not part:
                raise CertificateError(f"{_case((*prefix, (name, value)))}: no leaf covers this case")
            stack.append(((*prefix, (name, value)), part))
        if any(path[depth][1] not in (0, 1) for path in below):
            raise CertificateError(f"{_case(prefix)}: `{name}` is fixed to something other than 0 or 1")


# --- in integers -------------------------------------------------------------------------------
#
# The same sums, with nothing divided on the way. A column's coefficients are whole numbers of 1/scale, one scale per
# column such that what a definition passes on stays whole; multipliers are whole numbers of 1/parts, money of 1/unit.
# So a leaf is additions and products of integers, and one fraction at its end. What the objective alone comes to is the
# same in every leaf, and is added up once.

Ints = tuple[tuple[int, int], ...]
"""Coefficient and place of a column."""


@dataclass(frozen=True, slots=True)
class _Scaled:
    """`columns`: scale by name, in the order of their places. `rows`: the coefficients and both limits. `definitions`:
    place, constant and coefficients, latest first. `lows`, `highs`: of the boxes, None where open or unknown. `cost`:
    the objective's constant and coefficients, definitions substituted out. Limits, constants and ends are in 1/unit,
    per 1/scale of a coefficient where they belong to a column."""

    program: Program
    unit: int
    columns: Mapping[str, int]
    rows: Mapping[str, tuple[Ints, int | None, int | None]]
    definitions: tuple[tuple[int, int, Ints], ...]
    lows: tuple[int | None, ...]
    highs: tuple[int | None, ...]
    parts: int
    cost: tuple[int, tuple[int, ...]]


def _scaled(program: Program, leaves: Iterable[Leaf]) -> _Scaled:
    """The program with those rows that the leaves name and it has."""
    duals = [dual for leaf in leaves for dual in leaf.duals]
    rows = {name: program.rows[name] for name, _ in duals if name in program.rows}
    scales: dict[str, int] = {}
    for factor, name in chain(program.objective.terms, *(line.terms for line in rows.values())):
        scales[name] = lcm(scales.get(name, 1), factor.denominator)
    defined = {}
    for name in reversed(list(program.definitions)):
        if name in scales:
            defined[name] = program.definitions[name]
            for factor, inner in defined[name].terms:
                scales[inner] = lcm(scales.get(inner, 1), scales[name] * factor.denominator)
    boxes = {name: program.boxes.get(name, (None, None)) for name in scales}
    unit = lcm(
        program.objective.const.denominator,
        *(end.denominator for line in rows.values() for end in (line.low, line.high) if end is not None),
        *(scales[name] * whole.const.denominator for name, whole in defined.items()),
        *(scales[name] * end.denominator for name, box in boxes.items() for end in box if end is not None),
    )
    places = {name: place for place, name in enumerate(scales)}

    def ints(terms: Iterable[tuple[Fraction, str]], own: int = 1) -> Ints:
        return tuple(
            (factor.numerator * (scales[name] // own // factor.denominator), places[name]) for factor, name in terms
        )

    definitions = tuple(
        (places[name], int(whole.const * (unit // scales[name])), ints(whole.terms, scales[name]))
        for name, whole in defined.items()
    )
    parts = lcm(*(multiplier.denominator for _, multiplier in duals))
    rest = [0] * len(scales)
    for coefficient, place in ints(program.objective.terms):
        rest[place] += parts * coefficient
    cost = int(program.objective.const * unit) * parts + _substituted(definitions, rest)
    return _Scaled(
        program=program,
        unit=unit,
        columns=scales,
        rows={name: (ints(line.terms), _int(line.low, unit), _int(line.high, unit)) for name, line in rows.items()},
        definitions=definitions,
        lows=tuple(_int(low, unit // scales[name]) for name, (low, _) in boxes.items()),
        highs=tuple(_int(high, unit // scales[name]) for name, (_, high) in boxes.items()),
        parts=parts,
        cost=(cost, tuple(rest)),
    )


def _substituted(definitions: Iterable[tuple[int, int, Ints]], rest: list[int]) -> int:
    """Replace defined columns by what they are made of, in place; what their constants come to."""
    total = 0
    for own, const, terms in definitions:
        if count := rest[own]:
            rest[own] = 0
            total += count * const
            for coefficient, place in terms:
                rest[place] += count * coefficient
    return total


def _leaf_value(whole: _Scaled, leaf: Leaf, *, no_cost: bool) -> Fraction:
    duals = dict(leaf.duals)
    if len(duals) < len(leaf.duals):
        raise CertificateError(f"{_case(leaf.fix)}: a row has two multipliers")
    total, rest = (0, [0] * len(whole.columns)) if no_cost else (whole.cost[0], list(whole.cost[1]))
    for name, multiplier in duals.items():
        count = multiplier.numerator * (whole.parts // multiplier.denominator)
        terms, side = _leaned_on(whole, name, count, leaf)
        total += count * side
        for coefficient, place in terms:
            rest[place] -= count * coefficient
    total += _substituted(whole.definitions, rest) + _least(whole, leaf, rest)
    return Fraction(total, whole.unit * whole.parts)


def _leaned_on(whole: _Scaled, name: str, count: int, leaf: Leaf) -> tuple[Ints, int]:
    """The row's coefficients, and the limit that a multiplier of this sign leans on."""
    if name not in whole.rows:
        raise CertificateError(f"{_case(leaf.fix)}: the obligations have no row `{name}`")
    if not whole.program.rows[name].proves:
        raise CertificateError(f"{_case(leaf.fix)}: `{name}` is a restriction and proves nothing")
    terms, low, high = whole.rows[name]
    side = low if count > 0 else high if count < 0 else 0
    if side is None:
        raise CertificateError(f"{_case(leaf.fix)}: `{name}` has no limit on the side of its multiplier")
    return terms, side


def _least(whole: _Scaled, leaf: Leaf, counts: Sequence[int]) -> int:
    """The least of Σ count · column over the boxes, with the fixed binaries at their values."""
    lows, highs = list(whole.lows), list(whole.highs)
    places = {name: place for place, name in enumerate(whole.columns)} if leaf.fix else {}
    for name, value in leaf.fix:
        if name not in whole.program.binaries:
            raise CertificateError(f"{_case(leaf.fix)}: `{name}` is not a binary of the program")
        if name in places:
            lows[places[name]] = highs[places[name]] = value * (whole.unit // whole.columns[name])
    total = 0
    for place, count in enumerate(counts):
        if count:
            end = lows[place] if count > 0 else highs[place]
            if end is None:
                name = list(whole.columns)[place]
                raise CertificateError(f"the column `{name}` is open, or unknown, on the side that the bound needs")
            total += count * end
    return total


def _int(end: Fraction | None, unit: int) -> int | None:
    return None if end is None else end.numerator * (unit // end.denominator)


def _case(fix: tuple[tuple[str, int], ...]) -> str:
    return "case " + (", ".join(f"{name} = {value}" for name, value in fix) or "root")
