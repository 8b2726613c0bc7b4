"""Did you mean …?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsl.suggest import distance, nearest

words = st.text("abc", max_size=6)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("testd", "tested"),
        ("limti", "limit"),
        ("net asset", "net assets"),
        ("nett assets", "net assets"),
        ("tested", "tested"),
        ("frobnicate", None),
        ("an", None),
        ("", None),
    ],
)
def test_the_nearest_word(word: str, meant: str | None) -> None:
    assert nearest(word, ["tested", "limit", "net assets", "and", "total assets"]) == meant


def test_of_equally_near_words_the_first_is_taken() -> None:
    assert nearest("abcx", ["abcz", "abcy"]) == "abcy"
    assert nearest("abc", []) is None


@given(words, words)
def test_a_distance_is_the_same_both_ways_and_zero_only_for_the_same(a: str, b: str) -> None:
    assert distance(a, b, 9) == distance(b, a, 9)
    assert (distance(a, b, 9) == 0) == (a == b)
    assert distance(a, b, 9) <= max(len(a), len(b))


@given(words, words, st.integers(0, 3))
def test_a_bound_changes_only_what_lies_beyond_it(a: str, b: str, most: int) -> None:
    full, bounded = distance(a, b, 9), distance(a, b, most)
    assert bounded == full if full <= most else bounded > most


def test_what_counts_as_the_same_is_said_by_who_asks() -> None:
    assert nearest("TESTD", ["Tested", "tested", "best"]) is None
    assert nearest("TESTD", ["tested", "Tested", "best"], str.lower) == "Tested"


@given(st.text("abcAB", max_size=11), st.lists(st.text("abcAB", max_size=11)), st.sampled_from([str, str.lower]))
def test_it_is_the_nearest_of_all(word: str, known: list[str], fold: Callable[[str], str]) -> None:
    most = 0 if len(word) < 3 else 1 if len(word) < 5 else 2 if len(word) < 10 else 3
    far, found = min(((distance(fold(word), fold(other), 11), other) for other in known), default=(12, None))
    assert nearest(word, known, fold) == (found if far <= most else None)
