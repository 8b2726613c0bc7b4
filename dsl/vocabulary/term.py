"""What a word of the vocabulary is: its kind, what it is measured in, whose it is and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Kind(StrEnum):
    """What part a term plays in a sentence."""

    LEVEL = "level"  # holdings are added up into its groups; a level that is a text fact may be compared too
    FACT = "fact"  # something known about one instrument, issuer, account, household, firm or lot
    MEASURE = "measure"  # how a holding is counted
    BASE = "base"  # a quantity of the scope or of the group, that a limit is a share of
    FLOW = "flow"  # money traded over a window
    RISK = "risk"  # ex-ante risk of the scope


class Type(StrEnum):
    """Percentages are fractions in the book (5 % is 1/20) and percent in the text."""

    NUMBER = "number"
    PERCENT = "percent"
    MONEY = "money"
    TEXT = "text"
    BOOL = "true or false"
    DATE = "date"


class Source(StrEnum):
    """Where a value comes from, which is also what the book must hold for it to be known."""

    FIELD = "field"  # a column of the record itself (currency, issuer, acquired)
    FACT = "fact"  # the record's table of facts, under the term's name
    COMPUTED = "computed"  # from lots, prices, rates and the orders
    SERIES = "history"  # from prices, trades, flows or balances over a window
    MODEL = "model"  # from the table of target and index weights
    LOADINGS = "loadings"  # from the table of risk loadings


class Window(StrEnum):
    """Which stretch of days a term needs or may have."""

    NONE = "none"
    TRAILING = "over trailing"  # required: `over trailing 20 business days`
    AHEAD = "within"  # required: `within 90 calendar days`
    OPTIONAL = "optional"  # without one: this proposal alone


@dataclass(frozen=True, slots=True)
class Term:
    """One term.

    `of`: whose it is: "instrument", "issuer", "account", "household", "firm", "lot", "order"; "scope" for a
    quantity of the accounts judged together, "group" for a quantity of the group at hand (a weight in the
    model). A fact of the issuer is looked up on the instrument first, then on its issuer.
    `unit`: a name of `dsl.units`. `low`, `high`: bounds that every true value obeys, so that a missing one is
    an interval; None where there is none. `values`: the words a text may be; empty for free text, which is
    written in quotes. `open`: quoted words beside `values` are allowed, for a firm's own scheme. `scale`: symbols that
    stand for 1, 2, 3 …, worst first (`dsl.vocabulary.scales`).
    """

    name: str
    kind: Kind
    type: Type
    unit: str
    of: str
    source: Source
    sentence: str
    plural: str = ""
    low: Fraction | None = None
    high: Fraction | None = None
    values: tuple[str, ...] = ()
    open: bool = False
    scale: tuple[str, ...] = ()
    window: Window = Window.NONE
