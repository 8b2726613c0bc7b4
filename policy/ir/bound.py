"""A rule book bound to one book: named exact forms, and obligations over them.

This is the one thing that every reader reads: the judge evaluates it, the solver turns it into rows,
the proof hashes it and a stranger re-evaluates it, the English sentence is printed from it. No reader
looks at a rule's text or at a book again, so none of them can disagree about a coefficient.

    quantity   what a proposal decides: shares bought, shares sold of a lot
    form       a named affine combination of quantities and *earlier* forms (value of an issuer, net assets)
    scalar     a number made of forms: linear, basket, count, top k, greatest, least, squares
    leaf       `measure op bound`, the only place where numbers become a truth value
    formula    all, any, not above leaves
    obligation one clause for one scope and one group, with its ladder of outcomes

Unknown facts are intervals in coefficients and constants, or `Truth(None)` in formulas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from policy.interval import Number


class Kind(StrEnum):
    """What a quantity is a quantity of."""

    BUY = "buy"  # units of an instrument bought in an account
    SELL = "sell"  # units of one lot sold
    SHORT = "short"  # units of an instrument sold short in an account
    COVER = "cover"  # units of one short lot bought back
    RESIDUE = "residue"  # money: exact booking less the affine estimate; computed, never chosen


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number that a proposal decides, in the instrument's own units (shares, par, or money).

    `name` is `buy/ACCOUNT/INSTRUMENT`, `sell/LOT`, `short/ACCOUNT/INSTRUMENT`, `cover/LOT` or
    `residue/ACCOUNT`. `step` is the tradable unit (None for a residue). A lot's last piece may be sold
    whole even where it is not a multiple of the step.
    """

    name: str
    kind: Kind
    account: str
    instrument: str | None
    lot: str | None
    low: Fraction
    high: Fraction
    step: Fraction | None


@dataclass(frozen=True, slots=True)
class Form:
    """const + Σ coefficient · (quantity or earlier form), exact; `low`, `high`: its box over all quantities.

    An open end of the box (None) comes only from unknown coefficients.
    """

    name: str
    const: Number
    terms: tuple[tuple[Number, str], ...]
    low: Fraction | None
    high: Fraction | None


