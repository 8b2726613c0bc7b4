"""Which rules cannot hold together, as few of them as possible, and by how much each would have to give.

A conflict is a set of sources (obligations, domains of accounts) whose rows have no common point, proven; it is minimal
when the search found a point after leaving out any one of them. What a limit has to give is bracketed: `at_least` is
proven; `enough` is claimed by the search, rounded up and tried again. Units may be divided in both.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil

from policy.proof.certificate import Certificate
from policy.proof.duality import Affine, Program
from solver.backend.duals import Solved
from solver.backend.scaled import Box
from solver.cases import Bench, bench, bounding, emptying
from solver.certificate import Subject, budget, impossible, provable, wishless
from solver.limit import is_limit
from solver.model import Model
from solver.reading import Reading, read
from solver.tree import Stop, Tree, grow

PRINTED = 100  # figures are rounded up to hundredths of the limit's unit
NOISE = Fraction(1, 1_000_000)  # of a claimed figure, that is not worth a hundredth more
ALONE = 32  # limits of a conflict that are each relaxed alone
WORK = 20_000  # rows times leaves of the tree that proves how much a limit must give at least
ZERO, ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Give:
    """The least sum of what some limits must give, in their unit, and one way to do it, by row of the limit. No way is
    named where the search found none within its budget."""

    at_least: Fraction
    enough: tuple[tuple[str, Fraction], ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """`alone`: by row, what a limit of the conflict must give when everything else in the model is kept; a limit that
    is not there would not do alone, whatever it gave, or was past the first ones. `together`: the same for all limits
    of the model in `unit` at once."""

    sources: tuple[str, ...]
    minimal: bool
    certificate: Certificate
    readings: tuple[Reading, ...]
    alone: tuple[tuple[str, Give], ...]
    unit: str
    together: Give | None


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
    own = [name for name, source in limits.items() if source in members][:ALONE]
    unit = next((units.get(limits[name], "") for name in own), "")
    alike = [name for name, source in limits.items() if units.get(source, "") == unit]
    alone, together = _gives(program, own, alike)
    readings = read(program, sources, certificate)
    return Conflict(tuple(members), minimal, certificate, readings, alone, unit, together)


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
                minimal = minimal and without.stop is Stop.DECIDED
    return tree, minimal


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


def _gives(program: Program, own: list[str], alike: list[str]) -> tuple[tuple[tuple[str, Give], ...], Give | None]:
    """What each of `own` must give alone, and all of `alike` together."""
    loose = dict.fromkeys([*own, *alike])
    on = bench(loosened(program, loose), [gift(name) for name in loose])
    together = _give(on, alike)  # first: each of the others starts from its basis
    alone = {name: _give(on, [name]) for name in own}
    return tuple((name, give) for name, give in alone.items() if give), together


def _give(on: Bench, limits: list[str]) -> Give | None:
    """None where these limits would not do, whatever they gave, or where nothing was proven."""
    free: dict[str, Box] = {gift(name): (ZERO, None) for name in limits}
    tree = grow(bounding(on, free), None, budget(on.prepared.program, WORK))
    weakest = tree.cases[0]
    if weakest.empty or weakest.value is None:
        return None
    return Give(max(ZERO, weakest.value), _enough(on, {**free, **_at(weakest.fix)}, limits))


def _enough(on: Bench, boxes: Mapping[str, Box], limits: list[str]) -> tuple[tuple[str, Fraction], ...]:
    """What the limits give at a point in the boxes with every binary decided: rounded up, if the backend then still
    finds a point with no more than that."""
    answer = on.priced().solve(boxes)
    inside = {**boxes, **_at(answer.nearest.items())} if isinstance(answer, Solved) else boxes
    answer = on.priced().solve(inside)
    if not isinstance(answer, Solved):
        return ()
    for noise in (NOISE, ZERO):
        given = {name: Fraction(ceil((answer.point[gift(name)] - noise) * PRINTED), PRINTED) for name in limits}
        most: dict[str, Box] = {gift(name): (ZERO, max(ZERO, amount)) for name, amount in given.items()}
        if isinstance(on.priced().solve({**inside, **most}), Solved):
            return tuple((name, amount) for name, amount in given.items() if amount > 0)
    return ()


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
