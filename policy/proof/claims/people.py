"""Who approved: each envelope one person, one key of their own, and nobody their own proposal.

Only what people signed with keys of their own can be proven. What the service attests is told, and confirms nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from policy.canonical import CanonicalError, digest
from policy.proof.approval import (
    TYPES,
    Approval,
    ApprovalError,
    Attestation,
    RunApproval,
    Said,
    Word,
    inclusion_of,
    read,
    under,
)
from policy.proof.bundle import statement
from policy.proof.claims.claim import Claim, not_proven, proven, refuted
from policy.proof.envelope import sealed_by
from policy.proof.layout import APPROVALS, CARD, ENVELOPE, INCLUSION
from policy.proof.note import Verifier
from policy.proof.opened import Opened
from policy.proof.reading import ShapeError
from policy.proof.trust import Trust, TrustError, trust


def approvals(files: Mapping[str, bytes], decision: Opened | None, card: Trust | None) -> Claim:
    envelopes = {path: files[path] for path in sorted(files) if path.startswith(APPROVALS) and path.endswith(ENVELOPE)}
    if not envelopes:
        return not_proven("approvals", "no approval is in the bundle")
    try:
        known = card if card is not None else trust(files.get(CARD, b"quorum none\n"))
        found = {path: read(envelope) for path, envelope in envelopes.items()}
        for path, said in found.items():
            _about(said, path, files, decision)
        _no_more(found, files)
        keys = {key.name: key for key in known.people}
        people = [said for said in found.values() if not isinstance(said, Attestation)]
        _signed([(envelopes[path], said) for path, said in found.items()], keys)
        _distinct(people, keys, decision)
    except (ApprovalError, ShapeError, CanonicalError, TrustError) as error:
        return refuted("approvals", str(error))
    unknown = [said.person for said in people if said.person not in keys]
    if unknown:
        return not_proven("approvals", f"no key is known of {', '.join(unknown)}")
    attested = [(envelopes[path], said) for path, said in found.items() if isinstance(said, Attestation)]
    if not all(any(sealed_by(envelope, TYPES[Attestation], log.key) for log in known.logs) for envelope, _ in attested):
        return not_proven("approvals", "an attestation is signed by no log that is known")
    told = "; ".join([*map(_person, people), *(_attested(said) for _, said in attested)])
    if not people:
        return not_proven("approvals", f"{told}; nobody signed with a key of their own")
    if card is None:
        return not_proven("approvals", f"{told}; consistent, keys not confirmed: they came with the bundle")
    return proven("approvals", told)


def _about(said: Said, path: str, files: Mapping[str, bytes], decision: Opened | None) -> None:
    """That it is about this decision, and was said once that was there."""
    due = digest(statement(files))
    if isinstance(said, RunApproval):
        beside = path.removesuffix(ENVELOPE) + INCLUSION
        if beside not in files:
            raise ApprovalError(f"nothing shows that {said.person} approved this decision with the run {said.run}")
        if not under(due, inclusion_of(files[beside]), said):
            raise ApprovalError(f"{said.person} approved a run without this decision")
    elif said.statement != due:
        raise ApprovalError(f"{said.person} approved another decision")
    if decision is not None and said.time < decision.proposal.time:
        raise ApprovalError(f"{said.person} approved before there was a decision")


def _no_more(found: Mapping[str, Said], files: Mapping[str, bytes]) -> None:
    """A file that no check reads is no part of a bundle."""
    of_runs = {path.removesuffix(ENVELOPE) + INCLUSION for path, said in found.items() if isinstance(said, RunApproval)}
    stray = sorted(path for path in files if path.startswith(APPROVALS) and path not in {*found, *of_runs})
    if stray:
        raise ApprovalError(f"`{stray[0]}` belongs to no approval")


def _signed(found: list[tuple[bytes, Said]], keys: Mapping[str, Verifier]) -> None:
    for envelope, said in found:
        key = keys.get(said.person)
        if isinstance(said, Attestation) or key is None:
            continue
        if not sealed_by(envelope, TYPES[type(said)], key.key):
            raise ApprovalError(f"the signature of {said.person} is wrong")


def _distinct(found: list[Approval | RunApproval], keys: Mapping[str, Verifier], decision: Opened | None) -> None:
    people = [said.person for said in found]
    if len(set(people)) < len(people):
        raise ApprovalError("one person approved twice")
    if decision is not None and decision.proposal.proposer in people:
        raise ApprovalError(f"{decision.proposal.proposer} approved their own proposal")
    everybody = {*people, *([decision.proposal.proposer] if decision else [])}
    raw = [keys[person].key.raw for person in everybody if person in keys]
    if len(set(raw)) < len(raw):
        raise ApprovalError("two people share one key")


def _person(said: Approval | RunApproval) -> str:
    together = f" with {said.size - 1} others of the run {said.run}" if isinstance(said, RunApproval) else ""
    return f"{said.person} ({said.role}) signed at {said.time}{together}"


def _attested(said: Attestation) -> str:
    if said.word is Word.STANDING:
        return f"standing: the service says that the policy {said.person} approves this, since {said.time}"
    return f"attested: the service says that {said.person} ({said.role}) said yes at {said.time}"
