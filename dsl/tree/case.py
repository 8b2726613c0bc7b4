"""Tests beside rules: a small book in words, orders, and the verdict that is expected.

The clauses of a case are steps, read from top to bottom: `given` builds the book, `when` adds orders to the proposal,
`expect` judges what stands so far. One case may expect several times.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from dsl.source import Span
from dsl.tree.expression import Amount, Instant, Term, Text


@dataclass(frozen=True, slots=True)
class AsOf:
    """`as of 2026-03-31`, `as of 2026-03-31 at quarter end`, `…, known on 2026-04-02`. `moment` None: every one."""

    day: date
    moment: str | None
    known: date | None
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Given:
    """`given net assets USD 1,000,000` (balanced with cash), `given cash USD 5,000`, `given firm assets is USD 9,000`:
    a fact of the account, or of the firm."""

    term: Term
    value: Term | Text | Amount | Instant
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Fact:
    """`rating is AA`, `sector is "tech"`, `shares outstanding is 1,000,000`; `rating is unknown`: value None."""

    term: Term
    value: Term | Text | Amount | Instant | None
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Holding:
    """`given hold 500 "ACME" in account "Smith" at USD 100.00 costing USD 80.00 since 2025-01-02 with issuer is "ACME
    Corp", sector is "tech"`. Below zero: short. `price`, `cost`: per unit. `since`: the day bought."""

    quantity: Amount
    security: Text
    account: Text | None
    price: Amount | None
    cost: Amount | None
    since: date | None
    facts: tuple[Fact, ...]
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Thing:
    """`given issuer "ACME Corp" with shares outstanding is 1,000,000`, `given account "B" tagged "ucits" with …`,
    `given security "X" at USD 10.00 with …` (known, not held). `level` names the kind of thing."""

    level: Term
    name: Text
    tags: tuple[Text, ...]
    price: Amount | None
    facts: tuple[Fact, ...]
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Constituent:
    """`30% "ACME"` of a fund."""

    weight: Amount
    name: Text
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Contains:
    """`given fund "XLI" contains 30% "ACME", 70% "BETA"`."""

    level: Term
    name: Text
    parts: tuple[Constituent, ...]
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Listing:
    """`given list "sanctions" has issuer "ACME Corp" from 2026-01-01 until 2026-06-30`."""

    list: Text
    level: Term
    name: Text
    start: date | None
    end: date | None
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Past:
    """`given sold 10 "X" in account "IRA" at USD 5.00 on 2026-01-02 at a loss of USD 20.00`. `verb`: "bought" or
    "sold". `result`: "loss", "gain" or None; `amount`: how much, above zero."""

    verb: str
    quantity: Amount
    security: Text
    account: Text | None
    price: Amount
    day: date
    result: str | None
    amount: Amount | None
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Weighs:
    """`given target weight of asset class "us equity" is 60%`, `given index weight of security "X" is 2%`."""

    term: Term
    level: Term
    name: Text
    value: Amount
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class When:
    """`when buy 1 "ACME" in account "IRA" at USD 100.00 with sector is "tech"`: one order of the proposal. `verb`:
    "buy", "sell", "short" or "cover"."""

    verb: str
    quantity: Amount
    security: Text
    account: Text | None
    price: Amount | None
    facts: tuple[Fact, ...]
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Expect:
    """`expect block of ultimate issuer "ACME Corp" measured 5.01% by 0.01%`, `expect pass with headroom USD 0.00`.
    `outcome`: "pass", "warn", "waived", "needs consent", "unknown" or "block". `by`: how far beyond the bound."""

    outcome: str
    level: Term | None
    group: Text | None
    measured: Amount | None
    headroom: Amount | None
    by: Amount | None
    span: Span = field(compare=False)


Step = AsOf | Given | Holding | Thing | Contains | Listing | Past | Weighs | When | Expect


@dataclass(frozen=True, slots=True)
class Case:
    """`test CONC-01 "one share more breaches"` … `end`. `whole`: as in Rule."""

    rule: Text
    title: Text
    steps: tuple[Step, ...]
    whole: bool
    span: Span = field(compare=False)
