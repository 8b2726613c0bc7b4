"""A next revision as they should be: it adds, so that code which expects 0001 goes on working."""

import sqlalchemy as sa
from alembic import op

revision = "0002.0001"
down_revision = "0001"


def upgrade() -> None:
    op.create_table("of_a_later_version", sa.Column("id", sa.Integer(), primary_key=True))
    for table in ("credential", "snapshot", "rulebook", "proposal", "journal"):
        op.add_column(table, sa.Column("of_a_later_version", sa.String(), nullable=True))
        op.add_column(table, sa.Column("counted_by_a_later_version", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    for table in ("credential", "snapshot", "rulebook", "proposal", "journal"):
        op.drop_column(table, "counted_by_a_later_version")
        op.drop_column(table, "of_a_later_version")
    op.drop_table("of_a_later_version")
