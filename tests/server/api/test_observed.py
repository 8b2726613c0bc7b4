"""What is observed is judged and counted, and stops nothing: checks, proposals, and the bundle that proves it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from policy.ir.observed import FILE
from policy.proof.archive import packed, unpacked
from policy.proof.claims.claim import Answer
from policy.proof.examine import examined_zip
from policy.proof.trust import trust
from server import clock
from server.auth.roles import Role
from server.desk import publish, ruling
from server.desk.verify import deep
from server.log import journal, signer
from server.running import Service
from tests.server import stocked
from tests.server.api.conftest import Caller
from tests.server.api.texts import PUBLIC, SECRET, book, order

Makes = Callable[..., Caller]
RULES = {"open.mandate": PUBLIC.format(share=50), "secret.mandate": SECRET.format(most=40)}
BUY = {"orders": [order("buy", "A", 300)]}


def ruled(service: Service, *observe: str) -> str:
    draft = publish.drafted(RULES, observe)
    assert isinstance(draft, publish.Draft), draft
    with service.store.writing() as session:
        now = clock.now()
        row, made = publish.published(session, draft, "rules", "rita", now)
        session.flush()
        events = [made, publish.activated(session, row, "carl", now), *ruling.settled(session, "carl", now)]
        journal.append(session, events, now)
        return row.id


def checked(by: Caller) -> dict[str, Any]:
    found = by("POST", "/v1/checks", json=BUY)
    assert found.status_code == 200, found.text
    return dict(found.json())


def test_an_observed_rule_stops_nothing_and_is_counted(service: Service, anna: Caller) -> None:
    stocked.sealed(service, book())
    ruled(service)
    enforced = checked(anna)
    assert (enforced["verdict"]["answer"], enforced["observed"]) == ("block", [])
    name = ruled(service, "P-1")
    for _ in range(3):
        said = checked(anna)
    assert said["verdict"]["answer"] != "block"
    (line,) = said["observed"]
    assert line == {**enforced["nearest"][0]}
    assert "P-1" not in {each["rule"] for each in said["nearest"]}
    (counts,) = anna("GET", f"/v1/rulebooks/{name}/observations").json()["data"]
    assert (counts["rule"], counts["judged"], counts["blocked"], counts["warned"]) == ("P-1", 3, 3, 0)
    checked(anna)
    assert anna("GET", f"/v1/rulebooks/{name}/observations").json()["data"][0]["judged"] == 4


def test_a_hidden_observed_rule_is_nowhere(service: Service, anna: Caller, caller: Makes) -> None:
    stocked.sealed(service, book())
    name = ruled(service, "H-7")
    cora = caller("cora", Role.COMPLIANCE, Role.CONTROL_ROOM)
    seen = [anna("POST", "/v1/checks", json=BUY), anna("GET", f"/v1/rulebooks/{name}/observations")]
    assert not [found.text for found in seen if "H-7" in found.text]
    assert [each["rule"] for each in checked(cora)["observed"]] == ["H-7"]
    assert [each["rule"] for each in cora("GET", f"/v1/rulebooks/{name}/observations").json()["data"]] == ["H-7"]
    some = caller("dora", Role.COMPLIANCE, households=["H1"])
    assert some("GET", f"/v1/rulebooks/{name}/observations").status_code == 404


def claims(data: bytes, card: bytes) -> dict[str, Answer]:
    return {claim.name: claim.answer for claim in deep(examined_zip(data, trust(card))).claims}


def test_no_bundle_passes_an_observed_rule_off_as_enforced_or_the_reverse(service: Service, caller: Makes) -> None:
    stocked.ruled(service, RULES)
    stocked.sealed(service, book())
    card = signer.card(service.store, service.signer)
    whole = caller("whole", *Role)
    bundles = []
    for observe in ((), ("P-1",)):
        ruled(service, *observe)
        made = whole("POST", "/v1/proposals", json={}, headers={"Prefer": "wait=60"}).json()
        assert made["state"] in ("proposed", "unchanged"), made
        found = whole("GET", f"/v1/proposals/{made['id']}/observed")
        assert [each["rule"] for each in found.json()["data"]] in ([], list(observe))
        bundles.append(whole("GET", f"/v1/proposals/{made['id']}/bundle").content)
    for bundle in bundles:
        said = claims(bundle, card)
        assert (said["model"], said["sources"]) == (Answer.PROVEN, Answer.PROVEN), said
    enforced, observed = map(unpacked, bundles)
    assert observed[f"rules/{FILE}"] == b"P-1\n"
    without = {path: content for path, content in observed.items() if path != f"rules/{FILE}"}
    assert claims(packed(without), card)["sources"] is Answer.REFUTED
    assert claims(packed(without), card)["model"] is Answer.REFUTED
    beside = {**enforced, f"rules/{FILE}": b"P-1\n"}
    assert claims(packed(beside), card)["sources"] is Answer.REFUTED
    assert claims(packed(beside), card)["model"] is Answer.REFUTED
    twice = {**observed, f"rules/{FILE}": b"P-1\nP-1\n"}
    assert claims(packed(twice), card)["model"] is Answer.REFUTED
