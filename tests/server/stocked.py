"""A service with rules in force and a snapshot, put there without HTTP; and what the smallest of books is asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import update
from sqlmodel import col

from policy.canonical import encode
from server import clock
from server.desk import ingest, proposals, publish
from server.desk.loaded import loaded
from server.desk.proposals import State, Wanted
from server.log import journal
from server.running import Service
from server.store.tables import Proposal
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
    received = ingest.from_json(json.dumps(book))
    assert isinstance(received, ingest.Received), received
    with service.store.writing() as session:
        now = clock.now()
        row, event = ingest.sealed(session, received, "test", "olga", now)
        journal.append(session, [event], now)
        return row.id


def bare(document: bytes) -> bytes:
    """Of a snapshot, without salts."""
    found = json.loads(document)
    found.pop("salt", None)
    for row in found.get("households", ()):
        row.pop("salt", None)
    return encode(found)


def asked(service: Service, rulebook: str, snapshot: str, intent: str = "{}", expires: str | None = None) -> str:
    """The id of a proposal that waits."""
    wanted = Wanted(loaded(service, rulebook, snapshot), intent, expires)
    with service.store.writing() as session:
        now = clock.now()
        row, events = proposals.queued(session, wanted, "anna", now)
        journal.append(session, events, now)
        return row.id


def filled(service: Service, book: Any = BOOK) -> str:
    """The id of a snapshot from which on nothing that was approved holds anything, as if all of it had been filled."""
    name = sealed(service, book)
    with service.store.writing() as session:
        approved = update(Proposal).where(col(Proposal.state) == State.APPROVED.value, col(Proposal.seen).is_(None))
        session.connection().execute(approved.values(seen=name))
    return name
