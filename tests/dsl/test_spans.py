"""Where a node says it stands, its words stand; and what is inside stands inside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from dsl import tree
from dsl.format.expression import amount
from dsl.parse import parse
from dsl.source import Source, Span

SOURCE = Source("x.mandate", Path(__file__).with_name("everything.mandate").read_text("utf-8"))
FILE, _ = parse(SOURCE)


def nodes(node: Any) -> Iterator[Any]:
    """A node and all nodes in it."""
    if is_dataclass(node) and not isinstance(node, Span):
        yield node
        for field in fields(node):
            yield from nodes(getattr(node, field.name))
    elif isinstance(node, tuple):
        for part in node:
            yield from nodes(part)


def said(span: Span) -> str:
    return " ".join(SOURCE.text[span.start : span.end].split())


def test_the_span_of_a_leaf_holds_its_words() -> None:
    for node in nodes(FILE):
        match node:
            case tree.Term():
                assert said(node.span) == node.words
            case tree.Text():
                assert said(node.span) in (node.value, f'"{node.value}"')
            case tree.Amount():
                assert said(node.span) in (amount(node), f"{amount(node)}.00")


def test_every_node_begins_at_its_line_and_column() -> None:
    for node in nodes(FILE):
        assert SOURCE.span(node.span.start, node.span.end) == node.span


def test_clauses_stand_inside_their_block_one_after_the_other() -> None:
    for block in FILE.blocks:
        inside = block.steps if isinstance(block, tree.Case) else block.clauses
        for before, after in pairwise(inside):
            assert block.span.start < before.span.start < before.span.end <= after.span.start < block.span.end


def test_what_is_inside_stands_inside() -> None:
    """But for what is said once and meant twice: the shared base of a range, the shared window of a choice."""
    for node in nodes(FILE):
        if isinstance(node, tree.Over | tree.Share):
            continue
        for field in fields(node):
            for part in nodes(getattr(node, field.name)) if field.name != "span" else ():
                assert node.span.start <= part.span.start
                assert part.span.end <= node.span.end or isinstance(node, tree.Choice | tree.Between)


def test_equality_ignores_spans() -> None:
    moved, _ = parse(Source("y.mandate", "\n\n" + SOURCE.text))
    assert moved == FILE
    assert hash(moved) == hash(FILE)
    assert moved.blocks[0].span != FILE.blocks[0].span
