"""The Merkle tree of a transparency log, SHA-256 (RFC 6962, 2.1; verification as in RFC 9162, 2.1.3.2 and 2.1.4.2).

Leaves and inner nodes are hashed with different prefixes, an odd node is promoted and never doubled: the tree of
a, b, c and that of a, b, c, c differ. Making a proof takes at most the square of the tree's height in kept hashes;
checking one takes constant space.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


# --- making ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tree:
    """`subtree(level, index)`: the hash over the 2^level leaves from index · 2^level on, wherever it is kept; it is
    asked for subtrees within the first `size` leaves only."""

    size: int
    subtree: Callable[[int, int], bytes]


def listed(leaves: Sequence[bytes]) -> Tree:
    """The tree over leaf hashes that are at hand."""

    @cache
    def subtree(level: int, index: int) -> bytes:
        if level == 0:
            return leaves[index]
        return node_hash(subtree(level - 1, 2 * index), subtree(level - 1, 2 * index + 1))

    return Tree(len(leaves), subtree)


def first(tree: Tree, size: int) -> Tree:
    """The tree as it was."""
    return replace(tree, size=size)


def root(tree: Tree) -> bytes:
    return _over(tree, 0, tree.size) if tree.size else EMPTY_ROOT


def inclusion_proof(tree: Tree, index: int) -> list[bytes]:
    """Siblings on the way from leaf `index` to the root, from below."""
    begin, end, proof = 0, tree.size, []
    while end - begin > 1:
        split = begin + _split(end - begin)
        if index < split:
            proof.append(_over(tree, split, end))
            end = split
        else:
            proof.append(_over(tree, begin, split))
            begin = split
    return proof[::-1]


def consistency_proof(tree: Tree, old: int) -> list[bytes]:
    """That the tree of the first `old` leaves, 0 < old, is a prefix of the tree of all of them."""
    begin, end, proof, whole = 0, tree.size, [], True
    while old != end:
        split = begin + _split(end - begin)
        if old <= split:
            proof.append(_over(tree, split, end))
            end = split
        else:
            proof.append(_over(tree, begin, split))
            begin, whole = split, False
    return ([] if whole else [_over(tree, begin, end)]) + proof[::-1]


def _over(tree: Tree, begin: int, end: int) -> bytes:
    """Over the leaves from `begin`, which the splits keep a multiple of the least power of two that holds them all."""
    size = end - begin
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return tree.subtree(level, begin >> level)
    split = begin + _split(size)
    return node_hash(_over(tree, begin, split), _over(tree, split, end))


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


# --- checking ----------------------------------------------------------------------------------


def included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes) -> bool:
    """Whether the leaf hash is at `index` of the tree with `size` leaves and root `expected`."""
    if not 0 <= index < size:
        return False
    node, last, computed = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            computed = node_hash(sibling, computed)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            computed = node_hash(computed, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and computed == expected


def consistent(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the tree of `old` > 0 leaves is a prefix of the tree of `new` leaves."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
        return False
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    of_old = of_new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            of_old, of_new = node_hash(sibling, of_old), node_hash(sibling, of_new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            of_new = node_hash(of_new, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and of_old == old_root and of_new == new_root
