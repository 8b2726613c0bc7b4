"""Orders as a point: how much of every quantity they decide, and what exact booking adds to the estimate."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from policy.book.after import booked
from policy.book.facts import Book, Order
from policy.ir.bound import Bound, Point


def point_of(bound: Bound, book: Book, orders: Iterable[Order]) -> Point:
    """The point of the orders; quantities not named are zero."""
    raise AssertionError((bound, booked, Fraction))
