"""Orders as pydantic rows."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from policy.book.intake.fields import Batch, Id, Positive, SideField
from policy.book.intake.rows import Row


class OrderLot(Row):
    lot: Id
    quantity: Positive


class OrderRow(Row):
    account: Id
    instrument: Id
    side: SideField
    quantity: Positive
    """units"""
    lots: list[OrderLot] = Field(default_factory=list)
    """what a sale is to use; [] leaves it to the account's relief method"""
    batch: Batch = 0
    """release order: a batch is released when the one before is filled"""


class OrdersDocument(Row):
    """Orders that are judged against a book."""

    model_config = ConfigDict(title="Proofolio orders")

    orders: list[OrderRow]
