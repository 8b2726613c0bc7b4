"""Words to terms: where the parser can take a term, the longest phrase of the vocabulary, or else a run of words.

Whether `average` begins `average risk score weighted by value` or the term `average net assets` is not the grammar's
business: the longest known phrase wins, then a keyword, then a run of unknown words up to the next word that could
follow a term here, or the end of the line. So an unknown phrase reaches the checker whole, which suggests a known one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache

from dsl.lexer import Lexeme

Phrases = Mapping[str, tuple[tuple[str, ...], ...]]
"""The known phrases by their first word, longest first."""


@lru_cache(maxsize=8)
def by_first_word(terms: frozenset[str]) -> Phrases:
    phrases: dict[str, tuple[tuple[str, ...], ...]] = {}
    for term in terms:
        add_phrase(phrases, tuple(term.split()))
    return phrases


def add_phrase(phrases: dict[str, tuple[tuple[str, ...], ...]], words: tuple[str, ...]) -> None:
    """No words are no phrase."""
    if words:
        group = {*phrases.get(words[0], ()), words}
        phrases[words[0]] = tuple(sorted(group, key=lambda phrase: (-len(phrase), phrase)))


def known(phrases: Phrases, lexemes: list[Lexeme], at: int) -> int:
    """How many lexemes from `at` make the longest known phrase; 0 if none."""
    for words in phrases.get(lexemes[at].text, ()):
        size = len(words)
        if size == 1 or tuple([lexeme.text for lexeme in lexemes[at : at + size]]) == words:
            return size
    return 0


def unknown(lexemes: list[Lexeme], at: int, stops: Collection[str]) -> int:
    """How many lexemes from `at` make one unknown phrase: words of one line, the later ones not in `stops`."""
    end = at
    while lexemes[end].kind == "WORD" and (end == at or not (lexemes[end].first or lexemes[end].text in stops)):
        end += 1
    return end - at
