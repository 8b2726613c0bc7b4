"""Texts that do not say what they look like: hidden characters, mixed scripts, names that are twins to the eye.

A list that covers "АСМЕ Corp" with Cyrillic letters covers nothing, and nobody sees it. Only signs that a reader takes
for others are looked at: names in Cyrillic, Greek or Japanese are as good as any.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from dsl.confusable import BIDIRECTIONAL, hidden, script, skeleton
from dsl.diagnostic import Diagnostic, Related
from dsl.lexer import Lexeme
from dsl.source import Source, Span


def look(source: Source, lexemes: Sequence[Lexeme]) -> Iterator[Diagnostic]:
    """Everything in a file that is not what it looks like."""
    yield from _hidden(source)
    mixed = [] if source.text.isascii() else list(_mixed(source, lexemes))
    yield from mixed
    reported = {mistake.span.start for mistake in mixed}
    yield from _twins(source, [lexeme for lexeme in lexemes if lexeme.start not in reported])


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


def _mixed(source: Source, lexemes: Sequence[Lexeme]) -> Iterator[Diagnostic]:
    for kind, text, start, end, _ in lexemes:
        if kind != "STRING" or text.isascii():
            continue
        for word in re.finditer(r"[^\W\d_]+", text):
            odd = odd_letter(word.group(), text)
            if odd:
                name = unicodedata.name(odd).lower()
                help = f"write {skeleton(text)}, if that is meant"
                message = f"`{word.group()}` is not in one script: `{odd}` is {name}"
                yield Diagnostic("M122", message, source.span(start, end), help)
                break


def odd_letter(word: str, text: str) -> str | None:
    """A letter that passes for Latin, in a word with Latin letters or between Latin words."""
    scripts = {name: letter for letter in word if (name := script(letter))}
    foreign = [letter for letter in word if not letter.isascii() and skeleton(letter).isascii()]
    if len(scripts) > 1:
        return next((letter for name, letter in scripts.items() if name != "LATIN"), None)
    disguised = scripts and "LATIN" not in scripts and len(foreign) == len(word)
    return foreign[0] if disguised and any(script(letter) == "LATIN" for letter in text) else None


def _twins(source: Source, lexemes: Sequence[Lexeme]) -> Iterator[Diagnostic]:
    """Two texts of a file that look alike and differ; the first one stands."""
    seen: dict[str, tuple[str, Span]] = {}
    for kind, text, start, end, _ in lexemes:
        if kind not in ("STRING", "NAME"):
            continue
        looks = text if text.isascii() and "  " not in text else skeleton(text)
        first = seen.get(looks)
        if first is None:
            seen[looks] = (text, source.span(start, end))
        elif first[0] != text:
            related = (Related(f"the other is {first[0]}", first[1]),)
            message = f"{text} looks like another text of this file and is not the same"
            yield Diagnostic("M123", message, source.span(start, end), "write both alike", related=related)
