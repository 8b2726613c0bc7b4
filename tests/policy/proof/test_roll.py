"""Sets of names under one hash: read as they were written, shared where they are alike, and nothing else is taken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.canonical import Json, digest, encode
from policy.proof.reading import ShapeError
from policy.proof.roll import MOST, named, parts, rolled

NAMES = st.sets(st.text(max_size=8), max_size=30) | st.builds(
    lambda size, salt: {f"{salt}/{number}" for number in range(size)}, st.integers(0, 3_000), st.text(max_size=3)
)


@given(NAMES)
def test_the_names_of_a_roll_are_those_it_was_made_of(names: set[str]) -> None:
    root, found = rolled(names)
    assert named(root, found) == names
    assert {digest(content): content for content in found.values()} == dict(found)
    assert parts(b"".join(content + b"\n" for content in found.values())) == found


@given(NAMES, st.text(max_size=8))
def test_a_roll_is_of_one_set_and_shares_what_is_alike(names: set[str], other: str) -> None:
    (root, found), (more, again) = rolled(names), rolled({*names, other})
    assert (root == more) == (other in names)
    way = 1 if len(names) <= MOST else 1 + max(1, len(names).bit_length() // 4)
    assert len(again.keys() - found.keys()) <= way + 16, "its own way, and what is parted on it"


def test_a_few_names_are_one_part_and_many_are_small_ones() -> None:
    root, found = rolled(["b", "a"])
    assert found == {root: b'["a","b"]'}
    many, grown = {f"prop_{number}" for number in range(10_000)}, {f"prop_{number}" for number in range(10_001)}
    new = rolled(grown)[1].keys() - rolled(many)[1].keys()
    assert sum(len(rolled(grown)[1][name]) for name in new) < 5_000


def test_what_is_missing_or_altered_or_said_otherwise_is_no_roll() -> None:
    names = {f"prop_{number}" for number in range(200)}
    root, found = rolled(names)
    for left_out in found:
        with pytest.raises(ShapeError, match="not there"):
            named(root, {name: content for name, content in found.items() if name != left_out})
    with pytest.raises(ShapeError, match="is no part"):
        named(root, {**found, root: b"[]"})
    wrong: list[Json] = [["b", "a"], ["a", "a"], [f"n{number}" for number in range(MOST + 1)], [1], {"0": 1}, 7]
    for content in map(encode, wrong):
        with pytest.raises(ShapeError):
            named(digest(content), {digest(content): content})


def test_a_chain_of_parts_has_an_end() -> None:
    content, chain = encode([]), dict[str, bytes]()
    for _ in range(3_000):
        chain[digest(content)] = content
        content = encode({"0": digest(content)})
    chain[digest(content)] = content
    with pytest.raises(ShapeError, match="is no part"):
        named(digest(content), chain)
