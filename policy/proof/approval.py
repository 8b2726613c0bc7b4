"""Approvals: what each kind says, and who signs it. The kinds are types of their own, so that none passes for another.

| kind       | type        | who signs |
| ---------- | ----------- | --------- |
| person-key | DECISION    | a person, with their own key, over one decision |
| person-key | RUN         | a person, with their own key, over the Merkle root of all decisions of a run |
| attested   | ATTESTATION | the log's key: the service says that somebody's session said yes |
| standing   | ATTESTATION | the log's key: the service says that a policy approves this within its bounds |

A decision is named by its statement: SHA-256, hex, of the manifest lines that it consists of
(`policy.proof.bundle.statement`). A run's tree has these hashes, 32 bytes each, as its leaves (RFC 6962).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum

from policy.canonical import Json, decode, encode
from policy.proof.entry import hash_text, time_text
from policy.proof.envelope import payload, payload_type, sealed
from policy.proof.layout import APPROVALS, ENVELOPE, INCLUSION
from policy.proof.merkle import Tree, included, inclusion_proof, leaf_hash, listed, root
from policy.proof.reading import ShapeError, array, choice, integer, members, optional, text, version

DECISION = "application/vnd.proofolio.approval.v1+json"
RUN = "application/vnd.proofolio.run-approval.v1+json"
ATTESTATION = "application/vnd.proofolio.attestation.v1+json"
YES = "approve"


class ApprovalError(ValueError):
    """An envelope that approves something else, or nothing."""


class Word(StrEnum):
    """Whose word an attestation passes on: that of a session, or that of a policy."""

    ATTESTED = "attested"
    STANDING = "standing"


@dataclass(frozen=True, slots=True)
class Approval:
    """`time`, `expires`: UTC, microseconds."""

    statement: str
    person: str
    role: str
    time: str
    expires: str | None = None


@dataclass(frozen=True, slots=True)
class RunApproval:
    """`root`: hex, over the statements of `size` decisions."""

    run: str
    root: str
    size: int
    person: str
    role: str
    time: str
    expires: str | None = None


@dataclass(frozen=True, slots=True)
class Attestation:
    """`person`: whose session said yes, or, of a standing approval, the policy that does."""

    statement: str
    word: Word
    person: str
    role: str | None
    time: str


@dataclass(frozen=True, slots=True)
class Inclusion:
    """That a decision is number `index` of a run's tree: hashes from below."""

    index: int
    path: tuple[bytes, ...]


Said = Approval | RunApproval | Attestation
TYPES: Mapping[type[Said], str] = {Approval: DECISION, RunApproval: RUN, Attestation: ATTESTATION}


def written(said: Said) -> bytes:
    """The payload that is signed."""
    value: dict[str, Json] = {field.name: getattr(said, field.name) for field in fields(said)}
    if isinstance(said, Attestation):
        value["word"] = said.word.value
    return encode({"v": 1, "decision": YES, **value})


def approved(said: Said, seed: bytes) -> bytes:
    """The envelope, signed with a key's seed."""
    return sealed(TYPES[type(said)], written(said), said.person, seed)


def read(envelope: bytes) -> Said:
    """What an envelope says, its signature not verified. ShapeError, CanonicalError, or ApprovalError where it says
    no."""
    kind = payload_type(envelope)
    for of, name in TYPES.items():
        if name == kind:
            return _said(of, decode(payload(envelope, kind)))
    raise ShapeError(f"an envelope of type `{kind}`, which is no approval")


def filed(found: Sequence[tuple[bytes, Inclusion | None]]) -> dict[str, bytes]:
    """The files of a bundle: each envelope, and beside that of a run what shows that the decision is in it."""
    files: dict[str, bytes] = {}
    for number, (envelope, beside) in enumerate(found, 1):
        files[f"{APPROVALS}{number}{ENVELOPE}"] = envelope
        if beside is not None:
            files[f"{APPROVALS}{number}{INCLUSION}"] = inclusion_json(beside)
    return files


def run_root(statements: Sequence[str]) -> str:
    """Hex, over the decisions of a run in their order."""
    return root(_tree(statements)).hex()


def inclusions(statements: Sequence[str]) -> list[Inclusion]:
    """Of each decision of a run."""
    tree = _tree(statements)
    return [Inclusion(index, tuple(inclusion_proof(tree, index))) for index in range(len(statements))]


def inclusion_json(found: Inclusion) -> bytes:
    return encode({"v": 1, "index": found.index, "path": [each.hex() for each in found.path]})


def inclusion_of(data: bytes) -> Inclusion:
    """ShapeError or CanonicalError where the bytes are none."""
    top = members(decode(data), "v", "index", "path")
    version(top["v"])
    return Inclusion(integer(top["index"]), tuple(bytes.fromhex(hash_text(each)) for each in array(top["path"])))


def under(statement: str, found: Inclusion, approval: RunApproval) -> bool:
    """Whether the decision is one of those that were approved together."""
    return included(_leaf(statement), found.index, approval.size, found.path, bytes.fromhex(approval.root))


def _tree(statements: Sequence[str]) -> Tree:
    return listed([_leaf(statement) for statement in statements])


def _leaf(statement: str) -> bytes:
    return leaf_hash(bytes.fromhex(statement))


def _said(of: type[Said], value: Json) -> Said:
    top = members(value, "v", "decision", *(field.name for field in fields(of)))
    version(top["v"])
    if text(top["decision"]) != YES:
        raise ApprovalError(f"{text(top['person'])} says `{top['decision']}`, which is no approval")
    person, time = text(top["person"]), time_text(top["time"])
    if of is Attestation:
        word = choice(top["word"], Word)
        return Attestation(hash_text(top["statement"]), word, person, optional(top["role"], text), time)
    role, expires = text(top["role"]), optional(top["expires"], time_text)
    if expires is not None and expires <= time:
        raise ApprovalError(f"the approval of {person} had expired when it was made")
    if of is Approval:
        return Approval(hash_text(top["statement"]), person, role, time, expires)
    return RunApproval(text(top["run"]), hash_text(top["root"]), integer(top["size"]), person, role, time, expires)
