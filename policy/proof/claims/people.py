"""Who approved: each envelope one person, one key of their own, and nobody their own proposal.

Only what people signed with keys of their own can be proven. What the service attests is told, and confirms nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

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
from policy.proof.claims.record import DECIDED, Record, RecordError
from policy.proof.entry import Kind
from policy.proof.envelope import sealed_by
from policy.proof.layout import APPROVALS, CARD, ENVELOPE, INCLUSION
from policy.proof.note import Verifier
from policy.proof.opened import Opened
from policy.proof.reading import ShapeError
from policy.proof.trust import Trust, TrustError, trust

Person = Approval | RunApproval
APPROVED = "approval"  # the name of the entry that says that it was approved


@dataclass(frozen=True, slots=True)
class Signed:
    """What a person signed; `key`: with which of the keys that are known of them, None where none is."""

    envelope: bytes
    said: Person
    key: Verifier | None


def approvals(
    files: Mapping[str, bytes], decision: Opened | None, card: Trust | None, logged: Record | RecordError
) -> Claim:
    envelopes = {path: files[path] for path in sorted(files) if path.startswith(APPROVALS) and path.endswith(ENVELOPE)}
    if not envelopes:
        return not_proven("approvals", "no approval is in the bundle")
    try:
        known = card if card is not None else trust(files.get(CARD, b"quorum none\n"))
        found = {path: read(envelope) for path, envelope in envelopes.items()}
        for path, said in found.items():
            _about(said, path, files)
        _no_more(found, files)
        people = [
            Signed(envelopes[path], said, _signer(envelopes[path], said, known.people))
            for path, said in found.items()
            if not isinstance(said, Attestation)
        ]
        _distinct([signed.said.person for signed in people], decision)
    except (ApprovalError, ShapeError, CanonicalError, TrustError) as error:
        return refuted("approvals", str(error))
    unknown = [signed.said.person for signed in people if signed.key is None]
    if unknown:
        return not_proven("approvals", f"no key is known of {', '.join(unknown)}")
    late = [signed.said.person for signed in people if not _in_time(signed, known, logged)]
    if late:
        return not_proven("approvals", f"the key of {', '.join(late)} ended, and no entry from before is shown")
    attested = [(envelopes[path], said) for path, said in found.items() if isinstance(said, Attestation)]
    if not all(any(sealed_by(envelope, TYPES[Attestation], log.key) for log in known.logs) for envelope, _ in attested):
        return not_proven("approvals", "an attestation is signed by no log that is known")
    yes = [*(_person(signed.said) for signed in people), *(_attested(*each, known) for each in attested)]
    told = "; ".join([*yes, *_by_others(logged)])
    if not people:
        return not_proven("approvals", f"{told}; nobody signed with a key of their own")
    if card is None:
        return not_proven("approvals", f"{told}; consistent, keys not confirmed: they came with the bundle")
    return proven("approvals", told)


def _about(said: Said, path: str, files: Mapping[str, bytes]) -> None:
    """That it is about this decision: whoever names its hash has seen that it is there."""
    due = digest(statement(files))
    if isinstance(said, RunApproval):
        beside = path.removesuffix(ENVELOPE) + INCLUSION
        if beside not in files:
            raise ApprovalError(f"nothing shows that {said.person} approved this decision with the run {said.run}")
        if not under(due, inclusion_of(files[beside]), said):
            raise ApprovalError(f"{said.person} approved a run without this decision")
    elif said.statement != due:
        raise ApprovalError(f"{said.person} approved another decision")


def _no_more(found: Mapping[str, Said], files: Mapping[str, bytes]) -> None:
    """A file that no check reads is no part of a bundle."""
    of_runs = {path.removesuffix(ENVELOPE) + INCLUSION for path, said in found.items() if isinstance(said, RunApproval)}
    stray = sorted(path for path in files if path.startswith(APPROVALS) and path not in {*found, *of_runs})
    if stray:
        raise ApprovalError(f"`{stray[0]}` belongs to no approval")


def _signer(envelope: bytes, said: Person, known: Iterable[Verifier]) -> Verifier | None:
    """The key that signed; None where none of the person is known."""
    own = [key for key in known if key.name == said.person]
    found = next((key for key in own if sealed_by(envelope, TYPES[type(said)], key.key)), None)
    if own and found is None:
        raise ApprovalError(f"the signature of {said.person} is wrong")
    return found


def _in_time(signed: Signed, known: Trust, logged: Record | RecordError) -> bool:
    """Of a key that ended: whether the log has the approval before its end. The entry names the envelope's SHA-256."""
    end = None if signed.key is None else known.ends.get(signed.key.key.raw)
    if end is None:
        return True
    place = None if isinstance(logged, RecordError) or not logged.confirmed else logged.places.get(APPROVED)
    return (
        place is not None
        and place.index < end
        and (place.entry.kind, place.entry.actor) == (Kind.APPROVAL, signed.said.person)
        and place.entry.subject.endswith(digest(signed.envelope))
    )


def _by_others(logged: Record | RecordError) -> Iterator[str]:
    """That other rules were in force at the approval, or newer data known, than those of the decision, of which alone
    anything is proven."""
    if isinstance(logged, RecordError) or not {APPROVED, DECIDED} <= logged.places.keys():
        return
    then, made = logged.places[APPROVED].entry, logged.places[DECIDED].entry
    if then.rules is not None and then.rules != made.rules:
        what = f"approved when other rules were in force ({then.rules[:16]}…)"
        yield f"{what}: that the orders pass by these as well is the service's word"
    if then.snapshot is not None:
        what = f"approved when newer data were known ({then.snapshot[:16]}…)"
        yield f"{what}: that nothing in these stops the orders is the service's word"


def _distinct(people: Sequence[str], decision: Opened | None) -> None:
    """That these are several people, and none of them the proposer. Their keys differ: no card has one twice."""
    if len(set(people)) < len(people):
        raise ApprovalError("one person approved twice")
    if decision is not None and decision.proposal.proposer in people:
        raise ApprovalError(f"{decision.proposal.proposer} approved their own proposal")


def _person(said: Person) -> str:
    together = f" with {said.size - 1} others of the run {said.run}" if isinstance(said, RunApproval) else ""
    return f"{said.person} ({said.role}) signed at {said.time}{together}"


def _attested(envelope: bytes, said: Attestation, known: Trust) -> str:
    own = [log.key for log in known.logs if log.key.raw not in known.stolen]
    who = "the service" if any(sealed_by(envelope, TYPES[Attestation], key) for key in own) else "a stolen key"
    if said.word is Word.STANDING:
        return f"standing: {who} says that the policy {said.person} approves this, since {said.time}"
    return f"attested: {who} says that {said.person} ({said.role}) said yes at {said.time}"
