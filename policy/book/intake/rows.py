"""The rows of a book as pydantic models: one source for reading JSON and CSV and for the published JSON Schema.

A field that is left out, or null, is not known, unless its description gives what then holds. What a model cannot
say of one row alone (that an id exists, that two rows disagree) is `policy.book.integrity`.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from dsl.vocabulary import Type
from policy.book.facts import Relief, TaxKind
from policy.book.intake.fields import (
    AccountId,
    CompletedField,
    Currency,
    Day,
    Direction,
    DirectionField,
    ElsewhereField,
    ExternalIds,
    Flag,
    Id,
    NotNegative,
    Number,
    Positive,
    ReliefField,
    Share,
    SideField,
    SignedQuantity,
    Spread,
    SubjectField,
    Tag,
    TaxField,
    Text,
)
from policy.book.intake.terms import allowed


class Row(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


def _facts_schema(table: str) -> dict[str, Any]:
    """The terms that a row may state, from the vocabulary."""
    kinds: dict[Type, dict[str, Any]] = {Type.BOOL: {"type": "boolean"}, Type.NUMBER: _NUMBER, Type.MONEY: _NUMBER}
    properties: dict[str, Any] = {}
    for name, term in sorted(allowed(table).items()):
        words: dict[str, Any] = {"enum": list(term.values)} if term.values and not term.open else {}
        properties[name] = {**kinds.get(term.type, {"type": "string"}), **words, "description": term.sentence}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _dated_schema(table: str) -> dict[str, Any]:
    days = {name: {"type": "string", "format": "date"} for name in sorted(allowed(table))}
    return {"type": "object", "properties": days, "additionalProperties": False}


_NUMBER = {"type": ["string", "integer"]}
_RAW = dict[str, Any]  # read by `policy.book.intake.terms`, term by term

IssuerFacts = Annotated[_RAW, WithJsonSchema(_facts_schema("issuers"))]
IssuerDays = Annotated[_RAW, WithJsonSchema(_dated_schema("issuers"))]
InstrumentFacts = Annotated[_RAW, WithJsonSchema(_facts_schema("instruments"))]
InstrumentDays = Annotated[_RAW, WithJsonSchema(_dated_schema("instruments"))]
HouseholdFacts = Annotated[_RAW, WithJsonSchema(_facts_schema("households"))]
AccountFacts = Annotated[_RAW, WithJsonSchema(_facts_schema("accounts"))]
FirmFacts = Annotated[_RAW, WithJsonSchema(_facts_schema("book"))]


class IssuerRow(Row):
    id: Id
    name: Text
    parent: Id | None = None
    """the issuer that controls it; none: it is an ultimate issuer"""
    facts: IssuerFacts = {}
    dated: IssuerDays = {}
    """the day as of which a fact was true"""


class Constituent(Row):
    id: Id
    """an instrument or, where no more is known, an issuer"""
    weight: Share


class InstrumentRow(Row):
    id: Id
    name: Text
    issuer: Id | None = None
    currency: Currency
    step: Positive = Field(default=1, validate_default=True)
    """the smallest tradable amount: 1 for whole shares, 0.001, 0.01 for money in a fund, 1000 for a bond's par"""
    minimum: NotNegative | None = None
    """the smallest order, in units"""
    multiplier: Positive = Field(default=1, validate_default=True)
    """money per unit at a price of 1: 0.01 for a bond quoted per 100 par, 100 for an option on 100 shares"""
    underlying: Id | None = None
    constituents: list[Constituent] | None = None
    """what a fund holds; [] holds nothing to look through to; null: not known. Left out: [] where `security type`
    says that it is no fund, otherwise not known"""
    identical: Text | None = None
    """key of the group of substantially identical securities (26 USC 1091). Left out: not known, or, where `complete`
    says that the groups are complete, identical to nothing else"""
    facts: InstrumentFacts = {}
    dated: InstrumentDays = {}
    """the day as of which a fact was true"""


class HouseholdRow(Row):
    id: Id
    name: Text
    facts: HouseholdFacts = {}
    external_ids: ExternalIds = {}
    salt: Text | None = None
    """says nothing; with it nobody guesses the household's rows by the hash that a snapshot has of them"""


class Cash(Row):
    settled: Number
    unsettled: Number
    """still to be paid (below zero) or to come; 0 if there is none"""


class CostRow(Row):
    ticket: NotNegative = Field(default=0, validate_default=True)
    """per order, base currency"""
    per_unit: NotNegative = Field(default=0, validate_default=True)
    """per unit traded, base currency"""
    spread: Spread = Field(default=0, validate_default=True)


