"""Who signs the log's state. It remembers on its own disk what it signed last, beside no database, and signs only what
grew out of that: a database restored from a backup cannot get a second history signed.

While the log passes from one key to the next (`server.log.rotation`), both sign.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session, select

from policy.canonical import Json, decode
from policy.proof.keys import public_of
from policy.proof.merkle import Tree, consistency_proof, root
from policy.proof.note import Checkpoint, Note, Verifier, checkpoint, checkpoint_text, parse, signature_line, verified
from policy.proof.trust import Trust, TrustError, card_text, trust
from policy.proof.witness import empty, grown
from server.auth import people
from server.log import files, journal, keyring
from server.log.keyring import Keyring, KeyringError, verifier_of
from server.store import unique
from server.store.store import Store
from server.store.tables import Checkpoint as Signed
from server.store.tables import Journal as Entry

STREAM = "log"
KEY, LAST, WITNESSES = keyring.FILE, "last-signed", "witnesses"
TOO_MANY = 2**31  # entries: more than the column of a checkpoint's size holds


ELSEWHERE = (
    "the log of this database is signed with a key that is not here: copy the folder `signer` from the data directory "
    "where the service began into this one"
)


class SignerError(ValueError):
    """The log must not be signed as it is; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Its keys are read anew for each state, for they may change while a service runs."""

    folder: Path
    origin: str

    @property
    def keys(self) -> Keyring:
        """SignerError where they cannot be read."""
        try:
            return keyring.read(self.folder)
        except KeyringError as error:
            raise SignerError(str(error)) from None

    @property
    def seed(self) -> bytes:
        """Of the key that signs, the newest where two do."""
        return self.keys.signs.seed

    @property
    def verifier(self) -> Verifier:
        return verifier_of(self.origin, self.seed)


def signer(folder: Path, origin: str | None = None, *, begun: bool = False) -> Signer:
    """The signer whose key lies in the folder, made on first use, unless the log was `begun` already. SignerError where
    the file is no key."""
    with files.held(folder):
        if not (folder / KEY).exists():
            if begun and not (folder / LAST).exists():
                raise SignerError(ELSEWHERE)
            if (folder / LAST).exists():
                raise SignerError(f"the signer's `{KEY}` is missing, yet this log was signed before; restore the key")
            keyring.written(folder, Keyring(keyring.fresh()))
        first = Signer(folder, "").keys.signs.seed
        return Signer(folder, origin or _remembered(folder) or f"proofolio-{public_of(first).raw[:6].hex()}/log")


def begun(session: Session) -> Json:
    """What the first entry of the log says of it: `origin`, and the `key` that signs it; None where there is none."""
    found = session.exec(select(Entry.data).where(Entry.stream == STREAM, Entry.seq == 0)).first()
    return None if found is None else decode(found.encode())


def same(session: Session, by: Signer) -> None:
    """SignerError where the log was begun with a key that was never this signer's."""
    said = begun(session)
    if isinstance(said, dict) and said.get("key") not in (None, *(key.text for key in verifiers(by))):
        raise SignerError(ELSEWHERE)


def sealed(store: Store, by: Signer) -> bytes:
    """The signed checkpoint of the log as it stands, with the cosignatures that it has."""
    with files.held(by.folder):
        last, ring = last_signed(by), by.keys
        with store.reading() as session:
            size = journal.size(session)
            kept = note(session, size)
            if size < last.size:
                raise SignerError(_forked(last))
            if kept is not None and size == last.size and not _missing(parse(kept), by, ring):
                return kept
            top, proof = journal.answered(session, size, lambda tree: (root(tree), growth(tree, last.size)))
            new = Checkpoint(by.origin, size, top)
        if grown(last, new, last.size, proof) is not None:
            raise SignerError(_forked(last))
        text = checkpoint_text(new)
        made = f"{text}\n{_missing(Note(text, ()), by, ring)}".encode()
        files.replaced(by.folder / LAST, made)
    return added(store, made)


def added(store: Store, made: bytes) -> bytes:
    """The checkpoint as it is kept, with every signature that it had and those that it has here."""
    state = checkpoint(parse(made).text)
    with store.writing() as session:
        if unique.added(session, Signed(size=state.size, note=made)):
            return made
        row = session.get_one(Signed, state.size, with_for_update=True)
        if parse(row.note).text != parse(made).text:
            row.note = b""
        before = row.note.decode().splitlines(keepends=True)
        row.note += "".join(line for line in made.decode().splitlines(keepends=True) if line not in before).encode()
        session.add(row)
        return row.note


