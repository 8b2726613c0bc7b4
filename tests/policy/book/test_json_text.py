"""Strict JSON: the same values as the standard reader, and a line for every pointer."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.book.amount import Bare
from policy.book.intake.json_text import parse, with_lines
from policy.book.problem import Place, Problem, pointer

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@given(plain, st.sampled_from([None, 0, 1, 3]))
def test_plain_values_are_read_as_they_are(value: object, indent: int | None) -> None:
    found = parse(json.dumps(value, indent=indent), "f")
    assert found == value
    assert type(found) is type(value)


@given(plain)
def test_every_pointer_has_the_line_on_which_its_value_begins(value: object) -> None:
    """With one value per line, a place is found again by its text."""
    text = json.dumps(value, indent=0)
    lines = text.split("\n")
    for path, found in _places(value):
        at = pointer(path)
        (problem,) = with_lines((Problem(Place("f", None, at), "what", "do"),), text)
        line = problem.place.line
        assert line is not None
        begun = json.dumps(found, indent=0).split("\n")[0]
        name = f"{json.dumps(path[-1])}: " if path and isinstance(path[-1], str) else ""
        assert lines[line - 1].rstrip(",") == name + begun


def _places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], object]]:
    inner: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [(path, value), *(place for key, item in inner for place in _places(item, (*path, key)))]


@pytest.mark.parametrize("number", ["1.0", "1e5", "-0.5", "NaN", "Infinity", "-Infinity", "1" * 31, "9" * 5000])
def test_numbers_that_are_no_plain_integers_keep_their_text(number: str) -> None:
    assert parse(f'{{"a": [{number}]}}', "f") == {"a": [Bare(number)]}


@given(st.dictionaries(st.text(max_size=3), plain, min_size=1, max_size=3), st.data())
def test_a_name_that_stands_twice_is_found_at_any_depth(members: dict[str, object], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(members)))
    parts = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in members.items()]
    inner = "{" + ", ".join([*parts, f"{json.dumps(name)}: 1"]) + "}"
    found = parse(f'[{{"x/y": [0, {inner}]}}]', "f")
    assert isinstance(found, tuple)
    assert [problem.place.pointer for problem in found] == [pointer((0, "x/y", 1, name))]


def test_escaped_and_plain_spellings_of_a_name_are_one_name() -> None:
    found = parse('{"a": 1, "\\u0061": 2}', "f")
    assert isinstance(found, tuple)
    assert found[0].what == "`a` stands twice in one object"


@pytest.mark.parametrize("half", [r"\ud800", r"\uDFFF", r"\ud800\u0041", r"\udc00\ud800"])
@pytest.mark.parametrize("text", ['{"a":\n"x HALF"}', '{\n"HALF": 1}', '[1,\n["HALF"]]'])
def test_half_of_a_letter_is_refused_where_it_stands(half: str, text: str) -> None:
    (problem,) = parse(text.replace("HALF", half), "f")
    assert isinstance(problem, Problem)
    assert (problem.place.line, "half of a letter" in problem.what) == (2, True)


def test_both_halves_are_one_letter_and_an_escaped_backslash_is_none() -> None:
    assert parse(r'["\ud83d\ude00", "\\ud800"]', "f") == ["\N{GRINNING FACE}", r"\ud800"]
