"""Lists of one household, account, run or state: right on every page, and never a list of nothing for a wrong name."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from server import clock
from server.auth.roles import Role
from server.desk import loaded, proposals
from server.desk.proposals import Sought, State, Wanted
from server.log import journal
from server.running import Service, opened
from server.settings import Settings
from server.store.tables import Proposal
from tests.server import stocked
from tests.server.api.conftest import Caller
from tests.server.api.test_parts import SHARED, household, together

Callers = Callable[..., Caller]
PAST, TO_COME = "2020-01-01T00:00:00.000000Z", "2099-01-01T00:00:00.000000Z"


@pytest.fixture
def service(url: str, tmp_path: Path) -> Iterator[Service]:
    """Nobody works on what waits."""
    found = opened(Settings(tmp_path / "data", url, workers=0))
    yield found
    found.store.engine.dispose()


@pytest.fixture
def rulebook(service: Service) -> str:
    return stocked.ruled(service, {"rules.mandate": stocked.RULES})


@pytest.fixture
def snapshot(service: Service) -> str:
    return stocked.sealed(service, {**SHARED, **together(household("jones"), household("smith", accounts=2))})


def put(service: Service, rulebook: str, snapshot: str, whose: str | None, **more: Any) -> str:
    """A proposal as if a worker had left it so."""
    known = loaded.loaded(service, rulebook, snapshot, whose)
    with service.store.writing() as session:
        row, events = proposals.queued(session, Wanted(known, "{}", None), "anna", clock.now())
        for name, value in more.items():
            setattr(row, name, value)
        journal.append(session, events, clock.now())
        return row.id


def ids(who: Caller, path: str, **asked: Any) -> list[str]:
    """Of all pages."""
    found, cursor = [], None
    while True:
        said = who("GET", path, params={**asked, "limit": 2, **({"cursor": cursor} if cursor else {})})
        assert said.status_code == 200, said.text
        found += [row["id"] for row in said.json()["data"]]
        cursor = said.json()["next"]
        if cursor is None:
            return found


@pytest.fixture
def made(service: Service, rulebook: str, snapshot: str) -> dict[str, str]:
    found = {
        "queued": {},
        "let go": {"lease": PAST},
        "solving": {"lease": TO_COME},
        "proposed": {"state": "proposed"},
        "for long": {"state": "proposed", "expires": TO_COME},
        "expired": {"state": "proposed", "expires": PAST},
        "approved": {"state": "approved"},
        "in one": {"state": "proposed", "account": "smith-0"},
        "in the other": {"state": "proposed", "account": "smith-1"},
    }
    smiths = {name: put(service, rulebook, snapshot, "smith", **more) for name, more in found.items()}
    return {
        **smiths,
        "jones": put(service, rulebook, snapshot, "jones", state="proposed"),
        "both": put(service, rulebook, snapshot, None, state="proposed"),
    }


def test_what_is_listed_is_what_was_asked_for(made: dict[str, str], caller: Callers) -> None:
    anna = caller("anna", Role.ADVISER)
    newest_first = sorted(made.values(), reverse=True)

    def named(**asked: Any) -> set[str]:
        found = ids(anna, "/v1/proposals", **asked)
        assert found == [each for each in newest_first if each in found]
        return {name for name, each in made.items() if each in found}

    waits = {"proposed", "for long", "in one", "in the other", "jones", "both"}
    assert named() == set(made)
    assert named(household="jones") == {"jones", "both"}
    assert named(state="queued") == {"queued", "let go"}
    assert named(state="solving") == {"solving"}
    assert named(state="expired") == {"expired"}
    assert named(state="proposed") == named(waiting=True) == waits
    assert named(waiting=False) == set(made) - waits
    assert named(account="smith-0") == set(made) - {"jones", "in the other"}
    assert named(household="smith", waiting=True, account="smith-1") == waits - {"jones", "in one"}


def test_states_are_found_as_they_are_told(service: Service, made: dict[str, str]) -> None:
    """The condition in the database is that of the state that is shown."""
    now = clock.now()
    with service.store.reading() as session:
        for state in State:
            for row in (session.get_one(Proposal, each) for each in made.values()):
                found = session.exec(
                    Proposal.__table__.select().where(*proposals.which(Sought(state), None, now))  # type: ignore[attr-defined]  # of sqlmodel
                )
                assert (row.id in {each.id for each in found}) is (proposals.state(row, now) is state)


def test_a_page_has_what_is_the_readers(made: dict[str, str], caller: Callers) -> None:
    """However much there is beside it."""
    june = caller("june", Role.ADVISER, households=["jones"])
    found = june("GET", "/v1/proposals", params={"limit": 2}).json()
    assert [row["id"] for row in found["data"]] == [made["jones"]]
    both = caller("bea", Role.ADVISER, households=["jones", "smith"])
    assert set(ids(both, "/v1/proposals")) == set(made.values())


def test_a_wrong_name_is_not_a_list_of_nothing(made: dict[str, str], caller: Callers) -> None:
    june, anna = caller("june", Role.ADVISER, households=["jones"]), caller("anna", Role.ADVISER)
    for path in ("/v1/proposals", "/v1/holds"):
        for who, asked, near in (
            (anna, {"household": "Smith"}, "did you mean `smith`?"),
            (anna, {"account": "smith-9"}, "did you mean `smith-0`?"),
            (june, {"household": "smith"}, "or it is not yours to see"),
            (june, {"account": "smith-0"}, "or it is not yours to see"),
        ):
            found = who("GET", path, params=asked)
            assert (found.status_code, found.json()["code"]) == (404, "not-found")
            assert found.json()["detail"].endswith(near), found.text
        assert ids(anna, path, household="jones", account="jones-0") == (
            [] if "holds" in path else [made["both"], made["jones"]]
        )
    assert anna("GET", "/v1/proposals?run=run_none").status_code == 404
    assert anna("GET", "/v1/proposals?state=done").json()["code"] == "bad-parameter"
    near = anna("GET", "/v1/events?type=hold.place").json()
    assert (near["code"], "did you mean `hold.placed`?" in near["detail"]) == ("bad-parameter", True)


def test_holds_of_an_account_are_those_that_stop_it(made: dict[str, str], caller: Callers) -> None:
    anna = caller("anna", Role.ADVISER)

    def hold(**which: str) -> str:
        return str(anna("POST", "/v1/holds", json={"reason": "why", **which}).json()["id"])

    whole, one = hold(household="smith"), hold(household="smith", account="smith-0")
    other, jones = hold(household="smith", account="smith-1"), hold(household="jones")
    assert ids(anna, "/v1/holds", account="smith-0") == [one, whole]
    assert ids(anna, "/v1/holds", household="smith") == [other, one, whole]
    assert ids(anna, "/v1/holds", account="jones-0") == [jones]
    events = anna("GET", "/v1/events?type=hold.placed").json()["events"]
    assert [each["data"]["id"] for each in events] == [whole, one, other, jones]


def test_who_waits_for_a_proposal_reads_its_result(
    service: Service, rulebook: str, snapshot: str, caller: Callers
) -> None:
    anna = caller("anna", Role.ADVISER)
    name = put(service, rulebook, snapshot, "smith", lease=TO_COME)
    place = f"/v1/proposals/{name}"
    found = anna("GET", place, headers={"Prefer": "wait=1"})
    assert (found.json()["state"], found.headers["preference-applied"]) == ("solving", "wait=1")

    def later() -> None:
        time.sleep(0.3)
        with service.store.writing() as session:
            row = session.get_one(Proposal, name)
            row.state = State.UNCHANGED.value
            session.add(row)

    worker = threading.Thread(target=later)
    worker.start()
    found = anna("GET", place, headers={"Prefer": "wait=30"})
    worker.join()
    assert found.json()["state"] == "unchanged"
    assert anna("GET", "/v1/proposals/prop_none", headers={"Prefer": "wait=30"}).status_code == 404
    told = anna("GET", f"{place}/progress")
    assert told.headers["content-type"].startswith("text/event-stream")
    assert told.text.count("event: progress") == 1
    assert '"state":"unchanged"' in told.text
    june = caller("june", Role.ADVISER, households=["jones"])
    assert june("GET", f"{place}/progress").status_code == 404


def test_rows_say_what_their_approval_takes(made: dict[str, str], caller: Callers) -> None:
    rows: Iterator[Any] = iter(caller("anna", Role.ADVISER)("GET", "/v1/proposals").json()["data"])
    said = {row["id"]: row["approval_needed"] for row in rows}
    assert said[made["proposed"]]["level"] == "four eyes"
    assert said[made["approved"]] is None
