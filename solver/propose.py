"""Finds the trades: claims from backends, read as whole orders, judged, mended, and only then proposed.

    linear claim (squares cut, sides told apart where it needs that) ─► read ─► certify ─► good enough? done
         └► choices that are clear are made ─► claim with binaries ─► read ─► certify
                  └► the test that rounding broke is tightened, and the model solved again, a few times
    nothing found ─► sells only ─► do nothing ─► a refusal that says what was tried

What is proposed has passed the reference judge; what is refused says which of three things is the matter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction

from policy.book.facts import Order
from policy.interval import ZERO
from policy.ir.bound import Bound, Kind, Objective, Outcome, Point
from policy.judge.verdict import Verdict
from solver.backend.mathopt import glop, highs, scip, scip_whole
from solver.certify import certify
from solver.claim import Answer, Backend, Claim, Failure, Limits, Why
from solver.encode.sheet import blank
from solver.from_ir import ALL_SIDES, PASS_ONLY, Sides, encode
from solver.model import ColumnKind, Model
from solver.orders import Booking, no_residue, orders, positions
from solver.read import Task, Trial, better, exact_values, misbooked, read, tried
from solver.repair import mended
from solver.restrict import clear_choices, eased, held, restricted
from solver.sides import crossed, settle, unsettled
from solver.slice import NEAR, slice_at
from solver.tighten import tightened

NO_SIDES = Sides()


@dataclass(frozen=True, slots=True)
class Patience:
    """When to stop. `gap`: money between the point and the bound that is close enough. `nodes` of branch and bound on a
    model whose clear choices are made, `more` on the whole model where it has at most `few` binaries or nothing was
    found. `small`: quantities of a book in which whole units are left to branch and bound. `tightenings`: how often
    a test that rounding broke is tightened; `refinements`: how often squares are cut or sides told apart.
    `seconds`: emergency, per solve."""

    gap: Fraction = ZERO
    nodes: int = 60
    more: int = 40
    few: int = 300
    small: int = 100
    tightenings: int = 3
    refinements: int = 16
    seconds: int = 60


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was tried: what, with which backend, what came of it."""

    what: str
    backend: str
    said: str
    worth: Fraction | None = None
    bound: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """Orders that pass, and how good they are. `worth`: the objective at the point, exact money; `claimed_bound`: the
    backend's word on how low it could be, None where it gave none. `model`: the exact rows, for a certificate."""

    point: Point
    orders: tuple[Order, ...]
    verdict: Verdict
    worth: Fraction
    claimed_bound: Fraction | None
    model: Model
    trace: tuple[Step, ...]
    unsearched: tuple[str, ...]

    @property
    def claimed_gap(self) -> Fraction | None:
        return None if self.claimed_bound is None else self.worth - self.claimed_bound


class Reason(StrEnum):
    """Why there is nothing to propose."""

    CLAIMED_IMPOSSIBLE = "no compliant trade, says the backend"  # "impossible" only with an exact proof
    NOT_FOUND = "no compliant trade was found"
    NOT_SEARCHED = "a rule that cannot be searched stands in the way"


@dataclass(frozen=True, slots=True)
class Refusal:
    """`standing`: the word on doing nothing; `nearest`: the point that failed least. `model`: the exact rows, of which
    a proof of impossibility would be made."""

    reason: Reason
    nearest: Point
    failing: tuple[str, ...]
    flaws: tuple[str, ...]
    standing: Verdict
    claimed_bound: Fraction | None
    model: Model
    trace: tuple[Step, ...]


@dataclass(slots=True)
class Search:
    """The state of one search: the best trial that passes, the one that fails least, the best bound, the trace."""

    task: Task
    model: Model
    patience: Patience
    found: Trial | None = None
    nearest: Trial | None = None
    bound: Fraction | None = None
    trace: list[Step] = field(default_factory=list)
    sides: Sides = NO_SIDES
    tangents: list[Mapping[str, Fraction]] = field(default_factory=list)  # values at points where squares are cut

    def heard(self, what: str, answer: Answer, *, bounds: bool) -> Claim | None:
        """Notes what a backend said; `bounds`: what it says bounds the whole model, not a restriction of it."""
        if isinstance(answer, Failure):
            self.trace.append(Step(what, answer.backend, f"{answer.why}. {answer.detail}".strip()))
            return None
        self.trace.append(Step(what, answer.backend, answer.ended.value, answer.objective, answer.bound))
        if bounds and answer.bound is not None:
            self.bound = answer.bound if self.bound is None else max(self.bound, answer.bound)
        return answer

    def judged(self, what: str, trial: Trial | None) -> Trial | None:
        """Notes the word on a point."""
        if trial is None:
            self.trace.append(Step(what, "judge", "the claim leaves choices open"))
            return None
        said = "passes" if trial.passes else f"fails: {', '.join((*trial.failing, *trial.flaws)[:3])}"
        self.trace.append(Step(what, "judge", said, trial.worth))
        if trial.passes:
            self.found = trial if self.found is None or trial.worth < self.found.worth else self.found
        else:
            self.nearest = trial if self.nearest is None else better(self.nearest, trial)
        return trial

    def enough(self) -> bool:
        """Whether what was found is close enough to what could be."""
        return self.found is not None and self.bound is not None and self.found.worth - self.bound <= self.patience.gap

    def limits(self, nodes: int = 0) -> Limits:
        return Limits(nodes=nodes, gap=self.patience.gap / 4, seconds=self.patience.seconds)


