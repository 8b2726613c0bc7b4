"""Proposals and runs, what approves them and what holds them up."""

import sqlalchemy as sa
from alembic import op

from migrations.first.columns import perhaps, texts

TABLES = (
    "proposal",
    "choice",
    "run",
    "approval",
    "approval_policy",
    "hold",
)


def upgrade() -> None:
    op.create_table(
        "proposal",
        *texts("id", "state"),
        sa.Column("version", sa.Integer(), nullable=False),
        *texts("rulebook", "snapshot"),
        *perhaps("household", "account"),
        *texts("intent"),
        *perhaps("households"),
        *texts("proposer", "roles", "made"),
        *perhaps("expires", "answer", "statement", "whole", "reason", "revises", "holder", "lease"),
        sa.Column("tries", sa.Integer(), nullable=False),
        *perhaps("run"),
        sa.Column("number", sa.Integer(), nullable=True),
        *perhaps("measures", "holds", "seen", "held", "held_until", "held_by", "held_why"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("run", "number"),
    )
    op.create_index("ix_proposal_account", "proposal", ["account"])
    op.create_index("ix_proposal_holder", "proposal", ["holder"])
    op.create_index("ix_proposal_household", "proposal", ["household"])
    op.create_index("ix_proposal_made", "proposal", ["made"])
    op.create_index("ix_proposal_state", "proposal", ["state"])
    op.create_table(
        "choice",
        *texts("run"),
        sa.Column("number", sa.Integer(), nullable=False),
        *texts("why"),
        sa.PrimaryKeyConstraint("run", "number"),
    )
    op.create_table(
        "run",
        *texts("id", "kind", "state"),
        sa.Column("version", sa.Integer(), nullable=False),
        *texts("rulebook", "snapshot", "intent", "households"),
        sa.Column("total", sa.Integer(), nullable=False),
        *texts("chosen"),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Integer(), nullable=False),
        *texts("proposer", "made"),
        *perhaps("begun", "ended", "expires", "reason"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_run_made", "run", ["made"])
    op.create_index("ix_run_state", "run", ["state"])
    op.create_table(
        "approval",
        *texts("proposal", "kind", "person"),
        *perhaps("role", "policy"),
        sa.Column("clause", sa.Integer(), nullable=True),
        *texts("rulebook", "snapshot"),
        *perhaps("envelope", "inclusion", "evidence"),
        *texts("time"),
        sa.PrimaryKeyConstraint("proposal"),
    )
    op.create_index("ix_approval_evidence", "approval", ["evidence"])
    op.create_table(
        "approval_policy",
        *texts("id", "document", "title", "author", "made"),
        *perhaps("since", "approver", "active", "ends"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_approval_policy_active", "approval_policy", ["active"])
    op.create_table(
        "hold",
        *texts("id", "household"),
        *perhaps("account"),
        sa.Column("version", sa.Integer(), nullable=False),
        *texts("reason", "since"),
        *perhaps("until"),
        *texts("author", "made"),
        *perhaps("ender"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_hold_household", "hold", ["household"])
