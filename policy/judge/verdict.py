"""What the judge answers: one finding per obligation, one verdict over them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from policy.interval import Number
from policy.ir.bound import Obligation, Outcome, Point


class FillSafety(StrEnum):
    """What a clause tested at `trade` promises while orders are only partly filled."""

    ALWAYS = "passes always"
    ORDERED = "passes if these fill before those"
    COMPLETE = "passes only when complete"
    NOT_PROVEN = "not proven"


@dataclass(frozen=True, slots=True)
class Measured:
    """One leaf at the point. `headroom` is bound − measure for a cap, measure − bound for a floor, in `unit`;
    negative when broken. `over`: the base, when the leaf is read as a share of it. `contributors`: the parts
    of the measure by name, largest first."""

    label: str
    op: str
    unit: str
    value: Number
    bound: Number
    headroom: Number
    over: Number | None
    holds: bool | None
    contributors: tuple[tuple[str, Number], ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer for one obligation. `deciding` is the leaf that settled it (the tightest that holds, or the
    worst that fails); `within` tells whether the clause's own limit holds, whatever a tolerance excuses. `state`:
    the partly filled state that the finding is of, where a clause tested at `trade` fails on the way; else None,
    and the finding is of the end."""

    obligation: Obligation
    outcome: Outcome
    reason: str
    within: bool | None
    deciding: Measured | None
    fills: FillSafety | None = None
    state: Point | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """All findings, in the order of the obligations, and the worst outcome among them."""

    outcome: Outcome
    findings: tuple[Finding, ...]
