"""The journal: the transparency log and the event feed as one table, written in the transaction of the business write.

What happened has one record. Its leaf (`policy.proof.entry`) is what the log commits to and others can prove; its
event is what software of the firm follows; both have the same number, so the feed is as gapless and ordered as the
log. A leaf holds no client's data: it commits, with a salt, to a body that lies beside it and can be erased.

Whoever appends locks the journal's head, which makes one sequence of all processes; so append last in a transaction.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import insert
from sqlmodel import Session, col, select

from policy.canonical import encode
from policy.proof.entry import SALT, Entry, Payload, commitment, entry_bytes
from policy.proof.frontier import Frontier, grown
from policy.proof.merkle import Tree, leaf_hash
from server.log.events import KINDS, Event
from server.store.tables import Head, Journal, Node, Stream
from server.store.tables import Payload as Kept

HASH = 32  # bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a write is in the log: its number there, its stream and its number in that, and its leaf hash, hex."""

    index: int
    stream: str
    seq: int
    leaf: str


def append(session: Session, events: Sequence[Event], time: str) -> list[Receipt]:
    """An entry for each event, in this order; durable when the transaction is. `time`: UTC with microseconds."""
    head = session.exec(select(Head).with_for_update()).one()
    frontier, ends = _frontier(head), _ends(session, {event.stream for event in events})
    journal, nodes, kept, receipts = [], [], [], []
    for event in events:
        seq, last = ends.get(event.stream, (-1, None))
        salt, body = os.urandom(SALT), encode(event.data) if event.body is None else event.body
        committed = commitment(salt, body)
        data = entry_bytes(_entry(event, seq + 1, last, time, Payload(committed, len(body), event.media)))
        frontier, completed = grown(frontier, leaf_hash(data))
        receipt = Receipt(frontier.size - 1, event.stream, seq + 1, leaf_hash(data).hex())
        ends[event.stream] = (receipt.seq, receipt.leaf)
        receipts.append(receipt)
        journal.append(_row(event, receipt, data, time, committed))
        nodes += [{"level": level, "index": index, "hash": node} for level, index, node in completed[1:]]
        kept.append({"commitment": committed, "salt": salt, "body": body, "type": event.media})
    for table, rows in ((Journal, journal), (Node, nodes), (Kept, kept)):
        if rows:
            session.execute(insert(table), rows)
    for name in {event.stream for event in events}:
        seq, last = ends[name]
        session.merge(Stream(name=name, seq=seq, last=str(last)))
    head.size, head.edge = frontier.size, b"".join(frontier.edge)
    session.flush()
    return receipts


def size(session: Session) -> int:
    return session.exec(select(Head.size)).one()


def tree(session: Session, size: int) -> Tree:
    """The Merkle tree of the first `size` entries, read from the database node by node."""

    def subtree(level: int, index: int) -> bytes:
        if level == 0:
            return session.exec(select(Journal.leaf).where(Journal.index == index)).one()
        return session.exec(select(Node.hash).where(Node.level == level, Node.index == index)).one()

    return Tree(size, subtree)


def entries(session: Session, begin: int, end: int) -> list[bytes]:
    """The leaves' bytes from number `begin` up to `end`, that one excluded."""
    wanted = select(Journal.entry).where(Journal.index >= begin, Journal.index < end).order_by(col(Journal.index))
    return list(session.exec(wanted))


def _frontier(head: Head) -> Frontier:
    return Frontier(head.size, tuple(head.edge[at : at + HASH] for at in range(0, len(head.edge), HASH)))


def _ends(session: Session, streams: Iterable[str]) -> dict[str, tuple[int, str | None]]:
    found = session.exec(select(Stream).where(col(Stream.name).in_(streams)))
    return {stream.name: (stream.seq, stream.last) for stream in found}


def _entry(event: Event, seq: int, prev: str | None, time: str, payload: Payload) -> Entry:
    return Entry(
        kind=KINDS[event.type],
        stream=event.stream,
        seq=seq,
        prev=prev,
        run=event.run,
        time=time,
        subject=event.subject,
        payload=payload,
        rules=event.rules,
        snapshot=event.snapshot,
        actor=event.actor,
    )


def _row(event: Event, receipt: Receipt, data: bytes, time: str, committed: str) -> dict[str, object]:
    return {
        "index": receipt.index,
        "leaf": bytes.fromhex(receipt.leaf),
        "entry": data,
        "type": event.type,
        "stream": event.stream,
        "seq": receipt.seq,
        "time": time,
        "data": encode(event.data).decode(),
        "commitment": committed,
        "household": event.household,
        "role": event.role,
    }
