"""Approvals under pressure: two decisions at once, and who they come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import time

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlmodel import col, select

from server import clock
from server.auth.openid import Keys, Provider
from server.auth.roles import Role
from server.running import Service
from server.store.tables import Journal, Proposal
from tests.server import stocked
from tests.server.api.conftest import Caller, answering
from tests.server.api.test_approvals import CARL, approve, asked, code, payload, ruled
from tests.server.api.test_proposals import stock
from tests.server.auth.test_openid import Issuer, issuer  # noqa: F401  # a fixture
from tests.server.signing import named, registered, signed

Callers = Callable[..., Caller]


def test_of_an_approval_and_a_rejection_at_once_one_is_written(service: Service, caller: Callers) -> None:
    stock(service)
    anna, carl, dora = caller("anna", Role.ADVISER), caller("carl", Role.COMPLIANCE), caller("dora", Role.COMPLIANCE)
    for _ in range(3):
        stocked.filled(service)
        name = asked(anna)["id"]
        tag = {"If-Match": carl("GET", f"/v1/proposals/{name}").headers["etag"]}
        yes = (carl, f"/v1/proposals/{name}/approval", {})
        no = (dora, f"/v1/proposals/{name}/rejection", {"reason": "no"})
        with ThreadPoolExecutor(4) as pool:
            asks = [
                pool.submit(who, "POST", path, once=str(n), json=body, headers=tag)
                for n, (who, path, body) in enumerate((yes, no, yes, no))
            ]
            found = [each.result() for each in asks]
        assert sorted(each.status_code for each in found) == [200, 412, 412, 412], [each.text for each in found]
        with service.store.reading() as session:
            told = session.exec(
                select(Journal.type).where(
                    Journal.stream == name, col(Journal.type).in_(["proposal.approved", "proposal.rejected"])
                )
            ).all()
        assert told == [f"proposal.{next(each.json()['state'] for each in found if each.status_code == 200)}"]


def test_of_two_who_register_one_key_at_once_one_has_it(caller: Callers) -> None:
    people = {name: caller(name, Role.COMPLIANCE) for name in ("carl", "dora")}
    waits = {
        name: who("POST", "/v1/me/keys/challenges", json={"key": named(name, CARL)}).json()
        for name, who in people.items()
    }
    with ThreadPoolExecutor(2) as pool:
        asks = [
            pool.submit(who, "POST", "/v1/me/keys", once=name, json={"envelope": signed(waits[name], CARL)})
            for name, who in people.items()
        ]
        assert sorted(each.result().status_code for each in asks) == [201, 409]


@pytest.fixture
def tokens(service: Service, issuer: Issuer) -> Iterator[TestClient[Litestar]]:  # noqa: F811  # the fixture
    known = replace(service, provider=Keys(Provider(issuer.url, "proofolio")))
    with answering(known) as found:
        yield found


def test_step_up_is_a_fresh_login_for_who_comes_with_a_token(
    service: Service,
    caller: Callers,
    tokens: TestClient[Litestar],
    issuer: Issuer,  # noqa: F811  # the fixture
) -> None:
    stock(service)
    anna = caller("anna", Role.ADVISER)
    ruled(
        caller("rita", Role.COMPLIANCE),
        caller("carl", Role.COMPLIANCE),
        {"level": "four eyes", "step_up_minutes": 5},
    )
    name, now = asked(anna)["id"], int(time())
    rest = {"sub": "dora", "roles": ["compliance"], "households": "*"}
    for stale in (None, now - 400, now + 400, True, "now", -1, 2**70):
        dora = Caller(tokens, issuer.token(**rest, auth_time=stale))
        assert code(approve(dora, name)) == (403, "step-up-needed"), stale
    fresh = Caller(tokens, issuer.token(**rest, auth_time=now - 100))
    assert code(approve(fresh, name)) == (200, "approved")


def test_a_signature_from_an_hour_ago_is_no_step_up(service: Service, caller: Callers) -> None:
    stock(service)
    anna, carl = caller("anna", Role.ADVISER), caller("carl", Role.COMPLIANCE)
    registered(carl, "carl", CARL)
    ruled(caller("rita", Role.COMPLIANCE), carl, {"level": "four eyes", "step_up_minutes": 1})
    name = asked(anna)["id"]
    what = payload(carl, name)
    before = clock.text(datetime.now(UTC) - timedelta(hours=1))
    old = {**what, "payload": {**what["payload"], "time": before}}
    assert code(approve(carl, name, envelope=signed(old, CARL))) == (403, "step-up-needed")
    assert code(approve(carl, name, envelope=signed(what, CARL))) == (200, "approved")


def test_what_has_expired_is_not_approved_by_what_was_signed_before(service: Service, caller: Callers) -> None:
    stock(service)
    anna, carl = caller("anna", Role.ADVISER), caller("carl", Role.COMPLIANCE)
    registered(carl, "carl", CARL)
    name = asked(anna, expires="2099-01-01T00:00:00Z")["id"]
    envelope = signed(payload(carl, name), CARL)
    with service.store.writing() as session:
        row = session.get_one(Proposal, name)
        row.expires = row.made
        session.add(row)
    assert code(approve(carl, name, envelope=envelope)) == (409, "state-conflict")
    with service.store.writing() as session:
        row.expires = "2098-01-01T00:00:00.000000Z"
        session.merge(row)
    assert code(approve(carl, name, envelope=envelope)) == (422, "invalid"), "another end than what was signed"
