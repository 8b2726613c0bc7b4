"""The log over HTTP: what a stranger fetches is enough to check it, and no more than is his to see."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from itertools import pairwise

import pytest

from policy.proof.entry import entry
from policy.proof.merkle import consistent, leaf_hash, listed, root
from policy.proof.note import Checkpoint, checkpoint, parse, verified
from policy.proof.tlog_proof import growth, proof, proves
from policy.proof.trust import trust
from server.auth.roles import Role
from server.log import journal, tiles
from server.log.events import Event
from server.running import Service
from tests.server.api.conftest import Caller

AT = "2026-11-22T14:00:00.000000Z"
Callers = Callable[..., Caller]


def grow(service: Service, count: int, **more: str) -> list[journal.Receipt]:
    events = [Event("key.added", f"s{n % 7}", f"key {n}", "anna", {"number": n}, **more) for n in range(count)]
    with service.store.writing() as session:
        return journal.append(session, events, AT)


def state(service: Service, who: Caller) -> Checkpoint:
    found = who("GET", "/v1/log/checkpoint")
    assert found.headers["content-type"] == "text/plain; charset=utf-8"
    note = parse(found.content)
    verified(note, [service.signer.verifier])
    return checkpoint(note.text)


def bundled(data: bytes) -> list[bytes]:
    found = []
    while data:
        size = int.from_bytes(data[:2])
        found.append(data[2 : 2 + size])
        data = data[2 + size :]
    return found


def test_tiles_and_bundles_make_the_signed_root(service: Service, nobody: Caller, caller: Callers) -> None:
    regulator = caller("rita", Role.REGULATOR)
    grow(service, 600)
    signed = state(service, nobody)
    assert signed.size > 600
    hashes, entries = [], []
    for at in range(0, signed.size, 256):
        width = min(256, signed.size - at)
        place = tiles.encoded(at // 256) + (f".p/{width}" if width < 256 else "")
        got = nobody("GET", f"/v1/log/tile/0/{place}")
        assert got.headers["content-type"] == "application/octet-stream"
        assert "immutable" in got.headers["cache-control"]
        hashes += [got.content[n : n + 32] for n in range(0, len(got.content), 32)]
        entries += bundled(regulator("GET", f"/v1/log/tile/entries/{place}").content)
    assert root(listed(hashes)) == signed.root
    assert [leaf_hash(data) for data in entries] == hashes
    above = nobody("GET", "/v1/log/tile/1/000.p/2").content
    assert above == b"".join(root(listed(hashes[at : at + 256])) for at in (0, 256))


@pytest.mark.parametrize(
    "path",
    [
        *("0/0", "00/000", "0/x000/000", "0/000.p/0", "0/000.p/256", "0/000.p/04", "64/000", "0/000.p/99", "0/001"),
        *("-1/000", "0/x999/x999/x999/x999/x999/x999/999", "0/٠٠٠", "0/000/", "2/000.p/1", "0/000%0a.p/2", "a/000"),
    ],
)
def test_what_is_no_tile_of_a_signed_state_is_not_there(service: Service, nobody: Caller, path: str) -> None:
    state(service, nobody)
    found = nobody("GET", f"/v1/log/tile/{path}")
    assert (found.status_code, found.json()["code"]) == (404, "not-found")


def test_a_tile_is_there_when_its_state_was_signed(service: Service, nobody: Caller) -> None:
    size = state(service, nobody).size
    grow(service, 1)
    assert nobody("GET", f"/v1/log/tile/0/000.p/{size}").status_code == 200
    assert nobody("GET", f"/v1/log/tile/0/000.p/{size + 1}").status_code == 404
    state(service, nobody)
    assert nobody("GET", f"/v1/log/tile/0/000.p/{size + 1}").status_code == 200
    assert nobody("GET", f"/v1/log/tile/0/000.p/{size}").status_code == 200


def test_every_entry_has_a_proof_that_holds(service: Service, nobody: Caller, caller: Callers) -> None:
    trader = caller("tom", Role.TRADER)
    for receipt in grow(service, 9):
        data = trader("GET", f"/v1/log/entries/{receipt.leaf}").content
        assert (entry(data).stream, entry(data).seq) == (receipt.stream, receipt.seq)
        found = proof(nobody("GET", f"/v1/log/entries/{receipt.leaf}/proof").content)
        verified(found.note, [service.signer.verifier])
        assert found.index == receipt.index
        assert proves(found, leaf_hash(data))
        assert not proves(found, leaf_hash(data + b" "))


def test_it_is_proven_to_have_only_grown(service: Service, nobody: Caller) -> None:
    seen = [state(service, nobody)]
    for count in (1, 5, 64):
        grow(service, count)
        seen.append(state(service, nobody))
    for old, new in [*pairwise(seen), (seen[0], seen[-1]), (seen[1], seen[1])]:
        got = nobody("GET", f"/v1/log/proofs/consistency?from={old.size}&to={new.size}").content
        begin, hashes, note = growth(got)
        assert checkpoint(note.text) == new
        verified(note, [service.signer.verifier])
        assert consistent(begin, new.size, old.root, new.root, hashes)
    newest = growth(nobody("GET", "/v1/log/proofs/consistency?from=0").content)
    assert newest[:2] == (0, ())
    assert checkpoint(newest[2].text) == seen[-1]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        *(("from=99999", 400), ("from=-1", 400), ("", 400), ("from=x", 400), ("from=1&to=99999", 404)),
        *(("from=1&to=99999999999999999999999", 400), ("from=99999999999999999999999", 400)),
    ],
)
def test_a_proof_that_cannot_be_says_why(nobody: Caller, asked: str, status: int) -> None:
    found = nobody("GET", f"/v1/log/proofs/consistency?{asked}")
    assert found.status_code == status, found.text
    assert found.json()["detail"]


def test_the_card_is_that_of_the_key(service: Service, nobody: Caller) -> None:
    card = trust(nobody("GET", "/v1/log/trust-card").content)
    signed = state(service, nobody)
    assert (card.logs, card.seen) == ((service.signer.verifier,), (signed.size, signed.root))


def test_entries_are_for_those_who_see_their_events(service: Service, nobody: Caller, caller: Callers) -> None:
    (of_house,) = grow(service, 1, household="hh_smith")
    (of_role,) = grow(service, 1, role=Role.CONTROL_ROOM.value)
    smith, jones = (caller(name, Role.ADVISER, households=[f"hh_{name}"]) for name in ("smith", "jones"))
    room = caller("carl", Role.CONTROL_ROOM)
    for who, receipt, status in (
        (smith, of_house, 200),
        (jones, of_house, 404),
        (room, of_house, 200),
        (room, of_role, 200),
        (smith, of_role, 404),
        (caller("rita", Role.REGULATOR), of_role, 404),
        (nobody, of_house, 401),
    ):
        assert who("GET", f"/v1/log/entries/{receipt.leaf}").status_code == status
    for strange in (sha256(b"").hexdigest(), of_house.leaf.upper(), "0", "x" * 64):
        assert smith("GET", f"/v1/log/entries/{strange}").status_code == 404
        assert nobody("GET", f"/v1/log/entries/{strange}/proof").status_code == 404


def test_bundles_are_for_who_examines_the_whole_log(service: Service, nobody: Caller, caller: Callers) -> None:
    state(service, nobody)
    path = "/v1/log/tile/entries/000.p/1"
    assert caller("rita", Role.REGULATOR)("GET", path).status_code == 200
    assert caller("rolf", Role.REGULATOR, households=["hh_smith"])("GET", path).status_code == 403
    for role in set(Role) - {Role.REGULATOR}:
        assert caller(role.value, role)("GET", path).status_code == 403
    assert nobody("GET", path).status_code == 401


def test_a_log_that_must_not_be_signed_says_so(service: Service, nobody: Caller) -> None:
    state(service, nobody)
    (service.signer.folder / "last-signed").write_text("nonsense")
    for path in ("checkpoint", "trust-card", f"entries/{'0' * 64}/proof", "proofs/consistency?from=1"):
        found = nobody("GET", f"/v1/log/{path}")
        assert (found.status_code, found.json()["code"]) == (503, "signer-down")
        assert found.headers["retry-after"]
