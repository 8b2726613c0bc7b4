"""Two logs that can be asked, a folder's and a service's: of the same entries they say the same, byte for byte."""

from __future__ import annotations

from pathlib import Path

from policy.proof.entry import entry
from policy.proof.local import LocalLog
from policy.proof.note import checkpoint, parse
from server.log import journal
from server.log.asked import Log
from server.log.events import Event
from server.log.local import Record
from server.log.sealed import sealed
from server.log.signer import sealed as signed
from server.log.signer import signer
from server.store.store import Store

AT = "2026-11-22T14:00:00.000000Z"


def events(first: int, many: int) -> list[Event]:
    return [Event("key.added", "keys", f"key {number}", "anna", {"number": number}) for number in range(first, many)]


def test_twins_say_the_same(database: Store, tmp_path: Path) -> None:
    by, size = signer(tmp_path), 11
    with database.writing() as session:
        journal.append(session, events(0, size), AT)
    note = signed(database, by)
    with database.writing() as session:
        journal.append(session, events(size, size + 5), AT)  # nothing that comes later changes an answer
    with database.reading() as session:
        raw = journal.entries(session, 0, size)
        local: Log = Record(
            tmp_path, LocalLog(by.origin, tuple(map(entry, raw)), checkpoint(parse(note).text)), by.seed, note
        )
        service: Log = sealed(session, note)
        assert service.checkpoint == local.checkpoint
        for number in range(size):
            assert service.entry(number) == local.entry(number) == raw[number]
            assert service.included(number) == local.included(number)
        for old in range(1, size):
            assert service.grown(old) == local.grown(old)
