"""Leaves, numbers and conditions: the parts of every sentence."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time
from fractions import Fraction

from dsl.source import Span

# --- leaves ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Term:
    """A phrase of lower-case words joined by one space: a term of the vocabulary, a name made by `let`, a mistake."""

    words: str
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Text:
    """A quoted string, an id (`CONC-01`) or a bare symbol (`AA+`), without its quotes."""

    value: str
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as written. `unit`: "" (bare), "percent" (5% is value 5), "points", a currency code ("USD"),
    "calendar days", "business days", "days", "months" or "years"."""

    value: Fraction
    unit: str
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Instant:
    """`2026-03-02`, or `2026-03-02 09:30 "America/New_York"`."""

    day: date
    clock: time | None
    zone: Text | None
    span: Span = field(compare=False)


# --- expressions: numbers ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Share:
    """`5% of net assets`, `200% of index weight`, `60% of median daily volume over trailing 20 business days`."""

    percent: Amount
    base: Expr
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Over:
    """A quantity in a window. `way`: "trailing" (`purchases over trailing 12 months`) or "within"
    (`withdrawals due within 90 calendar days`)."""

    quantity: Term
    way: str
    period: Amount
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Pick:
    """Holdings or groups: `issuers where value > 5% of net assets`, `the 10 largest ultimate issuers`.
    `level` keeps the user's number (`issuers`), or names a set made by `let` or an asset class (`cash`)."""

    level: Term
    where: Cond | None
    largest: int | None
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Total:
    """`value of PICK`, `votes held of PICK`; `sum of PICK` and `the 10 largest PICK` have measure None: the one
    that the rule is `counting`."""

    measure: Term | None
    pick: Pick
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Average:
    """`average risk score of securities where … weighted by value`; without a weight, the plain average."""

    fact: Term
    pick: Pick | None
    weight: Term | None
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Number:
    """`number of securities where …`: how many are held."""

    pick: Pick
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Choice:
    """`the greater of A and B`, `the lesser of A, B and C`. `kind`: "greater" or "lesser". A trailing window after the
    last part is shared by bare terms before it: `the lesser of purchases and sales over trailing 12 months`."""

    kind: str
    parts: tuple[Expr, ...]
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Sum:
    """`A + B - C`; what is taken away is a Negative part. Never nested directly in a Sum; two parts or more."""

    parts: tuple[Expr, ...]
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Negative:
    """A part of a Sum that is taken away; never the first. (A number below zero is an Amount.)"""

    part: Expr
    span: Span = field(compare=False)


Expr = Amount | Term | Share | Over | Total | Average | Number | Choice | Sum | Negative

# --- conditions --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Compare:
    """`op`: "<=", "<", ">=" or ">", however spelled (`at most`, `less than`, `at least`, `more than`). A Text on the
    right is a symbol of a scale: `rating < BBB-`."""

    left: Expr
    op: str
    right: Expr | Text
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Is:
    """`asset class is us treasury`, `issuer is "ACME Corp"`, `employer affiliate is true`."""

    subject: Term
    value: Term | Text | Amount | Instant
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class InList:
    """`issuer is in list "controversial-weapons"`."""

    subject: Term
    list: Text
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Traded:
    """`substantially identical was sold at a loss within 30 calendar days before or after`.
    `verb`: "bought" or "sold". `side`: "before", "after" or "before or after"."""

    subject: Term
    verb: str
    at_loss: bool
    period: Amount
    side: str
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    part: Cond
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class And:
    """Two parts or more, none of them an And."""

    parts: tuple[Cond, ...]
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Or:
    """Two parts or more, none of them an Or."""

    parts: tuple[Cond, ...]
    span: Span = field(compare=False)


Cond = Compare | Is | InList | Traded | Not | And | Or
