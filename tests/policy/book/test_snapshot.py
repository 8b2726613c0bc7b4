"""A book goes out as JSON or CSV and comes back as itself; its hash is that of its facts."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import timedelta
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.book.document import document
from policy.book.facts import Book, Rate
from policy.book.sheets import to_csv
from policy.book.snapshot import content_hash, to_json
from policy.book.tables import from_csv
from policy.book.wire import from_json
from tests.policy.book.books import books
from tests.policy.book.sample import book, sample


def ordered(found: Book) -> Book:
    """The same book with its lists in one order, so that `==` compares facts."""
    lists = {f.name: getattr(found, f.name) for f in fields(found)}
    return replace(found, **{name: tuple(sorted(v, key=repr)) for name, v in lists.items() if isinstance(v, tuple)})


@given(books())
def test_json_and_csv_read_back_what_they_wrote(original: Book) -> None:
    """And are equal to the order of every row, which both take from the document."""
    by_json, by_csv = from_json(to_json(original)), from_csv(to_csv(original))
    assert isinstance(by_json, Book), by_json
    assert by_json == by_csv
    assert ordered(by_json) == ordered(original)
    assert content_hash(by_json) == content_hash(original)


@given(books(), st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_count(original: Book, random: Random) -> None:
    def shuffled(value: Any) -> Any:
        items = list(value.items()) if isinstance(value, dict) else list(value)
        random.shuffle(items)
        return dict(items) if isinstance(value, dict) else tuple(items)

    mixed = {f.name: shuffled(v) for f in fields(original) if isinstance(v := getattr(original, f.name), dict | tuple)}
    assert content_hash(replace(original, **mixed)) == content_hash(original)


def test_every_fact_counts() -> None:
    """Changing any one text, number or truth value anywhere in the document changes the hash."""
    whole = book()
    seen = {content_hash(whole)}
    places = list(_leaves(document(whole)))
    assert len(places) > 250
    for path in places:
        changed = document(whole)
        _touch(changed, path)
        digest = _hash_of(changed)
        assert digest not in seen, path
        seen.add(digest)


def test_the_hash_is_stable() -> None:
    """A hash that changes without the facts changing would break every proof made before."""
    assert document(book(sample())) == document(book(json.loads(to_json(book()))))


@pytest.mark.parametrize("change", [timedelta(days=1), timedelta(days=-1)])
def test_days_count(change: timedelta) -> None:
    original = book()
    rate = original.rates[0]
    moved = replace(original, rates=(Rate(rate.currency, rate.day + change, rate.rate), *original.rates[1:]))
    assert content_hash(moved) != content_hash(original)


def test_equal_numbers_have_one_hash() -> None:
    one, other = sample(), sample()
    one["lots"][0]["quantity"], other["lots"][0]["quantity"] = "100", "1e2"
    one["lots"][1]["basis"], other["lots"][1]["basis"] = 120, "1200/10"
    assert content_hash(book(one)) == content_hash(book(other))
    assert book(one).lots["L2"].basis == Fraction(120)


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Any:
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from _leaves(value[key], (*path, key))
    else:
        yield path


def _touch(value: Any, path: tuple[Any, ...]) -> None:
    for step in path[:-1]:
        value = value[step]
    old = value[path[-1]]
    value[path[-1]] = (not old) if isinstance(old, bool) else f"{old}?"


def _hash_of(value: Any) -> str:
    from policy import canonical

    return canonical.content_hash(value)
