"""What a rule says, before any book: the small core that every surface sentence is lowered to.

No facts and no arithmetic in here, only meaning: which holdings, measured how, against what, when, and
what follows. `policy.ir.from_dsl` makes it from text, `policy.ir.bind` joins it to a book. Terms (`str`)
are names of the vocabulary (`dsl.vocabulary`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from dsl.source import Span
from policy.ir.bound import Moment, Op, Outcome

# --- scalars -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Amount:
    """A constant. `unit`: a currency code, "percent" (value 5 means 5 %), "points", or a unit of the vocabulary."""

    value: Fraction
    unit: str


@dataclass(frozen=True, slots=True)
class Term:
    """A named quantity of the scope or of the group at hand: `net assets`, `cash`, `target weight`,
    `index weight`, `shares outstanding`, `withdrawals due`. `days`: its window, where it has one; `business`
    says which days are counted.
    """

    name: str
    days: int | None = None
    business: bool = False


@dataclass(frozen=True, slots=True)
class Own:
    """The group at hand, measured: `value`, or another measure term (`votes held`, `shares`, `cost`)."""

    measure: str = "value"


@dataclass(frozen=True, slots=True)
class Scale:
    """factor · scalar: 5 % of net assets is Scale(1/20, Term("net assets"))."""

    factor: Fraction
    scalar: Scalar


@dataclass(frozen=True, slots=True)
class Total:
    """Σ over the groups of a pick, measured (`value` unless said)."""

    pick: Pick
    measure: str = "value"


@dataclass(frozen=True, slots=True)
class Average:
    """Σ fact · value / Σ value over the holdings of the pick (every holding when None)."""

    fact: str
    pick: Pick | None = None


@dataclass(frozen=True, slots=True)
class Number:
    """How many groups of the pick are held (value > 0) and satisfy its condition."""

    pick: Pick


@dataclass(frozen=True, slots=True)
class Largest:
    """Sum of the k largest groups of the pick."""

    k: int
    pick: Pick


@dataclass(frozen=True, slots=True)
class Flow:
    """Trades over a window that ends with this proposal: `purchases`, `sales`, `turnover` (the lesser of both),
    measured in money. `days` None: this proposal alone."""

    kind: str
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Risk:
    """Ex-ante `volatility` or `tracking error` per year, as a fraction of net assets."""

    kind: str


@dataclass(frozen=True, slots=True)
class Sum:
    parts: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Greatest:
    parts: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Least:
    parts: tuple[Scalar, ...]


Scalar = Amount | Term | Own | Scale | Total | Average | Number | Largest | Flow | Risk | Sum | Greatest | Least

# --- which holdings ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fact:
    """`term op value` on a fact: `coal revenue share > 5%`, `asset class is us treasury`. `op` is "<=", "<",
    ">=", ">", "is" or "is not"; percent values are fractions (5 % is 1/20). A value that is a Term is another fact,
    of the same holding or of its account: `complexity > client complexity approval`. An Amount is money in a
    currency of its own: `price < USD 5`."""

    term: str
    op: str
    value: Fraction | str | bool | date | Term | Amount


@dataclass(frozen=True, slots=True)
class Listed:
    """The security, its issuer or its ultimate issuer stands on a list that is in effect; with `before`, by an entry
    that was in effect before that day."""

    list: str
    before: date | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """The security or issuer of this id or name: `issuer "ACME Corp"`. `level`: a level term."""

    level: str
    name: str
    derivatives: bool = False


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Any:
    parts: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Test


@dataclass(frozen=True, slots=True)
class Pick:
    """Groups of a level (`security`, `issuer`, `ultimate issuer`, `sector`, `lot`, `order`, …) made of the
    holdings that satisfy `where`; a Compare inside `where` speaks of the group's own quantities.
    """

    level: str
    where: Test | None = None


# --- tests -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Compare:
    """`left op right`; `base` is what both are a share of, for the guard of the ratio and for reading."""

    left: Scalar
    op: Op
    right: Scalar
    base: Scalar | None = None


@dataclass(frozen=True, slots=True)
class Every:
    """`test` for each group of the pick: one obligation per group."""

    pick: Pick
    test: Test


@dataclass(frozen=True, slots=True)
class Forbid:
    """None of `verbs` ("buy", "sell", "hold", "short") on the holdings of the pick. A window (OFAC-style
    lists) changes the verbs with the day: see Window."""

    verbs: tuple[str, ...]
    pick: Pick


@dataclass(frozen=True, slots=True)
class WashSale:
    """No sale at a loss within `days` before or after a purchase of a substantially identical security,
    by anyone in the scope (26 USC 1091: 30 days either side, the day itself included)."""

    days: int


Test = Compare | Every | Forbid | WashSale | Fact | Listed | Named | All | Any | Not

# --- rules -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """One rung: the test that earns the outcome."""

    test: Test
    outcome: Outcome
    reason: str


@dataclass(frozen=True, slots=True)
class Clause:
    """A ladder of tests, best outcome first; `otherwise` when none holds."""

    ladder: tuple[Step, ...]
    otherwise: Outcome
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Citation:
    title: str
    section: str | None = None
    quote: str | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose accounts are added up, or each judged alone: kind "firm" (one sum over all accounts),
    "household" (one sum per household; name None = every household), "account" (name, or None = each),
    "tagged" (each account with the tag)."""

    kind: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Passive:
    """What a breach that no order caused may do. `mode`: "worsen" (no order may worsen it), "cure" (this
    proposal must cure it). `measure`: "weight", "money" or "units". `stand`: days until it must be cured.
    `notify`: who is told within how many business days."""

    mode: str = "worsen"
    measure: str = "weight"
    stand: int | None = None
    business: bool = False
    notify: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Effective:
    """Valid from `start` (included) until `end` (included; None: until lifted), as known from `known`."""

    start: date | None = None
    end: date | None = None
    known: date | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    title: str
    citations: tuple[Citation, ...]
    layer: str  # "regulation", "firm", "mandate" or "account"
    scope: Scope
    measure: str  # "market value", "cost", "par", "notional", "voting shares", …
    look_through: bool
    de_minimis: Fraction | None
    clauses: tuple[Clause, ...]
    moments: tuple[Moment, ...]
    missing: str  # "unknown" or "breach"
    passive: Passive
    effective: Effective
    freshness: tuple[tuple[str, int], ...]  # (term, oldest age in calendar days)
    waivable_by: tuple[str, ...]
    visible_to: str | None
    file: str = field(compare=False, repr=False)
    span: Span = field(compare=False, repr=False)
    gross: bool = False  # what is short counts as what is held does, not against it
    derogation: str | None = None  # what the law cites for a figure that cannot be calculated; it decides nothing