# --- scalars -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Lin:
    """const + Σ coefficient · form."""

    const: Number
    terms: tuple[tuple[Number, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """A basket's candidate: counts with `value` while `when` holds."""

    label: str
    value: Lin
    when: Formula


@dataclass(frozen=True, slots=True)
class Basket:
    """Σ value of the members whose formula holds (75-5-10, 5/10/40)."""

    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many of the formulas hold."""

    members: tuple[tuple[str, Formula], ...]


@dataclass(frozen=True, slots=True)
class TopK:
    """The sum of the k largest values."""

    k: int
    values: tuple[tuple[str, Lin], ...]


@dataclass(frozen=True, slots=True)
class Greatest:
    parts: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Least:
    parts: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Quad:
    """Σ weight · lin², every weight ≥ 0: a variance in factor form."""

    squares: tuple[tuple[Fraction, Lin], ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """Σ factor · scalar, where a part is more than linear."""

    parts: tuple[tuple[Fraction, Scalar], ...]


Scalar = Lin | Basket | Count | TopK | Greatest | Least | Quad | Sum


# --- formulas ----------------------------------------------------------------------------------


class Op(StrEnum):
    LE = "<="
    LT = "<"
    GE = ">="
    GT = ">"


@dataclass(frozen=True, slots=True)
class Leaf:
    """`measure op bound`.

    With a `base` the leaf is a ratio, cross-multiplied: `bound` already is limit · base. A base above
    zero compares; a base of zero with a measure of zero holds ("nothing to measure", strict limits too);
    any other base refutes a cap with a positive measure and leaves everything else unknown. Binding drops
    the base where its box is above zero, and keeps it in `shown_over` for people only.
    """

    measure: Scalar
    op: Op
    bound: Scalar
    base: Lin | None = None
    label: str = ""  # what is measured, for people: "market value of ultimate issuer ACME Corp"
    shown_over: Lin | None = None  # the base in which people read measure and bound (percent of it)
    unit: str = "USD"  # unit of measure and bound: a currency, "shares", "count", "points²"…


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Any:
    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Formula


@dataclass(frozen=True, slots=True)
class Truth:
    """A truth fixed by facts; None where a fact is missing. `why` says which."""

    value: bool | None
    why: str = ""


Formula = Leaf | All | Any | Not | Truth


# --- obligations -------------------------------------------------------------------------------


class Outcome(StrEnum):
    """From best to worst; the order is the law `hiding a fact never moves a verdict down, except block to unknown`."""

    PASS = "pass"
    WARN = "warn"
    WAIVED = "waived"
    CONSENT = "needs consent"
    UNKNOWN = "unknown"
    BLOCK = "block"

    @property
    def rank(self) -> int:
        return _RANKS[self]


_RANKS = {outcome: rank for rank, outcome in enumerate(Outcome)}


class Moment(StrEnum):
    """When a clause is tested. `trade`: after every fill; `purchase`: literally, see ir/bind."""

    PROPOSAL = "proposal"
    TRADE = "trade"
    PURCHASE = "purchase"
    CLOSE = "close"
    QUARTER_END = "quarter end"
    TRIGGER = "trigger"


@dataclass(frozen=True, slots=True)
class Rung:
    """`formula` holds → `outcome`. `tolerance` rungs excuse a passive breach that the orders do not worsen;
    they are not read when a book is judged as it stands, without orders. `visible_to`: the role that may read the
    reason, where the rung is not the rule's own; it counts for everyone all the same.
    """

    formula: Formula
    outcome: Outcome
    reason: str = ""  # "within the limit", "passive breach, not worsened", "waiver W-2026-031", "consent of Board"
    tolerance: bool = False
    visible_to: str | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an obligation comes from."""

    rule: str
    title: str
    clause: int
    file: str
    line: int
    column: int
    authority: str
    layer: str
    digest: str  # SHA-256 of the rule's canonical core, hex


@dataclass(frozen=True, slots=True)
class Obligation:
    """One clause for one scope and one group. The first rung whose formula is true decides; if none is,
    `otherwise`. Rungs that are unknown leave several outcomes possible: the answer is that outcome if there is only
    one, `warn` if the worst possible is no worse than `warn`, `consent` if they are it and `waived`, else unknown.

    `unknown_is_breach`: the rule says `missing data counts as breach`. `unknowns`: what was missing when
    the rule was bound. `visible_to`: the role that may read it; judged for everyone all the same.
    """

    id: str
    origin: Origin
    scope: str  # "firm", "household Smith", "account Smith Trust"
    accounts: tuple[str, ...]
    group: str | None  # "ultimate issuer ACME Corp"
    moments: tuple[Moment, ...]
    ladder: tuple[Rung, ...]
    otherwise: Outcome
    unknown_is_breach: bool = False
    unknowns: tuple[str, ...] = ()
    visible_to: str | None = None


@dataclass(frozen=True, slots=True)
class Domain:
    """What an account's orders must respect whatever the rules say.

    `cash` names the form of what can be spent after orders (of an account that is or may be short, less what that is
    worth), which must be at least `cash_floor` (zero, or the overdraft that was there before). `relief` lists under
    `sell/INSTRUMENT` the `sell/…` quantities, under `cover/INSTRUMENT` the `cover/…` quantities, in the order in which
    the account's relief method uses them; it binds unless lots are chosen (`specific` identification). `crossing`
    pairs `buy/…` with the `sell/…` or `short/…` of the same instrument, and `short/…` with `cover/…` (where lots of
    both signs are held: each `cover/…` with the `sell/…`): not both above zero. An order below `minimum_trade` money
    is not placed, unless it closes the position.
    """

    account: str
    cash: str
    cash_floor: Fraction
    relief: Mapping[str, tuple[str, ...]]
    specific: bool
    crossing: tuple[tuple[str, tuple[str, ...]], ...]
    minimum_trade: Fraction
    prices: Mapping[str, Fraction]  # money per unit, base currency, of the tradable instruments


@dataclass(frozen=True, slots=True)
class Bound:
    """A rule library bound to a book: everything that the readers need, and nothing else."""

    as_of: date
    known_at: date
    currency: str
    quantities: Mapping[str, Quantity]
    forms: Mapping[str, Form]  # in order: a form only refers to quantities and to forms before it
    obligations: tuple[Obligation, ...]
    domains: tuple[Domain, ...]
    book: str  # SHA-256 of the snapshot, hex
    library: str  # SHA-256 of the rule library, hex


Point = Mapping[str, Fraction]
"""Values of quantities by name; what is left out is zero."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """Convex money cost of missing a target: over · max(0, amount) + under · max(0, −amount)."""

    label: str
    amount: Lin
    over: Fraction
    under: Fraction


@dataclass(frozen=True, slots=True)
class Objective:
    """What "better" means, in money, smaller is better: linear + Σ deviations. `cost` terms name
    quantities or forms."""

    linear: Lin
    deviations: tuple[Deviation, ...]
