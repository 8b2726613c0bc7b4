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
