"""Everything in, to an instance on which nothing happened yet: all of it, or nothing.

One transaction writes the tables, and ends only when each file has the hash of the manifest, each content its own, and
the log was read again from its first entry (`server.log.audit`): its root is the one that was told, its streams are
chains, and it is what the signer remembers. So the signer's folder is there before, moved by hand as the secret that it
is, or it comes along where it was exported on request.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Table, delete, func, insert
from sqlalchemy.exc import DataError, IntegrityError
from sqlmodel import Session, select

from policy.canonical import digest
from server.log import audit, files, journal, signer
from server.log.signer import Signer
from server.ops import everything, parcel
from server.ops.everything import ABOUT, FORMAT, SIGNER, VERSION, About, CarryError
from server.ops.parcel import Source
from server.store import migrate
from server.store.store import Store
from server.store.tables import Blob, Credential, Journal

FEW, MANY = 16, 1_000  # rows at once


def imported(store: Store, data: Path, folder: Path, origin: str | None, path: Path) -> About:
    """What is there now. CarryError, ParcelError, SignerError, OSError; then nothing is."""
    with parcel.source(path) as source, files.held(data):
        about = _about(source)
        migrate.migrated(store)
        _, want = migrate.pending(store)
        if about.revision != want:
            what = f"it is of revision {about.revision}, and this version has {want}"
            raise CarryError(f"{what}: import it with the version that exported it, then update")
        made = _brought(source, folder)
        try:
            by = signer.signer(folder, origin)
            with store.writing() as session:
                _filled(session, source, about)
                _proven(session, by, about)
        except BaseException:
            for each in made:
                each.unlink(missing_ok=True)
            raise
    return about


def _about(source: Source) -> About:
    try:
        with parcel.read(source, ABOUT) as file:
            about = TypeAdapter(About).validate_json(b"".join(file.lines()))
    except ValidationError:
        raise CarryError(f"{ABOUT} is not what it should be") from None
    if (about.format, about.version) != (FORMAT, VERSION):
        raise CarryError(f"it is `{about.format}` {about.version}, and not `{FORMAT}` {VERSION}")
    known = {name: everything.kinds(table) for name, table in everything.tables().items()}
    if about.tables != known:
        raise CarryError("its tables are not those of this version: import it with the version that exported it")
    return about


# --- the signer --------------------------------------------------------------------------------


def _brought(source: Source, folder: Path) -> list[Path]:
    """The files that were made in the signer's folder, of those that came along; where one is there, it is the same."""
    made: list[Path] = []
    with files.held(folder):
        for name in (name for name in source.hashes if name.startswith(f"{SIGNER}/")):
            with parcel.read(source, name) as file:
                content = b"".join(file.lines())
            path = folder / name.removeprefix(f"{SIGNER}/")
            if not path.exists():
                files.replaced(path, content, files.EVERYBODY if path.name == signer.LAST else files.OWNER)
                made.append(path)
            elif path.name != signer.LAST and path.read_bytes() != content:
                raise CarryError("another signing key is here already: name an empty data directory")
        if not (folder / signer.KEY).exists():
            for each in made:
                each.unlink()
            raise CarryError(
                "the signing key is not here: move the folder `signer` of the exported instance into the data "
                "directory, or export it --with-signer"
            )
    return made


def _proven(session: Session, by: Signer, about: About) -> None:
    found = audit.audit(session, by, signer.last_signed(by))
    if found.findings:
        raise CarryError(f"the log does not hold: {found.findings[0]}")
    if (found.size, found.root) != (about.size, about.root):
        raise CarryError(f"the log is not the one of {ABOUT}: {found.size} entries with the root {found.root}")


# --- the tables --------------------------------------------------------------------------------


def _filled(session: Session, source: Source, about: About) -> None:
    known = everything.tables()
    if not empty(session):
        raise CarryError("something happened here already: name an empty database")
    for table in reversed(known.values()):  # what the migrations put there is in what comes
        session.connection().execute(delete(table))
    for name, table in known.items():
        number = _table(session, source, table, about.tables[name])
        if number != about.rows.get(name):
            raise CarryError(f"{everything.path_of(name)} has {number} rows, and {ABOUT} says another number")


def empty(session: Session) -> bool:
    """Whether nothing happened yet: whatever did is in the journal, and begins with a key and with content."""
    begun = (select(Journal.index), select(Credential.id), select(Blob.hash))
    return journal.size(session) == 0 and not any(session.exec(each.limit(1)).first() is not None for each in begun)


def _table(session: Session, source: Source, table: Table, kinds: Mapping[str, str]) -> int:
    number, connection = 0, session.connection()
    with parcel.read(source, everything.path_of(str(table.name))) as file:
        rows = (_row(line, table, kinds) for line in file.lines())
        try:
            for some in _batches(rows, FEW if "bytes" in kinds.values() else MANY):
                connection.execute(insert(table), some)
                number += len(some)
        except (IntegrityError, DataError) as error:
            raise CarryError(
                f"{everything.path_of(str(table.name))}: a row that cannot be: {type(error).__name__}"
            ) from None
    _counted_on(session, table)
    return number


def _row(line: bytes, table: Table, kinds: Mapping[str, str]) -> dict[str, Any]:
    try:
        row = everything.values(kinds, json.loads(line))
    except (ValueError, KeyError, TypeError):
        raise CarryError(f"{everything.path_of(str(table.name))} has a line that is no row") from None
    if table.name == Blob.__tablename__ and row["content"] is not None and digest(row["content"]) != row["hash"]:
        raise CarryError(f"the content {row['hash']} has another hash")
    return row


def _batches(rows: Iterable[dict[str, Any]], at_once: int) -> Iterator[list[dict[str, Any]]]:
    each = iter(rows)
    while some := list(islice(each, at_once)):
        yield some


def _counted_on(session: Session, table: Table) -> None:
    """Numbers that PostgreSQL gives go on after those that are there."""
    column, connection = table.autoincrement_column, session.connection()
    if column is None or connection.dialect.name != "postgresql":
        return
    sequence = connection.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
    if sequence is not None:
        highest = connection.scalar(select(func.max(column)))
        connection.execute(select(func.setval(sequence, highest or 1, highest is not None)))
