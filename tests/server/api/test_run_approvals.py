"""A run approved as one act, and what each household's bundle shows of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from policy.proof.approval import run_root
from policy.proof.archive import unpacked
from policy.proof.claims.claim import Answer
from server.auth.roles import Role
from server.flow.driving import driving
from server.running import Service
from server.store.tables import Proposal
from tests.server import stocked
from tests.server.api.conftest import Caller
from tests.server.api.test_approvals import CARL, claim, code
from tests.server.api.test_runs import run, until
from tests.server.firm import firm
from tests.server.signing import registered, signed

Callers = Callable[..., Caller]
SIZE = 3


@pytest.fixture
def driven(service: Service) -> Iterator[None]:
    stocked.ruled(service, {"rules.mandate": stocked.RULES})
    stocked.sealed(service, firm(SIZE))
    with driving(service):
        yield


def finished(anna: Caller) -> tuple[str, list[str]]:
    """The run's place, and its proposals."""
    place = f"/v1/runs/{run(anna)['id']}"
    until(anna, place, "finished")
    return place, [each["proposal"] for each in anna("GET", f"{place}/items").json()["data"]]


def test_one_signature_is_proven_of_each(service: Service, caller: Callers, driven: None) -> None:
    anna, carl = caller("anna", Role.ADVISER), caller("carl", Role.COMPLIANCE)
    registered(carl, "carl", CARL)
    place, names = finished(anna)
    what = carl("GET", f"{place}/approval-payload").json()
    root = what["payload"]["root"]
    assert what["payload"]["size"] == SIZE
    statements = [each["statement"] for each in anna("GET", f"{place}/items").json()["data"]]
    assert root == run_root(statements)
    envelope = signed(what, CARL)
    other = carl("POST", f"{place}/approvals", json={"root": "0" * 64, "envelope": envelope})
    assert code(other) == (409, "state-conflict")
    assert anna("POST", f"{place}/approvals", json={"root": root}).json()["code"] == "self-approval"
    found = carl("POST", f"{place}/approvals", json={"root": root, "envelope": envelope})
    assert found.status_code == 200, found.text
    assert (found.json()["size"], found.json()["kind"]) == (SIZE, "person-key")
    for name in names:
        answer, why = claim(service, anna, name)
        assert (answer, f"with {SIZE - 1} others of the run" in why) == (Answer.PROVEN, True), why
    files = unpacked(anna("GET", f"/v1/proposals/{names[1]}/bundle").content)
    assert {path for path in files if path.startswith("approvals/")} == {
        "approvals/1.dsse.json",
        "approvals/1.inclusion.json",
    }
    again = carl("POST", f"{place}/approvals", json={"root": root, "envelope": envelope})
    assert code(again) == (409, "state-conflict")
    assert carl("GET", f"/v1/proposals/{names[0]}").json()["approval"]["kind"] == "person-key"


def test_what_changed_meanwhile_is_another_root_and_an_attested_run_proves_nothing(
    service: Service, caller: Callers, driven: None
) -> None:
    anna, carl = caller("anna", Role.ADVISER), caller("carl", Role.COMPLIANCE)
    registered(carl, "carl", CARL)
    place, names = finished(anna)
    first = carl("GET", f"{place}/approval-payload").json()
    one = f"/v1/proposals/{names[0]}"
    tag = {"If-Match": carl("GET", one).headers["etag"]}
    assert carl("POST", f"{one}/rejection", json={"reason": "no"}, headers=tag).status_code == 200
    body = {"root": first["payload"]["root"], "envelope": signed(first, CARL)}
    assert code(carl("POST", f"{place}/approvals", json=body)) == (409, "state-conflict")
    two = f"/v1/proposals/{names[1]}"
    tag = {"If-Match": carl("GET", two).headers["etag"]}
    assert carl("POST", f"{two}/hold", json={"reason": "a divorce"}, headers=tag).status_code == 200
    now = carl("GET", f"{place}/approval-payload").json()["payload"]
    stale = carl("POST", f"{place}/approvals", json={"root": now["root"], "envelope": signed(first, CARL)})
    assert code(stale) == (422, "invalid")
    found = carl("POST", f"{place}/approvals", json={"root": now["root"]})
    assert (found.json()["kind"], found.json()["size"]) == ("attested", SIZE - 2)
    assert carl("GET", place).json()["progress"]["states"].get("held") == 1
    assert claim(service, anna, names[2])[0] is Answer.NOT_PROVEN
    assert carl("GET", f"{place}/approval-payload").json()["code"] == "state-conflict"


def test_who_may_not_see_every_household_sees_no_run(service: Service, caller: Callers, driven: None) -> None:
    anna, hugo = caller("anna", Role.ADVISER), caller("hugo", Role.COMPLIANCE, households=["h0"])
    place, _ = finished(anna)
    assert hugo("GET", f"{place}/approval-payload").status_code == 404
    assert hugo("POST", f"{place}/approvals", json={"root": "0" * 64}).status_code == 404


def test_where_one_household_is_held_none_is_approved(caller: Callers, driven: None) -> None:
    anna, carl = caller("anna", Role.ADVISER), caller("carl", Role.COMPLIANCE)
    place, names = finished(anna)
    held = carl("POST", "/v1/holds", json={"household": "h1", "reason": "a divorce"})
    assert held.status_code == 201, held.text
    root = carl("GET", f"{place}/approval-payload").json()["payload"]["root"]
    found = carl("POST", f"{place}/approvals", json={"root": root})
    assert (code(found), names[1] in found.json()["detail"]) == ((409, "account-held"), True)
    assert {anna("GET", f"/v1/proposals/{name}").json()["state"] for name in names} == {"proposed"}


def test_what_asks_for_consent_is_not_approved_with_its_run(service: Service, caller: Callers, driven: None) -> None:
    anna, carl = caller("anna", Role.ADVISER), caller("carl", Role.COMPLIANCE)
    place, names = finished(anna)
    with service.store.writing() as session:
        row = session.get_one(Proposal, names[2])
        row.measures = str(row.measures).replace('"consent":false', '"consent":true')
        session.add(row)
    root = carl("GET", f"{place}/approval-payload").json()["payload"]["root"]
    found = carl("POST", f"{place}/approvals", json={"root": root})
    assert (code(found), names[2] in found.json()["detail"]) == ((403, "approval-needed"), True)
