"""Reads a whole file, and goes on after every mistake.

A mistake is repaired in one of three ways. A misspelt keyword is read as the keyword meant. A missing `end` is put
in. Otherwise the clause is given up: states are popped to one that can take BROKEN, and reading goes on at the next
line that begins with a word which may follow there. Each clause gives at most one error of grammar.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from dsl import mistake
from dsl.diagnostic import MOST, Diagnostic
from dsl.lexer import Lexeme
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
        if said > MOST and lexeme.kind != "$END":
            machine.mistakes.append(mistake.too_many(machine.source.span(lexeme.start, lexeme.end)))
            at, machine.block = len(machine.lexemes) - 1, None
            continue
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
    kinds, words = _possible(machine, machine.states)
    if _told(machine, lexeme, kinds):
        return give_up(machine, at, complete=True)
    meant = _meant(machine, at, words)
    if meant:
        span = machine.source.span(lexeme.start, lexeme.end)
        machine.mistakes.append(mistake.misspelt(lexeme.text, meant, span))
        feed(machine, table.keywords[meant], meant, lexeme.start, lexeme.end)
        remember(machine, table.keywords[meant], at)
        return at + 1
    machine.mistakes.append(_unexpected(machine, at, kinds))
    return give_up(machine, at, complete=True)


def _told(machine: Machine, lexeme: Lexeme, kinds: frozenset[str]) -> bool:
    """Whether enough has been said: about the file, about the clause, or, where a regime is out of place, the block."""
    start = machine.clause
    if machine.block and "_OR_NAMED" in {lexeme.kind, *kinds}:
        start = machine.block.start
    return len(machine.mistakes) > MOST or any(start <= m.span.start <= lexeme.start for m in machine.mistakes)


def _meant(machine: Machine, at: int, words: frozenset[str]) -> str | None:
    """The keyword that a misspelt word stands for. A keyword that begins a line stands for itself, and none (`and`) for
    the end of the block."""
    lexeme, known = machine.lexemes[at], machine.table.keywords
    if lexeme.kind != "WORD" or (lexeme.first and lexeme.text in known):
        return None
    return nearest(lexeme.text, words - ({lexeme.text, "end"} if lexeme.text in known else {lexeme.text}))


def _unexpected(machine: Machine, at: int, possible: frozenset[str]) -> Diagnostic:
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
    heads, _ = _possible(machine, complete)
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
    """Replace the clause at hand by BROKEN; the lexeme to go on with, never the same one twice. `complete`: a clause
    that is complete before a new line is kept, and so is a block before anything else. Where nothing fits before the
    next block, as little of the open one is given up as can be."""
    lexeme = machine.lexemes[at]
    if complete and (lexeme.first or not machine.block) and accepts(machine, "BROKEN"):
        feed(machine, "BROKEN", None, lexeme.start, lexeme.start)
    landings = [Landing(depth, *_possible(machine, _broken(machine, depth))) for depth in _depths(machine)]
    chosen = landings[0]
    at = min(max(at, machine.resumed + 1), len(machine.lexemes) - 1)
    while machine.lexemes[at].kind != "$END" and not _opens_block(machine, at):
        fitting = [landing for landing in landings if _fits(machine, at, landing)]
        if fitting:
            chosen = fitting[0]
            break
        at += 1
    machine.resumed = at
    _break(machine, chosen.depth, machine.lexemes[at].start)
    return at


class Landing(NamedTuple):
    """A length of stack at which BROKEN can be shifted, and what can follow it: terminals, and their words."""

    depth: int
    kinds: frozenset[str]
    words: frozenset[str]


def _depths(machine: Machine) -> list[int]:
    """The lengths of stack at which BROKEN can be shifted, the innermost first; an open block is not left, and
    none is entered from outside."""
    found = []
    for depth in range(len(machine.states), 0, -1):
        row = machine.table.rows[machine.states[depth - 1]]
        if isinstance(row.get("BROKEN"), int) and ("RULE" in row) == (machine.block is None):
            found.append(depth)
    return found


def _broken(machine: Machine, depth: int) -> list[int]:
    """The states after popping to a depth and shifting BROKEN."""
    states = machine.states[:depth]
    broken = machine.table.rows[states[-1]]["BROKEN"]
    assert isinstance(broken, int)
    return [*states, broken]


def _possible(machine: Machine, states: list[int]) -> tuple[frozenset[str], frozenset[str]]:
    """The terminals that can follow, and the words of those that are keywords."""
    table = machine.table
    kinds = frozenset(kind for kind in table.rows[states[-1]] if accepts(machine, kind, states))
    return kinds, frozenset(table.words[kind] for kind in kinds if kind in table.words)


def _fits(machine: Machine, at: int, landing: Landing) -> bool:
    """Whether a lexeme begins a line and can follow BROKEN, as it is or as what it is meant to be."""
    lexeme = machine.lexemes[at]
    if not lexeme.first or lexeme.kind not in ("WORD", "_OR_NAMED"):
        return False
    kind = machine.table.keywords.get(lexeme.text) if lexeme.kind == "WORD" else lexeme.kind
    return kind in landing.kinds or _meant(machine, at, landing.words) is not None


def _break(machine: Machine, depth: int, start: int) -> None:
    del machine.states[depth:]
    del machine.values[depth - 1 :]
    feed(machine, "BROKEN", None, start, start)


def _close(machine: Machine, at: int) -> int:
    """Put in the `end` that is missing before a lexeme."""
    start = machine.lexemes[at].start
    if not (_ends(machine, machine.states) and feed(machine, "END", "end", start, start)):
        closing = (depth for depth in _depths(machine) if _ends(machine, _broken(machine, depth)))
        _break(machine, next(closing), start)
        feed(machine, "END", "end", start, start)
    machine.block = None
    return at


def _ends(machine: Machine, states: list[int]) -> bool:
    """Whether `end` closes the block there; in `quarter end` it does not."""
    closed = accepts(machine, "END", states)
    return closed is not None and accepts(machine, "RULE", closed) is not None


def _opens_block(machine: Machine, at: int) -> bool:
    head = machine.lexemes[at]
    if not head.first or head.text not in BLOCKS:
        return False
    following = machine.lexemes[at + 1]
    return following.kind in ("NAME", "STRING") or "-" in following.text
