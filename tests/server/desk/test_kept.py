"""What is kept is made once, however many ask at the same time; what fails is not kept; and there is an end to it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from server.desk import kept
from server.desk.kept import Kept

MANY = 8


def test_one_makes_it_and_the_others_wait() -> None:
    shelf, made, together = Kept[int](2), list[int](), Barrier(MANY)

    def make() -> int:
        made.append(1)
        return 7

    def ask(_: int) -> int:
        together.wait()
        return kept.of(shelf, "key", make)

    with ThreadPoolExecutor(MANY) as pool:
        assert list(pool.map(ask, range(MANY))) == [7] * MANY
    assert made == [1]


def test_what_raises_is_asked_again() -> None:
    shelf = Kept[int](2)
    with pytest.raises(ZeroDivisionError):
        kept.of(shelf, "key", lambda: 1 // 0)
    assert kept.of(shelf, "key", lambda: 3) == 3


def test_the_one_that_was_asked_for_longest_ago_goes() -> None:
    shelf = Kept[int](2)
    for key in (1, 2, 1, 3):
        kept.of(shelf, key, lambda key=key: key)  # type: ignore[misc]  # the key of this turn
    assert list(shelf.found) == [1, 3]
    assert kept.of(shelf, 2, lambda: 9) == 9
