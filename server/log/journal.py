"""The journal: the transparency log and the event feed as one table, written in the transaction of the business write.

What happened has one record. Its leaf (`policy.proof.entry`) is what the log commits to and others can prove; its
event is what software of the firm follows; both have the same number, so the feed is as gapless and ordered as the
log. A leaf holds no client's data: it commits, with a salt, to a body that lies beside it and can be erased: the
event's own words, unless it has another one.

Whoever appends locks the journal's head, which makes one sequence of all processes; so append last in a transaction.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import BindParameter, Connection, Table, bindparam, insert, select, update
from sqlmodel import Session, SQLModel

from policy.canonical import encode
from policy.proof.entry import SALT, Payload, commitment, entry_bytes
from policy.proof.frontier import Frontier, completer, grown
from policy.proof.merkle import Tree, leaf_hash
from server.log.events import Event, entry_of
from server.store import tables
from server.store.statement import each, one

HASH = 32  # bytes
MOST = 2**53  # entries of any log

_T = TypeVar("_T")


def _table(of: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(of.__tablename__)]


_HEAD, _JOURNAL = _table(tables.Head), _table(tables.Journal)

_LOCKED = select(_HEAD.c.size, _HEAD.c.edge).with_for_update()
_MOVED = update(_HEAD).values(size=bindparam("to"), edge=bindparam("right"))
_LAST = select(_JOURNAL.c.seq, _JOURNAL.c.leaf).where(_JOURNAL.c.stream == bindparam("stream"))
_END = _LAST.order_by(_JOURNAL.c.seq.desc()).limit(1)
_ENTERED = insert(_JOURNAL)
_SIZE = select(_HEAD.c.size)
_INDEXES: BindParameter[int] = bindparam("indexes", expanding=True)
_HASHES = select(_JOURNAL.c.index, _JOURNAL.c.leaf, _JOURNAL.c.nodes).where(_JOURNAL.c.index.in_(_INDEXES))


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a write is in the log: its number there, its stream and its number in that, and its leaf hash, hex."""

    index: int
    stream: str
    seq: int
    leaf: str


def append(session: Session, events: Sequence[Event], time: str) -> list[Receipt]:
    """An entry for each event, in this order; durable when the transaction is. `time`: UTC with microseconds."""
    if not events:
        return []
    session.flush()  # so that the head is locked last
    connection = session.connection()
    frontier = _frontier(*_there(one(connection, _LOCKED, {})))
    ends = {stream: _end(connection, stream) for stream in {event.stream for event in events}}
    journal, receipts = [], []
    for event in events:
        seq, last = ends[event.stream]
        data, salt = encode(event.data), os.urandom(SALT)
        body = data if event.body is None else event.body
        payload = Payload(commitment(salt, body), len(body), event.media)
        entry = entry_bytes(entry_of(event, time, payload, seq + 1, last))
        leaf = leaf_hash(entry)
        frontier, completed = grown(frontier, leaf)
        receipt = Receipt(frontier.size - 1, event.stream, seq + 1, leaf.hex())
        ends[event.stream] = (receipt.seq, receipt.leaf)
        receipts.append(receipt)
        row = {"entry": entry, "time": time, "data": data.decode(), "salt": salt, "nodes": b"".join(completed)}
        journal.append(_row(event, receipt) | row)
    each(connection, _ENTERED, journal)
    each(connection, _MOVED, [{"to": frontier.size, "right": b"".join(frontier.edge)}])
    return receipts


def alone(session: Session) -> None:
    """Nobody else appends until the transaction ends: for what must not change between a look and a write."""
    one(session.connection(), _LOCKED, {})


def size(session: Session) -> int:
    return int(session.connection().execute(_SIZE).scalar_one())


def answered(session: Session, size: int, ask: Callable[[Tree], _T]) -> _T:
    """What `ask` says of the tree of the first `size` entries. It is asked twice, so that all the hashes that it needs
    are one look into the database: first of a tree that only notes which they are, then of the true one."""
    wanted: set[tuple[int, int]] = set()

    def noted(level: int, index: int) -> bytes:
        wanted.add((level, index))
        return b""

    ask(Tree(size, noted))
    found = hashes(session, wanted)
    return ask(Tree(size, lambda level, index: found[level, index]))


def entries(session: Session, begin: int, end: int) -> list[bytes]:
    """The leaves' bytes from number `begin` up to `end`, that one excluded."""
    within = _JOURNAL.c.index.between(begin, end - 1)
    return list(session.connection().scalars(select(_JOURNAL.c.entry).where(within).order_by(_JOURNAL.c.index)))


def place(session: Session, leaf: bytes) -> int | None:
    """The number of the entry with this hash."""
    found = session.connection().scalar(select(_JOURNAL.c.index).where(_JOURNAL.c.leaf == leaf))
    return None if found is None else int(found)


def nodes(session: Session, level: int, begin: int, end: int) -> list[bytes]:
    """The hashes of the complete subtrees over 2^level leaves each, from number `begin` of them up to `end`."""
    wanted = [(level, index) for index in range(begin, end)]
    found = hashes(session, wanted)
    return [found[place] for place in wanted if place in found]


def hashes(session: Session, wanted: Iterable[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    """Those of the subtrees, each its level and index, that are kept: with the entry that completes it."""
    by_entry = {place: completer(*place) for place in wanted}
    rows = session.connection().execute(_HASHES, {"indexes": list(set(by_entry.values()))})
    kept = {index: leaf + inner for index, leaf, inner in rows}
    found = {(level, index): kept.get(at, b"")[level * HASH :][:HASH] for (level, index), at in by_entry.items()}
    return {place: node for place, node in found.items() if node}


def _frontier(size: int, edge: bytes) -> Frontier:
    return Frontier(size, tuple(edge[at : at + HASH] for at in range(0, len(edge), HASH)))


def _there(row: tuple[int, bytes] | None) -> tuple[int, bytes]:
    assert row is not None, "the migrations make the head"
    return row


def _end(connection: Connection, stream: str) -> tuple[int, str | None]:
    """The number and the leaf hash, hex, of the stream's last entry."""
    found = one(connection, _END, {"stream": stream})
    return (-1, None) if found is None else (found[0], found[1].hex())


def _row(event: Event, receipt: Receipt) -> dict[str, object]:
    return {
        "index": receipt.index,
        "leaf": bytes.fromhex(receipt.leaf),
        "type": event.type,
        "stream": event.stream,
        "seq": receipt.seq,
        "body": event.body,
        "household": event.household,
        "role": event.role,
    }
