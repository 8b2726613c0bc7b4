"""A small book with one of everything, as a document; tests take it apart."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from policy.book.facts import Book
from policy.book.problem import Problem
from policy.book.read import Index, index
from policy.book.wire import from_json

Document = dict[str, Any]

_SAMPLE: Document = {
    "as_of": "2026-01-30",
    "known_at": "2026-01-31",
    "currency": "USD",
    "facts": {"assets under management": "2500000000"},
    "issuers": [
        {"id": "ACME", "name": "Acme Holdings", "facts": {"coal revenue share": "1/3", "votes outstanding": "5000"}},
        {"id": "ACME-UK", "name": "Acme plc", "parent": "ACME", "dated": {"coal revenue share": "2025-12-31"},
         "facts": {"coal revenue share": "12.5%", "controversial weapons": False}},
        {"id": "FUNDCO", "name": "Fund Company"},
        {"id": "UST", "name": "United States"},
    ],
    "instruments": [
        {"id": "ACM", "name": "Acme common", "issuer": "ACME", "currency": "USD", "identical": "acme",
         "dated": {"shares outstanding": "2026-01-02"},
         "facts": {"security type": "common stock", "sector": "Energy", "asset class": "us equity", "rating": "BBB-",
                   "shares outstanding": "1000000", "listed": True, "listing date": "1999-05-03"}},
        {"id": "ACM.L", "name": "Acme plc ordinary", "issuer": "ACME-UK", "currency": "GBP", "step": "0.001",
         "constituents": [], "facts": {"sector": "Energy", "asset class": "developed equity", "yield": "1/30"}},
        {"id": "ETF", "name": "Energy fund", "issuer": "FUNDCO", "currency": "USD",
         "constituents": [{"id": "ACM", "weight": "60%"}, {"id": "ACME-UK", "weight": "0.3"}],
         "facts": {"asset class": "fund", "expense ratio": "0.09%"}},
        {"id": "T 2.5 2030", "name": "Treasury, 2.5%, 2030", "issuer": "UST", "currency": "USD", "step": "1000",
         "minimum": "1000", "multiplier": "0.01", "constituents": [], "facts": {"asset class": "us treasury"}},
        {"id": "ACM C100", "name": "Acme call, 100", "issuer": "ACME", "currency": "USD", "multiplier": "100",
         "underlying": "ACM", "constituents": [], "facts": {"security type": "option", "derivative": True}},
        {"id": "PRIV", "name": "Private fund", "currency": "EUR", "constituents": None},
    ],
    "households": [{"id": "smith", "name": "Smith", "facts": {"tax residence": "NY"}}],
    "accounts": [
        {"id": "trust", "name": "Smith Trust", "household": "smith", "owner": "Ann", "tags": ["retail", "esg"],
         "relief": "hifo", "cash": {"USD": {"settled": "12000.50", "unsettled": "-250.25"}}, "model": "growth",
         "benchmark": "index", "cost": {"ticket": "4.95", "per_unit": "0.005", "spread": "0.0005"},
         "minimum_trade": "100", "facts": {"client risk tolerance": 5, "borrowings": "1000"}},
        {"id": "ira", "name": "Smith IRA", "household": "smith", "tax": "deferred",
         "cash": {"USD": {"settled": "100", "unsettled": "0"}, "EUR": {"settled": "50", "unsettled": 0}}},
        {"id": "away", "name": "Elsewhere", "household": "smith", "held_away": True, "relief": "fifo", "cash": {}},
    ],
    "lots": [
        {"id": "L1", "account": "trust", "instrument": "ACM", "quantity": "100", "basis": "80.25",
         "acquired": "2020-03-02"},
        {"id": "L2", "account": "trust", "instrument": "ACM", "quantity": "50.5", "basis": "120",
         "acquired": "2025-06-02"},
        {"id": "L3", "account": "trust", "instrument": "T 2.5 2030", "quantity": "25000", "basis": "0.98"},
        {"id": "L4", "account": "trust", "instrument": "ACM C100", "side": "short", "quantity": "-2", "basis": "350"},
        {"id": "L5", "account": "ira", "instrument": "ETF", "quantity": "10/3", "basis": "100/7",
         "acquired": "2025-01-30"},
        {"id": "L6", "account": "ira", "instrument": "ACM.L", "quantity": "200", "basis": "3",
         "acquired": "2025-11-03"},
        {"id": "L7", "account": "away", "instrument": "PRIV", "quantity": "1"},
    ],
    "prices": [
        {"instrument": "ACM", "day": "2026-01-30", "price": "100", "volume": "5000", "known": "2026-01-30"},
        {"instrument": "ACM", "day": "2026-01-30", "price": "101", "volume": "5100", "known": "2026-01-31"},
        {"instrument": "ACM", "day": "2026-01-29", "price": "99.5", "volume": "4000"},
        {"instrument": "ACM", "day": "2026-01-28", "price": "99", "volume": "3000"},
        {"instrument": "ACM.L", "day": "2026-01-29", "price": "4.2"},
        {"instrument": "ETF", "day": "2026-01-30", "price": "15"},
        {"instrument": "T 2.5 2030", "day": "2026-01-30", "price": "97.5"},
        {"instrument": "ACM C100", "day": "2026-01-30", "price": "6.1"},
    ],
    "rates": [
        {"currency": "GBP", "day": "2026-01-30", "rate": "1.25"},
        {"currency": "GBP", "day": "2025-11-03", "rate": "1.3"},
    ],
    "lists": [
        {"list": "falcon", "kind": "issuer", "subject": "ACME", "start": "2026-01-15", "known": "2026-01-16"},
        {"list": "old", "kind": "security", "subject": "ETF", "start": "2025-01-01", "end": "2025-12-31",
         "derivatives": False},
    ],
    "history": [
        {"account": "trust", "instrument": "ACM", "side": "sell", "quantity": "10", "price": "90", "day": "2026-01-05",
         "gain": "-55.5"},
        {"account": "ira", "instrument": "ACM.L", "side": "buy", "quantity": "200", "price": "3", "day": "2025-11-03"},
    ],
    "flows": [{"account": "trust", "day": "2026-03-02", "amount": "5000"}],
    "balances": [{"account": "trust", "day": "2025-12-31", "amount": "60000"}],
    "weights": [
        {"model": "growth", "kind": "security", "key": "ACM", "weight": "0.6"},
        {"model": "growth", "kind": "security", "key": "ETF", "weight": "40%"},
        {"model": "index", "kind": "sector", "key": "Energy", "weight": "1"},
    ],
    "loadings": [{"instrument": "ACM", "factor": "market", "loading": "-0.2"}],
    "complete": [{"of": "list", "id": "old", "since": "2024-01-01"},
                 {"of": "history", "id": "trust", "since": "2025-01-01"}],
    "holidays": [{"day": "2026-01-01"}, {"day": "2026-01-19"}],
}  # fmt: skip


def sample() -> Document:
    return deepcopy(_SAMPLE)


def book(document: Document | None = None) -> Book:
    """The book of a document that has no problems."""
    found = from_json(json.dumps(document or _SAMPLE))
    assert isinstance(found, Book), found
    return found


def indexed(document: Document | None = None) -> Index:
    return index(book(document))


def problems(document: object) -> tuple[Problem, ...]:
    """The problems of a document that has some."""
    found = from_json(document if isinstance(document, str) else json.dumps(document, indent=1))
    assert isinstance(found, tuple), "the document was accepted"
    assert found
    return found
