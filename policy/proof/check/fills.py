"""Partly filled orders: whether an obligation holds in every state between two batches, and in every mixture of fills.

Formulas are written out over what moves, so that what is bought and what is paid for it cancel; a linear test is then
decided exactly by the signs of its coefficients. Everything above goes by ranges over boxes of states, cut smaller a
stated number of times, which is sound and sometimes not enough.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from itertools import islice

from policy.proof.check.case import RANK, Case, Kind, Leaf, Linear, Obligation, Outcome, Truth
from policy.proof.check.evaluate import Values, linear, outcome, possible, settled
from policy.proof.check.orders import point_of
from policy.proof.check.ranges import ONE, ZERO, Number, below, between, negative, times, total
from policy.proof.check.required import as_linear
from policy.proof.check.rewritten import Atom, Line, rewritten
from policy.proof.check.ways import Box, Way, boxes, halves, span, ways
from policy.proof.proposal import Order, Proposal

CUTS = 32
"""How many boxes of states are looked at, for one obligation and one batch."""

GUIDES = 4
"""How many linear sides say where to cut."""


class Shown(StrEnum):
    """The promises of a check that have to be shown."""

    ALWAYS = "passes always"
    ORDERED = "passes if these fill before those"


@dataclass(frozen=True, slots=True)
class Fills:
    """Obligations whose promise is refuted by a state, and those for which neither was shown."""

    broken: tuple[str, ...]
    open: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """Orders that work at the same time. `lines`: every name over what moves, so that what cancels does. `ranges`: what
    each name may be."""

    ways: tuple[Way, ...]
    lines: Mapping[str, Linear]
    ranges: Values


Released = tuple[Mapping[str, Fraction], Sequence[Order]]
"""Orders that work, after what was filled before them."""


def fills(case: Case, proposal: Proposal, end: Values, promised: Mapping[str, Shown]) -> Fills:
    """What of the promises can be shown. A state is allowed when its outcome is no worse than `waived`, or no worse
    than at the end."""
    batches = _batches(proposal.orders)
    done = [point_of(case, [order for batch in batches[:k] for order in batch]) for k in range(len(batches) + 1)]
    between_batches = [_stage(case, before, ()).ranges for before in done[:-1]]
    released: dict[Shown, list[Released]] = {
        Shown.ALWAYS: [({}, proposal.orders)],
        Shown.ORDERED: list(zip(done[:-1], batches, strict=True)),
    }
    found = {promise: [_stage(case, *each) for each in released[promise]] for promise in sorted({*promised.values()})}
    vague = _vague(case)
    broken, unshown = [], []
    for name, promise in promised.items():
        obligation = case.obligations[name]
        limit = max(RANK[Outcome.WAIVED], RANK[outcome(obligation, end)])
        if any(_fails(obligation, at, limit) for at in between_batches):
            broken.append(name)
        elif not all(_holds(obligation, stage, limit, vague) for stage in found[promise]):
            unshown.append(name)
    return Fills(tuple(broken), tuple(unshown))


def _batches(orders: Sequence[Order]) -> list[list[Order]]:
    return [[order for order in orders if order.batch == batch] for batch in sorted({order.batch for order in orders})]


def _stage(case: Case, before: Mapping[str, Fraction], orders: Sequence[Order]) -> Stage:
    """From `before`, anything up to all of the orders."""
    booked, working = {case.quantities[name].account for name in before}, {order.account for order in orders}
    residues = {q.account: name for name, q in case.quantities.items() if q.kind is Kind.RESIDUE and q.low < q.high}
    due = {account: name for account, name in residues.items() if account in working - booked}
    found = ways(case, orders, due)
    lines = {name: Linear(before.get(name, ZERO), ()) for name in case.quantities}
    for name in (*due.values(), *(name for way in found for name, _ in way.pieces)):
        lines[name] = Linear(before.get(name, ZERO), ((ONE, name),))
    for name in (name for account, name in residues.items() if account in booked):
        residue = case.quantities[name]
        lines[name] = Linear(between(min(ZERO, residue.low), max(ZERO, residue.high)), ())
    for name, form in case.forms.items():
        lines[name] = _line(form, lines)
    anything, _ = boxes(found)
    return Stage(found, lines, {name: span(line, anything) for name, line in lines.items()})


def _line(lin: Linear, lines: Mapping[str, Linear]) -> Linear:
    """The value over what moves."""
    const: list[Number] = [lin.const]
    terms: dict[str, list[Number]] = {}
    for factor, name in lin.terms:
        const.append(times(factor, lines[name].const))
        for slope, moving in lines[name].terms:
            terms.setdefault(moving, []).append(times(factor, slope))
    return Linear(total(const), tuple((total(slopes), name) for name, slopes in terms.items()))


# --- one obligation ----------------------------------------------------------------------------


def _fails(obligation: Obligation, at: Values, limit: int) -> bool:
    """For certain, whatever the residues are."""
    return min(RANK[found] for found in _everywhere(obligation, at)) > limit


def _holds(obligation: Obligation, stage: Stage, limit: int, vague: frozenset[str]) -> bool:
    """In every state, as far as boxes can tell."""
    certain = _is_certain(obligation, vague)

    def allowed(obligation: Obligation, at: Values) -> bool:
        outcomes = _everywhere(obligation, at)
        return max(RANK[found] for found in (outcomes if certain else {*outcomes, settled(outcomes)})) <= limit

    if allowed(obligation, stage.ranges):
        return True
    over = _rewritten(obligation, lambda line: _line(line, stage.lines), lambda atom: _subtracted(atom, stage))
    guides = list(islice(_lines(over), GUIDES))
    waiting = [stage.ways]
    for _ in range(CUTS):
        found = waiting.pop()
        if not any(allowed(_ranged(over, box), {}) for box in boxes(found)):
            parts = halves(found, guides)
            if not parts:
                return False
            waiting += parts
        if not waiting:
            return True
    return False


def _everywhere(obligation: Obligation, at: Values) -> set[Outcome]:
    """Every outcome that some state may have. Over ranges, unknown means that states differ: it is never a breach."""
    return possible(obligation, at, unknown_is_breach=False)


def _subtracted(atom: Leaf | Truth, stage: Stage) -> Leaf | Truth:
    """A comparison of linear sides as their difference with zero, so that what is in both cancels; a ratio's guard
    falls away where its base is above zero everywhere."""
    if isinstance(atom, Truth):
        return atom
    if atom.base is not None and below(ZERO, linear(atom.base, stage.ranges)):
        atom = replace(atom, base=None)
    measure, bound = as_linear(atom.measure), as_linear(atom.bound)
    if atom.base is not None or measure is None or bound is None:
        return atom
    opposite = tuple((negative(factor), name) for factor, name in bound.terms)
    difference = Linear(total([measure.const, negative(bound.const)]), (*measure.terms, *opposite))
    return replace(atom, measure=difference, bound=Linear(ZERO, ()))


def _ranged(obligation: Obligation, over: Box) -> Obligation:
    """Every number as its range over the box."""
    return _rewritten(obligation, lambda line: Linear(span(line, over), ()))


def _rewritten(obligation: Obligation, line: Line, atom: Atom = lambda atom: atom) -> Obligation:
    ladder = (replace(rung, formula=rewritten(rung.formula, line, atom)) for rung in obligation.ladder)
    return replace(obligation, ladder=tuple(ladder))


# --- missing facts -----------------------------------------------------------------------------


def _is_certain(obligation: Obligation, vague: frozenset[str]) -> bool:
    """Whether every rung is true or false at every point: no missing fact, and no ratio whose base may be zero."""
    atoms: list[Leaf | Truth] = []

    def seen(atom: Leaf | Truth) -> Leaf | Truth:
        atoms.append(atom)
        return atom

    _rewritten(obligation, lambda line: line, seen)
    guarded = any(isinstance(atom, Leaf) and atom.base is not None for atom in atoms)
    missing = any(isinstance(atom, Truth) and atom.value is None for atom in atoms)
    return not guarded and not missing and not any(_is_vague(line, vague) for line in _lines(obligation))


def _vague(case: Case) -> frozenset[str]:
    """The forms in which a missing fact is, somewhere."""
    found: set[str] = set()
    for name, form in case.forms.items():
        if _is_vague(form, found):
            found.add(name)
    return frozenset(found)


def _is_vague(line: Linear, vague: Collection[str]) -> bool:
    return isinstance(line.const, tuple) or any(isinstance(slope, tuple) or name in vague for slope, name in line.terms)


def _lines(obligation: Obligation) -> list[Linear]:
    found: list[Linear] = []

    def seen(line: Linear) -> Linear:
        found.append(line)
        return line

    _rewritten(obligation, seen)
    return found
