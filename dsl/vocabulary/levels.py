"""Levels: the groups that holdings are added up into. Most are a text fact of the instrument."""

from __future__ import annotations

from dsl.vocabulary.term import Kind, Source, Term, Type

ASSET_CLASSES = (
    "cash", "money market", "us equity", "developed equity", "emerging equity", "private equity", "preferred",
    "us treasury", "us agency", "foreign government", "municipal", "corporate bond", "high yield", "convertible",
    "mortgage-backed", "asset-backed", "inflation-linked", "bank loan", "real estate", "infrastructure", "commodity",
    "gold", "hedge fund", "fund", "derivative", "digital asset",
)  # fmt: skip
SECURITY_TYPES = (
    "common stock", "preferred stock", "depositary receipt", "bond", "bill", "convertible bond", "commercial paper",
    "certificate of deposit", "repo", "loan", "open-end fund", "closed-end fund", "exchange-traded fund",
    "unit investment trust", "business development company", "private fund", "partnership interest", "option", "future",
    "forward", "swap", "warrant", "right", "insurance contract", "physical asset", "deposit",
)  # fmt: skip
RATING_BUCKETS = ("AAA", "AA", "A", "BBB", "BB", "B", "CCC", "NR")


def _level(name: str, plural: str, sentence: str, source: Source = Source.COMPUTED, of: str = "instrument") -> Term:
    return Term(name, Kind.LEVEL, Type.TEXT, "text", of, source, sentence, plural)


def _text(name: str, plural: str, sentence: str, values: tuple[str, ...] = (), open_: bool = False) -> Term:
    return Term(
        name, Kind.LEVEL, Type.TEXT, "text", "instrument", Source.FACT, sentence, plural, values=values, open=open_
    )


LEVELS = (
    _level("security", "securities", "one instrument, all lots together", Source.FIELD),
    _level("issuer", "issuers", "all instruments of the issuer itself", Source.FIELD),
    _level("ultimate issuer", "ultimate issuers", "the issuer and every issuer under the same ultimate parent"),
    _level("underlying", "underlyings", "the instrument and every derivative on it", Source.FIELD),
    _level("identical group", "identical groups", "substantially identical securities (26 USC 1091)", Source.FIELD),
    _level("currency", "currencies", "the currency an instrument is priced in", Source.FIELD),
    _level("lot", "lots", "one tax lot", Source.FIELD, "lot"),
    _level("order", "orders", "one order of the proposal", Source.COMPUTED, "order"),
    _level("account", "accounts", "one account of the scope", Source.FIELD, "account"),
    _text("voting class", "voting classes", "a class of voting shares of one issuer; the security where not said"),
    _text("asset class", "asset classes", "the class in the firm's allocation", ASSET_CLASSES, True),
    _text("security type", "security types", "the legal form of the instrument", SECURITY_TYPES),
    _text("sector", "sectors", "the sector in the classification that the firm uses"),
    _text("industry", "industries", "the industry in the classification that the firm uses"),
    _text("country", "countries", "the country of risk, as an ISO 3166 code"),
    _text("region", "regions", "the region in the firm's scheme"),
    _text("rating bucket", "rating buckets", "the letter grade of the rating that counts", RATING_BUCKETS),
    _text("maturity bucket", "maturity buckets", "the stretch of the curve that the bond falls into"),
    _text("fund family", "fund families", "the group of investment companies that a fund belongs to"),
    _text("counterparty", "counterparties", "who stands on the other side of a contract, repo or deposit"),
    _text("guarantor", "guarantors", "who guarantees the instrument or provides its demand feature"),
    _text("manager", "managers", "who manages the fund or mandate"),
    _text("line of business", "lines of business", "the same, similar or related trades (IRC 851(b)(3)(B))"),
    _text("investment", "investments", "what IRC 817(h) counts as one investment; the issuer where not said"),
)
