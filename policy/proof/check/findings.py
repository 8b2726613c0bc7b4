"""`decision/checks.json`: what the judge found, and whether it is what the verifier finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import assert_never

from policy.canonical import Json, rational
from policy.proof.check.case import (
    RANK,
    All,
    Any,
    Case,
    Formula,
    Kind,
    Leaf,
    Not,
    Obligation,
    Op,
    Outcome,
    Truth,
)
from policy.proof.check.evaluate import Values, holds, linear, outcome, scalar, values, worst
from policy.proof.check.from_json import number
from policy.proof.check.ranges import ZERO, Number, at_most, minus
from policy.proof.reading import ShapeError, array, boolean, choice, members, optional, pairs, pairs_of, text

FINDING = ("obligation", "outcome", "reason", "within", "deciding", "fills", "state")
FILLS = ("passes always", "passes if these fill before those", "passes only when complete", "not proven")
Point = Mapping[str, Fraction]

MEASURED = ("label", "op", "unit", "value", "bound", "headroom", "over", "holds", "contributors")


@dataclass(frozen=True, slots=True)
class Measured:
    """One leaf at the point, as stated."""

    label: str
    op: Op
    unit: str
    value: Number
    bound: Number
    headroom: Number
    over: Number | None
    holds: bool | None


@dataclass(frozen=True, slots=True)
class Finding:
    """`obligation`: its id. `fills`: what is promised while orders are only partly filled, where it is tested then.
    `state`: the partly filled point that the finding is of, where the obligation fails on the way."""

    obligation: str
    outcome: Outcome
    reason: str
    deciding: Measured | None
    fills: str | None
    state: Point | None


@dataclass(frozen=True, slots=True)
class Checks:
    outcome: Outcome
    findings: tuple[Finding, ...]


def checks(value: Json, case: Case) -> Checks:
    """The findings; ShapeError or CanonicalError where the JSON is not exactly a verdict on the case's obligations."""
    top = members(value, "outcome", "findings")
    findings = tuple(_finding(item) for item in array(top["findings"]))
    named = [finding.obligation for finding in findings]
    if named != list(case.obligations):
        odd = sorted(set(named) ^ case.obligations.keys())
        raise ShapeError(f"does not list every obligation once, in order ({', '.join(odd[:3]) or 'another order'})")
    return Checks(choice(top["outcome"], Outcome), findings)


def point(value: Json) -> Point:
    """Quantities by name, in order, zeros left out."""
    found = {name: rational(amount) for name, amount in pairs(value)}
    if list(found) != sorted(found) or not all(found.values()):
        raise ShapeError("a point is sorted by name and leaves zeros out")
    return found


def differences(case: Case, stated: Checks, end: Values, ended: Mapping[str, Outcome]) -> Iterator[str]:
    """Where the stated checks are not what the obligations say: at the end, or in the partly filled state that a
    finding names, which may only make the answer worse."""
    for finding in stated.findings:
        obligation = case.obligations[finding.obligation]
        at, found = end, ended[obligation.id]
        if finding.state is not None:
            at = values(case, finding.state)
            if RANK[found] > RANK[finding.outcome] or not _is_on_the_way(case, obligation, at, end):
                yield f"`{obligation.id}` is judged in a state that is not on the way, or to hide the end"
            found = outcome(obligation, at)
        if found is not finding.outcome:
            yield f"`{obligation.id}` is stated as {finding.outcome}, and is {found}"
        if finding.deciding is not None and not _is_measured(finding.deciding, obligation, at):
            yield f"the figures of `{obligation.id}` are not those of any test in it"
    if stated.outcome is not (overall := worst(finding.outcome for finding in stated.findings)):
        yield f"the whole is stated as {stated.outcome}, and is {overall}"


def _is_on_the_way(case: Case, obligation: Obligation, at: Values, end: Values) -> bool:
    """Whether every chosen quantity is between nothing and what is ordered, and the obligation is tested at trade."""
    chosen = (name for name, quantity in case.quantities.items() if quantity.kind is not Kind.RESIDUE)
    return "trade" in obligation.moments and all(
        at_most(ZERO, at[name]) is True and at_most(at[name], end[name]) is True for name in chosen
    )


def _is_measured(stated: Measured, obligation: Obligation, at: Values) -> bool:
    """Whether some leaf of the obligation has this label and exactly these figures."""
    return any(
        (found.label, found.op, found.unit) == (stated.label, stated.op, stated.unit) and measured(found, at) == stated
        for rung in obligation.ladder
        for found in leaves(rung.formula)
    )


def measured(node: Leaf, at: Values) -> Measured:
    value, bound = scalar(node.measure, at), scalar(node.bound, at)
    room = minus(bound, value) if node.op in (Op.LE, Op.LT) else minus(value, bound)
    base = node.shown_over or node.base
    over = None if base is None else linear(base, at)
    return Measured(node.label, node.op, node.unit, value, bound, room, over, holds(node, value, bound, at))


def leaves(formula: Formula) -> Iterator[Leaf]:
    match formula:
        case Leaf():
            yield formula
        case All(parts) | Any(parts):
            for part in parts:
                yield from leaves(part)
        case Not(part):
            yield from leaves(part)
        case Truth():
            return
        case _:
            assert_never(formula)


def _finding(value: Json) -> Finding:
    found = members(value, *FINDING)
    optional(found["within"], boolean)
    return Finding(
        obligation=text(found["obligation"]),
        outcome=choice(found["outcome"], Outcome),
        reason=text(found["reason"]),
        deciding=optional(found["deciding"], _measured),
        fills=optional(found["fills"], _fills),
        state=optional(found["state"], point),
    )


def _fills(value: Json) -> str:
    if text(value) not in FILLS:
        raise ShapeError(f"there is no promise about fills such as `{value}`")
    return text(value)


def _measured(value: Json) -> Measured:
    found = members(value, *MEASURED)
    for name, part in pairs_of(array(found["contributors"])):
        text(name)
        number(part)
    return Measured(
        label=text(found["label"]),
        op=choice(found["op"], Op),
        unit=text(found["unit"]),
        value=number(found["value"]),
        bound=number(found["bound"]),
        headroom=number(found["headroom"]),
        over=optional(found["over"], number),
        holds=optional(found["holds"], boolean),
    )
