"""A log and a key in a folder of one's own, made on first use: `policy.proof.local` on disk.

    README.txt       what this is, and that it is local
    entries.jsonl    one entry per line, in canonical JSON; only ever appended to
    checkpoint       the last state that was signed
    key              the signing key's seed, readable by its owner alone
    trust-card.txt   what an examiner should be given at the start, by another way than the bundles
    run-*.proof.zip  the bundles, readable by the owner alone: what opens the decisions that the log commits to

A log beside its key convinces nobody by itself: it does once somebody else keeps the trust card, or a checkpoint.
"""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from policy.canonical import CanonicalError
from policy.proof.entry import Entry, Kind, entry, entry_bytes
from policy.proof.local import ForkError, LocalLog, appended, growth, proven, sealed, verifier_of
from policy.proof.note import NoteError, checkpoint, parse, verified
from policy.proof.reading import ShapeError
from policy.proof.trust import card_text
from policy.proof.witness import empty
from server.log import files

README, ENTRIES, CHECKPOINT, KEY = "README.txt", "entries.jsonl", "checkpoint", "key"
CARD = "trust-card.txt"
PENDING, NEW = ".pending", ".new"
_SAYS = """\
This is a local log of Proofolio and its key, made on first use. Whoever can write here can write another history: it
becomes evidence when somebody else keeps trust-card.txt. Do not edit or restore these files; a log that did not grow
out of what was signed last is not signed again.
"""


class LogError(ValueError):
    """The folder's files do not fit each other; the message names the file and what to do."""


@dataclass(frozen=True, slots=True)
class Record:
    """`checkpoint`: the signed note of the log's last state. It can be asked (`server.log.asked`)."""

    folder: Path
    log: LocalLog
    seed: bytes
    checkpoint: bytes

    def entry(self, number: int) -> bytes:
        return entry_bytes(self.log.entries[number])

    def included(self, number: int) -> bytes:
        return proven(self.log, number, self.checkpoint)

    def grown(self, old: int) -> bytes:
        return growth(self.log, old, self.checkpoint)


def opened(folder: Path, time: str, actor: str) -> Record:
    """The folder's log, made with a new key and a first entry where there is none; whoever opens it holds the folder.
    `time`: UTC, microseconds."""
    try:
        if not (folder / KEY).exists() and len(_lines(folder / ENTRIES)) <= 1:  # none, or one that was not finished
            return _made(folder, time, actor)
        seed = files.seed((folder / KEY).read_bytes())
        note = (folder / CHECKPOINT).read_bytes()
        entries = tuple(map(entry, _lines(folder / ENTRIES, needed=True)))
        signed = checkpoint(parse(note).text)
        verified(parse(note), [verifier_of(signed.origin, seed)])
    except FileNotFoundError as error:
        raise LogError(f"{error.filename} is missing; restore it, or begin a new log in another folder") from None
    except (ValueError, NoteError, ShapeError, CanonicalError) as error:
        raise LogError(f"{folder}: {error}; restore the folder from a backup that you trust") from None
    _tidied(folder, len(entries))
    return Record(folder, LocalLog(signed.origin, entries, signed), seed, note)


def _tidied(folder: Path, entries: int) -> None:
    """What a writer that was killed left: a file whose entries made it to the log gets its name, all else goes."""
    for left in folder.glob(f"*{PENDING}"):
        name, _, size = left.name.removesuffix(PENDING).rpartition(".")
        if size.isdecimal() and int(size) <= entries:
            left.replace(folder / name)
        elif size.isdecimal():
            left.unlink()
    for half in folder.glob(f"*{NEW}"):
        half.unlink()


def _lines(path: Path, *, needed: bool = False) -> list[bytes]:
    """Whole lines; one that was cut off while it was written was never signed, and is dropped."""
    data = path.read_bytes() if needed or path.exists() else b""
    return data[: data.rfind(b"\n") + 1].splitlines()


def entered(record: Record, entries: Iterable[Entry]) -> Record:
    """With the entries appended, signed and on disk before this returns."""
    grown = _signed(record, entries)
    _keep(record, grown)
    return grown


def entered_with(
    record: Record, entries: Iterable[Entry], name: str, made: Callable[[Record], bytes]
) -> tuple[Record, bytes]:
    """With the entries, and beside them a file that opens them, made of the state that they lead to and its owner's
    alone: it is on disk before they are, so that no entry is ever without it, and has its name once they are. Until
    then its name says how many entries that will be, which is all that is needed after a crash."""
    grown = _signed(record, entries)
    content, pending = made(grown), record.folder / f"{name}.{grown.log.signed.size}{PENDING}"
    files.replaced(pending, content, files.OWNER)
    _keep(record, grown)
    pending.replace(record.folder / name)
    return grown, content


def _signed(record: Record, entries: Iterable[Entry]) -> Record:
    log = record.log
    for each in entries:
        log = appended(log, each)
    try:
        log, note = sealed(log, record.seed)
    except ForkError as error:
        raise LogError(f"{record.folder}: {error}") from None
    return replace(record, log=log, checkpoint=note)


def _keep(before: Record, grown: Record) -> None:
    new = grown.log.entries[len(before.log.entries) :]
    with (before.folder / ENTRIES).open("r+b") as file:
        file.truncate(file.seek(sum(len(entry_bytes(each)) + 1 for each in before.log.entries)))
        file.write(b"".join(entry_bytes(each) + b"\n" for each in new))
        file.flush()
        os.fsync(file.fileno())
    files.replaced(before.folder / CHECKPOINT, grown.checkpoint)


def card(record: Record) -> bytes:
    """A trust card of the log's key and its state now."""
    state = record.log.signed
    return card_text((verifier_of(record.log.origin, record.seed),), (), (state.size, state.root))


def _made(folder: Path, time: str, actor: str) -> Record:
    """The key comes last: without it, nothing was begun."""
    seed = os.urandom(files.SEED)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ENTRIES).write_bytes(b"")
    name = f"proofolio-{verifier_of('key', seed).key.raw[:6].hex()}/local"
    genesis = Entry(
        Kind.GENESIS, "log", 0, None, None, time, f"{name}, a log beside its own key", None, None, None, actor
    )
    record = entered(Record(folder, LocalLog(name, (), empty(name)), seed, b""), [genesis])
    files.replaced(folder / CARD, card(record))
    files.replaced(folder / README, _SAYS.encode())
    files.replaced(folder / KEY, f"{seed.hex()}\n".encode(), files.OWNER)
    return record
