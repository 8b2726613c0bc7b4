"""Characters to lexemes: one pass of one regular expression, and the mistakes that are visible without grammar.

Words stay single here; `dsl.phrase` joins them to terms where the parser can take one. A character that the language
does not use is reported and left out, so that it costs one message and nothing else.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from dsl.confusable import hidden, skeleton
from dsl.diagnostic import MOST, Diagnostic
from dsl.source import Source, Span


class Lexeme(NamedTuple):
    """`kind`: a terminal of the grammar, or WORD or SYMBOL (the parser tells keywords apart). `first`: only blanks
    stand before it on its line. A NamedTuple, not a dataclass: a large file has 100,000 of them."""

    kind: str
    text: str
    start: int
    end: int
    first: bool


class Scan(NamedTuple):
    """Lexemes end with an END-OF-TEXT one (`$END`). Comments are (start, text) without the line break."""

    lexemes: list[Lexeme]
    comments: list[tuple[int, str]]
    mistakes: list[Diagnostic]


_NUMBER = r"-?[0-9]+(?:[.,][0-9]+)*"
_LEXEME = rf"""[ \t\r]*+(?:
    (?P<NEWLINE>\n)FOREIGN
  | (?P<WORD>[a-z][a-z0-9&']*(?:[-/][a-z0-9&']+)*)
  | (?P<STRING>"[^"\n]*")
  | (?P<COMMENT>\#[^\n]*)
  | (?P<DATE>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?![0-9]))
  | (?P<TIME>[0-9]{{2}}:[0-9]{{2}}(?![0-9]))
  | (?P<MONETARY>[A-Z]{{3}}[ ]++{_NUMBER})
  | (?P<PERCENT>{_NUMBER}(?:\ ?%|\ +percent\b))
  | (?P<NUMERAL>{_NUMBER})
  | (?P<NAME>[A-Z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*[+-]?)
  | (?P<SYMBOL><=|>=|==|!=|[<>=,:+()-])
  | (?P<OPEN>"[^"\n]*)
  | (?P<CURLY>[“”„«»‘’][^“”„«»‘’"\n]*[“”„«»‘’"]?)
  | (?P<ODD>.)
  | \Z)"""
_FOREIGN = r"| (?P<FOREIGN>[A-Za-z]*[^\x00-\x7f\W\d_][\w&'/-]*)"
_ASCII = re.compile(_LEXEME.replace("FOREIGN", ""), re.VERBOSE)
_ANY = re.compile(_LEXEME.replace("FOREIGN", _FOREIGN), re.VERBOSE)
_WORD = re.compile(r"[a-z][a-z0-9&'/-]*")
_LONGEST = 40
_DAY_FIRST = re.compile(r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{2,4}")
_GOOD_NUMBER = re.compile(r"-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")
_REPORTED = frozenset({"MONETARY", "PERCENT", "NUMERAL", "OPEN", "CURLY", "FOREIGN", "ODD"})


def scan(source: Source) -> Scan:
    text = source.text
    lexemes: list[Lexeme] = []
    comments: list[tuple[int, str]] = []
    mistakes: list[Diagnostic] = []
    first = True
    for match in (_ASCII if text.isascii() else _ANY).finditer(text):
        kind = match.lastgroup
        if kind is None:
            break
        if kind == "NEWLINE":
            first = True
            continue
        start, end = match.span(kind)
        word = text[start:end]
        if kind == "COMMENT":
            comments.append((start, word.rstrip()))
            continue
        if kind == "ODD" and len(mistakes) > MOST:
            continue
        if kind in _REPORTED:
            kind, word, mistake = _look(kind, word, source.span(start, end))
            if mistake and len(mistakes) <= MOST:
                mistakes.append(mistake)
        if kind == "STRING" and lexemes and lexemes[-1].text == "or":
            lexemes[-1] = lexemes[-1]._replace(kind="_OR_NAMED")
        if kind != "ODD":
            lexemes.append(Lexeme(kind, word, start, end, first))
            first = False
    lexemes.append(Lexeme("$END", "", len(text), len(text), True))
    return Scan(lexemes, comments, mistakes)


def _look(kind: str, word: str, span: Span) -> tuple[str, str, Diagnostic | None]:
    """The kind and the text to go on with, and what is wrong with the lexeme, if anything."""
    if kind == "OPEN":
        help = 'end it with " on the same line'
        return "STRING", word, Diagnostic("M104", "this text has no closing quote", span, help)
    if kind == "CURLY":
        help = f'write "{word.strip(_CURLY)}"'
        return "STRING", word, Diagnostic("M104", "curly quotes do not hold a text", span, help)
    if kind == "FOREIGN":
        plain = skeleton(word)
        help = f"write `{plain}`" if plain.isascii() else "put names in quotes"
        kind = "WORD" if _WORD.fullmatch(plain) else "ODD"
        return kind, plain, Diagnostic("M122", f"`{word}` is not written in plain letters", span, help)
    if kind == "ODD":
        known = None if hidden(word) else Diagnostic("M103", f"`{word}` has no meaning here", span, _INSTEAD.get(word))
        return "ODD", word, known
    digits = word.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ ").split("%")[0].split(" ")[0]
    if len(digits) > _LONGEST:
        return kind, word.replace(digits, "0"), Diagnostic("M105", f"this number has more than {_LONGEST} digits", span)
    if not _GOOD_NUMBER.fullmatch(digits):
        help = "commas stand before groups of three digits, one point before the decimals: `1,000,000.50`"
        if _DAY_FIRST.fullmatch(digits):
            help = "write a date as year-month-day: `2026-03-31`"
        return kind, word.replace(digits, "0"), Diagnostic("M105", f"`{digits}` is not a number", span, help)
    return kind, word, None


_CURLY = '“”„«»‘’"'
_INSTEAD = {
    "$": "write the currency's code and a space: `USD 100`",
    "€": "write the currency's code and a space: `EUR 100`",
    "£": "write the currency's code and a space: `GBP 100`",
    "≤": "write `at most` or `<=`",
    "≥": "write `at least` or `>=`",
    "%": "a percent sign follows its number: `5%`",
    ";": "a clause ends where the next one begins; leave the semicolon out",
    "*": "to take a part of something write `5% of net assets`",
    "{": "there are no braces; `end` closes a block",
    "}": "there are no braces; `end` closes a block",
}
