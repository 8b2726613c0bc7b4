"""Which rules cannot hold together, as few of them as possible, and by how much each would have to give.

A conflict is a set of sources (obligations, domains of accounts) whose rows have no common point, proven; it is minimal
when the search found a point after leaving out any one of them. What a limit has to give is bracketed: `at_least` is
proven; `enough` is claimed by the search, rounded up and tried again. Units may be divided in both.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from math import ceil

from policy.proof.certificate import Certificate
from policy.proof.duality import Affine, Program
from solver.backend.duals import Solved
from solver.cases import Bench, bench, bounding, emptying
from solver.certificate import Subject, budget, impossible, provable, wishless
from solver.duality import Box
from solver.limit import is_limit
from solver.model import Model
from solver.reading import Reading, read
from solver.tree import Stop, Tree, grow

PRINTED = 100  # figures are rounded up to hundredths of the limit's unit
NOISE = Fraction(1, 1_000_000)  # of a claimed figure, that is not worth a hundredth more
MISSED = Fraction(1, 10**7)  # in a claimed point, of all rows together: a float's error (solver/backend/scaled.py)
ALONE = 32  # limits of a conflict that are each relaxed alone
WORK = 20_000  # rows times leaves of the tree that proves how much a limit must give at least
ZERO, ONE = Fraction(0), Fraction(1)


class Alone(StrEnum):
    """What is said of a source of which no one limit is known to do."""

    NEVER = "nothing it gives is enough"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Give:
    """The least that the limit in `row` must give, in its unit; `enough` None where the search found none."""

    row: str
    at_least: Fraction
    enough: Fraction | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """`alone`: by source, what the one of its limits that gives least must give when all else in the model is kept."""

    sources: tuple[str, ...]
    minimal: bool
    certificate: Certificate
    readings: tuple[Reading, ...]
    alone: Mapping[str, Give | Alone]


def conflict(model: Model, subject: Subject, units: Mapping[str, str], leaves: int | None = None) -> Conflict | None:
    """The conflict, or None where no impossibility was proven. `units`: of limits, by source."""
    program = provable(wishless(model))
    sources = {row.name: row.source for row in model.rows}
    found = _fewest(program, sources, leaves or budget(program))
    if found is None:
        return None
    tree, minimal = found
    certificate = impossible(tree, subject)
    assert certificate is not None, "a conflict without its proof"
    members = _support(tree, sources)
    limits = {row.name: row.source for row in model.rows if row.name in program.rows and is_limit(row)}
    own = {source: [name for name in limits if limits[name] == source] for source in members}
    named = {name: units[source] for name, source in limits.items() if source in units}
    readings = read(program, sources, named, certificate)
    return Conflict(tuple(members), minimal, certificate, readings, _gives(program, own))


# --- as few as possible ------------------------------------------------------------------------


def _fewest(program: Program, sources: Mapping[str, str], leaves: int) -> tuple[Tree, bool] | None:
    """A proof that leans on as few sources as can be, and whether leaving out any one more ended in a point.

    Deletion filter: every proof that is found on the way throws out all that it does not lean on."""
    tree = grow(emptying(bench(program)), None, leaves)
    if tree.stop is not Stop.EMPTY:
        return None
    leant_on = set(_support(tree, sources))
    first = [name for name in program.rows if sources[name] in leant_on]
    on = bench(loosened(_only(program, first), first))
    minimal = True
    for source in _support(tree, sources):
        members = _support(tree, sources)
        if source in members:
            left_out: dict[str, Box] = {
                gift(name): (None, None) for name in first if sources[name] == source or sources[name] not in members
            }
            without = grow(emptying(on, left_out), None, leaves)
            if without.stop is Stop.EMPTY:
                tree = without
            else:
                minimal = minimal and _has_point(without)
    return tree, minimal


def _has_point(tree: Tree) -> bool:
    """Whether the backend claims a point: every choice made, and next to nothing missed."""
    return tree.stop is Stop.DECIDED and tree.cases[0].rank <= MISSED


def _support(tree: Tree, sources: Mapping[str, str]) -> list[str]:
    """The sources that the proof leans on, in the order of the model."""
    used = {sources[name] for case in tree.cases for name in case.duals}
    return [source for source in dict.fromkeys(sources.values()) if source in used]


def _only(program: Program, rows: Collection[str]) -> Program:
    """The program with these rows, and with the definitions and columns that they need."""
    kept = {name: program.rows[name] for name in rows}
    needed = {column for line in kept.values() for _, column in line.terms}
    for name in reversed(list(program.definitions)):
        if name in needed:
            needed.update(column for _, column in program.definitions[name].terms)
    return Program(
        {name: box for name, box in program.boxes.items() if name in needed},
        {name: definition for name, definition in program.definitions.items() if name in needed},
        kept,
        program.binaries & needed,
        Affine(ZERO, ()),
    )


# --- what has to give --------------------------------------------------------------------------


def _gives(program: Program, own: Mapping[str, list[str]]) -> dict[str, Give | Alone]:
    """`own`: the limits of each source."""
    loose = [name for limits in own.values() for name in limits][:ALONE]
    on = bench(loosened(program, loose), [gift(name) for name in loose])
    return {
        source: _least(on, limits) if set(limits) <= set(loose) else Alone.UNKNOWN for source, limits in own.items()
    }


def _least(on: Bench, limits: list[str]) -> Give | Alone:
    answers = [_give(on, name) for name in limits]
    gives = [answer for answer in answers if isinstance(answer, Give)]
    if gives:
        return min(gives, key=lambda give: give.at_least)
    return Alone.NEVER if limits and _bounded(on, limits).stop is Stop.EMPTY else Alone.UNKNOWN


def _give(on: Bench, limit: str) -> Give | None:
    """None where this limit would not do, whatever it gave, or where nothing is known."""
    weakest = _bounded(on, [limit]).cases[0]
    if weakest.empty or weakest.value is None:
        return None
    at_least = max(ZERO, weakest.value)
    enough = _enough(on, {**_open([limit]), **_at(weakest.fix)}, limit)
    return Give(limit, at_least, enough) if at_least or enough is not None else None


def _bounded(on: Bench, limits: list[str]) -> Tree:
    return grow(bounding(on, _open(limits)), None, budget(on.prepared.program, WORK))


def _open(limits: list[str]) -> dict[str, Box]:
    return {gift(name): (ZERO, None) for name in limits}


def _enough(on: Bench, boxes: Mapping[str, Box], limit: str) -> Fraction | None:
    """What the limit gives at a point in the boxes with every binary decided: rounded up, if the backend then still
    finds a point with no more than that."""
    answer = on.priced().solve(boxes)
    inside = {**boxes, **_at(answer.nearest.items())} if isinstance(answer, Solved) else boxes
    answer = on.priced().solve(inside)
    if not isinstance(answer, Solved):
        return None
    for noise in (NOISE, ZERO):
        amount = Fraction(ceil((answer.point[gift(limit)] - noise) * PRINTED), PRINTED)
        most: dict[str, Box] = {gift(limit): (ZERO, max(ZERO, amount))}
        if isinstance(on.priced().solve({**inside, **most}), Solved):
            return max(ZERO, amount)
    return None


def _at(settings: Iterable[tuple[str, int]]) -> dict[str, Box]:
    return {name: (Fraction(value), Fraction(value)) for name, value in settings}


def loosened(program: Program, rows: Iterable[str]) -> Program:
    """The program in which each of the rows may give, once its gift's box is opened; the objective is the sum."""
    lines, boxes = dict(program.rows), dict(program.boxes)
    for name in rows:
        line = lines[name]
        lines[name] = replace(line, terms=(*line.terms, (-ONE if line.low is None else ONE, gift(name))))
        boxes[gift(name)] = ZERO, ZERO
    cost = tuple((ONE, gift(name)) for name in rows)
    return Program(boxes, program.definitions, lines, program.binaries, Affine(ZERO, cost))


def gift(row: str) -> str:
    """The column that says by how much a row gives: above zero to the side of its limit."""
    return f"give {row}"
