"""Proposals over HTTP: asked for, proven, decided; and everything that is refused on the way."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from policy.book.document import document
from policy.judge.redact import NOT_PERMITTED
from policy.proof.approval import Attestation, read
from policy.proof.archive import packed, unpacked
from policy.proof.claims.claim import Answer
from policy.proof.entry import Kind, entry
from policy.proof.examine import examined_zip
from policy.proof.layout import KEPT
from policy.proof.trust import trust
from server.auth.roles import Role
from server.cli import given
from server.desk.verify import deep
from server.log import signer
from server.running import Service
from server.store.tables import Journal, Proposal
from tests.server import stocked
from tests.server.api.conftest import Caller
from tests.server.cli.test_visibility import BOOK, hidden
from tests.shape.source import ROOT

DEMO, RULES = ROOT / "server" / "demo", ROOT / "rules"
WAIT = {"Prefer": "wait=60"}
Callers = Callable[..., Caller]


def texts(*places: Path) -> dict[str, str]:
    files = [file for place in places for file in (place.rglob("*.mandate") if place.is_dir() else [place])]
    return {str(file.relative_to(ROOT)): file.read_text() for file in files}


def stock(service: Service, *secrets: str, book: Any = BOOK) -> None:
    stocked.ruled(service, {"rules.mandate": stocked.RULES, **{f"s{n}.mandate": s for n, s in enumerate(secrets)}})
    stocked.sealed(service, book)


def asked(anna: Caller, **body: Any) -> dict[str, Any]:
    found = anna("POST", "/v1/proposals", json=body, headers=WAIT)
    assert found.status_code == 201, found.text
    return dict(found.json())


def claims(data: bytes, card: bytes) -> dict[str, Answer]:
    return {claim.name: claim.answer for claim in deep(examined_zip(data, trust(card))).claims}


def test_a_whole_journey(service: Service, caller: Callers, tmp_path: Path) -> None:
    """The household of the demonstration; its bundle proves what that of the command line does."""
    card = signer.card(service.store, service.signer)
    size = trust(card).seen[0]
    rita, carl, anna = caller("rita", Role.COMPLIANCE), caller("carl", Role.COMPLIANCE), caller("anna", Role.ADVISER)
    folder = DEMO / "whitfield"
    book = rita("POST", "/v1/rulebooks", json={"title": "all", "files": texts(RULES, folder)})
    assert book.status_code == 201, book.text
    headers = {"If-Match": book.headers["etag"]}
    put = carl("POST", f"{book.headers['location']}/activation", json={"from": "now"}, headers=headers)
    assert put.status_code == 200, put.text
    data = packed({file.name: file.read_bytes() for file in folder.glob("*.csv")})
    olga = caller("olga", Role.OPERATIONS)
    kept = olga("POST", "/v1/snapshots", content=data, headers={"Content-Type": "application/zip"})
    assert kept.status_code == 201, kept.text
    found = asked(anna, intent=json.loads((folder / "intent.json").read_text()))
    assert (found["state"], found["allows"]) == ("proposed", ["approval", "rejection", "hold"])
    assert found["answer"]["answer"] == "proposed"
    whole = caller("cora", *Role)
    zip_ = whole("GET", f"/v1/proposals/{found['id']}/bundle", params={"seen": size})
    assert (zip_.status_code, zip_.headers["content-type"]) == (200, "application/zip"), zip_.text
    said = claims(zip_.content, card)
    assert said.pop("approvals") is Answer.NOT_PROVEN
    assert set(said.values()) == {Answer.PROVEN}, said
    again = whole("GET", f"/v1/proposals/{found['id']}/bundle", params={"seen": size})
    assert again.content == zip_.content
    alone(zip_.content, card, tmp_path)
    files = unpacked(zip_.content)
    files["decision/proposal.json"] = files["decision/proposal.json"].replace(b'"quantity":"', b'"quantity":"1', 1)
    assert claims(packed(files), card)["orders"] is Answer.REFUTED


def alone(data: bytes, card: bytes, folder: Path) -> None:
    """As an examiner does it, who has the verifier and the card from elsewhere."""
    (folder / "x.proof.zip").write_bytes(data)
    (folder / "card").write_bytes(card)
    words = [sys.executable, "-m", "policy.proof.verify", str(folder / "x.proof.zip"), "--trust", str(folder / "card")]
    run = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    lines = run.stdout.lower()
    assert "refuted" not in lines.replace("0 refuted", ""), run.stdout + run.stderr
    assert "proven" in lines


def test_an_impasse_is_proven(service: Service, caller: Callers) -> None:
    folder = DEMO / "impasse"
    office = RULES / "family-office"
    stocked.ruled(service, texts(office / "cash.mandate", office / "exclusions.mandate", folder))
    stocked.sealed(service, document(given.book(str(folder))))
    card = signer.card(service.store, service.signer)
    anna = caller("anna", *Role)
    found = asked(anna)
    assert (found["state"], found["allows"]) == ("refused", [])
    assert found["answer"]["answer"] == "impossible"
    assert {rule["rule"] for rule in found["answer"]["conflict"]["rules"]} == {"GIVE-1", "GIVE-2", "FO-RESTRICTED"}
    size = trust(card).seen[0]
    said = claims(anna("GET", found["answer"]["bundle"], params={"seen": size}).content, card)
    assert said["impossible"] is said["model"] is said["log"] is said["sources"] is said["data"] is Answer.PROVEN
    assert Answer.REFUTED not in said.values()


def test_nothing_to_do_is_proven_too(service: Service, caller: Callers) -> None:
    stock(service, book={**BOOK, "weights": [], "accounts": [{**BOOK["accounts"][0], "model": None}]})
    anna = caller("anna", Role.ADVISER)
    found = asked(anna)
    assert (found["state"], found["allows"], found["answer"]["orders"]) == ("unchanged", [], [])
    said = claims(anna("GET", found["answer"]["bundle"]).content, signer.card(service.store, service.signer))
    assert said["better"] is said["log"] is Answer.PROVEN
    assert Answer.REFUTED not in said.values()


def test_who_may_not_see_a_rule_learns_nothing_of_it(service: Service, caller: Callers) -> None:
    stock(
        service, hidden("require cash >= 101% of net assets", passive="passive breach must be cured by this proposal")
    )
    anna, roy = caller("anna", Role.ADVISER), caller("roy", Role.CONTROL_ROOM)
    found = asked(anna)
    place = f"/v1/proposals/{found['id']}"
    assert (found["state"], found["answer"]["answer"]) == ("refused", "not permitted")
    assert found["answer"]["stands_in_the_way"] == [NOT_PERMITTED]
    text = anna("GET", place).text
    assert "H-7" not in text
    assert "ecret" not in text
    assert anna("GET", f"{place}/bundle").json()["code"] == "not-found"
    seen = roy("GET", place).json()["answer"]
    assert seen["answer"] == "impossible"
    assert "H-7" in json.dumps(seen["conflict"])
    assert roy("GET", seen["bundle"]).status_code == 200


def test_a_rule_that_stops_nothing_keeps_the_whole_proof_from_who_may_not_see_it(
    service: Service, caller: Callers
) -> None:
    stock(service, hidden("require cash >= 5% of net assets"))
    anna, roy = caller("anna", Role.ADVISER), caller("roy", Role.CONTROL_ROOM, Role.TRADER)
    found = asked(anna)
    assert (found["state"], found["answer"]["gap"]) == ("proposed", None)
    seen = roy("GET", f"/v1/proposals/{found['id']}").json()["answer"]
    assert seen["bundle"] == found["answer"]["bundle"] == f"/v1/proposals/{found['id']}/bundle"
    mine, whole = (unpacked(who("GET", seen["bundle"]).content) for who in (anna, roy))
    assert (KEPT in mine, KEPT in whole) == (True, False)
    assert seen["gap"] is not None
    assert seen["orders"] == found["answer"]["orders"]


def test_it_is_queued_at_once_and_waited_for_on_request(service: Service, caller: Callers) -> None:
    stock(service)
    anna = caller("anna", Role.ADVISER)
    queued = anna("POST", "/v1/proposals", once="q", json={})
    assert (queued.status_code, queued.json()["state"], queued.headers["etag"]) == (202, "queued", '"r1"')
    assert queued.json()["log"]["stream"] == queued.json()["id"]
    done = anna("POST", "/v1/proposals", once="q", json={}, headers={"Prefer": "respond-async, wait=30"})
    assert (done.status_code, done.headers["preference-applied"]) == (201, "wait=30")
    assert done.headers["location"] == queued.headers["location"]
    assert (done.json()["state"], done.headers["etag"]) == ("proposed", '"r2"')
    assert anna("GET", queued.headers["location"]).json() == done.json()
    listed = anna("GET", "/v1/proposals").json()
    assert [each["id"] for each in listed["data"]] == [queued.json()["id"]]
    assert listed["data"][0]["answer"] is None


def test_somebody_else_decides_once(service: Service, caller: Callers) -> None:
    stock(service)
    anna, carl = caller("anna", Role.ADVISER), caller("carl", Role.COMPLIANCE)
    place = f"/v1/proposals/{asked(anna)['id']}"
    seen = {"If-Match": carl("GET", place).headers["etag"]}

    def approval(who: Caller, headers: dict[str, str]) -> tuple[int, str]:
        found = who("POST", f"{place}/approval", json={"remark": "as discussed"}, headers=headers)
        return found.status_code, found.json().get("code") or found.json()["state"]

    assert approval(carl, {}) == (428, "if-match-needed")
    assert approval(carl, {"If-Match": '"r1"'}) == (412, "version-old")
    assert approval(anna, seen) == (403, "self-approval")
    assert approval(caller("tom", Role.TRADER), seen) == (403, "role-not-allowed")
    assert approval(carl, seen) == (200, "approved")
    assert approval(carl, seen) == (412, "version-old")
    after = {"If-Match": carl("GET", place).headers["etag"]}
    conflict = carl("POST", f"{place}/rejection", json={"reason": "no"}, headers=after)
    assert (conflict.status_code, conflict.json()["code"]) == (409, "state-conflict")
    assert "is approved, which allows release" in conflict.json()["detail"]
    with service.store.reading() as session:
        last = session.exec(select(Journal).order_by(Journal.index.desc()).limit(1)).one()
        body = last.body
    made = entry(last.entry)
    assert (made.kind, made.actor, made.run) == (Kind.APPROVAL, "carl", place.rpartition("/")[2])
    assert "attested" in made.subject
    assert json.loads(body)["word"] == "attested"
    assert json.loads(body)["said"] == "as discussed"
    assert "discussed" not in last.data
    approved = unpacked(anna("GET", f"{place}/bundle").content)
    said = [read(content) for path, content in approved.items() if path.startswith("approvals/")]
    assert [type(each) for each in said] == [Attestation], "nobody signed in person"


def test_what_is_held_is_not_approved_until_it_is_resumed(service: Service, caller: Callers) -> None:
    stock(service)
    anna, carl = caller("anna", Role.ADVISER), caller("carl", Role.COMPLIANCE)
    place = f"/v1/proposals/{asked(anna)['id']}"

    def turned(verb: str, **body: str) -> dict[str, Any]:
        headers = {"If-Match": carl("GET", place).headers["etag"]}
        found: dict[str, Any] = carl("POST", f"{place}/{verb}", json=body, headers=headers).json()
        return found

    assert turned("hold", reason="x", until="2020-01-01T00:00:00Z")["errors"][0]["pointer"] == "/until"
    held = turned("hold", reason="a divorce")
    assert (held["state"], held["allows"]) == ("held", ["rejection", "resumption"])
    assert (held["held"]["person"], held["held"]["reason"], held["held"]["until"]) == ("carl", "a divorce", None)
    assert anna("GET", place).json()["held"] == held["held"]
    assert "is held, which allows rejection, resumption" in turned("approval")["detail"]
    assert turned("hold", reason="twice")["code"] == "state-conflict"
    listed = {state: anna("GET", f"/v1/proposals?state={state}").json()["data"] for state in ("held", "proposed")}
    assert [len(each) for each in listed.values()] == [1, 0]
    again = turned("resumption")
    assert (again["state"], again["held"]) == ("proposed", None)
    assert turned("resumption")["code"] == "state-conflict"
    turned("hold", reason="until tomorrow", until="2099-01-01T00:00:00Z")
    assert turned("rejection", reason="no more")["state"] == "rejected"
    told = [each["type"] for each in anna("GET", "/v1/events?limit=500").json()["events"]]
    assert [each for each in told if each.startswith("proposal.")][-4:] == [
        "proposal.held", "proposal.resumed", "proposal.held", "proposal.rejected"
    ]  # fmt: skip


def test_the_proposer_may_take_it_back(service: Service, caller: Callers) -> None:
    stock(service)
    anna = caller("anna", Role.ADVISER)
    place = f"/v1/proposals/{asked(anna)['id']}"
    headers = {"If-Match": anna("GET", place).headers["etag"]}
    assert anna("POST", f"{place}/rejection", json={}, headers=headers).json()["code"] == "invalid"
    found = anna("POST", f"{place}/rejection", json={"reason": "the client called"}, headers=headers).json()
    assert (found["state"], found["reason"], found["allows"]) == ("rejected", "the client called", [])


def test_what_has_expired_is_not_approved(service: Service, caller: Callers, monkeypatch: pytest.MonkeyPatch) -> None:
    stock(service)
    anna, carl = caller("anna", Role.ADVISER), caller("carl", Role.COMPLIANCE)
    found = asked(anna, expires="2099-01-01T01:00:00+01:00")
    assert found["expires"] == "2099-01-01T00:00:00.000000Z"
    place = f"/v1/proposals/{found['id']}"
    seen = {"If-Match": carl("GET", place).headers["etag"]}
    with service.store.writing() as session:
        row = session.get_one(Proposal, found["id"])
        row.expires = row.made
        session.add(row)
    assert carl("GET", place).json()["state"] == "expired"
    late = carl("POST", f"{place}/approval", json={}, headers=seen)
    assert (late.status_code, "is expired" in late.json()["detail"]) == (409, True)


def test_what_cannot_be_asked(service: Service, caller: Callers) -> None:
    anna = caller("anna", Role.ADVISER)

    def refusal(**body: Any) -> tuple[int, str, str | None]:
        found = anna("POST", "/v1/proposals", json=body, headers=WAIT)
        errors = found.json().get("errors") or [{"pointer": None}]
        return found.status_code, found.json().get("code"), errors[0]["pointer"]

    assert refusal() == (422, "rule-book-not-active", None)
    ruling = stocked.ruled(service, {"rules.mandate": stocked.RULES})
    assert refusal() == (422, "no-snapshot", None)
    name = stocked.sealed(service)
    assert refusal(rulebook="rb_nix") == (422, "rule-book-not-active", None)
    assert refusal(snapshot="snap_nix") == (422, "invalid", "/snapshot")
    assert refusal(snapshot=name, rulebook=ruling, intent={"turnover": 1.5})[1:] == ("invalid", "/intent/turnover")
    assert refusal(intent={"never_trade": ["A", "ZZ"]})[1:] == ("invalid", "/intent/never_trade/1")
    assert refusal(intent=[])[1] == "invalid"
    assert refusal(expires="2020-01-01T00:00:00Z")[1:] == ("invalid", "/expires")
    assert refusal(expires="tomorrow")[1:] == ("invalid", "/expires")
    assert refusal(expires="9999-12-31T23:59:59-23:59")[1:] == ("invalid", "/expires")
    assert refusal(snapshot="snap_\0")[:2] == (400, "malformed-json")
    assert refusal(orders=[])[1] == "invalid"
    assert anna("GET", "/v1/proposals").json()["data"] == []
    assert anna("GET", "/v1/proposals/prop_nix").status_code == 404
    assert anna("GET", "/v1/proposals/%00").json()["code"] == "bad-parameter"
    assert anna("GET", "/v1/proposals/prop_nix/bundle").status_code == 404


def test_a_household_that_is_not_ones_own_is_not_there(service: Service, caller: Callers) -> None:
    owned = {**BOOK, "accounts": [{**BOOK["accounts"][0], "household": "smith"}]}
    stock(service, book={**owned, "households": [{"id": "smith", "name": "Smith"}]})
    smith, jones = (caller(name, Role.ADVISER, households=[name]) for name in ("smith", "jones"))
    place = f"/v1/proposals/{asked(smith)['id']}"
    assert smith("GET", place).status_code == 200
    assert jones("GET", place).status_code == jones("GET", f"{place}/bundle").status_code == 404
    assert jones("GET", "/v1/proposals").json()["data"] == []
    assert jones("POST", "/v1/proposals", json={}).json()["code"] == "no-snapshot"
    headers = {"If-Match": smith("GET", place).headers["etag"]}
    assert jones("POST", f"{place}/approval", json={}, headers=headers).status_code == 404


def test_the_document_knows_what_an_intent_is(caller: Callers) -> None:
    schemas = caller("anna", Role.ADVISER)("GET", "/schema/openapi.json").json()["components"]["schemas"]
    assert {"$ref": "#/components/schemas/IntentDocument"} in schemas["ProposalAsked"]["properties"]["intent"]["anyOf"]
    assert "raise_cash" in schemas["IntentDocument"]["properties"]
