"""Texts that do not say what they look like: hidden characters, mixed scripts, names that are twins to the eye.

A list that covers "АСМЕ Corp" with Cyrillic letters covers nothing, and nobody sees it. Only signs that a reader takes
for others are looked at: names in Cyrillic, Greek or Japanese are as good as any.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence, Set

from dsl.confusable import BIDIRECTIONAL, hidden, script, skeleton
from dsl.diagnostic import Diagnostic, Related
from dsl.lexer import Lexeme, scan
from dsl.source import Source, Span


def look(source: Source, lexemes: Sequence[Lexeme]) -> Iterator[Diagnostic]:
    """Everything in a file that is not what it looks like."""
    yield from _hidden(source)
    texts = _texts(source, lexemes)
    mixed = [] if source.text.isascii() else list(_mixed(texts))
    yield from mixed
    reported = {mistake.span.start for mistake in mixed}
    yield from alike([(text, span) for text, span in texts if span.start not in reported])


def alike(texts: Iterable[tuple[str, Span]]) -> Iterator[Diagnostic]:
    """Texts that look like one before and differ."""
    seen: dict[str, tuple[str, Span]] = {}
    for text, span in texts:
        first, where = seen.setdefault(skeleton(text.strip('"')), (text, span))
        if first.strip('"') != text.strip('"'):
            message, related = (
                f"{text} looks like another text and is not the same",
                Related(f"the other is {first}", where),
            )
            yield Diagnostic("M123", message, span, "write both alike", related=(related,))


def across(sources: Sequence[Source], told: Set[Span] = frozenset()) -> Iterator[Diagnostic]:
    """Texts of different files that look alike and differ. `told`: places that have had their report, for what stands
    in one file alone."""
    if all(_plain(source.text) for source in sources):
        return
    for found in alike(text for source in sources for text in _texts(source, scan(source).lexemes)):
        if found.span.file != found.related[0].span.file and found.span not in told:
            yield found


def _plain(text: str) -> bool:
    """Whether every text says what it looks like."""
    return text.isascii() and all(quoted == skeleton(quoted) for quoted in re.findall(r'"([^"\n]*)"', text))


def _texts(source: Source, lexemes: Sequence[Lexeme]) -> list[tuple[str, Span]]:
    """Names and texts in straight quotes; what is quoted otherwise is a mistake already."""
    return [
        (text, source.span(start, end))
        for kind, text, start, end, _ in lexemes
        if kind == "NAME" or (kind == "STRING" and text[0] == text[-1] == '"' and end - start > 1)
    ]


def _hidden(source: Source) -> Iterator[Diagnostic]:
    """Comments too: a bidirectional control in one can move words out of it, for the eye. A mark at the very beginning
    that tells the encoding is left alone."""
    for match in re.finditer(r"[^\x20-\x7e\n\t\r]", source.text):
        character = match.group()
        if not hidden(character) or (character == "\ufeff" and match.start() == 0):
            continue
        name = unicodedata.name(character, f"U+{ord(character):04X}").lower()
        what = "changes the direction of the text" if character in BIDIRECTIONAL else "cannot be seen"
        message = f"`{name}` {what}, so this line does not say what it seems to say"
        yield Diagnostic("M121", message, source.span(*match.span()), "delete it and write the words again")


def _mixed(texts: Sequence[tuple[str, Span]]) -> Iterator[Diagnostic]:
    shown = {name for text, _ in texts for letter in text if not _twin(letter) and (name := script(letter))}
    for text, span in texts:
        for word in re.findall(r"[^\W\d_]+", text):
            letter = odd_letter(word, text, shown)
            if letter:
                message = f"`{word}` is not what it looks like: `{letter}` is {unicodedata.name(letter).lower()}"
                yield Diagnostic("M122", message, span, f"write {skeleton(text)}, if that is meant")
                break


def odd_letter(word: str, text: str, shown: Set[str] = frozenset()) -> str | None:
    """A letter that passes for Latin: in a word with Latin letters, or in a word of such letters alone, unless the text
    around it, or what scripts are `shown` elsewhere, says that the word is of its own. Single small Greek letters are
    signs of mathematics."""
    if text.isascii():
        return None
    around = {*map(script, text)} & {"LATIN"} or shown
    letters = {name: letter for letter in word if (name := script(letter))}
    if len(letters) > 1:
        return next(letter for name, letter in letters.items() if name != "LATIN")
    if "LATIN" in letters or not all(map(_twin, word)) or (len(word) == 1 and "α" <= word <= "ω"):
        return None
    return None if set(letters) <= around else word[0]


def _twin(letter: str) -> bool:
    return not letter.isascii() and skeleton(letter).isascii()
