"""What orders come to, beside the book in which they were booked."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from policy.book.after import after
from policy.book.facts import Book, Order, Price, Side
from policy.book.read import index
from server.desk.ledger import Ledger, ledger
from server.desk.propose import Proposed
from solver.intent import Tax
from tests.policy.judge.test_worsening import DAY, book
from tests.server.desk.conftest import Case

ZERO = Fraction(0)
SELL = Order("trust", "Z", Side.SELL, Fraction(20))


def cash(world: Book) -> Fraction:
    return sum((sum(pair, ZERO) for account in world.accounts.values() for pair in account.cash.values()), ZERO)


def test_cash_changes_by_what_the_ledger_says(whitfield: Case) -> None:
    answer = whitfield.answer
    assert isinstance(answer, Proposed)
    booked, sums = after(whitfield.task.index, answer.orders), answer.ledger
    assert isinstance(booked, Book)
    assert cash(booked) - cash(whitfield.task.book) == -sums.bought + sums.sold - sums.cost


def sold(basis: str | None, price: str, spread: str = "0") -> Ledger:
    """Twenty of forty Z, bought on the same day; half of a short gain is tax."""
    world = book(60, spread)
    lots = {name: replace(lot, basis=None if basis is None else Fraction(basis)) for name, lot in world.lots.items()}
    prices = tuple(Price(name, DAY, Fraction(price)) for name in "AZ")
    return ledger(index(replace(world, lots=lots, prices=prices)), (SELL,), Tax(Fraction(1, 2), Fraction(1, 5)))


def test_a_gain_owes_tax_and_a_loss_owes_none() -> None:
    gain, loss = sold("1", "3"), sold("3", "1")
    assert (gain.short + gain.long, gain.tax) == (40, 20)
    assert (loss.short + loss.long, loss.tax) == (-40, 0)
    assert gain.sold == 60


def test_an_unknown_basis_is_counted_and_not_guessed() -> None:
    found = sold(None, "3")
    assert (found.unknown_gains, found.short, found.long, found.tax) == (1, 0, 0, 0)
    (line,) = found.lines
    assert (line.short, line.long) == (None, None)
