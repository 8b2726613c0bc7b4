"""Books as they come in, sealed as snapshots: one canonical document each, known by its SHA-256 ever after."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from sqlmodel import Session, col, select

from policy import canonical
from policy.book import tables, wire
from policy.book.document import HEAD, document
from policy.book.facts import Book
from policy.book.intake.records import Records
from policy.book.problem import Place, Problem
from policy.proof.archive import ArchiveError, unpacked
from server import clock
from server.log.events import Event
from server.store import blobs
from server.store.tables import Snapshot

STREAM = "data"
TABLES = tuple(field.name for field in fields(Records) if field.name not in HEAD)


@dataclass(frozen=True, slots=True)
class Received:
    """`content`: the canonical document of the book; `counts`: rows of its tables."""

    book: Book
    content: bytes
    counts: Mapping[str, int]


def from_json(text: str) -> Received | tuple[Problem, ...]:
    """Of a book in one document; or everything that is wrong with it."""
    return _received(wire.from_json(text, "body"))


def from_zip(data: bytes) -> Received | tuple[Problem, ...]:
    """Of a zip with the CSV files of a book (docs/rows.md), in no folder or in one."""
    try:
        texts = {path.rpartition("/")[2]: _text(path, content) for path, content in unpacked(data).items()}
    except ArchiveError as error:
        return (Problem(Place(), str(error), "send one zip with book.csv and the other files"),)
    return _received(tables.from_csv(texts))


def _text(path: str, content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise ArchiveError(f"byte {error.start} of `{path}` is not UTF-8") from None


def _received(found: Book | tuple[Problem, ...]) -> Received | tuple[Problem, ...]:
    if not isinstance(found, Book):
        return found
    said = document(found)
    rows = {name: said.get(name) for name in TABLES}
    counts = {name: len(each) for name, each in rows.items() if isinstance(each, list)}
    return Received(found, canonical.encode(said), counts)


def sealed(session: Session, received: Received, source: str, actor: str, now: str) -> tuple[Snapshot, Event]:
    (document,) = blobs.put(session, [received.content])
    row = Snapshot(
        id=clock.fresh("snap"),
        document=document,
        source=source,
        as_of=received.book.as_of.isoformat(),
        known_at=received.book.known_at.isoformat(),
        counts=canonical.encode(dict(received.counts)).decode(),
        made=now,
    )
    session.add(row)
    data: dict[str, canonical.Json] = {"id": row.id, "source": source, "as_of": row.as_of, "known_at": row.known_at}
    return row, Event("snapshot.sealed", STREAM, f"book as of {row.as_of}", actor, data, snapshot=document)


def latest(session: Session) -> str | None:
    """The id of the one that was sealed last."""
    return session.exec(select(Snapshot.id).order_by(col(Snapshot.id).desc()).limit(1)).first()
