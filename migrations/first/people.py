"""Who calls: keys, what was answered to them and read by them, and their own signing keys."""

import sqlalchemy as sa
from alembic import op

from migrations.first.columns import perhaps, texts

TABLES = (
    "credential",
    "reply",
    "read",
    "probe",
    "challenge",
    "person_key",
)


def upgrade() -> None:
    op.create_table(
        "credential",
        *texts("id", "secret", "principal", "roles"),
        *perhaps("households"),
        *texts("made", "expires"),
        *perhaps("ended", "rotated"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("secret"),
    )
    op.create_table(
        "reply",
        *texts("principal", "route", "key", "request", "time"),
        *perhaps("holder"),
        *texts("lease"),
        sa.Column("status", sa.Integer(), nullable=True),
        *perhaps("headers"),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("principal", "route", "key"),
    )
    op.create_index("ix_reply_holder", "reply", ["holder"])
    op.create_index("ix_reply_time", "reply", ["time"])
    op.create_table(
        "read",
        sa.Column("id", sa.Integer(), nullable=False),
        *texts("time", "credential", "principal", "roles", "route", "object"),
        *perhaps("households"),
        *texts("request"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_read_credential", "read", ["credential", "time"])
    op.create_index("ix_read_principal", "read", ["principal", "time"])
    op.create_index("ix_read_time", "read", ["time"])
    op.create_table(
        "probe",
        *texts("principal", "name", "time"),
        sa.PrimaryKeyConstraint("principal", "name"),
    )
    op.create_index("ix_probe_time", "probe", ["principal", "time"])
    op.create_table(
        "challenge",
        *texts("nonce", "person", "key", "expires"),
        *perhaps("used"),
        sa.PrimaryKeyConstraint("nonce"),
    )
    op.create_index("ix_challenge_person", "challenge", ["person"])
    op.create_table(
        "person_key",
        *texts("id", "person", "key", "proof", "made"),
        *perhaps("ended"),
        sa.Column("until", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_person_key_person", "person_key", ["person"])
