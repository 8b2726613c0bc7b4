"""Reads a whole file, and goes on after every mistake.

A mistake is repaired in one of three ways. A misspelt keyword is read as the keyword meant. A missing `end` is put
in. Otherwise the clause is given up: states are popped to one that can take BROKEN, and reading goes on at the next
line that begins with a word which may follow there. Each clause gives at most one error of grammar.
"""

from __future__ import annotations

from typing import Any

from dsl import mistake
from dsl.diagnostic import Diagnostic
from dsl.machine import Machine, accepts, feed, recognise, remember, value
from dsl.suggest import nearest

DEEPEST = 120
"""Most states on the stack: about thirty levels of parentheses. Beyond that a clause is refused, so that no later pass
over the tree can run out of stack."""

BLOCKS = frozenset({"rule", "list", "waiver", "test"})


def read(machine: Machine) -> Any:
    """The value of the start symbol."""
    at = 0
    while True:
        row, lexeme, said = machine.row, machine.lexemes[at], len(machine.mistakes)
        if lexeme.first and ("END" in row or "RULE" in row):
            machine.clause = lexeme.start
        kind, count = recognise(machine, row, at)
        made, end = value(machine, kind, at, count)
        if isinstance(made, Diagnostic):
            machine.mistakes.append(made)
            at = give_up(machine, at, complete=False)
        elif feed(machine, kind, made, lexeme.start, end):
            if kind == "$END":
                return machine.values[-1]
            remember(machine, kind, at)
            at += count
            if len(machine.states) > DEEPEST:
                machine.mistakes.append(mistake.too_deep(machine.source.span(machine.clause, end)))
                at = give_up(machine, at, complete=False)
        elif len(machine.mistakes) > said:
            at = give_up(machine, at, complete=False)
        else:
            at = recover(machine, at)


def recover(machine: Machine, at: int) -> int:
    """Report what is wrong at a lexeme, unless its clause has had its report; the lexeme to go on with."""
    lexeme, table = machine.lexemes[at], machine.table
    if machine.block and (lexeme.kind == "$END" or _opens_block(machine, at)):
        machine.mistakes.append(mistake.not_closed(machine.block))
        return _close(machine, at)
    if any(machine.clause <= m.span.start <= lexeme.start for m in machine.mistakes):
        return give_up(machine, at, complete=True)
    possible = {kind for kind in machine.row if accepts(machine, kind)}
    meant = _meant(machine, at, possible)
    if meant:
        span = machine.source.span(lexeme.start, lexeme.end)
        machine.mistakes.append(mistake.misspelt(lexeme.text, meant, span))
        feed(machine, table.keywords[meant], meant, lexeme.start, lexeme.end)
        remember(machine, table.keywords[meant], at)
        return at + 1
    machine.mistakes.append(_unexpected(machine, at, possible))
    return give_up(machine, at, complete=True)


def _meant(machine: Machine, at: int, possible: set[str]) -> str | None:
    """The keyword that a misspelt word stands for. A keyword that begins a line stands for itself."""
    lexeme, table = machine.lexemes[at], machine.table
    if lexeme.kind != "WORD" or (lexeme.first and lexeme.text in table.keywords):
        return None
    return nearest(lexeme.text, {table.words[kind] for kind in possible if kind in table.words} - {lexeme.text})


def _unexpected(machine: Machine, at: int, possible: set[str]) -> Diagnostic:
    lexeme, words = machine.lexemes[at], machine.table.words
    span = machine.source.span(lexeme.start, lexeme.end)
    before = _before(machine, at)
    complete = accepts(machine, "BROKEN")
    if complete is None:
        expected = mistake.in_words(possible, words)
        if lexeme.first and at:
            last = machine.lexemes[at - 1]
            return mistake.too_short(machine.source.span(last.start, last.end), before, expected)
        return mistake.unexpected(lexeme.text, span, before, expected)
    heads = {kind for kind in machine.table.rows[complete[-1]] if accepts(machine, kind, complete)}
    beginnings = mistake.in_words(heads - {"END"}, words)
    if machine.block is None:
        return mistake.outside(lexeme.text, span, beginnings)
    if lexeme.first:
        return mistake.no_clause(lexeme.text, span, beginnings)
    return mistake.cannot_follow(lexeme.text, span, before, mistake.in_words(possible - heads, words))


def _before(machine: Machine, at: int) -> str | None:
    """What the user wrote last: the whole of a short part, or its last word."""
    if not at:
        return None
    part = machine.source.text[machine.starts[len(machine.values) - 1] : machine.end] if machine.values else ""
    return part if 0 < len(part) <= 40 and "\n" not in part else machine.lexemes[at - 1].text


def give_up(machine: Machine, at: int, *, complete: bool) -> int:
    """Replace the clause at hand by BROKEN. `complete`: one that is complete before a new line is kept."""
    lexeme = machine.lexemes[at]
    kept = complete and lexeme.first and accepts(machine, "BROKEN") is not None
    if not (kept and feed(machine, "BROKEN", None, lexeme.start, lexeme.start)):
        _break(machine, lexeme.start)
    return _resume(machine, at)


def _break(machine: Machine, start: int) -> None:
    rows = machine.table.rows
    while not isinstance(rows[machine.states[-1]].get("BROKEN"), int):
        machine.states.pop()
        machine.values.pop()
    feed(machine, "BROKEN", None, start, start)


def _resume(machine: Machine, at: int) -> int:
    """The next lexeme that begins a line and can follow BROKEN, or a misspelt one that could. Never the same twice."""
    at = max(at, machine.resumed + 1)
    lexemes, keywords = machine.lexemes, machine.table.keywords
    possible = {kind for kind in machine.row if accepts(machine, kind)}
    while lexemes[at].kind != "$END":
        if lexemes[at].first and lexemes[at].kind == "WORD":
            fits = keywords.get(lexemes[at].text) in possible or _meant(machine, at, possible)
            if fits or _opens_block(machine, at):
                break
        at += 1
    machine.resumed = at
    return at


def _close(machine: Machine, at: int) -> int:
    """Put in the `end` that is missing before a lexeme."""
    start = machine.lexemes[at].start
    if not (accepts(machine, "END") and feed(machine, "END", "end", start, start)):
        _break(machine, start)
        feed(machine, "END", "end", start, start)
    machine.block = None
    return at


def _opens_block(machine: Machine, at: int) -> bool:
    head = machine.lexemes[at]
    if not head.first or head.text not in BLOCKS:
        return False
    following = machine.lexemes[at + 1]
    return following.kind in ("NAME", "STRING") or "-" in following.text
