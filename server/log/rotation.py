"""From one key of the log to the next, so that nobody who trusts the log has to take our word for it.

The new key is announced in the log, in a state that the old key signs; then both sign, until the old one is retired,
which the log says too, in a state that both sign. So whoever knows the old key can follow, and a bundle that was made
in between holds by either card. Each step is on disk before the next begins and does nothing a second time: whoever was
killed half-way begins again and comes to the same end.
"""

from dataclasses import replace

from sqlmodel import select

from policy.canonical import Json
from policy.proof.note import Verifier
from server.log import files, journal, keyring, signer
from server.log.events import Event
from server.log.keyring import Ended, Keyring, verifier_of
from server.log.signer import Signer, SignerError
from server.store.store import Store
from server.store.tables import Journal

STREAM = "signing-keys"
ADDED, REVOKED = "signing-key.added", "signing-key.revoked"
LOCK = ".rotation"


def rotated(store: Store, by: Signer, actor: str, time: str) -> Keyring:
    """With a new key that signs, and the one before beside it. SignerError where an older one still signs, or where
    the log cannot be signed."""
    with files.held(by.folder, LOCK):
        ring = by.keys
        if ring.old is not None:
            raise SignerError(
                "the key before this one still signs; retire it first, with `proofolio rotate-key --retire`"
            )
        if ring.next is None:
            signer.sealed(store, by)  # what the log is called is kept with its last state
            ring = _written(by, replace(ring, next=keyring.fresh()))
        assert ring.next is not None, "made just now"
        _said(store, ADDED, verifier_of(by.origin, ring.next.seed), actor, time)
        signer.sealed(store, by)
        ring = _written(by, replace(ring, signs=replace(ring.next, since=time), next=None, old=ring.signs))
        signer.sealed(store, by)
        return ring


def retired(store: Store, by: Signer, actor: str, time: str) -> Keyring:
    """With the newest key alone. SignerError where no other one signs."""
    with files.held(by.folder, LOCK):
        ring = by.keys
        if ring.old is None:
            raise SignerError("one key signs, and there is none before it to retire")
        old = verifier_of(by.origin, ring.old.seed)
        _said(store, REVOKED, old, actor, time)
        signer.sealed(store, by)
        return _written(by, replace(ring, old=None, ended=(*ring.ended, Ended(old, ring.old.since, time))))


def _written(by: Signer, ring: Keyring) -> Keyring:
    with files.held(by.folder):
        keyring.written(by.folder, ring)
    return ring


def _said(store: Store, type: str, key: Verifier, actor: str, time: str) -> None:
    """That the log has it, once."""
    says: Json = {"key": key.text}
    with store.writing() as session:
        known = session.exec(select(Journal.data).where(Journal.stream == STREAM, Journal.type == type))
        event = Event(type, STREAM, key.text, actor, says)
        if not any(key.text in data for data in known):
            journal.append(session, [event], time)
