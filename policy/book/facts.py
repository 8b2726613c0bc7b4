"""What is known about a firm's money on a day: values, nothing computed.

Every number is a Fraction that came in through `policy.book.amount`. A fact that is not there is unknown: there is
no default of zero anywhere. Ids are the firm's own; they are unique within their kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction

Value = Fraction | str | bool | date
"""A fact's value; its type and unit stand in `dsl.vocabulary`. Percentages are fractions (5 % is 1/20)."""

Facts = Mapping[str, Value]


class Side(StrEnum):
    BUY = "buy"
    SELL = "sell"
    SHORT = "short"
    COVER = "cover"


class Relief(StrEnum):
    """How an account's custodian chooses the lots of a sale (26 CFR 1.1012-1(c))."""

    SPECIFIC = "specific"
    FIFO = "fifo"
    LIFO = "lifo"
    HIFO = "hifo"


class Elsewhere(StrEnum):
    """Accounts of the firm that a book leaves out, so that it says nothing of the firm as a whole."""

    OTHERS = "other households"  # each surely of a household that is not in the book
    PERHAPS = "households not stated"  # there may be some among them that belong to a household of the book


class TaxKind(StrEnum):
    TAXABLE = "taxable"
    DEFERRED = "deferred"  # IRA, 401(k): no tax on sales inside
    EXEMPT = "exempt"  # Roth, endowment


@dataclass(frozen=True, slots=True)
class Issuer:
    """`parent` is the issuer that controls it, or None. Facts: revenue shares, `votes outstanding`, …
    `dated`: the day as of which a fact was true, where that is stated."""

    id: str
    name: str
    parent: str | None = None
    facts: Facts = field(default_factory=dict)
    dated: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Instrument:
    """`step`: the smallest tradable amount in the instrument's units (1 for whole shares, 0.001 for fractional
    ones, 0.01 for money in a mutual fund, 1000 par for a bond); `minimum`: the smallest order. `multiplier`:
    money per unit at a price of 1 (0.01 for bonds quoted per 100 par). `constituents`: what a fund holds, as
    (instrument or issuer id, weight); None when not known, () when nothing to look through to.
    `identical`: key of the group of substantially identical securities (26 USC 1091); None says nothing, unless the
    book's `complete` says that these groups are all stated."""

    id: str
    name: str
    issuer: str | None
    currency: str
    step: Fraction = Fraction(1)
    minimum: Fraction | None = None
    multiplier: Fraction = Fraction(1)
    underlying: str | None = None  # instrument id, for derivatives
    constituents: tuple[tuple[str, Fraction], ...] | None = ()
    identical: str | None = None
    facts: Facts = field(default_factory=dict)
    dated: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a trade costs in an account, money in the base currency: a ticket per order, per unit, and a
    spread as a fraction of value."""

    ticket: Fraction = Fraction(0)
    per_unit: Fraction = Fraction(0)
    spread: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Account:
    """`cash` by currency: (settled, unsettled). `held_away`: counted, never traded. `short_sales`: may sell short; a
    permission, which nobody has who was not given it. `model`: whose weights are the target; `benchmark`: whose
    weights are the index. Facts: `client risk tolerance`, `plan assets`, … `external_ids`: what other systems call it,
    by system; no rule speaks of them."""

    id: str
    name: str
    household: str | None
    owner: str | None = None
    tags: frozenset[str] = frozenset()
    tax: TaxKind = TaxKind.TAXABLE
    held_away: bool = False
    short_sales: bool = False
    relief: Relief = Relief.SPECIFIC
    cash: Mapping[str, tuple[Fraction, Fraction]] = field(default_factory=dict)
    model: str | None = None
    benchmark: str | None = None
    cost: Cost = Cost()
    minimum_trade: Fraction = Fraction(0)
    facts: Facts = field(default_factory=dict)
    external_ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Household:
    """`salt`: says nothing; with it nobody guesses its rows by the hash that a snapshot has of them."""

    id: str
    name: str
    facts: Facts = field(default_factory=dict)
    external_ids: Mapping[str, str] = field(default_factory=dict)
    salt: str | None = None


@dataclass(frozen=True, slots=True)
class Lot:
    """`quantity` in the instrument's units, above zero (below for a short lot); `basis`: money per unit in the
    instrument's currency; `acquired`: the day from which the holding period runs."""

    id: str
    account: str
    instrument: str
    quantity: Fraction
    basis: Fraction | None
    acquired: date | None


