"""How Alembic runs a migration here: on the connection that `server.store.migrate` hands over, in its transaction."""

from alembic import context
from sqlmodel import SQLModel

import server.store.tables  # noqa: F401  # its classes fill SQLModel.metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=SQLModel.metadata, render_as_batch=True
)
context.run_migrations()
