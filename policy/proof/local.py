"""A log of one's own: entries, their proofs, and a checkpoint signed by a key that lives beside them.

For a desk without a log service. It shows that nothing changed since the checkpoint that somebody else kept; until
somebody does, it shows no more than the good order of one's own files. Its name says so: `…/local`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from policy.proof.entry import Entry, entry_bytes
from policy.proof.keys import public_of
from policy.proof.merkle import Tree, consistency_proof, inclusion_proof, leaf_hash, listed, root
from policy.proof.note import ED25519, Checkpoint, Verifier, checkpoint_text, signed
from policy.proof.tlog_proof import growth_text, proof_text
from policy.proof.witness import grown


@dataclass(frozen=True, slots=True)
class LocalLog:
    """`signed`: the last state that was signed; the next one has to grow out of it."""

    origin: str
    entries: tuple[Entry, ...]
    signed: Checkpoint


class ForkError(ValueError):
    """The entries are not those that were signed: a backup was restored, or an entry was changed."""


def appended(log: LocalLog, entry: Entry) -> LocalLog:
    """With one more entry, which is given its place in its stream."""
    before = [old for old in log.entries if old.stream == entry.stream]
    prev = leaf_hash(entry_bytes(before[-1])).hex() if before else None
    return replace(log, entries=(*log.entries, replace(entry, seq=len(before), prev=prev)))


def sealed(log: LocalLog, seed: bytes) -> tuple[LocalLog, bytes]:
    """The signed checkpoint of all entries; ForkError where they did not grow out of what was signed last."""
    tree = tree_of(log)
    new, old = Checkpoint(log.origin, tree.size, root(tree)), log.signed.size
    proof = consistency_proof(tree, old) if 0 < old <= tree.size else []
    refusal = grown(log.signed, new, old, proof)
    if refusal is not None:
        raise ForkError(f"this log was signed with {old} entries, and it no longer starts with them")
    return replace(log, signed=new), signed(checkpoint_text(new), log.origin, seed)


def proven(log: LocalLog, index: int, checkpoint: bytes) -> bytes:
    """The proof that the entry is in the log of the checkpoint, as one file."""
    return proof_text(index, inclusion_proof(tree_of(log), index), checkpoint)


def growth(log: LocalLog, old: int, checkpoint: bytes) -> bytes:
    """The proof that the first `old` entries were kept, for somebody who saw them."""
    return growth_text(old, consistency_proof(tree_of(log), old), checkpoint)


def verifier_of(origin: str, seed: bytes) -> Verifier:
    return Verifier(origin, ED25519, public_of(seed))


def tree_of(log: LocalLog) -> Tree:
    return listed([leaf_hash(entry_bytes(entry)) for entry in log.entries])
