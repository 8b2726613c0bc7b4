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

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from policy.proof.certificate import Certificate, Claim, Leaf

ZERO, ONE = Fraction(0), Fraction(1)


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
    values = []
    for leaf in certificate.leaves:
        value = leaf_value(program, leaf, no_cost=impossible or leaf.empty)
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
    case, fixed = _case(leaf.fix), dict(leaf.fix)
    for name in fixed:
        if name not in program.binaries:
            raise CertificateError(f"{case}: `{name}` is not a binary of the program")
    if len(dict(leaf.duals)) < len(leaf.duals):
        raise CertificateError(f"{case}: a row has two multipliers")
    rest: Sums = {}
    total = ZERO if no_cost else program.objective.const
    _add(rest, ZERO if no_cost else ONE, program.objective.terms)
    for name, multiplier in leaf.duals:
        if name not in program.rows:
            raise CertificateError(f"{case}: the obligations have no row `{name}`")
        total += multiplier * _side(program.rows[name], name, multiplier, case)
        _add(rest, -multiplier, program.rows[name].terms)
    for name in reversed(list(program.definitions)):
        if name in rest:
            factor = _sum(rest.pop(name))
            total += factor * program.definitions[name].const
            _add(rest, factor, program.definitions[name].terms)
    return total + sum((_least(program, fixed, name, _sum(parts)) for name, parts in rest.items()), ZERO)


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


def _side(line: Line, name: str, multiplier: Fraction, case: str) -> Fraction:
    """The limit that a multiplier of this sign leans on."""
    if not line.proves:
        raise CertificateError(f"{case}: `{name}` is a restriction and proves nothing")
    side = line.low if multiplier > 0 else line.high if multiplier < 0 else ZERO
    if side is None:
        raise CertificateError(f"{case}: `{name}` has no limit on the side of its multiplier {multiplier}")
    return side


def _least(program: Program, fixed: Mapping[str, int], name: str, factor: Fraction) -> Fraction:
    """The least of factor · column over the column's box."""
    if factor == 0:
        return ZERO
    if name in fixed:
        return factor * fixed[name]
    if name not in program.boxes:
        raise CertificateError(f"the obligations have no column `{name}`")
    low, high = program.boxes[name]
    end = low if factor > 0 else high
    if end is None:
        raise CertificateError(f"the column `{name}` is open on the side that the bound needs")
    return factor * end


Sums = dict[str, dict[int, int]]
"""A coefficient per column, as numerators by denominator: nothing is reduced before it is needed."""


def _add(sums: Sums, factor: Fraction, terms: Iterable[tuple[Fraction, str]]) -> None:
    """Add factor · terms."""
    above, below = factor.as_integer_ratio()
    for coefficient, name in terms if above else ():
        n, d = coefficient.as_integer_ratio()
        parts = sums.setdefault(name, {})
        parts[d * below] = parts.get(d * below, 0) + n * above


def _sum(parts: Mapping[int, int]) -> Fraction:
    return sum((Fraction(above, below) for below, above in parts.items()), ZERO)


def _case(fix: tuple[tuple[str, int], ...]) -> str:
    return "case " + (", ".join(f"{name} = {value}" for name, value in fix) or "root")
