"""Approvals: what each proposal needs, every kind of yes, and everything that passes for none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from httpx import Response

from policy.proof.approval import RunApproval, approved
from policy.proof.claims.claim import Answer
from policy.proof.examine import examined_zip
from policy.proof.trust import trust
from server import clock
from server.auth.roles import Role
from server.log import signer
from server.running import Service
from server.store import blobs
from server.store.tables import Evidence
from tests.server import stocked
from tests.server.api.conftest import Caller
from tests.server.api.test_proposals import BOOK, asked, stock
from tests.server.signing import named, registered, signed

Callers = Callable[..., Caller]
CARL, ANNA, OTHER = bytes([1] * 32), bytes([2] * 32), bytes([3] * 32)
FREE = {**BOOK, "accounts": [{**BOOK["accounts"][0], "facts": {"borrowings": "0", "discretionary": True}}]}
AT_MOST = {"value_at_most": "1000000"}


def ruled(rita: Caller, carl: Caller, *clauses: dict[str, Any], **more: Any) -> str:
    """The id of a policy in force."""
    body = {"title": "test", "currency": "USD", "clauses": list(clauses), **more}
    made = rita("POST", "/v1/approval-policies", json=body)
    assert made.status_code == 201, made.text
    place = made.headers["location"]
    agreed = carl("POST", f"{place}/approval", json={}, headers={"If-Match": made.headers["etag"]})
    assert (agreed.status_code, agreed.json()["state"]) == (200, "active"), agreed.text
    return str(made.json()["id"])


def approve(who: Caller, name: str, **body: Any) -> Response:
    place = f"/v1/proposals/{name}"
    tag = who("GET", place).headers["etag"]
    return who("POST", f"{place}/approval", json=body, headers={"If-Match": tag})


def payload(who: Caller, name: str) -> dict[str, Any]:
    found = who("GET", f"/v1/proposals/{name}/approval-payload")
    assert found.status_code == 200, found.text
    return dict(found.json())


def code(found: Response) -> tuple[int, str]:
    return found.status_code, str(found.json().get("code") or found.json()["state"])


def claim(service: Service, who: Caller, name: str) -> tuple[Answer, str]:
    card = signer.card(service.store, service.signer)
    zip_ = who("GET", f"/v1/proposals/{name}/bundle").content
    found = next(each for each in examined_zip(zip_, trust(card)).claims if each.name == "approvals")
    return found.answer, found.why


# --- what is needed ----------------------------------------------------------------------------


def test_without_a_policy_it_is_four_eyes_unless_the_firm_decides_and_it_is_little(
    service: Service, anna: Caller, carl: Caller
) -> None:
    stock(service)
    need = asked(anna)["approval_needed"]
    assert (need["level"], need["kind"], need["policy"], need["others"]) == ("four eyes", "attested", None, True)
    assert "may decide: discretion is not known" in need["why"][0]
    stock(service, book=FREE)
    found = asked(anna)
    assert (found["approval_needed"]["level"], found["approval_needed"]["clause"]) == ("self", 1)
    assert code(approve(anna, found["id"])) == (200, "approved")


def test_a_standing_policy_approves_at_once_until_it_ends(service: Service, caller: Callers, anna: Caller) -> None:
    stock(service)
    rita, carl = caller("rita", Role.COMPLIANCE), caller("carl", Role.COMPLIANCE)
    name = ruled(rita, carl, {"level": "standing", "when": AT_MOST, "until": "2099-01-01T00:00:00Z"})
    found = asked(anna)
    assert (found["state"], found["approval"]["kind"]) == ("approved", "standing")
    assert (found["approval"]["person"], found["approval"]["policy"]) == (f"{name}#1", name)
    answer, why = claim(service, anna, found["id"])
    assert (answer, "standing: " in why, "nobody signed" in why) == (Answer.NOT_PROVEN, True, True)
    assert carl("DELETE", f"/v1/approval-policies/{name}").json()["state"] == "ended"
    stocked.filled(service)
    waits = asked(anna)
    assert (waits["state"], waits["approval_needed"]["level"]) == ("proposed", "four eyes")
    assert code(approve(anna, waits["id"])) == (403, "self-approval")


def test_what_is_beyond_the_bounds_goes_to_the_next_clause(service: Service, caller: Callers, anna: Caller) -> None:
    stock(service)
    rita, carl = caller("rita", Role.COMPLIANCE), caller("carl", Role.COMPLIANCE)
    ruled(
        rita,
        carl,
        {"level": "standing", "when": {"value_at_most": "1"}, "until": "2099-01-01T00:00:00Z"},
        {"level": "self", "when": {"orders_at_most": 0}},
        {"level": "role", "role": "compliance"},
    )
    found = asked(anna)
    need = found["approval_needed"]
    assert (need["level"], need["roles"], need["clause"]) == ("role", ["compliance"], 3)
    money = found["answer"]["money"]
    assert f"value is {int(money['bought']) + int(money['sold'])}, above 1" in need["why"][0]
    assert code(approve(caller("dora", Role.ADVISER), found["id"])) == (403, "approval-needed")
    assert code(approve(carl, found["id"])) == (200, "approved")


def test_a_policy_that_came_meanwhile_is_what_an_approval_is_held_to(
    service: Service, caller: Callers, anna: Caller
) -> None:
    stock(service)
    rita, carl = caller("rita", Role.COMPLIANCE), caller("carl", Role.COMPLIANCE)
    name = asked(anna)["id"]
    ruled(rita, carl, {"level": "client"})
    assert anna("GET", f"/v1/proposals/{name}").json()["approval_needed"]["level"] == "client"
    assert code(approve(carl, name)) == (403, "approval-needed")


def test_a_client_s_yes_needs_evidence_that_is_there(service: Service, caller: Callers, anna: Caller) -> None:
    stock(service)
    rita, carl = caller("rita", Role.COMPLIANCE), caller("carl", Role.COMPLIANCE)
    ruled(rita, carl, {"level": "client"})
    name = asked(anna)["id"]
    assert code(approve(anna, name, evidence="0" * 64)) == (422, "invalid")
    with service.store.writing() as session:
        (kept,) = blobs.put(session, [b"yes, do it"])
        now = clock.now()
        session.add(Evidence(hash=kept, principal="anna", size=10, media="text/plain", made=now))
    found = approve(anna, name, evidence=kept)
    assert code(found) == (200, "approved")
    assert found.json()["approval"]["evidence"] == kept


# --- in person ---------------------------------------------------------------------------------


def test_what_a_person_signed_is_proven_and_what_the_service_saw_is_told(
    service: Service, anna: Caller, carl: Caller
) -> None:
    stock(service)
    key = registered(carl, "carl", CARL)
    seen = asked(anna)["id"]
    assert code(approve(carl, seen)) == (200, "approved")
    answer, why = claim(service, anna, seen)
    assert (answer, "attested: the service says that carl (compliance)" in why) == (Answer.NOT_PROVEN, True)
    stocked.filled(service)
    own = asked(anna)["id"]
    found = approve(carl, own, envelope=signed(payload(carl, own), CARL))
    assert (code(found), found.json()["approval"]["kind"]) == ((200, "approved"), "person-key")
    answer, why = claim(service, anna, own)
    assert (answer, "carl (compliance) signed" in why) == (Answer.PROVEN, True)
    carl("DELETE", f"/v1/people/keys/{key}")
    assert claim(service, anna, own)[0] is Answer.PROVEN, "its entry is before that of the key's end"
    stocked.filled(service)
    late = asked(anna)["id"]
    assert code(approve(carl, late, envelope=signed(payload(carl, late), CARL))) == (422, "invalid")


def test_a_policy_may_want_a_signature(service: Service, caller: Callers, anna: Caller) -> None:
    stock(service)
    rita, carl = caller("rita", Role.COMPLIANCE), caller("carl", Role.COMPLIANCE)
    ruled(rita, carl, {"level": "four eyes", "kind": "person-key"})
    name = asked(anna)["id"]
    assert code(approve(carl, name)) == (403, "approval-needed")
    registered(carl, "carl", CARL)
    assert code(approve(carl, name, envelope=signed(payload(carl, name), CARL))) == (200, "approved")


def test_step_up_is_a_fresh_signature_for_who_comes_with_a_key(service: Service, caller: Callers, anna: Caller) -> None:
    stock(service)
    rita, carl = caller("rita", Role.COMPLIANCE), caller("carl", Role.COMPLIANCE)
    ruled(rita, carl, {"level": "four eyes", "step_up_minutes": 5})
    name = asked(anna)["id"]
    assert code(approve(carl, name)) == (403, "step-up-needed")
    registered(carl, "carl", CARL)
    assert code(approve(carl, name, envelope=signed(payload(carl, name), CARL))) == (200, "approved")


# --- attacks -----------------------------------------------------------------------------------


def test_an_approval_of_another_proposal_is_none_of_this(service: Service, anna: Caller, carl: Caller) -> None:
    stock(service)
    registered(carl, "carl", CARL)
    older = signed(payload(carl, asked(anna)["id"]), CARL)
    name = asked(anna)["id"]
    found = approve(carl, name, envelope=older)
    assert (code(found), "something else" in found.json()["detail"]) == ((422, "invalid"), True)
    envelope = signed(payload(carl, name), CARL)
    assert code(approve(carl, name, envelope=envelope)) == (200, "approved")
    assert code(approve(carl, name, envelope=envelope)) == (409, "state-conflict")


def test_what_is_signed_is_all_of_it(service: Service, caller: Callers, anna: Caller, carl: Caller) -> None:
    stock(service)
    registered(carl, "carl", CARL)
    registered(anna, "anna", ANNA)
    dora = caller("dora", Role.ADVISER)
    name = asked(anna)["id"]
    what = payload(carl, name)

    def refusal(who: Caller = carl, seed: bytes = CARL, **change: Any) -> tuple[int, str]:
        return code(approve(who, name, envelope=signed({**what, "payload": {**what["payload"], **change}}, seed)))

    for change in (
        {"role": "adviser"},
        {"person": "anna"},
        {"time": "2020-01-01T00:00:00.000000Z"},
        {"time": "2099-01-01T00:00:00.000000Z"},
        {"expires": "2099-01-01T00:00:00.000000Z"},
        {"statement": "0" * 64},
        {"decision": "reject"},
        {"v": 2},
        {"more": 1},
    ):
        assert refusal(**change) == (422, "invalid"), change
    assert refusal(seed=OTHER) == refusal(seed=ANNA) == refusal(who=dora) == (422, "invalid")
    run = RunApproval("run", what["payload"]["statement"], 1, "carl", "compliance", what["payload"]["time"])
    assert approved(run, CARL)
    assert code(approve(carl, name, envelope=signed(what, CARL))) == (200, "approved")


def test_a_second_signature_is_no_envelope(service: Service, anna: Caller, carl: Caller) -> None:
    stock(service)
    registered(carl, "carl", CARL)
    registered(anna, "anna", ANNA)
    name = asked(anna)["id"]
    what = payload(carl, name)
    both = signed(what, CARL)
    both["signatures"] += signed(what, ANNA)["signatures"]
    assert code(approve(carl, name, envelope=both)) == (422, "invalid")
    assert code(approve(carl, name, envelope={**both, "signatures": []})) == (422, "invalid")


def test_nobody_approves_their_own_by_another_credential_or_by_signing(
    service: Service, caller: Callers, anna: Caller
) -> None:
    stock(service)
    again = caller("anna", Role.COMPLIANCE)
    registered(again, "anna", ANNA)
    name = asked(anna)["id"]
    assert code(approve(again, name)) == (403, "self-approval")
    assert again("GET", f"/v1/proposals/{name}/approval-payload").json()["code"] == "self-approval"


def test_what_was_rejected_is_not_approved(service: Service, anna: Caller, carl: Caller) -> None:
    stock(service)
    registered(carl, "carl", CARL)
    name = asked(anna)["id"]
    envelope = signed(payload(carl, name), CARL)
    tag = {"If-Match": carl("GET", f"/v1/proposals/{name}").headers["etag"]}
    assert carl("POST", f"/v1/proposals/{name}/rejection", json={"reason": "no"}, headers=tag).status_code == 200
    assert code(approve(carl, name, envelope=envelope)) == (409, "state-conflict")
    assert carl("GET", f"/v1/proposals/{name}/approval-payload").status_code == 409


def test_the_card_names_the_people(service: Service, carl: Caller) -> None:
    registered(carl, "carl", CARL)
    card = trust(signer.card(service.store, service.signer))
    assert [key.text for key in card.people] == [named("carl", CARL)]
    assert carl("GET", "/v1/people/trust-card").text.count("person carl+") == 1
    assert "carl" not in carl("GET", "/v1/log/trust-card").text, "which anybody may read"
