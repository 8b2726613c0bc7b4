"""What a rule asks for: tests, what refines them, and the ways to comply."""

from __future__ import annotations

from dataclasses import dataclass, field

from dsl.source import Span
from dsl.tree.expression import Amount, Cond, Expr, Pick, Term, Text


@dataclass(frozen=True, slots=True)
class Each:
    """Every group on its own: `each ultimate issuer where …`, `votes held of each fund`. `measure` None: as counted."""

    measure: Term | None
    pick: Pick
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Limit:
    """`limit SUBJECT to at most BOUND`."""

    subject: Each | Expr
    op: str
    bound: Expr
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Require:
    """`require value of cash >= 2% of net assets`."""

    test: Cond
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class HoldCount:
    """`hold between 30 and 60 securities`, `hold at least 6 issues`. A missing end is None."""

    low: int | None
    high: int | None
    pick: Pick
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class HoldMinimum:
    """`hold each security at least 0.5% of net assets or not at all`."""

    pick: Pick
    bound: Expr
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Band:
    """`keep each asset class within the wider of 3 points and 20% of target weight`,
    `keep each sector within 5 points of index weight`. `choice`: "wider", "narrower", or None with one width.
    A width is points, another unit, or a percent of `around`."""

    subject: Each | Expr
    choice: str | None
    widths: tuple[Amount, ...]
    around: Expr
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Between:
    """`keep SUBJECT between 50% and 64% of net assets`: a bare low percent shares the high base."""

    subject: Each | Expr
    low: Expr
    high: Expr
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Forbid:
    """`forbid buy, sell of securities where …`. `verbs`: "buy", "sell", "holding", "short", "trade". `level` None: any
    security. In a list: what its entries may not do, without `where`."""

    verbs: tuple[str, ...]
    level: Term | None
    where: Cond | None
    span: Span = field(compare=False)


Test = Limit | Require | HoldCount | HoldMinimum | Band | Between | Forbid


@dataclass(frozen=True, slots=True)
class Except:
    """`except where asset class is us treasury`: what the demand does not count."""

    where: Cond
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Allow:
    """`except at most 1 issuer where …, up to 35% of net assets, for 3 business days`: who may go how far, how long."""

    count: int
    pick: Pick
    bound: Expr
    period: Amount | None
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class WarnAt:
    """`warn at 4.5%`: an earlier bound, in the demand's own direction and base."""

    bound: Expr
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Rung:
    """`needs consent of "Board" and "CIO" up to 50%`. `outcome`: "pass", "warn" or "needs consent"."""

    outcome: str
    consent: tuple[Text, ...]
    bound: Expr
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Ladder:
    """`pass up to 25%, needs consent of "Board" up to 50%, else block`; `down to` for floors. `otherwise`: "block" or
    "warn"."""

    way: str
    rungs: tuple[Rung, ...]
    otherwise: str
    span: Span = field(compare=False)


Refinement = Except | Allow | WarnAt | Ladder


@dataclass(frozen=True, slots=True)
class Demand:
    """One test, with the refinements written below it. `given`: `if COND then …`."""

    given: Cond | None
    test: Test
    refinements: tuple[Refinement, ...]
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Regime:
    """One of several ways to comply, with its name."""

    name: Text
    demands: tuple[Demand, ...]
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Either:
    """`either "regime A" … or "regime B" …`: one regime that holds whole is enough. The last regime takes in every
    demand up to the next other clause; one that is not indented below it is a mistake (M118)."""

    regimes: tuple[Regime, ...]
    span: Span = field(compare=False)
