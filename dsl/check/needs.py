"""What a rule needs to know: the terms whose values the book may lack, and whether it counts holdings at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dsl import tree, vocabulary
from dsl.check.names import ASSET_CLASSES
from dsl.vocabulary import Source, Term

CERTAIN = frozenset({Source.FIELD, Source.COMPUTED})
"""Computed from what a book cannot be without."""


def data(nodes: Iterable[object]) -> Iterator[Term]:
    """Terms of the nodes whose value may be missing, each once."""
    seen: set[str] = set()
    for node in nodes:
        if isinstance(node, tree.Term):
            for found in _behind(node.words):
                if found.source not in CERTAIN and found.name not in seen:
                    seen.add(found.name)
                    yield found


def _behind(words: str) -> Iterator[Term]:
    found = vocabulary.term(words)
    if found is not None:
        yield found
    elif words in ASSET_CLASSES:
        yield vocabulary.TERMS["asset class"]
    if words in vocabulary.BEHIND:
        yield vocabulary.TERMS[vocabulary.BEHIND[words]]


def counts(nodes: Iterable[object]) -> bool:
    """Whether something is measured without saying in what: then `counting` must say it."""
    return any(_counted(node) for node in nodes)


def _counted(node: object) -> bool:
    match node:
        case tree.Each(measure=None, pick=pick):
            return pick.level.words not in ("order", "orders")
        case tree.Total(measure=None | tree.Term("value"), pick=pick):
            return pick.level.words != "cash"
        case tree.Compare(tree.Term("value")) | tree.Compare(right=tree.Term("value")):
            return True
        case tree.Average(weight=tree.Term("value")) | tree.HoldMinimum():
            return True
        case _:
            return False
