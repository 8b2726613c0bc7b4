"""The firm judged by the clock: every part once, beside what stands; and each difference is an alarm."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from sqlmodel import col, select

from server.desk import standing
from server.flow import judging, surveillance
from server.running import Service, opened
from server.settings import Settings
from server.store.tables import Journal, Survey, Verdict
from tests.server import stocked
from tests.server.cli.test_visibility import hidden
from tests.server.firm import firm
from tests.server.test_processes import alive, children

PATIENT = 60  # seconds

RULES = {
    "open.mandate": stocked.RULES,
    "firm.mandate": """
rule FIRM-1 "One company, over the firm"
  source "Policy" section "9"
  layer firm
  applies to firm
  counting market value
  limit each issuer to at most 90% of net assets
  missing data counts as unknown
  tested at close
  on breach block
end
""",
    "secret.mandate": hidden("limit each issuer to at most 1% of net assets"),
}


@pytest.fixture
def service(url: str, tmp_path: Path) -> Iterator[Service]:
    found = opened(Settings(tmp_path / "data", url, workers=0))
    yield found
    found.store.engine.dispose()


@pytest.fixture
def stood(service: Service, monkeypatch: pytest.MonkeyPatch) -> Service:
    """A firm of five households whose verdicts stand; two are looked at in a step."""
    monkeypatch.setattr(surveillance, "CHUNK", 2)
    stocked.ruled(service, RULES)
    whole = firm(5)
    lots = [{**lot, "quantity": "900"} if lot["id"] == "h1-LA" else lot for lot in whole["lots"]]
    stocked.sealed(service, {**whole, "lots": lots})
    brought(service)
    return service


def brought(service: Service) -> None:
    memory = judging.Memory()
    while judging.one(service, memory):
        pass


def begun(service: Service) -> str:
    surveillance.due(service)
    (name,) = surveillance.asked(service)
    return name


def done(service: Service) -> None:
    name = begun(service)
    while surveillance.step(service, name):
        pass


def told(service: Service, *types: str) -> list[tuple[str | None, dict[str, Any]]]:
    with service.store.reading() as session:
        rows = session.exec(select(Journal).where(col(Journal.type).in_(types)).order_by(col(Journal.index)))
        return [(row.role, json.loads(row.data)) for row in rows]


def test_what_stands_is_what_the_judge_says(stood: Service) -> None:
    done(stood)
    assert told(stood, "verdict.differs") == []
    (open_, kept) = told(stood, "surveillance.finished")
    assert (open_[0], kept[0]) == (None, "control room")
    assert (open_[1]["parts"], open_[1]["differ"], open_[1]["outcomes"]["block"]) == (6, 0, 1)
    assert open_[1]["judged"] == sum(open_[1]["outcomes"].values())
    assert kept[1]["outcomes"] == {"block": kept[1]["judged"]}
    with stood.store.reading() as session:
        assert open_[1]["to"] == standing.reached(session).position
    assert surveillance.asked(stood) == []


def test_it_is_begun_once_a_day_whoever_looks(stood: Service) -> None:
    together(lambda: surveillance.due(stood))
    done(stood)
    surveillance.due(stood)
    assert surveillance.asked(stood) == []
    with stood.store.writing() as session:
        session.exec(select(Survey)).one().begun = "2026-01-01T00:00:00.000000Z"
    together(lambda: surveillance.due(stood))
    assert len(surveillance.asked(stood)) == 1


def together(act: Callable[[], object]) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: act(), range(4)))


def test_without_verdicts_that_stand_there_is_nothing_to_begin(service: Service) -> None:
    surveillance.due(service)
    assert surveillance.asked(service) == []


def test_every_difference_is_an_alarm(stood: Service) -> None:
    """One that is kept and does not hold, one that holds and is not kept, one of a household that is no more."""
    with stood.store.writing() as session:
        (real,) = session.exec(select(Verdict).where(Verdict.outcome == "block", col(Verdict.role).is_(None))).all()
        said = real.model_dump()
        session.delete(real)
        session.add(Verdict(**{**said, "part": "household h2", "household": "h2", "obligation": "made up"}))
        session.add(Verdict(**{**said, "part": "household gone", "household": "gone"}))
    done(stood)
    alarms = [data for _, data in told(stood, "verdict.differs")]
    assert [(each["obligation"], each["kept"], each["judged"]) for each in alarms] == [
        (said["obligation"], "pass", "block"), ("made up", "block", "pass"), (said["obligation"], "block", "pass"),
    ]  # fmt: skip
    (open_, _) = told(stood, "surveillance.finished")
    assert open_[1]["differ"] == 3


def test_a_step_done_twice_counts_once_and_facts_may_move_meanwhile(stood: Service) -> None:
    name = begun(stood)
    stale = surveillance._stage  # as another process would see it
    with stood.store.reading() as session:
        stage = stale(stood, session, None)
    assert stage is not None
    assert surveillance.step(stood, name)
    surveillance._went_on(stood, name, stage, [])  # who comes late
    stocked.sealed(stood, firm(4))
    brought(stood)
    while surveillance.step(stood, name):
        pass
    (open_, _) = told(stood, "surveillance.finished")
    assert (open_[1]["parts"], open_[1]["differ"]) == (5, 0)
    assert open_[1]["to"] > open_[1]["from"]


def test_a_process_takes_its_steps_and_is_followed_when_it_is_killed(stood: Service) -> None:
    name = begun(stood)
    with surveillance.apart(stood) as flow:
        assert flow.asked() == [name]
        assert flow.step(name) is None
        (child,) = children(os.getpid())
        os.kill(child, signal.SIGKILL)
        assert until(lambda: flow.step(name)) is False
    (open_, _) = told(stood, "surveillance.finished")
    assert (open_[1]["parts"], open_[1]["differ"]) == (6, 0)


def test_a_process_ends_with_who_began_it_and_says_when_it_cannot_go_on(stood: Service) -> None:
    name = begun(stood)
    with surveillance.apart(stood) as flow:
        assert flow.step(name) is None
        (child,) = children(os.getpid())
    assert not alive(child)
    with stood.store.writing() as session:
        session.delete(session.get_one(Survey, name))
    with surveillance.apart(stood) as flow, pytest.raises(RuntimeError, match="ended with 1"):
        until(lambda: flow.step(name))


def until(act: Callable[[], bool | None]) -> bool:
    """What it says, once it says something."""
    end = monotonic() + PATIENT
    while (said := act()) is None:
        assert monotonic() < end
        sleep(0.05)
    return said


def test_one_that_fails_says_so(stood: Service) -> None:
    name = begun(stood)
    assert surveillance.failed(stood, name)
    assert not surveillance.step(stood, name)
    ((_, data),) = told(stood, "surveillance.failed")
    assert (data["parts"], data["judged"]) == (0, 0)
    with stood.store.reading() as session:
        assert session.get_one(Survey, name).ended is not None
