"""The database's tables brought to the state that the code expects, or taken back."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import migrations
from server.store.store import Store

SCRIPTS = Path(migrations.__file__).parent


def migrated(known: Store, revision: str = "head") -> None:
    """At the revision. One process does it while others wait, on PostgreSQL; on SQLite the file is locked anyway."""
    with known.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7476634)")
        config = _config()
        config.attributes["connection"] = connection
        if revision == "base":
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)


def pending(known: Store) -> tuple[str | None, str | None]:
    """The revision that the database has, and the one that the code expects."""
    with known.engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    return current, ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    return config
