"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from server.client.answer import Answer, Exact
from server.client.types.judged import Nearest
from server.client.types.shared import ProposalAnswer


class Comparison(Answer):
    """`objective`: how much more this one costs than the other, in money, each by its own intent; `tax`, `cost`: the
    same of the tax on realised gains and of what trading costs. Null where one of them has no orders. `trades`: where
    they differ."""

    answer: str
    other: str
    objective: Exact | None
    tax: Exact | None
    cost: Exact | None
    trades: tuple[Traded, ...]


class ComparisonAnswer(Answer):
    """`proposal` beside `against`, on whether the same rules and data they rest."""

    proposal: str
    against: str
    same_rules: bool
    same_data: bool
    comparison: Comparison


class ObservedAnswer(Answer):
    """Of a proposal's orders: one line for each rule that was only observed by the rules that it was made by."""

    proposal: str
    data: tuple[Nearest, ...]


class ProposalsAnswer(Answer):
    """Newest first. `next`: the cursor of the next page, null after the last."""

    data: tuple[ProposalAnswer, ...]
    next: str | None


class Traded(Answer):
    """What is bought of an instrument in an account less what is sold, in units, by each of the two."""

    account: str
    instrument: str
    name: str
    here: Exact
    there: Exact
