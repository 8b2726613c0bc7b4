"""What is tried, one thing after another: claims are asked for, read as whole orders, judged and mended."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from policy.interval import ZERO
from policy.ir.bound import Kind
from policy.judge.reach import behind, names
from solver.backend.mathopt import glop, highs, scip, scip_whole
from solver.claim import Backend, Claim, Failure, Why, alike, own_units
from solver.from_ir import ALL_SIDES, Sides, encode
from solver.model import ColumnKind, Model
from solver.orders import positions
from solver.read import exact_values, misbooked, read
from solver.restrict import clear_choices, eased, held, restricted
from solver.search import Search
from solver.sides import crossed, settle, unsettled
from solver.slice import NEAR, column_at, slice_at
from solver.tighten import tightened

FLAT = 3
"""Cuts in a row that the objective of a relaxation does not feel: what is broken waits for a choice."""


@dataclass(frozen=True, slots=True)
class Tactic:
    """A way to ask. `nodes` of branch and bound; `bounds`: what the backend says bounds the whole model, not only a
    restriction of it; `still`: quantities that rounding leaves alone."""

    what: str
    nodes: int
    bounds: bool
    backend: Backend = scip
    still: frozenset[str] = frozenset()


# --- the model without its integrality -----------------------------------------------------------


def relaxed(search: Search) -> Claim | None:
    """Squares are cut by tangents where the claim breaks them, and instruments that it both buys and sells get their
    two sides told apart."""
    claim, domains, flat = _linear(search, "linear relaxation"), search.task.bound.domains, 0
    for _ in range(search.patience.refinements):
        if claim is None:
            return None
        values = own_units(search.model, claim)
        both = {buy for domain in domains for buy in crossed(domain, values)} - (search.sides.buys or set())
        search.sides = replace(search.sides, buys=(search.sides.buys or frozenset()) | both)
        curved = flat < FLAT and _cut(search, values)
        if not curved and not both:
            return claim
        search.model, before = _encoded(search, search.sides), claim.objective
        claim = _linear(search, "squares cut" if curved else "sides told apart")
        flat = flat + 1 if claim is not None and claim.objective - before <= NEAR * abs(before) else 0
    return claim


def _cut(search: Search, values: Mapping[str, Fraction]) -> bool:
    """Adds the tangents at the claim, for the next model, where squares are larger there than this one knows. Not
    twice at one point: what is still broken there waits for a choice, and equal rows only trouble a backend."""
    bound, allowed, sheet = search.task.bound, search.task.allowed, search.task.sheet
    curved = tuple(o for o in bound.obligations if o.id in sheet.squares)
    if not curved or slice_at(replace(bound, obligations=curved), allowed, values, sheet).missed <= NEAR:
        return False
    if any(alike(bound.quantities, values, tangent) for tangent in search.tangents):
        return False
    search.tangents.append(exact_values(bound, {name: values[name] for name in bound.quantities if values.get(name)}))
    return True


def _linear(search: Search, what: str) -> Claim | None:
    first = glop(search.model, search.limits())
    claim = search.heard(what, first, bounds=True)
    if claim is None and isinstance(first, Failure) and first.why is not Why.INFEASIBLE:
        claim = search.heard(what, highs(search.model, search.limits()), bounds=True)
    return claim


def _encoded(search: Search, sides: Sides) -> Model:
    task = search.task
    return encode(task.bound, task.goal, task.allowed, sides=sides, tangents=search.tangents, sheet=task.sheet)


# --- with binaries -------------------------------------------------------------------------------


def rounded(search: Search, linear: Claim) -> None:
    """The linear claim in whole units."""
    open_choices = any(
        linear.values[name] not in (0, 1)
        for name, column in search.model.columns.items()
        if column.kind is ColumnKind.BINARY
    )
    _attempt(search, Tactic("whole units", 0, bounds=False, backend=glop), search.model, linear, made=not open_choices)


def chosen(search: Search, linear: Claim) -> None:
    """Branch and bound: on the model with what is clear left continuous; then, where that is not enough, with what is
    clear held; then on the whole model."""
    model, patience = search.model, search.patience
    binaries = sum(column.kind is ColumnKind.BINARY for column in model.columns.values())
    if binaries == 0:
        return
    amounts = own_units(model, linear)

    def values() -> dict[str, Fraction]:
        """The claim, and what it makes of forms that cuts speak of since."""
        sheet, known = search.task.sheet, linear.values
        return {n: known[n] if n in known else column_at(n, sheet, amounts) for n in search.model.columns}

    _branched(search, Tactic("open choices", patience.nodes, bounds=True), lambda: eased(search.model, values()))
    if search.found is None:
        tactic = Tactic("clear choices made", patience.nodes, bounds=False)
        _branched(search, tactic, lambda: restricted(search.model, clear_choices(search.model, values())))
    if not search.enough() and (search.found is None or binaries <= patience.few):
        _branched(search, Tactic("all choices", patience.more, bounds=True), lambda: search.model)


def exactly(search: Search) -> None:
    """Every either-or of trading as rows: in a small book with whole units too, so that nothing is left to rounding;
    without, where that is not so or found nothing (with units and lots of odd ends SCIP has lost points that exist)."""
    nodes = search.patience.nodes
    if len(search.task.bound.quantities) <= search.patience.small:
        tactic = Tactic("all sides and units", nodes, bounds=True, backend=scip_whole)
        _branched(search, tactic, lambda: _encoded(search, ALL_SIDES))
    if search.found is None:
        _branched(search, Tactic("all sides", nodes, bounds=True), lambda: _encoded(search, ALL_SIDES))


def left_alone(search: Search) -> None:
    """What is judged and not searched, holds while nothing is traded, and failed in what was tried, is kept by not
    trading what it speaks of."""
    bound, kept = search.task.bound, set[str]()
    while search.found is None:
        failed = search.failed - search.model.searched - set(search.idle.failing)
        if failed <= kept:
            return
        kept |= failed
        speaks = names(rung.formula for o in bound.obligations if o.id in kept for rung in o.ladder)
        spoken = {*speaks, *(name for form in behind(bound.forms, speaks).values() for _, name in form.terms)}
        traded = [q.name for q in bound.quantities.values() if q.kind is not Kind.RESIDUE and q.name in spoken]
        _without(search, "what is not searched left alone", traded)


def sells_only(search: Search) -> None:
    quantities = search.task.bound.quantities
    _without(search, "sells only", [name for name, q in quantities.items() if q.kind in (Kind.BUY, Kind.SHORT)])


def _without(search: Search, what: str, untraded: Collection[str]) -> None:
    none = [held(name, None, ZERO) for name in untraded]
    tactic = Tactic(what, search.patience.nodes, bounds=False, still=frozenset(untraded))
    _branched(search, tactic, lambda: restricted(search.model, none))


def _branched(search: Search, tactic: Tactic, model: Callable[[], Model]) -> None:
    """Branch and bound on what `model` makes of the present cuts; squares that the claim breaks are cut once more."""
    for _ in range(search.patience.refinements):
        asked = model()
        answer = tactic.backend(asked, search.limits(tactic.nodes))
        claim = search.heard(tactic.what, answer, bounds=tactic.bounds)
        if claim is None:
            return
        cut = _cut(search, own_units(asked, claim))
        _attempt(search, tactic, asked, claim, made=True, final=not cut)
        if search.found is not None or not cut:
            return
        search.model = _encoded(search, search.sides)


# --- from a claim to a trial ---------------------------------------------------------------------


def _attempt(search: Search, tactic: Tactic, model: Model, claim: Claim, *, made: bool, final: bool = True) -> None:
    """Settles the sides of the claim, reads it, and tightens what rounding broke. `made`: whether the claim has made
    its choices; `final`: whether the model will not be refined and asked again."""
    settled = _settled(search, tactic, model, claim)
    if settled is None:
        return
    model, claim = settled
    amounts = own_units(model, claim)
    trial = search.judged(tactic.what, read(search.task, amounts, choices_made=made, still=tactic.still))
    for _ in range(search.patience.tightenings if made and final else 0):
        tighter = None if trial is None or trial.passes else tightened(search.task, model, amounts, trial)
        if tighter is None:
            return
        model, before = tighter, amounts
        again = _again(search, tactic, model, "tightened")
        if again is None or alike(search.task.bound.quantities, amounts := own_units(model, again), before):
            return
        trial = search.judged(f"{tactic.what}, tightened", read(search.task, amounts, still=tactic.still))


def _settled(search: Search, tactic: Tactic, model: Model, claim: Claim) -> tuple[Model, Claim] | None:
    """The claim with a side for every instrument, and with what booking will add; solved again where the backend left
    that open."""
    bound = search.task.bound
    held_by = positions(bound)
    for _ in range(3):
        amounts = own_units(model, claim)
        rows = misbooked(search.task, amounts)
        if unsettled(bound, held_by, amounts):
            rows += settle(bound, held_by, amounts)
        if not rows:
            return model, claim
        model = restricted(model, rows)
        again = _again(search, tactic, model, "sides settled")
        if again is None:
            return None
        claim = again
    return model, claim


def _again(search: Search, tactic: Tactic, model: Model, why: str) -> Claim | None:
    answer = tactic.backend(model, search.limits(search.patience.nodes))
    return search.heard(f"{tactic.what}, {why}", answer, bounds=False)
