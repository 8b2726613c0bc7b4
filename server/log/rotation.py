"""From one key of the log to the next, so that nobody who trusts the log has to take our word for it.

The new key is announced in the log, in a state that the old key signs; then both sign, until the old one is retired,
which the log says too, in a state that both sign. So whoever knows the old key can follow, and a bundle that was made
in between holds by either card. Each step is on disk before the next begins and does nothing a second time: whoever was
killed half-way begins again and comes to the same end.

A stolen key signs no state any more, at once, nor does any other one of the same file. A new key signs what comes, and
the log says, in a state of the new key, up to how many entries the old one signed. The old one signs that state, too,
where it is there: whoever knows no other key should hear of it, and the thief wins nothing by that.
"""

from dataclasses import replace

from sqlmodel import select

from policy.canonical import Json
from policy.proof.note import Verifier, parse, signature_line
from server.log import files, journal, keyring, signer
from server.log.events import Event
from server.log.keyring import Ended, Keyring, Stolen, verifier_of
from server.log.signer import Signer, SignerError
from server.store.store import Store
from server.store.tables import Journal

STREAM = "signing-keys"
ADDED, REVOKED, COMPROMISED = "signing-key.added", "signing-key.revoked", "signing-key.compromised"
LOCK = ".rotation"


def rotated(store: Store, by: Signer, actor: str, time: str) -> Keyring:
    """With a new key that signs, and the one before beside it. SignerError where an older one still signs, or where
    the log cannot be signed."""
    with files.held(by.folder, LOCK):
        ring = _whole(by.keys)
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
        ring = _whole(by.keys)
        if ring.old is None:
            raise SignerError("one key signs, and there is none before it to retire")
        old = verifier_of(by.origin, ring.old.seed)
        _said(store, REVOKED, old, actor, time)
        signer.sealed(store, by)
        return _written(by, replace(ring, old=None, ended=(*ring.ended, Ended(old, ring.old.since, time))))


def stolen(
    store: Store, by: Signer, actor: str, time: str, since: int | None = None, key: Verifier | None = None
) -> Keyring:
    """With a new key alone; with those that sign now, where `key` is one that was retired, or that was told of before.
    `since`: the entries that the log had at the theft; as many as were signed, without it. SignerError where fewer were
    signed, where the key is none of the log's, or where the log cannot be signed."""
    with files.held(by.folder, LOCK):
        ring = by.keys
        here = {verifier_of(by.origin, it.seed) for it in (*ring.signing, *(lost for lost, _ in ring.lost))}
        if key is not None and key not in here:
            return _late(store, by, actor, time, _most(by, since), key)
        ring = ring if ring.lost else _replaced(by, time, since)
        told = tuple(Stolen(verifier_of(by.origin, lost.seed), size) for lost, size in ring.lost)
        _said(store, ADDED, verifier_of(by.origin, ring.signs.seed), actor, time)
        for it in told:
            _said(store, COMPROMISED, it.verifier, actor, time, size=it.size)
        made = signer.sealed(store, by)
        lines = [signature_line(parse(made).text, by.origin, lost.seed) for lost, _ in ring.lost]
        signer.added(store, made + "".join(lines).encode())
        return _written(by, replace(ring, lost=(), stolen=(*ring.stolen, *told)))


def _late(store: Store, by: Signer, actor: str, time: str, size: int, key: Verifier) -> Keyring:
    ring = _whole(by.keys)
    kept = tuple(it for it in ring.ended if it.verifier != key)
    if any(it.verifier == key for it in ring.stolen):
        return ring
    if kept == ring.ended:
        raise SignerError("that is no key of this log; name one as the trust card does, or none")
    _said(store, COMPROMISED, key, actor, time, size=size)
    signer.sealed(store, by)
    return _written(by, replace(ring, ended=kept, stolen=(*ring.stolen, Stolen(key, size))))


def _replaced(by: Signer, time: str, since: int | None) -> Keyring:
    """Nothing is signed between the look at what was signed last and the end of the keys."""
    with files.held(by.folder):
        ring, size = by.keys, _most(by, since)
        lost = tuple((key, size) for key in (*ring.signing, *([] if ring.next is None else [ring.next])))
        ring = replace(ring, signs=replace(keyring.fresh(), since=time), next=None, old=None, lost=lost)
        keyring.written(by.folder, ring)
        return ring


def _most(by: Signer, since: int | None) -> int:
    most = signer.last_signed(by).size
    if since is not None and since > most:
        raise SignerError(f"{most} entries were signed, and not {since}; name a size up to that, or none")
    return most if since is None else since


def _whole(ring: Keyring) -> Keyring:
    if ring.lost:
        raise SignerError("a theft is not yet announced; finish that first, with `proofolio rotate-key --stolen`")
    return ring


def _written(by: Signer, ring: Keyring) -> Keyring:
    with files.held(by.folder):
        keyring.written(by.folder, ring)
    return ring


def _said(store: Store, type: str, key: Verifier, actor: str, time: str, **more: Json) -> None:
    """That the log has it, once."""
    says: Json = {"key": key.text, **more}
    with store.writing() as session:
        known = session.exec(select(Journal.data).where(Journal.stream == STREAM, Journal.type == type))
        event = Event(type, STREAM, key.text, actor, says)
        if not any(key.text in data for data in known):
            journal.append(session, [event], time)
