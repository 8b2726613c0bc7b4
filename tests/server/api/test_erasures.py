"""Erasing: by two people, never too early or under a legal hold, and so that every proof stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import select

from policy.proof.entry import Kind, entry
from policy.proof.merkle import leaf_hash
from policy.proof.tlog_proof import proof, proves
from server.auth.roles import Role
from server.log import audit, journal, retention, signer
from server.log.events import Event
from server.running import Service
from server.store import blobs
from server.store.tables import Journal, Proposal
from tests.server.api.conftest import Caller
from tests.server.api.test_proposals import asked, stock

OLD, NEW = "2015-03-05T10:00:00.000000Z", "2026-03-05T10:00:00.000000Z"
Callers = Callable[..., Caller]
Staff = tuple[Caller, Caller]


@pytest.fixture
def staff(caller: Callers) -> Staff:
    return caller("carl", Role.COMPLIANCE), caller("rita", Role.COMPLIANCE)


def happened(
    service: Service, time: str = OLD, household: str | None = "hh_smith", type: str = "proposal.rejected"
) -> str:
    says: Any = {"client": "Smith"}
    with service.store.writing() as session:
        return journal.append(session, [Event(type, "s", "it", "anna", says, household=household)], time)[0].leaf


def ask(by: Caller, **body: Any) -> Any:
    return by("POST", "/v1/erasures", json={"reason": "the client asked", **body})


def agree(by: Caller, asked: Any, **headers: str) -> Any:
    place = f"{asked.headers['location']}/approval"
    return by("POST", place, json={}, headers={"If-Match": asked.headers["etag"], **headers})


def findings(service: Service) -> tuple[str, ...]:
    with service.store.reading() as session:
        return audit.audit(session, service.signer, signer.last_signed(service.signer)).findings


def test_two_people_erase_and_every_proof_stays(service: Service, staff: Staff) -> None:
    carl, rita = staff
    leaves = [happened(service), happened(service, household="hh_else"), happened(service)]
    signer.sealed(service.store, service.signer)
    found = ask(carl, household="hh_smith")
    assert found.status_code == 201, found.text
    assert agree(carl, found).json()["code"] == "self-approval"
    done = agree(rita, found)
    assert (done.status_code, done.json()["state"], done.json()["entries"]) == (200, "erased", 2), done.text
    assert rita("GET", found.headers["location"]).json()["granter"] == "rita"
    with service.store.reading() as session:
        rows = {row.leaf.hex(): row for row in session.exec(select(Journal))}
        named = [entry(row.entry).subject for row in rows.values() if entry(row.entry).kind is Kind.ERASE]
    assert named == [leaves[0], leaves[2]]
    assert [(rows[leaf].salt is None, "Smith" in rows[leaf].data) for leaf in leaves] == [
        (True, False), (False, True), (True, False),
    ]  # fmt: skip
    assert all(leaf_hash(row.entry) == row.leaf for row in rows.values())
    shown = rita("GET", f"/v1/log/entries/{leaves[0]}/proof")
    assert proves(proof(shown.content), bytes.fromhex(leaves[0]))
    assert findings(service) == ()


def test_nothing_is_erased_twice(service: Service, staff: Staff) -> None:
    carl, rita = staff
    leaf = happened(service)
    one, two = ask(carl, leaf=leaf), ask(carl, household="hh_smith")
    assert agree(rita, one).status_code == 200
    assert agree(rita, one).json()["code"] == "version-old"
    assert agree(rita, one, **{"If-Match": '"r2"'}).json()["code"] == "state-conflict"
    assert agree(rita, two).json()["code"] == "not-found"
    assert ask(carl, leaf=leaf).json()["code"] == "not-found"
    assert findings(service) == ()


def test_what_must_be_kept_is_kept(service: Service, staff: Staff) -> None:
    carl, _ = staff
    found = ask(carl, leaf=happened(service, NEW))
    assert (found.status_code, found.json()["code"]) == (409, "retention")
    assert "2032-01-01T00:00:00.000000Z" in found.json()["detail"]
    happened(service)
    assert ask(carl, household="hh_smith").json()["code"] == "retention"
    assert ask(carl, leaf=happened(service, type="rulebook.activated")).json()["code"] == "retention"
    for body in ({}, {"household": "a", "leaf": "0" * 64}):
        assert ask(carl, **body).json()["code"] == "invalid"
    assert ask(carl, household="nobody").json()["code"] == ask(carl, leaf="0" * 64).json()["code"] == "not-found"


def test_under_a_hold_nothing_is_erased(service: Service, staff: Staff) -> None:
    carl, rita = staff
    leaf, other, nobody_s = happened(service), happened(service, household="hh_else"), happened(service, household=None)
    before = ask(carl, leaf=leaf)
    hold = rita("POST", "/v1/legal-holds", json={"household": "hh_smith", "reason": "Smith v. Jones"})
    assert hold.status_code == 201, hold.text
    assert agree(rita, before).json()["code"] == "legal-hold"  # the hold came later than what was asked
    assert ask(carl, household="hh_smith").json()["code"] == "legal-hold"
    assert ask(carl, leaf=nobody_s).json()["code"] == "legal-hold"  # whom it is about nobody can tell
    assert agree(rita, ask(carl, leaf=other)).status_code == 200
    for _ in range(2):
        ended = rita("DELETE", hold.headers["location"])
        assert (ended.status_code, ended.json()["state"]) == (200, "ended")
    assert [it["state"] for it in rita("GET", "/v1/legal-holds").json()["data"]] == ["ended"]
    assert agree(rita, before).status_code == 200
    with service.store.reading() as session:
        types = session.exec(select(Journal.type).where(Journal.stream == "legal-holds").order_by(Journal.index)).all()
    assert types == ["legal-hold.placed", "legal-hold.ended"]


def test_whoever_sees_some_households_erases_none_of_others(service: Service, caller: Callers) -> None:
    some = caller("sven", Role.COMPLIANCE, households=["hh_else"])
    leaf, nobody_s = happened(service), happened(service, household=None)
    for body in ({"leaf": leaf}, {"household": "hh_smith"}, {"leaf": nobody_s}):
        assert ask(some, **body).json()["code"] == "not-found"
    hold = some("POST", "/v1/legal-holds", json={"household": "hh_smith", "reason": "x"})
    assert hold.json()["code"] == "not-found"


def test_an_erased_decision_has_no_bundle_and_says_so(
    service: Service, staff: Staff, caller: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    carl, rita = staff
    stock(service)
    anna = caller("anna", Role.ADVISER)
    found = asked(anna)
    place = f"/v1/proposals/{found['id']}"
    assert anna("GET", f"{place}/bundle").status_code == 200
    with service.store.reading() as session:
        proposal = session.get_one(Proposal, found["id"])
        rows = session.exec(select(Journal).where(Journal.stream == proposal.id)).all()
    monkeypatch.setattr(retention, "kept_until", lambda kind, time: (OLD, retention.ADVISER))  # years later
    for row in rows:
        wanted = ask(carl, leaf=row.leaf.hex())
        assert wanted.status_code == 201, wanted.text
        done = agree(rita, wanted)
        assert done.status_code == 200, done.text
    gone = anna("GET", f"{place}/bundle")
    assert (gone.status_code, gone.json()["code"]) == (410, "erased")
    left = anna("GET", place).json()
    assert left["answer"] is left["intent"] is None
    again = anna("POST", f"{place}/revisions", json={})
    assert (again.status_code, "was erased" in again.json()["detail"]) == (409, True)
    assert asked(anna)["intent"] is not None, "the same wish again"
    with service.store.reading() as session:
        assert blobs.get(session, [str(proposal.answer)]) == {}
    assert findings(service) == ()


def test_a_body_that_is_gone_without_an_entry_is_found(service: Service) -> None:
    happened(service)
    with service.store.engine.begin() as connection:
        connection.execute(text("UPDATE journal SET salt = NULL, body = NULL, data = '{}' WHERE stream = 's'"))
    assert any("no entry says that it was erased" in found for found in findings(service))


@pytest.mark.parametrize(
    ("kind", "time", "until"),
    [
        (Kind.PROPOSAL, "2026-11-22T10:00:00.000000Z", "2032-01-01T00:00:00.000000Z"),
        (Kind.PROPOSAL, "2026-12-31T23:59:59.999999Z", "2032-01-01T00:00:00.000000Z"),
        (Kind.FILL, "2026-11-22T10:00:00.000000Z", "2032-11-22T10:00:00.000000Z"),
        (Kind.FILL, "2028-02-29T10:00:00.000000Z", "2034-02-28T10:00:00.000000Z"),
        (Kind.GENESIS, "2015-01-01T00:00:00.000000Z", None),
        (Kind.ERASE, "2015-01-01T00:00:00.000000Z", None),
    ],
)
def test_how_long_is_kept(kind: Kind, time: str, until: str | None) -> None:
    found = retention.kept_until(kind, time)
    assert (found and found[0]) == until
