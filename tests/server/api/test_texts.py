"""Whatever stands in a text or a number of a request, it is kept as it is or refused in so many words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from server.auth.roles import Role
from server.running import Service
from tests.server import stocked
from tests.server.api.conftest import Caller
from tests.server.api.test_facts import LIST
from tests.server.api.test_parts import SHARED, household

HOSTILE = (
    "a\0b",
    "a\r\nSet-Cookie: x=1\n\x1b[2J\x07",
    "\u202egnp.exe\u202c\u200b\ufeff",
    "'; DROP TABLE journal; --",
    '" end\nrule X-1 "mine" allow everything end #',
    "\U0001f600" * 50,
    "x" * 1_000_000,
    "9" * 4_000,
    "1e999",
    "NaN",
)
REFUSED = (400, 422)
DAYS = {"first": "2099-01-01", "last": "2099-01-02"}
WANTED: tuple[tuple[str, dict[str, Any], tuple[str, ...]], ...] = (
    ("/v1/holds", {"household": "jones", "reason": "why"}, ("household", "account", "reason", "from", "until")),
    ("/v1/legal-holds", {"household": "jones", "reason": "why"}, ("household", "reason")),
    ("/v1/erasures", {"household": "jones", "reason": "why"}, ("household", "leaf", "reason")),
    (
        "/v1/runs",
        {"expires": "2099-01-01T00:00:00Z"},
        ("expires", "snapshot", "rulebook", "outcomes", "drift_over", "cash_over"),
    ),
    ("/v1/proposals", {"household": "jones"}, ("household", "account", "snapshot", "rulebook", "expires", "max_age")),
    ("/v1/checks", {"household": "jones"}, ("household", "snapshot", "rulebook", "as_of", "max_age")),
    ("/v1/facts", {"source": "vendor", "as_of": "2026-01-30"}, ("source", "as_of", "known_at")),
    (
        "/v1/lists/L/entries",
        {"kind": "issuer", "subject": "XA"},
        ("kind", "subject", "start", "end", "known", "source", "reason"),
    ),
    (
        "/v1/waivers",
        {"rule": "P-1", "reason": "why", **DAYS},
        ("rule", "reason", "household", "account", "group", "raises_to"),
    ),
    ("/v1/webhook-endpoints", {"url": "https://x.example/"}, ("url",)),
    ("/v1/approval-policies", {"title": "t", "currency": "USD", "clauses": []}, ("title", "currency")),
)
"""A route, what it is sent, and the members that are changed."""


@pytest.fixture
def who(service: Service, caller: Callable[..., Caller]) -> Caller:
    stocked.ruled(service, {"rules.mandate": stocked.RULES + LIST.format(eyes="").replace("LIST-1", "L")})
    stocked.sealed(service, {**SHARED, **household("jones")})
    return caller("everybody", *Role)


def bodies() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, body, members in WANTED:
        for member in members:
            yield from ((path, {**body, member: text}) for text in HOSTILE)
            yield path, {**body, member: 10**400}
            yield path, {**body, member: [[[]]]}


def test_no_text_and_no_number_is_a_fault(who: Caller) -> None:
    faults = []
    for path, body in bodies():
        found = who("POST", path, json=body)
        if found.status_code >= 500 or "Traceback" in found.text:
            faults.append((path, {name: str(value)[:40] for name, value in body.items()}, found.text[:200]))
        assert "set-cookie" not in found.headers
    assert faults == []


def test_no_text_of_evidence_rows_or_keys_is_a_fault(who: Caller) -> None:
    for text in HOSTILE:
        assert who("POST", "/v1/evidence", content=text.encode("utf-8", "replace")).status_code == 201
        rows = {"prices": [{"instrument": text, "day": "2026-01-30", "price": text}]}
        assert who("POST", "/v1/facts", json=rows).status_code in REFUSED
        lots = [{"id": text, "instrument": "A", "quantity": text, "basis": text}]
        held = {"positions": [{"household": "jones", "account": "jones-0", "cash": {text: text}, "lots": lots}]}
        assert who("POST", "/v1/facts", json=held).status_code in REFUSED
        position = {"positions": [{"household": text[:200], "account": text[:200], "lots": []}]}
        assert who("POST", "/v1/facts", json=position).status_code in REFUSED
        assert who("POST", "/v1/me/keys/challenges", json={"key": text}).status_code in REFUSED
