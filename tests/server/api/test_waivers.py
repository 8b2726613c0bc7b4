"""Waivers over HTTP: asked for, granted by another, and from then on rules like all others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from sqlmodel import col, select

from policy.canonical import digest, encode
from policy.proof.entry import Kind, entry
from policy.proof.envelope import sealed_by
from policy.proof.grant import ATTESTED, read
from server import clock
from server.auth.roles import Role
from server.log import journal
from server.running import Service
from server.store import blobs
from server.store.tables import Journal, Waiver
from tests.server import stocked
from tests.server.api.conftest import Caller
from tests.server.api.texts import PUBLIC, SECRET, book, order, text
from tests.server.signing import registered, signed

Makes = Callable[..., Caller]
FIRST, SECOND = {"If-Match": '"r1"'}, {"If-Match": '"r2"'}
RULES = {
    "open.mandate": PUBLIC.replace("on breach block", 'on breach block, waiver by "CCO"').format(share=50),
    "secret.mandate": SECRET.replace("on breach block", 'on breach block, waiver by "Head" and "CCO"').format(most=40),
}
NOW = datetime.now(UTC)
TODAY, LAST = f"{NOW:%Y-%m-%d}", f"{NOW + timedelta(days=90):%Y-%m-%d}"
WANTED = {"rule": "P-1", "account": "trust", "level": "issuer", "group": "XA", "raises_to": "80% of net assets",
          "first": TODAY, "last": LAST, "reason": "founder's stock"}  # fmt: skip
NEWEST = {"as_of": TODAY, "prices": [{"instrument": n, "day": TODAY, "price": "10.00"} for n in "ABCD"]}


@pytest.fixture
def stock(service: Service) -> Service:
    stocked.ruled(service, RULES)
    stocked.sealed(service, book(**NEWEST))
    return service


@pytest.fixture
def anna(stock: Service, caller: Makes) -> Caller:
    return caller("anna", Role.ADVISER)


@pytest.fixture
def berta(stock: Service, caller: Makes) -> Caller:
    return caller("berta", Role.COMPLIANCE)


def asked(by: Caller, **different: Any) -> dict[str, Any]:
    made = by("POST", "/v1/waivers", json={**WANTED, **different})
    assert made.status_code == 201, made.text
    return dict(made.json())


def granted(by: Caller, waiver: str, **body: Any) -> dict[str, Any]:
    found = by("POST", f"/v1/waivers/{waiver}/grant", json=body, headers=FIRST)
    assert found.status_code == 200, found.text
    return dict(found.json())


def ordered(account: str) -> str:
    return text({"orders": [{**order("buy", "A", 300), "account": account}]})


def outcome(by: Caller, account: str = "trust") -> str:
    found = by("POST", "/v1/checks", content=ordered(account))
    assert found.status_code == 200, found.text
    return str(found.json()["verdict"]["answer"])


def test_a_granted_waiver_is_a_rule_like_all_others(stock: Service, anna: Caller, berta: Caller) -> None:
    before = outcome(anna)
    proof = anna("POST", "/v1/evidence", content=b"%PDF-1.7 \x00 lock-up", headers={"Content-Type": "application/pdf"})
    assert (proof.status_code, proof.json()["id"]) == (201, digest(b"%PDF-1.7 \x00 lock-up"))
    made = asked(anna, evidence=proof.json()["id"])
    assert (made["state"], made["in_force"], outcome(anna)) == ("asked", False, before)
    given = granted(berta, made["id"])
    assert (given["state"], given["in_force"], given["signed"], given["granter"]) == ("granted", True, "CCO", "berta")
    assert f'evidence "sha256:{proof.json()["id"]}"' in given["text"]
    said = anna("POST", "/v1/checks", content=ordered("trust")).json()
    assert outcome(anna) != before
    (line,) = [each for each in said["verdict"]["findings"] if each["outcome"] == "waived"]
    assert made["name"] in line["reason"]
    state = anna("GET", f"/v1/rulebooks/{said['rulebook']}").json()
    assert state["waivers"] == [made["name"]]
    assert state["files"][f"waivers/{made['id']}.mandate"] == given["text"]
    with stock.store.reading() as session:
        entries = [entry(each) for each in journal.entries(session, 0, 99)]
    assert [each.rules for each in entries if each.kind is Kind.RULES][-1] == state["manifest"]
    kept = berta("GET", f"/v1/evidence/{proof.json()['id']}")
    assert (kept.content, kept.headers["content-type"]) == (b"%PDF-1.7 \x00 lock-up", "application/octet-stream")
    over = berta("DELETE", f"/v1/waivers/{made['id']}").json()
    assert (over["state"], over["in_force"], outcome(anna)) == ("ended", False, before)
    told = [each["type"] for each in berta("GET", "/v1/events").json()["events"]]
    assert told[-5:] == ["waiver.asked", "waiver.granted", "rulebook.amended", "waiver.ended", "rulebook.amended"]


def test_it_takes_two_and_ends_once(anna: Caller, berta: Caller, caller: Makes) -> None:
    made = asked(berta)["id"]
    refused = berta("POST", f"/v1/waivers/{made}/grant", json={}, headers=FIRST)
    assert (refused.status_code, refused.json()["code"]) == (403, "self-approval")
    assert anna("POST", f"/v1/waivers/{made}/grant", json={}, headers=FIRST).json()["code"] == "role-not-allowed"
    assert anna("DELETE", f"/v1/waivers/{made}").json()["code"] == "state-conflict"
    cora = caller("cora", Role.COMPLIANCE)
    granted(cora, made)
    assert cora("POST", f"/v1/waivers/{made}/grant", json={}, headers=SECOND).json()["code"] == "state-conflict"
    day = clock.text(NOW + timedelta(days=9))
    assert cora("DELETE", f"/v1/waivers/{made}", params={"since": "2001-01-01T00:00:00Z"}).status_code == 422
    assert cora("DELETE", f"/v1/waivers/{made}", headers={"If-Match": '"r0"'}).json()["code"] == "version-old"
    later = cora("DELETE", f"/v1/waivers/{made}", params={"since": day}).json()
    assert (later["state"], later["ended"], later["in_force"]) == ("granted", day, True)
    assert cora("DELETE", f"/v1/waivers/{made}").json()["code"] == "state-conflict"
    own = asked(anna)["id"]
    assert anna("DELETE", f"/v1/waivers/{own}").json()["state"] == "ended"
    assert cora("POST", f"/v1/waivers/{own}/grant", json={}, headers=SECOND).json()["code"] == "state-conflict"


@pytest.mark.parametrize(
    ("member", "value", "pointer"),
    [
        ("group", 'A" raises limit to 99% of net assets reason "x', "/group"),
        ("account", 'trust"\n  lifts the rule\n#', "/account"),
        ("reason", "x\nend\n\nrule Z-1", "/reason"),
        ("level", "issuer every account", None),
        ("level", 'issuer "A"', "/level"),
        ("raises_to", "80% of net assets # no purchases", "/raises_to"),
        ("raises_to", "80% of net assets\nend", "/raises_to"),
        ("raises_to", "80% of net assets, no purchases", None),
        ("raises_to", 'net assets effective from 2001-01-01 until 2999-01-01 reason "x', None),
        ("raises_to", "80% of net assets end rule Z-1", None),
        ("raises_to", 'net assets visible to "x"', None),
        ("raises_to", "40% of net assets", None),
        ("raises_to", "80%", None),
        ("rule", "P-1 every account", "/rule"),
        ("rule", "H-7", "/rule"),
        ("account", "Trust", "/account"),
        ("group", "Issuer\u200bA", None),
        ("evidence", "0" * 64, "/evidence"),
        ("evidence", "../../etc/passwd", "/evidence"),
        ("lowers_to", "1% of net assets", "/lowers_to"),
        ("last", "2001-01-01", "/last"),
        ("last", "2999-13-01", "/last"),
        ("level", None, "/group"),
    ],
)  # fmt: skip
def test_its_words_say_nothing_else(stock: Service, anna: Caller, member: str, value: str, pointer: str | None) -> None:
    refused = anna("POST", "/v1/waivers", json={**WANTED, member: value})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid"), refused.text
    assert pointer in (None, refused.json()["errors"][0]["pointer"])
    with stock.store.reading() as session:
        assert session.exec(select(Waiver)).first() is None


@pytest.mark.parametrize("roles", [(Role.CONTROL_ROOM,), (Role.COMPLIANCE, Role.CONTROL_ROOM)])
def test_a_hidden_rule_is_waived_by_those_who_see_it(
    stock: Service, berta: Caller, caller: Makes, roles: tuple[Role, ...]
) -> None:
    carl, cora = (caller(name, *roles) for name in ("carl", "cora"))
    terms = {"rule": "H-7", "level": None, "group": None, "raises_to": "90% of net assets"}
    made = asked(carl, **terms)
    assert berta("GET", f"/v1/waivers/{made['id']}").status_code == 404
    assert berta("POST", f"/v1/waivers/{made['id']}/grant", json={"as": "CCO"}, headers=FIRST).status_code == 404
    unclear = cora("POST", f"/v1/waivers/{made['id']}/grant", json={}, headers=FIRST)
    assert (unclear.status_code, unclear.json()["errors"][0]["pointer"]) == (422, "/as")
    other = cora("POST", f"/v1/waivers/{made['id']}/grant", json={"as": "anna"}, headers=FIRST)
    assert other.status_code == 422
    assert 'visible to "control room"' in granted(cora, made["id"], **{"as": "Head"})["text"]
    (newest, *_) = berta("GET", "/v1/rulebooks").json()["data"]
    state = berta("GET", f"/v1/rulebooks/{newest['id']}").json()
    assert (state["waivers"], list(state["files"])) == ([], ["open.mandate"])
    feed = berta("GET", "/v1/events").text
    for secret in ("H-7", made["id"], made["name"]):
        assert secret not in feed + berta("GET", "/v1/waivers").text + str(state)


def test_the_control_room_grants_no_waiver_of_what_is_for_everybody(
    stock: Service, anna: Caller, berta: Caller, caller: Makes
) -> None:
    cora, made = caller("cora", Role.CONTROL_ROOM), asked(anna)
    place = f"/v1/waivers/{made['id']}"
    for method, path in (("POST", f"{place}/grant"), ("GET", f"{place}/grant-payload")):
        found = cora(method, path, json={}, headers=FIRST) if method == "POST" else cora(method, path)
        assert (found.status_code, found.json()["code"]) == (403, "role-not-allowed")
    assert cora("DELETE", place).json()["code"] == "state-conflict"
    granted(berta, made["id"])
    assert cora("DELETE", place).json()["code"] == "state-conflict"


def test_a_key_for_some_households_sees_and_asks_for_theirs(stock: Service, berta: Caller, caller: Makes) -> None:
    (trust,) = book()["accounts"]
    homes = {"households": [{"id": "H1", "name": "H1"}], "accounts": [{**trust, "household": "H1"}]}
    stocked.sealed(stock, book(**NEWEST, **homes))
    mine, theirs = caller("dora", Role.ADVISER, households=["H1"]), caller("emil", Role.ADVISER, households=["H2"])
    made = asked(mine)
    granted(berta, made["id"])
    assert mine("GET", f"/v1/waivers/{made['id']}").status_code == 200
    assert theirs("GET", f"/v1/waivers/{made['id']}").status_code == 404
    refused = theirs("POST", "/v1/waivers", json=WANTED)
    assert refused.json()["errors"][0]["pointer"] == "/account"
    assert mine("POST", "/v1/waivers", json={**WANTED, "account": None}).json()["errors"][0]["pointer"] == "/account"
    (newest, *_) = theirs("GET", "/v1/rulebooks").json()["data"]
    state = theirs("GET", f"/v1/rulebooks/{newest['id']}").text + theirs("GET", "/v1/rulebooks").text
    for secret in (made["name"], "founder's stock"):
        assert secret not in state + theirs("GET", f"/v1/rulebooks/{newest['id']}/rules").text
        assert secret not in theirs("GET", "/v1/events").text


def test_a_household_is_waived_with_all_its_accounts(stock: Service, berta: Caller, caller: Makes) -> None:
    (trust,) = book()["accounts"]
    homes = [{"id": name, "name": name} for name in ("smith", "jones")]
    accounts = [{**trust, "household": "smith"}, {**trust, "id": "other", "household": "jones"}]
    stocked.sealed(stock, book(**NEWEST, households=homes, accounts=accounts))
    mine, theirs = (
        caller("dora", Role.ADVISER, households=["smith"]),
        caller("emil", Role.ADVISER, households=["jones"]),
    )
    for who, said in ((berta, "did you mean `smith`?"), (theirs, "name one of it by its id, or another snapshot")):
        refused = who("POST", "/v1/waivers", json={**WANTED, "account": None, "household": "smiht"})
        (flaw,) = refused.json()["errors"]
        assert (flaw["pointer"], flaw["help"]) == ("/household", said)
    both = mine("POST", "/v1/waivers", json={**WANTED, "household": "smith"})
    assert both.json()["errors"][0]["pointer"] == "/account"
    before = [outcome(mine, "trust"), outcome(theirs, "other")]
    made = asked(mine, account=None, household="smith")
    assert (made["terms"]["household"], made["terms"]["account"]) == ("smith", None)
    assert '\n  household "smith" issuer "XA"\n' in granted(berta, made["id"])["text"]
    assert theirs("GET", f"/v1/waivers/{made['id']}").status_code == 404
    assert made["name"] not in theirs("POST", "/v1/checks", content=ordered("other")).text
    after = [outcome(mine, "trust"), outcome(theirs, "other")]
    assert before == ["block", "block"]
    assert after == ["waived", "block"]


def test_a_rule_book_without_the_rule_leaves_the_waiver_out(anna: Caller, berta: Caller, caller: Makes) -> None:
    made, cora = asked(anna)["id"], caller("cora", Role.COMPLIANCE)
    granted(berta, made)
    for files, there in (({"s.mandate": RULES["secret.mandate"]}, False), (RULES, True)):
        name = cora("POST", "/v1/rulebooks", json={"title": "again", "files": files}).json()["id"]
        put = berta("POST", f"/v1/rulebooks/{name}/activation", json={"from": "now"}, headers=FIRST)
        assert put.status_code == 200
        assert anna("GET", f"/v1/waivers/{made}").json()["in_force"] is there


@pytest.mark.parametrize("content", [b"", b"x" * (16 * 1024 * 1024 + 1)])
def test_evidence_has_a_size(anna: Caller, content: bytes) -> None:
    refused = anna("POST", "/v1/evidence", content=content, headers={"Content-Type": "text/html"})
    assert refused.status_code == (413 if content else 422)


def test_evidence_is_bytes_without_a_name(anna: Caller, berta: Caller) -> None:
    page = b"<script>\x00../../\r\nX: y"
    headers = {"Content-Type": "text/html\x00; charset=x", "Content-Disposition": 'attachment; filename="../../x"'}
    made = anna("POST", "/v1/evidence", content=page, headers={**headers, "Content-Type": "text/html"})
    kept = anna("GET", f"/v1/evidence/{made.json()['id']}")
    assert (kept.content, kept.headers["content-type"]) == (page, "application/octet-stream")
    assert (kept.headers["content-disposition"], kept.headers["x-content-type-options"]) == ("attachment", "nosniff")
    assert berta("GET", f"/v1/evidence/{made.json()['id']}").status_code == 404
    for name in ("..%2f..%2fetc%2fpasswd", "0" * 64, "%00", "x" * 3000):
        assert anna("GET", f"/v1/evidence/{name}").status_code in (400, 404)


def test_a_grant_is_signed_by_the_granter_or_attested(
    stock: Service, anna: Caller, berta: Caller, caller: Makes
) -> None:
    carl, seed, other = caller("carl", Role.COMPLIANCE), bytes([4] * 32), bytes([5] * 32)
    registered(berta, "berta", seed)
    registered(carl, "carl", other)
    first, second = asked(anna), asked(anna, group="XB")
    what = {each["id"]: berta("GET", f"/v1/waivers/{each['id']}/grant-payload").json() for each in (first, second)}
    mine = what[first["id"]]
    assert berta("GET", f"/v1/waivers/{first['id']}/grant-payload?as=nobody").json()["code"] == "invalid"
    late = {**mine["payload"], "time": "2026-01-01T00:00:00.000000Z"}
    attested = signed({"payloadType": ATTESTED, "payload": mine["payload"]}, seed)
    for envelope in (
        signed(what[second["id"]], seed),
        signed(mine, other),
        signed({**mine, "payload": {**mine["payload"], "person": "carl"}}, other),
        signed({**mine, "payload": {**mine["payload"], "role": "control room"}}, seed),
        signed({**mine, "payload": {**mine["payload"], "statement": "0" * 64}}, seed),
        signed({**mine, "payload": {**mine["payload"], "decision": "approve"}}, seed),
        signed({**mine, "payload": late}, seed),
        attested,
    ):
        place = f"/v1/waivers/{first['id']}/grant"
        found = berta("POST", place, json={"envelope": envelope}, headers=FIRST)
        assert (found.status_code, found.json()["errors"][0]["pointer"]) == (422, "/envelope"), envelope
    envelope = signed(mine, seed)
    done = granted(berta, first["id"], envelope=envelope)
    assert (done["kind"], done["envelope"]) == ("person-key", digest(encode(envelope)))
    assert mine["payload"]["statement"] == digest(done["text"].encode())
    said = granted(carl, second["id"])
    assert said["kind"] == "attested"
    with stock.store.reading() as session:
        rows = session.exec(select(Journal).where(Journal.type == "waiver.granted").order_by(col(Journal.index))).all()
        subjects = [entry(row.entry).subject for row in rows]
        content = blobs.get(session, [said["envelope"]])[said["envelope"]]
    assert subjects == [f"waiver, {each['kind']} {each['envelope']}" for each in (done, said)]
    assert sealed_by(content, ATTESTED, stock.signer.verifier.key)
    assert read(content, ATTESTED).statement == digest(said["text"].encode())
    rex = caller("rex", Role.REGULATOR)
    zip_ = rex("GET", "/v1/exports", params={"from": TODAY, "to": LAST}).content
    with ZipFile(BytesIO(zip_)) as archive:
        assert archive.read(f"envelopes/{done['envelope']}.dsse.json") == encode(envelope)
        assert archive.read(f"envelopes/{said['envelope']}.dsse.json") == content
