"""The wire form of the kernel, canonical JSON: bound obligations and objectives, and back; points and verdicts.

One mapping for every value of `policy.ir.bound` and `policy.judge.verdict`, read off their annotations, so that a
new node needs no line here:

    dataclass            object of its fields; `is` names it where an annotation allows several dataclasses
    Fraction             "n" or "n/d"; Interval {"low": …, "high": …}, null for an open end
    tuple                array
    Mapping of X         array of X in order, where X carries its own `name`; else array of [key, value], sorted
    date, enum, None     ISO text, its value, null

What would be repeated a thousand times is written once: a Bound lists its `origins`, and its obligations name
them by place; a finding names its obligation by id, so that reading a verdict takes the obligations.
The law: `from_json(type(x), to_json(x)) == x`, and no other JSON is read than what `to_json` writes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cache, partial
from types import NoneType, UnionType
from typing import Any, NamedTuple, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from policy.canonical import Json, rational
from policy.interval import Interval
from policy.ir.bound import Bound, Obligation, Origin, Point
from policy.judge.verdict import Verdict
from policy.proof.reading import ShapeError, array, boolean, choice, integer, members, text

T = TypeVar("T")


def to_json(value: object) -> Json:
    """The JSON of a Bound, Obligation, Objective, Domain or any other dataclass of `policy.ir.bound`."""
    kind: Any = type(value)
    return _codec(kind).write(value)


def from_json(kind: type[T], value: Json) -> T:
    """The value; ShapeError or CanonicalError where the JSON is not what `to_json` writes."""
    return cast(T, _codec(cast(Any, kind)).read(value))


def point_json(point: Point) -> Json:
    """Sorted pairs; zeros are left out, since a point's absent quantities are zero."""
    return [[name, str(value)] for name, value in sorted(point.items()) if value]


def verdict_json(verdict: Verdict) -> Json:
    findings: list[Json] = [
        _write(finding, without="obligation") | {"obligation": finding.obligation.id} for finding in verdict.findings
    ]
    return {"outcome": verdict.outcome.value, "findings": findings}


def _bound_json(bound: Bound) -> Json:
    places = {origin: place for place, origin in enumerate(dict.fromkeys(o.origin for o in bound.obligations))}
    obligations: list[Json] = [_write(o, without="origin") | {"origin": places[o.origin]} for o in bound.obligations]
    origins: list[Json] = [to_json(origin) for origin in places]
    return _write(bound, without="obligations") | {"origins": origins, "obligations": obligations}


def _bound_from_json(value: Json) -> Bound:
    if not isinstance(value, dict):
        raise ShapeError("expected an object")
    rest = dict(value)
    origins = [from_json(Origin, origin) for origin in array(rest.pop("origins", None))]
    obligations = []
    for item in array(rest.get("obligations")):
        place = integer(item.get("origin")) if isinstance(item, dict) else -1
        if not 0 <= place < len(origins):
            raise ShapeError("an obligation names an origin that is not listed")
        obligations.append(_read(Obligation, item, origin=origins[place]))
    bound: Bound = _read(Bound, rest, obligations=tuple(obligations))
    return bound


# --- one codec per annotation ------------------------------------------------------------------


class _Codec(NamedTuple):
    write: Callable[[Any], Json]
    read: Callable[[Json], Any]


@cache
def _codec(kind: Any) -> _Codec:
    if kind in _ATOMS:
        return _ATOMS[kind]
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _union(inner)
    if origin is tuple:
        return _array_of(inner[0]) if inner[1:] == (Ellipsis,) else _row_of(inner)
    if origin is not None and issubclass(origin, Mapping):
        return _mapping_of(inner[1])
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _Codec(lambda value: value.value, lambda value: choice(value, kind))
    if kind is Bound:
        return _Codec(_bound_json, _bound_from_json)
    if is_dataclass(kind):
        return _object(kind)
    raise TypeError(f"{kind} has no form in JSON")


def _object(kind: Any, tag: str | None = None) -> _Codec:
    """A dataclass; `tag` is the value of its member `is`."""
    if tag is None:
        return _Codec(_write, partial(_read, kind))
    return _Codec(lambda value: {"is": tag} | _write(value), lambda value: _read(kind, value, tag=tag))


