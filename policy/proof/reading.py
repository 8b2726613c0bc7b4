"""Reading JSON from a stranger: every value has exactly the shape that the format names, or the file is refused.

A member too many is as wrong as one too few: what no check reads, no person should be shown.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from policy.canonical import Json

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")


class ShapeError(ValueError):
    """A file inside the bundle is not what its format says."""


def members(value: Json, *names: str) -> dict[str, Json]:
    """The object, with exactly these members."""
    if not isinstance(value, dict):
        raise ShapeError(f"expected an object with {', '.join(names)}, found {_shown(value)}")
    if value.keys() != set(names):
        odd = sorted(value.keys() ^ set(names))
        raise ShapeError(f"an object has missing or unexpected members: {', '.join(odd)}")
    return value


def array(value: Json, length: int | None = None) -> list[Json]:
    if not isinstance(value, list) or (length is not None and len(value) != length):
        raise ShapeError(f"expected an array{'' if length is None else f' of {length}'}, found {_shown(value)}")
    return value


def text(value: Json) -> str:
    if not isinstance(value, str):
        raise ShapeError(f"expected a string, found {_shown(value)}")
    return value


def integer(value: Json) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ShapeError(f"expected an integer, found {_shown(value)}")
    return value


def boolean(value: Json) -> bool:
    if not isinstance(value, bool):
        raise ShapeError(f"expected true or false, found {_shown(value)}")
    return value


def choice(value: Json, kind: type[E]) -> E:
    try:
        return kind(text(value))
    except ValueError:
        raise ShapeError(f"expected one of {', '.join(kind)}, found {_shown(value)}") from None


def version(value: Json, expected: int = 1) -> None:
    if integer(value) != expected:
        raise ShapeError(f"format version {value}, this reader knows version {expected}")


def optional(value: Json, read: Callable[[Json], T]) -> T | None:
    return None if value is None else read(value)


def pairs_of(values: list[Json]) -> list[tuple[Json, Json]]:
    """Every item is an array of two."""
    return [(first, second) for first, second in (array(pair, 2) for pair in values)]


def pairs(value: Json) -> list[tuple[str, Json]]:
    """An array of [name, value], in which a name appears once."""
    found = [(text(name), item) for name, item in pairs_of(array(value))]
    if len({name for name, _ in found}) < len(found):
        raise ShapeError("a name appears twice in a list of pairs")
    return found


def _shown(value: Json) -> str:
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return f"an array of {len(value)}"
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."
