"""The tree of cases behind a certificate: binaries decided one by one where the bound is weakest, within a budget.

A plain branch and bound, run after the search for a good point and only to prove; its leaves are what the certificate
prints. It is small because it starts from the goal: a case whose bound is good enough is never opened.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from heapq import heappop, heappush

Fix = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Case:
    """`value`: what the multipliers prove in it, exactly (None: nothing); of c = 0 when `empty`. `rank`: the same or,
    of c = 0, the backend's claim; the weakest comes first. `split`: the binary to decide next. `point`: the claimed
    values of watched columns, if any. `solved`: the backend had an answer; where it failed, all is from above."""

    fix: Fix
    duals: Mapping[str, Fraction]
    value: Fraction | None
    rank: Fraction
    empty: bool
    split: str | None
    point: Mapping[str, Fraction]
    solved: bool


class Stop(StrEnum):
    """Why a tree was not grown any further."""

    GOAL = "every case reaches the goal"
    EMPTY = "every case is empty"
    LEAVES = "the budget of leaves is used up"
    DECIDED = "the weakest case has nothing left to decide"
    FAILED = "the backend failed in the weakest case"


@dataclass(frozen=True, slots=True)
class Tree:
    """`cases` cover everything, the weakest first, the empty ones last."""

    cases: tuple[Case, ...]
    stop: Stop


Examine = Callable[[Fix, Case | None], Case]
"""What is known of the case with these fixings; the second argument is the case that it is a part of."""


def grow(examine: Examine, goal: Fraction | None, leaves: int) -> Tree:
    """Opens the weakest case until every case that is not empty has a value of at least `goal` (None: never)."""
    queue: list[tuple[bool, Fraction, int, Case]] = []
    empty: list[Case] = []
    fresh = [examine((), None)]
    count = 0
    while True:
        for case in fresh:
            count += 1
            if case.empty:
                empty.append(case)
            else:
                heappush(queue, (case.value is not None, case.rank, count, case))
        stop = _stop(queue, goal, leaves - len(queue) - len(empty))
        if stop is not None:
            return Tree((*(case for *_, case in sorted(queue)), *empty), stop)
        weakest = heappop(queue)[-1]
        assert weakest.split is not None, "a case that is opened has a binary to decide"
        fresh = [examine((*weakest.fix, (weakest.split, value)), weakest) for value in (0, 1)]


def _stop(queue: list[tuple[bool, Fraction, int, Case]], goal: Fraction | None, room: int) -> Stop | None:
    if not queue:
        return Stop.EMPTY
    weakest = queue[0][-1]
    if goal is not None and weakest.value is not None and weakest.value >= goal:
        return Stop.GOAL
    if weakest.split is None:
        return Stop.DECIDED if weakest.solved else Stop.FAILED
    return None if room > 0 else Stop.LEAVES
