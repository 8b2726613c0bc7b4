"""Content under its SHA-256: kept once, however often it is given.

Whoever gives what is there already leans on it from then on, before anybody else can see that they do. So content is
taken away by somebody who is `alone` alone: while nobody leans on anything that is not yet to be seen. Where something
else goes on naming it, its hash stays, so that what was erased is told from what was lost.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Dialect
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select, update

from policy import canonical
from server.store import store
from server.store.tables import Blob

MOST = 500  # hashes asked for in one statement


class ErasedError(Exception):
    """What was kept once, and was erased."""


def put(session: Session, contents: Iterable[bytes]) -> list[str]:
    """The hashes of the contents, which are kept when the transaction is. Comes before the journal's head is locked, at
    least the first time."""
    store.together(session.connection(), store.Gate.BLOBS)
    wanted = [(canonical.digest(content), content) for content in contents]
    known = set(kept(session, [name for name, _ in wanted]))
    new = [{"hash": name, "content": content} for name, content in sorted(dict(wanted).items()) if name not in known]
    if new:  # in one order, so that two who put the same wait for each other and not both
        connection = session.connection()
        connection.execute(_insert(connection.dialect), new)
    return [name for name, _ in wanted]


def alone(session: Session) -> None:
    """Nobody puts anything until the transaction ends: comes before the journal's head is locked."""
    store.alone(session.connection(), store.Gate.BLOBS)


def get(session: Session, names: Iterable[str]) -> Mapping[str, bytes]:
    """By hash; what is not kept is not in the answer. ErasedError where something was erased."""
    wanted, found = list(names), dict[str, bytes]()
    for begin in range(0, len(wanted), MOST):
        rows = session.exec(select(Blob).where(col(Blob.hash).in_(wanted[begin : begin + MOST])))
        for row in rows:
            if row.content is None:
                raise ErasedError(f"the content {row.hash} was erased")
            found[row.hash] = row.content
    return found


def kept(session: Session, names: Sequence[str]) -> list[str]:
    """Those of the hashes whose content is there."""
    found: list[str] = []
    for begin in range(0, len(names), MOST):
        some = col(Blob.hash).in_(names[begin : begin + MOST])
        found += session.exec(select(Blob.hash).where(some, col(Blob.content).is_not(None)))
    return found


def erased(session: Session, names: Sequence[str]) -> None:
    """Their hashes stay. By somebody who is `alone`."""
    for begin in range(0, len(names), MOST):
        some = col(Blob.hash).in_(names[begin : begin + MOST])
        session.connection().execute(update(Blob).where(some).values(content=None))


def _insert(dialect: Dialect) -> postgresql.Insert | sqlite.Insert:
    """What somebody else put meanwhile is left as it is: it is the same. What was erased is there again."""
    insert = postgresql.insert(Blob) if dialect.name == "postgresql" else sqlite.insert(Blob)
    again, bare = {"content": insert.excluded.content}, col(Blob.content).is_(None)
    return insert.on_conflict_do_update(index_elements=["hash"], set_=again, where=bare)
