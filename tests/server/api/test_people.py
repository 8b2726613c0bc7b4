"""People's own keys: registered by who holds them, once, and never a weak one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from policy.proof.note import ED25519
from server.auth.roles import Role
from server.running import Service
from server.store.tables import Challenge
from tests.server.api.conftest import Caller
from tests.server.signing import named, registered, signed

Callers = Callable[..., Caller]
SEED, OTHER = bytes([1] * 32), bytes([2] * 32)


def refusal(who: Caller, path: str, **body: Any) -> tuple[int, str]:
    found = who("POST", f"/v1/me/keys{path}", json=body)
    return found.status_code, found.json().get("code", "")


def challenge(who: Caller, person: str, seed: bytes) -> dict[str, Any]:
    found = who("POST", "/v1/me/keys/challenges", json={"key": named(person, seed)})
    assert found.status_code == 201, found.text
    return dict(found.json())


def weak(raw: str, name: str = "carl") -> str:
    """The text of a key that no library would make."""
    from base64 import b64encode
    from hashlib import sha256

    key = bytes.fromhex(raw)
    identity = sha256(name.encode() + b"\n" + bytes([ED25519]) + key).digest()[:4].hex()
    return f"{name}+{identity}+{b64encode(bytes([ED25519]) + key).decode()}"


@pytest.mark.parametrize(
    "raw",
    [
        "01" + "00" * 31,  # the identity
        "00" * 32,  # order 4
        "ec" + "ff" * 30 + "7f",  # order 2
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",  # order 8
        "ee" + "ff" * 30 + "7f",  # the identity in another encoding
        "01" + "00" * 30 + "80",
        "02" + "00" * 31,  # no point
    ],
)
def test_a_key_that_many_signatures_fit_is_refused(caller: Callers, raw: str) -> None:
    assert refusal(caller("carl", Role.ADVISER), "/challenges", key=weak(raw)) == (422, "invalid")


def test_one_key_is_one_person_s_for_ever(caller: Callers, admin: Caller) -> None:
    carl, dora = caller("carl", Role.ADVISER), caller("dora", Role.COMPLIANCE)
    waits = challenge(dora, "dora", SEED)
    name = registered(carl, "carl", SEED)
    assert refusal(dora, "/challenges", key=named("dora", SEED)) == (409, "same-key-twice")
    assert refusal(dora, "", envelope=signed(waits, SEED)) == (409, "same-key-twice")
    assert dora("DELETE", f"/v1/people/keys/{name}").status_code == 404
    ended = admin("DELETE", f"/v1/people/keys/{name}").json()
    assert ended["ended"] is not None
    assert carl("DELETE", f"/v1/people/keys/{name}").json() == {**ended, "log": None}
    assert refusal(carl, "/challenges", key=named("carl", SEED)) == (409, "same-key-twice")
    assert [key["person"] for key in dora("GET", "/v1/people/keys").json()["data"]] == ["carl"]


def test_the_log_s_own_key_is_nobody_s(service: Service, caller: Callers) -> None:
    seed = service.signer.keys.signs.seed
    assert refusal(caller("carl", Role.ADVISER), "/challenges", key=named("carl", seed)) == (409, "same-key-twice")


def test_a_challenge_is_good_once_for_one_person_one_key_and_ten_minutes(service: Service, caller: Callers) -> None:
    carl, dora = caller("carl", Role.ADVISER), caller("dora", Role.COMPLIANCE)
    assert refusal(carl, "/challenges", key=named("dora", SEED)) == (422, "invalid")
    waits = challenge(carl, "carl", SEED)
    envelope = signed(waits, SEED)
    assert refusal(dora, "", envelope=envelope) == (409, "challenge-used")
    assert refusal(carl, "", envelope=signed(waits, OTHER)) == (422, "invalid")
    for change in ({"origin": "elsewhere/log"}, {"person": "dora"}, {"expires": "2099-01-01T00:00:00.000000Z"}):
        lie = {**waits, "payload": {**waits["payload"], **change}}
        assert refusal(carl, "", envelope=signed(lie, SEED)) == (422, "invalid"), change
    unknown = {**waits, "payload": {**waits["payload"], "challenge": "0" * 64}}
    assert refusal(carl, "", envelope=signed(unknown, SEED)) == (409, "challenge-used")
    other = {**waits, "payloadType": "application/vnd.proofolio.approval.v1+json"}
    assert refusal(carl, "", envelope=signed(other, SEED)) == (422, "invalid")
    assert carl("POST", "/v1/me/keys", json={"envelope": envelope}).status_code == 201
    assert refusal(carl, "", envelope=envelope) == (409, "challenge-used")
    late = challenge(carl, "carl", OTHER)
    with service.store.writing() as session:
        row = session.get_one(Challenge, late["payload"]["challenge"])
        row.expires = "2020-01-01T00:00:00.000000Z"
        session.add(row)
    assert refusal(carl, "", envelope=signed(late, OTHER)) == (409, "challenge-used")


def test_a_person_whose_name_cannot_name_a_key_is_told_so(caller: Callers) -> None:
    spaced = caller("carl the second", Role.ADVISER)
    assert refusal(spaced, "/challenges", key=named("carl", SEED)) == (422, "invalid")
    assert refusal(spaced, "/challenges", key=named("carl the second", SEED)) == (422, "invalid")
