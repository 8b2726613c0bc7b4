"""The journal: the transparency log and the event feed as one table, written in the transaction of the business write.

What happened has one record. Its leaf (`policy.proof.entry`) is what the log commits to and others can prove; its
event is what software of the firm follows; both have the same number, so the feed is as gapless and ordered as the
log. A leaf holds no client's data: it commits, with a salt, to a body that lies beside it and can be erased.

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
from policy.proof.frontier import Frontier, grown
from policy.proof.merkle import Tree, leaf_hash
from server.log.events import Event, entry_of
from server.store import tables

HASH = 32  # bytes
MOST = 2**53  # entries of any log

_T = TypeVar("_T")


def _table(of: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(of.__tablename__)]


_HEAD, _JOURNAL, _NODE = _table(tables.Head), _table(tables.Journal), _table(tables.Node)
_STREAM, _PAYLOAD = _table(tables.Stream), _table(tables.Payload)

# An append is a few of these on a connection, each made once: objects that map rows would cost ten times the disk.
_LOCKED = select(_HEAD.c.size, _HEAD.c.edge).with_for_update()
_MOVED = update(_HEAD).values(size=bindparam("to"), edge=bindparam("right"))
_ENDS = select(_STREAM.c.name, _STREAM.c.seq, _STREAM.c.last).where(
    _STREAM.c.name.in_(bindparam("names", expanding=True))
)
_BEGUN = insert(_STREAM)
_WENT_ON = (
    update(_STREAM).where(_STREAM.c.name == bindparam("stream")).values(seq=bindparam("number"), last=bindparam("leaf"))
)
_ENTERED, _COMPLETED, _KEPT = insert(_JOURNAL), insert(_NODE), insert(_PAYLOAD)
_SIZE = select(_HEAD.c.size)
_INDEXES: BindParameter[int] = bindparam("indexes", expanding=True)
_LEAVES = select(_JOURNAL.c.index, _JOURNAL.c.leaf).where(_JOURNAL.c.index.in_(_INDEXES))
_INNER = select(_NODE.c.level, _NODE.c.index, _NODE.c.hash).where(
    _NODE.c.level.in_(bindparam("levels", expanding=True)), _NODE.c.index.in_(_INDEXES)
)


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
    head = connection.execute(_LOCKED).one()
    before = _ends(connection, {event.stream for event in events})
    frontier, ends = _frontier(head.size, head.edge), dict(before)
    journal, nodes, kept, receipts = [], [], [], []
    for event in events:
        seq, last = ends.get(event.stream, (-1, None))
        data = encode(event.data)
        salt, body = os.urandom(SALT), data if event.body is None else event.body
        committed = commitment(salt, body)
        entry = entry_bytes(entry_of(event, time, Payload(committed, len(body), event.media), seq + 1, last))
        leaf = leaf_hash(entry)
        frontier, completed = grown(frontier, leaf)
        receipt = Receipt(frontier.size - 1, event.stream, seq + 1, leaf.hex())
        ends[event.stream] = (receipt.seq, receipt.leaf)
        receipts.append(receipt)
        journal.append(_row(event, receipt, entry, time, data.decode(), committed))
        nodes += [{"level": level, "index": index, "hash": node} for level, index, node in completed[1:]]
        kept.append({"commitment": committed, "salt": salt, "body": body, "type": event.media})
    connection.execute(_ENTERED, journal)
    connection.execute(_KEPT, kept)
    if nodes:
        connection.execute(_COMPLETED, nodes)
    _end(connection, before, ends)
    connection.execute(_MOVED, {"to": frontier.size, "right": b"".join(frontier.edge)})
    return receipts


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
    place, value = (_JOURNAL.c.index, _JOURNAL.c.leaf) if level == 0 else (_NODE.c.index, _NODE.c.hash)
    found = select(value).where(place.between(begin, end - 1)).order_by(place)
    return list(session.connection().scalars(found if level == 0 else found.where(_NODE.c.level == level)))


def hashes(session: Session, wanted: Iterable[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    """Those of the subtrees, each its level and index, that are kept."""
    places = set(wanted)
    leaves = {"indexes": [index for level, index in places if level == 0]}
    inner = {"levels": list({level for level, _ in places}), "indexes": list({index for _, index in places})}
    connection = session.connection()
    found = {(0, index): leaf for index, leaf in connection.execute(_LEAVES, leaves)}
    rows = connection.execute(_INNER, inner)  # and some more, of the one's level and the other's index
    return found | {(level, index): node for level, index, node in rows if (level, index) in places}


def _frontier(size: int, edge: bytes) -> Frontier:
    return Frontier(size, tuple(edge[at : at + HASH] for at in range(0, len(edge), HASH)))


def _ends(connection: Connection, streams: Iterable[str]) -> dict[str, tuple[int, str | None]]:
    found = connection.execute(_ENDS, {"names": list(streams)})
    return {name: (seq, last) for name, seq, last in found}


def _end(
    connection: Connection, before: dict[str, tuple[int, str | None]], now: dict[str, tuple[int, str | None]]
) -> None:
    new = [{"name": name, "seq": seq, "last": last} for name, (seq, last) in now.items() if name not in before]
    old = [{"stream": name, "number": seq, "leaf": last} for name, (seq, last) in now.items() if name in before]
    if new:
        connection.execute(_BEGUN, new)
    if old:
        connection.execute(_WENT_ON, old)


def _row(event: Event, receipt: Receipt, entry: bytes, time: str, data: str, committed: str) -> dict[str, object]:
    return {
        "index": receipt.index,
        "leaf": bytes.fromhex(receipt.leaf),
        "entry": entry,
        "type": event.type,
        "stream": event.stream,
        "seq": receipt.seq,
        "time": time,
        "data": data,
        "commitment": committed,
        "household": event.household,
        "role": event.role,
    }
