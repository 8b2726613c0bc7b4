"""Two who want at once what cannot both be: one of them has it, the other one is told, and the log says no other thing.

One is held in the middle of its transaction until the other one waits for it, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from time import sleep

import pytest
from httpx import Response
from sqlmodel import Session, select

from server import clock
from server.desk import facts, holds, ingest, legal_holds, publish, ruling
from server.desk.facts import New, Next, Position
from server.desk.lists import Said
from server.flow import duties, proposing, queue
from server.log import journal
from server.store.tables import Approval, Journal, Proposal
from tests.server.api.deeds import DEEDS, FIRST, RULES, SECOND, WHY, Deed, World, world
from tests.server.api.texts import PUBLIC
from tests.server.locks import waited_for

pytestmark = pytest.mark.both


@pytest.fixture
def firm(url: str, tmp_path: Path) -> Iterator[World]:
    with world(url, tmp_path) as found:
        yield found


def meanwhile(firm: World, deed: Deed, first: Callable[[Session], object]) -> Response:
    """What the deed is answered that comes while `first` is not yet written."""
    with ThreadPoolExecutor(1) as pool:
        with firm.service.store.writing() as session:
            first(session)
            second = pool.submit(deed, firm.two)
            waited_for(firm.service.store)
        return second.result()


def at_once(*acts: Callable[[], Response]) -> list[Response]:
    barrier = Barrier(len(acts))

    def done(act: Callable[[], Response]) -> Response:
        barrier.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(done, acts))


def told(firm: World, stream: str) -> list[str]:
    with firm.service.store.reading() as session:
        return list(session.exec(select(Journal.type).where(Journal.stream == stream).order_by(Journal.index)))


def code(found: Response) -> object:
    return found.json().get("code", found.status_code)


def decisions(name: str) -> tuple[Deed, Deed]:
    path = f"/v1/proposals/{name}"
    return Deed(f"{path}/approval", {}, SECOND), Deed(f"{path}/rejection", WHY, SECOND)


def held(session: Session) -> None:
    now = clock.now()
    _, event = holds.placed(session, "smith", None, "a divorce", now, None, "carl", now)
    journal.append(session, [event], now)


def test_nothing_is_approved_once_a_hold_is_placed(firm: World) -> None:
    approval, rejection = decisions(firm.proposal())
    assert code(meanwhile(firm, approval, held)) == "account-held"
    assert rejection(firm.two).status_code == 200


def test_no_proposal_of_a_run_is_approved_once_a_hold_is_placed(firm: World) -> None:
    assert code(meanwhile(firm, DEEDS["run_approvals_approve"](firm), held)) == "account-held"


def tightened(firm: World) -> Callable[[Session], None]:
    """Rules by which none of the orders of `smith` pass."""
    draft = publish.drafted({"open.mandate": PUBLIC.format(share=1)})
    assert isinstance(draft, publish.Draft)

    def begins(session: Session) -> None:
        ruling.alone(session)
        now = clock.now()
        row, made = publish.published(session, draft, "tighter", "rita", now)
        session.flush()
        journal.append(session, [made, publish.activated(session, row, "carl", now)], now)

    return begins


@pytest.mark.parametrize("which", ["decisions_approve", "run_approvals_approve"])
def test_nothing_is_approved_by_rules_that_just_ended(firm: World, which: str) -> None:
    """Who looked before and writes afterwards is sent away to look again. On SQLite the look has to wait, too."""
    deed = DEEDS[which](firm)
    first = code(meanwhile(firm, deed, tightened(firm)))
    assert first == ("verdict-changed" if firm.service.store.queue else "verdict-changing")
    assert code(deed(firm.two)) == "verdict-changed"
    with firm.service.store.reading() as session:
        assert not session.exec(select(Approval)).all()


def said(session: Session, new: New) -> None:
    base = ingest.newest(session)
    assert base is not None
    found = facts.put(session, base, new)
    assert isinstance(found, Next), found
    now = clock.now()
    word = Said((), ends=False, source="test", reason=None, author="olga")
    _, events = facts.sealed(session, found, new, word, now, ())
    journal.append(session, events, now)


SOLD = New(positions=tuple(Position("smith", f"smith-{n}", None, (), n) for n in range(2)))
PRICED = New({"prices": ({"instrument": "A", "day": "2026-01-30", "price": "11.00"},)})


@pytest.mark.parametrize("which", ["decisions_approve", "run_approvals_approve"])
def test_nothing_is_approved_on_data_that_just_changed(firm: World, which: str) -> None:
    deed = DEEDS[which](firm)
    first = code(meanwhile(firm, deed, lambda session: said(session, SOLD)))
    assert first == ("verdict-changed" if firm.service.store.queue else "verdict-changing")
    assert code(deed(firm.two)) == "verdict-changed"
    with firm.service.store.reading() as session:
        assert not session.exec(select(Approval)).all()


def test_prices_that_just_moved_keep_nothing_from_being_approved(firm: World) -> None:
    assert code(meanwhile(firm, DEEDS["run_approvals_approve"](firm), lambda session: said(session, PRICED))) == 200


def test_nothing_is_proposed_once_a_hold_is_placed(firm: World) -> None:
    name = firm.made("/v1/proposals", {"household": "smith"})
    row = queue.taken(firm.service.store)
    assert row is not None
    result = proposing.worked_out(firm.service, row)
    with firm.service.store.writing() as session:
        held(session)
    assert proposing.kept(firm.service, row, result)
    found = firm.two("GET", f"/v1/proposals/{name}").json()
    assert (found["state"], found["reason"][:12]) == ("refused", "account-held")
    assert told(firm, name) == ["proposal.queued", "proposal.refused"]


@pytest.mark.parametrize("which", [0, 1])
def test_what_was_told_to_have_expired_is_not_decided(firm: World, which: int) -> None:
    name = firm.proposal()
    with firm.service.store.writing() as session:
        row = session.get_one(Proposal, name)
        row.expires = clock.text(datetime.now(UTC) + timedelta(seconds=1.5))
        session.add(row)

    def expires(session: Session) -> None:
        journal.alone(session)

    with ThreadPoolExecutor(1) as pool:
        with firm.service.store.writing() as session:
            journal.alone(session)
            second = pool.submit(decisions(name)[which], firm.two)
            waited_for(firm.service.store)
            while (now := clock.now()) < row.expires:
                sleep(0.1)
            journal.append(session, [event for _, event in duties.expired(session, now)], now)
        assert code(second.result()) == "state-conflict"
    assert told(firm, name) == ["proposal.queued", "proposal.proposed", "proposal.expired"]


def test_a_proposal_is_decided_once(firm: World) -> None:
    approval, rejection = decisions(name := firm.proposal())
    found = at_once(*(lambda deed=deed: deed(firm.two) for deed in (approval, rejection, approval)))  # type: ignore[misc]  # a lambda has no types
    assert sorted(each.status_code for each in found) == [200, 412, 412]
    assert len(told(firm, name)) == 3


def test_a_proposal_is_approved_or_held(firm: World) -> None:
    approval, _ = decisions(name := firm.proposal())
    hold = Deed(f"/v1/proposals/{name}/hold", WHY, SECOND)
    found = at_once(*(lambda deed=deed: deed(firm.two) for deed in (approval, hold, hold)))  # type: ignore[misc]  # a lambda has no types
    assert sorted(each.status_code for each in found) == [200, 412, 412]
    assert told(firm, name)[2:] in (["proposal.approved"], ["proposal.held"])


def test_two_rule_books_do_not_begin_at_one_instant(firm: World) -> None:
    books = [firm.made("/v1/rulebooks", {"title": title, "files": RULES}) for title in "ab"]
    deeds = [Deed(f"/v1/rulebooks/{each}/activation", {"from": "2098-01-01T00:00:00Z"}, FIRST) for each in books]
    found = at_once(*(lambda deed=deed: deed(firm.two) for deed in deeds))  # type: ignore[misc]  # a lambda has no types
    assert sorted(map(str, map(code, found))) == ["200", "state-conflict"]


def test_nothing_is_erased_once_a_legal_hold_is_placed(firm: World) -> None:
    def placed(session: Session) -> None:
        _, event = legal_holds.placed(session, "smith", "smith v. doe", "carl")
        journal.append(session, [event], clock.now())

    assert code(meanwhile(firm, DEEDS["erasures_agree"](firm), placed)) == "legal-hold"
