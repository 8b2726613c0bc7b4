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

from collections.abc import Iterable, Mapping, Set
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
    whole = _scaled(program, {name for leaf in certificate.leaves for name, _ in leaf.duals})
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
    return _leaf_value(_scaled(program, {name for name, _ in leaf.duals}), leaf, no_cost=no_cost)


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
# column such that what a definition passes on stays whole; money is whole numbers of 1/unit. Multipliers of a leaf are
# brought to one denominator. So a leaf is additions and products of integers, and one fraction at its end.

Ints = tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class _Scaled:
    """`rows`, `definitions` (latest first), `objective`: coefficients in the columns' scales. `sides`, `consts`,
    `boxes`: in units of 1/unit, for a coefficient of one scale."""

    program: Program
    unit: int
    rows: Mapping[str, Ints]
    sides: Mapping[str, tuple[int | None, int | None]]
    definitions: Mapping[str, Ints]
    consts: Mapping[str, int]
    boxes: Mapping[str, tuple[int | None, int | None]]
    objective: Ints
    offset: int
    scales: Mapping[str, int]


def _scaled(program: Program, named: Set[str]) -> _Scaled:
    """The program with those of the named rows that it has."""
    rows = {name: program.rows[name] for name in named if name in program.rows}
    used: dict[str, int] = {}
    for factor, name in chain(program.objective.terms, *(line.terms for line in rows.values())):
        used[name] = lcm(used.get(name, 1), factor.denominator)
    defined = {}
    for name in reversed(list(program.definitions)):
        if name in used:
            defined[name] = program.definitions[name]
            for factor, inner in defined[name].terms:
                used[inner] = lcm(used.get(inner, 1), used[name] * factor.denominator)
    boxes = {name: program.boxes[name] for name in used if name in program.boxes and name not in defined}
    unit = lcm(
        program.objective.const.denominator,
        *(end.denominator for line in rows.values() for end in (line.low, line.high) if end is not None),
        *(used[name] * whole.const.denominator for name, whole in defined.items()),
        *(used[name] * end.denominator for name, box in boxes.items() for end in box if end is not None),
    )
    return _Scaled(
        program=program,
        unit=unit,
        rows={name: _ints(line.terms, used) for name, line in rows.items()},
        sides={name: (_int(line.low, unit), _int(line.high, unit)) for name, line in rows.items()},
        definitions={name: _ints(whole.terms, used, used[name]) for name, whole in defined.items()},
        consts={name: int(whole.const * (unit // used[name])) for name, whole in defined.items()},
        boxes={
            name: (_int(low, unit // used[name]), _int(high, unit // used[name])) for name, (low, high) in boxes.items()
        },
        objective=_ints(program.objective.terms, used),
        offset=int(program.objective.const * unit),
        scales=used,
    )


def _leaf_value(whole: _Scaled, leaf: Leaf, *, no_cost: bool) -> Fraction:
    case, fixed, duals = _case(leaf.fix), dict(leaf.fix), dict(leaf.duals)
    for name in fixed:
        if name not in whole.program.binaries:
            raise CertificateError(f"{case}: `{name}` is not a binary of the program")
    if len(duals) < len(leaf.duals):
        raise CertificateError(f"{case}: a row has two multipliers")
    parts = lcm(*(multiplier.denominator for multiplier in duals.values()))
    total = 0 if no_cost else parts * whole.offset
    rest: dict[str, int] = {}
    _add(rest, 0 if no_cost else parts, whole.objective)
    for name, multiplier in duals.items():
        count = multiplier.numerator * (parts // multiplier.denominator)
        total += count * _side(whole, name, count, case)
        _add(rest, -count, whole.rows[name])
    for name, terms in whole.definitions.items():
        if count := rest.pop(name, 0):
            total += count * whole.consts[name]
            _add(rest, count, terms)
    for name, count in rest.items():
        total += _least(whole, fixed, name, count)
    return Fraction(total, whole.unit * parts)


def _side(whole: _Scaled, name: str, count: int, case: str) -> int:
    """The limit that a multiplier of this sign leans on."""
    if name not in whole.rows:
        raise CertificateError(f"{case}: the obligations have no row `{name}`")
    if not whole.program.rows[name].proves:
        raise CertificateError(f"{case}: `{name}` is a restriction and proves nothing")
    low, high = whole.sides[name]
    side = low if count > 0 else high if count < 0 else 0
    if side is None:
        raise CertificateError(f"{case}: `{name}` has no limit on the side of its multiplier")
    return side


def _least(whole: _Scaled, fixed: Mapping[str, int], name: str, count: int) -> int:
    """The least of coefficient · column over the column's box."""
    if count == 0:
        return 0
    if name not in whole.boxes:
        raise CertificateError(f"the obligations have no column `{name}`")
    low, high = whole.boxes[name]
    if name in fixed:
        return count * fixed[name] * (whole.unit // whole.scales[name])
    end = low if count > 0 else high
    if end is None:
        raise CertificateError(f"the column `{name}` is open on the side that the bound needs")
    return count * end


def _add(sums: dict[str, int], count: int, terms: Ints) -> None:
    for coefficient, name in terms if count else ():
        sums[name] = sums.get(name, 0) + count * coefficient


def _ints(terms: Iterable[tuple[Fraction, str]], scales: Mapping[str, int], own: int = 1) -> Ints:
    """Coefficients as whole numbers of the columns' scales, for a coefficient of 1/own."""
    return tuple((int(factor * (scales[name] // own)), name) for factor, name in terms)


def _int(end: Fraction | None, unit: int) -> int | None:
    return None if end is None else int(end * unit)


def _case(fix: tuple[tuple[str, int], ...]) -> str:
    return "case " + (", ".join(f"{name} = {value}" for name, value in fix) or "root")
