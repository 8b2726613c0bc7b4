"""Whoever changes the database behind the log's back is found out, whatever else he makes fit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from policy.proof.entry import Kind, entry, entry_bytes
from policy.proof.frontier import Frontier, grown
from policy.proof.merkle import leaf_hash
from server.log import audit, journal, signer
from server.log.audit import Audit
from server.log.signer import Signer
from server.store.store import Store
from server.store.tables import Journal
from tests.server.log.test_journal import AT, event


@pytest.fixture
def by(tmp_path: Path, database: Store) -> Signer:
    """The signer of a log of 13 entries of which it signed 5 and then 11."""
    found = signer.signer(tmp_path / "signer")
    for count in (5, 6, 2):
        with database.writing() as session:
            journal.append(session, [event(n, f"s{n % 3}") for n in range(count)], AT)
        if count > 2:
            signer.sealed(database, found)
    return found


def found(database: Store, by: Signer) -> Audit:
    with database.reading() as session:
        return audit.audit(session, by, signer.last_signed(by))


def test_an_untouched_log_has_nothing_to_say_and_the_audit_is_entered(database: Store, by: Signer) -> None:
    result, receipt = audit.audited(database, by, "anna", AT)
    assert receipt is not None
    assert (result.size, result.findings) == (13, ())
    with database.reading() as session:
        row = session.get_one(Journal, 13)
        assert (row.type, entry(row.entry).kind, row.leaf.hex()) == ("log.audited", Kind.SELF_AUDIT, receipt.leaf)
    assert audit.audited(database, by, "anna", AT)[0].size == 14


def test_it_reads_in_pieces(database: Store, by: Signer, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = found(database, by)
    for chunk in (1, 2, 5, 13):
        monkeypatch.setattr(audit, "CHUNK", chunk)
        assert found(database, by) == whole


ATTACKS = {
    "entry": ('UPDATE journal SET entry = :x WHERE "index" = 3', "entry 3: its bytes do not have the hash"),
    "leaf": ('UPDATE journal SET leaf = :x WHERE "index" = 3', "entry 3: its bytes do not have the hash"),
    "last entry, not signed": ('UPDATE journal SET entry = :x WHERE "index" = 12', "entry 12: its bytes"),
    "gone": ('DELETE FROM journal WHERE "index" = 4', "entry 5 stands where entry 4 belongs"),
    "cut off": ('DELETE FROM journal WHERE "index" >= 9', "11 entries were signed, and there are 9"),
    "node": ('UPDATE journal SET nodes = :x WHERE "index" = 7', "entry 7: the subtrees"),
    "node gone": ("UPDATE journal SET nodes = :z WHERE \"index\" = 1", "entry 1: the subtrees"),
    "node too many": ('UPDATE journal SET nodes = :x WHERE "index" = 4', "entry 4: the subtrees"),
    "head": ("UPDATE head SET size = 12", "the head says 12"),
    "edge": ("UPDATE head SET edge = :x", "another edge"),
    "stream": ('UPDATE journal SET seq = 7 WHERE "index" = 12', "entry 12: the feed says"),
    "time": ("UPDATE journal SET time = '2026-01-01T00:00:00.000000Z' WHERE \"index\" = 2", "entry 2: the feed says"),
    "type": ("UPDATE journal SET type = 'key.revoked' WHERE \"index\" = 2", "entry 2: the feed says"),
    "body": ('UPDATE journal SET body = :x WHERE "index" = 6', "entry 6: its body is not"),
    "data": ("UPDATE journal SET data = '{}' WHERE \"index\" = 6", "entry 6: its body is not"),
    "salt": ('UPDATE journal SET salt = :y WHERE "index" = 6', "entry 6: its body is not"),
    "checkpoint": ("UPDATE checkpoint SET note = :x WHERE size = 5", "the checkpoint of 5 entries"),
    "checkpoint moved": ("UPDATE checkpoint SET size = 6 WHERE size = 5", "kept as that of 6 entries is of 5"),
}  # fmt: skip


@pytest.mark.parametrize("name", ATTACKS)
def test_a_change_is_found(database: Store, by: Signer, name: str) -> None:
    change, says = ATTACKS[name]
    values = {key: value for key, value in (("x", b"\x00" * 32), ("y", b"short"), ("z", b"")) if f":{key}" in change}
    with database.engine.begin() as connection:
        connection.execute(text(change), values)
    findings = found(database, by).findings
    assert any(says in finding for finding in findings), findings
    result, receipt = audit.audited(database, by, "anna", AT)
    assert result.findings == findings
    assert (receipt is None) == (name == "head")  # such a journal takes no entry at all


def test_a_history_rewritten_whole_is_not_the_one_that_was_signed(database: Store, by: Signer) -> None:
    """Everything in the database fits, for the forger made all of it anew; the signer's memory is elsewhere."""
    with database.reading() as session:
        entries = journal.entries(session, 0, 13)
    ends: dict[str, str] = {}
    frontier = Frontier()
    with database.engine.begin() as connection:
        connection.execute(text("DELETE FROM checkpoint"))
        for at, data in enumerate(entries):
            said = entry(data)
            forged = replace(said, actor="hans" if at >= 10 else said.actor, prev=ends.get(said.stream))
            made = entry_bytes(forged)
            ends[said.stream] = leaf_hash(made).hex()
            frontier, completed = grown(frontier, leaf_hash(made))
            changed = {"at": at, "entry": made, "leaf": leaf_hash(made), "nodes": b"".join(completed)}
            forge = 'UPDATE journal SET entry = :entry, leaf = :leaf, nodes = :nodes WHERE "index" = :at'
            connection.execute(text(forge), changed)
        connection.execute(text("UPDATE head SET edge = :edge"), {"edge": b"".join(frontier.edge)})
    assert found(database, by).findings == ("the first 11 entries are not those that were signed",)


