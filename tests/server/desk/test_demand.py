"""What a policy demands: read from the top, and never less because something is not known."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest

from server.desk.demand import (
    DEFAULT,
    FOUR_EYES,
    Clause,
    Demand,
    Kind,
    Level,
    Measures,
    Policy,
    When,
    needed,
    together,
)

NOW, LATE = "2026-11-22T14:00:00.000000Z", "2027-01-01T00:00:00.000000Z"
SOME = Measures("USD", 3, Fraction(9_999), Fraction(-5), Fraction(100), False, False, True, ("a",), ("h",))
STANDING = Demand(Level.STANDING, Kind.STANDING, others=False)
SELF = Demand(Level.SELF, Kind.ATTESTED, others=False)
CLIENT = Demand(Level.CLIENT, Kind.ATTESTED, others=False, evidence=True)
ROLE = Demand(Level.ROLE, Kind.PERSON_KEY, others=True, roles=frozenset({"compliance"}), step_up=5)


def policy(*clauses: tuple[When, Demand], **more: str) -> Policy:
    return Policy("ap", tuple(Clause(*each) for each in clauses), "USD", **more)


def test_the_default_is_four_eyes_above_a_threshold() -> None:
    assert needed(DEFAULT, SOME, NOW).demand == SELF
    assert needed(DEFAULT, replace(SOME, value=Fraction(10_000)), NOW).demand == SELF
    for more in (
        {"value": Fraction(10_000) + Fraction(1, 10**9)},
        {"discretion": False},
        {"discretion": None},
        {"consent": True},
        {"waiver": True},
    ):
        assert needed(DEFAULT, replace(SOME, **more), NOW).demand.others, more


@pytest.mark.parametrize(
    ("when", "holds"),
    [
        (When(), True),
        (When(value_at_most=Fraction(9_999)), True),
        (When(value_at_most=Fraction(9_998)), False),
        (When(short_gain_at_most=Fraction(0)), True),
        (When(long_gain_at_most=Fraction(99)), False),
        (When(orders_at_most=3), True),
        (When(orders_at_most=2), False),
        (When(discretion=False), False),
        (When(consent=False, waiver=False), True),
        (When(waiver=True), False),
        (When(accounts=frozenset({"a", "b"})), True),
        (When(accounts=frozenset({"b"})), False),
        (When(households=frozenset({"h"})), True),
        (When(households=frozenset()), False),
    ],
)
def test_each_condition(when: When, holds: bool) -> None:
    found = needed(policy((when, SELF)), SOME, NOW)
    assert found.demand == (SELF if holds else FOUR_EYES)
    assert found.clause == (1 if holds else None)


def test_the_first_that_decides_is_read_and_no_other() -> None:
    found = needed(policy((When(orders_at_most=0), CLIENT), (When(), ROLE), (When(), STANDING)), SOME, NOW)
    assert (found.demand, found.clause, len(found.why)) == (ROLE, 2, 2)


def test_what_is_not_known_is_asked_of_every_clause_that_may_decide() -> None:
    rules = policy((When(discretion=False), CLIENT), (When(value_at_most=Fraction(10**6)), SELF))
    assert needed(rules, SOME, NOW).demand == SELF
    found = needed(rules, replace(SOME, discretion=None), NOW)
    assert (found.demand.level, found.demand.evidence, found.clause) == (Level.CLIENT, True, None)
    assert found.why[0].startswith("clause 1 may decide: discretion is not known")


def test_amounts_in_another_currency_are_not_compared() -> None:
    rules = policy((When(value_at_most=Fraction(10**9)), STANDING))
    assert needed(rules, SOME, NOW).demand == STANDING
    assert needed(rules, replace(SOME, currency="EUR"), NOW).demand.others


def test_an_unknown_fact_never_makes_it_easier() -> None:
    """Every pair of clauses, with each fact known either way and not known."""
    conditions = (When(), When(discretion=True), When(discretion=False), When(long_gain_at_most=Fraction(10)))
    demands = (STANDING, SELF, CLIENT, ROLE, FOUR_EYES)
    known = [
        replace(SOME, discretion=discretion, long_gain=gain)
        for discretion, gain in product((True, False), (Fraction(0), Fraction(50)))
    ]
    for first, second in product(product(conditions, demands), repeat=2):
        rules = policy(first, second)
        unknown = needed(rules, replace(SOME, discretion=None, long_gain=None), NOW).demand
        for measures in known:
            least = needed(rules, measures, NOW).demand
            assert together([unknown, least]) == unknown, (first, second, measures)


def test_ends_take_the_leniencies_and_nothing_else() -> None:
    for demand in (STANDING, SELF, CLIENT, ROLE):
        ended = needed(policy((When(), demand), ends=NOW), SOME, NOW).demand
        assert ended == together([demand, FOUR_EYES])
        assert ended.others
        assert needed(policy((When(), demand), ends=LATE), SOME, NOW).demand == demand
    clause = Clause(When(), STANDING, until=NOW)
    assert needed(Policy("ap", (clause,)), SOME, NOW).demand == FOUR_EYES
    assert needed(Policy("ap", (replace(clause, until=LATE),)), SOME, NOW).demand == STANDING


def test_demands_together_are_a_least_upper_bound() -> None:
    every = (STANDING, SELF, CLIENT, ROLE, FOUR_EYES)
    for a, b, c in product(every, repeat=3):
        assert together([a, a]) == a
        assert together([a, b]) == together([b, a])
        assert together([together([a, b]), c]) == together([a, together([b, c])])
