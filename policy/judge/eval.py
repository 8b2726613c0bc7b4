"""The reference judge: what each obligation says of a point, with the numbers that decide.

Short enough to read aloud. A ladder's rungs are tried in order; the first that is true decides. A rung that is
unknown leaves several outcomes possible: then the answer is that outcome if there is only one, `warn` if the
worst possible is no worse than `warn`, `consent` where all that is open is whether a waiver spares it, and `unknown`
otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import lcm
from typing import assert_never

from policy.interval import ZERO, Number, high, low, minus, times
from policy.ir import meaning
from policy.ir.bound import (
    All,
    Any,
    Basket,
    Bound,
    Count,
    Formula,
    Leaf,
    Lin,
    Not,
    Obligation,
    Outcome,
    Point,
    Rung,
    Scalar,
    TopK,
    Truth,
)
from policy.judge.verdict import Finding, Measured, Verdict

COULD_NOT_CHECK = "could not check: a fact is missing"
SPARED = {Outcome.WAIVED, Outcome.CONSENT}


def judge(bound: Bound, point: Point, *, standing: bool = False) -> Verdict:
    """The verdict at the point. `standing`: the book is judged as it stands, so no tolerance for passive
    breaches is read."""
    at = meaning.values(bound.forms, point)
    findings = tuple(finding(obligation, bound, at, standing=standing) for obligation in bound.obligations)
    return Verdict(worst(f.outcome for f in findings), findings)


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """One answer from many: any block beats unknown beats consent beats waived beats warn."""
    return max(outcomes, key=lambda outcome: outcome.rank, default=Outcome.PASS)


def finding(obligation: Obligation, bound: Bound, at: meaning.Values, *, standing: bool) -> Finding:
    rungs = read(obligation, standing=standing)
    held: list[bool | None] = []
    for rung in rungs:
        held.append(meaning.truth(rung.formula, at))
        if held[-1]:
            break
    outcome, reason = climb(obligation, rungs, held)
    return Finding(obligation, outcome, reason, held[0], measured(rungs[limit(rungs, held)].formula, bound, at))


def limit(rungs: Sequence[Rung], held: Sequence[bool | None]) -> int:
    """Whose numbers to show: the first rung's where it holds, else the outermost of the clause's own limits that the
    point is beyond, or may be."""
    beyond = [n for n, (rung, holds) in enumerate(zip(rungs, held, strict=False)) if not holds and _own(rung)]
    return beyond[-1] if beyond else 0


def _own(rung: Rung) -> bool:
    return not rung.tolerance and rung.outcome is not Outcome.WAIVED


def read(obligation: Obligation, *, standing: bool) -> tuple[Rung, ...]:
    """The rungs that count."""
    return tuple(rung for rung in obligation.ladder if not (standing and rung.tolerance))


def climb(obligation: Obligation, rungs: Iterable[Rung], held: Iterable[bool | None]) -> tuple[Outcome, str]:
    """The ladder's outcome, by the rule at the top of this file, from the truth of each rung."""
    possible: list[tuple[Outcome, str]] = []
    for rung, holds in zip(rungs, held, strict=False):  # nothing is asked of the rungs after one that holds
        if holds or (holds is None and not obligation.unknown_is_breach):
            possible.append((rung.outcome, rung.reason))
        if holds:
            break
    else:
        possible.append((obligation.otherwise, "beyond the limit"))
    outcomes = {outcome for outcome, _ in possible}
    if len(outcomes) == 1 or outcomes == SPARED:
        return max(reversed(possible), key=lambda found: found[0].rank)
    return (Outcome.WARN if worst(outcomes).rank <= Outcome.WARN.rank else Outcome.UNKNOWN), COULD_NOT_CHECK


# --- the numbers that decided --------------------------------------------------------------------


def measured(formula: Formula, bound: Bound, at: meaning.Values) -> Measured | None:
    leaf = deciding(formula, at)
    if leaf is None:
        return None
    value, limit = sides(leaf, at)
    headroom = minus(limit, value) if leaf.op in meaning.CAPS else minus(value, limit)
    over = leaf.shown_over or leaf.base
    return Measured(
        leaf.label,
        leaf.op,
        leaf.unit,
        value,
        limit,
        headroom,
        None if over is None else meaning.scalar(over, at),
        meaning.compared(leaf, value, limit, at),
        contributors(leaf.measure, bound, at),
    )


def sides(leaf: Leaf, at: meaning.Values) -> tuple[Number, Number]:
    return meaning.scalar(leaf.measure, at), meaning.scalar(leaf.bound, at)


def deciding(formula: Formula, at: meaning.Values) -> Leaf | None:
    """The leaf that settles the formula: of parts that agree with the whole, the one with least headroom in
    an `all`; the last in an `any` (bind puts the clause's own test last)."""
    match formula:
        case Leaf():
            return formula
        case Not(part):
            return deciding(part, at)
        case Truth():
            return None
        case All(parts) | Any(parts):
            whole = meaning.truth(formula, at)
            agree = [part for part in parts if meaning.truth(part, at) is whole]
            leaves = [leaf for part in agree or parts if (leaf := deciding(part, at)) is not None]
            if isinstance(formula, Any):
                return leaves[-1] if leaves else None
            return min(leaves, key=lambda leaf: tightness(*sides(leaf, at), leaf.op), default=None)
        case _:
            assert_never(formula)


def tightness(value: Number, bound: Number, op: str) -> Fraction:
    """The least headroom possible as a share of the bound, to compare leaves of different units; an open end is
    tighter than any."""
    of, limit = (high(value), low(bound)) if op in meaning.CAPS else (low(value), high(bound))
    if of is None or limit is None:
        return OPEN
    room = limit - of if op in meaning.CAPS else of - limit
    return room / max(abs(limit), abs(of), Fraction(1))


OPEN = Fraction(-(10**9))


def contributors(measure: Scalar, bound: Bound, at: meaning.Values) -> tuple[tuple[str, Number], ...]:
    """The parts of the measure that are not zero, largest first."""
    match measure:
        case Lin(_, ((factor, name),)) if name in bound.forms:
            terms = bound.forms[name].terms
            parts = [(part, times(weight, worth)) for weight, part in terms if (worth := at.get(part))]
            parts = parts if factor == 1 else [(part, times(factor, worth)) for part, worth in parts]
        case Lin(_, terms):
            parts = [(name, times(weight, at.get(name, ZERO))) for weight, name in terms]
        case Basket(members):
            parts = [(m.label, meaning.scalar(m.value, at)) for m in members if meaning.truth(m.when, at) is not False]
        case Count(members):
            parts = [(label, Fraction(1)) for label, when in members if meaning.truth(when, at) is not False]
        case TopK(k, listed):
            parts = _largest_first([(name, meaning.scalar(value, at)) for name, value in listed])[:k]
        case _:
            parts = []
    return tuple(_largest_first([part for part in parts if part[1]]))


Part = tuple[str, Number]


def _largest_first(parts: list[Part]) -> list[Part]:
    """By the larger end; compared as whole numbers, which is several times faster than as fractions."""
    sizes = [_size(worth) for _, worth in parts]
    one = lcm(*(size.denominator for size in sizes))
    whole = [size.numerator * (one // size.denominator) for size in sizes]
    return [parts[place] for place in sorted(range(len(parts)), key=whole.__getitem__, reverse=True)]


def _size(worth: Number) -> Fraction:
    return abs(worth) if isinstance(worth, Fraction) else max(abs(worth.low or ZERO), abs(worth.high or ZERO))
