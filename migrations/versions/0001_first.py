"""journal, content, identity, rule books, snapshots and proposals."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:

    op.create_table(
        "blob",
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_table(
        "checkpoint",
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("size"),
    )
    op.create_table(
        "credential",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("principal", sa.String(), nullable=False),
        sa.Column("roles", sa.String(), nullable=False),
        sa.Column("households", sa.String(), nullable=True),
        sa.Column("made", sa.String(), nullable=False),
        sa.Column("expires", sa.String(), nullable=False),
        sa.Column("ended", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("secret"),
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
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("time", sa.String(), nullable=False),
        sa.Column("data", sa.String(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("household", sa.String(), nullable=True),
        sa.Column("role", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("index"),
        sa.UniqueConstraint("stream", "seq"),
    )
    op.create_index("ix_journal_leaf", "journal", ["leaf"])
    op.create_table(
        "legal_hold",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("household", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("placer", sa.String(), nullable=False),
        sa.Column("made", sa.String(), nullable=False),
        sa.Column("ended", sa.String(), nullable=True),
        sa.Column("ender", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_legal_hold_household", "legal_hold", ["household"])
    op.create_table(
        "erasure",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("household", sa.String(), nullable=True),
        sa.Column("leaf", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asker", sa.String(), nullable=False),
        sa.Column("made", sa.String(), nullable=False),
        sa.Column("granter", sa.String(), nullable=True),
        sa.Column("granted", sa.String(), nullable=True),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "node",
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "index"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "proposal",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rulebook", sa.String(), nullable=False),
        sa.Column("snapshot", sa.String(), nullable=False),
        sa.Column("household", sa.String(), nullable=True),
        sa.Column("intent", sa.String(), nullable=False),
        sa.Column("households", sa.String(), nullable=True),
        sa.Column("proposer", sa.String(), nullable=False),
        sa.Column("made", sa.String(), nullable=False),
        sa.Column("expires", sa.String(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("statement", sa.String(), nullable=True),
        sa.Column("whole", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("revises", sa.String(), nullable=True),
        sa.Column("holder", sa.String(), nullable=True),
        sa.Column("lease", sa.String(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("run", sa.String(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("measures", sa.String(), nullable=True),
        sa.Column("holds", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("run", "number"),
    )
    op.create_index("ix_proposal_holder", "proposal", ["holder"])
    op.create_index("ix_proposal_household", "proposal", ["household"])
    op.create_index("ix_proposal_made", "proposal", ["made"])
    op.create_index("ix_proposal_state", "proposal", ["state"])
    op.create_table(
        "reply",
        sa.Column("principal", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("time", sa.String(), nullable=False),
        sa.Column("lease", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", sa.String(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("principal", "route", "key"),
    )
    op.create_index("ix_reply_time", "reply", ["time"])
    op.create_table(
        "read",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("time", sa.String(), nullable=False),
        sa.Column("credential", sa.String(), nullable=False),
        sa.Column("principal", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("object", sa.String(), nullable=False),
        sa.Column("households", sa.String(), nullable=True),
        sa.Column("request", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_read_credential", "read", ["credential", "time"])
    op.create_index("ix_read_principal", "read", ["principal", "time"])
    op.create_index("ix_read_time", "read", ["time"])
    op.create_table(
        "probe",
        sa.Column("principal", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("time", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("principal", "name"),
    )
    op.create_index("ix_probe_time", "probe", ["principal", "time"])
    op.create_table(
        "rulebook",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("manifest", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("made", sa.String(), nullable=False),
        sa.Column("report", sa.String(), nullable=False),
        sa.Column("active", sa.String(), nullable=True),
        sa.Column("activator", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("base", sa.String(), nullable=True),
        sa.Column("replaced", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_rulebook_active", "rulebook", ["active"])
    op.create_index("ix_rulebook_base", "rulebook", ["base"])
    op.create_index("ix_rulebook_manifest", "rulebook", ["manifest"])
    op.create_table(
        "run",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rulebook", sa.String(), nullable=False),
        sa.Column("snapshot", sa.String(), nullable=False),
        sa.Column("intent", sa.String(), nullable=False),
        sa.Column("households", sa.String(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("chosen", sa.String(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Integer(), nullable=False),
        sa.Column("proposer", sa.String(), nullable=False),
        sa.Column("made", sa.String(), nullable=False),
        sa.Column("begun", sa.String(), nullable=True),
        sa.Column("ended", sa.String(), nullable=True),
        sa.Column("expires", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_run_made", "run", ["made"])
    op.create_index("ix_run_state", "run", ["state"])
    op.create_table(
        "executor",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("beat", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_executor_beat", "executor", ["beat"])
    op.create_table(
        "told",
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("time", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("what", "subject"),
    )
    op.create_table(
        "snapshot",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("manifest", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("as_of", sa.String(), nullable=False),
        sa.Column("known_at", sa.String(), nullable=False),
        sa.Column("counts", sa.String(), nullable=False),
        sa.Column("more", sa.Boolean(), nullable=False),
        sa.Column("made", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_snapshot_manifest", "snapshot", ["manifest"])
    op.create_index("ix_snapshot_made", "snapshot", ["made"])
    op.create_table(
        "evidence",
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("principal", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media", sa.String(), nullable=False),
        sa.Column("made", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("hash", "principal"),
    )
    op.create_table(
        "mode",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("rulebook", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("since", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("asker", sa.String(), nullable=False),
        sa.Column("made", sa.String(), nullable=False),
        sa.Column("granter", sa.String(), nullable=True),
        sa.Column("granted", sa.String(), nullable=True),
        sa.Column("active", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_mode_rulebook", "mode", ["rulebook"])
    op.create_table(
        "observation",
        sa.Column("rulebook", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("judged", sa.Integer(), nullable=False),
        sa.Column("warned", sa.Integer(), nullable=False),
        sa.Column("stopped", sa.Integer(), nullable=False),
        sa.Column("blocked", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("rulebook", "rule", "day"),
    )
    op.create_table(
        "override",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("proposal", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=True),
        sa.Column("asker", sa.String(), nullable=False),
        sa.Column("made", sa.String(), nullable=False),
        sa.Column("granter", sa.String(), nullable=True),
        sa.Column("granted", sa.String(), nullable=True),
        sa.Column("ended", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_override_evidence", "override", ["evidence"])
    op.create_index("ix_override_proposal", "override", ["proposal"])
    op.create_table(
        "approval",
        sa.Column("proposal", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("policy", sa.String(), nullable=True),
        sa.Column("clause", sa.Integer(), nullable=True),
        sa.Column("envelope", sa.String(), nullable=True),
        sa.Column("inclusion", sa.String(), nullable=True),
        sa.Column("evidence", sa.String(), nullable=True),
        sa.Column("time", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("proposal"),
    )
    op.create_index("ix_approval_evidence", "approval", ["evidence"])
    op.create_table(
        "approval_policy",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("made", sa.String(), nullable=False),
        sa.Column("since", sa.String(), nullable=True),
        sa.Column("approver", sa.String(), nullable=True),
        sa.Column("active", sa.String(), nullable=True),
        sa.Column("ends", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_approval_policy_active", "approval_policy", ["active"])
    op.create_table(
        "challenge",
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("expires", sa.String(), nullable=False),
        sa.Column("used", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("nonce"),
    )
    op.create_index("ix_challenge_person", "challenge", ["person"])
    op.create_table(
        "person_key",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("proof", sa.String(), nullable=False),
        sa.Column("made", sa.String(), nullable=False),
        sa.Column("ended", sa.String(), nullable=True),
        sa.Column("until", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_person_key_person", "person_key", ["person"])
    op.create_table(
        "waiver",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("terms", sa.String(), nullable=False),
        sa.Column("first", sa.String(), nullable=False),
        sa.Column("last", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=True),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("household", sa.String(), nullable=True),
        sa.Column("asker", sa.String(), nullable=False),
        sa.Column("made", sa.String(), nullable=False),
        sa.Column("granter", sa.String(), nullable=True),
        sa.Column("granted", sa.String(), nullable=True),
        sa.Column("signed", sa.String(), nullable=True),
        sa.Column("file", sa.String(), nullable=True),
        sa.Column("ended", sa.String(), nullable=True),
        sa.Column("ender", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_waiver_evidence", "waiver", ["evidence"])
    op.create_index("ix_waiver_rule", "waiver", ["rule"])
    op.create_table(
        "reached",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("rulebook", sa.String(), nullable=True),
        sa.Column("snapshot", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute("INSERT INTO reached (id, position) VALUES (1, -1)")
    op.create_table(
        "verdict",
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("obligation", sa.String(), nullable=False),
        sa.Column("household", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("group", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("reason_role", sa.String(), nullable=True),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("time", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("part", "obligation"),
    )
    op.create_index("ix_verdict_household", "verdict", ["household"])
    op.create_index("ix_verdict_rule", "verdict", ["rule"])
    op.create_table(
        "webhook",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("former", sa.String(), nullable=True),
        sa.Column("until", sa.String(), nullable=True),
        sa.Column("principal", sa.String(), nullable=False),
        sa.Column("roles", sa.String(), nullable=False),
        sa.Column("households", sa.String(), nullable=True),
        sa.Column("types", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made", sa.String(), nullable=False),
        sa.Column("stopped", sa.String(), nullable=True),
        sa.Column("ended", sa.String(), nullable=True),
        sa.Column("reached", sa.Integer(), nullable=False),
        sa.Column("again", sa.Integer(), nullable=True),
        sa.Column("again_last", sa.Integer(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=True),
        sa.Column("lease", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_webhook_due", "webhook", ["due"])
    op.create_table(
        "delivery",
        sa.Column("webhook", sa.String(), nullable=False),
        sa.Column("time", sa.String(), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("webhook", "time", "index"),
    )
    op.create_table(
        "hold",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("household", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("since", sa.String(), nullable=False),
        sa.Column("until", sa.String(), nullable=True),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("made", sa.String(), nullable=False),
        sa.Column("ender", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_hold_household", "hold", ["household"])


def downgrade() -> None:
    op.drop_table("hold")
    op.drop_table("delivery")
    op.drop_table("webhook")
    op.drop_table("verdict")
    op.drop_table("reached")

    op.drop_table("waiver")
    op.drop_table("person_key")
    op.drop_table("challenge")
    op.drop_table("approval_policy")
    op.drop_table("approval")
    op.drop_table("override")
    op.drop_table("observation")
    op.drop_table("mode")
    op.drop_table("evidence")
    op.drop_table("snapshot")
    op.drop_table("told")
    op.drop_table("executor")
    op.drop_table("run")
    op.drop_table("rulebook")
    op.drop_table("probe")
    op.drop_table("read")
    op.drop_table("reply")
    op.drop_table("proposal")
    op.drop_table("node")
    op.drop_table("erasure")
    op.drop_table("legal_hold")
    op.drop_table("journal")
    op.drop_table("head")
    op.drop_table("credential")
    op.drop_table("checkpoint")
    op.drop_table("blob")
