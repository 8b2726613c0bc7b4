"""The doctor: well where all is well; each illness is named with what to do, and no secret is."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from server import clock
from server.cli.exits import Exit
from server.cli.main import main
from server.log import signer
from server.ops import backlog
from server.running import Service, first_key
from server.store.tables import Proposal, Snapshot
from tests.server import stocked

Examined = Callable[..., dict[str, dict[str, str]]]


@pytest.fixture
def examined(service: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Examined:
    """What is not fine, by check."""
    monkeypatch.setenv("PROOFOLIO_DATA_DIR", str(service.settings.data))
    monkeypatch.setenv("PROOFOLIO_DATABASE_URL", service.settings.database)

    secrets = [first_key(service.settings).read_text().strip(), service.signer.seed.hex()]

    def found(code: Exit = Exit.STOP) -> dict[str, dict[str, str]]:
        assert main(["doctor", "--json"]) == code
        said = json.loads(capsys.readouterr().out)
        assert said["answer"] == ("ill" if code else "well")
        assert main(["doctor"]) == code
        shown = capsys.readouterr()
        assert not [each for each in secrets if each in shown.out + shown.err]
        assert len(shown.out.splitlines()) < 30
        assert all(each["do"] for each in said["findings"] if each["state"] != "fine")
        return {each["check"]: each for each in said["findings"] if each["state"] != "fine"}

    return found


def test_a_new_instance_is_well_and_has_nothing_in_it(examined: Examined) -> None:
    assert set(examined(Exit.PASS)) <= {"rules", "snapshot", "space"}


def test_one_that_works_is_well(service: Service, examined: Examined) -> None:
    stocked.asked(service, stocked.ruled(service, {"rules.mandate": stocked.RULES}), stocked.sealed(service))
    assert set(examined(Exit.PASS)) <= {"space"}


def test_what_stands_still_is_said(service: Service, examined: Examined) -> None:
    name = stocked.asked(service, stocked.ruled(service, {"rules.mandate": stocked.RULES}), stocked.sealed(service))
    before = clock.text(datetime.now(UTC) - timedelta(days=3))
    with service.store.writing() as session:
        session.get_one(Proposal, name).made = before
        snapshot = session.get_one(Snapshot, session.get_one(Proposal, name).snapshot)
        snapshot.made = before
    found = examined()
    assert "1 proposals wait" in found["workers"]["says"]
    assert found["snapshot"]["state"] == "note"
    assert backlog.waiting(service.store).seconds > 86_400


def test_files_that_others_may_read(service: Service, examined: Examined) -> None:
    os.chmod(service.settings.data, 0o755)
    os.chmod(service.settings.data / "signer" / signer.KEY, 0o644)
    assert "chmod" in examined()["files"]["do"]


@pytest.mark.parametrize(
    ("change", "check", "said"),
    [
        ("UPDATE journal SET time = '2999-01-01T00:00:00.000000Z'", "time", "the clock says"),
        ("UPDATE journal SET entry = leaf WHERE index = 1", "entries", "do not fit: 1"),
        ("DELETE FROM journal WHERE index = 0", "entries", "some are missing"),
        ("UPDATE head SET size = 1", "log", "no longer starts with them"),
    ],
)
def test_a_log_that_is_not_as_it_was(service: Service, examined: Examined, change: str, check: str, said: str) -> None:
    signer.sealed(service.store, service.signer)
    with service.store.engine.begin() as connection:
        connection.execute(text(change.replace(" index", ' "index"')))
        connection.execute(text("DELETE FROM checkpoint"))
    assert said in examined()[check]["says"]


def test_other_tables(service: Service, examined: Examined) -> None:
    with service.store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert set(examined()) == {"tables"}


def test_what_is_missing_is_not_made(
    service: Service, examined: Examined, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (service.settings.data / "signer" / signer.KEY).unlink()
    assert set(examined()) == {"signer"}
    monkeypatch.setenv("PROOFOLIO_DATA_DIR", str(tmp_path / "elsewhere"))
    assert set(examined()) == {"data"}
    assert not (tmp_path / "elsewhere").exists()


def test_a_broken_key_and_a_database_that_is_down(
    service: Service, examined: Examined, monkeypatch: pytest.MonkeyPatch
) -> None:
    (service.settings.data / "signer" / "last-signed").write_text("x")
    assert "last-signed" in examined()["log"]["says"]
    monkeypatch.setenv("PROOFOLIO_DATABASE_URL", "postgresql+psycopg://eve:hunter2@127.0.0.1:1/x")
    found = examined()
    assert set(found) == {"database"}
    assert "hunter2" not in str(found)


def test_an_identity_provider_that_is_down(examined: Examined, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROOFOLIO_OIDC_ISSUER", "http://127.0.0.1:1/")
    monkeypatch.setenv("PROOFOLIO_OIDC_AUDIENCE", "proofolio")
    assert "cannot be had" in examined()["identity"]["says"]


def test_settings_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PROOFOLIO_WORKERS", "many")
    assert main(["doctor"]) == Exit.BAD_INPUT
    assert "PROOFOLIO_WORKERS" in capsys.readouterr().err


def test_a_signer_whose_files_cannot_be_read(service: Service, examined: Examined) -> None:
    (service.signer.folder / signer.WITNESSES).write_text("witness\n")
    found = examined()
    assert found["log"]["state"] == "wrong"
    assert signer.WITNESSES in found["log"]["says"]


def test_a_second_machine_has_the_key_of_the_log_or_does_not_begin(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It makes none of its own, with which approvals would be signed that no card knows."""
    other = tmp_path / "other"
    monkeypatch.setenv("PROOFOLIO_DATA_DIR", str(other))
    monkeypatch.setenv("PROOFOLIO_DATABASE_URL", service.settings.database)
    assert main(["worker"]) == Exit.BAD_INPUT
    assert "copy the folder `signer`" in capsys.readouterr().err
    assert not (other / "signer" / signer.KEY).exists()
    signer.signer(other / "signer")
    assert main(["worker"]) == Exit.BAD_INPUT, "a key of another log is there"
    assert "copy the folder `signer`" in capsys.readouterr().err
    assert main(["doctor"]) == Exit.STOP
    assert "copy the folder `signer`" in capsys.readouterr().out
    shutil.rmtree(other / "signer")
    shutil.copytree(service.signer.folder, other / "signer")
    monkeypatch.setattr("server.cli.worker.looked_after", lambda *_: None)
    assert main(["worker"]) == Exit.PASS
