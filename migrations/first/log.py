"""The log: its entries, what they commit to, and what forbids or takes away a body."""

import sqlalchemy as sa
from alembic import op

from migrations.first.columns import perhaps, texts

TABLES = (
    "blob",
    "checkpoint",
    "head",
    "journal",
    "legal_hold",
    "erasure",
)


def upgrade() -> None:
    op.create_table(
        "blob",
        *texts("hash"),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_table(
        "checkpoint",
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("size"),
    )
    op.create_table(
        "head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("edge", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute("INSERT INTO head (id, size, edge) VALUES (1, 0, '')")
    op.create_table(
        "journal",
        sa.Column("index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        *texts("type", "stream"),
        sa.Column("seq", sa.Integer(), nullable=False),
        *texts("time", "data"),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        *perhaps("household", "role"),
        sa.Column("nodes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("index"),
        sa.UniqueConstraint("stream", "seq"),
    )
    op.create_index("ix_journal_leaf", "journal", ["leaf"])
    op.create_table(
        "legal_hold",
        *texts("id", "household", "reason", "placer", "made"),
        *perhaps("ended", "ender"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_legal_hold_household", "legal_hold", ["household"])
    op.create_table(
        "erasure",
        *texts("id"),
        *perhaps("household", "leaf"),
        *texts("reason", "asker", "made"),
        *perhaps("granter", "granted"),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
