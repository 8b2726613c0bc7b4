"""One refusal looks like another in the log: why it is stands in what the entry commits to, and nowhere else."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from policy.book import wire
from policy.book.facts import Book
from policy.proof.bundle import statement
from policy.proof.layout import FIRM
from server.desk import decision
from server.desk.prepare import prepared
from server.desk.propose import Refused, answered
from server.log.events import Event
from solver.intent import Intent
from solver.refusal import NotFound
from tests.server.cli.test_visibility import BOOK, CURE, PUBLIC, hidden

TIME = "2026-11-22T14:00:00.000000Z"


@pytest.mark.parametrize("firm", [False, True])
def test_an_entry_does_not_tell_one_refusal_from_another(firm: bool) -> None:
    book = wire.from_json(json.dumps(BOOK), "book")
    assert isinstance(book, Book)
    rules = {
        "a/open.mandate": PUBLIC.replace("{share}", "40"),
        "secret.mandate": hidden("require cash >= 101% of net assets", passive=CURE),
    }
    task = prepared(rules, book, Intent())
    if firm:  # what is taken for granted of other households is one more file of what is proven
        task = replace(task, beyond=task.bound)
    proven = answered(task)
    assert isinstance(proven, Refused)
    run = decision.run_of(task, "prop_1", "anna")
    files = decision.files(task, run, proven, TIME, {})
    assert files is not None
    assert (FIRM in files) is firm
    filed = decision.filed(run, proven, files, "prop_1")
    told = {_seen(filed)}
    for failing in ((), ("H-7/1",), tuple(f"H-7/{n}" for n in range(1000))):
        other = replace(proven, refusal=NotFound(("exact: the time is up",)), failing=failing)
        assert decision.files(task, run, other, TIME, {}) is None
        told.add(_seen(decision.unfiled(task, run, other, "prop_1", "not found")))
    assert told == {("proposal.refused", "no orders", "text/plain", len(statement(files)))}


def _seen(event: Event) -> tuple[str, str, str, int]:
    """What the feed and the log's entry tell of an event, but for its salted commitment."""
    assert event.body is not None
    return event.type, event.subject, event.media, len(event.body)
