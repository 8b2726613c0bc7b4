"""Relations that run in a circle, or on for too long."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import networkx

Edges = Mapping[str, Iterable[str]]
"""From each name to the names that it points to."""


def circles(edges: Edges) -> list[tuple[str, ...]]:
    """One circle out of every set of names that reach one another; each begins with its first name in the alphabet."""
    graph = networkx.DiGraph((start, end) for start, ends in edges.items() for end in ends)
    found = []
    for part in networkx.strongly_connected_components(graph):
        first = min(part)
        if len(part) > 1 or graph.has_edge(first, first):
            steps = networkx.find_cycle(graph.subgraph(sorted(part)), first)
            found.append(_turned(tuple(str(start) for start, _ in steps)))
    return sorted(found)


def longest(edges: Edges) -> tuple[str, ...]:
    """The longest chain of a relation without circles."""
    graph = networkx.DiGraph((start, end) for start, ends in edges.items() for end in ends)
    return tuple(map(str, networkx.dag_longest_path(graph)))


def _turned(circle: tuple[str, ...]) -> tuple[str, ...]:
    at = circle.index(min(circle))
    return circle[at:] + circle[:at]
