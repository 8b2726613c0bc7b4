"""A service with rules in force and a snapshot, put there without HTTP; and what the smallest of books is asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from policy import canonical
from policy.book import wire
from policy.book.document import document
from policy.book.facts import Book
from server import clock
from server.desk import proposals, publish
from server.desk.loaded import loaded
from server.desk.proposals import Wanted
from server.log import journal
from server.log.events import Event
from server.running import Service
from server.store import blobs
from server.store.tables import Snapshot
from tests.server.cli.test_visibility import BOOK, PUBLIC

RULES = PUBLIC.replace("{share}", "40")


def ruled(service: Service, files: Mapping[str, str]) -> str:
    """The id of a rule book in force."""
    draft = publish.drafted(files)
    assert isinstance(draft, publish.Draft), draft
    with service.store.writing() as session:
        now = clock.now()
        row, made = publish.published(session, draft, "rules", "rita", now)
        session.flush()
        journal.append(session, [made, publish.activated(session, row, "carl", now)], now)
        return row.id


def sealed(service: Service, book: Any = BOOK) -> str:
    """The id of a snapshot."""
    known = book if isinstance(book, Book) else wire.from_json(json.dumps(book))
    assert isinstance(known, Book), known
    content = canonical.encode(document(known))
    with service.store.writing() as session:
        (name,) = blobs.put(session, [content])
        now = clock.now()
        row = Snapshot(
            id=clock.fresh("snap"), document=name, source="test", as_of=str(known.as_of), known_at=now, made=now
        )
        session.add(row)
        journal.append(session, [Event("snapshot.sealed", "data", row.id, "olga", None, snapshot=name)], now)
        return row.id


def asked(service: Service, rulebook: str, snapshot: str, intent: str = "{}", expires: str | None = None) -> str:
    """The id of a proposal that waits."""
    wanted = Wanted(loaded(service, rulebook, snapshot), intent, expires)
    with service.store.writing() as session:
        now = clock.now()
        row, event = proposals.queued(session, wanted, "anna", now)
        journal.append(session, [event], now)
        return row.id
