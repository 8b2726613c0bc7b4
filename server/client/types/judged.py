"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from datetime import date

from server.client.answer import Answer, Exact


class Contributor(Answer):
    """A part of what was measured, in the unit of the measure; largest first."""

    name: str
    amount: Exact | Range


class Finding(Answer):
    """One clause of one rule for one scope and one group. `within`: whether the clause's own limit holds, whatever a
    tolerance, waiver or consent excuses. `missing`: facts without which it could not be settled."""

    id: str
    rule: str
    title: str
    clause: int
    authority: str
    layer: str
    file: str
    line: int
    scope: str
    group: str | None
    moments: tuple[str, ...]
    outcome: str
    reason: str
    within: bool | None
    measured: Measured | None
    fills: str | None
    missing: tuple[str, ...]


class Instead(Answer):
    """Of an order that is refused as it is, all others kept: the most that passes, and that passes with warnings; null
    where not even leaving it out would do. One unit more was judged too, and does not."""

    account: str
    side: str
    instrument: str
    quantity: Exact
    passes: Exact | None
    livable: Exact | None


class JudgeAnswer(Answer):
    """`answer` is the worst outcome of the findings. Rules that are visible to other roles only are judged as well:
    where they stop the orders, all of them together are one last finding, `not shown`. `book`, `rules`: SHA-256 of the
    book, and of the rules that are visible. `flaws`: what is wrong with the orders whatever the rules say, such as
    cash that is not there. `would_pass`: for refused orders, by the visible rules; empty where another stops them;
    `not_tried`: of how many orders it was not looked for. `notices`: what the book leaves open."""

    answer: str
    as_of: date
    known_at: date
    currency: str
    book: str
    rules: str
    orders: int
    findings: tuple[Finding, ...]
    flaws: tuple[str, ...]
    would_pass: tuple[Instead, ...]
    not_tried: int
    notices: tuple[Notice, ...]


class Measured(Answer):
    """`what` compared with its limit, in `unit`. `headroom` is below zero where the limit is broken. `of`: the base,
    where people read value and limit as a share of it. `holds` is null where it is unknown."""

    what: str
    unit: str
    op: str
    value: Exact | Range
    limit: Exact | Range
    headroom: Exact | Range
    of: Exact | Range | None
    holds: bool | None
    contributors: tuple[Contributor, ...]


class Nearest(Answer):
    """Of one rule: the worst outcome of its `judged` findings, and the one that is nearest to its limit when all
    orders are filled, in `unit`; `headroom` is below zero where the limit is broken. Null where nothing is
    measured."""

    rule: str
    title: str
    outcome: str
    judged: int
    id: str
    scope: str
    group: str | None
    unit: str | None
    op: str | None
    value: Exact | Range | None
    limit: Exact | Range | None
    headroom: Exact | Range | None


class Notice(Answer):
    """What a book leaves open, in the row `id` of a `table`: nothing is wrong, but a rule may be unknown for it; of
    `rules`, one that binds no account."""

    table: str
    id: str
    what: str
    do: str


class Range(Answer):
    """All that is known of a number: it lies from `low` to `high`, both included; null is an open end."""

    low: Exact | None
    high: Exact | None
