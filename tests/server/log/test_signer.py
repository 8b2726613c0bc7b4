"""The signer signs one history: what grew out of what it signed last, and nothing else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from policy.proof.merkle import listed, root
from policy.proof.note import checkpoint, parse, verified
from policy.proof.trust import trust
from server.log import journal, signer
from server.log.signer import KEY, LAST, Signer, SignerError, sealed
from server.store.store import Store
from server.store.tables import Checkpoint
from tests.server.locks import waited_for
from tests.server.log.test_journal import AT, event, leaves


@pytest.fixture
def by(tmp_path: Path) -> Signer:
    return signer.signer(tmp_path / "signer")


def grow(database: Store, count: int) -> None:
    with database.writing() as session:
        journal.append(session, [event(number) for number in range(count)], AT)


def test_it_signs_the_log_as_it_stands(database: Store, by: Signer) -> None:
    for count in (0, 1, 4):
        grow(database, count)
        note = parse(sealed(database, by))
        verified(note, [by.verifier])
        state = checkpoint(note.text)
        assert (state.origin, state.size, state.root) == (by.origin, *_state(database))
        assert sealed(database, by) == sealed(database, by)
    found = trust(signer.card(database, by))
    assert (found.logs, found.seen) == ((by.verifier,), _state(database))


def _state(database: Store) -> tuple[int, bytes]:
    found = leaves(database)
    return len(found), root(listed(found))


def test_two_processes_may_keep_the_same_state_at_once(database: Store, by: Signer) -> None:
    note = sealed(database, by)
    with database.writing() as session:
        session.delete(session.get_one(Checkpoint, 0))
    with ThreadPoolExecutor(1) as pool:
        with database.writing() as session:
            session.add(Checkpoint(size=0, note=note))
            session.flush()
            other = pool.submit(signer.added, database, note)
            waited_for(database)
        assert other.result() == note


def test_a_restored_database_is_not_signed_again(database: Store, by: Signer) -> None:
    grow(database, 5)
    sealed(database, by)
    with database.engine.begin() as connection:  # what an older backup holds
        connection.execute(text('DELETE FROM journal WHERE "index" >= 3'))
        connection.execute(text("DELETE FROM checkpoint"))
        edge = _edge(database, 3)
        connection.execute(text("UPDATE head SET size = 3, edge = :edge"), {"edge": edge})
    with pytest.raises(SignerError, match="signed with 5 entries"):
        sealed(database, by)
    grow(database, 4)  # as many again, and more, but others
    with pytest.raises(SignerError, match="no longer starts with them"):
        sealed(database, by)


def _edge(database: Store, size: int) -> bytes:
    with database.reading() as session:
        return journal.answered(session, size, lambda tree: tree.subtree(1, 0) + tree.subtree(0, 2))


@pytest.mark.parametrize("column", ["leaf", "entry"])
def test_an_entry_that_was_changed_is_noticed(database: Store, by: Signer, column: str) -> None:
    grow(database, 5)
    sealed(database, by)
    with database.engine.begin() as connection:
        connection.execute(text(f'UPDATE journal SET {column} = :new WHERE "index" = 4'), {"new": b"\x00" * 32})
    grow(database, 1)
    if column == "leaf":
        with pytest.raises(SignerError):
            sealed(database, by)
    else:
        sealed(database, by)
        assert _state(database)[1] != checkpoint(parse(sealed(database, by)).text).root  # whoever reads entries sees it


def test_a_key_or_a_memory_that_is_gone_or_broken_is_said(database: Store, by: Signer) -> None:
    grow(database, 1)
    sealed(database, by)
    memory = (by.folder / LAST).read_bytes()
    (by.folder / LAST).write_bytes(memory.replace(b"\n1\n", b"\n0\n"))
    with pytest.raises(SignerError, match=LAST):
        sealed(database, by)
    (by.folder / KEY).unlink()
    with pytest.raises(SignerError, match="restore the key"):
        signer.signer(by.folder)
    for broken in ("abc", "g" * 64, "0" * 63):
        (by.folder / KEY).write_text(broken)
        with pytest.raises(SignerError, match="64 hexadecimal"):
            signer.signer(by.folder)


def test_its_key_is_its_owners_alone(by: Signer) -> None:
    assert (by.folder / KEY).stat().st_mode & 0o777 == 0o600
    assert signer.signer(by.folder) == by


def test_a_size_that_no_log_has_was_not_signed(database: Store, by: Signer) -> None:
    sealed(database, by)
    with database.reading() as session:
        assert signer.note(session, 0) is not None
        for size in (1, 2**31, 2**63, 10**30):
            assert signer.note(session, size) is None
