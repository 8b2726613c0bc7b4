"""The demonstration's books as tasks, prepared and answered once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from policy.proof.trust import Trust, trust
from server import clock
from server.cli import given, propose
from server.desk import bundle
from server.desk.prepare import Task
from server.desk.propose import Answer, answered
from server.log import local
from tests.shape.source import ROOT

DEMO = ROOT / "server" / "demo"
RULES = ROOT / "rules"


@dataclass(frozen=True)
class Case:
    """A task, its answer, its bundle, and the card that an examiner was given before."""

    task: Task
    answer: Answer
    zip: bytes
    card: Trust
    folder: Path


def case(task: Task, folder: Path) -> Case:
    known = local.opened(folder, clock.now(), "anna")
    card = trust((folder / local.CARD).read_bytes())
    known, begun = bundle.started(known, task, "anna")
    answer = answered(task)
    filed = bundle.filed(known, task, begun, answer, {})
    assert filed is not None
    return Case(task, answer, filed[1], card, folder)


@pytest.fixture(scope="session")
def whitfield(tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = DEMO / "whitfield"
    book = given.book(str(folder))
    intent = given.intent(str(folder / "intent.json"), book)
    return case(propose.task_of([str(RULES), str(folder)], book, intent), tmp_path_factory.mktemp("whitfield") / "log")


@pytest.fixture(scope="session")
def impasse(tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = DEMO / "impasse"
    book = given.book(str(folder))
    rules = [str(RULES / "family-office" / f"{name}.mandate") for name in ("cash", "exclusions")]
    task = propose.task_of([*rules, str(folder)], book, given.intent(None, book))
    return case(task, tmp_path_factory.mktemp("impasse") / "log")
