"""What outlives a request: who works, what was told, and what is posted."""

import sqlalchemy as sa
from alembic import op

from migrations.first.columns import perhaps, texts

TABLES = (
    "executor",
    "told",
    "webhook",
    "delivery",
)


def upgrade() -> None:
    op.create_table(
        "executor",
        *texts("id", "beat", "since"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_executor_beat", "executor", ["beat"])
    op.create_table(
        "told",
        *texts("what", "subject", "time"),
        sa.PrimaryKeyConstraint("what", "subject"),
    )
    op.create_table(
        "webhook",
        *texts("id", "url", "secret"),
        *perhaps("former", "until"),
        *texts("principal", "roles"),
        *perhaps("households"),
        *texts("types"),
        sa.Column("version", sa.Integer(), nullable=False),
        *texts("made"),
        *perhaps("stopped", "ended"),
        sa.Column("reached", sa.Integer(), nullable=False),
        sa.Column("again", sa.Integer(), nullable=True),
        sa.Column("again_last", sa.Integer(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        *texts("due"),
        *perhaps("holder", "lease"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_webhook_due", "webhook", ["due"])
    op.create_table(
        "delivery",
        *texts("webhook", "time"),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        *perhaps("error"),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("webhook", "time", "index"),
    )
