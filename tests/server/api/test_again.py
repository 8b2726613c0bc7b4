"""Approvals of orders that were found by other rules than those of now: what stops them, and what the log says of the
others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import Response

from policy.judge.redact import NOT_PERMITTED
from policy.proof.claims.claim import Answer
from policy.proof.entry import entry
from server import clock
from server.auth.roles import Role
from server.flow.driving import driving
from server.log import journal
from server.running import Service
from server.store.tables import Approval, Rulebook
from tests.server import stocked
from tests.server.api.conftest import Caller
from tests.server.api.test_approvals import AT_MOST, CARL, approve, claim, code, payload, ruled
from tests.server.api.test_proposals import asked
from tests.server.api.test_run_approvals import finished
from tests.server.api.test_runs import until
from tests.server.api.texts import PUBLIC
from tests.server.cli.test_visibility import BOOK, hidden
from tests.server.firm import firm
from tests.server.flow.test_headroom import FIRM
from tests.server.signing import registered, signed

Callers = Callable[..., Caller]
FIRST = {"If-Match": '"r1"'}
NOW = datetime.now(UTC)
TODAY = f"{NOW:%Y-%m-%d}"
OF_TODAY = {**BOOK, "as_of": TODAY, "prices": [{**price, "day": TODAY} for price in BOOK["prices"]]}
WAIVABLE = PUBLIC.replace("on breach block", 'on breach block, waiver by "CCO"')
WAIVER = {"rule": "P-1", "account": "trust", "raises_to": "80% of net assets", "first": TODAY, "last": TODAY,
          "reason": "founder's stock"}  # fmt: skip
WAIVED = {"accept": ["waived"]}


def rules(service: Service, share: str, *more: str) -> str:
    """The id of a rule book in force, with this limit."""
    return stocked.ruled(
        service, {"rules.mandate": PUBLIC.format(share=share), **{f"s{n}.mandate": s for n, s in enumerate(more)}}
    )


def activated(rita: Caller, carl: Caller, files: dict[str, str], **more: Any) -> str:
    """The same by two people, with the waivers that stand."""
    made = rita("POST", "/v1/rulebooks", json={"title": "t", "files": files, **more})
    assert made.status_code == 201, made.text
    name = str(made.json()["id"])
    assert carl("POST", f"/v1/rulebooks/{name}/activation", json={"from": "now"}, headers=FIRST).status_code == 200
    return name


def fallen(found: Response) -> list[str]:
    """What each proposal breaks."""
    assert code(found) == (409, "verdict-changed"), found.text
    return [each["detail"] for each in found.json()["errors"]]


def the_second_alone_falls(service: Service, carl: Caller, place: str, names: list[str]) -> None:
    """Of the three proposals of a run, by P-2: none is approved, and the others are once that one is rejected."""

    def together() -> Response:
        root = carl("GET", f"{place}/approval-payload").json()["payload"]["root"]
        return carl("POST", f"{place}/approvals", json={"root": root})

    found = together()
    (why,) = fallen(found)
    assert (names[1] in why, "P-2" in why, "1 of 3" in found.json()["detail"]) == (True, True, True)
    assert all(waits(service, carl, name) for name in names)
    one = f"/v1/proposals/{names[1]}"
    tag = {"If-Match": carl("GET", one).headers["etag"]}
    assert carl("POST", f"{one}/rejection", json={"reason": "it falls"}, headers=tag).status_code == 200
    assert together().json()["size"] == 2


def waits(service: Service, carl: Caller, name: str) -> bool:
    """Nothing of an approval was written."""
    with service.store.reading() as session:
        kept = session.get(Approval, name)
    return kept is None and carl("GET", f"/v1/proposals/{name}").json()["state"] == "proposed"


def manifests(service: Service, name: str) -> list[str | None]:
    """The rules that the log's entries of a proposal name."""
    with service.store.reading() as session:
        found = [entry(each) for each in journal.entries(session, 0, journal.size(session))]
    return [each.rules for each in found if each.stream == name]


def manifest(service: Service, rulebook: str) -> str:
    with service.store.reading() as session:
        return session.get_one(Rulebook, rulebook).manifest


# --- other rules -------------------------------------------------------------------------------


