"""From one key to the next: whoever knows either can follow, and whoever is killed half-way comes to the same end."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from sqlmodel import select

from policy.proof.entry import Kind, entry
from policy.proof.note import NoteError, checkpoint, parse, verified
from policy.proof.trust import trust
from server.log import audit, files, journal, keyring, rotation, signer
from server.log.signer import Signer, SignerError, sealed
from server.store.store import Store
from server.store.tables import Journal
from tests.server.log.test_journal import AT, event

LATER = "2026-12-01T09:00:00.000000Z"


@pytest.fixture
def by(tmp_path: Path) -> Signer:
    return signer.signer(tmp_path / "signer")


def grow(database: Store) -> None:
    with database.writing() as session:
        journal.append(session, [event(1), event(2)], AT)


def announced(database: Store) -> list[tuple[str, Kind, str]]:
    with database.reading() as session:
        rows = session.exec(select(Journal).where(Journal.stream == rotation.STREAM).order_by(Journal.index)).all()
        return [(row.type, entry(row.entry).kind, entry(row.entry).subject) for row in rows]


def test_who_knows_the_old_key_follows_and_who_knows_the_new_one_too(database: Store, by: Signer) -> None:
    grow(database)
    sealed(database, by)
    old = by.verifier
    rotation.rotated(database, by, "olga", LATER)
    new = by.verifier
    assert new.key != old.key
    assert signer.signer(by.folder) == by  # its name is the log's, whatever key signs
    assert announced(database) == [("signing-key.added", Kind.KEY_ADD, new.text)]
    with database.reading() as session:
        before = parse(signer.note(session, 3) or b"")
    assert old in verified(before, [old])  # the old key vouches for the announcement
    grow(database)
    both = parse(sealed(database, by))
    assert verified(both, [old]) == (old,)
    assert verified(both, [new]) == (new,)
    card = signer.card(database, by)
    assert trust(card).logs == (new, old)
    assert f"# signs since {LATER}".encode() in card
    rotation.retired(database, by, "olga", LATER)
    grow(database)
    alone = parse(sealed(database, by))
    with pytest.raises(NoteError, match="no known key"):
        verified(alone, [old])
    assert verified(alone, [*trust(signer.card(database, by)).logs]) == (new,)
    assert announced(database)[1] == ("signing-key.revoked", Kind.KEY_REVOKE, old.text)
    assert f"until {LATER}".encode() in signer.card(database, by)
    with database.reading() as session:
        assert audit.audit(session, by, signer.last_signed(by)).findings == ()


def test_one_change_at_a_time(database: Store, by: Signer) -> None:
    with pytest.raises(SignerError, match="none before it"):
        rotation.retired(database, by, "olga", LATER)
    rotation.rotated(database, by, "olga", LATER)
    with pytest.raises(SignerError, match="retire it first"):
        rotation.rotated(database, by, "olga", LATER)


class KilledError(Exception):
    pass


@pytest.mark.parametrize("change", ["rotated", "retired"])
@pytest.mark.parametrize("after", range(9))
def test_killed_anywhere_and_begun_again(
    database: Store, by: Signer, after: int, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before each thing that is written, on disk or in the database."""
    grow(database)
    sealed(database, by)
    if change == "retired":
        rotation.rotated(database, by, "olga", LATER)
    known, steps = announced(database), iter(range(after))

    def dying(done):  # type: ignore[no-untyped-def]  # whatever it is
        def step(*words, **named):  # type: ignore[no-untyped-def]  # as it is called
            if next(steps, None) is None:
                raise KilledError
            return done(*words, **named)

        return step

    with monkeypatch.context() as patch:
        patch.setattr(files, "replaced", dying(files.replaced))
        patch.setattr(journal, "append", dying(journal.append))
        patch.setattr(signer, "added", dying(signer.added))
        with suppress(KilledError):
            getattr(rotation, change)(database, by, "olga", LATER)
    sealed(database, by)  # a service that goes on meanwhile
    if (by.keys.old is None) == (change == "rotated"):  # it did not come to its end
        getattr(rotation, change)(database, by, "olga", LATER)
    grow(database)
    assert len(announced(database)) == len(known) + 1
    ring = by.keys
    assert (ring.next, ring.old is None) == (None, change == "retired")
    note = parse(sealed(database, by))
    assert len(verified(note, signer.verifiers(by))) == len(note.signatures) == (1 if change == "retired" else 2)
    assert checkpoint(note.text).origin == by.origin
    assert (by.folder / keyring.FILE).stat().st_mode & 0o777 == 0o600
    assert not list(by.folder.glob("*.new"))


@pytest.mark.parametrize(
    "text", ["", "next", "{} - \nold\n", "{}\nnext {} x\n", "{}\nended KEY - -\n", "{}\nnext {}\nnext {}\n"]
)
def test_a_file_that_is_none_is_refused(by: Signer, text: str) -> None:
    (by.folder / keyring.FILE).write_text(text.replace("{}", "0f" * 32))
    with pytest.raises(SignerError, match="restore it"):
        signer.signer(by.folder)
