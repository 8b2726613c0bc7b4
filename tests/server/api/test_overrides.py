"""Overrides: orders that need consent are approved once somebody of compliance granted it, and only these."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from server.auth.roles import Role
from server.running import Service
from server.store.tables import Proposal
from tests.server import stocked
from tests.server.api.conftest import Caller
from tests.server.api.texts import PUBLIC, book
from tests.server.signing import registered, signed

Makes = Callable[..., Caller]
FIRST = {"If-Match": '"r1"'}
SEED = bytes([6] * 32)
WHY = {"reason": "the board agreed on Monday"}


@pytest.fixture
def anna(service: Service, caller: Makes) -> Caller:
    stocked.ruled(service, {"open.mandate": PUBLIC.format(share=50)})
    stocked.sealed(service, book())
    return caller("anna", Role.ADVISER)


def proposed(anna: Caller, service: Service, *, consent: bool) -> tuple[str, dict[str, str]]:
    """Orders of which it is put down that they need consent."""
    body = {"intent": {"raise_cash": {"trust": "4000"}}}
    made = anna("POST", "/v1/proposals", json=body, headers={"Prefer": "wait=60"})
    assert made.json()["state"] == "proposed", made.text
    if consent:
        with service.store.writing() as session:
            row = session.get_one(Proposal, made.json()["id"])
            row.measures = str(row.measures).replace('"consent":false', '"consent":true')
            session.add(row)
    return f"/v1/proposals/{made.json()['id']}", {"If-Match": made.headers["etag"]}


def code(found: Any) -> object:
    return found.json().get("code", found.status_code)


def test_what_needs_consent_is_approved_by_an_override_only(service: Service, anna: Caller, caller: Makes) -> None:
    berta, carl = caller("berta", Role.COMPLIANCE), caller("carl", Role.COMPLIANCE)
    path, match = proposed(anna, service, consent=True)
    assert code(berta("POST", f"{path}/approval", json={}, headers=match)) == "override-needed"
    made = berta("POST", f"{path}/overrides", json=WHY)
    assert (made.status_code, made.json()["state"]) == (201, "asked")
    grant = f"/v1/overrides/{made.json()['id']}/grant"
    assert code(berta("POST", grant, json={}, headers=FIRST)) == "self-approval"
    assert code(anna("POST", grant, json={}, headers=FIRST)) == "role-not-allowed"
    assert code(berta("POST", f"{path}/approval", json={}, headers=match)) == "override-needed"
    registered(carl, "carl", SEED)
    what = carl("GET", f"{grant}-payload").json()
    other = {**what, "payload": {**what["payload"], "of": "ovr_other"}}
    assert code(berta("GET", f"{grant}-payload")) == "self-approval"
    assert code(carl("POST", grant, json={"envelope": signed(other, SEED)}, headers=FIRST)) == "invalid"
    done = carl("POST", grant, json={"envelope": signed(what, SEED)}, headers=FIRST).json()
    assert (done["state"], done["kind"]) == ("granted", "person-key")
    assert berta("POST", f"{path}/approval", json={}, headers=match).status_code == 200
    (kept,) = anna("GET", f"{path}/overrides").json()["data"]
    assert (kept["granter"], kept["reason"]) == ("carl", WHY["reason"])


def test_an_override_that_ended_overrides_nothing(service: Service, anna: Caller, caller: Makes) -> None:
    berta, carl = caller("berta", Role.COMPLIANCE), caller("carl", Role.COMPLIANCE)
    path, match = proposed(anna, service, consent=True)
    name = anna("POST", f"{path}/overrides", json=WHY).json()["id"]
    assert carl("POST", f"/v1/overrides/{name}/grant", json={}, headers=FIRST).status_code == 200
    assert code(anna("DELETE", f"/v1/overrides/{name}")) == "state-conflict"
    assert code(berta("DELETE", f"/v1/overrides/{name}", headers=FIRST)) == "version-old"
    assert berta("DELETE", f"/v1/overrides/{name}").json()["state"] == "ended"
    assert code(berta("POST", f"{path}/approval", json={}, headers=match)) == "override-needed"


def test_what_needs_no_consent_has_none(service: Service, anna: Caller, caller: Makes) -> None:
    path, _ = proposed(anna, service, consent=False)
    assert code(anna("POST", f"{path}/overrides", json=WHY)) == "state-conflict"
    other = caller("dora", Role.ADVISER, households=["H9"])
    assert other("POST", f"{path}/overrides", json=WHY).status_code == 404
    bad = {**WHY, "evidence": "../x"}
    assert code(anna("POST", f"{path}/overrides", json=bad)) == "invalid"
