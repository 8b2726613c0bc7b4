"""Envelopes bind payload and type to one key."""

from __future__ import annotations

from base64 import b64decode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from policy.canonical import decode, encode
from policy.proof.envelope import pae, payload, sealed, sealed_by
from policy.proof.keys import public_of
from policy.proof.reading import ShapeError

SEED, OTHER = bytes(range(32)), bytes(range(1, 33))
KIND = "application/vnd.proofolio.approval.v1+json"
ENVELOPE = sealed(KIND, b'{"decision":"approve"}', "anna", SEED)


def test_an_envelope_opens_with_its_key_alone():
    assert payload(ENVELOPE, KIND) == b'{"decision":"approve"}'
    assert sealed_by(ENVELOPE, KIND, public_of(SEED))
    assert not sealed_by(ENVELOPE, KIND, public_of(OTHER))


def test_the_type_is_signed():
    """The same payload relabelled is no approval any more."""
    relabelled = ENVELOPE.replace(b"approval", b"rejected")
    kind = KIND.replace("approval", "rejected")
    assert payload(relabelled, kind) == b'{"decision":"approve"}'
    assert not sealed_by(relabelled, kind, public_of(SEED))
    with pytest.raises(ShapeError, match="type"):
        sealed_by(relabelled, KIND, public_of(SEED))


def test_an_encoding_cannot_shift_bytes_between_type_and_payload():
    assert pae("a", b"b c") != pae("a b", b"c")
    assert pae("", b"") == b"DSSEv1 0  0 "


def test_a_key_id_says_nothing():
    relabelled = decode(ENVELOPE)
    relabelled["signatures"][0]["keyid"] = "somebody else"
    assert sealed_by(encode(relabelled), KIND, public_of(SEED))


@pytest.mark.parametrize("change", ["two", "none", "spaces", "extra", "base64", "not json"])
def test_malformed_envelopes(change):
    value = decode(ENVELOPE)
    match change:
        case "two":
            value["signatures"] *= 2
        case "none":
            value["signatures"] = []
        case "extra":
            value["note"] = "trust me"
        case "base64":
            value["payload"] = "?"
    data = encode(value)
    if change == "spaces":
        data = data.replace(b":", b": ")
    if change == "not json":
        data = b"{"
    with pytest.raises(ShapeError):
        assert sealed_by(data, KIND, public_of(SEED))


def test_the_specification_s_own_example(vectors):
    """Its key is P-256, ours are Ed25519: the encoding that is signed is checked, and the signature over it."""
    case = vectors("dsse/dsse_vectors.json")
    message = pae(case["payload_type"], case["payload"].encode())
    assert message == case["pae_ascii"].encode()
    x, y = int(case["key"]["x"]), int(case["key"]["y"])
    raw = b64decode(case["envelope"]["signatures"][0]["sig"])
    signature = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    key.verify(signature, message, ec.ECDSA(SHA256()))
    assert payload(encode(case["envelope"]), case["payload_type"]) == case["payload"].encode()
