"""The state of one search: what was tried, what came of it, when to stop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from policy.interval import ZERO
from solver.claim import Answer, Claim, Ended, Failure, Limits, Why
from solver.from_ir import Sides
from solver.model import Model
from solver.read import Task, Trial, better

NO_SIDES = Sides()


@dataclass(frozen=True, slots=True)
class Patience:
    """When to stop. `gap`: money between the point and the bound that is close enough, not below 0. `nodes` of branch
    and bound on a model whose clear choices are made, `more` on the whole model where it has at most `few` binaries or
    nothing was found. `small`: quantities of a book in which whole units are left to branch and bound. `tightenings`:
    how often a test that rounding broke is tightened; `refinements`: how often squares are cut or sides told apart.
    `seconds`: emergency, per solve."""

    gap: Fraction = ZERO
    nodes: int = 60
    more: int = 40
    few: int = 300
    small: int = 100
    tightenings: int = 3
    refinements: int = 16
    seconds: int = 60

    def __post_init__(self) -> None:
        assert self.gap >= 0, "no point is better than the bound"


USUAL = Patience()


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was tried: what, with which backend, what came of it. `ended`: why a backend stopped."""

    what: str
    backend: str
    said: str
    worth: Fraction | None = None
    bound: Fraction | None = None
    ended: Ended | Why | None = None


def reproducible(trace: Iterable[Step]) -> bool:
    """Whether a rerun gives the same answer: no backend met its emergency clock."""
    return not any(step.ended in (Ended.EMERGENCY, Why.EMERGENCY) for step in trace)


@dataclass(slots=True)
class Search:
    """The state of one search: the best trial that passes, the one that fails least, the best bound, the trace.
    `idle`: doing nothing; `failed`: the obligations that failed in some trial."""

    task: Task
    model: Model
    patience: Patience
    idle: Trial
    failed: set[str] = field(default_factory=set)
    found: Trial | None = None
    nearest: Trial | None = None
    bound: Fraction | None = None
    trace: list[Step] = field(default_factory=list)
    sides: Sides = NO_SIDES
    tangents: list[Mapping[str, Fraction]] = field(default_factory=list)  # values at points where squares are cut

    def heard(self, what: str, answer: Answer, *, bounds: bool) -> Claim | None:
        """Notes what a backend said; `bounds`: what it says bounds the whole model, not a restriction of it."""
        if isinstance(answer, Failure):
            self.trace.append(Step(what, answer.backend, f"{answer.why}. {answer.detail}".strip(), ended=answer.why))
            return None
        self.trace.append(Step(what, answer.backend, answer.ended.value, answer.objective, answer.bound, answer.ended))
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
        self.failed.update(trial.failing)
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
