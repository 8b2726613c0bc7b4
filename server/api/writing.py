"""Whoever asked may still write at the end: the key is looked at again in the transaction that writes for it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlmodel import Session, col, select

from server import clock
from server.api.caller import CHALLENGE
from server.api.problem import ProblemError
from server.auth import credentials
from server.auth.credentials import FIRST, Principal
from server.store.store import Store
from server.store.tables import Credential

ENDED = "this key was revoked, or expired, while the request was worked on; nothing was written"


@contextmanager
def writing_for(store: Store, who: Principal, ends: str | None = None) -> Iterator[Session]:
    """A transaction in which their key stands until its end: whoever revokes it waits. Many hold a key so at once; who
    `ends` one, as the first key does its own, holds both alone, in one order, so that no two wait for each other."""
    with store.writing() as session:
        both = {who.credential, ends or who.credential}
        rows = select(Credential).where(col(Credential.id).in_(both)).order_by(col(Credential.id))
        session.exec(rows.with_for_update(read=ends is None and who.name != FIRST)).all()
        if not credentials.is_good(session, who, clock.now()):
            raise ProblemError("credentials-missing", ENDED, headers=CHALLENGE)
        yield session
