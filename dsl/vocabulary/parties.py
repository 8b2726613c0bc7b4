"""Facts of issuers, accounts, households and the firm."""

from __future__ import annotations

from fractions import Fraction

from dsl.vocabulary.scales import rating
from dsl.vocabulary.term import Kind, Source, Term, Type

_ZERO, _ONE = Fraction(0), Fraction(1)


def _share(activity: str) -> Term:
    return Term(
        f"{activity} revenue share", Kind.FACT, Type.PERCENT, "percent", "issuer", Source.FACT,
        f"share of revenue from {activity}", low=_ZERO, high=_ONE,
    )  # fmt: skip


def _flag(name: str, of: str, sentence: str) -> Term:
    return Term(name, Kind.FACT, Type.BOOL, "truth", of, Source.FACT, sentence)


def _number(name: str, unit: str, of: str, sentence: str, low: int | None = None, high: int | None = None) -> Term:
    type_ = {"percent": Type.PERCENT, "money": Type.MONEY}.get(unit, Type.NUMBER)
    return Term(
        name, Kind.FACT, type_, unit, of, Source.FACT, sentence,
        low=None if low is None else Fraction(low), high=None if high is None else Fraction(high),
    )  # fmt: skip


def _text(name: str, of: str, sentence: str, *values: str) -> Term:
    return Term(name, Kind.FACT, Type.TEXT, "text", of, Source.FACT, sentence, values=values)


ACTIVITIES = (
    "coal", "thermal coal", "oil and gas", "oil sands", "nuclear", "tobacco", "alcohol", "gambling",
    "adult entertainment", "weapons", "civilian firearms", "military", "private prisons", "fur",
    "securities business",
)  # fmt: skip

ISSUER_FACTS = (
    *(_share(activity) for activity in ACTIVITIES),
    _flag("controversial weapons", "issuer", "makes cluster munitions, mines, chemical, biological or similar weapons"),
    _flag("un global compact violator", "issuer", "in breach of the UN Global Compact, in the data vendor's view"),
    _flag("sanctioned", "issuer", "blocked, or owned 50 % or more by blocked persons"),
    _flag("insurance company", "issuer", "an insurance company (15 USC 80a-12(d)(2))"),
    _flag("affiliate of the adviser", "issuer", "the adviser, its promoter, underwriter or an affiliate of them"),
    _flag("employer", "issuer", "the client's or a household member's employer"),
    _number("esg score", "score", "issuer", "score of the data vendor, 100 best", 0, 100),
    _number("controversy score", "score", "issuer", "severity of controversies, 5 worst", 0, 5),
    _number("carbon intensity", "intensity", "issuer", "tonnes of CO2 equivalent per million USD of revenue", 0),
    _number("market capitalisation", "money", "issuer", "market value of all its shares", 0),
    _number("independent ownership", "percent", "issuer", "share held by persons independent of it", 0, 1),
)

ACCOUNT_FACTS = (
    _number("client risk tolerance", "score", "account", "highest average risk score that suits the client", 1, 7),
    _number("client complexity approval", "score", "account", "highest complexity that the client may buy", 1, 5),
    _number("client age", "years", "account", "age of the account's owner", 0),
    _number("benchmark duration", "years", "account", "modified duration of the benchmark"),
    rating("benchmark rating", "account", "average rating of the benchmark"),
    _number("benchmark carbon intensity", "intensity", "account", "carbon intensity of the benchmark", 0),
    _number("benchmark esg score", "score", "account", "ESG score of the benchmark", 0, 100),
    _number("benchmark yield", "percent", "account", "yield of the benchmark"),
    _number("benchmark beta", "number", "account", "beta of the policy mix"),
    _text("investor status", "account", "what the client may buy", "retail", "accredited", "qualified purchaser"),
    _text("account purpose", "account", "what the money is for, in the firm's words"),
    _flag("discretionary", "account", "the firm decides without asking"),
    _flag("options approved", "account", "approved to trade options"),
    _flag("margin approved", "account", "may borrow against its holdings"),
)

HOUSEHOLD_FACTS = (
    _text("tax residence", "household", "state or country of tax residence"),
    _flag("politically exposed", "household", "a member is a politically exposed person"),
)

FIRM_FACTS = (_number("assets under management", "money", "firm", "discretionary assets of the firm", 0),)
