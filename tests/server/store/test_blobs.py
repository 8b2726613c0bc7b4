"""Content is kept once, and comes back as it was."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from threading import Event
from time import sleep

from sqlmodel import func, select

from server.store import blobs
from server.store.store import Store
from server.store.tables import Blob


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
