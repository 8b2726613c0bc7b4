"""Every node of a tree, from top to bottom, for questions that ask only whether something occurs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from typing import Any

from dsl.source import Span


def nodes(node: object) -> Iterator[Any]:
    """The node and all below it, in the order of the fields."""
    yield node
    for name in _children(type(node)):  # type: ignore[arg-type]  # a class is hashable
        value: object = getattr(node, name)
        if isinstance(value, tuple):
            for part in value:
                if hasattr(part, "span"):
                    yield from nodes(part)
        elif hasattr(value, "span"):
            yield from nodes(value)


@cache
def _children(kind: type) -> tuple[str, ...]:
    """Fields that may hold nodes: by the house's rule every node carries a span, and nothing else does."""
    return tuple(field.name for field in fields(kind) if field.type not in _PLAIN)


_PLAIN = frozenset({"str", "bool", "int", "date", "Fraction", "int | None", "str | None", Span.__name__})
