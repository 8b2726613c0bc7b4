"""What a running service holds: its store, its signer and its first key, opened from the settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import select

from policy.book.read import Index
from policy.canonical import Json
from policy.ir.core import Library
from server import clock
from server.auth import credentials
from server.auth.openid import Keys
from server.auth.roles import Role
from server.desk.kept import Kept
from server.desk.manifest import Manifest
from server.desk.origins import Origins
from server.log import files, journal, signer
from server.log.events import Event
from server.log.signer import Signer
from server.log.witnessed import Asked
from server.ops import instruments
from server.ops.instruments import Instruments
from server.settings import Settings
from server.store.migrate import migrated, required
from server.store.observations import Tally
from server.store.store import Store, store
from server.store.tables import Credential

FIRST_KEY = "first-admin-key"
SIGNER = "signer"
OWN = 0o700  # of a folder that is its owner's alone
FIRST_LASTS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Memory:
    """What this process has read already, and counts in `tally`. `rules`: sources by path with their meaning, by
    SHA-256; `manifests`: what snapshots consist of, by SHA-256; `shared`: the index of what is no household's, by
    SHA-256; `books`, `households`: canonical documents with their index, by manifest and household; `origins`: whose
    word what is, by snapshot. `ready`: rules bound to a book (`server.desk.check.Ready`), by both and by days and
    orders."""

    rules: Kept[tuple[Mapping[str, str], Library]] = field(default_factory=lambda: Kept(16))
    manifests: Kept[Manifest] = field(default_factory=lambda: Kept(8))
    shared: Kept[Index] = field(default_factory=lambda: Kept(4))
    books: Kept[tuple[str, bytes, Index]] = field(default_factory=lambda: Kept(4))
    households: Kept[tuple[str, bytes, Index]] = field(default_factory=lambda: Kept(128))
    origins: Kept[Origins] = field(default_factory=lambda: Kept(4))
    ready: Kept[Any] = field(default_factory=lambda: Kept(32))
    tally: Tally = field(default_factory=Tally)


@dataclass(frozen=True, slots=True)
class Service:
    """`provider`: the keys of whoever knows the firm's people, None where API keys are all."""

    settings: Settings
    store: Store
    signer: Signer
    instruments: Instruments
    provider: Keys | None = None
    memory: Memory = field(default_factory=Memory)
    witnesses: Asked = field(default_factory=Asked)


def opened(known: Settings) -> Service:
    """Ready to serve: tables made or brought up to date, a signing key, and on the very first start a key for the
    administrator in a file that only its owner can read. SignerError, OSError, RevisionError, or the database's own
    error."""
    known.data.mkdir(mode=OWN, parents=True, exist_ok=True)
    provider = None if known.provider is None else Keys(known.provider)
    base = store(known.database)
    (migrated if known.migrate else required)(base)
    with base.reading() as session:
        begun = signer.begun(session) is not None
    by = signer.signer(known.data / SIGNER, known.origin, begun=begun)
    found = Service(known, base, by, instruments.made(base, by, known.sent), provider)
    _begin(found)
    with base.reading() as session:
        signer.same(session, by)
    return found


def first_key(known: Settings) -> Path:
    return known.data / FIRST_KEY


def _begin(service: Service) -> None:
    now = datetime.now(UTC)
    with files.held(service.settings.data), service.store.writing() as session:
        if session.exec(select(Credential).limit(1)).first() is not None:
            return
        every = frozenset({Role.ADMIN})
        row, key = credentials.made(
            session, credentials.FIRST, every, None, clock.text(now), clock.text(now + FIRST_LASTS)
        )
        files.replaced(first_key(service.settings), f"{key}\n".encode(), files.OWNER)
        by = service.signer
        says: dict[str, Json] = {"origin": by.origin, "key": by.verifier.text}
        begun = Event("log.begun", signer.STREAM, by.origin, credentials.FIRST, says)
        made: dict[str, Json] = {"id": row.id, "principal": row.principal}
        added = Event("key.added", "keys", row.id, credentials.FIRST, made, role=Role.ADMIN.value)
        journal.append(session, [begun, added], clock.text(now))
