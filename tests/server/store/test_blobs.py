"""Content is kept once, and comes back as it was."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from threading import Event
from time import sleep

import pytest
from sqlmodel import Session, col, delete, func, select

from server.store import blobs
from server.store.store import Store
from server.store.tables import Blob
from tests.server.locks import waited_for


def test_content_is_kept_once_and_comes_back(database: Store) -> None:
    contents = [b"", b"a", b"\x00\xff" * 1000, b"a", *(b"%d" % n for n in range(1_200))]
    for _ in range(2):
        with database.writing() as session:
            names = blobs.put(session, contents)
    assert names == [sha256(content).hexdigest() for content in contents]
    with database.reading() as session:
        assert session.exec(select(func.count()).select_from(Blob)).one() == len(set(contents))
        found = blobs.get(session, [*names, "0" * 64])
    assert found == dict(zip(names, contents, strict=True))


def test_two_may_keep_the_same_at_once(database: Store) -> None:
    begun = Event()

    def other() -> list[str]:
        begun.wait()
        with database.writing() as session:
            return blobs.put(session, [b"b", b"a"])

    with ThreadPoolExecutor(1) as pool:
        with database.writing() as session:
            names = blobs.put(session, [b"a", b"b"])
            waiting = pool.submit(other)
            begun.set()
            sleep(0.05)
        assert waiting.result() == names[::-1]


def test_what_is_taken_away_is_there_for_who_gives_it_again(database: Store) -> None:
    """However they meet: who gives what is there already does not give it once more."""
    with database.writing() as session:
        (name,) = blobs.put(session, [b"a"])

    def gone(session: Session) -> None:
        blobs.alone(session)
        session.exec(delete(Blob).where(col(Blob.hash) == name))

    def given() -> None:
        with database.writing() as session:
            blobs.put(session, [b"a"])

    with ThreadPoolExecutor(1) as pool:
        with database.writing() as session:
            gone(session)
            giver = pool.submit(given)
            waited_for(database)
        giver.result()
    with database.reading() as session:
        assert blobs.get(session, [name]) == {name: b"a"}


def test_nothing_is_taken_away_before_it_shows_who_leans_on_it(database: Store) -> None:
    def seen() -> int:
        with database.writing() as session:
            blobs.alone(session)
            return session.exec(select(func.count()).select_from(Blob)).one()

    with ThreadPoolExecutor(1) as pool:
        with database.writing() as session:
            blobs.put(session, [b"a"])
            sweeper = pool.submit(seen)
            waited_for(database)
        assert sweeper.result() == 1


def test_what_was_erased_is_told_from_what_was_lost_and_is_there_again_when_it_is_given(database: Store) -> None:
    with database.writing() as session:
        kept, gone = blobs.put(session, [b"a", b"b"])
    with database.writing() as session:
        blobs.alone(session)
        blobs.erased(session, [gone])
    with database.reading() as session:
        assert blobs.kept(session, [kept, gone, "0" * 64]) == [kept]
        assert blobs.get(session, [kept, "0" * 64]) == {kept: b"a"}
        with pytest.raises(blobs.ErasedError, match=gone):
            blobs.get(session, [kept, gone])
    with database.writing() as session:
        assert blobs.put(session, [b"b", b"a"]) == [gone, kept]
    with database.reading() as session:
        assert blobs.get(session, [kept, gone]) == {kept: b"a", gone: b"b"}
