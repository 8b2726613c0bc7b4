"""Approvals of orders that were found on other data than those known now: what stops them, and what the log says of the
others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from httpx import Response

from policy.judge.redact import NOT_PERMITTED
from policy.proof.claims.claim import Answer
from policy.proof.entry import entry
from server.auth.roles import Role
from server.desk import again, newer
from server.desk.again import Broken, Placed
from server.desk.loaded import Loaded
from server.flow.driving import driving
from server.log import journal
from server.running import Service
from server.store.tables import Proposal, Snapshot
from tests.server import stocked
from tests.server.api.conftest import Caller
from tests.server.api.test_again import (
    CARL,
    FIRST,
    OF_TODAY,
    WAIVABLE,
    WAIVED,
    WAIVER,
    fallen,
    the_second_alone_falls,
    waits,
)
from tests.server.api.test_approvals import AT_MOST, approve, claim, code, payload, ruled
from tests.server.api.test_proposals import asked
from tests.server.api.test_run_approvals import finished
from tests.server.api.test_runs import until
from tests.server.api.texts import PUBLIC
from tests.server.cli.test_visibility import BOOK
from tests.server.firm import firm
from tests.server.flow.test_headroom import FIRM
from tests.server.signing import registered, signed

Callers = Callable[..., Caller]
LISTED = """
rule P-2 "Nothing that is listed"
  source "Policy" section "2"
  layer mandate
  applies to each account
  forbid buy where issuer in list "L"
  missing data counts as unknown
  tested at trade
  {eyes}
  on breach block
