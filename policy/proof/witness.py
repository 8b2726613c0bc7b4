"""Who signs a log's state remembers the last one, and signs the next only if it grew out of that (C2SP tlog-witness).

A witness decides so about other people's logs, and our own signer about ours: a database restored from a backup
cannot get a second history signed.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass

from policy.proof.keys import public_of, sign
from policy.proof.merkle import EMPTY_ROOT, consistent
from policy.proof.note import (
    COSIGNATURE,
    Checkpoint,
    Note,
    NoteError,
    Verifier,
    checkpoint,
    cosigned_message,
    verified,
)
from policy.proof.tlog_proof import growth


@dataclass(frozen=True, slots=True)
class Refusal:
    """`status`: as the protocol's HTTP binding says it."""

    status: int
    reason: str


def empty(origin: str) -> Checkpoint:
    """What a signer remembers of a log that it has not seen yet."""
    return Checkpoint(origin, 0, EMPTY_ROOT)


def grown(seen: Checkpoint, new: Checkpoint, old_size: int, proof: Iterable[bytes]) -> Refusal | None:
    """Whether `new` may be signed after `seen`: None, or why not."""
    hashes = tuple(proof)
    if old_size > new.size:
        return Refusal(400, "the old size is larger than the new one")
    if old_size != seen.size:
        return Refusal(409, f"{seen.size}\n")
    if new.size == seen.size and new.root != seen.root:
        return Refusal(409, f"{seen.size}\n")
    fits = not hashes if seen.size == 0 else consistent(seen.size, new.size, seen.root, new.root, hashes)
    return None if fits else Refusal(422, "the consistency proof does not lead from the old state to the new one")


def asked(seen: Checkpoint, keys: Iterable[Verifier], request: bytes) -> tuple[Checkpoint, Note] | Refusal:
    """The state to remember and to cosign, for one `add-checkpoint` request about the log that was `seen`."""
    try:
        old_size, hashes, note = growth(request)
        new = checkpoint(note.text)
    except NoteError as error:
        return Refusal(400, str(error))
    if new.origin != seen.origin:
        return Refusal(404, f"unknown log `{new.origin}`")
    try:
        verified(note, keys)
    except NoteError as error:
        return Refusal(403, str(error))
    return grown(seen, new, old_size, hashes) or (new, note)


def cosignature(note: Note, time: int, name: str, seed: bytes) -> str:
    """The witness's signature line; `time` in seconds since 1970."""
    key = Verifier(name, COSIGNATURE, public_of(seed))
    body = key.id + time.to_bytes(8, "big") + sign(seed, cosigned_message(note.text, time))
    return f"— {name} {b64encode(body).decode()}\n"
