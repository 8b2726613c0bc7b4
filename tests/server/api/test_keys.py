"""Keys: the first one makes one other and dies; the others are good until they expire or are ended."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlmodel import select

from server.auth.roles import Role
from server.log import journal
from server.running import Service, first_key, opened
from server.store.tables import Credential, Reply
from tests.server.api.conftest import Caller

ADA = {"principal": "ada", "roles": ["admin"]}


def test_the_first_key_makes_one_other_and_is_dead(service: Service, first: Caller) -> None:
    path = first_key(service.settings)
    assert path.stat().st_mode & 0o777 == 0o600
    assert first("POST", "/v1/keys", json={"principal": "ada", "roles": ["king"]}).status_code == 422
    made = first("POST", "/v1/keys", json=ADA)
    assert made.status_code == 201
    assert not path.exists()
    assert first("GET", "/v1/me").status_code == 401
    assert first("POST", "/v1/keys", json=ADA).status_code == 401
    ada = Caller(first.client, made.json()["key"])
    assert ada("GET", "/v1/me").json()["principal"] == "ada"
    again = opened(service.settings)
    assert not path.exists()
    again.store.engine.dispose()


def test_the_first_key_makes_one_other_however_many_ask_at_once(service: Service, first: Caller) -> None:
    barrier = Barrier(6)

    def make(_: int) -> int:
        barrier.wait()
        return first("POST", "/v1/keys", json=ADA).status_code

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(make, range(6))) == [201, *[401] * 5]
    with service.store.reading() as session:
        assert len(session.exec(select(Credential)).all()) == 2


def test_a_key_is_rotated_by_who_holds_it(admin: Caller, caller: Callable[..., Caller]) -> None:
    anna, bert = caller("anna", Role.ADVISER), caller("bert", Role.ADVISER)
    mine, other = (each("GET", "/v1/me").json()["id"] for each in (anna, bert))
    path = f"/v1/keys/{mine}/rotation"
    assert bert("POST", path, json={}).status_code == 404
    assert anna("POST", path, json={"days": 9}).json()["errors"][0]["pointer"] == "/days"
    assert anna("POST", path, json={"overlap_minutes": 99_999}).status_code == 422
    made = anna("POST", path, once="r", json={})
    assert (made.status_code, made.json()["principal"], made.json()["roles"]) == (201, "anna", ["adviser"])
    assert anna("POST", path, once="r", json={}).json()["key"] is None
    rows = {row["id"]: row for row in admin("GET", "/v1/keys").json()["data"]}
    assert rows[mine]["rotated"] == made.json()["id"]
    assert rows[mine]["expires"] < rows[other]["expires"]
    assert anna("POST", path, json={}).status_code == 409
    again = Caller(anna.client, made.json()["key"])
    assert {each("GET", "/v1/me").json()["principal"] for each in (anna, again)} == {"anna"}
    assert admin("DELETE", f"/v1/keys/{mine}").status_code == 200
    assert (anna("GET", "/v1/me").status_code, again("GET", "/v1/me").status_code) == (401, 200)
    assert admin("GET", "/v1/events?type=key.rotated").json()["events"][0]["data"]["by"] == made.json()["id"]


def test_an_administrator_rotates_without_overlap(first: Caller, admin: Caller, caller: Callable[..., Caller]) -> None:
    anna = caller("anna", Role.ADVISER)
    mine = anna("GET", "/v1/me").json()["id"]
    made = admin("POST", f"/v1/keys/{mine}/rotation", json={"overlap_minutes": 0, "days": 300})
    assert made.status_code == 201
    assert anna("GET", "/v1/me").status_code == 401
    (first_id,) = (row["id"] for row in admin("GET", "/v1/keys").json()["data"] if row["principal"].startswith("first"))
    assert admin("POST", f"/v1/keys/{first_id}/rotation", json={}).status_code == 409


def test_of_two_who_revoke_each_other_one_is_revoked(admin: Caller, caller: Callable[..., Caller]) -> None:
    """And neither waits for ever, or is told of a fault."""
    for number in range(8):
        people = [caller(f"{name}{number}", Role.ADMIN) for name in "ab"]
        keys = [each("GET", "/v1/me").json()["id"] for each in people]
        barrier = Barrier(2)

        def end(at: int, barrier: Barrier = barrier, people: list[Caller] = people, keys: list[str] = keys) -> int:
            barrier.wait()
            return people[at]("DELETE", f"/v1/keys/{keys[1 - at]}").status_code

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(end, range(2))) == [200, 401]


def test_a_key_may_revoke_itself(admin: Caller) -> None:
    mine = admin("GET", "/v1/me").json()["id"]
    assert admin("DELETE", f"/v1/keys/{mine}").status_code == 200
    assert admin("DELETE", f"/v1/keys/{mine}").status_code == 401


def test_a_key_is_shown_once_and_kept_nowhere(service: Service, first: Caller) -> None:
    made = first("POST", "/v1/keys", once="k", json=ADA)
    ada = Caller(first.client, made.json()["key"])
    key = ada("POST", "/v1/keys", once='"a"', json={"principal": "eve", "roles": ["trader"]}).json()
    again = ada("POST", "/v1/keys", once='"a"', json={"principal": "eve", "roles": ["trader"]})
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    assert again.json() == {**key, "key": None}
    with service.store.reading() as session:
        rows = [*session.exec(select(Credential)), *session.exec(select(Reply))]
        assert len([row for row in rows if isinstance(row, Credential)]) == 3
        everything = "".join(map(repr, rows)) + repr(journal.entries(session, 0, 99))
    assert key["key"] not in everything
    assert key["key"].encode().hex() not in everything


def test_a_key_that_was_ended_or_has_expired_is_dead(
    service: Service, admin: Caller, caller: Callable[..., Caller]
) -> None:
    eve = caller("eve", Role.TRADER)
    name = eve("GET", "/v1/me").json()["id"]
    ended = admin("DELETE", f"/v1/keys/{name}")
    assert ended.json()["ended"] is not None
    assert ended.json()["log"]["stream"] == "keys"
    assert eve("GET", "/v1/me").json()["code"] == "credentials-missing"
    assert admin("DELETE", f"/v1/keys/{name}").json()["log"] is None
    assert admin("DELETE", "/v1/keys/key_nix").json()["code"] == "not-found"
    old = caller("old", Role.TRADER)
    with service.store.writing() as session:
        row = session.get_one(Credential, old("GET", "/v1/me").json()["id"])
        row.expires = "2026-01-01T00:00:00.000000Z"
        session.add(row)
    assert old("GET", "/v1/me").json()["code"] == "credentials-expired"


def test_what_is_not_allowed_is_refused(nobody: Caller, caller: Callable[..., Caller]) -> None:
    assert nobody("GET", "/v1/me").headers["www-authenticate"] == "Bearer"
    assert Caller(nobody.client, "pk_live_" + "0" * 64)("GET", "/v1/me").status_code == 401
    eve = caller("eve", Role.TRADER, Role.COMPLIANCE)
    refused = eve("GET", "/v1/keys")
    assert (refused.status_code, refused.json()["code"]) == (403, "role-not-allowed")
    assert "eve is compliance, trader" in refused.json()["detail"]


def test_who_sees_some_households_makes_no_key_for_more(admin: Caller, caller: Callable[..., Caller]) -> None:
    otto = caller("otto", Role.ADMIN, households=["hh_1", "hh_2"])
    eve = {"principal": "eve", "roles": ["adviser"]}
    for households in (None, ["hh_3"], ["hh_1", "hh_3"]):
        refused = otto("POST", "/v1/keys", json={**eve, "households": households})
        assert [each["pointer"] for each in refused.json()["errors"]] == ["/households"]
    made = otto("POST", "/v1/keys", json={**eve, "households": ["hh_1"]}).json()
    whole = admin("POST", "/v1/keys", json=eve).json()
    assert {each["principal"] for each in otto("GET", "/v1/keys").json()["data"]} == {"otto", "eve"}
    assert otto("DELETE", f"/v1/keys/{whole['id']}").status_code == 404
    assert otto("DELETE", f"/v1/keys/{made['id']}").status_code == 200
