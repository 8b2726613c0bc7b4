"""Snapshots: a book, sealed as it was known, to be judged and proven against."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, RawBody
from sqlmodel import Session

from server import clock
from server.api.listing import USUAL, page
from server.api.once import Answer, Write, once
from server.api.problem import ProblemError
from server.api.wire import answer, flaws, utf8
from server.auth.credentials import Principal
from server.auth.roles import Act
from server.desk import ingest
from server.desk.ingest import Received
from server.log import journal
from server.log.journal import Receipt
from server.running import Service
from server.store import blobs
from server.store.tables import Snapshot

ZIP = "application/zip"
LONGEST = 200  # characters of a source


@dataclass(frozen=True, slots=True)
class SnapshotAnswer:
    """`document`: SHA-256 of its canonical document, which the log and proofs name. `counts`: rows of its tables.
    `source`: whose data it is, as whoever sent it says."""

    id: str
    document: str
    source: str
    as_of: str
    known_at: str
    counts: Mapping[str, int]
    made: str
    log: Receipt | None = None


@dataclass(frozen=True, slots=True)
class SnapshotsAnswer:
    """Newest first. `next`: the cursor of the next page, null after the last."""

    data: tuple[SnapshotAnswer, ...]
    next: str | None


SEAL = {"act": Act.SEAL_SNAPSHOT, "asks": "application/json", "says": SnapshotAnswer}
LIST = {"act": Act.READ_SNAPSHOT, "says": SnapshotsAnswer, "problems": ("bad-cursor",)}
DOCUMENT = {"act": Act.READ_SNAPSHOT, "says": "application/json"}


@post("/snapshots", opt=SEAL, sync_to_thread=True, status_code=201)
def add(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    body: RawBody,
    source: FromQuery[str | None] = None,
) -> Response[bytes]:
    """A book in one JSON document (docs/book.schema.json), or, as application/zip, in CSV files."""
    whose = request.user.name if source is None else source
    if not 1 <= len(whose) <= LONGEST:
        raise ProblemError("bad-parameter", f"`source` has {len(whose)} characters; it may have 1 to {LONGEST}")

    def work() -> Write:
        packed = request.headers.get("content-type", "").partition(";")[0].strip().lower() == ZIP
        found = ingest.from_zip(body) if packed else ingest.from_json(utf8(body))
        if not isinstance(found, Received):
            raise ProblemError("invalid", f"{len(found)} things are wrong with the book", flaws(found))

        def write(session: Session) -> Answer:
            now = clock.now()
            row, event = ingest.sealed(session, found, whose, request.user.name, now)
            (receipt,) = journal.append(session, [event], now)
            return answer(201, _shown(row, receipt), location=f"/v1/snapshots/{row.id}")

        return write

    return once(service.store, request, body, work)


@get("/snapshots", opt=LIST, sync_to_thread=True)
def listed(
    service: NamedDependency[Service], cursor: FromQuery[str | None] = None, limit: FromQuery[int] = USUAL
) -> SnapshotsAnswer:
    with service.store.reading() as session:
        rows, following = page(session, Snapshot, cursor, limit)
    return SnapshotsAnswer(tuple(map(_shown, rows)), following)


@get("/snapshots/{snapshot:str}", opt={"act": Act.READ_SNAPSHOT, "says": SnapshotAnswer}, sync_to_thread=True)
def one(service: NamedDependency[Service], snapshot: FromPath[str]) -> SnapshotAnswer:
    with service.store.reading() as session:
        return _shown(_known(session, snapshot))


@get("/snapshots/{snapshot:str}/document", opt=DOCUMENT, sync_to_thread=True)
def document(
    request: Request[Principal, None, Any], service: NamedDependency[Service], snapshot: FromPath[str]
) -> Response[bytes]:
    """Byte for byte what was hashed. It holds every household, and is not for those who may see some of them only."""
    if request.user.households is not None:
        raise ProblemError("not-found", f"there is no document of `{snapshot}` for you")
    with service.store.reading() as session:
        row = _known(session, snapshot)
        content = blobs.get(session, [row.document])[row.document]
    return Response(content, media_type="application/json", headers={"ETag": f'"{row.document}"'})


def _known(session: Session, snapshot: str) -> Snapshot:
    row = session.get(Snapshot, snapshot)
    if row is None:
        raise ProblemError("not-found", f"there is no snapshot `{snapshot}`")
    return row


def _shown(row: Snapshot, log: Receipt | None = None) -> SnapshotAnswer:
    counts = json.loads(row.counts)
    return SnapshotAnswer(row.id, row.document, row.source, row.as_of, row.known_at, counts, row.made, log)


ROUTES = Router("/", route_handlers=[add, listed, one, document], tags=["data"])
