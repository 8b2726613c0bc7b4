"""What orders may leave of a limit, a warning or a consent that was reached before them; and what trading costs do."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from policy.book.facts import Account, Book, Cost, Instrument, Issuer, Lot, Order, Price, Relief, Side
from policy.book.read import index
from policy.interval import ZERO
from policy.ir import core
from policy.ir.bind import REACHED, TOLERATED, bind_to
from policy.ir.bound import Bound, Op, Outcome, Point
from policy.ir.point import point_of
from policy.judge.eval import judge
from policy.judge.pricebox import price_box
from policy.judge.verdict import Finding
from tests.worlds.rules import clause, plain

DAY = date(2026, 6, 30)
NET = core.Term("net assets")
OWN = core.Pick("issuer")


def share(percent: str) -> core.Test:
    limit = core.Scale(Fraction(percent) / 100, NET)
    return core.Every(OWN, core.Compare(core.Own(), Op.LE, limit, NET))


def rule(ladder: tuple[core.Step, ...], measure: str) -> core.Rule:
    return plain("CAP", clause(*ladder), passive=core.Passive("worsen", measure))


def book(held: int, spread: str = "0") -> Book:
    """A is worth so much of 1000 dollars, Z 40, the rest is cash; a share costs a dollar."""
    lots = [Lot(name, "trust", name, Fraction(n), Fraction(1), DAY) for name, n in (("A", held), ("Z", 40))]
    return Book(
        as_of=DAY,
        known_at=DAY,
        currency="USD",
        issuers={name: Issuer(name, name) for name in "AZ"},
        instruments={name: Instrument(name, name, name, "USD") for name in "AZ"},
        households={},
        accounts={
            "trust": Account(
                "trust",
                "Trust",
                None,
                relief=Relief.FIFO,
                cash={"USD": (Fraction(960 - held), ZERO)},
                cost=Cost(spread=Fraction(spread)),
                facts={"borrowings": ZERO},
            )
        },
        lots={lot.id: lot for lot in lots},
        prices=tuple(Price(name, DAY, Fraction(1)) for name in "AZ"),
    )


PLAIN = (core.Step(share("5"), Outcome.PASS, "within the limit"),)
WARNED = (
    core.Step(share("4.5"), Outcome.PASS, "within the limit"),
    core.Step(share("5"), Outcome.WARN, "the warning level is reached"),
)
ASKED = (
    core.Step(share("4.5"), Outcome.PASS, "within the limit"),
    core.Step(share("5"), Outcome.CONSENT, "consent of Board"),
)


def judged(held: int, change: int, ladder: tuple[core.Step, ...], measure: str = "weight", **cost: str) -> Finding:
    """The word on A when so many of it are bought, or (below zero) sold; 0: ten of Z are sold instead."""
    bound, point = traded(held, change, ladder, measure, **cost)
    return next(f for f in judge(bound, point).findings if f.obligation.group == "issuer A")


def traded(
    held: int, change: int, ladder: tuple[core.Step, ...], measure: str = "weight", **cost: str
) -> tuple[Bound, Point]:
    found = index(book(held, **cost))
    name, side = ("Z", Side.SELL) if change <= 0 else ("A", Side.BUY)
    name = "A" if change < 0 else name
    orders = (Order("trust", name, side, Fraction(abs(change) or 10)),)
    bound = bind_to(core.Library((rule(ladder, measure),), (), ()), found, orders)
    point = point_of(found, orders)
    assert isinstance(point, dict)
    return bound, point


@pytest.mark.parametrize(
    ("held", "change", "outcome", "reason"),
    [
        (44, 1, Outcome.PASS, "within the limit"),
        (44, 2, Outcome.WARN, "the warning level is reached"),
        (47, 0, Outcome.PASS, REACHED),
        (47, -1, Outcome.PASS, REACHED),
        (47, 1, Outcome.WARN, "the warning level is reached"),
        (47, 4, Outcome.BLOCK, "beyond the limit"),
        (60, 0, Outcome.PASS, TOLERATED),
        (60, -5, Outcome.PASS, TOLERATED),
        (60, -12, Outcome.PASS, TOLERATED),
        (60, -15, Outcome.PASS, "within the limit"),
        (60, 1, Outcome.BLOCK, "beyond the limit"),
    ],
)
def test_a_warning_that_was_there_before_is_not_the_orders_doing(
    held: int, change: int, outcome: Outcome, reason: str
) -> None:
    found = judged(held, change, WARNED)
    assert (found.outcome, found.reason) == (outcome, reason)
    assert found.within is (reason == "within the limit")


def test_the_book_as_it_stands_says_its_warnings_and_breaches() -> None:
    for held, outcome in ((44, Outcome.PASS), (47, Outcome.WARN), (60, Outcome.BLOCK)):
        bound = bind_to(core.Library((rule(WARNED, "weight"),), (), ()), index(book(held)))
        assert judge(bound, {}, standing=True).outcome is outcome


def test_a_consent_is_asked_for_what_orders_add_to() -> None:
    assert judged(47, 0, ASKED).outcome is Outcome.PASS
    assert judged(47, -1, ASKED).outcome is Outcome.PASS
    assert judged(47, 1, ASKED).outcome is Outcome.CONSENT


def test_less_is_never_worse() -> None:
    """Of a book beyond the limit, the more is sold the better the answer."""
    for ladder in (PLAIN, WARNED, ASKED):
        ranks = [judged(60, -sold, ladder).outcome.rank for sold in range(1, 60)]
        assert ranks == sorted(ranks, reverse=True)


def test_in_weight_a_cost_worsens_what_is_not_sold() -> None:
    """Ten of Z are sold at a spread of 1 %: net assets fall to 999.90, of which 60 dollars are more than 6 %."""
    assert judged(60, 0, PLAIN).outcome is Outcome.PASS
    found = judged(60, 0, PLAIN, spread="0.01")
    assert found.outcome is Outcome.BLOCK
    assert found.deciding is not None
    assert found.deciding.over == Fraction("999.9")
    assert judged(60, 0, PLAIN, "money", spread="0.01").outcome is Outcome.PASS


def test_in_weight_one_unit_sold_outweighs_the_cost_of_all() -> None:
    assert judged(60, -1, PLAIN, spread="0.01").outcome is Outcome.PASS


def test_a_breach_that_is_left_as_it_was_has_no_room_for_prices() -> None:
    for measure in ("weight", "money"):
        for change, some in ((0, False), (-5, True)):
            bound, point = traded(60, change, PLAIN, measure)
            assert (price_box(bound, point, judge(bound, point)).share > 0) is some
