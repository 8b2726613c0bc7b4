"""What to say when the next word cannot come next: what is wrong, and what to write instead."""

from __future__ import annotations

from collections.abc import Collection

from dsl.diagnostic import Diagnostic
from dsl.lexer import Lexeme
from dsl.source import Span
from dsl.suggest import nearest
from dsl.table import Row, Table

_LEAVES = {
    "STRING": "a text in quotes",
    "NAME": "an id such as `CONC-01`",
    "NUMERAL": "a number",
    "PERCENT": "a percentage",
    "MONETARY": "an amount such as `USD 100`",
    "DATE": "a date such as `2026-03-31`",
    "TERM": "a term such as `net assets`",
}
_QUANTITY = frozenset({"NUMERAL", "PERCENT", "MONETARY", "TERM"})
_INSTEAD = {
    "==": "write `is` or `=`",
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
    "always": "say when: `tested at trade, close`",
    "breach": "an outcome is `pass`, `warn`, `waived`, `needs consent`, `unknown` or `block`",
    "fail": "an outcome is `pass`, `warn`, `waived`, `needs consent`, `unknown` or `block`",
}
_MOST = 6


def meant(lexeme: Lexeme, row: Row, table: Table) -> str | None:
    """The keyword that a misspelt word stands for."""
    if lexeme.kind != "WORD":
        return None
    words = {word for kind in row if (word := table.words.get(kind))} - {lexeme.text}
    return nearest(lexeme.text, words)


def unexpected(lexemes: list[Lexeme], at: int, row: Row, table: Table, span: Span, meant: str | None) -> Diagnostic:
    lexeme = lexemes[at]
    shown = f"`{lexeme.text}`" if lexeme.text else "the end of the file"
    if meant:
        return Diagnostic("M106", f"{shown} is not a word of the language here", span, f"did you mean `{meant}`?")
    expected = _expected(row, table)
    help = _INSTEAD.get(lexeme.text)
    before = f"`{lexemes[at - 1].text}`" if at else None
    if "END" in row or "RULE" in row:
        complete = f"what stands before {shown} is complete" if lexeme.first or not before else f"{shown} cannot follow"
        message = complete if lexeme.first or not before else f"{shown} cannot follow {before}"
        return Diagnostic("M107", message, span, help or _next(expected))
    place = f"after {before}" if before else "at the beginning"
    return Diagnostic("M107", f"{place} there must be {_join(expected)}, not {shown}", span, help)


def _expected(row: Row, table: Table) -> list[str]:
    """What the state takes next, in words: quantities as one thing, then keywords."""
    kinds: Collection[str] = [kind for kind in row if kind.isupper()]
    if set(kinds) >= _QUANTITY:
        return ["an amount or a term such as `5% of net assets`"]
    named = [text for kind, text in _LEAVES.items() if kind in kinds]
    return named + sorted(f"`{table.words[kind]}`" for kind in kinds if kind in table.words)


def _next(expected: list[str]) -> str:
    return "a new clause begins with a word such as " + _join([e for e in expected if e[0] == "`"][:_MOST])


def _join(parts: list[str]) -> str:
    shown = parts if len(parts) <= _MOST else [*parts[:_MOST], "…"]
    return " or ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def not_closed(block: Span) -> Diagnostic:
    return Diagnostic("M108", "this block is not closed", block, "write `end` after its last clause")


def too_deep(clause: Span) -> Diagnostic:
    help = "name a part with `let` and use the name"
    return Diagnostic("M102", "this clause is nested too deeply to be read", clause, help)
