"""Grants of exceptions, as statements that somebody signs. The kinds are types of their own, as those of approvals are
(`policy.proof.approval`), so that none passes for another, nor for an approval.

| kind       | type     | who signs |
| ---------- | -------- | --------- |
| person-key | GRANT    | a person, with their own key |
| attested   | ATTESTED | the log's key: the service says that somebody's session said yes |
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from policy.canonical import decode, encode
from policy.proof.entry import hash_text, time_text
from policy.proof.envelope import payload, sealed
from policy.proof.reading import ShapeError, members, text, version

GRANT = "application/vnd.proofolio.grant.v1+json"
ATTESTED = "application/vnd.proofolio.grant-attestation.v1+json"
YES = "grant"


@dataclass(frozen=True, slots=True)
class Grant:
    """`of`: the id of the waiver or override; `statement`: SHA-256 of what it says; `time`: UTC, microseconds."""

    of: str
    statement: str
    person: str
    role: str
    time: str


def written(said: Grant) -> bytes:
    """The payload that is signed."""
    return encode({"v": 1, "decision": YES, **asdict(said)})


def granted(said: Grant, kind: str, seed: bytes) -> bytes:
    """The envelope, signed with a key's seed."""
    return sealed(kind, written(said), said.person, seed)


def read(envelope: bytes, kind: str) -> Grant:
    """What an envelope of this type says, its signature not verified. ShapeError or CanonicalError where it is none."""
    top = members(decode(payload(envelope, kind)), "v", "decision", "of", "statement", "person", "role", "time")
    version(top["v"])
    if text(top["decision"]) != YES:
        raise ShapeError(f"`{top['decision']}`, which grants nothing")
    said = text(top["of"]), hash_text(top["statement"]), text(top["person"]), text(top["role"])
    return Grant(*said, time_text(top["time"]))
