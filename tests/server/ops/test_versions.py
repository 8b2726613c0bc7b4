"""Two versions on one database: an older process goes on where a newer one only added, and stops where it took away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.util import CommandError

from server.cli.exits import Exit
from server.cli.main import main
from server.flow import worker
from server.running import Service, opened
from server.settings import Settings
from server.store import migrate
from server.store.migrate import RevisionError, migrated, pending, works
from server.store.store import Store
from tests.server import stocked
from tests.server.api.conftest import Caller

NEXT = Path(__file__).parent / "revisions"
ADDED, TAKEN = "0002.0001", "0003"


def newer(store: Store, revision: str) -> None:
    """As a process of a version to come would do."""
    config = migrate._config()
    config.set_main_option("version_locations", f"{migrate.SCRIPTS / 'versions'} {NEXT}")
    config.set_main_option("path_separator", "space")
    with store.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


@pytest.mark.parametrize(
    ("have", "want", "said"),
    [
        ("0001", "0001", True),
        ("0002.0001", "0001", True),
        ("0003.0001", "0002.0001", True),
        ("0003.0002", "0002.0001", True),
        ("0003.0002", "0001", False),
        ("0002", "0001", False),
        ("0001", "0002.0001", False),
        ("9999", "0001", False),
        (None, "0001", False),
    ],
)
def test_the_name_of_a_revision_says_who_works_on_it(have: str | None, want: str, said: bool) -> None:
    assert works(have, want) is said


def test_an_older_process_works_on_tables_that_have_more(
    service: Service, nobody: Caller, admin: Caller, caller: Callable[..., Caller]
) -> None:
    newer(service.store, ADDED)
    assert pending(service.store) == (ADDED, "0001")
    rules = stocked.ruled(service, {"rules.mandate": stocked.RULES})
    name = stocked.asked(service, rules, stocked.sealed(service))
    while worker.one(service):
        pass
    assert caller("anna", "adviser")("GET", f"/v1/proposals/{name}").json()["state"] == "proposed"
    found = nobody("GET", "/v1/health/ready")
    assert (found.status_code, found.json()["answer"]) == (200, "ready")
    assert ADDED in found.json()["says"][0]
    migrated(service.store)
    assert pending(service.store) == (ADDED, "0001"), "an older process takes nothing back"
    opened(service.settings).store.engine.dispose()


def test_an_older_process_stops_where_something_was_taken_away(service: Service, nobody: Caller) -> None:
    newer(service.store, TAKEN)
    found = nobody("GET", "/v1/health/ready")
    assert (found.status_code, found.json()["answer"]) == (503, "degraded")
    assert "revision 0003" in found.json()["says"][0]
    with pytest.raises(CommandError, match="0003"):
        opened(service.settings)


def test_a_start_that_does_not_migrate_refuses_old_tables(
    empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    with pytest.raises(RevisionError, match="revision None"):
        opened(Settings(data, empty, migrate=False))
    for name, value in {"DATA_DIR": str(data), "DATABASE_URL": empty, "MIGRATE": "no", "WORKERS": "0"}.items():
        monkeypatch.setenv(f"PROOFOLIO_{name}", value)
    assert main(["serve", "--port", "0"]) == Exit.BAD_INPUT
    assert "run `proofolio migrate`" in capsys.readouterr().err
    assert main(["migrate", "--check"]) == Exit.STOP
    assert main(["migrate", "--json"]) == Exit.PASS
    assert main(["migrate", "--check"]) == Exit.PASS
    opened(Settings(data, empty, migrate=False)).store.engine.dispose()


def test_the_verb_goes_forward_and_back(
    empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PROOFOLIO_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PROOFOLIO_DATABASE_URL", empty)
    assert main(["migrate", "--down"]) == Exit.BAD_INPUT
    for words, said in (
        (["--check"], "revision none"),
        ([], "revision 0001"),
        (["--down"], "revision none"),
        (["--to", "0001"], "revision 0001"),
        (["--to", "base"], "revision none"),
    ):
        main(["migrate", *words])
        assert said in capsys.readouterr().out, words
    assert main(["migrate", "--to", "nowhere"]) == Exit.BAD_INPUT
    assert "nowhere" in capsys.readouterr().err


def test_no_verb_forgets_a_log(
    service: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PROOFOLIO_DATA_DIR", str(service.settings.data))
    monkeypatch.setenv("PROOFOLIO_DATABASE_URL", service.settings.database)
    for words in (["--down"], ["--to", "base"]):
        assert main(["migrate", *words]) == Exit.BAD_INPUT
        assert "2 entries" in capsys.readouterr().err
    assert works(*pending(service.store))
