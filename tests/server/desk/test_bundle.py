"""Where the log speaks of a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy.proof.entry import Kind
from server import clock
from server.desk import bundle
from server.desk.prepare import Task, prepared
from server.log import local
from solver.intent import Intent
from tests.policy.ir.shorting import shorting


@pytest.fixture
def task() -> Task:
    return prepared({}, shorting(), Intent())


@pytest.mark.parametrize("signed", [True, False])
def test_a_run_knows_its_places_whether_or_not_what_came_before_was_signed(
    task: Task, tmp_path: Path, signed: bool
) -> None:
    """A writer was killed between the entries and their signature: the next one signs them with its own."""
    note = local.opened(tmp_path, clock.now(), "anna").checkpoint
    _, before = bundle.started(local.opened(tmp_path, clock.now(), "anna"), task, "anna")
    if not signed:
        (tmp_path / local.CHECKPOINT).write_bytes(note)
    known, begun = bundle.started(local.opened(tmp_path, clock.now(), "boris"), task, "boris")
    entries = known.log.entries
    assert {name: entries[at].kind for name, at in begun.places.items()} == {
        "rules": Kind.RULES,
        "snapshot": Kind.SNAPSHOT,
        "run": Kind.RUN_START,
    }
    assert begun.places["rules"] == before.places["rules"]
    assert entries[begun.places["run"]].run == begun.run.name
