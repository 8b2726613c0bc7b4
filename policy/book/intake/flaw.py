"""Something wrong between rows, before anyone knows in which file they stood."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flaw:
    """`row`: position in the table's records; `path`: the field, or a way inside it. `what`, `do` as in `Problem`."""

    table: str
    row: int
    path: tuple[str | int, ...]
    what: str
    do: str
