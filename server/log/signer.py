"""Who signs the log's state. It remembers on its own disk what it signed last, beside no database, and signs only what
grew out of that: a database restored from a backup cannot get a second history signed."""

import os
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session

from policy.proof.keys import public_of
from policy.proof.merkle import Tree, consistency_proof, root
from policy.proof.note import ED25519, Checkpoint, Verifier, checkpoint, checkpoint_text, parse, signed, verified
from policy.proof.trust import card_text
from policy.proof.witness import empty, grown
from server.log import files, journal
from server.store.store import Store
from server.store.tables import Checkpoint as Signed

KEY, LAST = "signing-key", "last-signed"
TOO_MANY = 2**31  # entries: more than the column of a checkpoint's size holds


class SignerError(ValueError):
    """The log must not be signed as it is; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Signer:
    folder: Path
    origin: str
    seed: bytes

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.origin, ED25519, public_of(self.seed))


def signer(folder: Path, origin: str | None = None) -> Signer:
    """The signer whose key lies in the folder, made on first use. SignerError where the file is no key."""
    with files.held(folder):
        if not (folder / KEY).exists():
            if (folder / LAST).exists():
                raise SignerError(f"the signer's `{KEY}` is missing, yet this log was signed before; restore the key")
            files.replaced(folder / KEY, f"{os.urandom(files.SEED).hex()}\n".encode(), files.OWNER)
        try:
            seed = files.seed((folder / KEY).read_bytes())
        except ValueError as error:
            raise SignerError(f"the signer's `{KEY}`: {error}; restore it from a backup that you trust") from None
    return Signer(folder, origin or f"proofolio-{public_of(seed).raw[:6].hex()}/log", seed)


def sealed(store: Store, by: Signer) -> bytes:
    """The signed checkpoint of the log as it stands."""
    with files.held(by.folder):
        last = last_signed(by)
        with store.reading() as session:
            size = journal.size(session)
            kept = note(session, size)
            if kept is not None and size == last.size:
                return kept
            if size < last.size:
                raise SignerError(_forked(last))
            top, proof = journal.answered(session, size, lambda tree: (root(tree), growth(tree, last.size)))
            new = Checkpoint(by.origin, size, top)
        if grown(last, new, last.size, proof) is not None:
            raise SignerError(_forked(last))
        made = signed(checkpoint_text(new), by.origin, by.seed)
        files.replaced(by.folder / LAST, made)
    with store.writing() as session:
        session.merge(Signed(size=size, note=made))
    return made


def card(store: Store, by: Signer) -> bytes:
    """What an examiner should be given by another way than the bundles: the key, and the last state."""
    state = checkpoint(parse(sealed(store, by)).text)
    return card_text((by.verifier,), (), (state.size, state.root))


def note(session: Session, size: int) -> bytes | None:
    """The checkpoint of a size, where that was signed."""
    found = session.get(Signed, size) if size < TOO_MANY else None
    return None if found is None else found.note


def growth(tree: Tree, old: int) -> list[bytes]:
    """That the first `old` entries are still the same; of none there is nothing to prove."""
    return consistency_proof(tree, old) if old else []


def last_signed(by: Signer) -> Checkpoint:
    """What the signer remembers. SignerError where that cannot be read."""
    try:
        kept = parse((by.folder / LAST).read_bytes())
        verified(kept, [by.verifier])
        return checkpoint(kept.text)
    except FileNotFoundError:
        return empty(by.origin)
    except ValueError as error:
        raise SignerError(f"the signer's `{LAST}`: {error}; restore it from a backup that you trust") from None


def _forked(last: Checkpoint) -> str:
    return (
        f"this log was signed with {last.size} entries, and it no longer starts with them: a backup was restored, or "
        "an entry was changed; restore the newest database, nothing is signed until then"
    )
