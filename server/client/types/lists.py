"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from server.client.answer import Answer


class EntriesAnswer(Answer):
    """Who is on the list on the day `as_of`, by the newest snapshot: by subject. `next`: the cursor of the next page,
    null after the last."""

    list: str
    snapshot: str
    as_of: str
    data: tuple[EntryAnswer, ...]
    next: str | None


class EntryAnswer(Answer):
    """`since` and `until`: the first and the last day in effect, null until lifted; `known`: the day on which it
    became known, null always. `said`: whether somebody said it of the list, else a book states it. `source`, `by`,
    `made`: whose word it is and since when; `reason`: as it was given with it."""

    kind: str
    subject: str
    since: str
    until: str | None
    known: str | None
    derivatives: bool
    said: bool
    source: str
    by: str
    made: str
    reason: str | None


class ListAnswer(Answer):
    """`rules`: the ids of those that speak of it, the list's own included where the rule book has its text;
    `complete`: the first day from which the newest snapshot has every entry, null where it does not say so."""

    id: str
    rules: tuple[str, ...]
    complete: str | None


class ListsAnswer(Answer):
    """By id. `next`: always null."""

    data: tuple[ListAnswer, ...]
    next: str | None = None
