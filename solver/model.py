"""A mathematical program, neutral of any backend and exact: columns, rows, and what each may be used for.

Columns are the quantities (in tradable units where they have a step), the forms, and auxiliary columns that a
formula needs. Every row remembers the obligation it came from and its *standing*: a certificate may rest on
`EXACT` and `RELAXATION` rows only, never on a `RESTRICTION`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from policy.proof.certificate import Cut


class Standing(StrEnum):
    """What a row says about the compliant points."""

    EXACT = "exact"  # holds for every compliant point, and conversely
    RELAXATION = "relaxation"  # implied by the rule; some points that satisfy it are not compliant
    RESTRICTION = "restriction"  # stronger than the rule: margins, stand-ins, chosen sides


class ColumnKind(StrEnum):
    CONTINUOUS = "continuous"
    INTEGER = "integer"
    BINARY = "binary"


@dataclass(frozen=True, slots=True)
class Column:
    """`low`, `high` in the column's own unit; an integer column counts `step`s of its quantity: the quantity is
    step · column. `step` is 1 for forms and binaries. Money columns are in the base currency."""

    name: str
    kind: ColumnKind
    low: Fraction | None
    high: Fraction | None
    step: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Row:
    """low ≤ Σ coefficient · column ≤ high, exact. `source`: obligation id, `form NAME`, or `domain ACCOUNT`;
    `path`: where in the obligation's formula it comes from ("ladder.0.1")."""

    name: str
    terms: tuple[tuple[Fraction, str], ...]
    low: Fraction | None
    high: Fraction | None
    standing: Standing
    source: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    """Minimise `objective` + `offset` (money) over the columns, subject to the rows.

    `searched`: obligation ids that the rows encode; an obligation that is not there is judged only. `cuts`: where the
    tangents of squares were taken, for a certificate: the j-th of a place is the row `PLACE/j`."""

    columns: Mapping[str, Column]
    rows: tuple[Row, ...]
    objective: tuple[tuple[Fraction, str], ...]
    offset: Fraction
    searched: frozenset[str]
    cuts: tuple[Cut, ...] = ()
