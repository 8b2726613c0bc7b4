"""Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint, tlog-cosignature).

A note is text, a blank line and signature lines; a checkpoint is a note whose text is a log's name, size and root.
Signatures of unknown keys say nothing and are passed over; a wrong signature of a known key condemns the note.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from policy.proof.keys import KeyRefusedError, PublicKey, public_key, public_of, sign, verifies

ED25519, COSIGNATURE = 0x01, 0x04  # signature types: a log's own, a witness's with its time
MOST_SIGNATURES = 100


class NoteError(ValueError):
    """A note, a checkpoint or a key text that is malformed or wrongly signed."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A named key. `kind`: ED25519 or COSIGNATURE."""

    name: str
    kind: int
    key: PublicKey

    @property
    def id(self) -> bytes:
        """The first four bytes of a hash: a hint which key signed, no more."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.key.raw).digest()[:4]

    @property
    def text(self) -> str:
        """`NAME+ID+KEY`, as people exchange it."""
        return f"{self.name}+{self.id.hex()}+{b64encode(bytes([self.kind]) + self.key.raw).decode()}"


@dataclass(frozen=True, slots=True)
class Signature:
    name: str
    id: bytes
    body: bytes  # what follows the key id


@dataclass(frozen=True, slots=True)
class Note:
    text: str
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's state: `root` over its first `size` entries."""

    origin: str
    size: int
    root: bytes


def verifier(text: str) -> Verifier:
    """The key of its text; NoteError where the id does not fit or the key is refused."""
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise NoteError(f"`{text}` is not a key of the form NAME+ID+KEY")
    name, identity, encoded = parts
    raw = base64_bytes(encoded)
    if not _is_name(name) or raw[:1] not in (bytes([ED25519]), bytes([COSIGNATURE])):
        raise NoteError(f"`{text}` is not an Ed25519 key of the form NAME+ID+KEY")
    try:
        found = Verifier(name, raw[0], public_key(raw[1:]))
    except KeyRefusedError as error:
        raise NoteError(f"key `{name}`: {error}") from None
    if found.id.hex() != identity:
        raise NoteError(f"key `{name}`: its id is {found.id.hex()}, not {identity}")
    return found


def parse(data: bytes) -> Note:
    """The note of its bytes, nothing verified yet."""
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError:
        raise NoteError("a note is not UTF-8") from None
    if any(ord(c) < 0x20 and c != "\n" for c in whole):
        raise NoteError("a note contains a control character")
    text, separator, lines = whole.rpartition("\n\n")
    if not separator or not text or not lines.endswith("\n"):
        raise NoteError("a note is text, a blank line, and signature lines")
    signatures = tuple(_signature(line) for line in lines[:-1].split("\n"))
    if len(signatures) > MOST_SIGNATURES:
        raise NoteError(f"a note has more than {MOST_SIGNATURES} signatures")
    return Note(text + "\n", signatures)


def verified(note: Note, known: Iterable[Verifier]) -> tuple[Verifier, ...]:
    """The known keys that signed, each once; NoteError where none did, or where one of them signed wrongly."""
    keys: dict[tuple[str, bytes], Verifier] = {}
    for key in known:
        if (key.name, key.id) in keys:
            raise NoteError(f"the key `{key.name}+{key.id.hex()}` is listed twice")
        keys[key.name, key.id] = key
    good: dict[tuple[str, bytes], Verifier] = {}
    for signature in note.signatures:
        signer = keys.get((signature.name, signature.id))
        if signer is None:
            continue
        if not _holds(signer, signature.body, note.text):
            raise NoteError(f"the signature of `{signer.name}+{signer.id.hex()}` is wrong")
        good[signature.name, signature.id] = signer
    if not good:
        raise NoteError("no known key signed this note")
    return tuple(good.values())


def signed(text: str, name: str, seed: bytes) -> bytes:
    """The note over `text` (ends in a newline) with one Ed25519 signature."""
    return f"{text}\n{signature_line(text, name, seed)}".encode()


def signature_line(text: str, name: str, seed: bytes) -> str:
    """One more of these may follow a note's last one."""
    if not text.endswith("\n") or not _is_name(name):
        raise ValueError("a note's text ends in a newline, and its key has a name without spaces and plus signs")
    key = Verifier(name, ED25519, public_of(seed))
    return f"— {name} {b64encode(key.id + sign(seed, text.encode())).decode()}\n"


def cosigned_message(text: str, time: int) -> bytes:
    """What a witness signs: the checkpoint's text and when it saw it (seconds since 1970)."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


# --- checkpoints -------------------------------------------------------------------------------


def checkpoint_text(checkpoint: Checkpoint) -> str:
    return f"{checkpoint.origin}\n{checkpoint.size}\n{b64encode(checkpoint.root).decode()}\n"


def checkpoint(text: str) -> Checkpoint:
    """The checkpoint of a note's text. Extension lines are allowed and say nothing."""
    lines = text.split("\n")
    if len(lines) < 4 or any(not line for line in lines[:-1]):
        raise NoteError("a checkpoint has three lines: the log's name, its size, its root")
    origin, size, encoded = lines[:3]
    return Checkpoint(origin, decimal(size), hash_bytes(encoded))


# --- texts -------------------------------------------------------------------------------------


def decimal(text: str) -> int:
    """A size or index: ASCII digits without leading zeros, below 2^63."""
    if not (text.isascii() and text.isdigit()) or len(text) > 19 or (text[0] == "0" and text != "0"):
        raise NoteError(f"`{text[:40]}` is not a number of entries")
    if (number := int(text)) >= 1 << 63:
        raise NoteError(f"`{text}` is not a number of entries")
    return number


def hash_bytes(text: str) -> bytes:
    raw = base64_bytes(text)
    if len(raw) != 32:
        raise NoteError("a hash has 32 bytes")
    return raw


def base64_bytes(text: str) -> bytes:
    """The bytes of standard base64 in its one spelling."""
    try:
        raw = b64decode(text, validate=True)
    except ValueError:
        raise NoteError("malformed base64") from None
    if b64encode(raw).decode() != text:
        raise NoteError("malformed base64: stray bits at the end")
    return raw


def _signature(line: str) -> Signature:
    mark, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    if mark != "—" or not _is_name(name):
        raise NoteError("a signature line has the form `— NAME SIGNATURE`")
    raw = base64_bytes(encoded)
    if len(raw) < 5:
        raise NoteError("a signature is too short")
    return Signature(name, raw[:4], raw[4:])


def _holds(key: Verifier, body: bytes, text: str) -> bool:
    if key.kind == ED25519:
        return verifies(key.key, body, text.encode())
    time = int.from_bytes(body[:8], "big")
    return len(body) == 72 and verifies(key.key, body[8:], cosigned_message(text, time))


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(c.isspace() for c in name)