def propose(
    bound: Bound,
    goal: Objective,
    allowed: frozenset[Outcome] = PASS_ONLY,
    *,
    booking: Booking = no_residue,
    patience: Patience = Patience(),
) -> Proposal | Refusal:
    """The best point found that passes, or why there is none."""
    sheet = blank(bound)
    task = Task(bound, goal, allowed, booking, sheet)
    search = Search(task, encode(bound, goal, allowed, sides=NO_SIDES, sheet=sheet), patience)
    search.judged("do nothing", tried(task, {}))
    linear = _relaxed(search)
    if linear is not None:
        _attempt(search, "whole units", search.model, linear, glop)
        if not search.enough():
            _with_binaries(search, linear)
        if not search.enough():
            _exactly(search)
    if search.found is None and search.nearest is not None:
        search.judged("mended", mended(task, search.nearest))
    if search.found is None:
        _sells_only(search)
    return _answer(search, linear is None)


def own_units(model: Model, claim: Claim) -> dict[str, Fraction]:
    """Claimed values, quantities in their own units."""
    columns = model.columns
    return {name: v * columns[name].step if columns[name].step != 1 else v for name, v in claim.values.items()}


# --- claims --------------------------------------------------------------------------------------


def _relaxed(search: Search) -> Claim | None:
    """The model without its integrality; squares are cut by tangents where the claim breaks them, and instruments
    that it both buys and sells get their two sides told apart."""
    claim, domains = _linear(search, "linear relaxation"), search.task.bound.domains
    for _ in range(search.patience.refinements):
        if claim is None:
            return None
        values = own_units(search.model, claim)
        both = {buy for domain in domains for buy in crossed(domain, values)} - (search.sides.buys or set())
        curved = _breaks_squares(search, values)
        if not curved and not both:
            return claim
        search.sides = replace(search.sides, buys=(search.sides.buys or frozenset()) | both)
        if curved:
            _cut(search, values)
        else:
            search.model = _encoded(search, search.sides)
        claim = _linear(search, "squares cut" if curved else "sides told apart")
    return claim


def _breaks_squares(search: Search, values: Mapping[str, Fraction]) -> bool:
    """Whether squares are larger at the claim than the model knows."""
    task = search.task
    curved = tuple(o for o in task.bound.obligations if o.id in task.sheet.squares)
    if not curved:
        return False
    return slice_at(replace(task.bound, obligations=curved), task.allowed, values, task.sheet).missed > NEAR


def _cut(search: Search, values: Mapping[str, Fraction]) -> None:
    """Adds the tangents at the claim."""
    bound = search.task.bound
    chosen = {name: values[name] for name in bound.quantities if values.get(name)}
    search.tangents.append(exact_values(bound, chosen))
    search.model = _encoded(search, search.sides)


def _linear(search: Search, what: str) -> Claim | None:
    first = glop(search.model, search.limits(), None)
    claim = search.heard(what, first, bounds=True)
    if claim is None and isinstance(first, Failure) and first.why is not Why.INFEASIBLE:
        claim = search.heard(what, highs(search.model, search.limits(), None), bounds=True)
    return claim


def _encoded(search: Search, sides: Sides) -> Model:
    task = search.task
    return encode(task.bound, task.goal, task.allowed, sides=sides, tangents=search.tangents, sheet=task.sheet)


def _with_binaries(search: Search, linear: Claim) -> None:
    """Branch and bound: on the model with what is clear left continuous; then, where that is not enough, with what is
    clear held; then on the whole model."""
    model, patience = search.model, search.patience
    binaries = sum(column.kind is ColumnKind.BINARY for column in model.columns.values())
    if binaries == 0:
        return
    values = linear.values
    _branched(search, "open choices", lambda: eased(search.model, values), patience.nodes, bounds=True)
    if search.found is None:
        _branched(
            search,
            "clear choices made",
            lambda: restricted(search.model, clear_choices(search.model, values)),
            patience.nodes,
            bounds=False,
        )
    if not search.enough() and (search.found is None or binaries <= patience.few):
        _branched(search, "all choices", lambda: search.model, patience.more, bounds=True)