@dataclass(frozen=True, slots=True)
class ListRule:
    """A dated list of securities and issuers, and what it forbids.

    `window`: (calendar days, verbs): a divest window: `forbid` alone holds for so many days from the day on which the
    list and the entry are in effect, and these verbs as well afterwards (buy and sell: the position is frozen).
    `substitutes`: (security, (substitute, share of target as a fraction or None), …, "cash" or None)."""

    id: str
    title: str
    kind: str
    covers: tuple[Named, ...]  # entries in the text; more come from the book's list of the same id
    forbid: tuple[str, ...]
    window: tuple[int, tuple[str, ...]] | None
    substitutes: tuple[tuple[str, tuple[tuple[str, Fraction | None], ...], bool], ...]
    effective: Effective
    scope: Scope
    citations: tuple[Citation, ...]
    outcome: Outcome
    visible_to: str | None
    file: str = field(compare=False, repr=False)
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Waiver:
    """A signed, dated exception: one more rung, with its own bound and end."""

    id: str
    rule: str
    scope: Scope  # a household or an account by its name; of kind account without one: every account
    level: str | None  # the level of `group`
    group: str | None
    raises_to: Scalar | None  # None: the clause is waived whole
    no_purchases: bool
    effective: Effective
    reason: str
    evidence: str | None
    approved_by: str
    approved_on: date
    visible_to: str | None
    file: str = field(compare=False, repr=False)
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Library:
    """All that one set of rule files says. `observed`: ids of rules and lists, sorted, that are only watched: no
    obligation comes of them."""

    rules: tuple[Rule, ...]
    lists: tuple[ListRule, ...]
    waivers: tuple[Waiver, ...]
    observed: tuple[str, ...] = ()
