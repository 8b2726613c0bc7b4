"""Content is kept once, and comes back as it was."""

from __future__ import annotations

from hashlib import sha256

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
