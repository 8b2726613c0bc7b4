"""The local log on disk: it grows, it is signed, it notices what was done to it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from policy.proof.entry import Entry, Kind
from policy.proof.trust import trust
from server.desk import record
from server.desk.bundle import now
from server.desk.record import RecordError


def entry(subject: str) -> Entry:
    return Entry(Kind.SELF_AUDIT, "audits", 0, None, None, now(), subject, None, None, None, "anna")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "log"


def test_it_is_made_once_and_grows(folder: Path) -> None:
    known = record.opened(folder, now(), "anna")
    assert known.log.signed.size == 1
    known = record.entered(known, [entry("one"), entry("two")])
    again = record.opened(folder, now(), "boris")
    assert again == known
    assert [e.subject for e in again.log.entries[1:]] == ["one", "two"]
    assert [e.seq for e in again.log.entries[1:]] == [0, 1]


def test_the_key_is_its_owners_alone(folder: Path) -> None:
    record.opened(folder, now(), "anna")
    assert (folder / record.KEY).stat().st_mode & 0o777 == 0o600


def test_the_card_says_what_was_seen_first(folder: Path) -> None:
    known = record.opened(folder, now(), "anna")
    record.entered(known, [entry("one")])
    card = trust((folder / record.CARD).read_bytes())
    assert card.seen is not None
    assert card.seen[0] == 1


def test_two_logs_have_two_keys(tmp_path: Path) -> None:
    one, two = (record.opened(tmp_path / name, now(), "anna") for name in "ab")
    assert one.seed != two.seed
    assert one.log.origin != two.log.origin


@pytest.mark.parametrize("name", [record.KEY, record.CHECKPOINT, record.ENTRIES])
def test_a_damaged_folder_says_which_file(folder: Path, name: str) -> None:
    record.opened(folder, now(), "anna")
    (folder / name).write_text("nonsense\n")
    with pytest.raises(RecordError):
        record.opened(folder, now(), "anna")


@pytest.mark.parametrize("name", [record.CHECKPOINT, record.ENTRIES])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    record.opened(folder, now(), "anna")
    (folder / name).unlink()
    with pytest.raises(RecordError, match=name):
        record.opened(folder, now(), "anna")


def test_a_changed_entry_stops_the_next_signature(folder: Path) -> None:
    known = record.entered(record.opened(folder, now(), "anna"), [entry("one")])
    first, second = known.log.entries
    forged = replace(known, log=replace(known.log, entries=(first, replace(second, subject="won"))))
    with pytest.raises(RecordError, match="no longer starts with them"):
        record.entered(forged, [entry("two")])


def test_a_restored_backup_stops_the_next_signature(folder: Path) -> None:
    known = record.entered(record.opened(folder, now(), "anna"), [entry("one")])
    (folder / record.ENTRIES).write_bytes((folder / record.ENTRIES).read_bytes().splitlines(keepends=True)[0])
    restored = record.opened(folder, now(), "anna")
    assert restored.log.signed == known.log.signed
    with pytest.raises(RecordError):
        record.entered(restored, [])
