"""The keys of a log, in one file that only its owner can read, so that a change of keys is there whole or not at all.

    SEED [SINCE]              the key that signs
    next SEED                 the one that is being announced, and signs nothing yet
    old SEED SINCE            the one before, which signs beside it until it is retired
    ended KEY SINCE UNTIL     retired: its public key, by which what it signed stays true
    stolen SEED SIZE          signs nothing more but that it was stolen, which is about to be said
    stolen KEY SIZE           that was said: its public key, and the most entries that it signed for

Instants are UTC, `-` for the beginning of the log.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from policy.proof.keys import public_of
from policy.proof.note import ED25519, Verifier, decimal, verifier
from server.log import files

FILE = "signing-key"
BEGINNING = "-"


class KeyringError(ValueError):
    """The file does not say which keys there are; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Key:
    seed: bytes = field(repr=False)
    since: str = BEGINNING


@dataclass(frozen=True, slots=True)
class Ended:
    verifier: Verifier
    since: str
    until: str


@dataclass(frozen=True, slots=True)
class Stolen:
    verifier: Verifier
    size: int


@dataclass(frozen=True, slots=True)
class Keyring:
    """`lost`: seeds that were stolen, of which the log does not say so yet, with the most entries that they signed."""

    signs: Key
    next: Key | None = None
    old: Key | None = None
    ended: tuple[Ended, ...] = ()
    lost: tuple[tuple[Key, int], ...] = ()
    stolen: tuple[Stolen, ...] = ()

    @property
    def signing(self) -> tuple[Key, ...]:
        """All that sign now, the newest first."""
        return (self.signs, *([] if self.old is None else [self.old]))


def fresh() -> Key:
    return Key(os.urandom(files.SEED))


def read(folder: Path) -> Keyring:
    """KeyringError where the file is no such one; FileNotFoundError where there is none."""
    text = (folder / FILE).read_bytes().decode("ascii", "replace")
    try:
        return _keyring([line.split() for line in text.splitlines() if line.strip()])
    except ValueError as error:
        raise KeyringError(f"the signer's `{FILE}`: {error}; restore it from a backup that you trust") from None


def written(folder: Path, ring: Keyring) -> None:
    """Whoever calls holds the folder."""
    lines = [f"{ring.signs.seed.hex()} {ring.signs.since}"]
    lines += [] if ring.next is None else [f"next {ring.next.seed.hex()}"]
    lines += [] if ring.old is None else [f"old {ring.old.seed.hex()} {ring.old.since}"]
    lines += [f"ended {it.verifier.text} {it.since} {it.until}" for it in ring.ended]
    lines += [f"stolen {key.seed.hex()} {size}" for key, size in ring.lost]
    lines += [f"stolen {it.verifier.text} {it.size}" for it in ring.stolen]
    files.replaced(folder / FILE, "".join(f"{line}\n" for line in lines).encode(), files.OWNER)


@lru_cache(64)
def verifier_of(origin: str, seed: bytes) -> Verifier:
    return Verifier(origin, ED25519, public_of(seed))


def _keyring(lines: Sequence[Sequence[str]]) -> Keyring:
    if not lines:
        raise ValueError("it is empty")
    ring = Keyring(_key(*lines[0][:2]))
    for line in lines[1:]:
        match line:
            case ["next", seed] if ring.next is None:
                ring = replace(ring, next=_key(seed))
            case ["old", seed, since] if ring.old is None:
                ring = replace(ring, old=_key(seed, since))
            case ["ended", key, since, until]:
                ring = replace(ring, ended=(*ring.ended, Ended(verifier(key), since, until)))
            case ["stolen", key, size] if "+" in key:
                ring = replace(ring, stolen=(*ring.stolen, Stolen(verifier(key), decimal(size))))
            case ["stolen", seed, size]:
                ring = replace(ring, lost=(*ring.lost, (_key(seed), decimal(size))))
            case _:
                raise ValueError("a line of it is not to be read")
    return ring


def _key(seed: str, since: str = BEGINNING) -> Key:
    return Key(files.seed(seed.encode()), since)
