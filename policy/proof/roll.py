"""A set of names under one SHA-256: a roll.

Rolls that differ in one name share all parts but those on its way. So ten thousand statements, each of which names
thousands of proposals, take the room of what changed between them. Equal sets have equal parts, and who has a set can
tell whether a roll is of it without any part.

A part is the array of its names, sorted, where there are at most 64; else an object that gives, for the next hex digit
of the SHA-256 of a name, the SHA-256 of the part that has it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from policy.canonical import decode, digest, encode
from policy.proof.reading import ShapeError, array, text

MOST = 64
MANY = 65_536
"""Names whose SHA-256 is kept as it was worked out."""
LEAVES = 1_024
"""Parts that are."""


def rolled(names: Iterable[str]) -> tuple[str, Mapping[str, bytes]]:
    """The SHA-256 of the roll of these, and its parts by theirs, of which it is the first."""
    return _rolled(frozenset(names))


@lru_cache(4)
def _rolled(names: frozenset[str]) -> tuple[str, Mapping[str, bytes]]:
    found = dict(_parts(sorted(names), 0))
    return next(iter(found)), found


def named(root: str, parts: Mapping[str, bytes]) -> frozenset[str]:
    """The names of a roll. ShapeError or CanonicalError where a part of it is not there, or it is none."""
    found = frozenset(_names(root, parts, 0))
    if rolled(found)[0] != root:
        raise ShapeError(f"{root} is not the roll of the names in its parts")
    return found


def below(part: bytes) -> tuple[str, ...]:
    """The SHA-256 of the parts that this one names. ShapeError or CanonicalError where it is none."""
    content = decode(part)
    return tuple(map(text, content.values())) if isinstance(content, dict) else ()


def parts(lines: bytes) -> Mapping[str, bytes]:
    """By their SHA-256, where they stand a line each."""
    return {digest(line): line for line in lines.splitlines()}


# --- parts -------------------------------------------------------------------------------------


def _parts(names: Sequence[str], depth: int) -> Iterator[tuple[str, bytes]]:
    """The part of these names, sorted, comes before those below it."""
    if len(names) <= MOST:
        yield _leaf(tuple(names))
        return
    apart = defaultdict[str, list[str]](list)
    for name in names:
        apart[_key(name)[depth]].append(name)
    below = {digit: list(_parts(its, depth + 1)) for digit, its in apart.items()}
    content = encode({digit: first for digit, ((first, _), *_) in below.items()})
    yield digest(content), content
    for its in below.values():
        yield from its


@lru_cache(MANY)
def _key(name: str) -> str:
    return digest(name.encode())


@lru_cache(LEAVES)
def _leaf(names: tuple[str, ...]) -> tuple[str, bytes]:
    content = encode(list(names))
    return digest(content), content


def _names(part: str, parts: Mapping[str, bytes], depth: int) -> Iterator[str]:
    if part not in parts:
        raise ShapeError(f"the part {part} of a roll is not there")
    if digest(parts[part]) != part or depth == len(part):
        raise ShapeError(f"{part} is no part of a roll")
    content = decode(parts[part])
    if isinstance(content, dict):
        for below in content.values():
            yield from _names(text(below), parts, depth + 1)
    else:
        yield from map(text, array(content))
