"""People who sign: keys, envelopes, and what a service knows of them."""

from __future__ import annotations

from typing import Any

from policy.canonical import decode, encode
from policy.proof.envelope import sealed
from policy.proof.keys import public_of
from policy.proof.note import ED25519, Verifier
from tests.server.api.conftest import Caller


def named(person: str, seed: bytes) -> str:
    """The public key as people exchange it."""
    return Verifier(person, ED25519, public_of(seed)).text


def signed(what: dict[str, Any], seed: bytes, by: str = "") -> dict[str, Any]:
    """The envelope over what a route gave to sign."""
    found = decode(sealed(what["payloadType"], encode(what["payload"]), by, seed))
    assert isinstance(found, dict)
    return dict(found)


def registered(who: Caller, person: str, seed: bytes) -> str:
    """The id of the key, once its possession was shown."""
    asked = who("POST", "/v1/me/keys/challenges", json={"key": named(person, seed)})
    assert asked.status_code == 201, asked.text
    made = who("POST", "/v1/me/keys", json={"envelope": signed(asked.json(), seed)})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])
