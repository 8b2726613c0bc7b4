"""Signed statements (DSSE v1.0.2): a payload, its type, and signatures over both.

The signature covers the type, so that an approval cannot be read as something else. A key id is a hint that
nobody signed: it is not read. One envelope here carries one signature by one person; whoever counts approvals
counts people and keys, never signatures.
"""

from __future__ import annotations

from base64 import b64decode, b64encode

from policy.canonical import CanonicalError, Json, decode, encode
from policy.proof.keys import PublicKey, sign, verifies
from policy.proof.reading import ShapeError, array, members, text


def pae(payload_type: str, payload: bytes) -> bytes:
    """Pre-authentication encoding: what is signed."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sealed(payload_type: str, payload: bytes, key_id: str, seed: bytes) -> bytes:
    """The envelope as canonical JSON."""
    signature = b64encode(sign(seed, pae(payload_type, payload))).decode()
    return encode(
        {
            "payload": b64encode(payload).decode(),
            "payloadType": payload_type,
            "signatures": [{"keyid": key_id, "sig": signature}],
        }
    )


def payload_type(envelope: bytes) -> str:
    """What kind of thing the envelope says that it carries; ShapeError where it is none."""
    return text(_members(envelope)["payloadType"])


def payload(envelope: bytes, payload_type: str) -> bytes:
    """What the envelope carries, not verified; ShapeError where it is not one envelope of this type."""
    return _bytes(_opened(envelope, payload_type)["payload"])


def sealed_by(envelope: bytes, payload_type: str, key: PublicKey) -> bool:
    """Whether the one signature in the envelope is the key's."""
    found = _opened(envelope, payload_type)
    (signature,) = array(found["signatures"], 1)
    body = _bytes(members(signature, "keyid", "sig")["sig"])
    return verifies(key, body, pae(payload_type, _bytes(found["payload"])))


def _opened(envelope: bytes, payload_type: str) -> dict[str, Json]:
    found = _members(envelope)
    if text(found["payloadType"]) != payload_type:
        raise ShapeError(f"an envelope of type `{found['payloadType']}` where `{payload_type}` is due")
    return found


def _members(envelope: bytes) -> dict[str, Json]:
    try:
        return members(decode(envelope), "payload", "payloadType", "signatures")
    except CanonicalError as error:
        raise ShapeError(f"an envelope is {error}") from None


def _bytes(value: Json) -> bytes:
    """Standard or URL-safe base64, as DSSE asks readers to accept both."""
    try:
        return b64decode(text(value).replace("-", "+").replace("_", "/"), validate=True)
    except ValueError:
        raise ShapeError("malformed base64 in an envelope") from None
