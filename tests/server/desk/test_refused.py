"""One refusal looks like another in the log: why it is stands in what the entry commits to, and nowhere else."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from policy.book import wire
from policy.book.facts import Book
from policy.proof import kept
from policy.proof.layout import FIRM, KEPT
from server.answer.proposal import UNSAID, WORDS
from server.desk import decision
from server.desk.prepare import prepared
from server.desk.propose import Refused, answered
from server.log.events import Event
from solver.intent import Intent
from solver.refusal import NotFound
from tests.server.cli.test_visibility import BOOK, CURE, PUBLIC, hidden

TIME = "2026-11-22T14:00:00.000000Z"
RUN = decision.Run("prop_1", "anna", "a" * 64, "b" * 64)


FIRST = hidden("require cash >= 101% of net assets", passive=CURE)
SECOND = FIRST.replace("H-7", "H-8").replace("101%", "120%")


@pytest.mark.parametrize("firm", [False, True])
def test_an_entry_does_not_tell_one_refusal_from_another(firm: bool) -> None:
    """Neither why it is, nor how many files there are of what refuses, nor how long their names are."""
    book = wire.from_json(json.dumps(BOOK), "book")
    assert isinstance(book, Book)
    told = {_seen(decision.unfiled(RUN, "prop_1", word)) for word in (*WORDS.values(), UNSAID)}
    for secrets in ({"s.mandate": FIRST}, {"behind/the/wall.mandate": FIRST, "another.mandate": SECOND}):
        task = prepared({"a/open.mandate": PUBLIC.replace("{share}", "40"), **secrets}, book, Intent())
        if firm:  # what is taken for granted of other households is one more file of what is proven
            task = replace(task, beyond=task.bound)
        proven = answered(task)
        assert isinstance(proven, Refused)
        run = decision.run_of(task, "prop_1", "anna")
        files = decision.files(task, run, proven, TIME, {})
        assert files is not None
        assert (FIRM in files) is firm
        whole = files | kept.sealed(files, (), bytes(range(32)))
        assert kept.opened(whole).keys() == {KEPT}
        told.add(_seen(decision.filed(run, proven, whole, "prop_1")))
        other = replace(proven, refusal=NotFound(("exact: the time is up",)))
        assert decision.files(task, run, other, TIME, {}) is None
    assert told == {("proposal.refused", "no orders", "text/plain", kept.OF_REFUSAL)}


def _seen(event: Event) -> tuple[str, str, str, int]:
    """What the feed and the log's entry tell of an event, but for its salted commitment."""
    assert event.body is not None
    return event.type, event.subject, event.media, len(event.body)
