"""One byte form per value, one text per rational, and no second reading of either."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import orjson
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from policy.canonical import DEPTH, LARGEST, CanonicalError, content_hash, decode, encode, rational, rational_text

VECTORS = Path(__file__).parents[3] / "shared" / "vectors" / "jcs"

names = st.text(st.characters(codec="ascii"), max_size=6)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | st.text(st.characters(codec="utf-8"), max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_two_other_encoders_agree_and_reading_gives_the_value_back(value):
    data = encode(value)
    assert data == rfc8785.dumps(value) == orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    assert decode(data) == value


@given(values)
def test_any_other_spelling_of_the_same_value_is_refused(value):
    data = encode(value)
    for other in (json.dumps(value).encode(), json.dumps(value, indent=1).encode(), data + b"\n", b" " + data):
        if other != data:
            with pytest.raises(CanonicalError):
                decode(other)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (1.0, "float"),
        (float("nan"), "float"),
        (2**53, "beyond"),
        (-(2**53), "beyond"),
        ({"é": 1}, "not ASCII"),
        ({1: 2}, "not ASCII"),
        ((1, 2), "tuple"),
        ({"a": {"b": [b"bytes"]}}, "bytes"),
        ("\ud800", "surrogate"),
        (Fraction(1), "Fraction"),
    ],
)
def test_values_without_a_form(value, said):
    with pytest.raises(CanonicalError, match=said):
        encode(value)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"a":1,"a":2}', "twice"),
        (b'{"x":{"a":1,"a":1}}', "twice"),
        (b"1.0", "float"),
        (b"1e3", "float"),
        (b"NaN", "float"),
        (b"-Infinity", "float"),
        (b"-0", "canonical form"),
        (b"9007199254740992", "beyond"),
        (b"1" * 5000, "beyond"),
        (b'{"b":1,"a":2}', "canonical form"),
        (b'"\\u0041"', "canonical form"),
        (b'"\\ud800"', "surrogate"),
        (b'"\\/"', "canonical form"),
        (b"\xef\xbb\xbf{}", "JSON"),
        (b"\xff", "UTF-8"),
        (b'{"a":1', "JSON"),
        (b"", "JSON"),
        (b"[1,]", "JSON"),
        (b"01", "JSON"),
        ('{"é":1}'.encode(), "not ASCII"),
        (b"[" * 100_000, "nested"),
        (b"[" * 300 + b"]" * 300, "nested"),
    ],
)
def test_texts_that_are_refused(data, said):
    with pytest.raises(CanonicalError, match=said):
        decode(data)


def test_the_deepest_value_that_passes():
    fitting: object = []
    for _ in range(DEPTH - 1):
        fitting = [fitting]
    assert decode(encode(fitting)) == fitting
    with pytest.raises(CanonicalError, match="nested"):
        encode([fitting])


def test_a_known_hash():
    assert content_hash({"b": [], "a": "1/3"}) == "3de4a961a09e78ad5eebf84b0a6c48f2b6e4ad229dc040217c4e9ecd651ae00d"


@given(st.fractions())
def test_a_rational_and_its_text(number):
    assert rational(rational_text(number)) == number


SPELLINGS = [
    "",
    "-",
    "1.5",
    "+1",
    "-0",
    "01",
    "1/0",
    "1/1",
    "2/4",
    "1/-2",
    "1/02",
    "0/3",
    " 1",
    "1 ",
    "1\n",
    "1e3",
    "½",
]
MORE_SPELLINGS = ["٣", "1_0", "nan", "1/2/3", "9" * 9_000, "1/" + "9" * 5_000, 1, None, True]


@pytest.mark.parametrize("text", SPELLINGS + MORE_SPELLINGS)
def test_no_other_spelling_of_a_rational_is_read(text):
    with pytest.raises(CanonicalError):
        rational(text)


def test_the_test_files_of_rfc_8785_s_author():
    """Where a file lies within the profile we write and read it as he does; the others are refused."""
    if not VECTORS.exists():
        pytest.skip("third-party vectors `jcs` are not beside this repository")
    accepted = set()
    for path in sorted((VECTORS / "cyberphone" / "output").glob("*.json")):
        try:
            value = decode(path.read_bytes())
        except CanonicalError:
            continue
        source = json.loads((VECTORS / "cyberphone" / "input" / path.name).read_bytes(), parse_float=_whole)
        assert encode(source) == path.read_bytes()
        assert value == source
        accepted.add(path.stem)
    assert accepted == {"arrays", "structures", "unicode"}  # the others have floats or names beyond ASCII


def _whole(text):
    """The author's inputs spell 56 as 56.0."""
    return int(float(text)) if float(text).is_integer() else float(text)
