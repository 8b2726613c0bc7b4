"""A log and a key in a folder of one's own, made on first use: `policy.proof.local` on disk.

    entries.jsonl    one entry per line, in canonical JSON; only ever appended to
    checkpoint       the last state that was signed
    key              the signing key's seed, readable by its owner alone
    trust-card.txt   what an examiner should be given now, by another way than the bundles

A log beside its key convinces nobody by itself: it does once somebody else keeps the trust card, or a checkpoint.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from policy.canonical import CanonicalError
from policy.proof.entry import Entry, Kind, entry, entry_bytes
from policy.proof.local import ForkError, LocalLog, appended, sealed, verifier_of
from policy.proof.note import NoteError, checkpoint, parse, verified
from policy.proof.reading import ShapeError
from policy.proof.trust import card_text
from policy.proof.witness import empty

SEED = 32  # bytes
ENTRIES, CHECKPOINT, KEY, CARD, LOCK = "entries.jsonl", "checkpoint", "key", "trust-card.txt", ".lock"


class RecordError(ValueError):
    """The folder's files do not fit each other; the message names the file and what to do."""


@dataclass(frozen=True, slots=True)
class Record:
    """`checkpoint`: the signed note of the log's last state."""

    folder: Path
    log: LocalLog
    seed: bytes
    checkpoint: bytes


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Nobody else writes to the folder meanwhile; waits for whoever does. OSError where it cannot be made."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def opened(folder: Path, time: str, actor: str) -> Record:
    """The folder's log, made with a new key and a first entry where there is none. `time`: UTC, microseconds."""
    if not (folder / KEY).exists():
        return _made(folder, time, actor)
    try:
        seed = bytes.fromhex((folder / KEY).read_text(encoding="ascii").strip())
        if len(seed) != SEED:
            raise RecordError(f"{folder / KEY} is no key; restore it, or begin a new log in another folder")
        note = (folder / CHECKPOINT).read_bytes()
        entries = tuple(map(entry, (folder / ENTRIES).read_bytes().splitlines()))
        signed = checkpoint(parse(note).text)
        verified(parse(note), [verifier_of(signed.origin, seed)])
    except FileNotFoundError as error:
        raise RecordError(f"{error.filename} is missing; restore it, or begin a new log in another folder") from None
    except (ValueError, NoteError, ShapeError, CanonicalError) as error:
        raise RecordError(f"{folder}: {error}; restore the folder from a backup that you trust") from None
    return Record(folder, LocalLog(signed.origin, entries, signed), seed, note)


def entered(record: Record, entries: Iterable[Entry]) -> Record:
    """With the entries appended, signed and on disk before this returns."""
    log = record.log
    for each in entries:
        log = appended(log, each)
    new = log.entries[len(record.log.entries) :]
    try:
        log, note = sealed(log, record.seed)
    except ForkError as error:
        raise RecordError(f"{record.folder}: {error}") from None
    with (record.folder / ENTRIES).open("ab") as file:
        file.write(b"".join(entry_bytes(each) + b"\n" for each in new))
        file.flush()
        os.fsync(file.fileno())
    _replace(record.folder / CHECKPOINT, note)
    return replace(record, log=log, checkpoint=note)


def card(record: Record) -> bytes:
    """A trust card of the log's key and its state now."""
    state = record.log.signed
    return card_text((verifier_of(record.log.origin, record.seed),), (), (state.size, state.root))


def _made(folder: Path, time: str, actor: str) -> Record:
    seed = os.urandom(SEED)
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / KEY, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(f"{seed.hex()}\n")
    name = f"proofolio-{verifier_of('key', seed).key.raw[:6].hex()}/local"
    genesis = Entry(
        Kind.GENESIS, "log", 0, None, None, time, f"{name}, a log beside its own key", None, None, None, actor
    )
    record = entered(Record(folder, LocalLog(name, (), empty(name)), seed, b""), [genesis])
    _replace(folder / CARD, card(record))
    return record


def _replace(path: Path, data: bytes) -> None:
    beside = path.with_suffix(".new")
    beside.write_bytes(data)
    beside.replace(path)
