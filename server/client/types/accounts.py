"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.client.answer import Answer


class AccountAnswer(Answer):
    snapshot: str
    as_of: str
    known_at: str
    sealed: str
    oldest_fact_age: str
    data: AccountSaid


class AccountSaid(Answer):
    """As a book has it; null is not known."""

    id: str
    name: str
    household: str | None
    external_ids: Mapping[str, str]
    owner: str | None
    tags: tuple[str, ...]
    tax: str
    held_away: bool
    short_sales: bool
    relief: str
    model: str | None
    benchmark: str | None
    facts: Mapping[str, Any]


class AccountsAnswer(Answer):
    """By id. `next`: the cursor of the next page, of the same snapshot; null after the last."""

    snapshot: str
    as_of: str
    known_at: str
    sealed: str
    oldest_fact_age: str
    data: tuple[AccountSaid, ...]
    next: str | None


class CashSaid(Answer):
    """Exact numbers. `unsettled`: still to be paid (below zero) or to come."""

    currency: str
    settled: str
    unsettled: str


class LotSaid(Answer):
    """Exact numbers. `basis`: money per unit, in the instrument's currency; null where it is not known, as `acquired`,
    the day from which the holding period runs."""

    id: str
    instrument: str
    side: str
    quantity: str
    basis: str | None
    acquired: str | None


class LotsAnswer(Answer):
    """Lots by id, and all `cash` with every page. `next`: the cursor of the next page, of the same snapshot; null
    after the last."""

    snapshot: str
    as_of: str
    known_at: str
    sealed: str
    oldest_fact_age: str
    cash: tuple[CashSaid, ...]
    data: tuple[LotSaid, ...]
    next: str | None
