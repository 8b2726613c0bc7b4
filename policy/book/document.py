"""A book as the JSON document that `wire` reads back: one text per book, whatever the order of its records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date
from enum import Enum
from fractions import Fraction
from typing import Any

from policy.book.amount import number_text
from policy.book.facts import Account, Book, Instrument, Lot
from policy.book.intake import records
from policy.book.intake.fields import Direction
from policy.book.intake.terms import written
from policy.canonical import Json

HEAD = ("as_of", "known_at", "currency", "elsewhere", "facts", "salt")


def document(book: Book) -> dict[str, Json]:
    """Every table in the order of its rows' texts; what is not known is left out, except a fund's constituents."""
    found = records.of_book(book)
    head = _row({name: getattr(found, name) for name in HEAD})
    tables = {
        field.name: [_record(record) for record in getattr(found, field.name)]
        for field in fields(found)
        if field.name not in HEAD
    }
    return {**head, **{name: _sorted(rows) for name, rows in tables.items() if rows or name in REQUIRED}}


REQUIRED = ("instruments", "accounts", "lots", "prices")


def _sorted(rows: Iterable[dict[str, Json]]) -> list[Json]:
    return sorted(rows, key=repr)


def _record(record: Any) -> dict[str, Json]:
    match record:
        case Instrument():
            return {**_row(_members(record)), "constituents": _constituents(record)}
        case Account():
            return _account(record)
        case Lot(quantity=quantity):
            side = Direction.LONG if quantity > 0 else Direction.SHORT
            return _row({**_members(record), "side": side})
        case date():
            return {"day": record.isoformat()}
        case (of, name, since):
            return _row({"of": of, "id": name, "since": since})
        case _:
            return _row(_members(record))


def _members(record: Any) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in fields(record)}


def _constituents(instrument: Instrument) -> Json:
    if instrument.constituents is None:
        return None
    return [{"id": name, "weight": number_text(weight)} for name, weight in sorted(instrument.constituents)]


def _account(account: Account) -> dict[str, Json]:
    cash: dict[str, Json] = {
        currency: {"settled": number_text(settled), "unsettled": number_text(unsettled)}
        for currency, (settled, unsettled) in account.cash.items()
    }
    members = {**_members(account), "tags": sorted(account.tags), "cost": _row(_members(account.cost))}
    members["short_sales"] = account.short_sales or None  # a permission is said where it is given
    return {**_row(members), "cash": cash}


def _row(members: Mapping[str, Any]) -> dict[str, Json]:
    """What is not known, and an empty mapping, is left out."""
    plain = ((name, _plain(name, value)) for name, value in members.items() if value is not None)
    return {name: value for name, value in plain if value != {}}


def _plain(name: str, value: Any) -> Json:
    if type(value) in (str, bool):  # not a word of an enumeration, which is a str too
        found: Json = value
        return found
    match value:
        case Fraction():
            return number_text(value)
        case Enum():
            return str(value.value)
        case date():
            return value.isoformat()
        case Mapping() if name in ("facts", "dated"):
            return {word: written(word, fact) for word, fact in sorted(value.items())}
        case Mapping() if name == "external_ids":
            return dict(sorted(value.items()))
        case _:
            found = value
            return found
