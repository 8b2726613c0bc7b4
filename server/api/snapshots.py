"""Snapshots: a book, sealed as it was known, to be judged and proven against."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, RawBody
from sqlmodel import Session, col

from policy.book.facts import Book
from policy.book.parts import OWN
from policy.book.problem import Problem
from policy.ir.core import Library
from policy.judge.redact import kept_lists, sees_all
from server import clock
from server.api import chosen, days
from server.api.listing import USUAL, page
from server.api.once import Answer, Write, once
from server.api.problem import ProblemError, several
from server.api.reads import ALL, about
from server.api.wire import LARGE, answer, flaws, utf8
from server.auth.credentials import Principal
from server.auth.roles import Act
from server.desk import ingest, jumps, lists, loaded, manifest
from server.desk.ingest import Received
from server.desk.jumps import Jumps
from server.desk.lists import Said
from server.log import feed, journal
from server.log.journal import Receipt
from server.running import Service
from server.store.tables import Snapshot

ZIP = "application/zip"
LONGEST = 200  # characters of a source


@dataclass(frozen=True, slots=True)
class SnapshotAnswer:
    """`manifest`: SHA-256 of the list of its parts, which the log names. `counts`: rows of its tables. `source`: whose
    data it is, as whoever sent it says. `more`: others are added to it, and it is never the newest. `jumps`: of prices,
    in the answer that sealed it."""

    id: str
    manifest: str
    source: str
    as_of: str
    known_at: str
    counts: Mapping[str, int]
    more: bool
    made: str
    log: Receipt | None = None
    jumps: Jumps | None = None


@dataclass(frozen=True, slots=True)
class SnapshotsAnswer:
    """Newest first. `next`: the cursor of the next page, null after the last."""

    data: tuple[SnapshotAnswer, ...]
    next: str | None


SEAL = {
    "act": Act.SEAL_SNAPSHOT,
    "asks": "application/json",
    "says": SnapshotAnswer,
    "problems": ("state-conflict", "erased"),
}
LIST = {"act": Act.READ_SNAPSHOT, "says": SnapshotsAnswer, "problems": ("bad-cursor",)}
DOCUMENT = {"act": Act.READ_SNAPSHOT, "says": "application/json", "problems": ("erased",)}


@post("/snapshots", opt=SEAL, sync_to_thread=True, status_code=201, request_max_body_size=LARGE)
def add(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    body: RawBody,
    source: FromQuery[str | None] = None,
    base: FromQuery[str | None] = None,
    more: FromQuery[bool] = False,
    over: FromQuery[str | None] = None,
    older: FromQuery[bool] = False,
) -> Response[bytes]:
    """Seal a snapshot.

    A book in one JSON document (docs/book.schema.json), or, as application/zip, in CSV files. `base`: the snapshot
    to whose households the body's are added, in whose place they come where they are the same; the body then has their
    tables alone. `more`: others follow, and this one is never the newest. `over`: the newest snapshot, sealed since
    `base` was, or while the book came in parts, in whose place this one comes though it has not what that says.
    `older`: it may be of an older day than the newest."""
    if request.user.households is not None:
        raise ProblemError("role-not-allowed", "this key sees some households only, and a snapshot is of all")
    whose = request.user.name if source is None else source
    if not 1 <= len(whose) <= LONGEST:
        raise ProblemError("bad-parameter", f"`source` has {len(whose)} characters; it may have 1 to {LONGEST}")

    def work() -> Write:
        found = _received(request, service, body, base)
        if not isinstance(found, Received):
            raise several("the book", flaws(found))

        def write(session: Session) -> Answer:
            newest, now = ingest.newest(session), clock.now()
            newer = None if base is None or more else ingest.overtaken(session, base, newest)
            if newer != over:
                raise ProblemError("state-conflict", _overtaken(newer))
            days.required(found.book.as_of, found.book.known_at, None if more else newest, older=older)
            before = {} if more or newest is None else manifest.rows(session, newest.manifest)
            far = jumps.jumps(before.get("prices", ()), found.book.prices, None)
            libraries = chosen.libraries(service, session, now)
            secret = any(not sees_all(library, ()) for library in libraries)
            by = request.user.name
            row, event = ingest.sealed(session, found, whose, by, now, far, more=more, base=base, secret=secret)
            after = lists.joined(found.book, lists.said(session)).entries
            word = Said((), ends=False, source=whose, reason=None, author=by)
            shown = lists.entries(before.get("lists", ()))
            listed = lists.told(row, shown, after, word, libraries) if before else ()
            receipt = journal.append(session, [event, *listed], now)[0]
            said = replace(_told(service, request.user, row), log=receipt, jumps=far)
            return answer(201, said, location=f"/v1/snapshots/{row.id}")

        return write

    return once(service.store, request, body, work)


def _overtaken(newer: str | None) -> str:
    if newer is None:
        return "nothing was sealed meanwhile that this would come over: leave `over` out"
    also = f"or send this with `over={newer}`, and what it says of facts once more"
    return f"`{newer}` was sealed meanwhile, and this would lack what it says: add to that one instead, {also}"


def _received(
    request: Request[Principal, None, Any], service: Service, body: bytes, base: str | None
) -> Received | tuple[Problem, ...]:
    packed = request.headers.get("content-type", "").partition(";")[0].strip().lower() == ZIP
    if base is None:
        return ingest.from_zip(body) if packed else ingest.from_json(utf8(body))
    if packed:
        raise ProblemError("bad-parameter", "`base` goes with a JSON body; a zip holds a whole book")
    with service.store.reading() as session:
        row = session.get(Snapshot, base)
        if row is None:
            raise ProblemError("bad-parameter", f"there is no snapshot `{base[:80]}` to add to")
        return ingest.added(session, utf8(body), row, loaded.manifest_in(service, row))


@get("/snapshots", opt=LIST, sync_to_thread=True)
def listed(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int] = USUAL,
) -> SnapshotsAnswer:
    """List snapshots.

    Without those that came of what the reader may not see."""
    with service.store.reading() as session:
        rows, following = page(session, Snapshot, cursor, limit, feed.of_role(col(Snapshot.role), request.user))
    return SnapshotsAnswer(tuple(_told(service, request.user, row) for row in rows), following)


@get("/snapshots/{snapshot:str}", opt={"act": Act.READ_SNAPSHOT, "says": SnapshotAnswer}, sync_to_thread=True)
def one(
    request: Request[Principal, None, Any], service: NamedDependency[Service], snapshot: FromPath[str]
) -> SnapshotAnswer:
    """Read a snapshot.

    Its source, its days, its manifest, and how much of what is in it."""
    with service.store.reading() as session:
        row = _known(session, snapshot)
    return _told(service, request.user, row)


@get("/snapshots/{snapshot:str}/document", opt=DOCUMENT, sync_to_thread=True)
def document(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    snapshot: FromPath[str],
    household: FromQuery[str | None] = None,
) -> Response[bytes]:
    """Read the document of a snapshot.

    Its canonical document, or that of one `household` of it, as proofs name it; the whole is not for those who may
    see some households only, and none is for those who may not see every list in it."""
    mine = request.user.households
    if mine is None or household in mine:
        facts = loaded.facts_of(service, snapshot, household)
        if facts is not None and not _is_kept(service, facts.index.book, request.user):
            about(request, household or ALL)
            headers = {"ETag": f'"{facts.document}"'}
            return Response(facts.content, media_type="application/json", headers=headers)
    raise ProblemError("not-found", f"there is no such document of `{snapshot[:80]}` for you")


def _told(service: Service, who: Principal, row: Snapshot) -> SnapshotAnswer:
    """Without how many entries lists have, for whom rules are kept from, and how much households have, for whom some
    are."""
    counts = json.loads(row.counts)
    kept = set() if all(sees_all(library, who.roles) for library in _libraries(service)) else {"lists"}
    kept |= set() if who.households is None else set(OWN)
    counts = {table: count for table, count in counts.items() if table not in kept}
    return SnapshotAnswer(row.id, row.manifest, row.source, row.as_of, row.known_at, counts, row.more, row.made)


def _is_kept(service: Service, book: Book, who: Principal) -> bool:
    """Whether entries of a list are in the book that rules keep from somebody."""
    return any(kept_lists(library, book, who.roles) for library in _libraries(service))


def _libraries(service: Service) -> tuple[Library, ...]:
    with service.store.reading() as session:
        return chosen.libraries(service, session, clock.now())


def _known(session: Session, snapshot: str) -> Snapshot:
    row = session.get(Snapshot, snapshot)
    if row is None:
        raise ProblemError("not-found", f"there is no snapshot `{snapshot}`")
    return row


ROUTES = Router("/", route_handlers=[add, listed, one, document], tags=["data"])
