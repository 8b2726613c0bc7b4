"""What can happen, in one table: the event's type as software follows it, its kind as the log records it, and what is
told of it to whom. docs/events.md is made from it."""

from dataclasses import dataclass

from policy.proof.entry import Kind

EVERYBODY = "everybody"
ADMIN = "admin"
OPERATIONS = "operations, of the households that the endpoint may hear of"
COMPLIANCE = "compliance"
AUDITORS = "compliance and regulator"
WATCHERS = "compliance and control room"
OF_ALL = "who sees every household"
OF_HOUSEHOLD = "who may see the households that it is about"
OF_RULE = "who may see the rule and the household that it is about"

PROPOSAL = ("id", "version", "state")
RUN = (*PROPOSAL, "total")
HOLD = ("id", "household", "account", "from", "until")
MODE = ("id", "rulebook", "rule", "mode", "from", "reason", "asker")
SURVEY = ("id", "begun", "parts", "judged", "differ", "outcomes", "from", "to")


@dataclass(frozen=True, slots=True)
class Type:
    """`when`: what happened; `whom`: whose eyes it is for; `members`: of `data`, some of them perhaps."""

    kind: Kind
    when: str
    whom: str
    members: tuple[str, ...]


TYPES = {
    "log.begun": Type(Kind.GENESIS, "the instance was made", EVERYBODY, ("origin", "key")),
    "log.audited": Type(
        Kind.SELF_AUDIT,
        "the log was read again and compared with what was signed",
        EVERYBODY,
        ("size", "root", "findings", "whole"),
    ),
    "reads.committed": Type(
        Kind.SELF_AUDIT,
        "an hour of who read what was added up",
        AUDITORS,
        ("after", "last", "rows", "root", "until", "kept"),
    ),
    "legal-hold.placed": Type(
        Kind.POLICY, "nothing about a household may be erased any more", COMPLIANCE, ("id", "household", "reason")
    ),
    "legal-hold.ended": Type(Kind.POLICY, "it may be again", COMPLIANCE, ("id", "household", "reason")),
    "erasure.asked": Type(
        Kind.POLICY, "somebody asked for an erasure", COMPLIANCE, ("id", "household", "leaf", "reason")
    ),
    "entry.erased": Type(Kind.ERASE, "what an entry commits to was erased", COMPLIANCE, ("erasure", "index", "leaf")),
    "parts.erased": Type(Kind.ERASE, "parts of snapshots were erased", COMPLIANCE, ("erasure", "parts")),
    "signing-key.added": Type(Kind.KEY_ADD, "the log has another key", EVERYBODY, ("key",)),
    "signing-key.revoked": Type(Kind.KEY_REVOKE, "a key of the log was retired", EVERYBODY, ("key",)),
    "signing-key.compromised": Type(
        Kind.KEY_REVOKE, "a key of the log was stolen; `size`: what it counts for", EVERYBODY, ("key", "size")
    ),
    "key.added": Type(Kind.KEY_ADD, "an API key was made", ADMIN, ("id", "principal", "roles", "expires")),
    "key.rotated": Type(
        Kind.KEY_ADD,
        "an API key gave way to a new one",
        ADMIN,
        ("id", "by", "principal", "roles", "expires", "until"),
    ),
    "key.revoked": Type(Kind.KEY_REVOKE, "an API key was revoked", ADMIN, ("id",)),
    "person-key.added": Type(Kind.KEY_ADD, "somebody registered a signing key", EVERYBODY, ("id", "person", "key")),
    "person-key.revoked": Type(Kind.KEY_REVOKE, "it was ended", EVERYBODY, ("id", "person", "key")),
    "approval-policy.published": Type(
        Kind.POLICY, "an approval policy was written", EVERYBODY, ("id", "title", "document", "from", "until")
    ),
    "approval-policy.approved": Type(
        Kind.POLICY, "somebody else agreed to it", EVERYBODY, ("id", "title", "document", "from", "until")
    ),
    "approval-policy.ended": Type(Kind.POLICY, "it was ended", EVERYBODY, ("id", "title", "until")),
    "rulebook.published": Type(Kind.POLICY, "a rule book was published", EVERYBODY, ("id", "title", "commit", "path")),
    "rulebook.activated": Type(
        Kind.RULES, "it was put in force, from an instant on", EVERYBODY, ("id", "from", "author")
    ),
    "rulebook.amended": Type(
        Kind.RULES, "modes or waivers will change what is in force, from an instant on", OF_RULE, ("id", "base", "from")
    ),
    "mode.asked": Type(Kind.POLICY, "somebody asked to observe or to enforce a rule", OF_RULE, MODE),
    "mode.granted": Type(Kind.POLICY, "somebody else agreed", OF_RULE, MODE),
    "evidence.filed": Type(Kind.OVERRIDE, "evidence was filed", OF_ALL, ("id", "size", "media")),
    "waiver.asked": Type(Kind.OVERRIDE, "somebody asked for a waiver", OF_RULE, ("id", "rule", "first", "last")),
    "waiver.granted": Type(Kind.OVERRIDE, "somebody else granted it", OF_RULE, ("id", "rule", "first", "last")),
    "waiver.ended": Type(
        Kind.OVERRIDE,
        "it was taken back or ended, from an instant on",
        OF_RULE,
        ("id", "rule", "first", "last", "from"),
    ),
    "waiver.expired": Type(Kind.OVERRIDE, "its last day has passed", OF_RULE, ("id", "rule", "last")),
    "override.asked": Type(Kind.OVERRIDE, "somebody asked for an override", OF_HOUSEHOLD, ("id", "proposal")),
    "override.granted": Type(Kind.OVERRIDE, "somebody else granted it", OF_HOUSEHOLD, ("id", "proposal")),
    "override.ended": Type(Kind.OVERRIDE, "it was taken back or ended", OF_HOUSEHOLD, ("id", "proposal")),
    "snapshot.sealed": Type(
        Kind.SNAPSHOT, "a whole book was sealed", EVERYBODY, ("id", "source", "as_of", "known_at", "jumps")
    ),
    "fact.changed": Type(
        Kind.SNAPSHOT,
        "the newest snapshot has new facts; of what an account holds, an event for each",
        OF_HOUSEHOLD,
        (
            "id",
            "base",
            "source",
            "as_of",
            "known_at",
            "changed",
            "prices",
            "rates",
            "instruments",
            "issuers",
            "jumps",
            "snapshot",
            "account",
        ),
    ),
    "list.changed": Type(
        Kind.SNAPSHOT,
        "something was put on a list, ended, or dropped by a book",
        OF_RULE,
        ("snapshot", "list", "by", "source", "reason", "changes"),
    ),
    "verdict.changed": Type(
        Kind.ALERT,
        "a standing verdict is another one",
        OF_RULE,
        ("household", "rule", "scope", "group", "obligation", "from", "to", "cause", "rulebook", "snapshot"),
    ),
    "verdict.differs": Type(
        Kind.ALERT,
        "surveillance found a standing verdict that the judge does not find",
        OF_RULE,
        ("surveillance", "household", "rule", "scope", "group", "obligation", "kept", "judged", "rulebook", "snapshot"),
    ),
    "surveillance.finished": Type(Kind.SELF_AUDIT, "the whole firm was judged anew", OF_RULE, SURVEY),
    "surveillance.failed": Type(Kind.ALERT, "it could not be", OF_RULE, SURVEY),
    "snapshot.drawn": Type(
        Kind.SNAPSHOT,
        "the document of a household was drawn from a snapshot",
        OF_HOUSEHOLD,
        ("snapshot", "manifest", "household"),
    ),
    "probing.suspected": Type(
        Kind.ALERT,
        "somebody was stopped by too many hidden names",
        WATCHERS,
        ("principal", "credential", "names", "hours"),
    ),
    "proposal.queued": Type(Kind.RUN_START, "a search is going to begin", OF_HOUSEHOLD, PROPOSAL),
    "proposal.proposed": Type(Kind.PROPOSAL, "there are orders", OF_HOUSEHOLD, PROPOSAL),
    "proposal.unchanged": Type(Kind.PROPOSAL, "doing nothing is best", OF_HOUSEHOLD, PROPOSAL),
    "proposal.refused": Type(Kind.NO_TRADE, "there are no orders", OF_HOUSEHOLD, PROPOSAL),
    "proposal.failed": Type(Kind.RUN_END, "a fault of ours", OF_HOUSEHOLD, PROPOSAL),
    "proposal.approved": Type(Kind.APPROVAL, "it was approved", OF_HOUSEHOLD, PROPOSAL),
    "proposal.rejected": Type(Kind.REJECT, "it was rejected", OF_HOUSEHOLD, PROPOSAL),
    "proposal.held": Type(Kind.OVERRIDE, "somebody holds it", OF_HOUSEHOLD, PROPOSAL),
    "proposal.resumed": Type(Kind.OVERRIDE, "it waits for its decision again", OF_HOUSEHOLD, PROPOSAL),
    "proposal.cancelled": Type(Kind.RUN_END, "its run was cancelled first", OF_HOUSEHOLD, PROPOSAL),
    "proposal.superseded": Type(Kind.RUN_END, "a newer one took its place", OF_HOUSEHOLD, PROPOSAL),
    "headroom.stated": Type(
        Kind.ALLOCATION,
        "what all others hold was stated for a proposal",
        OF_HOUSEHOLD,
        ("snapshot", "manifest", "statement"),
    ),
    "headroom.released": Type(Kind.RELEASE, "nothing more comes of approved orders", OF_HOUSEHOLD, PROPOSAL),
    "run.planned": Type(Kind.RUN_START, "it was asked for", OF_ALL, RUN),
    "run.paused": Type(Kind.RUN_START, "it was paused", OF_ALL, RUN),
    "run.resumed": Type(Kind.RUN_START, "it goes on", OF_ALL, RUN),
    "run.cancelled": Type(Kind.RUN_END, "it was cancelled", OF_ALL, RUN),
    "run.approved": Type(Kind.APPROVAL, "all that waited of it was approved", OF_ALL, (*RUN, "root", "size")),
    "run.finished": Type(Kind.RUN_END, "each household has its result", OF_ALL, RUN),
    "run.failed": Type(Kind.RUN_END, "a fault of ours", OF_ALL, RUN),
    "hold.placed": Type(Kind.OVERRIDE, "a household or an account is held", OF_HOUSEHOLD, HOLD),
    "hold.ended": Type(Kind.OVERRIDE, "it is not any more", OF_HOUSEHOLD, HOLD),
    "webhook.added": Type(Kind.POLICY, "an endpoint was added", OPERATIONS, ("id",)),
    "webhook.rotated": Type(Kind.POLICY, "it has another secret", OPERATIONS, ("id",)),
    "webhook.resumed": Type(Kind.POLICY, "it goes on where it stopped", OPERATIONS, ("id",)),
    "webhook.redelivered": Type(Kind.POLICY, "events are posted to it again", OPERATIONS, ("id", "from", "to")),
    "webhook.ended": Type(Kind.POLICY, "it was deleted", OPERATIONS, ("id",)),
    "webhook.stopped": Type(Kind.ALERT, "it did not take an event for days", OPERATIONS, ("id", "index")),
    "rulebook.in-force": Type(Kind.RULES, "that instant came", OF_RULE, ("id", "from")),
    "proposal.expired": Type(Kind.RUN_END, "nobody decided in time", OF_HOUSEHOLD, PROPOSAL),
}
