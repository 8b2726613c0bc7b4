"""The journal on both databases: gapless, ordered, provable, and written with what it tells of or not at all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from random import Random

import pytest

from policy.proof.entry import commitment, entry
from policy.proof.merkle import consistency_proof, consistent, included, inclusion_proof, leaf_hash, listed, root
from server.log import journal
from server.log.events import Event
from server.store.store import Store
from server.store.tables import Journal

AT = "2026-11-22T14:00:00.000000Z"


def event(number: int, stream: str = "keys") -> Event:
    return Event("key.added", stream, f"key {number}", "anna", {"number": number})


def leaves(database: Store) -> list[bytes]:
    with database.reading() as session:
        return [leaf_hash(data) for data in journal.entries(session, 0, journal.size(session))]


def test_it_is_a_log_whose_proofs_hold(database: Store) -> None:
    rng, number, receipts = Random(7), 0, []
    for _ in range(12):
        events = [event(number + n, rng.choice(("a", "b", "c"))) for n in range(rng.randint(0, 5))]
        with database.writing() as session:
            receipts += journal.append(session, events, AT)
        number += len(events)
    assert [receipt.index for receipt in receipts] == list(range(number))
    found = leaves(database)
    assert [receipt.leaf for receipt in receipts] == [leaf.hex() for leaf in found]
    with database.reading() as session:
        top = journal.answered(session, number, root)
        assert top == root(listed(found))
        for at, leaf in enumerate(found):
            proof = journal.answered(session, number, partial(inclusion_proof, index=at))
            assert included(leaf, at, number, proof, top)
        for old in range(1, number):
            before = journal.answered(session, old, root)
            proof = journal.answered(session, number, partial(consistency_proof, old=old))
            assert consistent(old, number, before, top, proof)


def test_streams_count_without_gaps_and_name_their_predecessor(database: Store) -> None:
    for number in range(9):
        with database.writing() as session:
            journal.append(session, [event(number, "ab"[number % 2]), event(number, "c")], AT)
    with database.reading() as session:
        found = [entry(data) for data in journal.entries(session, 0, journal.size(session))]
    for stream in "abc":
        mine = [each for each in found if each.stream == stream]
        assert [each.seq for each in mine] == list(range(len(mine)))
        hashes = [leaf_hash(data).hex() for data, each in zip(_raw(database), found, strict=True) if each in mine]
        assert [each.prev for each in mine] == [None, *hashes[:-1]]


def _raw(database: Store) -> list[bytes]:
    with database.reading() as session:
        return journal.entries(session, 0, journal.size(session))


def test_an_entry_commits_to_its_body_and_holds_none_of_it(database: Store) -> None:
    secret = Event("key.added", "keys", "a key", "anna", {"id": 1}, body=b"client 4711 owns ACME", media="text/plain")
    with database.writing() as session:
        journal.append(session, [secret], AT)
    with database.reading() as session:
        row = session.get_one(Journal, 0)
        assert row.body == secret.body
        assert row.salt is not None
        assert len(row.salt) == 32
        assert commitment(row.salt, row.body) == entry(row.entry).payload.commitment
        assert b"4711" not in row.entry


def test_a_transaction_that_fails_leaves_no_trace(database: Store) -> None:
    with database.writing() as session:
        journal.append(session, [event(1)], AT)
    with pytest.raises(ZeroDivisionError), database.writing() as session:
        assert 1 / (len(journal.append(session, [event(2), event(3)], AT)) - 2)
    with database.writing() as session:
        receipts = journal.append(session, [event(4)], AT)
    assert [(r.index, r.seq) for r in receipts] == [(1, 1)]
    assert len(leaves(database)) == 2


def test_many_writers_make_one_sequence(database: Store) -> None:
    def write(number: int) -> list[journal.Receipt]:
        with database.writing() as session:
            return journal.append(session, [event(number, f"s{number % 3}"), event(number, "all")], AT)

    with ThreadPoolExecutor(8) as pool:
        receipts = [receipt for found in pool.map(write, range(60)) for receipt in found]
    assert sorted(receipt.index for receipt in receipts) == list(range(120))
    assert sorted(receipt.seq for receipt in receipts if receipt.stream == "all") == list(range(60))
    with database.reading() as session:
        assert journal.answered(session, 120, root) == root(listed(leaves(database)))


def test_nothing_is_something(database: Store) -> None:
    with database.writing() as session:
        assert journal.append(session, [], AT) == []
    assert leaves(database) == []
