"""Content under its SHA-256: kept once, however often it is given."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Dialect
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from policy import canonical
from server.store.tables import Blob

MOST = 500  # hashes asked for in one statement


def put(session: Session, contents: Iterable[bytes]) -> list[str]:
    """The hashes of the contents, which are kept when the transaction is."""
    wanted = [(canonical.digest(content), content) for content in contents]
    known = set(_known(session, [name for name, _ in wanted]))
    new = [{"hash": name, "content": content} for name, content in sorted(dict(wanted).items()) if name not in known]
    if new:  # in one order, so that two who put the same wait for each other and not both
        connection = session.connection()
        connection.execute(_insert(connection.dialect), new)
    return [name for name, _ in wanted]


def get(session: Session, names: Iterable[str]) -> Mapping[str, bytes]:
    """By hash; what is not kept is not in the answer."""
    wanted, found = list(names), dict[str, bytes]()
    for begin in range(0, len(wanted), MOST):
        rows = session.exec(select(Blob).where(col(Blob.hash).in_(wanted[begin : begin + MOST])))
        found |= {row.hash: row.content for row in rows}
    return found


def _known(session: Session, names: list[str]) -> list[str]:
    found: list[str] = []
    for begin in range(0, len(names), MOST):
        found += session.exec(select(Blob.hash).where(col(Blob.hash).in_(names[begin : begin + MOST])))
    return found


def _insert(dialect: Dialect) -> postgresql.Insert | sqlite.Insert:
    """What somebody else put meanwhile is left as it is: it is the same."""
    insert = postgresql.insert(Blob) if dialect.name == "postgresql" else sqlite.insert(Blob)
    return insert.on_conflict_do_nothing()
