"""Input that is made to take forever, or to take everything down: answered, in time that grows with its length."""

from __future__ import annotations

import json
from typing import Any

import pytest

from policy.book.problem import is_problems, text
from policy.book.sheets import to_csv
from policy.book.tables import from_csv
from policy.book.wire import from_json
from tests.policy.book.sample import Document, book, problems, sample

MANY = 5_000


def _strangers(document: Document) -> None:
    document["lots"] += [
        {"id": f"x{n}", "account": "trust", "instrument": f"ACM{n}", "quantity": "1"} for n in range(MANY)
    ]
    document["instruments"] += [{"id": f"ACN{n}", "name": f"n{n}", "currency": "USD"} for n in range(3_000)]


def _misspelt_fields(document: Document) -> None:
    document["lots"] += [{"id": f"x{n}", "acount": "trust", "instrument": "ACM", "quantity": "1"} for n in range(MANY)]


def _misspelt_facts(document: Document) -> None:
    document["issuers"] += [
        {"id": f"x{n}", "name": f"n{n}", "facts": {f"coal revenu share{n % 9}": "1%"}} for n in range(MANY)
    ]


def _one_fund(document: Document) -> None:
    document["instruments"][2]["constituents"] = [{"id": "ACM", "weight": "0"}] * MANY


def _same_price(document: Document) -> None:
    document["prices"] += [{"instrument": "ETF", "day": "2026-01-02", "price": "1"}] * MANY


def _long_numbers(document: Document) -> None:
    for lot in document["lots"]:
        lot["quantity"] = "9" * 1_000_000


def _long_names(document: Document) -> None:
    document["instruments"][0]["x" * 1_000_000] = "y"
    document["instruments"][0]["facts"]["z" * 1_000_000] = "y"
    document["lots"][0]["instrument"] = "y" * 1_000_000


@pytest.mark.parametrize(
    "change",
    [_strangers, _misspelt_fields, _misspelt_facts, _one_fund, _same_price, _long_numbers, _long_names],
)
def test_many_and_long_mistakes(change: Any) -> None:
    document = sample()
    change(document)
    found = problems(document)
    assert all(len(text(problem)) < 1_000 for problem in found)


def test_a_name_that_stands_very_often_in_one_object() -> None:
    document = "{" + ",\n".join(['"a": 1'] * MANY) + "}"
    found = from_json(document)
    assert is_problems(found)
    assert len(found) == MANY - 1
    assert found[-1].place.line == MANY


def test_very_many_columns_and_rows_for_one_parent() -> None:
    files = to_csv(book())
    files["lots.csv"] = ",".join(["id"] * 200_000) + "\n"
    files["cash.csv"] += "trust,USD,1,0\n" * MANY
    found = from_csv(files)
    assert is_problems(found)
    assert len(found) == MANY + 199_999


@pytest.mark.parametrize("depth", [50, 500, 5_000, 500_000])
@pytest.mark.parametrize("place", ["facts", "cash", "tags", "constituents"])
def test_nesting(place: str, depth: int) -> None:
    whole = json.dumps(sample())
    table = "instruments" if place in ("facts", "constituents") else "accounts"
    bomb = f'"{table}": [{{"{place}": ' + '{"a": [' * depth + "]}" * depth + "}]"
    head, _, _ = whole.partition(f'"{table}": [')
    found = from_json(head + bomb + "}")
    assert is_problems(found)


def test_a_line_of_a_million_cells() -> None:
    files = to_csv(book())
    files["lots.csv"] += "," * 1_000_000 + "x\n"
    assert is_problems(from_csv(files))