@dataclass(frozen=True, slots=True)
class Price:
    instrument: str
    day: date
    price: Fraction
    volume: Fraction | None = None  # units traded that day
    known: date | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """Base currency per one unit of `currency` on `day`."""

    currency: str
    day: date
    rate: Fraction


@dataclass(frozen=True, slots=True)
class ListEntry:
    """`subject`: an instrument or issuer id. In effect from `start` to `end`, both included."""

    list: str
    kind: str  # "security" or "issuer"
    subject: str
    start: date
    end: date | None = None
    known: date | None = None
    derivatives: bool = True


@dataclass(frozen=True, slots=True)
class Trade:
    """One past fill. `gain`: realised, base currency, None when not known or not a sale."""

    account: str
    instrument: str
    side: Side
    quantity: Fraction
    price: Fraction
    day: date
    gain: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """Money that will leave (above zero: a withdrawal) or come in (below zero) on a day."""

    account: str
    day: date
    amount: Fraction


@dataclass(frozen=True, slots=True)
class Balance:
    """Net assets of an account at the close of a past day, base currency."""

    account: str
    day: date
    amount: Fraction


@dataclass(frozen=True, slots=True)
class Weight:
    """A model's target: `kind` "security" or a level of the vocabulary ("asset class"); weight as a fraction."""

    model: str
    kind: str
    key: str
    weight: Fraction


@dataclass(frozen=True, slots=True)
class Loading:
    """Risk in factor form: annual variance = Σ_factor (Σ loading · weight)² + Σ (specific · weight)²; factors are
    independent with unit variance."""

    instrument: str
    factor: str  # "specific" for the part that is the instrument's own
    loading: Fraction


@dataclass(frozen=True, slots=True)
class Book:
    """One snapshot: what was true on `as_of`, as known on `known_at`. Mappings are by id.

    `complete`: which tables are complete, by name: "list LIST-ID", "history ACCOUNT", "flows ACCOUNT", and "groups
    household", "groups identical group" → first complete day. Without that word, a rule over the list, the history,
    what is due or the groups is unknown where it would otherwise pass. `elsewhere`: what the book leaves out of the
    firm, None where it has all accounts. `salt`: says nothing; with it nobody guesses a book by its hash."""

    as_of: date
    known_at: date
    currency: str
    issuers: Mapping[str, Issuer]
    instruments: Mapping[str, Instrument]
    households: Mapping[str, Household]
    accounts: Mapping[str, Account]
    lots: Mapping[str, Lot]
    prices: tuple[Price, ...]
    rates: tuple[Rate, ...] = ()
    entries: tuple[ListEntry, ...] = ()
    trades: tuple[Trade, ...] = ()
    flows: tuple[Flow, ...] = ()
    balances: tuple[Balance, ...] = ()
    weights: tuple[Weight, ...] = ()
    loadings: tuple[Loading, ...] = ()
    complete: Mapping[str, date] = field(default_factory=dict)
    holidays: frozenset[date] = frozenset()
    facts: Facts = field(default_factory=dict)  # of the firm
    elsewhere: Elsewhere | None = None
    salt: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """`quantity` in the instrument's units, above zero. `lots`: what a sale is to use, (lot id, quantity); empty for
    the account's relief method. `batch`: release order; a batch is released when the one before is filled."""

    account: str
    instrument: str
    side: Side
    quantity: Fraction
    lots: tuple[tuple[str, Fraction], ...] = ()
    batch: int = 0
