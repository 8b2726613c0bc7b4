"""What can be proven about a model: that nothing in it is better than a bound, or that nothing is in it at all.

Only rows that prove (`EXACT`, `RELAXATION`) are used, and a form is a definition that is substituted out, never a
column with a multiplier. The backend's multipliers are taken on no faith: what they prove is computed here in
rationals, and again by `policy.proof.duality` on rows that a verifier derives itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor

from policy.canonical import Json
from policy.ir.bound import Outcome
from policy.proof.certificate import Certificate, Claim, Cut, Leaf
from policy.proof.duality import Affine, Line, Program
from solver.cases import bench, bounding, emptying
from solver.model import ColumnKind, Model, Row, Standing
from solver.tree import Stop, Tree, grow

LEAVES = 400  # of a tree at most: on forty names less than a second, and a certificate of a megabyte
WORK = 80_000  # rows times leaves: large models have few leaves, so that time and size stay the same
CENT = 100
DEFINES = "form "
WISHES = "objective"  # the source of rows that measure what is wanted; nothing is impossible because of them


@dataclass(frozen=True, slots=True)
class Subject:
    """What the model was made from besides the obligations, so that a verifier derives the same rows."""

    allowed: frozenset[Outcome]
    objective: Json
    cuts: tuple[Cut, ...] = ()


# --- the two claims ----------------------------------------------------------------------------


def optimality(model: Model, subject: Subject, goal: Fraction, leaves: int | None = None) -> Certificate | None:
    """The bound that was reached on the way to `goal` (money), to the cent below; None where nothing is proven, or
    where every case turned out to be empty. `leaves`: the tree's budget, by the size of the model when None."""
    program = provable(model)
    tree = grow(bounding(bench(program)), goal, leaves or budget(program))
    values = [case.value for case in tree.cases if not case.empty]
    proven = [value for value in values if value is not None]
    if not values or len(proven) < len(values):
        return None
    bound = Fraction(floor(min(proven) * CENT), CENT)
    return Certificate(Claim.BOUND, _names(subject), subject.objective, _leaves(tree), bound, subject.cuts)


def impossibility(model: Model, subject: Subject, leaves: int | None = None) -> Certificate | None:
    """The proof that the model's provable rows have no point; None where it was not found."""
    program = provable(wishless(model))
    return impossible(grow(emptying(bench(program)), None, leaves or budget(program)), subject)


def budget(program: Program, work: int = WORK) -> int:
    return max(1, min(LEAVES, work // max(1, len(program.rows))))


def impossible(tree: Tree, subject: Subject) -> Certificate | None:
    if tree.stop is not Stop.EMPTY:
        return None
    bound = min(case.value for case in tree.cases if case.value is not None)
    proof = tuple(Leaf(leaf.fix, leaf.duals) for leaf in _leaves(tree))
    return Certificate(Claim.IMPOSSIBLE, _names(subject), None, proof, bound, subject.cuts)


def _names(subject: Subject) -> tuple[str, ...]:
    return tuple(outcome.value for outcome in Outcome if outcome in subject.allowed)


def _leaves(tree: Tree) -> tuple[Leaf, ...]:
    return tuple(Leaf(case.fix, tuple(case.duals.items()), case.empty) for case in tree.cases)


# --- the program that is proven about ----------------------------------------------------------


def wishless(model: Model) -> Model:
    """The model of what must be, without the rows of what is wanted."""
    return replace(model, rows=tuple(row for row in model.rows if row.source != WISHES), objective=())


def provable(model: Model) -> Program:
    """The program of the model's provable rows; integer columns are continuous in it, binaries may be fixed."""
    definitions: dict[str, Affine] = {}
    rows: dict[str, Line] = {}
    for row in model.rows:
        if row.standing is Standing.RESTRICTION:
            continue
        if row.source.startswith(DEFINES):
            name = row.source.removeprefix(DEFINES)
            definitions[name] = _definition(row, name)
        else:
            rows[row.name] = Line(row.terms, row.low, row.high)
    boxes = {name: (column.low, column.high) for name, column in model.columns.items() if name not in definitions}
    binaries = frozenset(name for name, column in model.columns.items() if column.kind is ColumnKind.BINARY)
    return Program(boxes, definitions, rows, binaries, Affine(model.offset, model.objective))


def _definition(row: Row, name: str) -> Affine:
    """The affine combination that the defining row says the form is."""
    own = sum((a for a, column in row.terms if column == name), Fraction(0))
    assert own, f"row {row.name} does not define {name}"
    assert row.low is not None, f"row {row.name} is no equation"
    assert row.low == row.high, f"row {row.name} is no equation"
    terms = ((a, column) for a, column in row.terms if column != name)
    if own == -1:  # as every row is written
        return Affine(-row.low, tuple(terms))
    return Affine(row.low / own, tuple((-a / own, column) for a, column in terms))