end
"""
OPEN, KEPT = LISTED.format(eyes=""), LISTED.format(eyes='visible to "control room"')


def widened(book: dict[str, Any]) -> dict[str, Any]:
    """With a share that no account has, and a list that is known whole, of shares that are nothing else."""
    shares = [*book["instruments"], {**book["instruments"][0], "id": "Q", "name": "Share Q", "issuer": "XQ"}]
    return {
        **book,
        "issuers": [*book["issuers"], {"id": "XQ", "name": "Issuer Q"}],
        "instruments": [{**share, "facts": {"derivative": False}} for share in shares],
        "prices": [*book["prices"], {**book["prices"][0], "instrument": "Q"}],
        "complete": [{"of": "list", "id": "L", "since": "2020-01-01"}],
    }


WIDE = widened(BOOK)
LESS = {**WIDE, "weights": [{**each, "weight": "10%" if each["key"] == "A" else "30%"} for each in WIDE["weights"]]}
"""By whose model some of A is sold."""
DAY = BOOK["as_of"]
NEXT = {**WIDE, "as_of": "2026-02-02", "prices": [{**each, "day": "2026-02-02"} for each in WIDE["prices"]]}


@pytest.fixture
def room(caller: Callers) -> Caller:
    return caller("room", Role.COMPLIANCE, Role.CONTROL_ROOM)


@pytest.fixture
def unjudged(monkeypatch: pytest.MonkeyPatch) -> None:
    def judged(*_: object) -> None:
        raise AssertionError("nothing that concerns it changed")

    monkeypatch.setattr(again, "_judged", judged)


def begun(service: Service, *more: str, share: int = 40, book: Any = WIDE) -> None:
    files = {"rules.mandate": PUBLIC.format(share=share), **{f"{n}.mandate": text for n, text in enumerate(more)}}
    stocked.ruled(service, files)
    stocked.sealed(service, book)


def entered(who: Caller, issuer: str) -> str:
    """The id of the next snapshot."""
    found = who("POST", "/v1/lists/L/entries", json={"kind": "issuer", "subject": issuer})
    assert found.status_code == 201, found.text
    return str(found.json()["id"])


def changed(olga: Caller, **tables: Any) -> str:
    found = olga("POST", "/v1/facts", json=tables)
    assert found.status_code == 201, found.text
    return str(found.json()["id"])


def holds(olga: Caller, cash: str = "3000.00", **units: str) -> str:
    """All that the account holds now."""
    lots = [{**lot, "quantity": units.get(lot["instrument"], lot["quantity"])} for lot in BOOK["lots"]]
    left = [{name: lot[name] for name in lot if name != "account"} for lot in lots if lot["quantity"] != "0"]
    money = {"USD": {"settled": cash, "unsettled": "0"}}
    return changed(olga, positions=[{"account": "trust", "cash": money, "lots": left}])


def on(service: Service, found: Response, snapshot: str) -> None:
    """Approved, and the answer and the log name the data."""
    assert code(found) == (200, "approved"), found.text
    assert found.json()["approval"]["snapshot"] == snapshot
    with service.store.reading() as session:
        manifest = session.get_one(Snapshot, snapshot).manifest
        said = [entry(each) for each in journal.entries(session, 0, journal.size(session))]
    assert [each.snapshot for each in said if each.stream == found.json()["id"]][-1] == manifest


# --- what stops them ---------------------------------------------------------------------------


def test_orders_for_what_is_on_a_list_now_are_not_approved(
    service: Service, anna: Caller, carl: Caller, room: Caller
) -> None:
    begun(service, OPEN)
    name = asked(anna)["id"]
    entered(room, "XB")
    found = approve(carl, name)
    (why,) = fallen(found)
    assert why.startswith(f"{name}: data changed: P-2 for ")
    assert "on the newest data" in found.json()["detail"]
    assert waits(service, carl, name)
    assert {each["instrument"] for each in asked(anna)["answer"]["orders"]} == {"C"}


def test_a_list_that_is_for_other_eyes_is_not_named(
    service: Service, caller: Callers, anna: Caller, room: Caller
) -> None:
    begun(service, KEPT)
    name = asked(anna)["id"]
    snapshot = entered(room, "XB")
    found = approve(caller("dora", Role.ADVISER), name)
    assert fallen(found) == [f"{name}: data changed: {NOT_PERMITTED}"]
    assert not [word for word in ("P-2", "XB", '"L"', snapshot) if word in found.text]
    assert "P-2" in fallen(approve(room, name))[0]
    assert waits(service, room, name)


@pytest.mark.parametrize(
    ("now", "why"),
    [({"A": "0"}, "200 of `A` are to be used and 0 are held"), ({"cash": "0"}, "trust would be short of cash")],
)
def test_orders_that_cannot_be_filled_any_more_are_not_approved(
    service: Service, anna: Caller, carl: Caller, olga: Caller, now: dict[str, str], why: str
) -> None:
    begun(service, book=LESS if "A" in now else WIDE)
    name = asked(anna)["id"]
    holds(olga, **now)
    assert f"{name}: data changed: {why}" in fallen(approve(carl, name))[0]
    assert waits(service, carl, name)


def test_rules_and_data_that_both_changed_are_both_said(
    service: Service, anna: Caller, carl: Caller, olga: Caller
) -> None:
    begun(service)
    name = asked(anna)["id"]
    stocked.ruled(service, {"rules.mandate": PUBLIC.format(share=10)})
    holds(olga, cash="3001.00")
    assert "rules and data changed: P-1" in fallen(approve(carl, name))[0]


def test_what_others_hold_counts_where_a_rule_adds_up_the_firm(
    service: Service, anna: Caller, carl: Caller, olga: Caller
) -> None:
    begun(service, FIRM.format(share=40), book=firm(2))
    name = asked(anna, household="h0")["id"]
    lots = [{"id": "more", "instrument": "B", "quantity": "90000", "basis": "1"}]
    changed(olga, positions=[{"household": "h1", "account": "h1-trust", "lots": lots}])
    assert "FIRM-1" in fallen(approve(carl, name))[0]


def test_where_others_changed_alone_the_rules_about_the_firm_say_what_all_rules_do(
    service: Service, anna: Caller, olga: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(service, FIRM.format(share=40), book=firm(3))
    names = {asked(anna, household=home)["id"] for home in ("h0", "h1")}
    judged, concerning, found = again._judged, newer.concerning, list[set[str]]()

    def spied(service: Service, row: Proposal, old: Loaded, new: Loaded) -> Placed | None:
        found.append({rule.id for rule in new.rules.library.rules})
        return judged(service, row, old, new)

    def everything(*asked: Any) -> frozenset[str] | None:
        return None if concerning(*asked) else newer.NOTHING

    def looked() -> tuple[object, object]:
        with service.store.reading() as session:
            seen = again.looked(service, [session.get_one(Proposal, name) for name in sorted(names)])
        return seen.stood, {name: said(each) for name, each in seen.fallen.items()}

    def said(broken: Broken) -> object:
        told = [(each.obligation.id, each.outcome, each.reason, each.deciding) for each in broken.findings]
        return told, broken.flaws, broken.rules, broken.facts

    monkeypatch.setattr(again, "_judged", spied)
    kinds = set[tuple[bool, bool]]()
    for held in ("20", "900", "3000", "90000"):
        lots = [{"id": "more", "instrument": "B", "quantity": held, "basis": "1"}]
        changed(olga, positions=[{"household": "h2", "account": "h2-trust", "lots": lots}])
        few = looked()
        with monkeypatch.context() as patched:
            patched.setattr(newer, "concerning", everything)
            assert few == looked()
        assert found == [{"FIRM-1"}] * 2 + [{"FIRM-1", "P-1"}] * 2
        found.clear()
        kinds.add((bool(few[0]), bool(few[1])))
    assert {(True, False), (False, True)} <= kinds


# --- what does not -----------------------------------------------------------------------------


def test_who_is_on_a_list_and_is_none_of_theirs_stops_nothing(
    service: Service, anna: Caller, carl: Caller, room: Caller, unjudged: None
) -> None:
    registered(carl, "carl", CARL)
    begun(service, OPEN)
    name = asked(anna)["id"]
    snapshot = entered(room, "XQ")
    found = approve(carl, name, envelope=signed(payload(carl, name), CARL))
    on(service, found, snapshot)
    assert found.json()["snapshot"] != snapshot
    answer, why = claim(service, anna, name)
    assert (answer, "approved when newer data were known" in why) == (Answer.PROVEN, True), why


def test_prices_alone_stop_nothing(service: Service, anna: Caller, carl: Caller, olga: Caller, unjudged: None) -> None:
    begun(service)
    name = asked(anna)["id"]
    changed(olga, prices=[{"instrument": "A", "day": DAY, "price": "900.00"}])
    last = changed(olga, prices=[{"instrument": "B", "day": DAY, "price": "9.00"}])
    on(service, approve(carl, name), last)


def test_a_book_with_other_prices_alone_stops_nothing(
    service: Service, anna: Caller, carl: Caller, unjudged: None
) -> None:
    begun(service)
    name = asked(anna)["id"]
    other = {**WIDE, "prices": [{**each, "price": "11.00"} for each in WIDE["prices"]]}
    last = stocked.sealed(service, other)
    on(service, approve(carl, name), last)


def test_what_passes_on_the_next_day_is_approved(service: Service, anna: Caller, carl: Caller) -> None:
    begun(service, OPEN)
    name = asked(anna)["id"]
    last = stocked.sealed(service, NEXT)
    on(service, approve(carl, name), last)


@pytest.mark.parametrize(("cash", "said"), [("3100.00", (200, "approved")), ("2900.00", (409, "verdict-changed"))])
def test_what_is_waived_is_approved_while_it_is_no_worse(
    service: Service, anna: Caller, carl: Caller, olga: Caller, cash: str, said: object
) -> None:
    stocked.ruled(service, {"rules.mandate": WAIVABLE.format(share=25)})
    stocked.sealed(service, OF_TODAY)
    waiver = anna("POST", "/v1/waivers", json=WAIVER).json()["id"]
    assert carl("POST", f"/v1/waivers/{waiver}/grant", json={}, headers=FIRST).status_code == 200
    name = asked(anna, intent=WAIVED)["id"]
    holds(olga, cash)
    assert code(approve(carl, name)) == said


# --- what holds on -----------------------------------------------------------------------------


def test_orders_are_filled_once_data_show_it_against_those_of_the_approval(
    service: Service, anna: Caller, carl: Caller, olga: Caller
) -> None:
    """What was sold before the approval is no fill of theirs."""
    begun(service, book=LESS)
    found = asked(anna)
    (sold,) = (each for each in found["answer"]["orders"] if each["side"] == "sell")
    units = int(float(str(sold["quantity"])))
    holds(olga, A=str(300 - units // 2))
    assert code(approve(carl, found["id"])) == (200, "approved")

    def seen() -> bool:
        with service.store.reading() as session:
            return session.get_one(Proposal, found["id"]).seen is not None

    bought = {each["instrument"]: each["quantity"] for each in found["answer"]["orders"] if each["side"] == "buy"}
    after = {name: str(200 + int(float(str(quantity)))) for name, quantity in bought.items()}
    holds(olga, A=str(300 - units), **after)
    assert not seen()
    holds(olga, A=str(300 - units // 2 - units), **after)
    assert seen()


# --- policies, and runs ------------------------------------------------------------------------


@pytest.mark.parametrize(("late", "state"), [(NEXT, "proposed"), (None, "approved")])
def test_a_policy_approves_by_itself_only_what_no_data_changed_for(
    service: Service, caller: Callers, anna: Caller, carl: Caller, olga: Caller, late: Any, state: str
) -> None:
    rulebook = stocked.ruled(service, {"rules.mandate": PUBLIC.format(share=40)})
    snapshot = stocked.sealed(service, WIDE)
    rita = caller("rita", Role.COMPLIANCE)
    ruled(rita, carl, {"level": "standing", "when": AT_MOST, "until": "2099-01-01T00:00:00Z"})
    if late is None:
        changed(olga, prices=[{"instrument": "A", "day": DAY, "price": "10.50"}])
    else:
        stocked.sealed(service, late)
    until(anna, f"/v1/proposals/{stocked.asked(service, rulebook, snapshot)}", state)


@pytest.fixture
def driven(service: Service) -> Iterator[None]:
    """Of three households the second one is to buy what nobody else is."""
    book = widened(firm(3))
    accounts = [{**each, "model": "N"} if each["household"] == "h1" else each for each in book["accounts"]]
    other = [{**each, "model": "N", "key": "Q" if each["key"] == "C" else each["key"]} for each in BOOK["weights"]]
    begun(service, OPEN, book={**book, "accounts": accounts, "weights": [*BOOK["weights"], *other]})
    with driving(service):
        yield


def test_of_a_run_whoever_an_entry_reaches_is_named(
    service: Service, driven: None, anna: Caller, carl: Caller, room: Caller
) -> None:
    place, names = finished(anna)
    entered(room, "XQ")
    the_second_alone_falls(service, carl, place, names)
