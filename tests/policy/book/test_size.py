"""A book of 100,000 lots: read, indexed, hashed, booked; and told apart from one with a mistake in it."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from policy.book.after import after
from policy.book.facts import Book, Order, Side
from policy.book.problem import text
from policy.book.read import index
from policy.book.sheets import to_csv
from policy.book.snapshot import content_hash
from policy.book.tables import from_csv
from policy.book.wire import from_json


def document(lots: int) -> dict[str, object]:
    return {
        "as_of": "2026-01-30",
        "currency": "USD",
        "issuers": [{"id": f"I{n}", "name": f"Issuer {n}"} for n in range(500)],
        "instruments": [{"id": f"S{n}", "name": f"S {n}", "issuer": f"I{n}", "currency": "USD"} for n in range(500)],
        "accounts": [{"id": f"A{n}", "name": f"A {n}", "relief": "fifo", "cash": {}} for n in range(50)],
        "lots": [
            {"id": f"L{n}", "account": f"A{n % 50}", "instrument": f"S{n % 499}", "quantity": f"{n % 300 + 1}.5",
             "basis": f"{n % 900}.25", "acquired": f"20{n % 20 + 5:02}-01-03"}
            for n in range(lots)
        ],
        "prices": [{"instrument": f"S{n}", "day": "2026-01-30", "price": f"{n + 1}.17"} for n in range(500)],
    }  # fmt: skip


@pytest.mark.parametrize("lots", [5_000, pytest.param(100_000, marks=pytest.mark.deep)])
def test_large_books(lots: int) -> None:
    found = from_json(json.dumps(document(lots)))
    assert isinstance(found, Book), found
    by_csv = from_csv(to_csv(found))
    assert isinstance(by_csv, Book), by_csv
    assert content_hash(by_csv) == content_hash(found)
    facts = index(found)
    held = facts.held["A0"]["S0"]
    orders = [Order("A0", "S0", Side.SELL, held[0].quantity)]
    later = after(facts, orders)
    assert isinstance(later, Book)
    assert sum(lot.quantity for lot in later.lots.values()) == sum(
        lot.quantity for lot in found.lots.values()
    ) - Fraction(orders[0].quantity)


@pytest.mark.parametrize("lots", [5_000, pytest.param(100_000, marks=pytest.mark.deep)])
def test_one_mistake_in_a_large_book(lots: int) -> None:
    bad = document(lots)
    bad["lots"][-1]["instrument"] = "s0"  # type: ignore[index]  # a list of rows
    found = from_json(json.dumps(bad, indent=0))
    assert isinstance(found, tuple)
    (problem,) = found
    assert problem.place.pointer == f"/lots/{lots - 1}/instrument"
    assert text(problem).endswith("did you mean `S0`?")
