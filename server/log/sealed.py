"""The journal of a service, asked as `server.log.asked.Log` in the state that a signed checkpoint names."""

from dataclasses import dataclass

from sqlmodel import Session

from policy.proof.merkle import inclusion_proof
from policy.proof.note import Checkpoint, checkpoint, parse
from policy.proof.tlog_proof import growth_text, proof_text
from server.log import journal
from server.log.signer import growth


@dataclass(frozen=True, slots=True)
class Sealed:
    """`checkpoint`: the signed note, and `state` what it says. Entries are only ever added, so that any transaction
    which began after the note was signed answers alike."""

    session: Session
    checkpoint: bytes
    state: Checkpoint

    def entry(self, number: int) -> bytes:
        (data,) = journal.entries(self.session, number, number + 1)
        return data

    def included(self, number: int) -> bytes:
        hashes = journal.answered(self.session, self.state.size, lambda tree: inclusion_proof(tree, number))
        return proof_text(number, hashes, self.checkpoint)

    def grown(self, old: int) -> bytes:
        hashes = journal.answered(self.session, self.state.size, lambda tree: growth(tree, old))
        return growth_text(old, hashes, self.checkpoint)


def sealed(session: Session, note: bytes) -> Sealed:
    """`note`: of `server.log.signer.sealed`, signed before the transaction began."""
    return Sealed(session, note, checkpoint(parse(note).text))
