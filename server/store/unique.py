"""Rows of which there may be one: whoever is second learns it without an error that would end the transaction."""

from sqlalchemy import inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel


def added(session: Session, row: SQLModel) -> bool:
    """Whether the row was added; not where one with the same key, or another unique value of its, is there."""
    connection = session.connection()
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    key = inspect(type(row)).primary_key
    statement = insert(type(row)).values(row.model_dump()).on_conflict_do_nothing().returning(*key)
    return connection.execute(statement).first() is not None
