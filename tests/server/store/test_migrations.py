"""Migrations: from empty to the tables that the code has, and back to empty."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect
from sqlmodel import SQLModel

from server.store import tables
from server.store.migrate import migrated, pending
from server.store.store import store


def test_they_make_the_tables_of_the_code_and_take_them_back(empty: str) -> None:
    found = store(empty)
    assert pending(found)[0] is None
    migrated(found)
    have, want = pending(found)
    assert have == want is not None
    with found.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []
        assert tables.Journal.__tablename__ in inspect(connection).get_table_names()
    migrated(found)
    migrated(found, "base")
    with found.engine.connect() as connection:
        assert inspect(connection).get_table_names() in ([], ["alembic_version"])
    migrated(found)
    assert pending(found) == (want, want)
    found.engine.dispose()
