"""Limits of the whole firm under proposals that are worked out at the same time: whatever was accepted together, filled
in any choice of them, breaks nothing."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import chain, combinations
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from sqlmodel import select

from policy.ir.bound import Outcome
from policy.judge.eval import judge
from server import clock
from server.app import app
from server.auth import credentials
from server.auth.credentials import Principal
from server.auth.roles import Role
from server.desk import again, approvals, headroom, proposals
from server.desk.approvals import Yes
from server.desk.loaded import loaded as known
from server.desk.proposals import State, Wanted
from server.flow import worker
from server.log import journal
from server.log.events import Event
from server.running import Service, opened
from server.settings import Settings
from server.store.tables import Proposal, Snapshot
from tests.server import stocked
from tests.server.api.test_parts import SHARED, household, together

FIRM = """
rule FIRM-1 "The firm holds little of A"
  source "Firm policy" section "1"
  layer firm
  applies to firm
  counting market value
  limit each issuer to at most {share}% of net assets
  missing data counts as unknown
  tested at trade, close
  passive breach must be cured by this proposal
  on breach block
end
"""
LATER = "2099-01-01T00:00:00.000000Z"
NAMES = ("h1", "h2", "h3", "h4")


@dataclass
class Firm:
    service: Service
    rulebook: str
    snapshot: str

    def ask(self, name: str | None, expires: str | None = None) -> str:
        wanted = Wanted(known(self.service, self.rulebook, self.snapshot, name), "{}", expires)
        with self.service.store.writing() as session:
            now = clock.now()
            row, events = proposals.queued(session, wanted, "anna", now)
            journal.append(session, events, now)
            return row.id

    def work(self, threads: int = 1) -> None:
        def on() -> None:
            while worker.one(self.service):
                pass

        with ThreadPoolExecutor(threads) as pool:
            for done in [pool.submit(on) for _ in range(threads)]:
                done.result()

    def approve(self, name: str) -> bool:
        """Whether it could still be."""
        who = Principal("key", "berta", frozenset({Role.ADVISER}), None)
        looked = again.looked(self.service, [self.row(name)])
        with self.service.store.writing() as session:
            now = clock.now()
            row = session.get_one(Proposal, name, with_for_update=True)
            if proposals.state(row, now) is not State.PROPOSED:
                return False
            done = approvals.one(session, row, Yes(who), self.service.signer.keys.signs.seed, now, looked)
            assert isinstance(done, Event), done
            journal.append(session, [done], now)
        return True

    def row(self, name: str) -> Proposal:
        with self.service.store.reading() as session:
            return session.get_one(Proposal, name)

    def rows(self) -> list[Proposal]:
        with self.service.store.reading() as session:
            return list(session.exec(select(Proposal).order_by(Proposal.id)))


@pytest.fixture
def firm(url: str, tmp_path: Path) -> Iterator[Firm]:
    service = opened(Settings(tmp_path / "data", url, workers=0))
    rules = {"rules.mandate": stocked.RULES, "firm.mandate": FIRM.format(share=20)}
    book = {**SHARED, **together(*(household(name) for name in NAMES))}
    yield Firm(service, stocked.ruled(service, rules), stocked.sealed(service, book))
    service.store.engine.dispose()


def breaks_nothing(firm: Firm, points: list[dict[str, Fraction]]) -> None:
    with firm.service.store.reading() as session:
        data = session.get_one(Snapshot, firm.snapshot)
    whole = headroom.firm_wide(firm.service, known(firm.service, firm.rulebook, firm.snapshot), data, ())
    for some in chain.from_iterable(combinations(points, size) for size in range(len(points) + 1)):
        at = {name: amount for point in some for name, amount in point.items()}
        assert judge(whole.bound, at).outcome is Outcome.PASS


def points(firm: Firm) -> list[dict[str, Fraction]]:
    with firm.service.store.reading() as session:
        found = headroom.held(session, session.get_one(Snapshot, firm.snapshot), clock.now())
    return [dict(each.point) for each in found]


@pytest.mark.parametrize("threads", [1, 4])
def test_what_was_accepted_together_breaks_nothing(firm: Firm, threads: int) -> None:
    for name in NAMES:
        firm.ask(name)
    firm.work(threads)
    accepted = points(firm)
    assert len(accepted) >= 2, [(row.state, row.reason) for row in firm.rows()]
    breaks_nothing(firm, accepted)
    short = [row for row in firm.rows() if row.state == State.REFUSED.value or not row.holds]
    bought = sum(amount for point in accepted for name, amount in point.items() if name.endswith("/A"))
    assert bought < 4 * 83 or short, "there is not enough for all"


def test_a_newer_one_of_the_same_household_takes_the_place_of_the_older(firm: Firm) -> None:
    first, second = firm.ask("h1"), firm.ask("h1")
    firm.work()
    assert (firm.row(first).state, firm.row(second).state) == (State.SUPERSEDED.value, State.PROPOSED.value)
    whole = firm.ask(None)
    firm.work()
    assert firm.row(whole).state == State.REFUSED.value
    assert str(firm.row(whole).reason).startswith("headroom-held")


def test_whole_snapshots_stand_in_each_others_way_as_households_do(firm: Firm) -> None:
    first = firm.ask(None)
    firm.work()
    assert firm.row(first).state == State.PROPOSED.value, firm.row(first).reason
    second, one = firm.ask(None), firm.ask("h1")
    firm.work()
    assert (firm.row(first).state, firm.row(second).state) == (State.SUPERSEDED.value, State.PROPOSED.value)
    assert str(firm.row(one).reason).startswith("headroom-held")
    assert len(points(firm)) == 1
    assert firm.approve(second)
    third = firm.ask(None)
    firm.work()
    assert str(firm.row(third).reason).startswith("headroom-held")


def test_what_nobody_decided_in_time_is_released(firm: Firm) -> None:
    past = clock.text(datetime.now(UTC) - timedelta(minutes=2))
    firm.ask("h1", past)
    firm.work()
    assert points(firm) == []


def test_what_is_left_can_be_read(firm: Firm) -> None:
    for name in ("h1", "h2"):
        firm.ask(name)
    firm.work()
    with TestClient(app(firm.service)) as client:
        with firm.service.store.writing() as session:
            keys = [
                credentials.made(
                    session, who, frozenset({Role.ADVISER}), seen, clock.now(), "2099-01-01T00:00:00.000000Z"
                )
                for who, seen in (("anna", None), ("eve", frozenset({"h1"})))
            ]
        (_, anna), (_, eve) = keys
        whole = client.get("/v1/headroom", headers={"Authorization": f"Bearer {anna}"}).json()
        mine = client.get("/v1/headroom", headers={"Authorization": f"Bearer {eve}"}).json()
    (line,) = [each for each in whole["limits"] if each["group"] == "issuer Issuer A"]
    used, reserved, left = (Fraction(line[name]) for name in ("used", "reserved", "left"))
    assert (used, Fraction(line["limit"])) == (400, Fraction(4 * 3100, 5))
    assert reserved > 0
    assert left == Fraction(line["limit"]) - used - reserved >= 0
    assert {each["household"] for each in whole["holders"]} == {"h1", "h2"}
    assert ([each["household"] for each in mine["holders"]], mine["limits"]) == (["h1"], [])


def filled(firm: Firm, name: str, share: Fraction) -> dict[str, object]:
    """The book once so much of the proposal's orders is filled, with other prices."""
    book = {**SHARED, **together(*(household(each) for each in NAMES))}
    lots = {lot["id"]: dict(lot) for lot in book["lots"]}
    for what, units in headroom.point_of(firm.row(name)).items():
        side, _, rest = what.partition("/")
        if side == "sell":
            lots[rest]["quantity"] = str(Fraction(lots[rest]["quantity"]) - share * units)
        elif side == "buy":
            account, instrument = rest.split("/")
            new = {"id": f"new-{rest}", "account": account, "instrument": instrument, "basis": "1"}
            lots[new["id"]] = {**new, "quantity": str(share * units)}
    return {**book, "lots": [lot for lot in lots.values() if lot["quantity"] != "0"]}


