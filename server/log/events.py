"""What can happen, in one table: the event's type as software follows it, and its kind as the log records it."""

from dataclasses import dataclass

from policy.canonical import Json, digest
from policy.proof.entry import Entry, Kind, Payload

KINDS = {
    "log.begun": Kind.GENESIS,
    "log.audited": Kind.SELF_AUDIT,
    "reads.committed": Kind.SELF_AUDIT,
    "legal-hold.placed": Kind.POLICY,
    "legal-hold.ended": Kind.POLICY,
    "erasure.asked": Kind.POLICY,
    "entry.erased": Kind.ERASE,
    "parts.erased": Kind.ERASE,
    "signing-key.added": Kind.KEY_ADD,
    "signing-key.revoked": Kind.KEY_REVOKE,
    "signing-key.compromised": Kind.KEY_REVOKE,
    "key.added": Kind.KEY_ADD,
    "key.revoked": Kind.KEY_REVOKE,
    "person-key.added": Kind.KEY_ADD,
    "person-key.revoked": Kind.KEY_REVOKE,
    "approval-policy.published": Kind.POLICY,
    "approval-policy.approved": Kind.POLICY,
    "approval-policy.ended": Kind.POLICY,
    "rulebook.published": Kind.POLICY,
    "rulebook.activated": Kind.RULES,
    "rulebook.amended": Kind.RULES,
    "mode.asked": Kind.POLICY,
    "mode.granted": Kind.POLICY,
    "evidence.filed": Kind.OVERRIDE,
    "waiver.asked": Kind.OVERRIDE,
    "waiver.granted": Kind.OVERRIDE,
    "waiver.ended": Kind.OVERRIDE,
    "waiver.expired": Kind.OVERRIDE,
    "override.asked": Kind.OVERRIDE,
    "override.granted": Kind.OVERRIDE,
    "override.ended": Kind.OVERRIDE,
    "snapshot.sealed": Kind.SNAPSHOT,
    "fact.changed": Kind.SNAPSHOT,
    "list.changed": Kind.SNAPSHOT,
    "verdict.changed": Kind.ALERT,
    "verdict.differs": Kind.ALERT,
    "surveillance.finished": Kind.SELF_AUDIT,
    "surveillance.failed": Kind.ALERT,
    "snapshot.drawn": Kind.SNAPSHOT,
    "probing.suspected": Kind.ALERT,
    "proposal.queued": Kind.RUN_START,
    "proposal.proposed": Kind.PROPOSAL,
    "proposal.unchanged": Kind.PROPOSAL,
    "proposal.refused": Kind.NO_TRADE,
    "proposal.failed": Kind.RUN_END,
    "proposal.approved": Kind.APPROVAL,
    "proposal.rejected": Kind.REJECT,
    "proposal.held": Kind.OVERRIDE,
    "proposal.resumed": Kind.OVERRIDE,
    "proposal.cancelled": Kind.RUN_END,
    "proposal.superseded": Kind.RUN_END,
    "headroom.stated": Kind.ALLOCATION,
    "headroom.released": Kind.RELEASE,
    "run.planned": Kind.RUN_START,
    "run.paused": Kind.RUN_START,
    "run.resumed": Kind.RUN_START,
    "run.cancelled": Kind.RUN_END,
    "run.approved": Kind.APPROVAL,
    "run.finished": Kind.RUN_END,
    "run.failed": Kind.RUN_END,
    "hold.placed": Kind.OVERRIDE,
    "hold.ended": Kind.OVERRIDE,
    "webhook.added": Kind.POLICY,
    "webhook.rotated": Kind.POLICY,
    "webhook.resumed": Kind.POLICY,
    "webhook.redelivered": Kind.POLICY,
    "webhook.ended": Kind.POLICY,
    "webhook.stopped": Kind.ALERT,
    "rulebook.in-force": Kind.RULES,
    "proposal.expired": Kind.RUN_END,
}


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `data`: what the feed says of it; `body`: what the log's entry commits to, `data`
    itself where it is None. `subject`: for whoever reads the log, so without a client's data. `household`, `role`:
    whose eyes it is for, roles by commas; None for everybody's. `rules`, `snapshot`: SHA-256, hex, of what was used."""

    type: str
    stream: str
    subject: str
    actor: str
    data: Json
    body: bytes | None = None
    media: str = "application/json"
    run: str | None = None
    rules: str | None = None
    snapshot: str | None = None
    household: str | None = None
    role: str | None = None


def apart(stream: str, role: str | None) -> str:
    """The stream of what is for these roles only, beside the one of what everybody sees: so that no number in a stream
    is missing for those who see others of it. It names no role: bundles show it to others."""
    return stream if role is None else f"{stream} {digest(role.encode())[:16]}"


def entry_of(event: Event, time: str, payload: Payload | None = None, seq: int = 0, prev: str | None = None) -> Entry:
    """What the log says of it, at its place in its stream. `time`: UTC with microseconds."""
    return Entry(
        kind=KINDS[event.type],
        stream=event.stream,
        seq=seq,
        prev=prev,
        run=event.run,
        time=time,
        subject=event.subject,
        payload=payload,
        rules=event.rules,
        snapshot=event.snapshot,
        actor=event.actor,
    )
