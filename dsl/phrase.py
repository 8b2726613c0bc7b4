"""Words to terms: where the parser can take a term, the longest phrase of the vocabulary, or else a run of words.

Whether `average` begins `average risk score weighted by value` or the term `average net assets` is not the grammar's
business: the longest known phrase wins, then a keyword, then a run of unknown words up to the next word that could
follow a term here, or the end of the line. So an unknown phrase reaches the checker whole, which suggests a known one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

from dsl.lexer import Lexeme

Phrases = Mapping[str, tuple[tuple[str, ...], ...]]
"""The known phrases by their first word, longest first."""


@lru_cache(maxsize=8)
def by_first_word(terms: frozenset[str]) -> Phrases:
    return index(terms)


def index(terms: Iterable[str]) -> dict[str, tuple[tuple[str, ...], ...]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for term in terms:
        words = tuple(term.split())
        found.setdefault(words[0], []).append(words)
    return {word: tuple(sorted(group, key=lambda w: (-len(w), w))) for word, group in found.items()}


def known(phrases: Phrases, lexemes: list[Lexeme], at: int) -> int:
    """How many lexemes from `at` make the longest known phrase; 0 if none."""
    for words in phrases.get(lexemes[at].text, ()):
        size = len(words)
        if size == 1 or tuple([lexeme.text for lexeme in lexemes[at : at + size]]) == words:
            return size
    return 0


def unknown(lexemes: list[Lexeme], at: int, stops: Collection[str]) -> int:
    """How many lexemes from `at` make one unknown phrase: words of one line that are not in `stops`; at least 1."""
    end = at + 1
    while lexemes[end].kind == "WORD" and not lexemes[end].first and lexemes[end].text not in stops:
        end += 1
    return end - at
