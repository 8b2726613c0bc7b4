"""The log read again from its first entry, and compared with what was signed: whoever changed a row is found out.

Every hash is computed anew from the entries' bytes: leaves, subtrees, stream ends, the roots of all checkpoints that
were kept, and the state that the signer remembers on its own disk, which no writer of the database reaches. Bodies are
held against their commitments, the feed's columns against the entry that they repeat, and content of which the hash
alone is left against what entries say was erased. Out of its reach is the text of the feed (`data`) where an event
commits to a body of its own: only a body that is the feed's text proves that.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from policy.canonical import CanonicalError, Json
from policy.proof import entry as leaf
from policy.proof.frontier import Frontier, grown, root
from policy.proof.merkle import leaf_hash
from policy.proof.note import Checkpoint, NoteError, checkpoint, parse, verified
from policy.proof.reading import ShapeError
from server.log import files, journal, reads, signer
from server.log.events import KINDS, Event
from server.log.journal import Receipt
from server.log.signer import Signer
from server.store import tables
from server.store.store import Store
from server.store.tables import Blob, Head, Journal

CHUNK = 2_000  # entries in memory at once
MEMORY = "last-audit"
WHOLE = timedelta(days=7)  # after which everything is read again
MOST = 100  # findings that are written down


@dataclass(frozen=True, slots=True)
class Audit:
    """`size`, `root`: of the log as its entries say it, hex. `findings`: what does not fit, none where all does."""

    size: int
    root: str
    findings: tuple[str, ...]


@dataclass(slots=True)
class _Read:
    """What the entries up to here make. `roots`: those that were signed, by size. `bare`: the numbers of entries
    without a body, by their leaf; `erased`: the leaves, and the parts of snapshots, that entries say were erased."""

    roots: Mapping[int, set[bytes]]
    frontier: Frontier = field(default_factory=Frontier)
    ends: dict[str, tuple[int, str | None]] = field(default_factory=dict)
    bare: dict[str, int] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Audited:
    """What the auditor remembers, beside what the signer does: the state that the last audit came to, when all was read
    last, and what it found."""

    size: int
    root: str
    full: str
    findings: list[str]


def audited(store: Store, by: Signer, actor: str, time: str) -> tuple[Audit, Receipt | None]:
    """What was found, and where the journal says that it was; None where the journal is so wrong that it takes no
    entry. It goes on where the last audit that found nothing left off, and now and then, or where there is none, it
    reads everything. SignerError where the signer's memory is unreadable."""
    before, last = remembered(by), signer.last_signed(by)
    whole = before is None or bool(before.findings) or _older(before.full, time)
    with store.reading() as session:
        found = audit(session, by, last, None if whole else before)
        odd = reads.checked(session, 0 if whole or before is None else before.size, time)
        found = replace(found, findings=(*found.findings, *odd)[:MOST])
    full = time if whole or before is None else before.full
    kept = Audited(found.size, found.root, full, list(found.findings))
    files.replaced(by.folder / MEMORY, json.dumps(asdict(kept)).encode())
    says: Json = {"size": found.size, "root": found.root, "findings": list(found.findings), "whole": whole}
    event = Event("log.audited", "log", f"{len(found.findings)} findings in {found.size} entries", actor, says)
    try:
        with store.writing() as session:
            return found, journal.append(session, [event], time)[0]
    except IntegrityError:
        return found, None


