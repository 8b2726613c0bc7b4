"""Facts: snapshots, what is said beside them, and what rules say of the newest one."""

import sqlalchemy as sa
from alembic import op

from migrations.first.columns import perhaps, texts

TABLES = (
    "survey",
    "snapshot",
    "salt",
    "stated",
    "entered",
    "reached",
    "verdict",
)


def upgrade() -> None:
    op.create_table(
        "survey",
        *texts("id", "begun"),
        *perhaps("ended", "last"),
        sa.Column("parts", sa.Integer(), nullable=False),
        *texts("said"),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_survey_begun", "survey", ["begun"])
    op.create_table(
        "snapshot",
        *texts("id", "manifest", "source", "as_of", "known_at", "counts"),
        sa.Column("more", sa.Boolean(), nullable=False),
        *texts("made", "since"),
        *perhaps("base", "role"),
        sa.Column("erased", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_snapshot_manifest", "snapshot", ["manifest"])
    op.create_index("ix_snapshot_made", "snapshot", ["made"])
    op.create_table(
        "salt",
        *texts("household"),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("household"),
    )
    op.create_table(
        "stated",
        *texts("snapshot", "origins"),
        *perhaps("heard"),
        *texts("lists"),
        sa.PrimaryKeyConstraint("snapshot"),
    )
    op.create_table(
        "entered",
        *texts("id", "list", "kind", "subject", "start"),
        *perhaps("end", "known"),
        sa.Column("derivatives", sa.Boolean(), nullable=False),
        sa.Column("ends", sa.Boolean(), nullable=False),
        *texts("source"),
        *perhaps("reason"),
        *texts("author", "made"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "reached",
        sa.Column("position", sa.Integer(), nullable=False),
        *texts("time"),
        *perhaps("rulebook", "snapshot"),
        sa.PrimaryKeyConstraint("position"),
    )
    op.create_index("ix_reached_time", "reached", ["time"])
    op.create_table(
        "verdict",
        *texts("part", "obligation", "household", "rule", "scope"),
        *perhaps("group"),
        *texts("outcome", "reason"),
        *perhaps("role", "reason_role"),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("until", sa.Integer()),
        *texts("time"),
        sa.PrimaryKeyConstraint("part", "obligation", "since"),
    )
    op.create_index("ix_verdict_household", "verdict", ["household"])
    op.create_index("ix_verdict_rule", "verdict", ["rule"])
