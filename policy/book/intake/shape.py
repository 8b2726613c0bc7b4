"""Which pydantic model stands where in a document."""

from __future__ import annotations

from typing import get_args

from pydantic import BaseModel

from policy.book.intake.order_rows import OrderLot, OrdersDocument
from policy.book.intake.rows import BookDocument, Cash, Constituent, CostRow, Head

_INNER: dict[str, type[BaseModel]] = {"constituents": Constituent, "cash": Cash, "cost": CostRow, "lots": OrderLot}


def row_model(table: str) -> type[BaseModel]:
    """The model of a table's rows; `book` is the document's head, `orders` the orders of their own document."""
    if table == "book":
        return Head
    document = OrdersDocument if table == "orders" else BookDocument
    row: type[BaseModel] = get_args(document.model_fields[table].annotation)[0]
    return row


def model_at(table: str, path: tuple[int | str, ...]) -> type[BaseModel]:
    """The model of what stands at a path inside a row: ("constituents", 3)."""
    return _INNER[str(path[0])] if path else row_model(table)
