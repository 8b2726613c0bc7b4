"""By what the parts of a household are salted: with a key of its own, until something of it is erased.

The hash of a part stays in manifests, and in it that of its salt, which follows from the rows and the key: equal rows
are the same part for as long as the key is the same, and when part and key are gone nobody confirms a guess of them.
"""

import hmac
import os
from collections.abc import Iterable

from sqlmodel import Session, col, delete, insert, select

from server.store.tables import Salt

MOST = 500  # households asked for in one statement
KEY = 32  # bytes


def keys(session: Session, households: Iterable[str]) -> dict[str, bytes]:
    """Of each household, made where there is none yet, by whoever seals, who is alone in that."""
    names, found = sorted(households), dict[str, bytes]()
    for begin in range(0, len(names), MOST):
        some = col(Salt.household).in_(names[begin : begin + MOST])
        found |= dict(session.exec(select(Salt.household, Salt.key).where(some)).all())
    new = {name: os.urandom(KEY) for name in names if name not in found}
    if new:
        session.connection().execute(insert(Salt), [{"household": name, "key": key} for name, key in new.items()])
    return found | new


def salt(key: bytes, rows: bytes) -> str:
    return hmac.digest(key, rows, "sha256").hex()


def forgotten(session: Session, household: str) -> None:
    """What comes of it has another key."""
    session.connection().execute(delete(Salt).where(col(Salt.household) == household))
