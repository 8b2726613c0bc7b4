"""Tokens of an identity provider, which is a real one on a real socket: good ones, and every bad one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server.auth import openid
from server.auth.openid import WELL_KNOWN, Keys, Provider, ProviderError, TokenError, principal
from server.auth.roles import Role

RSA, OTHER = (rsa.generate_private_key(65537, 2048) for _ in range(2))
EC = ec.generate_private_key(ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.generate()

FAR = 4_070_908_800  # Unix time, in 2099


def jwk(kind: str, key: Any, kid: str, **more: str) -> dict[str, Any]:
    found: dict[str, Any] = jwt.get_algorithm_by_name(kind).to_jwk(key.public_key(), as_dict=True)
    return {**found, "kid": kid, **more}


@dataclass
class Issuer:
    """What it serves, and how often it was asked."""

    url: str = ""
    keys: list[dict[str, Any]] = field(default_factory=list)
    name: str | None = None
    up: bool = True
    asked: int = 0

    def token(self, key: Any = RSA, kid: str | None = "rsa", kind: str = "RS256", **claims: Any) -> str:
        now = int(time())
        said = {"iss": self.url, "aud": "proofolio", "sub": "anna", "iat": now, "exp": now + 60, "roles": ["adviser"]}
        said = {name: value for name, value in (said | claims).items() if value is not None}
        return jwt.encode(said, key, algorithm=kind, headers={} if kid is None else {"kid": kid})


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    found = Issuer(keys=[jwk("RS256", RSA, "rsa"), jwk("ES256", EC, "ec"), jwk("EdDSA", ED, "ed")])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked += self.path == "/keys"
            said: dict[str, object] = {"keys": found.keys}
            if self.path == WELL_KNOWN:
                said = {"issuer": found.name or found.url, "jwks_uri": f"{found.url}/keys"}
            self.send_response(200 if found.up else 503)
            self.end_headers()
            self.wfile.write(json.dumps(said).encode())

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield found
        server.shutdown()
        thread.join()


@pytest.fixture
def keys(issuer: Issuer) -> Keys:
    return Keys(Provider(issuer.url, "proofolio"))


@pytest.mark.parametrize(("key", "kid", "kind"), [(RSA, "rsa", "RS256"), (EC, "ec", "ES256"), (ED, "ed", "EdDSA")])
def test_a_good_token_says_who_one_is(issuer: Issuer, keys: Keys, key: Any, kid: str, kind: str) -> None:
    claims = {"roles": ["adviser", "finance"], "households": ["smith", "lee"]}
    found = principal(keys, issuer.token(key, kid, kind, **claims))
    assert (found.credential, found.name, found.roles) == ("openid:anna", "anna", {Role.ADVISER})
    assert found.households == {"smith", "lee"}


@pytest.mark.parametrize(
    ("claim", "seen"),
    [(None, frozenset()), ("*", None), (["*", "lee"], None), ("smith lee", {"smith", "lee"}), (7, frozenset())],
)
def test_households_are_none_unless_they_are_said(issuer: Issuer, keys: Keys, claim: object, seen: object) -> None:
    assert principal(keys, issuer.token(households=claim)).households == seen


@pytest.mark.parametrize("roles", [None, 7, [], ["king"], {"adviser": True}, [["adviser"]]])
def test_a_role_that_is_none_of_ours_gives_nothing(issuer: Issuer, keys: Keys, roles: object) -> None:
    assert principal(keys, issuer.token(roles=roles)).roles == frozenset()


def test_a_role_with_a_space_stands_in_a_list(issuer: Issuer, keys: Keys) -> None:
    assert principal(keys, issuer.token(roles=["control room"])).roles == {Role.CONTROL_ROOM}


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": 1}, {"exp": None}, {"iat": None}, {"iat": FAR}, {"nbf": FAR},
        {"iss": "https://else.example"}, {"iss": None}, {"aud": "another"}, {"aud": None}, {"aud": []},
        {"sub": None}, {"sub": ""}, {"sub": "a\nb"}, {"sub": "x" * 256}, {"sub": 7},
    ],
)  # fmt: skip
def test_a_claim_that_is_wrong_or_missing_is_refused(issuer: Issuer, keys: Keys, claims: dict[str, object]) -> None:
    with pytest.raises(TokenError):
        principal(keys, issuer.token(**claims))


def test_a_signature_that_is_not_the_providers_is_refused(issuer: Issuer, keys: Keys) -> None:
    good = issuer.token()
    head, body, signature = good.split(".")
    public = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    forged = [
        issuer.token(OTHER),
        issuer.token(None, "rsa", "none"),
        issuer.token(EC, "rsa", "ES256"),
        issuer.token(kid=None),
        issuer.token(kid="unknown"),
        f"{head}.{body}.",
        f"{head}.{body[:-2]}AA.{signature}",
        good + "A",
        "",
        "a.b.c",
        "pk",
    ]
    with pytest.raises(jwt.InvalidKeyError):
        issuer.token(public, "rsa", "HS256")  # the library will not even make the classic confusion
    for token in forged:
        with pytest.raises(TokenError):
            principal(keys, token)


def test_a_shared_secret_among_the_keys_is_left_out(issuer: Issuer, keys: Keys) -> None:
    issuer.keys = [{"kty": "oct", "kid": "rsa", "k": "c2VjcmV0"}, {"kty": "RSA", "kid": "half"}, {"kid": "none"}]
    with pytest.raises(TokenError, match="no key of that name"):
        principal(keys, issuer.token(b"secret" * 8, "rsa", "HS256"))


def test_new_keys_are_fetched_when_a_token_names_one_and_not_more_often(
    issuer: Issuer, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1_000.0
    monkeypatch.setattr(openid, "monotonic", lambda: now)
    for _ in range(5):
        principal(keys, issuer.token())
    assert issuer.asked == 1
    issuer.keys.append(jwk("RS256", OTHER, "new"))
    for _ in range(5):  # somebody tries names
        with pytest.raises(TokenError):
            principal(keys, issuer.token(OTHER, "new"))
    assert issuer.asked == 1
    now += openid.BETWEEN + 1
    assert principal(keys, issuer.token(OTHER, "new")).name == "anna"
    assert issuer.asked == 2
    issuer.keys.pop(0)  # retired
    now += openid.FRESH + 1
    with pytest.raises(TokenError):
        principal(keys, issuer.token())


def test_a_provider_that_is_down_lets_nobody_in_and_is_said(
    issuer: Issuer, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1_000.0
    monkeypatch.setattr(openid, "monotonic", lambda: now)
    issuer.up = False
    for _ in range(3):
        with pytest.raises(ProviderError):
            principal(keys, issuer.token())
    issuer.up = True
    now += openid.BETWEEN + 1
    principal(keys, issuer.token())
    issuer.up = False
    principal(keys, issuer.token())  # its keys are still fresh
    now += openid.FRESH + 1
    with pytest.raises(ProviderError):
        principal(keys, issuer.token())


def test_a_provider_of_another_name_is_refused(issuer: Issuer, keys: Keys) -> None:
    issuer.name = "https://else.example"
    with pytest.raises(ProviderError, match=r"else\.example"):
        principal(keys, issuer.token())