class AccountRow(Row):
    id: AccountId
    name: Text
    household: Id | None = None
    """left out: not known, or, where `complete` says that the groups are complete, a household of its own"""
    owner: Text | None = None
    tags: list[Tag] = []
    tax: TaxField = TaxKind.TAXABLE
    held_away: Flag = False
    """counted, never traded"""
    short_sales: Flag = False
    """may sell short"""
    relief: ReliefField = Relief.SPECIFIC
    """how the custodian chooses the lots of a sale"""
    cash: dict[Currency, Cash]
    """by currency; if there is none, {} in JSON and `none` in CSV"""
    model: Text | None = None
    """whose weights are the target"""
    benchmark: Text | None = None
    """whose weights are the index"""
    cost: CostRow = Field(default_factory=CostRow)
    minimum_trade: NotNegative = Field(default=0, validate_default=True)
    """money in the base currency below which an order is not placed, unless it closes the position"""
    facts: AccountFacts = {}
    external_ids: ExternalIds = {}


class LotRow(Row):
    id: Id
    account: Id
    instrument: Id
    side: DirectionField = Direction.LONG
    quantity: SignedQuantity
    """units; above zero, and below zero for a short lot"""
    basis: NotNegative | None = None
    """money per unit, instrument's currency"""
    acquired: Day | None = None
    """the day from which the holding period runs"""


class PriceRow(Row):
    instrument: Id
    day: Day
    price: NotNegative
    """instrument's currency, as quoted"""
    volume: NotNegative | None = None
    """units traded that day"""
    known: Day | None = None
    """the day on which it became known; left out: always"""


class RateRow(Row):
    currency: Currency
    day: Day
    rate: Positive
    """base currency for one unit"""


class EntryRow(Row):
    list: Text
    kind: SubjectField
    subject: Id
    start: Day
    end: Day | None = None
    """last day in effect; left out: until lifted"""
    known: Day | None = None
    derivatives: Flag = True
    """reaches what derives from the subject"""


class TradeRow(Row):
    account: Id
    instrument: Id
    side: SideField
    quantity: Positive
    price: NotNegative
    day: Day
    gain: Number | None = None
    """realised, base currency"""


class FlowRow(Row):
    account: Id
    day: Day
    amount: Number
    """base currency; above zero leaves the account"""


class BalanceRow(Row):
    account: Id
    day: Day
    amount: Number
    """net assets at the close, base currency"""


class WeightRow(Row):
    model: Text
    kind: Text
    """security, or a level of the vocabulary, such as asset class"""
    key: Text
    weight: Share


class LoadingRow(Row):
    instrument: Id
    factor: Text
    """a common factor, or specific"""
    loading: Number
    """standard deviation per year that comes from this factor"""


class CompleteRow(Row):
    of: CompletedField
    id: Text
    """of the list, or of the account whose history or planned flows it is; of groups, household or identical group:
    what states none is in none with others"""
    since: Day


class HolidayRow(Row):
    day: Day


class Head(Row):
    as_of: Day
    known_at: Day | None = None
    """left out: the day of `as_of`"""
    currency: Currency
    """the base currency of all money"""
    elsewhere: ElsewhereField | None = None
    """what the firm has that is not in this book: accounts of other households, or accounts of which some may belong to
    a household of this book, as it is not stated; left out: nothing, the book is the whole firm"""
    facts: FirmFacts = {}
    salt: Text | None = None
    """says nothing; with it nobody who knows the rest guesses what is on a list by the document's SHA-256"""


class BookDocument(Head):
    """One snapshot of a firm's money: what was true on `as_of`, as known on `known_at`. Numbers are texts, so that
    no reader rounds them; integers may stand bare."""

    model_config = ConfigDict(title="Proofolio book")

    issuers: list[IssuerRow] = []
    instruments: list[InstrumentRow]
    households: list[HouseholdRow] = []
    accounts: list[AccountRow]
    lots: list[LotRow]
    prices: list[PriceRow]
    rates: list[RateRow] = []
    lists: list[EntryRow] = []
    history: list[TradeRow] = []
    flows: list[FlowRow] = []
    balances: list[BalanceRow] = []
    weights: list[WeightRow] = []
    loadings: list[LoadingRow] = []
    complete: list[CompleteRow] = []
    """from which day on a list, an account's history or planned flows, or groups are complete; unknown without that
    word"""
    holidays: list[HolidayRow] = []
    """weekdays that are no business days"""
