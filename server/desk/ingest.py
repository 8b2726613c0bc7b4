"""Books as they come in, sealed as snapshots: each known by the SHA-256 of its manifest ever after.

A book that is too large for one request comes in several: what a later one says is added to a snapshot that is there,
its `base`, and takes the place of what that says of the same households. `more` says that others follow: such a
snapshot is sealed as any, and is never taken for the newest.

What else was sealed while it came is not in it: facts that somebody said meanwhile, such as prices. So it is refused as
the newest, until whoever sends it says that they know (`over`), and says these facts once more after it. What was said
of lists is in every one (`server.desk.lists`).
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sqlmodel import Session, col, func, select

from dsl.confusable import skeleton
from policy.book import tables, wire
from policy.book.document import document
from policy.book.facts import Book
from policy.book.parts import NOBODY, parted
from policy.book.problem import Place, Problem
from policy.canonical import Json, encode
from policy.proof.archive import ArchiveError, unpacked
from server import clock
from server.desk import filled, jumps, lists, manifest, origins
from server.desk.jumps import Jumps
from server.desk.manifest import Manifest, Part
from server.desk.origins import Named, Origin, Origins
from server.log.events import Event
from server.store import blobs, statement
from server.store.store import Gate, alone
from server.store.tables import Snapshot, Stated

STREAM = "data"


@dataclass(frozen=True, slots=True)
class Received:
    """`book`: with what is shared, of lists what it states itself; `others`: the parts of the base that it leaves as
    they are, and `origins` of what the base says; `named`: of what it says something else, where there is a base."""

    book: Book
    others: Mapping[str, Part]
    origins: Origins | None = None
    named: Named | None = None


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


def added(session: Session, text: str, row: Snapshot, base: Manifest) -> Received | tuple[Problem, ...]:
    """Of a document with the tables of some households, to be added to a snapshot."""
    shared = manifest.shared_of(session, base)
    found = wire.from_json(text, "body", document(shared))
    if not isinstance(found, Book):
        return found
    rest, own = parted(found)
    if document(rest) != document(shared):
        what = "the body says which lists or groups are complete"
        return (Problem(Place("body", pointer="/complete"), what, "say it in the snapshot that this is added to"),)
    others = {name: part for name, part in base.parts.items() if name not in own}
    wrong = tuple(clashes(session, found, others))
    book = replace(found, entries=lists.own(session, row, found.entries))
    return wrong or Received(book, others, origins.read(session, row.id), {origins.POSITIONS: own.keys()})


def _text(path: str, content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise ArchiveError(f"byte {error.start} of `{path}` is not UTF-8") from None


def _received(found: Book | tuple[Problem, ...]) -> Received | tuple[Problem, ...]:
    return Received(found, {}) if isinstance(found, Book) else found


def clashes(session: Session, book: Book, others: Mapping[str, Part]) -> Iterator[Problem]:
    """Ids that another household's part has already, and names that a reader cannot tell from one of its."""
    named = {table: getattr(book, table) for table in ("households", "accounts", "lots")}
    alike = {
        (table, field): {skeleton(getattr(row, field)): getattr(row, field) for row in named[table].values()}
        for table in ("households", "accounts")
        for field in ("id", "name")
    }
    external = {
        (table, *pair): row.id
        for table in ("households", "accounts")
        for row in named[table].values()
        for pair in row.external_ids.items()
    }
    for whose, rows in manifest.rows_of(session, others):
        for table in ("households", "accounts"):
            for row in rows.get(table, ()):
                for system, name in row.get("external_ids", {}).items():
                    twin = external.get((table, system, name), row["id"])
                    if twin != row["id"]:
                        what = f"`{system}: {name}` is both `{twin}` and `{row['id']}` of household `{whose}`"
                        yield Problem(Place("body", pointer=f"/{table}"), what, "give it to the one that it is")
        for table, mine in named.items():
            for row in rows.get(table, ()):
                if row["id"] in mine:
                    what = f"`{row['id']}` of {table} is there already, in household `{whose}`"
                    yield Problem(Place("body", pointer=f"/{table}"), what, "send that household, too, as it is now")
        for (table, field), mine in alike.items():
            for row in rows.get(table, ()):
                twin = mine.get(skeleton(row[field]), row[field])
                if twin != row[field]:
                    what = f"`{twin}` looks like `{row[field]}` in household `{whose}` and is not the same"
                    yield Problem(Place("body", pointer=f"/{table}"), what, "write both alike, or tell them apart")


def sealed(
    session: Session,
    received: Received,
    source: str,
    actor: str,
    now: str,
    far: Jumps | None = None,
    *,
    more: bool = False,
    base: str | None = None,
    secret: bool = False,
) -> tuple[Snapshot, Event]:
    """Whoever seals waits here for who does, so that each next one is later than the one before, by its id too. `base`:
    what it was made of; `far`: of its prices, told. `secret`: whether rules keep lists from somebody, who is not to
    learn by a hash that there are no entries."""
    alone(session.connection(), Gate.NEWEST)
    said = lists.said(session)
    book = lists.joined(received.book, said)
    salt = os.urandom(32).hex() if secret or book.entries else None
    found = manifest.put(session, replace(book, salt=salt), received.others)
    if base is not None and session.exec(select(Snapshot.erased).where(Snapshot.id == base)).one():
        raise blobs.ErasedError(f"a part of `{base}` was erased, so that nothing is added to it")
    (hash,) = blobs.put(session, [manifest.written(found)])
    name = clock.fresh("snap", session.exec(select(func.max(Snapshot.id))).one())
    row = Snapshot(
        id=name,
        manifest=hash,
        source=source,
        as_of=found.as_of,
        known_at=found.known_at,
        counts=encode(dict(manifest.counts(found))).decode(),
        more=more,
        made=now,
        since=name,
        base=None if base is None else _since(session.get_one(Snapshot, base)),
    )
    word = origins.said(received.origins, Origin(source, actor, now, row.known_at), received.named or {})
    heard, beneath = max((each.id for each in said.values()), default=None), lists.beneath(received.book, said)
    session.add_all((row, Stated(snapshot=name, origins=origins.written(word), heard=heard, lists=beneath)))
    if not more:
        filled.settled(session, row, found, None if base or not received.others else _stated(received.book))
    data: dict[str, Json] = {"id": row.id, "source": source, "as_of": row.as_of, "known_at": row.known_at}
    data |= jumps.told(far)
    return row, Event("snapshot.sealed", STREAM, f"book as of {row.as_of}", actor, data, snapshot=hash)


def _stated(book: Book) -> frozenset[str]:
    """The households of which a book says something."""
    return frozenset(account.household or NOBODY for account in book.accounts.values())


def newest(session: Session) -> Snapshot | None:
    """The newest snapshot, which nobody else seals a next one of before this transaction ends."""
    alone(session.connection(), Gate.NEWEST)
    return latest(session)


def overtaken(session: Session, base: str, newest: Snapshot | None) -> str | None:
    """The id of the newest where it was sealed since that snapshot, or since the first of the parts that it is one of:
    what is made of it, and is whole, would lack what that says."""
    since = _since(session.get_one(Snapshot, base))
    return None if newest is None or newest.id <= since else newest.id


def _since(row: Snapshot) -> str:
    """Which snapshot is the last that whoever made this one can have known."""
    return row.base or row.id if row.more else row.id


_LATEST = select(Snapshot).where(col(Snapshot.more).is_(False)).order_by(col(Snapshot.id).desc()).limit(1)


def latest(session: Session) -> Snapshot | None:
    """The one that was sealed last, of those that are whole."""
    return statement.first(session, _LATEST, {})
