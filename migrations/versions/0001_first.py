"""Everything that the first version keeps: the journal, content, people, rules, data, the desk and its flows."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def texts(*names: str) -> list[sa.Column[str]]:
    """Columns of text that every row has."""
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def perhaps(*names: str) -> list[sa.Column[str]]:
    """Columns of text that a row may lack."""
    return [sa.Column(name, sa.String(), nullable=True) for name in names]


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
        "credential",
        *texts("id", "secret", "principal", "roles"),
        *perhaps("households"),
        *texts("made", "expires"),
        *perhaps("ended", "rotated"),
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
        "reply",
        *texts("principal", "route", "key", "request", "time", "lease"),
        sa.Column("status", sa.Integer(), nullable=True),
        *perhaps("headers"),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("principal", "route", "key"),
    )
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
    op.create_table(
        "reached",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        *perhaps("rulebook", "snapshot"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute("INSERT INTO reached (id, position) VALUES (1, -1)")
    op.create_table(
        "verdict",
        *texts("part", "obligation", "household", "rule", "scope"),
        *perhaps("group"),
        *texts("outcome", "reason"),
        *perhaps("role", "reason_role"),
        sa.Column("since", sa.Integer(), nullable=False),
        *texts("time"),
        sa.PrimaryKeyConstraint("part", "obligation"),
    )
    op.create_index("ix_verdict_household", "verdict", ["household"])
    op.create_index("ix_verdict_rule", "verdict", ["rule"])
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
    op.drop_table("entered")
    op.drop_table("stated")
    op.drop_table("salt")
    op.drop_table("snapshot")
    op.drop_table("told")
    op.drop_table("executor")
    op.drop_table("run")
    op.drop_table("choice")
    op.drop_table("survey")
    op.drop_table("rulebook")
    op.drop_table("probe")
    op.drop_table("read")
    op.drop_table("reply")
    op.drop_table("proposal")
    op.drop_table("erasure")
    op.drop_table("legal_hold")
    op.drop_table("journal")
    op.drop_table("head")
    op.drop_table("credential")
    op.drop_table("checkpoint")
    op.drop_table("blob")
