"""Everything out: one consistent state of all tables, and what the signer remembers of it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Table, select
from sqlmodel import Session

from policy.proof.merkle import root
from server.log import files, journal, signer
from server.log.signer import Signer
from server.ops import everything, parcel
from server.ops.everything import ABOUT, FORMAT, SIGNER, VERSION, About, CarryError
from server.ops.parcel import Sink
from server.store import migrate
from server.store.store import Store

FEW = 16  # rows at once of a table with large contents
MANY = 1_000


def exported(store: Store, by: Signer, to: Path, *, key: bool = False) -> About:
    """What was written. `key`: with the signer's key, whose holder can sign for the log. OSError, CarryError."""
    have, want = migrate.pending(store)
    if have != want:
        raise CarryError(f"{migrate.behind(have, want)}: a version of that revision can export it whole")
    remembered = _remembered(by, key=key)  # first: what is signed later is of entries that may not be carried
    with parcel.sink(to) as sink, store.reading() as session:
        size = journal.size(session)
        top = journal.answered(session, size, root).hex()
        known = everything.tables()
        columns = {name: everything.kinds(table) for name, table in sorted(known.items())}
        rows = {name: _table(sink, session, known[name], columns[name]) for name in columns}
        for name, content in remembered.items():
            with parcel.written(sink, f"{SIGNER}/{name}") as file:
                file.write(content)
        about = About(FORMAT, VERSION, want, by.origin, size, top, columns, rows)
        with parcel.written(sink, ABOUT) as file:
            file.write(json.dumps(asdict(about), indent=1, sort_keys=True).encode() + b"\n")
    return about


def _remembered(by: Signer, *, key: bool) -> dict[str, bytes]:
    with files.held(by.folder):
        found = {each.name: each for each in sorted(by.folder.iterdir()) if each.is_file() and each.name != files.LOCK}
        return {name: each.read_bytes() for name, each in found.items() if key or name == signer.LAST}


def _table(sink: Sink, session: Session, table: Table, kinds: dict[str, str]) -> int:
    number = 0
    with parcel.written(sink, everything.path_of(str(table.name))) as file:
        for row in _rows(session, table, FEW if "bytes" in kinds.values() else MANY):
            file.write(everything.line(kinds, row))
            number += 1
    return number


def _rows(session: Session, table: Table, at_once: int) -> Iterator[Mapping[str, Any]]:
    connection = session.connection()
    server = connection.dialect.name == "postgresql"
    order = [_ordered(column, server=server) for column in table.primary_key.columns]
    found = select(table).order_by(*order).execution_options(yield_per=at_once)
    yield from (dict(row) for row in connection.execute(found).mappings())


def _ordered(column: Column[Any], *, server: bool) -> Any:
    """Texts by their bytes, as SQLite has them; PostgreSQL would ask the language."""
    return column.collate("C") if server and issubclass(everything.python_of(column), str) else column
