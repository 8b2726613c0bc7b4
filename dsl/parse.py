"""Text to surface tree, with every mistake of the file in one run.

lark reads `grammar.lark` and makes its LALR(1) tables; `dsl.machine` runs them. The tables are made once, at the first
parse.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import islice

from lark import Lark
from lark.common import LexerConf
from lark.grammar import Rule, Terminal
from lark.lexer import Lexer, PatternStr, Token

from dsl import tree
from dsl.build import ACTIONS, LEAVES, words_said
from dsl.diagnostic import MOST, Diagnostic, in_order
from dsl.disguise import look
from dsl.lexer import scan
from dsl.machine import Machine
from dsl.phrase import by_first_word
from dsl.recover import read
from dsl.source import Source
from dsl.table import Reduction, Row, Table
from dsl.vocabulary import PHRASES

LARGEST = 1_000_000
"""Characters of the largest file that is read: some two thousand rules, read in a second or two."""

KNOWN = PHRASES


def parse(source: Source, terms: frozenset[str] = KNOWN) -> tuple[tree.File, tuple[Diagnostic, ...]]:
    """The file as far as it was understood, and what is wrong with it, from top to bottom. `terms`: the phrases that
    are one word to the language; others become unknown terms. Never raises."""
    if len(source.text) > LARGEST:
        size, most = f"{len(source.text):,}", f"{LARGEST:,}"
        help = f"a file has at most {most} characters; put each rule in a file of its own"
        whole = Diagnostic("M101", f"this file has {size} characters and is not read", source.span(0, 0), help)
        return tree.File(None, (), False, source.span(0, 0)), (whole,)
    found = scan(source)
    mistakes = [*found.mistakes, *islice(look(source, found.lexemes), MOST)]
    machine = Machine(table(), source, found.lexemes, by_first_word(terms), mistakes, [table().start])
    file: tree.File = read(machine)
    return file, in_order(tuple(mistakes))


class _NoLexer(Lexer):
    """Lexemes come from `dsl.lexer`."""

    def __init__(self, _conf: LexerConf) -> None:
        pass

    def lex(self, *_state: object) -> Iterator[Token]:
        return iter(())


@cache
def table() -> Table:
    grammar = files("dsl").joinpath("grammar.lark").read_text("utf-8")
    lark = Lark(grammar, parser="lalr", lexer=_NoLexer, maybe_placeholders=True)
    conf = lark.parse_interactive("").parser_state.parse_conf
    reductions = {rule: _reduction(rule) for rule in lark.rules}
    rows: list[Row] = [{} for _ in conf.states]
    for state, row in conf.states.items():
        rows[state] = {str(k): step if isinstance(step, int) else reductions[step] for k, (_, step) in row.items()}
    keywords = {t.pattern.value: str(t.name) for t in lark.terminals if isinstance(t.pattern, PatternStr)}
    words = {name: word for word, name in keywords.items()}
    return Table(rows, conf.start_state, conf.end_state, keywords, words, LEAVES)


def _reduction(rule: Rule) -> Reduction:
    """Quoted words are dropped unless the rule is marked `!`; an absent `[part]` leaves None for each value it has not;
    the value of a rule whose name begins with `_` is a list that dissolves into its parent's children."""
    keep: list[tuple[int, bool]] = []
    position = 0
    for absent in rule.options.empty_indices or (False,) * len(rule.expansion):
        if absent:
            keep.append((-1, False))
            continue
        symbol = rule.expansion[position]
        if not isinstance(symbol, Terminal):
            keep.append((position, symbol.name.startswith("_")))
        elif rule.options.keep_all_tokens or not symbol.filter_out:
            keep.append((position, False))
        position += 1
    name = str(rule.origin.name)
    action = ACTIONS.get(rule.alias or name)
    if action is None and rule.options.keep_all_tokens and not name.startswith("_"):
        action = words_said
    grows = action is None and keep[:1] == [(0, True)]
    single = rule.options.expand1 and not rule.alias
    return Reduction(name, len(rule.expansion), tuple(keep[grows:]), single, grows, action)
