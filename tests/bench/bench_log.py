"""The log: durable appends one by one and in batches on SQLite, and a proof at a million leaves.

Each durable append waits for the disk, so the disk is measured beside it: a table of one column, a row and a commit at
a time, turn by turn with the appends. What the machine gives at its best is taken of both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from os import urandom
from pathlib import Path
from sqlite3 import connect
from tempfile import TemporaryDirectory

from sqlmodel import insert

from policy.proof.frontier import Frontier, grown
from policy.proof.merkle import included, inclusion_proof, root
from server.log import journal
from server.log.events import Event
from server.store.migrate import migrated
from server.store.store import Store, store
from server.store.tables import Head
from server.store.tables import Journal as Entries
from tests.bench.bar import Bar, best

AT = "2026-11-22T14:00:00.000000Z"
TURNS, EACH = 10, 200
BATCH = 2_000
LEAVES = 1_000_000
PROOFS = 200


def bars() -> Iterator[Bar]:
    with TemporaryDirectory(dir=Path.home()) as folder:
        yield from _appends(Path(folder))
        yield _proof(Path(folder))


def _appends(folder: Path) -> Iterator[Bar]:
    known = _made(folder / "log.sqlite")
    bare = _bare(folder / "bare.sqlite")
    events = [Event("key.added", f"s{n % 50}", f"key {n}", "anna", {"id": f"key_{n}", "n": n}) for n in range(BATCH)]
    single, disk, batch = 0.0, 0.0, 0.0
    for _ in range(TURNS):
        disk = max(disk, EACH / best(bare, 1))
        single = max(single, EACH / best(partial(_one_by_one, known, events[:EACH]), 1))
        batch = max(batch, BATCH / best(partial(_at_once, known, events), 1))
    note = f"the disk alone, a row and a commit: {disk:,.0f} a second, {disk / single:.1f} times as many"
    yield Bar("durable appends, one by one", single, 3_000, "/s", at_least=True, note=note)
    yield Bar(f"durable appends, {BATCH:,} at once", batch, 100_000, "/s", at_least=True)


def _proof(folder: Path) -> Bar:
    known = _made(folder / "million.sqlite")
    _filled(known)
    indexes = [at * 7_919_117 % LEAVES for at in range(PROOFS)]
    with known.reading() as session:
        top = journal.answered(session, LEAVES, root)
        for at in indexes[:20]:
            (leaf,) = journal.nodes(session, 0, at, at + 1)
            assert included(
                leaf, at, LEAVES, journal.answered(session, LEAVES, partial(inclusion_proof, index=at)), top
            )

    def prove() -> None:
        for at in indexes:
            with known.reading() as session:
                journal.answered(session, LEAVES, partial(inclusion_proof, index=at))

    return Bar(f"inclusion proof of {LEAVES:,} leaves", 1_000 * best(prove, 5) / PROOFS, 1.0, "ms")


def _made(path: Path) -> Store:
    found = store(f"sqlite:///{path}")
    migrated(found)
    return found


def _bare(path: Path) -> Callable[[], None]:
    connection = connect(path, isolation_level=None)
    for setting in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "CREATE TABLE t (row BLOB)"):
        connection.execute(setting)

    def work() -> None:
        for _ in range(EACH):
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO t VALUES (?)", (b"x" * 400,))
            connection.execute("COMMIT")

    return work


def _one_by_one(known: Store, events: list[Event]) -> None:
    for event in events:
        _at_once(known, [event])


def _at_once(known: Store, events: list[Event]) -> None:
    with known.writing() as session:
        journal.append(session, events, AT)


def _filled(known: Store) -> None:
    """Leaves without entries, which no proof looks at."""
    frontier, piece = Frontier(), 50_000
    for begin in range(0, LEAVES, piece):
        leaves = []
        for at in range(begin, begin + piece):
            leaf = urandom(32)
            frontier, completed = grown(frontier, leaf)
            leaves.append(_row(at, leaf, b"".join(completed)))
        with known.writing() as session:
            session.connection().execute(insert(Entries), leaves)
            session.get_one(Head, 1).size = frontier.size


def _row(at: int, leaf: bytes, nodes: bytes) -> dict[str, object]:
    said = {"type": "", "stream": "s", "time": AT, "data": "{}"}
    return {"index": at, "leaf": leaf, "entry": b"", "seq": at, "salt": b"", "nodes": nodes, **said}