def test_orders_that_tighter_rules_stop_are_not_approved(service: Service, anna: Caller, carl: Caller) -> None:
    first = rules(service, "40")
    stocked.sealed(service)
    name = asked(anna)["id"]
    second = rules(service, "25")
    found = approve(carl, name)
    (why,) = fallen(found)
    assert (name in why, "P-1 for P-1/1/account trust/issuer/X" in why, "block" in why) == (True, True, True)
    place = f"/v1/rulebooks/{second}/changes?against={first}"
    assert place in found.json()["detail"]
    assert [each["id"] for each in carl("GET", place).json()["data"]] == ["P-1"]
    assert waits(service, carl, name)
    newer = asked(anna)
    assert (newer["state"], code(approve(carl, newer["id"]))) == ("proposed", (200, "approved"))


def test_what_passes_by_other_rules_is_approved_and_the_log_names_them(
    service: Service, anna: Caller, carl: Caller
) -> None:
    registered(carl, "carl", CARL)
    first = rules(service, "40")
    stocked.sealed(service)
    name = asked(anna)["id"]
    second = rules(service, "50", PUBLIC.format(share=60).replace("P-1", "P-2").partition("\n\n")[2])
    found = approve(carl, name, envelope=signed(payload(carl, name), CARL))
    assert (code(found), found.json()["rulebook"]) == ((200, "approved"), first)
    assert found.json()["approval"]["rulebook"] == second
    old, new = manifest(service, first), manifest(service, second)
    assert manifests(service, name) == [old, old, new]
    answer, why = claim(service, anna, name)
    assert (answer, f"other rules were in force ({new[:16]}…)" in why) == (Answer.PROVEN, True), why


def test_a_rule_that_was_observed_and_is_enforced_now_stops_them(
    service: Service, anna: Caller, carl: Caller, caller: Callers
) -> None:
    rita = caller("rita", Role.COMPLIANCE)
    files = {"a.mandate": PUBLIC.format(share=40), "b.mandate": PUBLIC.format(share=20).replace("P-1", "P-2")}
    made = activated(rita, carl, files, observe=["P-2"])
    stocked.sealed(service)
    name = asked(anna)["id"]
    body = {"rule": "P-2", "mode": "enforce", "reason": "a month without a false alarm"}
    mode = rita("POST", f"/v1/rulebooks/{made}/modes", json=body).json()["id"]
    assert carl("POST", f"/v1/modes/{mode}/approval", json={}, headers=FIRST).status_code == 200
    assert all("P-2" in why for why in fallen(approve(carl, name)))


LISTED = """
rule P-2 "Nothing that is listed"
  source "Policy" section "2"
  layer mandate
  applies to each account
  forbid buy where issuer in list "L"
  missing data counts as unknown
  tested at trade
  on breach block
end

list L "Some companies"
  kind restricted
  source "Policy" section "3"
  applies to each account
  covers issuer "Issuer {issuer}"
  effective from 2020-01-01 until lifted
  forbid short
  on breach block
end
"""
SECOND = PUBLIC.format(share=20).replace("P-1", "P-2").partition("\n\n")[2]


@pytest.mark.parametrize(
    ("before", "after", "book"),
    [
        (LISTED.format(issuer="Q"), LISTED.format(issuer="B"), BOOK),
        ("", FIRM.format(share=20).replace("FIRM-1", "P-2"), firm(2)),
        *[(SECOND.replace("  on breach", f"  effective from {TODAY} until lifted\n  on breach"),) * 2 + (BOOK,)],
    ],
    ids=["a list that a rule reads", "a rule about the firm", "a rule that begins today"],
)
def test_whatever_changed_is_judged(
    service: Service, anna: Caller, carl: Caller, before: str, after: str, book: Any
) -> None:
    rules(service, "40", before)
    stocked.sealed(service, book)
    found = asked(anna, **({"household": "h0"} if book is not BOOK else {}))
    assert found["state"] == "proposed", found
    rules(service, "40", after)
    (why,) = fallen(approve(carl, found["id"]))
    assert ("P-2" in why, "P-1" in why) == (True, False)


def test_what_stops_them_is_named_to_whom_it_is_for(service: Service, caller: Callers, anna: Caller) -> None:
    room = caller("room", Role.COMPLIANCE, Role.CONTROL_ROOM)
    rules(service, "40", "")
    stocked.sealed(service)
    name = asked(anna)["id"]
    rules(service, "40", hidden("require cash >= 80% of net assets"))
    (said,), (whole,) = (fallen(approve(who, name)) for who in (caller("dora", Role.ADVISER), room))
    assert said == f"{name}: rules changed: {NOT_PERMITTED}"
    assert "H-7" in whole


def test_who_may_not_approve_is_not_told_what_changed(service: Service, anna: Caller) -> None:
    rules(service, "40")
    stocked.sealed(service)
    name = asked(anna)["id"]
    rules(service, "25")
    assert code(approve(anna, name)) == (403, "self-approval")


