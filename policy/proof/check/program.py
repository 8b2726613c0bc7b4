"""The program that a certificate is checked against, rebuilt from the obligations: only the rows that it names.

A row's name is its obligation's id, a colon, and a path without one; that is how the obligation is found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from fractions import Fraction

from policy.proof.certificate import Certificate, Claim, Cut
from policy.proof.check.case import Case
from policy.proof.check.columns import Columns, Expr, columns
from policy.proof.check.domains import Objective, add_domains, add_objective
from policy.proof.check.ranges import ZERO
from policy.proof.check.required import ladder
from policy.proof.check.rows import require
from policy.proof.check.sheet import Sheet, in_steps, step, with_places_above
from policy.proof.duality import Affine, Program


def program(case: Case, certificate: Certificate, objective: Objective | None) -> Program:
    """The rows and binaries that the certificate names, and what they are made of."""
    named = {name for leaf in certificate.leaves for name, _ in (*leaf.duals, *leaf.fix)}
    goal = objective if certificate.claim is Claim.BOUND else None
    return rebuilt(case, goal, certificate.allowed, certificate.cuts, named)


def rebuilt(
    case: Case,
    objective: Objective | None,
    allowed: Iterable[str],
    cuts: Iterable[Cut] = (),
    named: Set[str] | None = None,
) -> Program:
    """Rows and columns of the obligations, accounts and objective; of everything, or of what is named."""
    tangents: dict[str, list[tuple[Fraction, ...]]] = {}
    for cut in cuts:
        tangents.setdefault(cut.place, []).append(cut.at)
    sheet = Sheet(columns(case), tangents, None if named is None else with_places_above(named))
    add_domains(sheet)
    owners = None if named is None else {name.rpartition(":")[0] for name in named}
    add_obligations(sheet, [name for name in case.obligations if owners is None or name in owners], frozenset(allowed))
    cost = Affine(ZERO, ())
    if objective is not None:
        expr = add_objective(sheet, objective)
        cost = Affine(expr.const, in_steps(sheet.columns, expr))
    used = {name for line in sheet.rows.values() for _, name in line.terms} | {name for _, name in cost.terms}
    definitions = _definitions(sheet.columns, used)
    return Program(_boxes(sheet), definitions, sheet.rows, frozenset(sheet.binaries), cost)


def add_obligations(sheet: Sheet, ids: Iterable[str], allowed: frozenset[str]) -> None:
    for name in ids:
        require(sheet, ladder(sheet.columns.case.obligations[name], allowed, sheet.columns), f"{name}:0")


def _definitions(columns: Columns, used: set[str]) -> Mapping[str, Affine]:
    """What the used columns are made of, all the way down, earlier ones first. A column in which purchases and what is
    paid for them cancel (net assets) is shorter over quantities than over forms."""
    order = [end for name in columns.case.forms for end in (name, f"{name}|low", f"{name}|high")]
    needed = set(used)
    found: dict[str, Affine] = {}
    for name in reversed(order):
        made = columns.defined(name) if name in needed else None
        if made is not None:
            made = min(made, columns.whole(name), key=_length) if name in columns.exact else made
            found[name] = Affine(made.const, in_steps(columns, made))
            needed.update(inner for _, inner in made.terms)
    return dict(reversed(found.items()))


def _length(expr: Expr) -> int:
    return len(expr.terms)


def _boxes(sheet: Sheet) -> Mapping[str, tuple[Fraction, Fraction]]:
    quantities = sheet.columns.case.quantities
    steps = {name: step(sheet.columns, name) for name in quantities}
    return sheet.boxes | {name: (q.low / steps[name], q.high / steps[name]) for name, q in quantities.items()}
