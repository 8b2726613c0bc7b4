"""The right edge of a tree knows its root, and the nodes that it hands out are the tree's."""

from __future__ import annotations

from policy.proof.frontier import Frontier, completer, grown, root
from policy.proof.merkle import Tree, consistency_proof, consistent, included, inclusion_proof, leaf_hash, listed
from policy.proof.merkle import root as root_of

LEAVES = [leaf_hash(b"%d" % n) for n in range(67)]


def test_what_is_kept_on_the_way_is_the_whole_tree():
    frontier, kept = Frontier(), {}
    assert root(frontier) == root_of(listed([]))
    for size, leaf in enumerate(LEAVES, start=1):
        frontier, completed = grown(frontier, leaf)
        for level, node in enumerate((leaf, *completed)):
            index = size // 2**level - 1
            assert completer(level, index) == size - 1
            kept[level, index] = node
        assert frontier.size == size
        assert len(frontier.edge) == size.bit_count()
        assert root(frontier) == root_of(listed(LEAVES[:size]))
    tree = Tree(len(LEAVES), lambda level, index: kept[level, index])
    assert root_of(tree) == root(frontier)
    for index, leaf in enumerate(LEAVES):
        assert included(leaf, index, tree.size, inclusion_proof(tree, index), root(frontier))
    for old in range(1, len(LEAVES)):
        before = root_of(listed(LEAVES[:old]))
        assert consistent(old, tree.size, before, root(frontier), consistency_proof(tree, old))
