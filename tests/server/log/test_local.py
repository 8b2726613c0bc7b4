"""The local log on disk: it grows, it is signed, it notices what was done to it."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from policy.proof.entry import Entry, Kind
from policy.proof.trust import trust
from server.clock import now
from server.log import local
from server.log.local import LogError
from tests.shape.source import ROOT


def entry(subject: str) -> Entry:
    return Entry(Kind.SELF_AUDIT, "audits", 0, None, None, now(), subject, None, None, None, "anna")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "log"


def test_it_is_made_once_and_grows(folder: Path) -> None:
    known = local.opened(folder, now(), "anna")
    assert known.log.signed.size == 1
    known = local.entered(known, [entry("one"), entry("two")])
    again = local.opened(folder, now(), "boris")
    assert again == known
    assert [e.subject for e in again.log.entries[1:]] == ["one", "two"]
    assert [e.seq for e in again.log.entries[1:]] == [0, 1]


def test_the_key_is_its_owners_alone(folder: Path) -> None:
    local.opened(folder, now(), "anna")
    assert (folder / local.KEY).stat().st_mode & 0o777 == 0o600


def test_the_card_says_what_was_seen_first(folder: Path) -> None:
    known = local.opened(folder, now(), "anna")
    local.entered(known, [entry("one")])
    card = trust((folder / local.CARD).read_bytes())
    assert card.seen is not None
    assert card.seen[0] == 1


def test_two_logs_have_two_keys(tmp_path: Path) -> None:
    one, two = (local.opened(tmp_path / name, now(), "anna") for name in "ab")
    assert one.seed != two.seed
    assert one.log.origin != two.log.origin


@pytest.mark.parametrize("name", [local.KEY, local.CHECKPOINT, local.ENTRIES])
def test_a_damaged_folder_says_which_file(folder: Path, name: str) -> None:
    local.opened(folder, now(), "anna")
    (folder / name).write_text("nonsense\n")
    with pytest.raises(LogError):
        local.opened(folder, now(), "anna")


@pytest.mark.parametrize("name", [local.KEY, local.CHECKPOINT, local.ENTRIES])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    local.entered(local.opened(folder, now(), "anna"), [entry("one")])
    (folder / name).unlink()
    with pytest.raises(LogError, match=name):
        local.opened(folder, now(), "anna")


def test_a_changed_entry_stops_the_next_signature(folder: Path) -> None:
    known = local.entered(local.opened(folder, now(), "anna"), [entry("one")])
    first, second = known.log.entries
    forged = replace(known, log=replace(known.log, entries=(first, replace(second, subject="won"))))
    with pytest.raises(LogError, match="no longer starts with them"):
        local.entered(forged, [entry("two")])


def test_a_line_that_was_cut_off_while_it_was_written_is_not_an_entry(folder: Path) -> None:
    known = local.entered(local.opened(folder, now(), "anna"), [entry("one")])
    with (folder / local.ENTRIES).open("ab") as file:
        file.write(b'{"half')
    again = local.opened(folder, now(), "anna")
    assert again == known
    local.entered(again, [entry("two")])
    assert [e.subject for e in local.opened(folder, now(), "anna").log.entries[1:]] == ["one", "two"]


def test_entries_that_were_written_but_not_signed_are_signed_next(folder: Path) -> None:
    known = local.opened(folder, now(), "anna")
    note = (folder / local.CHECKPOINT).read_bytes()
    local.entered(known, [entry("one")])
    (folder / local.CHECKPOINT).write_bytes(note)
    again = local.entered(local.opened(folder, now(), "anna"), [entry("two")])
    assert [e.subject for e in again.log.entries[1:]] == ["one", "two"]
    assert again.log.signed.size == 3


@pytest.mark.parametrize("last", [local.ENTRIES, local.CHECKPOINT, local.CARD])
def test_a_log_that_was_being_made_is_made_anew(folder: Path, last: str) -> None:
    local.opened(folder, now(), "anna")
    made = [local.ENTRIES, local.CHECKPOINT, local.CARD, local.README, local.KEY]
    for name in made[made.index(last) + 1 :]:
        (folder / name).unlink()
    known = local.entered(local.opened(folder, now(), "anna"), [entry("one")])
    assert local.opened(folder, now(), "anna") == known


def test_it_says_that_it_is_local(folder: Path) -> None:
    local.opened(folder, now(), "anna")
    assert "local" in (folder / local.README).read_text()


def test_a_restored_backup_stops_the_next_signature(folder: Path) -> None:
    known = local.entered(local.opened(folder, now(), "anna"), [entry("one")])
    (folder / local.ENTRIES).write_bytes((folder / local.ENTRIES).read_bytes().splitlines(keepends=True)[0])
    restored = local.opened(folder, now(), "anna")
    assert restored.log.signed == known.log.signed
    with pytest.raises(LogError):
        local.entered(restored, [])


# --- a file that opens what is entered -----------------------------------------------------------

NAME = "run-1.proof.zip"


def test_a_file_is_kept_beside_its_entry(folder: Path) -> None:
    known = local.opened(folder, now(), "anna")
    grown, content = local.entered_with(known, [entry("one")], NAME, lambda state: state.checkpoint)
    assert (folder / NAME).read_bytes() == content == grown.checkpoint
    assert (folder / NAME).stat().st_mode & 0o777 == 0o600
    assert local.opened(folder, now(), "anna") == grown
    assert not list(folder.glob("*.pending"))


def full(monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    """The disk is full from the so-many-th thing on that is to be flushed to it."""
    count = iter(range(100))

    def fsync(_: int) -> None:
        if next(count) >= at:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("server.log.local.os.fsync", fsync)


def test_nothing_is_logged_where_the_file_cannot_be_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = local.opened(folder, now(), "anna")
    before = (folder / local.ENTRIES).read_bytes(), (folder / local.CHECKPOINT).read_bytes()
    full(monkeypatch, 0)
    with pytest.raises(OSError, match="No space"):
        local.entered_with(known, [entry("one")], NAME, lambda _: b"what opens it")
    assert before == ((folder / local.ENTRIES).read_bytes(), (folder / local.CHECKPOINT).read_bytes())
    assert not list(folder.glob("run-*"))


@pytest.mark.parametrize("at", [1, 2])
def test_what_is_logged_can_be_opened(folder: Path, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    """However far it came, the file that opens the entry is there."""
    known = local.opened(folder, now(), "anna")
    full(monkeypatch, at)
    with pytest.raises(OSError, match="No space"):
        local.entered_with(known, [entry("one")], NAME, lambda _: b"what opens it")
    (kept,) = folder.glob("run-*")
    assert kept.read_bytes() == b"what opens it"


FILES = """
import os, signal, sys
from pathlib import Path
from policy.proof.entry import Entry, Kind
from server.log import local

