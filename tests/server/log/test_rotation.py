"""From one key to the next: whoever knows either can follow, and whoever is killed half-way comes to the same end."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import select

from policy.proof.entry import Kind, entry
from policy.proof.keys import public_of
from policy.proof.note import NoteError, checkpoint, parse, signed, verified
from policy.proof.tlog_proof import growth_text
from policy.proof.trust import trust
from policy.proof.witness import Refusal
from server.log import audit, files, journal, keyring, rotation, signer, witness
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


DONE = {
    "rotated": lambda ring: ring.old is not None,
    "retired": lambda ring: ring.old is None,
    "stolen": lambda ring: bool(ring.stolen),
}


@pytest.mark.parametrize("change", DONE)
@pytest.mark.parametrize("after", range(9))
def test_killed_anywhere_and_begun_again(
    database: Store, by: Signer, after: int, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before each thing that is written, on disk or in the database."""
    grow(database)
    sealed(database, by)
    if change == "retired":
        rotation.rotated(database, by, "olga", LATER)
    known, steps, before = announced(database), iter(range(after)), by.verifier

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
    grow(database)
    meanwhile = parse(sealed(database, by))  # a service that goes on
    if change == "stolen" and by.keys.signs.since == LATER:  # from the first step on
        assert before not in verified(meanwhile, signer.verifiers(by))
    if not DONE[change](by.keys):
        getattr(rotation, change)(database, by, "olga", LATER)
    grow(database)
    assert len(announced(database)) == len(known) + (2 if change == "stolen" else 1)
    ring = by.keys
    assert (ring.next, ring.lost, ring.old is None) == (None, (), change != "rotated")
    note = parse(sealed(database, by))
    assert len(verified(note, signer.verifiers(by))) == len(note.signatures) == (2 if change == "rotated" else 1)
    assert checkpoint(note.text).origin == by.origin
    assert (by.folder / keyring.FILE).stat().st_mode & 0o777 == 0o600
    assert not list(by.folder.glob("*.new"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "next",
        "{} - \nold\n",
        "{}\nnext {} x\n",
        "{}\nended KEY - -\n",
        "{}\nnext {}\nnext {}\n",
        "{}\nstolen {} x\n",
    ],
)
def test_a_file_that_is_none_is_refused(by: Signer, text: str) -> None:
    (by.folder / keyring.FILE).write_text(text.replace("{}", "0f" * 32))
    with pytest.raises(SignerError, match="restore it"):
        signer.signer(by.folder)


# --- stolen ------------------------------------------------------------------------------------


def told(database: Store) -> list[dict[str, object]]:
    with database.reading() as session:
        found = session.exec(select(Journal.data).where(Journal.type == rotation.COMPROMISED).order_by(Journal.index))
        return [json.loads(data) for data in found]


def test_a_stolen_key_signs_that_it_was_and_nothing_more(database: Store, by: Signer) -> None:
    grow(database)
    sealed(database, by)
    grow(database)  # and not signed yet
    old = by.verifier
    rotation.stolen(database, by, "olga", LATER)
    new = by.verifier
    assert announced(database)[0] == ("signing-key.added", Kind.KEY_ADD, new.text)
    assert announced(database)[1] == ("signing-key.compromised", Kind.KEY_REVOKE, old.text)
    assert told(database) == [{"key": old.text, "size": 2}]
    with database.reading() as session:
        said = parse(signer.note(session, 6) or b"")
    assert set(verified(said, [old, new])) == {old, new}
    card = trust(signer.card(database, by))
    assert (card.logs, card.stolen, card.seen and card.seen[0]) == ((new, old), {old.key.raw: 2}, 6)
    grow(database)
    with pytest.raises(NoteError, match="no known key"):
        verified(parse(sealed(database, by)), [old])
    assert old.key.raw not in {public_of(key.seed).raw for key in by.keys.signing}
    with database.reading() as session:
        signer.same(session, by)
        assert audit.audit(session, by, signer.last_signed(by)).findings == ()


def test_whoever_was_there_when_it_was_stolen_says_since_when(database: Store, by: Signer) -> None:
    grow(database)
    sealed(database, by)
    with pytest.raises(SignerError, match="2 entries were signed, and not 3"):
        rotation.stolen(database, by, "olga", LATER, since=3)
    assert by.keys.lost == ()
    rotation.stolen(database, by, "olga", LATER, since=1)
    assert [each["size"] for each in told(database)] == [1]


def test_with_it_goes_every_key_of_the_file(database: Store, by: Signer) -> None:
    """The one before it, and the next one, which had signed nothing; and the second theft is one, too."""
    first = by.verifier
    rotation.rotated(database, by, "olga", LATER)
    second = by.verifier
    keyring.written(by.folder, replace(by.keys, next=keyring.fresh()))
    rotation.stolen(database, by, "olga", LATER)
    third = by.verifier
    assert len(by.keys.signing) == 1
    assert {each["key"] for each in told(database)} > {first.text, second.text}
    rotation.stolen(database, by, "olga", LATER)
    card = trust(signer.card(database, by))
    assert (len(card.stolen), card.logs[0]) == (4, by.verifier)
    assert {first.key.raw, second.key.raw, third.key.raw} < card.stolen.keys()


def test_a_retired_key_may_be_stolen_from_a_backup(database: Store, by: Signer) -> None:
    first = by.verifier
    grow(database)
    rotation.rotated(database, by, "olga", LATER)
    rotation.retired(database, by, "olga", LATER)
    now = by.keys.signs
    for _ in range(2):
        rotation.stolen(database, by, "olga", LATER, key=first)
        assert (by.keys.signs, by.keys.ended) == (now, ())
        assert [each["key"] for each in told(database)] == [first.text]
    assert trust(signer.card(database, by)).stolen.keys() == {first.key.raw}
    with pytest.raises(SignerError, match="no key of this log"):
        rotation.stolen(database, by, "olga", LATER, key=keyring.verifier_of("other", bytes(32)))
    rotation.stolen(database, by, "olga", LATER, key=by.verifier)  # and this one signs
    assert by.keys.signs != now


def test_a_witness_that_knows_the_new_key_alone_follows_no_thief(database: Store, by: Signer, tmp_path: Path) -> None:
    grow(database)
    sealed(database, by)
    thief = Signer(by.folder, by.origin).seed
    rotation.stolen(database, by, "olga", LATER)
    one = witness.witness(tmp_path / "witness", "w.example", {by.origin: (by.verifier,)})

    def asked(note: bytes) -> str | Refusal:
        with database.reading() as session:
            tree = journal.answered(session, checkpoint(parse(note).text).size, lambda it: signer.growth(it, 0))
        return witness.added(one, growth_text(0, tree, note), 1)

    note = sealed(database, by)
    refused = asked(signed(parse(note).text, by.origin, thief))
    assert isinstance(refused, Refusal)
    assert refused.status == 403
    assert isinstance(asked(note), str)
