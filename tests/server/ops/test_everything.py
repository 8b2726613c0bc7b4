"""Everything out and in again, from each database to each: equal answers, the same log; whatever is broken is refused,
and nothing of it stays."""

from __future__ import annotations

import hashlib
import json
import stat
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient
from sqlalchemy import Column, Float, Integer, String, Table
from sqlmodel import SQLModel

from policy.proof.verify import examine, trust_card
from server.app import app
from server.cli.exits import Exit
from server.cli.main import main
from server.flow import worker
from server.log import journal, signer
from server.ops import everything, export, parcel, restore
from server.ops.everything import CarryError
from server.ops.parcel import ParcelError
from server.running import SIGNER, Service, opened
from server.settings import Settings
from server.store.store import Store, store
from tests.server import stocked
from tests.server.api.conftest import Caller


@pytest.fixture
def other(url: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """An empty database of the other kind."""
    if url.startswith("sqlite"):
        made: Callable[[], str] = request.getfixturevalue("postgresql")
        return made()
    return f"sqlite:///{tmp_path / 'other.sqlite'}"


@pytest.fixture
def begun(service: Service) -> Service:
    """Where something happened."""
    stocked.ruled(service, {"rules.mandate": stocked.RULES})
    stocked.sealed(service)
    return service


@pytest.fixture
def anna(service: Service, caller: Callable[..., Caller]) -> Caller:
    """Somebody who may read, in an instance where something happened."""
    found = caller("anna", "adviser", "compliance", "regulator", "operations", "admin")
    rules = stocked.ruled(service, {"rules.mandate": stocked.RULES})
    stocked.asked(service, rules, stocked.sealed(service))
    while worker.one(service):
        pass
    stocked.asked(service, rules, stocked.sealed(service))
    return found


def everywhere(anna: Caller) -> Iterator[str]:
    """What one can read: every list, and everything that a list names."""
    yield from ("/v1/log/checkpoint", "/v1/log/trust-card", "/v1/events?limit=1000", "/v1/log/tile/entries/000.p/2")
    for path in ("/v1/keys", "/v1/rulebooks", "/v1/snapshots", "/v1/proposals"):
        yield path
        said = anna("GET", path).json()
        for row in said if isinstance(said, list) else said["data"]:
            if path != "/v1/keys":
                yield f"{path}/{row['id']}"
            for more in {"/v1/rulebooks": ["rules"], "/v1/snapshots": ["document"]}.get(path, []):
                yield f"{path}/{row['id']}/{more}"


def answers(anna: Caller) -> dict[str, bytes]:
    return {path: anna("GET", path).content for path in everywhere(anna)}


def taken(to: Path, data: Path, url: str) -> Service:
    found = store(url)
    data.mkdir(mode=0o700, exist_ok=True)
    restore.imported(found, data, data / SIGNER, None, to)
    found.engine.dispose()
    return opened(Settings(data, url, workers=0))


@pytest.mark.parametrize("name", ["all.zip", "all"])
def test_it_is_the_same_instance(service: Service, anna: Caller, other: str, tmp_path: Path, name: str) -> None:
    before = answers(anna)
    about = export.exported(service.store, service.signer, tmp_path / name, key=True)
    there = taken(tmp_path / name, tmp_path / "there", other)
    with there.store.reading() as session:
        assert journal.size(session) == about.size
    again = tmp_path / f"again-{name}"
    assert export.exported(there.store, there.signer, again, key=True) == about
    if name.endswith(".zip"):
        assert again.read_bytes() == (tmp_path / name).read_bytes(), "equal contents, equal bytes"
    with TestClient(app(there)) as client:
        mine = Caller(client, anna.key)
        assert answers(mine) == before
        proposal = next(each for each in mine("GET", "/v1/proposals").json()["data"] if each["state"] == "proposed")
        (tmp_path / "b.zip").write_bytes(mine("GET", f"/v1/proposals/{proposal['id']}/bundle").content)
        (tmp_path / "card").write_bytes(mine("GET", "/v1/log/trust-card").content)
        assert examine(str(tmp_path / "b.zip"), trust_card(str(tmp_path / "card")))
    assert worker.one(there), "what waited goes on"
    there.store.engine.dispose()


def test_it_is_as_sha256sum_wants_it_and_nobody_elses(begun: Service, tmp_path: Path) -> None:
    export.exported(begun.store, begun.signer, tmp_path / "all")
    for line in (tmp_path / "all" / parcel.MANIFEST).read_text().splitlines():
        hashed, name = line.split("  ")
        assert hashlib.sha256((tmp_path / "all" / name).read_bytes()).hexdigest() == hashed
        assert stat.S_IMODE((tmp_path / "all" / name).stat().st_mode) == 0o600
    assert not (tmp_path / "all" / "signer" / signer.KEY).exists(), "a key goes where it was asked for"
    export.exported(begun.store, begun.signer, tmp_path / "all.zip")
    assert stat.S_IMODE((tmp_path / "all.zip").stat().st_mode) == 0o600
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        assert begun.signer.seed.hex().encode() not in b"".join(map(archive.read, archive.namelist()))


def test_the_key_is_moved_by_hand(begun: Service, other: str, tmp_path: Path) -> None:
    there = tmp_path / "there"
    export.exported(begun.store, begun.signer, tmp_path / "all.zip")
    with pytest.raises(CarryError, match="signing key is not here"):
        taken(tmp_path / "all.zip", there, other)
    (there / SIGNER / signer.KEY).write_text(f"{begun.signer.seed.hex()}\n")
    found = taken(tmp_path / "all.zip", there, other)
    assert signer.sealed(found.store, found.signer) == signer.sealed(begun.store, begun.signer)
    found.store.engine.dispose()


# --- what is refused ---------------------------------------------------------------------------


def changed(folder: Path, name: str, change: Callable[[bytes], bytes], *, honest: bool = True) -> None:
    """`honest`: with its hash in the manifest."""
    path, manifest = folder / name, folder / parcel.MANIFEST
    old = path.read_bytes()
    new = change(old)
    assert new != old
    path.write_bytes(new)
    if honest:
        hashes = [hashlib.sha256(each).hexdigest() for each in (old, new)]
        manifest.write_text(manifest.read_text().replace(*hashes))


def one_less(data: bytes) -> bytes:
    return b"".join(data.splitlines(keepends=True)[:-1])


def fewer_rows(folder: Path, table: str) -> None:
    changed(folder, f"tables/{table}.ndjson", one_less)
    about = json.loads((folder / "about.json").read_bytes())
    about["rows"][table] -= 1
    changed(folder, "about.json", lambda _: json.dumps(about).encode())


BROKEN: dict[str, Callable[[Path], None]] = {
    "not the file whose hash": lambda at: changed(at, "tables/credential.ndjson", one_less, honest=False),
    "says another number": lambda at: changed(at, "tables/credential.ndjson", one_less),
    "the log does not hold": lambda at: fewer_rows(at, "journal"),
    "has another hash": lambda at: changed(
        at, "tables/blob.ndjson", lambda d: d.replace(b'"content":"', b'"content":"AAAA')
    ),
    "a line that is no row": lambda at: changed(at, "tables/snapshot.ndjson", lambda d: b"{}\n" + one_less(d)),
    "a row that cannot be": lambda at: changed(
        at, "tables/snapshot.ndjson", lambda d: d.splitlines(keepends=True)[0] * 2
    ),
    "are not those of MANIFEST": lambda at: (at / "tables" / "more.ndjson").write_text("{}") and None,
    "of revision 9999": lambda at: changed(at, "about.json", lambda d: d.replace(b'"0001"', b'"9999"')),
    "and not `proofolio everything`": lambda at: changed(
        at, "about.json", lambda d: d.replace(b"everything", b"nothing")
    ),
    "its tables are not those": lambda at: changed(at, "about.json", lambda d: d.replace(b'"bytes"', b'"text"')),
    "is not the one of about.json": lambda at: changed(
        at, "about.json", lambda d: d.replace(b'"root": "', b'"root": "0')
    ),
    "not what it should be": lambda at: changed(at, "about.json", lambda d: d[:-9]),
}


@pytest.mark.parametrize("said", BROKEN)
def test_what_is_broken_is_refused_and_nothing_stays(begun: Service, other: str, tmp_path: Path, said: str) -> None:
    export.exported(begun.store, begun.signer, tmp_path / "all", key=True)
    whole = tmp_path / "whole"
    export.exported(begun.store, begun.signer, whole, key=True)
    BROKEN[said](tmp_path / "all")
    with pytest.raises((CarryError, ParcelError), match=said):
        taken(tmp_path / "all", tmp_path / "there", other)
    assert {each.name for each in (tmp_path / "there").rglob("*") if each.is_file()} <= {".lock"}
    taken(whole, tmp_path / "there", other).store.engine.dispose()


def test_an_instance_on_which_something_happened_is_refused(begun: Service, other: str, tmp_path: Path) -> None:
    export.exported(begun.store, begun.signer, tmp_path / "all.zip", key=True)
    there = opened(Settings(tmp_path / "there", other))
    before = (tmp_path / "there" / SIGNER / signer.KEY).read_text()
    with pytest.raises(CarryError, match="another signing key"):
        taken(tmp_path / "all.zip", tmp_path / "there", other)
    with pytest.raises(CarryError, match="something happened here already"):
        taken(tmp_path / "all.zip", tmp_path / "elsewhere", other)
    assert (tmp_path / "there" / SIGNER / signer.KEY).read_text() == before
    there.store.engine.dispose()


# --- whatever tables there are -----------------------------------------------------------------


@pytest.fixture
def more() -> Iterator[Table]:
    """A table that somebody adds, and a reference to another one."""
    table = Table(
        "more_of_a_test",
        SQLModel.metadata,
        Column("at", Integer, primary_key=True),
        Column("said", String, nullable=True),
    )
    yield table
    SQLModel.metadata.remove(table)


def test_a_table_that_is_added_is_carried(database: Store, more: Table) -> None:
    assert more.name in everything.tables()
    kinds = everything.kinds(more)
    assert kinds == {"at": "integer", "said": "text"}
    for row in ({"at": 1, "said": None}, {"at": -(2**40), "said": "ü\n\"\\\u2028'"}):
        assert everything.values(kinds, json.loads(everything.line(kinds, row))) == row
    float_one = Table("more_of_a_float", SQLModel.metadata, Column("x", Float, primary_key=True))
    with pytest.raises(CarryError, match=r"more_of_a_float\.x"):
        everything.kinds(float_one)
    SQLModel.metadata.remove(float_one)


def test_every_table_has_a_form_and_a_new_database_is_empty(database: Store) -> None:
    assert all(map(everything.kinds, everything.tables().values()))
    with database.writing() as session:
        assert restore.empty(session)


def test_the_verbs(
    begun: Service,
    other: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = str(tmp_path / "all.zip")
    monkeypatch.setenv("PROOFOLIO_DATA_DIR", str(begun.settings.data))
    monkeypatch.setenv("PROOFOLIO_DATABASE_URL", begun.settings.database)
    assert main(["export", "--everything", file, "--with-signer", "--json"]) == Exit.PASS
    exported = json.loads(capsys.readouterr().out)
    assert main(["export", "--everything", file]) == Exit.BAD_INPUT
    monkeypatch.setenv("PROOFOLIO_DATA_DIR", str(tmp_path / "there"))
    monkeypatch.setenv("PROOFOLIO_DATABASE_URL", other)
    assert main(["export", "--everything", str(tmp_path / "none")]) == Exit.BAD_INPUT
    assert main(["import", "--everything", str(tmp_path / "none")]) == Exit.BAD_INPUT
    assert main(["import", "--everything", __file__]) == Exit.BAD_INPUT
    capsys.readouterr()
    assert main(["import", "--everything", file, "--json"]) == Exit.PASS
    imported = json.loads(capsys.readouterr().out)
    assert imported == exported | {"answer": "imported"}
    assert main(["import", "--everything", file]) == Exit.BAD_INPUT
    assert "something happened here already" in capsys.readouterr().err
    assert main(["doctor"]) == Exit.PASS
