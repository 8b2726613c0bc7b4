"""Finds the trades: claims from backends, read as whole orders, judged, mended, and only then proposed.

    linear claim (squares cut, sides told apart where it needs that) ─► read ─► certify ─► good enough? done
         └► choices that are clear are made ─► claim with binaries ─► read ─► certify
                  └► the test that rounding broke is tightened, and the model solved again, a few times
    nothing found ─► single units moved ─► what is not searched left alone ─► sells only ─► a refusal that says what was
                     tried

What is proposed has passed the reference judge; what is refused says which of three things is the matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from policy.book.facts import Order
from policy.ir.bound import Bound, Objective, Outcome, Point
from policy.judge.verdict import Verdict
from solver.certify import certify
from solver.claim import Why
from solver.encode.sheet import blank
from solver.from_ir import PASS_ONLY, encode
from solver.model import Model
from solver.orders import Booking, no_residue, orders
from solver.read import Task, tried
from solver.repair import mended
from solver.search import NO_SIDES, USUAL, Patience, Search, Step
from solver.tactics import chosen, exactly, left_alone, relaxed, rounded, sells_only


@dataclass(frozen=True, slots=True)
class Proposal:
    """Orders that pass, and how good they are. `worth`: the objective at the point, exact money; `nothing`: that of
    doing nothing; `claimed_bound`: the backend's word on how low it could be, None where it gave none. `model`: the
    exact rows, for a certificate."""

    point: Point
    orders: tuple[Order, ...]
    verdict: Verdict
    worth: Fraction
    nothing: Fraction
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
    """`standing`: the word on doing nothing, `nothing`: its objective; `nearest`: the point that failed least. `model`:
    the exact rows, of which a proof of impossibility would be made."""

    reason: Reason
    nearest: Point
    failing: tuple[str, ...]
    flaws: tuple[str, ...]
    standing: Verdict
    nothing: Fraction
    claimed_bound: Fraction | None
    model: Model
    trace: tuple[Step, ...]


def propose(
    bound: Bound,
    goal: Objective,
    allowed: frozenset[Outcome] = PASS_ONLY,
    *,
    booking: Booking = no_residue,
    patience: Patience = USUAL,
) -> Proposal | Refusal:
    """The best point found that passes, or why there is none."""
    sheet = blank(bound)
    task = Task(bound, goal, allowed, booking, sheet)
    search = Search(task, encode(bound, goal, allowed, sides=NO_SIDES, sheet=sheet), patience, tried(task, {}))
    search.judged("do nothing", search.idle)
    linear = relaxed(search)
    if linear is not None:
        rounded(search, linear)
        if not search.enough():
            chosen(search, linear)
        if not search.enough():
            exactly(search)
    if search.found is None and search.nearest is not None:
        search.judged("mended", mended(task, search.nearest))
    if search.found is None:
        left_alone(search)
    if search.found is None:
        sells_only(search)
    return _answer(search, linear is None)


def _answer(search: Search, no_relaxation: bool) -> Proposal | Refusal:
    bound, nothing = search.task.bound, search.idle.worth
    trace = tuple(search.trace)
    unsearched = tuple(o.id for o in bound.obligations if o.id not in search.model.searched)
    if search.found is not None:
        word = certify(bound, search.found.point)
        assert word.passes(search.task.allowed), "two readings of the judge differ"
        made = orders(bound, search.found.point)
        point, worth = search.found.point, search.found.worth
        return Proposal(point, made, word.verdict, worth, nothing, search.bound, search.model, trace, unsearched)
    nearest = search.nearest
    assert nearest is not None, "doing nothing was tried"
    impossible = no_relaxation and any(step.ended is Why.INFEASIBLE for step in trace)
    blocked = bool(nearest.failing) and set(nearest.failing) <= set(unsearched)
    reason = Reason.CLAIMED_IMPOSSIBLE if impossible else Reason.NOT_SEARCHED if blocked else Reason.NOT_FOUND
    standing = certify(bound, search.idle.point).verdict
    return Refusal(
        reason, nearest.point, nearest.failing, nearest.flaws, standing, nothing, search.bound, search.model, trace
    )
