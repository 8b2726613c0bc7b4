"""A firm of so many small households, each with an account that has too little of one share and too much of another."""

from __future__ import annotations

from typing import Any

from tests.server.cli.test_visibility import BOOK


def firm(number: int) -> dict[str, Any]:
    (account,), lots = BOOK["accounts"], BOOK["lots"]
    names = [f"h{n}" for n in range(number)]
    return {
        **BOOK,
        "households": [{"id": name, "name": f"Household {name}"} for name in names],
        "accounts": [{**account, "id": f"{name}-trust", "household": name} for name in names],
        "lots": [
            {**lot, "id": f"{name}-{lot['id']}", "account": f"{name}-trust"} for name in names for lot in lots
        ],
    }  # fmt: skip
