"""What a backend says. It claims; nothing here has been checked, and nothing leaves `solver` on its word."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from solver.model import Model


class Ended(StrEnum):
    """Why the backend stopped with a point in hand."""

    OPTIMAL = "optimal"
    LIMIT = "limit"
    EMERGENCY = "emergency time; not reproducible"


@dataclass(frozen=True, slots=True)
class Claim:
    """Values by column (in the column's own unit), the objective there, and the backend's own bound on it, money.
    Fractions that are exactly the backend's floats: as precise as those, no more true. `nodes`: of its search."""

    backend: str
    ended: Ended
    values: Mapping[str, Fraction]
    objective: Fraction
    bound: Fraction | None
    nodes: int = 0


class Why(StrEnum):
    """Why there is no point in hand."""

    INFEASIBLE = "the backend finds no point"  # not a proof
    UNBOUNDED = "the backend finds no end"
    LIMIT = "a limit was reached first"
    EMERGENCY = "the emergency time ran out; not reproducible"
    ERROR = "the backend failed"


@dataclass(frozen=True, slots=True)
class Failure:
    backend: str
    why: Why
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """`nodes` of branch and bound and `steps` of the simplex method are reproducible; `seconds` is an emergency.
    `gap`: stop when incumbent and bound are this close, money."""

    nodes: int = 200
    steps: int = 200_000
    gap: Fraction = Fraction(0)
    seconds: int = 60


Answer = Claim | Failure
Backend = Callable[[Model, Limits], Answer]
"""Solves a model. Guarantees: the same answer for the same model and limits, except after an emergency; never raises
for what a solver says or does; integrality of binaries only, unless a column's kind says `INTEGER` and the backend is
told to heed it."""


# --- what a claim trades -------------------------------------------------------------------------

ALIKE = Fraction(1, 10**7)
"""Of an amount: less than this between two claims is a float's error."""


def own_units(model: Model, claim: Claim) -> dict[str, Fraction]:
    """Claimed values, quantities in their own units."""
    columns = model.columns
    return {name: v * columns[name].step if columns[name].step != 1 else v for name, v in claim.values.items()}


def alike(quantities: Iterable[str], a: Mapping[str, Fraction], b: Mapping[str, Fraction]) -> bool:
    """Whether both trade the same, as far as floats can tell."""
    nothing, one = Fraction(0), Fraction(1)
    pairs = ((a.get(name, nothing), b.get(name, nothing)) for name in quantities)
    return all(abs(x - y) <= ALIKE * max(one, abs(x)) for x, y in pairs)
