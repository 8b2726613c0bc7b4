"""What a stranger judges: quantities, named forms, obligations and domains, as `decision/obligations.json` states them.

The same nodes as `policy.ir.bound`, declared again: the verifier shares no code with what it verifies. What is there
for people only (titles, labels, reasons) is kept where an answer names it and dropped elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from policy.proof.check.ranges import Number


class Kind(StrEnum):
    BUY = "buy"
    SELL = "sell"
    SHORT = "short"
    COVER = "cover"
    RESIDUE = "residue"  # money that exact booking adds; not chosen


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number that the proposal decides: low ≤ q ≤ high, in multiples of `step` (or a lot's last piece)."""

    kind: Kind
    account: str
    instrument: str | None
    lot: str | None
    low: Fraction
    high: Fraction
    step: Fraction | None


@dataclass(frozen=True, slots=True)
class Linear:
    """const + Σ coefficient · (quantity or form)."""

    const: Number
    terms: tuple[tuple[Number, str], ...]


@dataclass(frozen=True, slots=True)
class Basket:
    """Σ of the values whose formula holds."""

    members: tuple[tuple[Linear, Formula], ...]


@dataclass(frozen=True, slots=True)
class Count:
    members: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Top:
    k: int
    values: tuple[Linear, ...]


@dataclass(frozen=True, slots=True)
class Greatest:
    parts: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Least:
    parts: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Squares:
    """Σ weight · linear², weights ≥ 0."""

    parts: tuple[tuple[Fraction, Linear], ...]


@dataclass(frozen=True, slots=True)
class Sum:
    parts: tuple[tuple[Fraction, Scalar], ...]


Scalar = Linear | Basket | Count | Top | Greatest | Least | Squares | Sum


class Op(StrEnum):
    LE = "<="
    LT = "<"
    GE = ">="
    GT = ">"


@dataclass(frozen=True, slots=True)
class Leaf:
    """measure op bound; with a base, a ratio that was cross-multiplied. `shown_over`: the base that people read it
    over, where binding dropped the base itself."""

    measure: Scalar
    op: Op
    bound: Scalar
    base: Linear | None
    shown_over: Linear | None
    label: str
    unit: str


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
    value: bool | None


Formula = Leaf | All | Any | Not | Truth


class Outcome(StrEnum):
    """From best to worst."""

    PASS = "pass"
    WARN = "warn"
    WAIVED = "waived"
    CONSENT = "needs consent"
    UNKNOWN = "unknown"
    BLOCK = "block"


RANK = {outcome: rank for rank, outcome in enumerate(Outcome)}


@dataclass(frozen=True, slots=True)
class Rung:
    formula: Formula
    outcome: Outcome
    reason: str
    tolerance: bool


@dataclass(frozen=True, slots=True)
class Obligation:
    """`rule`, `title`, `digest`: of the origin. `scope`: whose it is, in words. `moments`: "proposal", "trade" …"""

    id: str
    rule: str
    title: str
    digest: str
    scope: str
    group: str | None
    moments: tuple[str, ...]
    ladder: tuple[Rung, ...]
    otherwise: Outcome
    unknown_is_breach: bool


@dataclass(frozen=True, slots=True)
class Domain:
    """What an account's orders respect whatever the rules say; see `policy.ir.bound.Domain`."""

    account: str
    cash: str
    cash_floor: Fraction
    relief: Mapping[str, tuple[str, ...]]
    specific: bool
    crossing: tuple[tuple[str, tuple[str, ...]], ...]
    minimum_trade: Fraction
    prices: Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Case:
    """`forms` in order: each over quantities and forms before it. `book`, `library`: SHA-256, hex."""

    quantities: Mapping[str, Quantity]
    forms: Mapping[str, Linear]
    obligations: Mapping[str, Obligation]
    domains: tuple[Domain, ...]
    as_of: str
    currency: str
    book: str
    library: str


Orders = Mapping[tuple[str, str | None, bool], tuple[str, ...]]
"""The quantities that one order is made of, by account, instrument, and whether it buys or sells short (True) or sells
and covers (False)."""


def orders_of(case: Case) -> Orders:
    found: dict[tuple[str, str | None, bool], list[str]] = {}
    for name, quantity in case.quantities.items():
        if quantity.kind is not Kind.RESIDUE:
            opens = quantity.kind in (Kind.BUY, Kind.SHORT)
            found.setdefault((quantity.account, quantity.instrument, opens), []).append(name)
    return {key: tuple(names) for key, names in found.items()}
