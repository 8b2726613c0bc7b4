"""The one after it takes away what code that expects 0001 reads, and names no older code."""

from alembic import op

revision = "0003"
down_revision = "0002.0001"


def upgrade() -> None:
    op.alter_column("snapshot", "source", new_column_name="origin")


def downgrade() -> None:
    op.alter_column("snapshot", "origin", new_column_name="source")
