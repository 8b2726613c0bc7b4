"""The states of a proposal: what is written, what the clock makes of it, and what each allows."""

from __future__ import annotations

import pytest

from server.desk.proposals import ALLOWS, ENDS_IN, OF_EVENT, State, Verb, may_see, state
from server.log.events import KINDS
from server.store.tables import Proposal

EARLY, NOW, LATE = (f"2026-11-22T14:00:0{second}.000000Z" for second in range(3))


def row(written: State, **more: str) -> Proposal:
    return Proposal(
        id="prop", state=written.value, rulebook="", snapshot="", intent="", proposer="anna", made=EARLY, **more
    )


def test_the_tables_are_whole() -> None:
    assert set(ALLOWS) == set(State)
    assert set(ENDS_IN) < set(Verb) == {verb for verbs in ALLOWS.values() for verb in verbs}
    assert set(OF_EVENT) <= set(KINDS)
    assert {f"proposal.{end}" for end in ENDS_IN.values()} <= set(KINDS)
    assert {verb for end in ENDS_IN.values() for verb in ALLOWS[end]} == {Verb.RELEASE}, "what was decided is decided"


@pytest.mark.parametrize("written", State)
def test_a_lease_makes_solving_of_queued_and_of_nothing_else(written: State) -> None:
    solving = State.SOLVING if written is State.QUEUED else written
    assert state(row(written, lease=LATE), NOW) is solving
    assert state(row(written, lease=NOW), NOW) is written
    assert state(row(written), NOW) is written


@pytest.mark.parametrize("written", State)
def test_an_instant_that_came_ends_what_nobody_decided(written: State) -> None:
    expired = State.EXPIRED if written is State.PROPOSED else written
    assert state(row(written, expires=NOW), NOW) is expired
    assert state(row(written, expires=LATE), NOW) is written


@pytest.mark.parametrize("written", State)
def test_a_hold_stops_what_waits_until_it_ends(written: State) -> None:
    held = State.HELD if written is State.PROPOSED else written
    assert state(row(written, held=EARLY), NOW) is held
    assert state(row(written, held=EARLY, held_until=LATE), NOW) is held
    assert state(row(written, held=EARLY, held_until=NOW), NOW) is written
    assert state(row(written, held=EARLY, expires=NOW), NOW) is (
        State.EXPIRED if written is State.PROPOSED else written
    )


def test_whoever_may_see_all_that_it_is_about_may_see_it() -> None:
    assert may_see(None, None)
    assert may_see("a,b", None)
    assert may_see("a,b", frozenset({"a", "b", "c"}))
    assert not may_see("a,b", frozenset({"a"}))
    assert not may_see(None, frozenset({"a"})), "an account that is nobody's"
    assert not may_see("a", frozenset())
