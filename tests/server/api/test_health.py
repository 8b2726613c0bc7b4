"""Ready, or which of its parts does not work."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from server.log import signer
from server.running import Service
from server.store import migrate
from server.store.migrate import migrated
from tests.server.api.conftest import Caller


def degraded(nobody: Caller) -> str:
    found = nobody("GET", "/v1/health/ready")
    assert (found.status_code, found.json()["answer"]) == (503, "degraded")
    assert nobody("GET", "/v1/health/live").status_code == 200
    return " ".join(found.json()["says"])


def test_it_is_ready(nobody: Caller) -> None:
    found = nobody("GET", "/v1/health/ready")
    assert (found.status_code, found.json()) == (200, {"answer": "ready", "says": []})


def test_a_clock_that_is_behind_the_log_is_said(service: Service, nobody: Caller) -> None:
    with service.store.engine.begin() as connection:
        connection.execute(text("UPDATE journal SET time = '2999-01-01T00:00:00.000000Z'"))
    assert "set the clock" in degraded(nobody)


def test_a_log_that_is_shorter_than_what_was_signed_is_said(service: Service, nobody: Caller) -> None:
    signer.sealed(service.store, service.signer)
    with service.store.engine.begin() as connection:
        connection.execute(text("UPDATE head SET size = 1"))
        connection.execute(text("DELETE FROM checkpoint"))
    assert "no longer starts with them" in degraded(nobody)


def test_a_memory_that_cannot_be_written_is_said(
    service: Service, nobody: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "/somewhere/private")

    monkeypatch.setattr(signer, "sealed", full)
    said = degraded(nobody)
    assert "No space left" in said
    assert "private" not in said


def test_a_database_of_another_revision_is_said(service: Service, nobody: Caller) -> None:
    migrated(service.store, "base")
    assert "revision None" in degraded(nobody)


def test_a_database_that_is_down_is_a_problem_that_passes(
    nobody: Caller, admin: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object) -> None:
        raise OperationalError("SELECT 'private'", {}, Exception("server closed the connection"))

    monkeypatch.setattr(migrate, "pending", down)
    found = nobody("GET", "/v1/health/ready")
    assert (found.status_code, found.json()["code"], found.json()["retryable"]) == (503, "database-down", True)
    assert found.headers["retry-after"] == "5"
    assert "private" not in found.text
