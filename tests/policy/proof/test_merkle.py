"""The tree is RFC 6962's, and its proofs prove neither more nor less."""

from __future__ import annotations

from base64 import b64decode
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.proof.merkle import (
    consistency_proof,
    consistent,
    included,
    inclusion_proof,
    leaf_hash,
    listed,
    node_hash,
)
from policy.proof.merkle import first as tree_of_first
from policy.proof.merkle import root as root_of

LEAVES = [leaf_hash(bytes([i])) for i in range(70)]


def root(leaves):
    return root_of(listed(leaves))


def naive_root(leaves):
    """The definition of RFC 6962, 2.1, spelled out."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def test_root_of_one_two_three_leaves_by_hand():
    a, b, c = LEAVES[:3]
    assert root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert root([a]) == a
    assert root([a, b, c]) == node_hash(node_hash(a, b), c)


def test_a_doubled_last_leaf_is_another_tree():
    a, b, c = LEAVES[:3]
    assert root([a, b, c]) != root([a, b, c, c])


@pytest.mark.parametrize("size", range(1, 35))
def test_every_leaf_has_a_proof_and_only_its_own(size):
    leaves, top = LEAVES[:size], naive_root(LEAVES[:size])
    assert root(leaves) == top
    for index in range(size):
        proof = inclusion_proof(listed(leaves), index)
        assert included(leaves[index], index, size, proof, top)
        assert not included(leaves[index], (index + 1) % size if size > 1 else 1, size, proof, top)
        assert not included(LEAVES[-1], index, size, proof, top)
        assert not included(leaves[index], index, size, [*proof, top], top)
        assert not proof or not included(leaves[index], index, size, proof[:-1], top)


@pytest.mark.parametrize("new", range(1, 35))
def test_every_prefix_has_a_proof_and_a_changed_past_has_none(new):
    top = root(LEAVES[:new])
    for old in range(1, new + 1):
        proof = consistency_proof(tree_of_first(listed(LEAVES), new), old)
        assert consistent(old, new, root(LEAVES[:old]), top, proof)
        changed = [*LEAVES[: old - 1], LEAVES[-1]]
        assert not consistent(old, new, root(changed), top, proof)
        assert not consistent(old, new, root(LEAVES[:old]), root([*LEAVES[: new - 1], LEAVES[-1]]), proof)
    assert not consistent(0, new, root([]), top, [])
    assert not consistent(new + 1, new, top, top, [])


@given(st.integers(1, 60), st.data())
def test_no_single_bit_of_a_proof_is_free(size, data):
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(tree_of_first(listed(LEAVES), size), index)
    if not proof:
        return
    place = data.draw(st.integers(0, len(proof) - 1))
    bit = data.draw(st.integers(0, 255))
    flipped = bytearray(proof[place])
    flipped[bit // 8] ^= 1 << bit % 8
    proof[place] = bytes(flipped)
    assert not included(LEAVES[index], index, size, proof, root(LEAVES[:size]))


# --- vectors of transparency-dev/merkle --------------------------------------------------------


def test_reference_roots(vectors):
    reference = vectors("merkle/rfc6962_reference.json")
    leaves = [leaf_hash(bytes.fromhex(entry)) for entry in reference["leaf_inputs_hex"]]
    for size, expected in enumerate(reference["root_hex_by_size"]):
        assert root(leaves[:size]).hex() == expected
    for level, hashes in enumerate(reference["node_hashes_hex_by_level"]):
        for place, expected in enumerate(hashes):
            assert root(leaves[place << level : place + 1 << level]).hex() == expected


def test_inclusion_probes(vectors):
    probes = vectors("merkle/inclusion")
    assert len(probes) == 98
    for name, probe in probes.items():
        proof = [b64decode(h) for h in probe["proof"] or []]
        leaf, top = b64decode(probe["leafHash"]), b64decode(probe["root"])
        sound = len(leaf) == 32 and len(top) == 32 and all(len(h) == 32 for h in proof)
        found = sound and included(leaf, probe["leafIdx"], probe["treeSize"], proof, top)
        assert found != probe["wantErr"], name


def test_consistency_probes(vectors):
    probes = vectors("merkle/consistency")
    assert len(probes) == 98
    for name, probe in probes.items():
        proof = [b64decode(h) for h in probe["proof"] or []]
        roots = b64decode(probe["root1"]), b64decode(probe["root2"])
        found = consistent(probe["size1"], probe["size2"], *roots, proof)
        assert found != probe["wantErr"], name
