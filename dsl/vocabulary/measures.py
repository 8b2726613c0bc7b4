"""Measures, bases, flows and risk: what is added up, and what it is compared with."""

from __future__ import annotations

from fractions import Fraction

from dsl.vocabulary.term import Kind, Source, Term, Type, Window

_ZERO = Fraction(0)


def _measure(name: str, unit: str, sentence: str, *, low: Fraction | None = None) -> Term:
    type_ = Type.MONEY if unit == "money" else Type.NUMBER
    return Term(name, Kind.MEASURE, type_, unit, "instrument", Source.COMPUTED, sentence, low=low)


def _base(
    name: str, unit: str, of: str, source: Source, sentence: str, *, window: Window = Window.NONE, signed: bool = False
) -> Term:
    type_ = {"money": Type.MONEY, "weight": Type.PERCENT}.get(unit, Type.NUMBER)
    return Term(name, Kind.BASE, type_, unit, of, source, sentence, low=None if signed else _ZERO, window=window)


MEASURES = (
    _measure("value", "money", "units times price, times the exchange rate: the rule's own measure where it names one"),
    _measure("market value", "money", "units times price, times the exchange rate"),
    _measure("cost", "money", "what the lots cost"),
    _measure("par", "money", "face amount: units times the par of one unit, times the exchange rate"),
    _measure("notional", "money", "the amount a derivative stands for; market value for everything else"),
    _measure("exposure", "money", "delta-adjusted notional of derivatives; market value for everything else"),
    _measure("shares", "shares", "units held"),
    _measure("voting shares", "shares", "units held that carry a vote"),
    _measure("votes held", "votes", "units held times votes per share"),
    _measure("shares bought", "shares", "units bought by these orders", low=_ZERO),
    _measure("shares traded", "shares", "units bought and units sold by these orders", low=_ZERO),
    _measure("value traded", "money", "money bought and money sold by these orders", low=_ZERO),
)

BASES = (
    _base("net assets", "money", "scope", Source.COMPUTED, "holdings and cash less borrowings", signed=True),
    _base("total assets", "money", "scope", Source.COMPUTED, "holdings held long and cash, nothing deducted"),
    _base("invested assets", "money", "scope", Source.COMPUTED, "holdings without cash", signed=True),
    _base("cash", "money", "scope", Source.COMPUTED, "settled and unsettled cash after orders", signed=True),
    _base("settled cash", "money", "scope", Source.COMPUTED, "cash that has settled", signed=True),
    _base("borrowings", "money", "scope", Source.FACT, "money owed to lenders"),
    _base("plan assets", "money", "scope", Source.FACT, "assets of the plan at fair value (29 USC 1107(a)(2))"),
    _base("admitted assets", "money", "scope", Source.FACT, "assets that the insurance regulator admits"),
    _base("surplus", "money", "scope", Source.FACT, "admitted assets less liabilities", signed=True),
    _base("committed capital", "money", "scope", Source.FACT, "commitments to private funds, drawn or not"),
    _base("annual income need", "money", "scope", Source.FACT, "what the portfolio must yield in a year"),
    _base("tax loss available", "money", "scope", Source.FACT, "losses carried into the year"),
    _base("average net assets", "money", "scope", Source.SERIES, "mean of month ends", window=Window.TRAILING),
    _base("withdrawals due", "money", "scope", Source.SERIES, "known withdrawals less deposits", window=Window.AHEAD),
    _base("target weight", "weight", "group", Source.MODEL, "the group's share of the account's model"),
    _base("index weight", "weight", "group", Source.MODEL, "the group's share of the benchmark index"),
    _base("shares outstanding", "shares", "instrument", Source.FACT, "shares of the class that others can hold"),
    _base("votes outstanding", "votes", "issuer", Source.FACT, "votes of all outstanding voting securities"),
    _base("issue size", "money", "instrument", Source.FACT, "par outstanding of the issue"),
    _base("fund net assets", "money", "instrument", Source.FACT, "net assets of the fund held"),
    _base("manager assets", "money", "instrument", Source.FACT, "assets that the manager runs for everyone"),
    _base(
        "median daily volume", "shares", "instrument", Source.SERIES, "median of units traded a day",
        window=Window.TRAILING,
    ),
    _base(
        "average daily volume", "shares", "instrument", Source.SERIES, "mean of units traded a day",
        window=Window.TRAILING,
    ),
)  # fmt: skip

FLOWS = tuple(
    Term(
        name, Kind.FLOW, Type.MONEY, "money", "scope", Source.SERIES, sentence, low=_ZERO, window=Window.OPTIONAL
    )
    for name, sentence in (
        ("purchases", "money spent on purchases"),
        ("sales", "money received for sales"),
        ("turnover", "the lesser of purchases and sales"),
    )
)  # fmt: skip

RISKS = tuple(
    Term(name, Kind.RISK, Type.PERCENT, "percent", "scope", Source.LOADINGS, sentence, low=_ZERO)
    for name, sentence in (
        ("volatility", "ex-ante standard deviation of a year's return"),
        ("tracking error", "ex-ante standard deviation of a year's return against the benchmark"),
    )
)

BEHIND = {
    "votes held": "votes per share",
    "voting shares": "voting security",
    "exposure": "delta",
    "par": "par per unit",
}
"""The fact of the instrument that a measure rests on."""
