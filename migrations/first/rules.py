"""Rules: books, modes and what observing counted, waivers, overrides and their evidence."""

import sqlalchemy as sa
from alembic import op

from migrations.first.columns import perhaps, texts

TABLES = (
    "rulebook",
    "evidence",
    "mode",
    "observation",
    "override",
    "waiver",
)


def upgrade() -> None:
    op.create_table(
        "rulebook",
        *texts("id", "manifest", "title", "author", "made", "report"),
        *perhaps("active", "activator"),
        sa.Column("version", sa.Integer(), nullable=False),
        *perhaps("base", "replaced", "role", "household", "git"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_rulebook_active", "rulebook", ["active"])
    op.create_index("ix_rulebook_base", "rulebook", ["base"])
    op.create_index("ix_rulebook_manifest", "rulebook", ["manifest"])
    op.create_table(
        "evidence",
        *texts("hash", "principal"),
        sa.Column("size", sa.Integer(), nullable=False),
        *texts("media", "made"),
        sa.PrimaryKeyConstraint("hash", "principal"),
    )
    op.create_table(
        "mode",
        *texts("id", "rulebook", "rule", "mode"),
        *perhaps("since"),
        *texts("reason"),
        *perhaps("role"),
        *texts("asker", "made"),
        *perhaps("granter", "granted", "active"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_mode_rulebook", "mode", ["rulebook"])
    op.create_table(
        "observation",
        *texts("rulebook", "rule", "day"),
        sa.Column("judged", sa.Integer(), nullable=False),
        sa.Column("warned", sa.Integer(), nullable=False),
        sa.Column("stopped", sa.Integer(), nullable=False),
        sa.Column("blocked", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("rulebook", "rule", "day"),
    )
    op.create_table(
        "override",
        *texts("id", "proposal", "reason"),
        *perhaps("evidence"),
        *texts("asker", "made"),
        *perhaps("granter", "granted", "kind", "envelope", "ended"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_override_evidence", "override", ["evidence"])
    op.create_index("ix_override_proposal", "override", ["proposal"])
    op.create_table(
        "waiver",
        *texts("id", "rule", "terms", "first", "last", "reason"),
        *perhaps("evidence", "role", "household"),
        *texts("asker", "made"),
        *perhaps("granter", "granted", "kind", "envelope", "signed", "file", "ended", "ender"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_waiver_evidence", "waiver", ["evidence"])
    op.create_index("ix_waiver_rule", "waiver", ["rule"])
