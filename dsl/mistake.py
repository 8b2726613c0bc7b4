"""What to say when the next word cannot come next: what is wrong, and what to write instead."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from dsl.diagnostic import MOST, Diagnostic
from dsl.source import Span

_LEAVES = {
    "STRING": "a text in quotes",
    "NAME": "an id such as `CONC-01`",
    "NUMERAL": "a number",
    "PERCENT": "a percentage",
    "MONETARY": "an amount such as `USD 100`",
    "DATE": "a date such as `2026-03-31`",
    "TERM": "a term such as `net assets`",
    "_OR_NAMED": "`or` and the name of the next regime",
}
_QUANTITY = frozenset({"NUMERAL", "PERCENT", "MONETARY", "TERM"})
_INSTEAD = {
    "=": "write `is` of a fact, `at most` or `at least` of a quantity",
    "==": "write `is` of a fact, `at most` or `at least` of a quantity",
    "!=": "write `is not`",
    "max": "write `limit … to at most …`",
    "maximum": "write `limit … to at most …`",
    "min": "write `require … >= …`",
    "minimum": "write `require … >= …`",
    "cap": "write `limit … to at most …`",
    "under": "write `less than`",
    "below": "write `less than`",
    "over": "write `more than`",
    "above": "write `more than`",
    "exceeding": "write `more than`",
    "ban": "write `forbid buy` or `forbid holding`",
    "prohibit": "write `forbid buy` or `forbid holding`",
    "exclude": "write `forbid holding where …`, or `except where …` below a limit",
    "must": "write `require …`",
    "shall": "write `require …`",
    "unless": "write `except where …` below the limit",
    "as pass": 'what is not measured does not pass; cite the law that may excuse it: `not calculable: derogation "…"`',
    "working": "write `business days`",
    "trading": "write `business days`",
    "consent": "write `needs consent`",
    "vocabulary": "the `vocabulary` line is the first of the file",
    "always": "say when: `tested at trade, close`",
    "breach": "an outcome is `pass`, `warn`, `waived`, `needs consent`, `unknown` or `block`",
    "fail": "an outcome is `pass`, `warn`, `waived`, `needs consent`, `unknown` or `block`",
}
_AFTER = {"on list": 'write `in list "…"`'}
_KEPT = "put what is kept in parentheses: `keep (cash + borrowings) within 3 points of …`"
_LISTED = 8


def too_many(span: Span) -> Diagnostic:
    return Diagnostic("M119", f"after {MOST:,} mistakes the rest is not read", span, "correct those above first")


def misspelt(word: str, meant: str, span: Span) -> Diagnostic:
    return Diagnostic("M106", f"`{word}` is not a word of the language here", span, f"did you mean `{meant}`?")


def unexpected(word: str, span: Span, before: str | None, expected: list[str]) -> Diagnostic:
    """In the middle of a clause."""
    place = f"after `{before}`" if before else "at the beginning"
    message = f"{place} there must be {_join(expected)}, not {_shown(word)}"
    here = _INSTEAD.get(f"{before} {word}") or _AFTER.get(before or "")
    if word == "==" and "`=`" in expected:
        here = "write `=`"
    kept = _KEPT if word == "of" and "`within`" in expected else None
    return Diagnostic("M107", message, span, here or _INSTEAD.get(word) or kept)


def too_short(span: Span, before: str | None, expected: list[str]) -> Diagnostic:
    """Where a new line begins in the middle of a clause."""
    message = f"this clause ends after `{before}`, where there must be {_join(expected)}"
    return Diagnostic("M107", message, span)


def cannot_follow(word: str, span: Span, before: str | None, expected: list[str]) -> Diagnostic:
    """Where the clause could end."""
    more = f"here may follow {_join(expected)}, or a new clause on a new line" if expected else "begin a new line"
    help = _AFTER.get(before or "") or _INSTEAD.get(word) or more
    return Diagnostic("M107", f"{_shown(word)} cannot follow `{before}`", span, help)


def no_clause(word: str, span: Span, beginnings: list[str]) -> Diagnostic:
    """Where a new clause should begin."""
    help = _INSTEAD.get(word) or f"a clause begins with {', '.join(beginnings)}"
    return Diagnostic("M107", f"{_shown(word)} begins no clause", span, help)


def outside(word: str, span: Span, beginnings: list[str]) -> Diagnostic:
    """Where a new block should begin."""
    if word == "end":
        return Diagnostic("M109", "there is no open block to `end`", span, "leave it out")
    help = _INSTEAD.get(word) or f"write {_join(beginnings)} first"
    return Diagnostic("M109", f"{_shown(word)} stands outside of every block", span, help)


def in_words(kinds: Collection[str], words: Mapping[str, str]) -> list[str]:
    """What a state takes next: quantities and comparisons as one thing each, other leaves, then keywords."""
    if set(kinds) >= _QUANTITY:
        return ["an amount or a term such as `5% of net assets`"]
    leaves = [text for kind, text in _LEAVES.items() if kind in kinds]
    keywords = sorted(words[kind] for kind in kinds if kind in words)
    if "<=" in keywords:
        return [*leaves, "a comparison such as `<=` or `at most`", *(["`is`"] if "is" in keywords else [])]
    return [*leaves, *(f"`{word}`" for word in keywords)]


def _shown(word: str) -> str:
    return f"`{word}`" if word else "the end of the file"


def _join(parts: list[str]) -> str:
    if len(parts) > _LISTED:
        return ", ".join(parts[:_LISTED]) + ", …"
    return " or ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def not_closed(block: Span) -> Diagnostic:
    return Diagnostic("M108", "this block is not closed", block, "write `end` after its last clause")


def too_deep(clause: Span) -> Diagnostic:
    help = "name a part with `let` and use the name"
    return Diagnostic("M102", "this clause is nested too deeply to be read", clause, help)
