"""The canonical text of a file. Laws: what it prints parses back to the same tree, and is printed the same again.

Order of clauses and of blocks is the author's; so are comments and blank lines. Spelling is ours: indents, symbols in
conditions and words in limits, groups of three digits, parentheses only where they are needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from dsl import tree
from dsl.format.case import step
from dsl.format.clause import clause
from dsl.format.expression import quoted
from dsl.format.layout import lay_out
from dsl.format.line import Line, Lines
from dsl.source import Span
from dsl.trivia import Trivium

__all__ = ["text_of"]


def text_of(file: tree.File, trivia: Sequence[Trivium] = ()) -> str:
    """The whole file. `trivia`: of the source that it was parsed from."""
    return lay_out(tuple(_file(file)), trivia)


def _file(file: tree.File) -> Lines:
    if file.vocabulary:
        name, version, span = file.vocabulary.name, file.vocabulary.version, file.vocabulary.span
        yield Line(0, f"vocabulary {quoted(name)} version {version}", span.start, span.end)
    for block in file.blocks:
        yield from _block(block)


def _block(block: tree.Block) -> Lines:
    yield Line(0, _head(block), block.span.start, _head_end(block))
    match block:
        case tree.Case():
            for inner in block.steps:
                yield Line(1, step(inner), inner.span.start, inner.span.end)
        case tree.Rule() | tree.ListBlock() | tree.Waiver():
            for part in block.clauses:
                yield from clause(part, 1)
        case _:
            assert_never(block)
    yield Line(0, "end", block.span.end - len("end"), block.span.end)


def _head(block: tree.Block) -> str:
    match block:
        case tree.Rule():
            return f"rule {block.id.value} {quoted(block.title)}"
        case tree.ListBlock():
            return f"list {block.id.value} {quoted(block.title)}"
        case tree.Waiver():
            return f"waiver {block.id.value} for {block.rule.value}"
        case tree.Case():
            return f"test {block.rule.value} {quoted(block.title)}"
        case _:
            assert_never(block)


def _head_end(block: tree.Block) -> int:
    last: Span = (block.rule if isinstance(block, tree.Waiver) else block.title).span
    return last.end
