"""Runs the parse table over lexemes: an LALR(1) automaton that builds its values as it reduces.

The parser tells the words apart: what a lexeme is depends on what the state can take (`recognise`). What happens
after a mistake is told in `dsl.recover`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from dsl.diagnostic import Diagnostic
from dsl.lexer import Lexeme
from dsl.phrase import Phrases, add_phrase, known, unknown
from dsl.source import Source, Span
from dsl.table import Reduction, Row, Table

HEADS = frozenset({"RULE", "LIST", "WAIVER", "TEST"})


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


def recognise(machine: Machine, row: Row, at: int) -> tuple[str, int]:
    """The terminal at a lexeme, and how many lexemes make it. A new line that begins with a keyword, or where a
    clause may begin, does not begin an unknown term, unless behind a comma: rather the clause before is incomplete."""
    lexemes, table = machine.lexemes, machine.table
    kind, text, _, _, first = lexemes[at]
    if kind not in ("WORD", "SYMBOL"):
        return kind, 1
    keyword = table.keywords.get(text, "")
    if kind == "SYMBOL":
        return keyword, 1
    if "TERM" in row:
        count = known(machine.names, lexemes, at) or known(machine.phrases, lexemes, at)
        if count > 1 or (count and keyword not in row):
            return "TERM", count
        begins = first and (keyword or "END" in row) and lexemes[at - 1].text != ","
        if keyword not in row and not begins:
            return "TERM", unknown(lexemes, at, _stops(machine))
    if keyword not in row and "NAME" in row and "-" in text:
        return "NAME", 1
    return keyword, 1


def _stops(machine: Machine) -> frozenset[str]:
    """The words that may follow a term here."""
    after, words = accepts(machine, "TERM"), machine.table.words
    return frozenset(words[kind] for kind in machine.table.rows[after[-1]] if kind in words) if after else frozenset()


def value(machine: Machine, kind: str, at: int, count: int) -> tuple[Any, int]:
    lexemes = machine.lexemes
    end = lexemes[at + count - 1].end
    leaf = machine.table.leaves.get(kind)
    if leaf is None:
        return lexemes[at].text, end
    text = lexemes[at].text if count == 1 else " ".join(lexeme.text for lexeme in lexemes[at : at + count])
    return leaf(text, machine.source.span(lexemes[at].start, end)), end


def remember(machine: Machine, kind: str, at: int) -> None:
    """A block begins without names; the words between `let` and `=` are one from then on. Inside of a block `in list`
    and `waiver by` begin none, and `quarter end` ends none."""
    if kind in HEADS and machine.block is None:
        head = machine.lexemes[at]
        machine.names, machine.block = {}, machine.source.span(head.start, machine.lexemes[at + 1].end)
    elif kind == "END" and accepts(machine, "RULE"):
        machine.block = None
    elif kind == "LET":
        end = at + 1 + unknown(machine.lexemes, at + 1, ())
        name = machine.lexemes[at + 1 : end] if machine.lexemes[end].text == "=" else ()
        add_phrase(machine.names, tuple(lexeme.text for lexeme in name))


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
            starts[len(values) :] = [start]
            values.append(value)
            machine.end = end
            return True
        made = reduce(machine, step)
        if isinstance(made, Diagnostic):
            machine.mistakes.append(made)
            return False


def reduce(machine: Machine, step: Reduction) -> Diagnostic | None:
    states, values = machine.states, machine.values
    depth = len(values) - step.size
    if not step.size:
        machine.starts[depth:] = [machine.end]
    children: list[Any] = values[depth] if step.grows else []
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
        span = machine.source.span(machine.starts[depth], machine.end)
        made = step.action(machine.mistakes, span, children)
        if isinstance(made, Diagnostic):
            return made
    del states[len(states) - step.size :]
    del values[depth:]
    values.append(made)
    goto = machine.table.rows[states[-1]][step.name]
    assert isinstance(goto, int)
    states.append(goto)
    return None


def accepts(machine: Machine, kind: str, states: list[int] | None = None) -> list[int] | None:
    """The states after a terminal, or None if it cannot come next (a row alone may promise too much: the lookaheads of
    like states are merged). Nothing is built and nothing changes."""
    rows = machine.table.rows
    after = list(machine.states if states is None else states)
    while True:
        step = rows[after[-1]].get(kind)
        if step is None:
            return None
        if isinstance(step, int):
            return [*after, step]
        del after[len(after) - step.size :]
        goto = rows[after[-1]][step.name]
        assert isinstance(goto, int)
        after.append(goto)