LATER = "2026-11-30T00:00:00.000000Z"


def test_it_goes_on_where_it_left_off_and_reads_all_after_a_week(database: Store, by: Signer) -> None:
    """A change of what was read already waits for the next whole audit; one of what was not is found at once."""
    for size in (13, 14):
        assert audit.audited(database, by, "anna", AT)[0].size == size
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE journal SET data = '{}' WHERE \"index\" = 3"))
    assert audit.audited(database, by, "anna", AT)[0].findings == ()
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE journal SET data = '{}' WHERE \"index\" = 15"))
    (late,) = audit.audited(database, by, "anna", AT)[0].findings
    assert late.startswith("entry 15: its body")
    assert len(audit.audited(database, by, "anna", AT)[0].findings) == 2  # where something was found, all is read again
    with database.engine.begin() as connection:
        connection.execute(text('UPDATE journal SET salt = NULL WHERE "index" = 15'))
    assert len(audit.audited(database, by, "anna", LATER)[0].findings) == 2


def test_an_audit_that_goes_on_knows_the_tree_that_it_left(database: Store, by: Signer) -> None:
    audit.audited(database, by, "anna", AT)
    with database.engine.begin() as connection:
        connection.execute(text('UPDATE journal SET nodes = :x WHERE "index" = 7'), {"x": bytes(96)})
    findings = audit.audited(database, by, "anna", AT)[0].findings
    assert "the first 13 entries are not those that were signed" in findings


def test_what_an_audit_found_is_remembered_until_one_finds_nothing(database: Store, by: Signer) -> None:
    with database.engine.begin() as connection:
        before = connection.execute(text('SELECT data FROM journal WHERE "index" = 3')).scalar_one()
        connection.execute(text("UPDATE journal SET data = '{}' WHERE \"index\" = 3"))
    audit.audited(database, by, "anna", AT)
    heard = audit.remembered(by)
    assert heard is not None
    assert len(heard.findings) == 1
    with database.engine.begin() as connection:
        connection.execute(text('UPDATE journal SET data = :data WHERE "index" = 3'), {"data": before})
    result, _ = audit.audited(database, by, "anna", AT)
    assert audit.remembered(by) == audit.Audited(14, result.root, AT, [])
