"""Everything that the first version keeps: the journal, content, people, rules, data, the desk and its flows."""

from alembic import op

from migrations.first import data, desk, flow, log, people, rules

revision = "0001"
down_revision = None

PARTS = (log, people, rules, data, desk, flow)


def upgrade() -> None:
    for part in PARTS:
        part.upgrade()


def downgrade() -> None:
    for part in PARTS:
        for table in part.TABLES:
            op.drop_table(table)
