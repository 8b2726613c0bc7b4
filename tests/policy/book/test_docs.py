"""What docs/book.md shows is what happens."""

from __future__ import annotations

import re
from pathlib import Path

from policy.book.after import after
from policy.book.facts import Book
from policy.book.intake.columns import FILES
from policy.book.orders import from_csv as read_orders
from policy.book.problem import is_problems, text
from policy.book.read import index
from policy.book.snapshot import content_hash
from policy.book.tables import from_csv
from policy.book.wire import from_json

PAGE = (Path(__file__).parents[3] / "docs" / "book.md").read_text(encoding="utf-8")


def files() -> dict[str, str]:
    return dict(re.findall(r"`(\w+\.csv)`\n\n```csv\n(.*?)```", PAGE, re.DOTALL))


def shown() -> Book:
    (document,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    found = from_json(document)
    assert isinstance(found, Book), found
    return found


def test_both_forms_of_the_smallest_book_are_one_book() -> None:
    found = from_csv(files())
    assert isinstance(found, Book), found
    assert found == shown()
    assert content_hash(found) == content_hash(shown())


def test_the_problems_are_told_as_shown() -> None:
    bad = files()
    bad["lots.csv"] = 'id,account,instrument,quantity\nL1,trust,ACM,"1,5"\nL2,trust,ACN,1\n'
    found = from_csv(bad)
    assert is_problems(found)
    assert [f"    {text(problem)}" for problem in found] == re.findall(r"^    lots\.csv.*$", PAGE, re.MULTILINE)


def test_the_orders_can_be_filled() -> None:
    *_, table = re.findall(r"```csv\n(.*?)```", PAGE, re.DOTALL)
    orders = read_orders(table)
    assert not is_problems(orders)
    found = after(index(shown()), orders)  # type: ignore[arg-type]  # orders, not problems
    assert isinstance(found, Book), found
    assert found.lots["L1"].quantity == 40


def test_every_table_is_described() -> None:
    described = set(re.findall(r"^\| (\w+) \|", PAGE, re.MULTILINE)) - {"table", "taken"}
    assert described | {"cash", "constituents"} == set(FILES)
    assert "`cash.csv`" in PAGE
    assert "`constituents.csv`" in PAGE
