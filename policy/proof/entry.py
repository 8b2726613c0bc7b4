"""One line of the log: who did what when, bound to its content by a salted commitment.

The log holds no client's data: an entry commits to its content with a salt, so that the content can be withheld or
erased and every proof stays whole. Entries of one stream count without gaps and name their predecessor.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from re import ASCII, compile

from policy.canonical import Json, decode, encode
from policy.proof.merkle import leaf_hash
from policy.proof.reading import ShapeError, choice, integer, members, optional, text, version

SALT = 32  # bytes
LARGEST = 65_535  # bytes of an entry, as published logs (C2SP tlog-tiles) limit it

_TIME = compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z", ASCII)
_HASH = compile(r"[0-9a-f]{64}", ASCII)


class Kind(StrEnum):
    GENESIS = "genesis"
    KEY_ADD = "key-add"
    KEY_REVOKE = "key-revoke"
    POLICY = "policy"
    RULES = "rules-activate"
    SNAPSHOT = "snapshot"
    RUN_START = "run-start"
    PROPOSAL = "proposal"
    NO_TRADE = "no-trade"
    INFEASIBLE = "infeasible"
    OVERRIDE = "override"
    APPROVAL = "approval"
    REJECT = "reject"
    RELEASE = "release"
    ORDER = "order"
    FILL = "fill"
    ALLOCATION = "allocation"
    BREAK = "break"
    CORRECTION = "correction"
    ERASE = "erase"
    SELF_AUDIT = "self-audit"
    ALERT = "alert"
    RUN_END = "run-end"


@dataclass(frozen=True, slots=True)
class Payload:
    """`commitment`: hex; `size`: bytes of the content; `type`: its media type."""

    commitment: str
    size: int
    type: str


@dataclass(frozen=True, slots=True)
class Entry:
    """`seq` counts the stream's entries from 0; `prev`: leaf hash of the one before, hex. `time`: UTC with
    microseconds. `rules`, `snapshot`: SHA-256, hex, of the rules' manifest and of the snapshot that were used."""

    kind: Kind
    stream: str
    seq: int
    prev: str | None
    run: str | None
    time: str
    subject: str
    payload: Payload | None
    rules: str | None
    snapshot: str | None
    actor: str


def commitment(salt: bytes, body: bytes) -> str:
    """SHA-256, hex, over a label, the salt and the content with its length."""
    if len(salt) != SALT:
        raise ValueError(f"a salt has {SALT} bytes, not {len(salt)}")
    head = b"proofolio/commit/v1\x00" + salt + len(body).to_bytes(8, "big")
    return sha256(head + body).hexdigest()


def entry_bytes(entry: Entry) -> bytes:
    payload: Json = None
    if entry.payload is not None:
        payload = {"commitment": entry.payload.commitment, "bytes": entry.payload.size, "type": entry.payload.type}
    data = encode(
        {
            "v": 1,
            "kind": entry.kind.value,
            "stream": entry.stream,
            "seq": entry.seq,
            "prev": entry.prev,
            "run": entry.run,
            "time": time_text(entry.time),
            "subject": entry.subject,
            "payload": payload,
            "rules": entry.rules,
            "snapshot": entry.snapshot,
            "actor": entry.actor,
        }
    )
    if len(data) > LARGEST:
        raise ValueError(f"a log entry has at most {LARGEST} bytes; put the content beside it and commit to it")
    return data


def entry(data: bytes) -> Entry:
    """The entry of its bytes; ShapeError or CanonicalError where they are not exactly one."""
    top = members(
        decode(data),
        *("v", "kind", "stream", "seq", "prev", "run", "time", "subject", "payload", "rules", "snapshot", "actor"),
    )
    version(top["v"])
    return Entry(
        kind=choice(top["kind"], Kind),
        stream=text(top["stream"]),
        seq=integer(top["seq"]),
        prev=optional(top["prev"], hash_text),
        run=optional(top["run"], text),
        time=time_text(top["time"]),
        subject=text(top["subject"]),
        payload=optional(top["payload"], _payload),
        rules=optional(top["rules"], hash_text),
        snapshot=optional(top["snapshot"], hash_text),
        actor=text(top["actor"]),
    )


def entry_hash(entry: Entry) -> bytes:
    return leaf_hash(entry_bytes(entry))


def hash_text(value: Json) -> str:
    """SHA-256 as 64 lower-case hex digits."""
    if not _HASH.fullmatch(text(value)):
        raise ShapeError("a hash is 64 lower-case hex digits")
    return text(value)


def _payload(value: Json) -> Payload:
    found = members(value, "commitment", "bytes", "type")
    return Payload(hash_text(found["commitment"]), integer(found["bytes"]), text(found["type"]))


def time_text(value: Json) -> str:
    """UTC in fixed width, so that times compare as texts."""
    if not _TIME.fullmatch(text(value)):
        raise ShapeError(f"`{value}` is not a time of the form 2026-11-22T14:00:00.000000Z")
    return text(value)
