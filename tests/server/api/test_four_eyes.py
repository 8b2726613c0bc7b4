"""Whoever asked is nobody's second pair of eyes: not with another key, not after somebody else revised what they asked
for. And nobody leans on evidence that is not theirs to see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from policy.canonical import digest
from server.auth.roles import Role
from server.running import Service
from server.store.tables import Proposal
from tests.server import stocked
from tests.server.api.conftest import Caller
from tests.server.api.test_overrides import FIRST, WHY, code, proposed
from tests.server.api.test_parts import SHARED, household, together
from tests.server.api.texts import PUBLIC, book

Makes = Callable[..., Caller]
WAIT = {"Prefer": "wait=60"}
BOTH = (Role.ADVISER, Role.COMPLIANCE)


@pytest.fixture
def anna(service: Service, caller: Makes) -> Caller:
    stocked.ruled(service, {"open.mandate": PUBLIC.format(share=50)})
    stocked.sealed(service, book())
    return caller("anna", *BOTH)


def revised(by: Caller, path: str, amount: str) -> tuple[str, dict[str, str]]:
    made = by("POST", f"{path}/revisions", json={"intent": {"raise_cash": {"trust": amount}}}, headers=WAIT)
    assert made.json()["state"] == "proposed", made.text
    return f"/v1/proposals/{made.json()['id']}", {"If-Match": made.headers["etag"]}


def test_who_asked_first_does_not_approve_what_a_colleague_made_of_it(
    service: Service, anna: Caller, caller: Makes
) -> None:
    ben, carl = caller("ben", *BOTH), caller("carl", Role.COMPLIANCE)
    first, _ = proposed(anna, service, consent=False)
    second, _ = revised(ben, first, "4100")
    third, match = revised(caller("dora", Role.ADVISER), second, "4200")
    for who in (anna, ben, caller("anna", Role.COMPLIANCE)):
        assert code(who("POST", f"{third}/approval", json={}, headers=match)) == "self-approval"
        assert code(who("GET", f"{third}/approval-payload")) == "self-approval"
    assert carl("POST", f"{third}/approval", json={}, headers=match).status_code == 200


def test_who_asked_first_does_not_grant_an_override_of_what_a_colleague_made_of_it(
    service: Service, anna: Caller, caller: Makes
) -> None:
    ben, carl = caller("ben", *BOTH), caller("carl", Role.COMPLIANCE)
    first, _ = proposed(anna, service, consent=True)
    second, match = revised(ben, first, "4100")
    consenting(service, second)
    made = ben("POST", f"{second}/overrides", json=WHY).json()
    grant = f"/v1/overrides/{made['id']}/grant"
    for who in (anna, ben, caller("anna", Role.COMPLIANCE)):
        assert code(who("POST", grant, json={}, headers=FIRST)) == "self-approval"
    assert carl("POST", grant, json={}, headers=FIRST).status_code == 200
    assert carl("POST", f"{second}/approval", json={}, headers=match).status_code == 200


def consenting(service: Service, path: str) -> None:
    """It is put down that its orders need consent."""
    with service.store.writing() as session:
        row = session.get_one(Proposal, path.rpartition("/")[2])
        row.measures = str(row.measures).replace('"consent":false', '"consent":true')
        session.add(row)


def test_evidence_of_an_approval_is_for_who_sees_it_and_nobody_leans_on_others(service: Service, caller: Makes) -> None:
    stocked.ruled(service, {"rules.mandate": stocked.RULES})
    stocked.sealed(service, {**SHARED, **together(household("jones"), household("smith"))})

    def of(name: str, *roles: Role, home: str) -> Caller:
        return caller(name, *roles, households=[home])

    anna, carl, eve = (
        of("anna", Role.ADVISER, home="jones"),
        *(of(name, Role.COMPLIANCE, home=home) for name, home in (("carl", "jones"), ("eve", "smith"))),
    )
    mine, theirs = b"Jones said yes", b"Smith said yes"
    for who, content in ((carl, mine), (eve, theirs)):
        assert who("POST", "/v1/evidence", content=content).status_code == 201
    made = anna("POST", "/v1/proposals", json={}, headers=WAIT)
    match = {"If-Match": made.headers["etag"]}
    path = f"/v1/proposals/{made.json()['id']}/approval"
    body: dict[str, Any] = {"evidence": digest(theirs)}
    refused = carl("POST", path, json=body, headers=match)
    assert (code(refused), refused.json()["detail"]) == ("invalid", "there is no such evidence")
    assert anna("GET", f"/v1/evidence/{digest(mine)}").status_code == 404
    assert carl("POST", path, json={"evidence": digest(mine)}, headers=match).status_code == 200
    assert anna("GET", f"/v1/evidence/{digest(mine)}").content == mine
    assert eve("GET", f"/v1/evidence/{digest(mine)}").status_code == 404


def test_whoever_sees_some_households_seals_no_snapshot(service: Service, caller: Makes) -> None:
    olga = caller("olga", Role.OPERATIONS, households=["jones"])
    refused = olga("POST", "/v1/snapshots", json={**SHARED, **together(household("jones"))})
    assert code(refused) == "role-not-allowed"