def card(store: Store, by: Signer, whose: Collection[str] | None = None) -> bytes:
    """What an examiner should be given by another way than the bundles: the keys, and the last state. `whose`: the
    people that it names, None for everybody who has a key."""
    state = checkpoint(parse(sealed(store, by)).text)
    with store.reading() as session:
        return card_of(session, by, state, whose)


def card_of(session: Session, by: Signer, state: Checkpoint, whose: Collection[str] | None) -> bytes:
    """Every key by which some state of the log was signed, with its dates, the own keys of these people, and the
    witnesses that are asked."""
    known, ends = people.on_cards(session, whose)
    ring = by.keys
    dates = {verifier_of(by.origin, key.seed): _since(key.since) for key in ring.signing}
    if ring.old is not None:
        dates[verifier_of(by.origin, ring.old.seed)] += f", is replaced since {ring.signs.since}"
    dates |= {it.verifier: f"{_since(it.since)}, until {it.until}" for it in ring.ended}
    lost = dict(stolen(by.origin, ring))
    said = dates if len(dates) + len(lost) > 1 else {}
    sizes = {key.key.raw: size for key, size in lost.items()}
    return card_text((*dates, *lost), known, (state.size, state.root), ends, witnesses(by), said, sizes)


def witnesses(by: Signer) -> Trust | None:
    """Who is asked to cosign, and how many are wanted: the C2SP tlog-policy file in the signer's folder, where there is
    one. SignerError where it cannot be read."""
    try:
        return trust((by.folder / WITNESSES).read_bytes())
    except FileNotFoundError:
        return None
    except TrustError as error:
        raise SignerError(f"the signer's `{WITNESSES}`: {error}") from None


def note(session: Session, size: int) -> bytes | None:
    """The checkpoint of a size, where that was signed."""
    found = session.get(Signed, size) if size < TOO_MANY else None
    return None if found is None else found.note


def growth(tree: Tree, old: int) -> list[bytes]:
    """That the first `old` entries are still the same; of none there is nothing to prove."""
    return consistency_proof(tree, old) if old else []


def verifiers(by: Signer) -> tuple[Verifier, ...]:
    """Of every key by which some state was signed."""
    ring = by.keys
    signing = (verifier_of(by.origin, key.seed) for key in ring.signing)
    return (*signing, *(it.verifier for it in ring.ended), *(key for key, _ in stolen(by.origin, ring)))


def stolen(origin: str, ring: Keyring) -> list[tuple[Verifier, int]]:
    """The keys that were, whether the log says so yet or not, with the most entries that they signed for."""
    lost = [(verifier_of(origin, key.seed), size) for key, size in ring.lost]
    return [*lost, *((it.verifier, it.size) for it in ring.stolen)]


def last_signed(by: Signer) -> Checkpoint:
    """What the signer remembers. SignerError where that cannot be read."""
    try:
        kept = parse((by.folder / LAST).read_bytes())
        verified(kept, verifiers(by))
        return checkpoint(kept.text)
    except FileNotFoundError:
        return empty(by.origin)
    except SignerError:
        raise
    except ValueError as error:
        raise SignerError(f"the signer's `{LAST}`: {error}; restore it from a backup that you trust") from None


def _missing(of: Note, by: Signer, ring: Keyring) -> str:
    """The lines of those keys that are to sign the note and have not."""
    have = {signature.id for signature in of.signatures}
    seeds = [key.seed for key in ring.signing if verifier_of(by.origin, key.seed).id not in have]
    return "".join(signature_line(of.text, by.origin, seed) for seed in seeds)


def _remembered(folder: Path) -> str | None:
    """The name that the log has been signed under, which outlives the key that it was made from."""
    try:
        return checkpoint(parse((folder / LAST).read_bytes()).text).origin
    except (FileNotFoundError, ValueError):
        return None


def _since(instant: str) -> str:
    return "signs since the log began" if instant == keyring.BEGINNING else f"signs since {instant}"


def _forked(last: Checkpoint) -> str:
    return (
        f"this log was signed with {last.size} entries, and it no longer starts with them: a backup was restored, or "
        "an entry was changed; restore the newest database, nothing is signed until then"
    )
