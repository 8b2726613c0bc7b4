"""From a claim to a point that can be traded: whole units, residues as booking makes them, and the exact word on it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction

from policy.interval import ZERO
from policy.ir import meaning
from policy.ir.bound import Bound, Kind, Objective, Outcome, Point
from solver.backend.rounding import Effort, whole_units
from solver.certify import flaws, outcomes
from solver.encode.sheet import Sheet
from solver.model import Row
from solver.objective import value
from solver.orders import Booking, settled
from solver.restrict import held
from solver.sides import NOISE
from solver.slice import Slice, slice_at


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be solved. `sheet`: what has been read of the bound book already."""

    bound: Bound
    goal: Objective
    allowed: frozenset[Outcome]
    booking: Booking
    sheet: Sheet


@dataclass(frozen=True, slots=True)
class Trial:
    """A point in whole units and the exact word on it. `failing`: obligations that end in an outcome that is not
    allowed; `flaws`: what is wrong with the orders; `worth`: the objective, exactly."""

    point: Point
    failing: tuple[str, ...]
    flaws: tuple[str, ...]
    worth: Fraction

    @property
    def passes(self) -> bool:
        return not self.failing and not self.flaws


FAR = Fraction(1, 500)
"""A claim that misses a requirement by this share of it is not between whole units; it has left a choice open."""
CENT = Fraction(1, 100)
NOTICED = Fraction(1, 10**5)  # of what an account trades: more than this between claim and booking is put right
WIDE = 800  # quantities; in a smaller book, all of them may move from the start
EFFORT = Effort()
BRIEF = Effort(steps=60, passes=2)


def tried(task: Task, point: Point) -> Trial:
    """The exact word on a point; its residues are what booking makes them."""
    point = settled(task.bound, point, task.booking)
    at = meaning.values(task.bound.forms, point)
    said = outcomes(task.bound, at)
    failing = tuple(o.id for o, s in zip(task.bound.obligations, said, strict=True) if s not in task.allowed)
    return Trial(point, failing, flaws(task.bound, point, at), value(task.goal, at))


def read(
    task: Task, values: Mapping[str, Fraction], *, choices_made: bool = True, still: Collection[str] = ()
) -> Trial | None:
    """The claim in whole units. `values`: by column, quantities in their own units. Rounded in the slice of the
    claim, first with the quantities that trade, then with all; then once more in the slice of what came out. None
    where the claim has not made its choices and is far from what any choice requires. `still`: quantities that are to
    stay where they are."""
    quantities = task.bound.quantities.values()
    chosen = [q.name for q in quantities if q.kind is not Kind.RESIDUE and q.name not in still]
    traded = [name for name in chosen if values.get(name)]
    near = slice_at(task.bound, task.allowed, values, task.sheet)
    if not choices_made and near.missed > FAR:
        return None
    trial = _rounded(task, near, values, chosen if len(chosen) <= WIDE else traded, EFFORT)
    if not trial.passes and len(chosen) > WIDE:
        trial = better(trial, _rounded(task, near, values, chosen, BRIEF))
    if not trial.passes:
        at = exact_values(task.bound, trial.point)
        again = slice_at(task.bound, task.allowed, at, task.sheet)
        trial = better(trial, _rounded(task, again, at, chosen, BRIEF))
    return trial


def better(a: Trial, b: Trial) -> Trial:
    """The one that fails less, then the cheaper one."""
    return min(a, b, key=lambda t: (len(t.failing) + len(t.flaws), t.worth))


def exact_values(bound: Bound, point: Point) -> dict[str, Fraction]:
    """All columns that are exact at the point; what is not exact is found through its ends."""
    found = {**dict.fromkeys(bound.quantities, ZERO), **meaning.values(bound.forms, point)}
    return {name: v for name, v in found.items() if isinstance(v, Fraction)}


def _rounded(task: Task, near: Slice, values: Mapping[str, Fraction], movable: list[str], effort: Effort) -> Trial:
    """Rounds with residues as the last rounding booked them, until they agree."""
    claim = {name: values[name] for name in task.bound.quantities if values.get(name)}
    claim |= residues(task, claim)
    for _ in range(3):
        trial = tried(task, whole_units(task.bound, task.goal, near, claim, movable, effort))
        booked = _residues(task, trial.point)
        if trial.passes or all(booked[name] >= claim.get(name, ZERO) for name in booked):
            return trial
        claim |= {name: min(amount, claim.get(name, ZERO)) for name, amount in booked.items()}
    return trial


def misbooked(task: Task, values: Mapping[str, Fraction]) -> list[Row]:
    """Restrictions to what booking the claim adds, where the claim counts on noticeably more."""
    quantities = task.bound.quantities
    chosen = {name: values[name] for name, q in quantities.items() if q.instrument and values.get(name, ZERO) > NOISE}
    prices = {domain.account: domain.prices for domain in task.bound.domains}
    traded: dict[str, Fraction] = {}
    for name, amount in chosen.items():
        q = quantities[name]
        traded[q.account] = traded.get(q.account, CENT) + amount * prices[q.account].get(q.instrument or "", ZERO)
    return [
        held(name, None, amount)
        for name, amount in residues(task, chosen).items()
        if values.get(name, ZERO) - amount > max(CENT, NOTICED * traded.get(quantities[name].account, ZERO))
    ]


def residues(task: Task, point: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """What booking adds, for every account."""
    return _residues(task, settled(task.bound, point, task.booking))


def _residues(task: Task, booked: Point) -> dict[str, Fraction]:
    kinds = task.bound.quantities
    return {name: booked.get(name, ZERO) for name, q in kinds.items() if q.kind is Kind.RESIDUE}
