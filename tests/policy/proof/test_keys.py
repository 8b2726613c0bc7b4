"""Keys of low order never pass, whatever the arithmetic library thinks of them."""

from __future__ import annotations

from collections import Counter

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from policy.proof.keys import KeyRefusedError, public_key, public_of, sign, verifies

SEED = bytes(range(32))

# The eight points of small order in their canonical encodings, and some encodings that are not canonical.
LOW_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
]
NOT_CANONICAL = [
    "0100000000000000000000000000000000000000000000000000000000000080",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
]


def test_a_signature_holds_for_its_message_alone():
    key, signature = public_of(SEED), sign(SEED, b"yes")
    assert verifies(key, signature, b"yes")
    assert not verifies(key, signature, b"no")
    assert not verifies(key, signature[:-1], b"yes")
    assert not verifies(key, bytes(64), b"yes")
    assert not verifies(public_of(bytes(32)), signature, b"yes")


@pytest.mark.parametrize("raw", LOW_ORDER)
def test_a_point_of_low_order_is_refused(raw):
    with pytest.raises(KeyRefusedError, match="low order"):
        public_key(bytes.fromhex(raw))


@pytest.mark.parametrize("raw", NOT_CANONICAL)
def test_an_encoding_that_is_not_canonical_is_refused(raw):
    with pytest.raises(KeyRefusedError, match="canonical"):
        public_key(bytes.fromhex(raw))


@pytest.mark.parametrize("raw", [b"", bytes(31), bytes(33), b"\x02" + bytes(31)])
def test_what_is_no_point_is_refused(raw):
    with pytest.raises(KeyRefusedError):
        public_key(raw)


def test_the_library_alone_would_accept_one_signature_for_two_messages():
    """Why the screen exists: with the identity as key, R = 0·B, S = 0 signs everything."""
    identity = bytes.fromhex(LOW_ORDER[0])
    forged = identity + bytes(32)
    for message in (b"buy", b"sell"):
        Ed25519PublicKey.from_public_bytes(identity).verify(forged, message)


def test_honest_keys_pass():
    for n in range(20):
        private = Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32)
        raw = private.public_key().public_bytes_raw()
        assert public_key(raw).raw == raw


# --- vectors of others -------------------------------------------------------------------------


def test_wycheproof(vectors):
    seen = 0
    for group in vectors("wycheproof/ed25519_test.json")["testGroups"]:
        key = public_key(bytes.fromhex(group["publicKey"]["pk"]))
        for case in group["tests"]:
            found = verifies(key, bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]))
            assert found == (case["result"] == "valid"), case["comment"]
            seen += 1
    assert seen == 151


def test_cctv_edge_cases(vectors):
    """No key with a low-order component or a second encoding passes; every other key does."""
    counted: Counter[str] = Counter()
    for case in vectors("cctv/ed25519vectors.json"):
        flags = set(case["flags"] or ())
        try:
            key = public_key(bytes.fromhex(case["key"]))
        except KeyRefusedError:
            assert flags & {"low_order_A", "low_order_component_A", "non_canonical_A"}
            counted["key refused"] += 1
            continue
        assert not flags & {"low_order_A", "low_order_component_A", "non_canonical_A"}
        accepted = verifies(key, bytes.fromhex(case["sig"]), case["msg"].encode())
        assert not accepted or not flags & {"low_order_residue", "non_canonical_R", "reencoded_k"}
        counted["accepted" if accepted else "rejected"] += 1
    assert sum(counted.values()) == 914
    assert counted["key refused"] == 886
