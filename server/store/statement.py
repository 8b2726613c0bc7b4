"""Statements that are handed to the driver as they are, for the few that every check and every write runs.

SQLAlchemy says them once for each database; what it does around each execution takes several times what SQLite does
within. Errors are SQLAlchemy's all the same.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement
from sqlmodel import Session, SQLModel
from sqlmodel.sql.expression import SelectOfScalar

Row = TypeVar("Row", bound=SQLModel)

Column = tuple[str, Callable[[Any], Any] | None]

STATEMENTS = 64  # that are kept as texts


def connected(session: Session) -> Connection:
    """The connection on which `server.store.store` began the session's transaction. A session that is asked for its
    connection makes one of its own within, and an object for each, which takes longer than a short statement."""
    assert isinstance(session.bind, Connection), "a session of the store's"
    return session.bind


def one(connection: Connection, statement: ClauseElement, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """The first row that it finds."""
    row: tuple[Any, ...] | None = _run(connection, statement, [values]).fetchone()
    return row


def first(session: Session, wanted: SelectOfScalar[Row], values: Mapping[str, Any]) -> Row | None:
    """The first row of a table, apart from the session: it is to be read, and what is set in it is not kept."""
    session.flush()
    connection = connected(session)
    row = one(connection, wanted, values)
    if row is None:
        return None
    table, columns = _shape(wanted, connection.dialect)
    told = zip(columns, row, strict=True)
    found: Row = table.model_construct(**{name: read(value) if read else value for (name, read), value in told})
    return found


def each(connection: Connection, statement: ClauseElement, rows: Sequence[Mapping[str, Any]]) -> None:
    """Once for each of the rows."""
    if rows:
        _run(connection, statement, rows)


@lru_cache(STATEMENTS)
def _spelt(statement: ClauseElement, dialect: Dialect) -> tuple[str, dict[str, Any]]:
    """Its text, and the values that it has of its own. Both databases take parameters by name, as `server.store.store`
    opens them."""
    compiled = statement.compile(dialect=dialect)
    return str(compiled), {name: value for name, value in compiled.params.items() if value is not None}


@lru_cache(STATEMENTS)
def _shape(wanted: SelectOfScalar[Row], dialect: Dialect) -> tuple[Any, Sequence[Column]]:
    """The table that it reads, its columns, and what makes their values of the driver's."""
    columns = wanted.selected_columns.items()
    readings = [(name, column.type.result_processor(dialect, None)) for name, column in columns]
    return wanted.column_descriptions[0]["entity"], readings


def _run(connection: Connection, statement: ClauseElement, rows: Sequence[Mapping[str, Any]]) -> Any:
    (text, own), cursor = _spelt(statement, connection.dialect), connection.connection.cursor()
    try:
        if len(rows) == 1:
            cursor.execute(text, {**own, **rows[0]})
        else:
            cursor.executemany(text, rows)
    except Exception as error:
        raise _said(connection.dialect, text, error) from error
    return cursor


def _said(dialect: Dialect, text: str, error: Exception) -> BaseException:
    """As SQLAlchemy says it, without the values, which may be a client's."""
    driver: Any = dialect.loaded_dbapi
    return DBAPIError.instance(text, None, error, driver.Error, hide_parameters=True, dialect=dialect)
