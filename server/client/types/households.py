"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.client.answer import Answer


class HouseholdAnswer(Answer):
    snapshot: str
    as_of: str
    known_at: str
    sealed: str
    oldest_fact_age: str
    data: HouseholdSaid


class HouseholdSaid(Answer):
    """`external_ids`: what other systems call it, by system; `facts`: by their words in the vocabulary; `accounts`:
    their ids."""

    id: str
    name: str
    external_ids: Mapping[str, str]
    facts: Mapping[str, Any]
    accounts: tuple[str, ...]


class HouseholdsAnswer(Answer):
    """By id. `next`: the cursor of the next page, of the same snapshot; null after the last."""

    snapshot: str
    as_of: str
    known_at: str
    sealed: str
    oldest_fact_age: str
    data: tuple[HouseholdSaid, ...]
    next: str | None
