"""Runs the parse table over lexemes, and goes on after every mistake.

A mistake is repaired in one of three ways. A misspelt keyword is read as the keyword meant. A missing `end` is put
in. Otherwise the clause is given up: states are popped to one that can take BROKEN, and reading goes on at the next
line that begins with a word which may follow there. Each clause gives at most one error of grammar.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from dsl import mistake
from dsl.diagnostic import Diagnostic
from dsl.lexer import Lexeme
from dsl.phrase import Phrases, index, known, unknown
from dsl.source import Source, Span
from dsl.table import Reduction, Row, Table

DEEPEST = 120
"""Most states on the stack: about thirty levels of parentheses. Beyond that a text is refused, so that no later pass
over the tree can run out of stack."""

BLOCKS = frozenset({"rule", "list", "waiver", "test"})


@dataclass(slots=True)
class Machine:
    """The state of one run. `starts[d]` is where the symbol at depth d of the value stack begins: a reduction puts its
    value where its first symbol was, so the entry stays right. `end`: where the last shifted lexeme ends. `clause`:
    where the clause at hand begins; `block`: the head of the open block; `names`: what `let` has named in it;
    `resumed`: where reading last went on after a mistake."""

    table: Table
    source: Source
    lexemes: list[Lexeme]
    phrases: Phrases
    mistakes: list[Diagnostic]
    states: list[int]
    values: list[Any] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    end: int = 0
    clause: int = 0
    block: Span | None = None
    resumed: int = -1
    names: dict[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)

    @property
    def row(self) -> Row:
        return self.table.rows[self.states[-1]]


def run(machine: Machine) -> Any:
    """The value of the start symbol."""
    at = 0
    while True:
        row, lexeme, said = machine.row, machine.lexemes[at], len(machine.mistakes)
        if lexeme.first and ("END" in row or "RULE" in row):
            machine.clause = lexeme.start
        kind, count = recognise(machine, at)
        value, end = _value(machine, kind, at, count)
        if isinstance(value, Diagnostic):
            machine.mistakes.append(value)
            at = give_up(machine, at)
        elif feed(machine, kind, value, lexeme.start, end):
            if kind == "$END":
                return machine.values[-1]
            _remember(machine, kind, at)
            at += count
            if len(machine.states) > DEEPEST:
                machine.mistakes.append(mistake.too_deep(machine.source.span(machine.clause, end)))
                at = give_up(machine, at)
        elif len(machine.mistakes) > said:
            at = give_up(machine, at)
        else:
            at = recover(machine, at, row)


def recognise(machine: Machine, at: int) -> tuple[str, int]:
    """The terminal at a lexeme, and how many lexemes make it."""
    lexemes, row = machine.lexemes, machine.row
    kind, text = lexemes[at].kind, lexemes[at].text
    if kind not in ("WORD", "SYMBOL"):
        return kind, 1
    keyword = machine.table.keywords.get(text, "")
    if kind == "SYMBOL":
        return keyword, 1
    if "TERM" in row:
        count = known(machine.names, lexemes, at) or known(machine.phrases, lexemes, at)
        if count > 1 or (count and keyword not in row):
            return "TERM", count
        if keyword not in row and not (lexemes[at].first and "END" in row):
            return "TERM", unknown(lexemes, at, _stops(machine, row))
    if keyword not in row and "NAME" in row and "-" in text:
        return "NAME", 1
    return keyword, 1


def _stops(machine: Machine, row: Row) -> frozenset[str]:
    """The words that may follow a term in this state."""
    after = row["TERM"]
    following = machine.table.rows[after] if isinstance(after, int) else {}
    return frozenset(machine.table.words[kind] for kind in following if kind in machine.table.words)


def _value(machine: Machine, kind: str, at: int, count: int) -> tuple[Any, int]:
    lexemes = machine.lexemes
    end = lexemes[at + count - 1].end
    leaf = machine.table.leaves.get(kind)
    if leaf is None:
        return lexemes[at].text, end
    text = lexemes[at].text if count == 1 else " ".join(lexeme.text for lexeme in lexemes[at : at + count])
    return leaf(text, machine.source.span(lexemes[at].start, end)), end


def _remember(machine: Machine, kind: str, at: int) -> None:
    """A block begins without names; the words between `let` and `=` are one from then on."""
    if kind in ("RULE", "LIST", "WAIVER", "TEST"):
        head = machine.lexemes[at]
        machine.names, machine.block = {}, machine.source.span(head.start, machine.lexemes[at + 1].end)
    elif kind == "END":
        machine.block = None
    elif kind == "LET":
        words = [lexeme.text for lexeme in machine.lexemes[at + 1 : at + 1 + unknown(machine.lexemes, at + 1, ())]]
        machine.names = index([*(" ".join(w) for group in machine.names.values() for w in group), " ".join(words)])


def feed(machine: Machine, kind: str, value: Any, start: int, end: int) -> bool:
    """Shift one terminal after all reductions that it calls for; False, with a Diagnostic on record or none, if the
    terminal cannot come next."""
    states, values, starts, rows = machine.states, machine.values, machine.starts, machine.table.rows
    while True:
        if kind == "$END" and states[-1] == machine.table.end:
            return True
        step = rows[states[-1]].get(kind)
        if step is None:
            return False
        if isinstance(step, int):
            states.append(step)
            del starts[len(values) :]
            values.append(value)
            starts.append(start)
            machine.end = end
            return True
        made = reduce(machine, step)
        if isinstance(made, Diagnostic):
            machine.mistakes.append(made)
            return False


def reduce(machine: Machine, step: Reduction) -> Diagnostic | None:
    states, values = machine.states, machine.values
    depth = len(values) - step.size
    children: list[Any] = []
    for position, spread in step.keep:
        if position < 0:
            children.append(None)
        elif spread:
            children += values[depth + position]
        else:
            children.append(values[depth + position])
    if step.single and len(children) == 1:
        made = children[0]
    elif step.action is None:
        made = children
    else:
        start = machine.starts[depth] if step.size else machine.end
        made = step.action(machine.mistakes, machine.source.span(start, machine.end), children)
        if isinstance(made, Diagnostic):
            return made
    del states[len(states) - step.size :]
    del values[depth:]
    values.append(made)
    goto = machine.table.rows[states[-1]][step.name]
    assert isinstance(goto, int)
    states.append(goto)
    return None


# --- after a mistake ---------------------------------------------------------------------------


def recover(machine: Machine, at: int, row: Row) -> int:
    """Report what is wrong at a lexeme, unless its clause has had its report; the lexeme to go on with."""
    lexeme, table = machine.lexemes[at], machine.table
    if machine.block and (lexeme.kind == "$END" or _opens_block(machine, at)):
        machine.mistakes.append(mistake.not_closed(machine.block))
        return close(machine, at)
    if any(machine.clause <= m.span.start <= lexeme.start for m in machine.mistakes):
        return give_up(machine, at)
    meant = mistake.meant(lexeme, row, table)
    span = machine.source.span(lexeme.start, lexeme.end)
    machine.mistakes.append(mistake.unexpected(machine.lexemes, at, row, table, span, meant))
    if meant and feed(machine, table.keywords[meant], meant, lexeme.start, lexeme.end):
        _remember(machine, table.keywords[meant], at)
        return at + 1
    return give_up(machine, at)


def give_up(machine: Machine, at: int) -> int:
    """Replace the clause at hand by BROKEN. A clause that is complete before a new line is kept."""
    lexeme = machine.lexemes[at]
    if not (lexeme.first and feed(machine, "BROKEN", None, lexeme.start, lexeme.start)):
        _pop(machine)
        feed(machine, "BROKEN", None, lexeme.start, lexeme.start)
    return resume(machine, at)


def _pop(machine: Machine) -> None:
    rows = machine.table.rows
    while not isinstance(rows[machine.states[-1]].get("BROKEN"), int):
        machine.states.pop()
        machine.values.pop()


def resume(machine: Machine, at: int) -> int:
    """The next lexeme that begins a line and can follow BROKEN, or begins a block. Never the same one twice."""
    lexemes, row, keywords = machine.lexemes, machine.row, machine.table.keywords
    if at <= machine.resumed:
        at = machine.resumed + 1
    while lexemes[at].kind != "$END":
        if lexemes[at].first and (keywords.get(lexemes[at].text) in row or _opens_block(machine, at)):
            break
        at += 1
    machine.resumed = at
    return at


def close(machine: Machine, at: int) -> int:
    """Put in the `end` that is missing before a lexeme."""
    start = machine.lexemes[at].start
    if not feed(machine, "END", "end", start, start):
        _pop(machine)
        feed(machine, "BROKEN", None, start, start)
        feed(machine, "END", "end", start, start)
    machine.block = None
    return at


def _opens_block(machine: Machine, at: int) -> bool:
    head, following = machine.lexemes[at], machine.lexemes[min(at + 1, len(machine.lexemes) - 1)]
    return head.first and head.text in BLOCKS and (following.kind in ("NAME", "STRING") or "-" in following.text)