def holders(firm: Firm, snapshot: str) -> list[str]:
    with firm.service.store.reading() as session:
        return [each.proposal for each in headroom.held(session, session.get_one(Snapshot, snapshot), clock.now())]


def test_approved_orders_hold_until_the_data_show_them_filled(firm: Firm) -> None:
    name = firm.ask("h1")
    firm.work()
    assert all(what.split("/")[0] in ("buy", "sell", "residue") for what in headroom.point_of(firm.row(name)))
    assert firm.approve(name)
    prices = [{**price, "price": "10.01"} for price in SHARED["prices"]]
    none, some = filled(firm, name, Fraction(0)), filled(firm, name, Fraction(1, 2))
    for book in (none, {**none, "prices": prices}, some):
        firm.snapshot = stocked.sealed(firm.service, book)
        assert holders(firm, firm.snapshot) == [name], "nothing, or not everything, was filled"
    again = firm.ask("h1")
    firm.work()
    assert str(firm.row(again).reason).startswith("headroom-held")
    before, firm.snapshot = firm.snapshot, stocked.sealed(firm.service, filled(firm, name, Fraction(1)))
    assert (holders(firm, before), holders(firm, firm.snapshot)) == ([name], [])
    later = firm.ask("h1")
    firm.work()
    assert firm.row(later).reason is None


