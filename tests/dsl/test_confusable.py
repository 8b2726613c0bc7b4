"""What a text looks like."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsl.confusable import hidden, script, skeleton


@pytest.mark.parametrize(
    ("text", "looks"),
    [
        ("АСМЕ", "ACME"),
        ("ΑΤΗΕΝΑ", "ATHENA"),
        ("ＡＣＭＥ", "ACME"),
        ("AC\u200bME\u00a0 Corp", "ACME Corp"),
        ("Smith–Jones’s", "Smith-Jones's"),
        ("Роснефть", "Pocнeфтb"),
        ("Ärzte", "Ärzte"),
        ("acme", "acme"),
    ],
)
def test_the_skeleton(text: str, looks: str) -> None:
    assert skeleton(text) == looks


def test_case_is_seen() -> None:
    assert skeleton("ACME") != skeleton("acme")


@pytest.mark.parametrize(
    "character", ["\u200b", "\u202e", "\u00ad", "\ufeff", "\u00a0", "\u3000", "\u3164", "\0", "\x7f"]
)
def test_what_is_hidden(character: str) -> None:
    assert hidden(character)


@pytest.mark.parametrize("character", [" ", "\n", "\t", "a", "é", "日", "…", "`", "§", "€", "😀"])
def test_what_is_seen(character: str) -> None:
    assert not hidden(character)


def test_scripts() -> None:
    assert [script(letter) for letter in "aжγ5日"] == ["LATIN", "CYRILLIC", "GREEK", None, None]


@given(st.text())
def test_a_skeleton_hides_nothing(text: str) -> None:
    assert not any(hidden(character) for character in skeleton(text))


@given(st.text("abcACMEАСМЕ \u200b-–", max_size=12))
def test_a_skeleton_looks_like_itself(text: str) -> None:
    assert skeleton(skeleton(text)) == skeleton(text)
