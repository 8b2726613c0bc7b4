"""The database's tables brought to the state that the code expects, or taken back.

A revision is named by its number, such as `0002`; one that only adds to the tables also names the oldest code that
works on them, such as `0002.0001`. The name is the one thing of a newer schema that older code can read: so processes
of two versions run on one database while a deployment goes on. What is removed is removed a version later, when no
process needs it any more, by a revision that names no older code.
"""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

import migrations
from server.store.store import Gate, Store, alone

SCRIPTS = Path(migrations.__file__).parent
EMPTY = "base"


class RevisionError(ValueError):
    """The tables are of a revision that this code does not work on; the message says which and what to do."""


def migrated(known: Store, revision: str = "head") -> None:
    """At the revision, forward or back; tables that are newer and only have more in them are left as they are. One
    process does it while others wait. CommandError where there is no such revision, or the database is at one that this
    code does not know."""
    with known.turn(), known.engine.begin() as connection:
        alone(connection, Gate.TABLES)
        have = _current(connection)
        if revision == "head" and works(have, _head()):
            return
        config = _config()
        config.attributes["connection"] = connection
        if revision == EMPTY or (have is not None and _before(revision, have)):
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)


def pending(known: Store) -> tuple[str | None, str]:
    """The revision that the database has, and the one that the code expects."""
    with known.engine.connect().execution_options(writes=False) as connection:
        return _current(connection), _head()


def works(have: str | None, want: str) -> bool:
    """Whether code that expects the revision `want` works on tables of the revision `have`."""
    return have is not None and (have == want or _oldest(have) <= want.partition(".")[0] < have.partition(".")[0])


def required(known: Store) -> None:
    """RevisionError where the tables are not such that this code works on them."""
    have, want = pending(known)
    if not works(have, want):
        raise RevisionError(behind(have, want))


def behind(have: str | None, want: str) -> str:
    return f"the database is at revision {have}, the code expects {want}"


def previous(revision: str) -> str:
    """The one before it; `base`, without any table, before the first. CommandError where there is no such revision."""
    found = ScriptDirectory.from_config(_config()).get_revision(revision)
    return str(found.down_revision or EMPTY) if found is not None else EMPTY


def _oldest(revision: str) -> str:
    number, _, oldest = revision.partition(".")
    return oldest or number


def _before(revision: str, have: str) -> bool:
    known = [each.revision for each in ScriptDirectory.from_config(_config()).walk_revisions()]
    return revision in known and have in known and known.index(revision) > known.index(have)


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


@cache
def _head() -> str:
    found = ScriptDirectory.from_config(_config()).get_current_head()
    assert found is not None, "there is a first revision"
    return found


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    return config
