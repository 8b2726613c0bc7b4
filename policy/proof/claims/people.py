"""Who approved: each envelope one person, one key of their own, and nobody their own proposal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from policy.canonical import CanonicalError, Json, decode, digest, encode
from policy.proof.bundle import statement
from policy.proof.claims.claim import Claim, not_proven, proven, refuted
from policy.proof.envelope import payload, sealed, sealed_by
from policy.proof.layout import APPROVALS, CARD
from policy.proof.note import Verifier
from policy.proof.opened import Opened
from policy.proof.reading import ShapeError, members, optional, text, version
from policy.proof.trust import Trust, TrustError, trust

TYPE = "application/vnd.proofolio.approval.v1+json"


@dataclass(frozen=True, slots=True)
class Approval:
    """`statement`: SHA-256, hex, of the manifest lines that the decision consists of (`policy.proof.bundle.statement`).
    `time`, `expires`: UTC, microseconds."""

    statement: str
    person: str
    role: str
    time: str
    expires: str | None = None


class ApprovalError(ValueError):
    """An envelope that approves something else, or nothing."""


def approved(approval: Approval, seed: bytes) -> bytes:
    """The approval, signed with the person's key."""
    value: Json = {
        "v": 1,
        "decision": "approve",
        "statement": approval.statement,
        "person": approval.person,
        "role": approval.role,
        "time": approval.time,
        "expires": approval.expires,
    }
    return sealed(TYPE, encode(value), approval.person, seed)


def approvals(files: Mapping[str, bytes], decision: Opened | None, card: Trust | None) -> Claim:
    envelopes = [content for path, content in sorted(files.items()) if path.startswith(APPROVALS)]
    if not envelopes:
        return not_proven("approvals", "no approval is in the bundle")
    try:
        known = card if card is not None else trust(files.get(CARD, b"quorum none\n"))
        keys = {key.name: key for key in known.people}
        found = [_approval(envelope, keys, digest(statement(files))) for envelope in envelopes]
        _distinct(found, keys, decision)
    except (ApprovalError, ShapeError, CanonicalError, TrustError) as error:
        return refuted("approvals", str(error))
    unknown = [approval.person for approval in found if approval.person not in keys]
    if unknown:
        return not_proven("approvals", f"no key is known of {', '.join(unknown)}")
    said = ", ".join(f"{approval.person} ({approval.role}) at {approval.time}" for approval in found)
    if card is None:
        return not_proven("approvals", f"{said}; consistent, keys not confirmed: they came with the bundle")
    return proven("approvals", said)


def _approval(envelope: bytes, keys: Mapping[str, Verifier], due: str) -> Approval:
    top = members(decode(payload(envelope, TYPE)), "v", "decision", "statement", "person", "role", "time", "expires")
    version(top["v"])
    approval = Approval(
        statement=text(top["statement"]),
        person=text(top["person"]),
        role=text(top["role"]),
        time=text(top["time"]),
        expires=optional(top["expires"], text),
    )
    if text(top["decision"]) != "approve":
        raise ApprovalError(f"{approval.person} says `{top['decision']}`, which is no approval")
    if approval.statement != due:
        raise ApprovalError(f"{approval.person} approved another decision")
    key = keys.get(approval.person)
    if key is not None and not sealed_by(envelope, TYPE, key.key):
        raise ApprovalError(f"the signature of {approval.person} is wrong")
    return approval


def _distinct(found: list[Approval], keys: Mapping[str, Verifier], decision: Opened | None) -> None:
    people = [approval.person for approval in found]
    if len(set(people)) < len(people):
        raise ApprovalError("one person approved twice")
    if decision is not None and decision.proposal.proposer in people:
        raise ApprovalError(f"{decision.proposal.proposer} approved their own proposal")
    raw = [
        keys[person].key.raw
        for person in {*people, *([decision.proposal.proposer] if decision else [])}
        if person in keys
    ]
    if len(set(raw)) < len(raw):
        raise ApprovalError("two people share one key")
