"""A Merkle tree that grows while only its right edge is at hand: what an appending log keeps between two entries.

The edge is the hashes of the complete subtrees that the leaves fall into, largest first: one for each bit that is set
in the size. It gives the root, and with each leaf the inner nodes that the leaf completes, so that a log which writes
these down never hashes anything twice.
"""

from __future__ import annotations

from dataclasses import dataclass

from policy.proof.merkle import EMPTY_ROOT, node_hash


@dataclass(frozen=True, slots=True)
class Frontier:
    """`edge`: of `size.bit_count()` hashes."""

    size: int = 0
    edge: tuple[bytes, ...] = ()


def grown(frontier: Frontier, leaf: bytes) -> tuple[Frontier, list[bytes]]:
    """With one more leaf hash; and the hashes of the subtrees that it completes, from level 1 up (`completer`)."""
    edge, index, node = list(frontier.edge), frontier.size, leaf
    completed = []
    while index & 1:
        node, index = node_hash(edge.pop(), node), index >> 1
        completed.append(node)
    return Frontier(frontier.size + 1, (*edge, node)), completed


def completer(level: int, index: int) -> int:
    """The number of the leaf that completes the subtree over 2^level leaves with this number among these."""
    return (index + 1 << level) - 1


def root(frontier: Frontier) -> bytes:
    found = EMPTY_ROOT
    for place, node in enumerate(reversed(frontier.edge)):
        found = node if place == 0 else node_hash(node, found)
    return found