def _write(value: Any, without: str | None = None) -> dict[str, Json]:
    kind: Any = type(value)
    return {name: codec.write(getattr(value, name)) for name, codec in _fields(kind) if name != without}


def _read(kind: Any, value: Json, tag: str | None = None, **given: object) -> Any:
    """`given`: fields that the caller has read already."""
    found = members(value, *(["is"] if tag else []), *(name for name, _ in _fields(kind)))
    return kind(*(given[name] if name in given else codec.read(found[name]) for name, codec in _fields(kind)))


def _union(kinds: tuple[Any, ...]) -> _Codec:
    """One kind or nothing, a number, or several dataclasses, which are tagged."""
    rest = tuple(kind for kind in kinds if kind is not NoneType)
    codec = _codec(rest[0]) if len(rest) == 1 else _NUMBER if set(rest) == {Fraction, Interval} else _tagged(rest)
    if len(rest) == len(kinds):
        return codec
    return _Codec(
        lambda value: None if value is None else codec.write(value),
        lambda value: None if value is None else codec.read(value),
    )


def _tagged(kinds: tuple[Any, ...]) -> _Codec:
    by_tag = {kind.__name__.lower(): _object(kind, kind.__name__.lower()) for kind in kinds}
    by_kind = {kind: by_tag[kind.__name__.lower()] for kind in kinds}

    def read(value: Json) -> Any:
        tag = value.get("is") if isinstance(value, dict) else None
        if not isinstance(tag, str) or tag not in by_tag:
            raise ShapeError(f"expected one of {', '.join(by_tag)}")
        return by_tag[tag].read(value)

    return _Codec(lambda value: by_kind[type(value)].write(value), read)


def _array_of(kind: Any) -> _Codec:
    item = _codec(kind)
    return _Codec(
        lambda value: [item.write(x) for x in value],
        lambda value: tuple(item.read(x) for x in array(value)),
    )


def _row_of(kinds: tuple[Any, ...]) -> _Codec:
    items = [_codec(kind) for kind in kinds]
    return _Codec(
        lambda value: [item.write(x) for item, x in zip(items, value, strict=True)],
        lambda value: tuple(item.read(x) for item, x in zip(items, array(value, len(items)), strict=True)),
    )


def _mapping_of(kind: Any) -> _Codec:
    item = _codec(kind)
    if is_dataclass(kind) and any(field.name == "name" for field in fields(kind)):
        return _Codec(
            lambda value: [item.write(x) for x in value.values()],
            lambda value: _keyed((x.name, x) for x in map(item.read, array(value))),
        )
    return _Codec(
        lambda value: [[name, item.write(x)] for name, x in sorted(value.items())],
        lambda value: _keyed((text(name), item.read(x)) for name, x in (array(pair, 2) for pair in array(value))),
    )


def _keyed(pairs: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ShapeError(f"`{name}` appears twice")
        found[name] = value
    return found


@cache
def _fields(kind: Any) -> tuple[tuple[str, _Codec], ...]:
    hints = get_type_hints(kind)
    return tuple((field.name, _codec(hints[field.name])) for field in fields(kind))


def _date(value: Json) -> date:
    try:
        day = date.fromisoformat(text(value))
    except ValueError:
        raise ShapeError(f"`{value}` is not a day of the form 2026-11-22") from None
    if day.isoformat() != value:
        raise ShapeError(f"`{value}` is not a day of the form 2026-11-22")
    return day


_ATOMS: Mapping[Any, _Codec] = {
    str: _Codec(str.__str__, text),
    bool: _Codec(lambda value: value, boolean),
    int: _Codec(lambda value: value, integer),
    Fraction: _Codec(str, rational),
    date: _Codec(lambda value: value.isoformat(), _date),
    NoneType: _Codec(lambda value: None, lambda value: None),
}

_NUMBER = _Codec(
    lambda value: str(value) if isinstance(value, Fraction) else _write(value),
    lambda value: rational(value) if isinstance(value, str) else _read(Interval, value),
)
