"""A service that the benches ask over HTTP: its people, the rules in force and the facts."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from server.auth.roles import Role
from tests.server.processes import Served

PATIENT = 600  # seconds


class Desk(NamedTuple):
    """Keys."""

    admin: str
    compliance: str
    operations: str
    adviser: str


def stocked(served: Served, data: Path, rules: str, book: Any) -> Desk:
    """With rules in force and a snapshot."""
    admin = _key(served, (data / "first-admin-key").read_text().strip(), "ada", Role.ADMIN)
    rita, carl, olga, anna = (
        _key(served, admin, *who)
        for who in (
            ("rita", Role.COMPLIANCE),
            ("carl", Role.COMPLIANCE),
            ("olga", Role.OPERATIONS),
            ("anna", Role.ADVISER),
        )
    )
    found = done(served(rita, "POST", "/v1/rulebooks", json={"title": "Rules", "files": {"a.mandate": rules}}))
    begin, held = {"from": "now"}, {"If-Match": '"r1"'}
    done(served(carl, "POST", f"/v1/rulebooks/{found['id']}/activation", json=begin, headers=held))
    done(served(olga, "POST", "/v1/snapshots", json=book, timeout=PATIENT))
    return Desk(admin, rita, olga, anna)


def _key(served: Served, by: str, who: str, role: Role) -> str:
    return str(done(served(by, "POST", "/v1/keys", json={"principal": who, "roles": [role.value]}))["key"])


def done(answered: Any) -> dict[str, Any]:
    assert answered.status_code < 300, answered.text[:500]
    found: dict[str, Any] = answered.json()
    return found
