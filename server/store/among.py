"""Columns that hold several names, by commas."""

from typing import Any

from sqlalchemy import ColumnElement, func, literal


def among(column: Any, name: str) -> ColumnElement[bool]:
    """Whether the name is one of them; null where the column is. Not by LIKE, which knows no case on SQLite."""
    every = literal(",") + column + ","
    found: ColumnElement[bool] = func.replace(every, f",{name},", "") != every
    return found
