"""Every node of a tree but its texts, from top to bottom, for questions that ask only whether something occurs."""

from __future__ import annotations

from dataclasses import fields
from functools import cache

from dsl.source import Span


def nodes(node: object) -> list[object]:
    """The node and all below it, in the order of the fields."""
    found: list[object] = []
    _add(node, found)
    return found


def _add(node: object, found: list[object]) -> None:
    found.append(node)
    for name in _children(type(node)):  # type: ignore[arg-type]  # a class is hashable
        value = getattr(node, name)
        if value is None:
            continue
        if isinstance(value, tuple):
            for part in value:
                if hasattr(part, "span"):
                    _add(part, found)
        elif hasattr(value, "span"):
            _add(value, found)


@cache
def _children(kind: type) -> tuple[str, ...]:
    """Fields that may hold nodes other than texts: every node carries a span, and nothing else does."""
    return tuple(field.name for field in fields(kind) if field.type not in _PLAIN)


_TEXTS = ("Text", "Text | None", "tuple[Text, ...]")
_PLAIN = frozenset({"str", "bool", "int", "date", "Fraction", "int | None", "str | None", Span.__name__, *_TEXTS})