# --- waivers -----------------------------------------------------------------------------------


@pytest.fixture
def waived(service: Service, anna: Caller, carl: Caller) -> tuple[str, str]:
    """A proposal that leans on a waiver, and the waiver."""
    stocked.ruled(service, {"rules.mandate": WAIVABLE.format(share=25)})
    stocked.sealed(service, OF_TODAY)
    waiver = anna("POST", "/v1/waivers", json=WAIVER).json()["id"]
    assert carl("POST", f"/v1/waivers/{waiver}/grant", json={}, headers=FIRST).status_code == 200
    found = asked(anna, intent=WAIVED)
    assert found["answer"]["after"]["answer"] == "waived", found
    return found["id"], waiver


def test_a_waiver_that_stands_does(service: Service, carl: Caller, waived: tuple[str, str]) -> None:
    found = approve(carl, waived[0])
    assert (code(found), found.json()["rulebook"]) == ((200, "approved"), found.json()["approval"]["rulebook"])
    assert "other rules" not in claim(service, carl, waived[0])[1]


def test_orders_that_lean_on_a_waiver_that_was_ended_are_not_approved(
    service: Service, carl: Caller, waived: tuple[str, str]
) -> None:
    name, waiver = waived
    assert carl("DELETE", f"/v1/waivers/{waiver}").status_code == 200
    (why,) = fallen(approve(carl, name))
    assert "P-1" in why
    assert waits(service, carl, name)


def test_orders_that_lean_on_a_waiver_are_not_approved_after_its_last_day(
    service: Service, carl: Caller, waived: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.clock.now", lambda: clock.text(datetime.now(UTC) + timedelta(days=1)))
    found = approve(carl, waived[0])
    assert "P-1" in fallen(found)[0]
    assert "in force on" in found.json()["detail"]


@pytest.mark.parametrize(("share", "code_"), [(25, (200, "approved")), (24, (409, "verdict-changed"))])
def test_what_is_waived_is_approved_by_the_numbers_that_it_was_proposed_by(
    service: Service, caller: Callers, carl: Caller, waived: tuple[str, str], share: int, code_: object
) -> None:
    rita = caller("rita", Role.COMPLIANCE)
    activated(rita, carl, {"rules.mandate": WAIVABLE.format(share=share), "more.mandate": SECOND.replace("20%", "60%")})
    assert code(approve(carl, waived[0])) == code_


def test_what_is_excused_since_is_for_a_new_proposal(service: Service, anna: Caller, carl: Caller) -> None:
    """Nobody was asked whether they approve of a waiver that was none when this was proposed."""
    stocked.ruled(service, {"rules.mandate": WAIVABLE.format(share=40)})
    stocked.sealed(service, OF_TODAY)
    name = asked(anna, intent=WAIVED)["id"]
    stocked.ruled(service, {"rules.mandate": WAIVABLE.format(share=25)})
    waiver = anna("POST", "/v1/waivers", json=WAIVER).json()["id"]
    assert carl("POST", f"/v1/waivers/{waiver}/grant", json={}, headers=FIRST).status_code == 200
    assert "waived" in fallen(approve(carl, name))[0]


# --- policies, and runs ------------------------------------------------------------------------


def test_a_policy_approves_by_itself_only_what_nothing_changed_for(
    service: Service, caller: Callers, anna: Caller, carl: Caller
) -> None:
    rita = caller("rita", Role.COMPLIANCE)
    first = rules(service, "40")
    snapshot = stocked.sealed(service)
    ruled(rita, carl, {"level": "standing", "when": AT_MOST, "until": "2099-01-01T00:00:00Z"})
    rules(service, "50")
    late = stocked.asked(service, first, snapshot)
    until(anna, f"/v1/proposals/{late}", "proposed")
    assert code(approve(carl, late)) == (200, "approved")


@pytest.fixture
def driven(service: Service) -> Iterator[None]:
    rules(service, "40")
    stocked.sealed(service, firm(3))
    with driving(service):
        yield


def test_a_run_is_refused_as_a_whole_and_names_what_falls(
    service: Service, caller: Callers, driven: None, anna: Caller, carl: Caller
) -> None:
    place, names = finished(anna)
    mandate = PUBLIC.format(share=25).replace("P-1", "P-2").replace("to each account", 'to account "h1-trust"')
    rules(service, "40", mandate)

    the_second_alone_falls(service, carl, place, names)
    assert len(set(manifests(service, names[0]))) == 2