def _exactly(search: Search) -> None:
    """Every either-or of trading as rows; in a small book whole units too, so that nothing is left to rounding."""
    small = len(search.task.bound.quantities) <= search.patience.small
    if search.found is None or small:
        what, backend = ("all sides and units", scip_whole) if small else ("all sides", scip)
        nodes = search.patience.nodes
        _branched(search, what, lambda: _encoded(search, ALL_SIDES), nodes, bounds=True, backend=backend)


def _branched(
    search: Search, what: str, model: Callable[[], Model], nodes: int, *, bounds: bool, backend: Backend = scip
) -> None:
    """Branch and bound on what `model` makes of the present cuts; squares that the claim breaks are cut once more."""
    for _ in range(search.patience.refinements):
        asked = model()
        claim = search.heard(what, backend(asked, search.limits(nodes), None), bounds=bounds)
        if claim is None:
            return
        _attempt(search, what, asked, claim, backend)
        values = own_units(asked, claim)
        if search.found is not None or not _breaks_squares(search, values):
            return
        _cut(search, values)


def _attempt(search: Search, what: str, model: Model, claim: Claim, backend: Backend) -> None:
    """Settles the sides of the claim, reads it, and tightens what rounding broke."""
    linear = backend is glop and not _integral(search.model, claim)
    settled = _settled(search, what, model, claim, backend)
    if settled is None:
        return
    model, claim = settled
    trial = search.judged(what, read(search.task, own_units(model, claim), choices_made=not linear))
    for _ in range(0 if linear else search.patience.tightenings):
        if trial is None or trial.passes:
            return
        rows = tightened(search.task, model, own_units(model, claim), trial)
        if not rows:
            return
        model, limits = restricted(model, rows), search.limits(search.patience.nodes)
        again = search.heard(f"{what}, tightened", backend(model, limits, None), bounds=False)
        if again is None:
            return
        claim, trial = again, search.judged(f"{what}, tightened", read(search.task, own_units(model, again)))


def _integral(model: Model, claim: Claim) -> bool:
    """Whether every choice is made."""
    binaries = (n for n, column in model.columns.items() if column.kind is ColumnKind.BINARY)
    return all(claim.values[name] in (0, 1) for name in binaries)


def _settled(search: Search, what: str, model: Model, claim: Claim, backend: Backend) -> tuple[Model, Claim] | None:
    """The claim with a side for every instrument, and with what booking will add; solved again where the backend left
    that open."""
    held_by = positions(search.task.bound)
    for _ in range(3):
        amounts = own_units(model, claim)
        rows = misbooked(search.task, amounts)
        if unsettled(search.task.bound, held_by, amounts):
            rows += settle(search.task.bound, held_by, amounts)
        if not rows:
            return model, claim
        model = restricted(model, rows)
        limits = search.limits(search.patience.nodes)
        again = search.heard(f"{what}, sides settled", backend(model, limits, None), bounds=False)
        if again is None:
            return None
        claim = again
    return model, claim


# --- when nothing was found ------------------------------------------------------------------------


def _sells_only(search: Search) -> None:
    buys = [q.name for q in search.task.bound.quantities.values() if q.kind in (Kind.BUY, Kind.SHORT)]
    none = [held(name, None, ZERO) for name in buys]
    _branched(search, "sells only", lambda: restricted(search.model, none), search.patience.nodes, bounds=False)


def _answer(search: Search, no_relaxation: bool) -> Proposal | Refusal:
    bound = search.task.bound
    trace = tuple(search.trace)
    unsearched = tuple(o.id for o in bound.obligations if o.id not in search.model.searched)
    if search.found is not None:
        word = certify(bound, search.found.point)
        assert word.passes(search.task.allowed), "two readings of the judge differ"
        made = orders(bound, search.found.point)
        point, worth = search.found.point, search.found.worth
        return Proposal(point, made, word.verdict, worth, search.bound, search.model, trace, unsearched)
    nearest = search.nearest
    assert nearest is not None, "doing nothing was tried"
    impossible = no_relaxation and any(Why.INFEASIBLE in step.said for step in trace)
    blocked = bool(nearest.failing) and set(nearest.failing) <= set(unsearched)
    reason = Reason.CLAIMED_IMPOSSIBLE if impossible else Reason.NOT_SEARCHED if blocked else Reason.NOT_FOUND
    standing = certify(bound, tried(search.task, {}).point).verdict
    return Refusal(reason, nearest.point, nearest.failing, nearest.flaws, standing, search.bound, search.model, trace)
