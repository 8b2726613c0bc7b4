"""The grammar page: what it promises about itself."""

from __future__ import annotations

import logging
import re
from importlib.resources import files

import lark
import pytest

from dsl.build import ACTIONS, LEAVES
from dsl.lexer import scan
from dsl.parse import KNOWN, _NoLexer, parse, table
from dsl.source import Source

TEXT = files("dsl").joinpath("grammar.lark").read_text("utf-8")

INNERMOST = {
    # a refinement belongs to the demand above it
    "PASS", "WARN", "EXCEPT", "NEEDS",
    # a demand belongs to the regime above it
    "BROKEN", "HOLD", "IF", "KEEP", "LIMIT", "REQUIRE", "FORBID",
    # a condition takes in what follows; a pick with `where` is closed by parentheses
    "AND", "OR", "PLUS", "MINUS", "WEIGHTED",
    # `within` behind a term is its window
    "WITHIN",
}  # fmt: skip
"""The words at which the tables choose between two readings; the inner one is meant."""


def test_it_fits_on_a_few_screens() -> None:
    assert TEXT.count("\n") < 180


def test_every_choice_that_the_tables_make_is_known(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger=lark.logger.name):
        lark.Lark(TEXT, parser="lalr", lexer=_NoLexer, maybe_placeholders=True)
    chosen = set(re.findall(r"Shift/Reduce conflict for terminal (\w+)", caplog.text))
    assert chosen == INNERMOST


def test_no_keyword_is_called_like_a_leaf() -> None:
    assert not set(table().words) & {*LEAVES, "BROKEN", "_OR_NAMED", "$END"}


def test_every_keyword_is_a_lexeme() -> None:
    for word in table().keywords:
        lexemes = scan(Source("", word)).lexemes
        assert [lexeme.text for lexeme in lexemes] == [word, ""], word


def test_every_action_belongs_to_a_rule() -> None:
    names = set(re.findall(r"^[?!]?(\w+):", TEXT, re.MULTILINE)) | set(re.findall(r"-> (\w+)", TEXT))
    assert set(ACTIONS) <= names


def test_every_term_of_the_vocabulary_is_one_word_to_the_grammar() -> None:
    """Also those that begin with a keyword or hold one: `average net assets`, `at a loss`, `long term`."""
    for term in sorted(KNOWN):
        text = f'rule R-1 "t"\n  limit each {term} to at most 5% of {term}\n  forbid buy where {term} is {term}\nend\n'
        file, mistakes = parse(Source("x", text))
        assert not mistakes, term
        limit, forbid = file.blocks[0].clauses
        assert limit.test.subject.pick.level.words == limit.test.bound.base.words == term
        assert forbid.test.where.subject.words == forbid.test.where.value.words == term