time, folder, after = "2026-01-30T00:00:00.000000Z", Path(sys.argv[1]), int(sys.argv[2])
known = local.opened(folder, time, "anna")
steps = iter(range(after))


def dying(done):
    def step(*words, **named):
        if next(steps, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return done(*words, **named)
    return step


os.fsync, Path.replace = dying(os.fsync), dying(Path.replace)
entry = Entry(Kind.SELF_AUDIT, "audits", 0, None, None, time, "one", None, None, None, "anna")
local.entered_with(known, [entry], "run-1.proof.zip", lambda state: state.checkpoint)
"""


@pytest.mark.parametrize("after", range(7))
def test_a_writer_that_is_killed_leaves_all_of_it_or_nothing(folder: Path, after: int) -> None:
    """Killed before each thing that it does to the disk, of which there are six."""
    local.opened(folder, now(), "anna")
    ended = subprocess.run([sys.executable, "-c", FILES, folder, str(after)], cwd=ROOT, check=False).returncode
    assert ended == (0 if after == 6 else -signal.SIGKILL)
    known = local.entered(local.opened(folder, now(), "anna"), [])
    kept = list(folder.glob("run-*"))
    assert [file.name for file in kept] == [NAME] * (len(known.log.entries) - 1)
    assert all(file.read_bytes() == known.checkpoint for file in kept)
    assert bool(kept) is (after >= 2)  # the first two are the file's own
    assert not [*folder.glob("*.pending"), *folder.glob("*.new")]
