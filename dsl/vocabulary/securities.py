"""Facts of instruments and of lots."""

from __future__ import annotations

from fractions import Fraction

from dsl.vocabulary.scales import rating
from dsl.vocabulary.term import Kind, Source, Term, Type

_ZERO = Fraction(0)


def _flag(name: str, sentence: str) -> Term:
    return Term(name, Kind.FACT, Type.BOOL, "truth", "instrument", Source.FACT, sentence)


def _number(name: str, unit: str, sentence: str, low: int | None = None, high: int | None = None) -> Term:
    return Term(
        name, Kind.FACT, Type.PERCENT if unit == "percent" else Type.NUMBER, unit, "instrument", Source.FACT, sentence,
        low=None if low is None else Fraction(low), high=None if high is None else Fraction(high),
    )  # fmt: skip


def _text(name: str, sentence: str, *values: str) -> Term:
    return Term(name, Kind.FACT, Type.TEXT, "text", "instrument", Source.FACT, sentence, values=values)


def _date(name: str, sentence: str) -> Term:
    return Term(name, Kind.FACT, Type.DATE, "date", "instrument", Source.FACT, sentence)


INSTRUMENT_FACTS = (
    _flag("government security", "issued or guaranteed by the United States or an instrumentality (80a-2(a)(16))"),
    _flag("investment company", "an investment company, registered or not (80a-3)"),
    _flag("registered investment company", "registered under the Investment Company Act"),
    _flag("regulated investment company", "taxed as a RIC (IRC 851)"),
    _flag("same fund group", "a fund of the same group of investment companies (80a-12(d)(1)(G))"),
    _flag("qualified publicly traded partnership", "as IRC 851(h) defines it"),
    _flag("transferable security", "as Directive 2009/65/EC article 2(1)(n) defines it"),
    _flag("money market instrument", "as Directive 2009/65/EC article 2(1)(o) defines it"),
    _flag("approved instrument", "eligible under Directive 2009/65/EC article 50(1), not in the trash ratio"),
    _flag("covered bond", "meets Directive 2009/65/EC article 52(4)"),
    _flag("public issuer", "issued or guaranteed by a state or public body (Directive 2009/65/EC article 52(3))"),
    _flag("voting security", "carries a vote for directors now"),
    _flag("employer affiliate", "issued by the plan's employer or an affiliate of it (29 USC 1107(d)(7))"),
    _flag("qualifying employer security", "as 29 USC 1107(d)(5) defines it"),
    _flag("daily liquid asset", "as 17 CFR 270.2a-7(a)(8) defines it"),
    _flag("weekly liquid asset", "as 17 CFR 270.2a-7(a)(28) defines it"),
    _flag("cash equivalent", "counts as cash for the policy"),
    _flag("restricted security", "may be resold only under an exemption"),
    _flag("listed", "traded on a regulated market"),
    _flag("derivative", "its value derives from an underlying"),
    _flag("hedge", "held to offset a risk of another position"),
    _flag("leveraged", "aims at a multiple of an index's return"),
    _flag("index constituent", "a member of the account's benchmark"),
    _flag("externally managed", "run by a manager outside the firm"),
    _flag("accredited investors only", "may be sold to accredited investors only"),
    _flag("qualified purchasers only", "may be sold to qualified purchasers only"),
    _flag("legacy position", "the client wants it kept"),
    _flag("real estate", "an interest in land"),
    _flag("party in interest", "a transaction with it would be one with a party in interest (29 USC 1106)"),
    Term("price", Kind.FACT, Type.MONEY, "money", "instrument", Source.SERIES, "of one unit, base currency", low=_ZERO),
    Term(
        "par per unit",
        Kind.FACT,
        Type.MONEY,
        "money",
        "instrument",
        Source.FACT,
        "face amount of one unit, in the currency of the instrument: 1 where a bond is held in par",
        low=_ZERO,
    ),
    _text("liquidity class", "17 CFR 270.22e-4(a)", "highly liquid", "moderately liquid", "less liquid", "illiquid"),
    _text("exchange", "where it is listed, as an ISO 10383 code"),
    rating("rating", "instrument", "the rating that counts"),
    rating("sp rating", "instrument", "the rating of S&P"),
    rating("moodys rating", "instrument", "the rating of Moody's, in these symbols"),
    rating("fitch rating", "instrument", "the rating of Fitch"),
    _number("risk score", "score", "risk on the firm's scale, 1 lowest", 1, 7),
    _number("complexity", "score", "complexity on the firm's scale, 1 simplest", 1, 5),
    _number("duration", "years", "modified duration"),
    _number("years to maturity", "years", "until the final payment", 0),
    _number("expected life", "years", "weighted average life", 0),
    _number("days to maturity", "days", "until the final payment or the next reset that counts", 0),
    _number("days to liquidate", "days", "until it can be sold without moving the market", 0),
    _number("yield", "percent", "yield in a year"),
    _number("votes per share", "votes", "votes of one unit", 0),
    _number("delta", "number", "change in value per change of the underlying", -1, 1),
    _number("beta", "number", "against the account's benchmark"),
    _number("rating agencies", "count", "how many agencies rate it", 0),
    _number("expense ratio", "percent", "what the fund costs in a year", 0, 1),
    _date("maturity date", "day of the final payment"),
    _date("listing date", "first day of trading"),
)

LOT_FACTS = (
    Term("acquired", Kind.FACT, Type.DATE, "date", "lot", Source.FIELD, "day from which the holding period runs"),
    Term("days held", Kind.FACT, Type.NUMBER, "days", "lot", Source.COMPUTED, "since it was acquired", low=_ZERO),
    Term("long term", Kind.FACT, Type.BOOL, "truth", "lot", Source.COMPUTED, "held for more than a year"),
    Term("below basis", Kind.FACT, Type.BOOL, "truth", "lot", Source.COMPUTED, "worth less than its basis"),
    Term("unrealised gain", Kind.FACT, Type.PERCENT, "percent", "lot", Source.COMPUTED, "gain as a share of basis"),
)