def remembered(by: Signer) -> Audited | None:
    """None where there was no audit, or where what it left cannot be read."""
    try:
        return Audited(**json.loads((by.folder / MEMORY).read_bytes()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def audit(session: Session, by: Signer, last: Checkpoint, before: Audited | None = None) -> Audit:
    """`last`: what the signer remembers. `before`: the audit to go on from; everything without one."""
    roots, findings = _signed(session, by, last)
    read = _Read(roots)
    if before is not None:
        roots.setdefault(before.size, set()).add(bytes.fromhex(before.root))
        read.frontier = _frontier(session, before.size)
    findings += _state(read)
    begin = read.frontier.size
    for rows in _chunks(session, begin - 1):
        read.ends |= _ends(session, {row.stream for row in rows} - read.ends.keys(), begin)
        for row in rows:
            findings += [*_entered(row, read), *_state(read)]
        if len(findings) >= MOST:
            break
    else:
        findings += _ended(session, read, last)
        findings += () if begin else _gone(session, read)
    return Audit(read.frontier.size, root(read.frontier).hex(), tuple(findings[:MOST]))


def _older(full: str, now: str) -> bool:
    return datetime.fromisoformat(now) - datetime.fromisoformat(full) >= WHOLE


def _frontier(session: Session, size: int) -> Frontier:
    """As it is kept; where a part of it is gone, another root comes of it."""
    places, at = [], 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            places.append((level, at >> level))
            at += 1 << level
    kept = journal.hashes(session, places)
    return Frontier(size, tuple(kept.get(place, b"") for place in places))


def _ends(session: Session, streams: set[str], before: int) -> dict[str, tuple[int, str | None]]:
    """Of streams that were not met yet: their last entry among those that were not read."""
    found = dict[str, tuple[int, str | None]]()
    for stream in streams if before else ():
        ours = select(Journal.seq, Journal.leaf).where(Journal.stream == stream, Journal.index < before)
        end = session.exec(ours.order_by(col(Journal.seq).desc()).limit(1)).first()
        if end is not None:
            found[stream] = (end[0], end[1].hex())
    return found


def _chunks(session: Session, after: int) -> Iterator[list[Journal]]:
    while True:
        found = select(Journal).where(col(Journal.index) > after).order_by(col(Journal.index)).limit(CHUNK)
        rows = list(session.exec(found))
        if not rows:
            return
        yield rows
        after = rows[-1].index
        session.expunge_all()


def _signed(session: Session, by: Signer, last: Checkpoint) -> tuple[dict[int, set[bytes]], list[str]]:
    """The roots of the states that were signed, by size; and what is wrong with the checkpoints that were kept."""
    known, roots, findings = signer.verifiers(by), {last.size: {last.root}}, list[str]()
    for row in session.exec(select(tables.Checkpoint).order_by(col(tables.Checkpoint.size))):
        try:
            note = parse(row.note)
            verified(note, known)
            state = checkpoint(note.text)
        except NoteError as error:
            findings.append(f"the checkpoint of {row.size} entries: {error}")
            continue
        roots.setdefault(state.size, set()).add(state.root)
        if state.size != row.size:
            findings.append(f"the checkpoint kept as that of {row.size} entries is of {state.size}")
    return roots, findings


def _state(read: _Read) -> Iterator[str]:
    size = read.frontier.size
    if size in read.roots and read.roots[size] != {root(read.frontier)}:
        yield f"the first {size} entries are not those that were signed"


def _entered(row: Journal, read: _Read) -> Iterator[str]:
    at, hashed = read.frontier.size, leaf_hash(row.entry)
    read.frontier, completed = grown(read.frontier, hashed)
    if row.index != at:
        yield f"entry {row.index} stands where entry {at} belongs"
    if row.leaf != hashed:
        yield f"entry {row.index}: its bytes do not have the hash that is kept beside them"
    if row.nodes != b"".join(completed):
        yield f"entry {row.index}: the subtrees that it completes are not kept as the entries make them"
    try:
        said = leaf.entry(row.entry)
    except (CanonicalError, ShapeError) as error:
        yield f"entry {row.index}: its bytes are no entry: {error}"
        return
    seq, prev = read.ends.get(said.stream, (-1, None))
    read.ends[said.stream] = (said.seq, hashed.hex())
    if (said.seq, said.prev) != (seq + 1, prev):
        yield f"entry {row.index}: it does not follow the one before it in its stream"
    if (row.stream, row.seq, row.time, KINDS.get(row.type)) != (said.stream, said.seq, said.time, said.kind):
        yield f"entry {row.index}: the feed says other things of it than its bytes"
    if said.kind is leaf.Kind.ERASE:
        read.erased |= {said.subject} if row.type == "entry.erased" else _parts(row.data)
    if row.salt is None:
        read.bare[hashed.hex()] = row.index
    elif said.payload is not None and _opened(row, row.salt) != said.payload.commitment:
        yield f"entry {row.index}: its body is not the one that it commits to"


def _parts(data: str) -> set[str]:
    try:
        return set(json.loads(data)["parts"])
    except (ValueError, KeyError, TypeError):
        return set()  # and `_entered` says that it is not what the entry commits to


def _opened(row: Journal, salt: bytes) -> str | None:
    body = row.data.encode() if row.body is None else row.body
    return leaf.commitment(salt, body) if len(salt) == leaf.SALT else None


def _ended(session: Session, read: _Read, last: Checkpoint) -> Iterator[str]:
    size, edge = read.frontier.size, b"".join(read.frontier.edge)
    head = session.exec(select(Head)).one()
    if (head.size, head.edge) != (size, edge):
        yield f"the head says {head.size} entries, or another edge of the tree; there are {size}"
    if size < last.size:
        yield f"{last.size} entries were signed, and there are {size}"
    for name in read.bare.keys() - read.erased:
        yield f"entry {read.bare[name]}: its body is gone, and no entry says that it was erased"


def _gone(session: Session, read: _Read) -> Iterator[str]:
    """Where all entries were read."""
    for name in session.exec(select(Blob.hash).where(col(Blob.content).is_(None)).order_by(col(Blob.hash))):
        if name not in read.erased:
            yield f"the content {name} is gone, and no entry says that it was erased"
