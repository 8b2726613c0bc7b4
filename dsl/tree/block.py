"""Files, their blocks, and the clauses of rules, lists and waivers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from dsl.source import Span
from dsl.tree.case import Case
from dsl.tree.demand import Demand, Either, Forbid
from dsl.tree.expression import Amount, Expr, Instant, Pick, Term, Text

# --- clauses of more than one block ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Citation:
    """`source "Smith Family IPS" section "4.2(a)" quote "no more than 5%…"`; may be repeated."""

    title: Text
    section: Text | None
    quote: Text | None
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Applies:
    """`applies to …, including retirement accounts and spouse`. `kind`: "firm", "household" or "account" (name None:
    each one), "tagged" (name is the tag: each account that carries it)."""

    kind: str
    name: Text | None
    including: tuple[Term, ...]
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class OnBreach:
    """`on breach block, waiver by "CCO" and "Client"`. `outcome`: "block" or "warn"."""

    outcome: str
    waiver_by: tuple[Text, ...]
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Effective:
    """`effective from D until D`, both days included; `until lifted` (or no `until`) has end None."""

    start: Instant
    end: Instant | None
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Known:
    """`known from D`: the day from which the text itself was known."""

    day: date
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Visible:
    """`visible to "control room"`: judged for everyone, named to these roles only."""

    roles: tuple[Text, ...]
    span: Span = field(compare=False)


# --- clauses of rules --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Layer:
    """`layer regulation`, `firm`, `mandate` or `account`."""

    name: str
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """`reading "at most follows the prospectus"`: a recorded choice between lawful readings of the source."""

    note: Text
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Counting:
    """`counting market value, through funds above 10%, gross of shorts, with options exercisable within 60 calendar
    days`. `above`: funds below that share of net assets are not looked through. `period` goes with `adding`."""

    measure: Term
    through_funds: bool
    above: Amount | None
    gross_of_shorts: bool
    adding: Term | None
    period: Amount | None
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Let:
    """`let good issuers = ultimate issuers where …`, `let base = net assets + bank borrowings`: a set or a number. A
    bare phrase is a Term; the checker tells which it is."""

    name: Term
    value: Pick | Expr
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Missing:
    """`missing data counts as breach` or `unknown`."""

    counts_as: str
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class NotCalculable:
    """`not calculable: derogation "…"`: the cited law that may excuse a figure that cannot be had."""

    derogation: Text
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Moment:
    """`proposal`, `trade`, `purchase`, `close`, `quarter end`, `trigger`. `projected`: a quarter end judged at a
    proposal. `trigger`: what must have been bought, `purchase of securities where …`; None: derived from the test."""

    name: str
    projected: bool
    trigger: Pick | None
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Tested:
    """`tested at trade, close`."""

    moments: tuple[Moment, ...]
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Notify:
    """`notify "Board" within 1 business day`."""

    who: Text
    period: Amount
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Passive:
    """`passive breach may stand 30 calendar days, no trade may worsen it in weight`, or `passive breach must be cured
    by this proposal`. `stand` None: not said. `mode`: "worsen", "cure" or None. `measure`: "weight", "money",
    "units" or None. None: not said."""

    stand: Amount | None
    mode: str | None
    measure: str | None
    notify: tuple[Notify, ...]
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Fresh:
    """`data shares outstanding no older than 100 calendar days`."""

    term: Term
    period: Amount
    span: Span = field(compare=False)


RuleClause = (
    Citation | Layer | Reading | Applies | Counting | Let | Demand | Either | Missing | NotCalculable | Tested | Passive
    | Fresh | OnBreach | Effective | Known | Visible
)  # fmt: skip

# --- clauses of lists --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ListKind:
    """`kind restricted`, `watch`, `grey`, `exclusion` or `sanctions`."""

    name: str
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """`issuer "ACME Corp"`, `security "X"`; `derivatives` and `all instruments` (name None) widen the entries named."""

    level: Term
    name: Text | None
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Covers:
    """`covers issuer "ACME Corp", security "X", derivatives`."""

    entries: tuple[Entry, ...]
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Divest:
    """`divest within 365 calendar days, then frozen`: until then sales only, afterwards neither buy nor sell."""

    period: Amount
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Substitute:
    """One stand-in: `"XLI" up to 100% of target`; `share` None: no bound."""

    name: Text
    share: Amount | None
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Substitution:
    """`substitute "ACME" with "XLI" up to 100% of target, then "VTI", else cash`."""

    name: Text
    chain: tuple[Substitute, ...]
    else_cash: bool
    span: Span = field(compare=False)


ListClause = (
    ListKind | Citation | Applies | Covers | Effective | Known | Forbid | Divest | Substitution | Missing
    | OnBreach | Visible
)  # fmt: skip

# --- clauses of waivers ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Covering:
    """`account "Smith Trust" issuer "ACME Corp"`: where the waiver holds. `kind`: "household" or "account" (name None:
    every account). `level` and `group` None: every group."""

    kind: str
    name: Text | None
    level: Term | None
    group: Text | None
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Moves:
    """`raises limit to 8% of net assets, no purchases`; `lowers limit to` for floors. `verb`: "raises" or "lowers"."""

    verb: str
    bound: Expr
    no_purchases: bool
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Lifts:
    """`lifts the rule, no purchases`: waived whole."""

    no_purchases: bool
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Reason:
    """`reason "Founder stock lock-up" evidence "evidence/lockup-2026.pdf"`."""

    reason: Text
    evidence: Text | None
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Approved:
    """`approved by "CCO" on 2026-03-28`."""

    by: Text
    on: date
    span: Span = field(compare=False)


WaiverClause = Covering | Moves | Lifts | Effective | Reason | Approved | Visible

# --- blocks ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rule:
    """`clauses` in the order of the text. `whole`: False when a clause of it was not understood and left out."""

    id: Text
    title: Text
    clauses: tuple[RuleClause, ...]
    whole: bool
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class ListBlock:
    id: Text
    title: Text
    clauses: tuple[ListClause, ...]
    whole: bool
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Waiver:
    """`waiver W-2026-031 for CONC-01`."""

    id: Text
    rule: Text
    clauses: tuple[WaiverClause, ...]
    whole: bool
    span: Span = field(compare=False)


Block = Rule | ListBlock | Waiver | Case


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`vocabulary "house-terms" version 3`."""

    name: Text
    version: int
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class File:
    """A whole file. `whole`: False when something outside the blocks was not understood."""

    vocabulary: Vocabulary | None
    blocks: tuple[Block, ...]
    whole: bool
    span: Span = field(compare=False)
