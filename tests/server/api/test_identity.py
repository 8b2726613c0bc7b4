"""Who asks over HTTP with a token of the firm's provider, beside keys of ours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from server.auth.openid import Keys, Provider
from server.running import Service, first_key
from tests.server.api.conftest import Caller, answering
from tests.server.auth.test_openid import Issuer, issuer  # noqa: F401  # a fixture


@pytest.fixture
def with_provider(service: Service, issuer: Issuer) -> Iterator[TestClient[Litestar]]:  # noqa: F811  # the fixture
    known = replace(service, provider=Keys(Provider(issuer.url, "proofolio")))
    with answering(known) as found:
        yield found


def test_a_token_is_as_good_as_a_key(
    service: Service,
    with_provider: TestClient[Litestar],
    issuer: Issuer,  # noqa: F811  # the fixture
) -> None:
    anna = Caller(with_provider, issuer.token(households=["smith"]))
    said = {"id": "openid:anna", "principal": "anna", "roles": ["adviser"], "households": ["smith"]}
    assert anna("GET", "/v1/me").json() == said
    assert anna("GET", "/v1/keys").json()["code"] == "role-not-allowed"
    ada = Caller(with_provider, issuer.token(sub="ada", roles=["admin"], households=["*"]))
    assert ada("POST", "/v1/keys", json={"principal": "eve", "roles": ["trader"]}).status_code == 201
    bad = Caller(with_provider, issuer.token(exp=1))("GET", "/v1/me")
    assert (bad.status_code, bad.json()["code"]) == (401, "credentials-missing")
    assert "expired" in bad.json()["detail"]
    first = Caller(with_provider, first_key(service.settings).read_text().strip())
    assert first("GET", "/v1/me").status_code == 200


def test_a_provider_that_is_down_lets_keys_work_on(
    service: Service,
    with_provider: TestClient[Litestar],
    issuer: Issuer,  # noqa: F811  # the fixture
) -> None:
    issuer.up = False
    down = Caller(with_provider, issuer.token())("GET", "/v1/me")
    assert (down.status_code, down.json()["code"], down.headers["retry-after"]) == (503, "identity-down", "10")
    first = Caller(with_provider, first_key(service.settings).read_text().strip())
    assert first("GET", "/v1/me").status_code == 200