def test_what_will_not_be_filled_is_released_by_somebody_else(firm: Firm) -> None:
    name = firm.ask("h1")
    firm.work()
    with TestClient(app(firm.service)) as client:
        until = "2099-01-01T00:00:00.000000Z"
        with firm.service.store.writing() as session:
            roles = frozenset({Role.OPERATIONS})
            keys = {w: credentials.made(session, w, roles, None, clock.now(), until)[1] for w in ("anna", "olga")}

        def asks(who: str, path: str, body: object, number: int, version: int = 3) -> tuple[int, str]:
            headers = {"Idempotency-Key": f'"{number}"', "If-Match": f'"r{version}"'}
            found = client.post(path, json=body, headers={**headers, "Authorization": f"Bearer {keys[who]}"})
            return found.status_code, found.json().get("code", "")

        def shown() -> dict[str, Any]:
            headers = {"Authorization": f"Bearer {keys['olga']}"}
            found: dict[str, Any] = client.get(f"/v1/proposals/{name}", headers=headers).json()
            return found

        path, why = f"/v1/proposals/{name}/release", {"reason": "the rest was cancelled"}
        assert asks("olga", path, why, 1) == (412, "version-old")
        assert firm.approve(name)
        price = {"instrument": "A", "day": "2026-01-30", "price": "10.00"}
        assert asks("olga", "/v1/facts", {"prices": [price]}, 2)[0] == 201
        newest = client.get("/v1/headroom", headers={"Authorization": f"Bearer {keys['olga']}"}).json()
        assert [(each["proposal"], each["until"]) for each in newest["holders"]] == [(name, None)]
        assert asks("anna", path, why, 3) == (403, "self-approval")
        assert shown()["allows"] == ["release"]
        assert asks("olga", path, why, 4) == (200, "")
        released = shown()
        assert (released["allows"], released["released"]["person"]) == ([], "olga")
        assert released["released"]["reason"] == "the rest was cancelled"
        assert holders(firm, newest["snapshot"]) == []
        assert holders(firm, firm.snapshot) == [name], "against older data it holds as it did"
        assert asks("olga", path, why, 5, version=4) == (409, "state-conflict")
