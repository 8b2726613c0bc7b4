"""Ed25519 keys that can mean one thing only, and signatures by them (RFC 8032).

The arithmetic library accepts public keys of small order, for which one signature fits many messages, and
encodings that are not canonical. Here a key is a point of prime order in its one encoding, or it is refused,
before any signature is looked at. That a person holds the key is shown by a signature elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT_OF_MINUS_ONE = pow(2, (_P - 1) // 4, _P)

_Point = tuple[int, int, int, int]  # extended coordinates X, Y, Z, T of the twisted Edwards curve
_IDENTITY: _Point = (0, 1, 1, 0)


class KeyRefusedError(ValueError):
    """A public key that must not be trusted with anything."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """32 bytes that passed the screen of `public_key`."""

    raw: bytes


def public_key(raw: bytes) -> PublicKey:
    """The key, or KeyRefusedError where the bytes are not the canonical encoding of a point of prime order."""
    point = _decoded(raw)
    if point == _IDENTITY or not _is_identity(_times(_ORDER, point)):
        raise KeyRefusedError("the public key has a component of low order: one signature could fit many messages")
    return PublicKey(raw)


def verifies(key: PublicKey, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key.raw).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def sign(seed: bytes, message: bytes) -> bytes:
    """The signature by the private key whose 32-byte seed is given; deterministic."""
    return Ed25519PrivateKey.from_private_bytes(seed).sign(message)


def public_of(seed: bytes) -> PublicKey:
    return public_key(Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw())


# --- the screen --------------------------------------------------------------------------------


def _decoded(raw: bytes) -> _Point:
    """The point of an encoding (RFC 8032, 5.1.3), canonical encodings only."""
    if len(raw) != 32:
        raise KeyRefusedError(f"a public key has 32 bytes, not {len(raw)}")
    number = int.from_bytes(raw, "little")
    odd, y = number >> 255, number & ((1 << 255) - 1)
    if y >= _P:
        raise KeyRefusedError("the public key is not in canonical encoding")
    above, below = (y * y - 1) % _P, (_D * y * y + 1) % _P
    x = above * pow(below, 3, _P) * pow(above * pow(below, 7, _P), (_P - 5) // 8, _P) % _P
    if (below * x * x + above) % _P == 0:
        x = x * _ROOT_OF_MINUS_ONE % _P
    if (below * x * x - above) % _P:
        raise KeyRefusedError("the public key is not a point of the curve")
    if x == 0 and odd:
        raise KeyRefusedError("the public key is not in canonical encoding")
    if x & 1 != odd:
        x = _P - x
    return (x, y, 1, x * y % _P)


def _plus(a: _Point, b: _Point) -> _Point:
    """The complete addition of RFC 8032, 5.1.4."""
    p = (a[1] - a[0]) * (b[1] - b[0]) % _P
    q = (a[1] + a[0]) * (b[1] + b[0]) % _P
    r = 2 * a[3] * b[3] * _D % _P
    s = 2 * a[2] * b[2] % _P
    e, f, g, h = q - p, s - r, s + r, q + p
    return (e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _times(factor: int, point: _Point) -> _Point:
    total = _IDENTITY
    while factor:
        if factor & 1:
            total = _plus(total, point)
        point, factor = _plus(point, point), factor >> 1
    return total


def _is_identity(point: _Point) -> bool:
    return point[0] == 0 and (point[1] - point[2]) % _P == 0
