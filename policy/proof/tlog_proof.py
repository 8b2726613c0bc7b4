"""One file that proves that one entry is in a log (C2SP tlog-proof), and one that proves that a log only grew.

The second has the form in which a log asks a witness to cosign (C2SP tlog-witness): `old N`, hashes, the checkpoint.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from policy.proof.merkle import included
from policy.proof.note import Note, NoteError, checkpoint, decimal, hash_bytes, parse

HEADER = "c2sp.org/tlog-proof@v1"
MOST_HASHES = 63  # a path in a tree of less than 2^63 entries


@dataclass(frozen=True, slots=True)
class TlogProof:
    """`index` of the entry, the siblings from the leaf to the root, and the checkpoint as it was signed."""

    index: int
    hashes: tuple[bytes, ...]
    note: Note


def proof_text(index: int, hashes: Sequence[bytes], checkpoint_note: bytes) -> bytes:
    return "".join(f"{line}\n" for line in (HEADER, f"index {index}", *_lines(hashes), "")).encode() + checkpoint_note


def proof(data: bytes) -> TlogProof:
    """NoteError where the text is malformed. Extra data is passed over: nothing vouches for it."""
    head, note = _halves(data)
    if head[0] != HEADER:
        raise NoteError(f"a proof of inclusion starts with `{HEADER}`")
    if head[1:2] and head[1].startswith("extra "):
        del head[1]
    if len(head) < 2 or not head[1].startswith("index "):
        raise NoteError("a proof of inclusion names its index")
    return TlogProof(decimal(head[1].removeprefix("index ")), _hashes(head[2:]), note)


def proves(proof: TlogProof, leaf: bytes) -> bool:
    """Whether the leaf hash is at the index, in the tree of the (not yet verified) checkpoint."""
    state = checkpoint(proof.note.text)
    return included(leaf, proof.index, state.size, proof.hashes, state.root)


def growth_text(old: int, hashes: Sequence[bytes], checkpoint_note: bytes) -> bytes:
    return "".join(f"{line}\n" for line in (f"old {old}", *_lines(hashes), "")).encode() + checkpoint_note


def growth(data: bytes) -> tuple[int, tuple[bytes, ...], Note]:
    """The old size, the consistency proof and the new checkpoint."""
    head, note = _halves(data)
    if not head[0].startswith("old "):
        raise NoteError("a proof of growth starts with `old SIZE`")
    return decimal(head[0].removeprefix("old ")), _hashes(head[1:]), note


def _halves(data: bytes) -> tuple[list[str], Note]:
    head, separator, note = data.partition(b"\n\n")
    if not separator:
        raise NoteError("a proof ends in a checkpoint")
    try:
        return head.decode("ascii").split("\n"), parse(note)
    except UnicodeDecodeError:
        raise NoteError("a proof's head is ASCII") from None


def _hashes(lines: Sequence[str]) -> tuple[bytes, ...]:
    if len(lines) > MOST_HASHES:
        raise NoteError("a proof is longer than any tree is high")
    return tuple(hash_bytes(line) for line in lines)


def _lines(hashes: Sequence[bytes]) -> list[str]:
    return [b64encode(value).decode() for value in hashes]
