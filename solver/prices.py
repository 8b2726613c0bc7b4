"""What a rule costs: by how much at most orders could be better, per unit by which its limit alone is loosened.

The certificate proves it. Its multipliers do not care where a limit stands: of a limit that is looser by some amount
they prove the same bound, less the amount times the multiplier. Where a case was shown to be empty with the help of
the limit there is no price: looser, the case may have points of any worth.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from policy.proof.certificate import Certificate
from solver.limit import is_limit
from solver.model import Model

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Price:
    """The limit in `row`, of the obligation or account `source`: at most `each`, above zero, is saved per unit of it,
    beside the gap that the certificate leaves open anyway. Money per the limit's own unit."""

    source: str
    row: str
    each: Fraction


def prices(model: Model, certificate: Certificate) -> tuple[Price, ...]:
    """The limits that cost something, dearest first (per unit). `certificate`: of a bound, on the model's rows."""
    emptied = {name for leaf in certificate.leaves if leaf.empty for name, _ in leaf.duals}
    dearest: dict[str, Fraction] = {}
    for name, multiplier in (pair for leaf in certificate.leaves for pair in leaf.duals):
        dearest[name] = max(dearest.get(name, ZERO), abs(multiplier))
    limits = (row for row in model.rows if row.name in dearest and row.name not in emptied and is_limit(row))
    found = (Price(row.source, row.name, dearest[row.name]) for row in limits)
    return tuple(sorted(found, key=_each, reverse=True))


def _each(price: Price) -> Fraction:
    return price.each
