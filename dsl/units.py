"""The algebra of units: what may be added to, compared with or taken a share of what.

    money     an amount of a currency; `5% of net assets` is money
    weight    a share of net assets, from a model or an index; it stands for that share of net assets
    points    percentage points of net assets; `3 points` is 3 % of net assets, `3%` is a share of nothing yet
    percent   a bare percentage: a revenue share, a yield, a volatility
    shares, votes, count, days, years, score, intensity, number       each only with itself
    text, truth, date                                                 facts, never added

Money, weights and points are one family: all three are amounts of the portfolio.
"""

from __future__ import annotations

PORTFOLIO = frozenset({"money", "weight", "points"})
NUMBERS = PORTFOLIO | {"percent", "shares", "votes", "count", "days", "years", "score", "intensity", "number"}
SHAREABLE = NUMBERS - {"percent", "points", "count"}
"""What `5% of …` can be a share of."""

BASED = PORTFOLIO | {"shares", "votes"}
"""What a percentage limits as a share of something."""

_IN_WORDS = {
    "money": "money",
    "weight": "a weight in the portfolio",
    "points": "points of the portfolio",
    "percent": "a bare percentage",
    "shares": "shares",
    "votes": "votes",
    "count": "a count",
    "days": "days",
    "years": "years",
    "score": "a score",
    "intensity": "an intensity",
    "number": "a plain number",
    "text": "a text",
    "truth": "true or false",
    "date": "a date",
}

LITERALS = {
    "money": "USD 1,000",
    "percent": "5%",
    "points": "3 points",
    "weight": "5%",
    "date": "2026-01-31",
    "truth": "true",
    "text": '"…"',
}
"""How a constant of the unit is written; a plain number for every other unit."""


def in_words(unit: str) -> str:
    """The unit as a compliance officer would say it."""
    return _IN_WORDS[unit]


def agree(a: str, b: str) -> bool:
    """Whether numbers in the two units may be added or compared."""
    return a == b or (a in PORTFOLIO and b in PORTFOLIO) or {a, b} == {"percent", "weight"}


def together(a: str, b: str) -> str | None:
    """The unit of a sum, or of the greater of two; None where they do not agree. A bare percentage beside a weight
    would be points, and is to say so."""
    if a == b:
        return a
    return "money" if a in PORTFOLIO and b in PORTFOLIO else None


def fits(literal: str, wanted: str) -> bool:
    """Whether a constant written in one unit can stand for another: a plain `13` is a score, a count, years …

    A plain number is never money, a percentage or points: those are written out."""
    if literal == "number":
        return wanted in NUMBERS - PORTFOLIO - {"percent"}
    return agree(literal, wanted)
