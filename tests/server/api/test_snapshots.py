"""Snapshots: a book is read strictly, sealed in its canonical form, and handed back byte for byte."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from policy import canonical
from policy.book import wire
from policy.book.document import document
from policy.book.facts import Book
from policy.proof.entry import Kind, entry
from server.auth.roles import Role
from server.cli import given
from server.desk import ingest, loaded
from server.log import journal
from server.running import Service
from tests.server import stocked
from tests.server.api.conftest import Caller
from tests.server.api.texts import book, text
from tests.shape.source import ROOT

WHITFIELD = ROOT / "server" / "demo" / "whitfield"
Makes = Callable[..., Caller]
ZIPPED = {"Content-Type": "application/zip"}


def test_what_was_sealed_is_the_canonical_document(service: Service, olga: Caller) -> None:
    made = olga("POST", "/v1/snapshots?source=custodian", json=book())
    said = made.json()
    assert (made.status_code, made.headers["location"]) == (201, f"/v1/snapshots/{said['id']}")
    assert (said["source"], said["as_of"], said["known_at"]) == ("custodian", "2026-01-30", "2026-01-30")
    assert {name: said["counts"][name] for name in ("accounts", "lots", "prices")} == {
        "accounts": 1,
        "lots": 3,
        "prices": 4,
    }
    got = olga("GET", f"/v1/snapshots/{said['id']}/document")
    assert canonical.digest(got.content) == got.headers["etag"].strip('"')
    known = wire.from_json(text(book()).decode())
    assert isinstance(known, Book)
    assert got.content == canonical.encode(document(known))
    assert olga("GET", f"/v1/snapshots/{said['id']}").json() == {**said, "log": None}
    facts = loaded.facts_of(service, said["id"])
    assert facts is not None
    assert facts.index.book == wire.from_json(got.text)
    with service.store.reading() as session:
        entries = [entry(each) for each in journal.entries(session, 0, 99)]
        newest = ingest.latest(session)
    assert newest is not None
    assert newest.id == said["id"]
    assert [each.snapshot for each in entries if each.kind is Kind.SNAPSHOT] == [said["manifest"]]


def test_every_problem_has_its_pointer(olga: Caller) -> None:
    wrong = book(prices=[{"instrument": "Z", "day": "2026-01-30", "price": "1,5"}, {"instrument": "A"}], more=1)
    refused = olga("POST", "/v1/snapshots", json=wrong)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    pointers = {each["pointer"] for each in refused.json()["errors"]}
    assert {"/more", "/prices/0/price", "/prices/1/day"} <= pointers
    assert olga("GET", "/v1/snapshots").json() == {"data": [], "next": None}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"\xff",
        b'{"as_of": 1}',
        b'{"as_of": "2026-01-30", "as_of": "2026-01-30"}',
        b'{"as_of": "\\ud800"}',
        text(book(as_of="2026-02-30")),
        text(book(currency="€")),
        text(book(facts={"é": "1"})),
        text(book(prices=[{"instrument": "A", "day": "2026-01-30", "price": "9" * 5000}])),
        text(book(prices=[{"instrument": "A", "day": "2026-01-30", "price": "1e999999999"}])),
        text(book(prices={"A": 1})),
        text(book()).replace(b'"300"', b"9" * 5000),
        text(book()).replace(b'"300"', b"1e400"),
        text(book()).replace(b'"300"', b"[" * 100_000),
        text(book()).replace(b'"300"', b"[" * 100_000 + b"]" * 100_000),
    ],
)
def test_an_odd_body_is_a_clear_problem(olga: Caller, body: bytes) -> None:
    refused = olga("POST", "/v1/snapshots", content=body)
    assert refused.status_code in (400, 422), refused.text
    assert refused.json()["errors"] or refused.json()["code"] == "malformed-json"


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def csv(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.csv"))}


def test_a_zip_of_csv_files_is_the_same_book(olga: Caller) -> None:
    made = olga("POST", "/v1/snapshots", content=zipped(csv(WHITFIELD)), headers=ZIPPED)
    assert made.status_code == 201, made.text
    got = olga("GET", f"/v1/snapshots/{made.json()['id']}/document")
    assert stocked.bare(got.content) == canonical.encode(document(given.book(str(WHITFIELD))))
    assert {len(found["salt"]) for found in (got.json(), *got.json()["households"])} == {64}


@pytest.mark.parametrize(
    "files",
    [
        {"../book.csv": b""},
        {"book.csv": b"\xff"},
        {"book.csv": b"as_of,currency\n2026-01-30,USD\n"},
        {"prices.csv": b"0" * (200 * 2**20)},
        {f"{number}.csv": b"" for number in range(10_001)},
    ],
    ids=["climbs", "bytes", "incomplete", "bomb", "many"],
)
def test_a_zip_that_is_no_book_is_refused(olga: Caller, files: dict[str, bytes]) -> None:
    refused = olga("POST", "/v1/snapshots", content=zipped(files), headers=ZIPPED)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert refused.json()["errors"]


def test_no_zip_at_all_is_refused(olga: Caller) -> None:
    assert olga("POST", "/v1/snapshots", content=text(book()), headers=ZIPPED).json()["code"] == "invalid"


def test_the_list_is_newest_first_and_documents_are_not_for_all(olga: Caller, caller: Makes) -> None:
    names = [olga("POST", "/v1/snapshots", json=book(as_of=f"2026-02-0{day}")).json()["id"] for day in (1, 2, 3)]
    first = olga("GET", "/v1/snapshots?limit=2").json()
    rest = olga("GET", f"/v1/snapshots?limit=2&cursor={first['next']}").json()
    assert sorted(each["id"] for page in (first, rest) for each in page["data"]) == sorted(names)
    assert rest["next"] is None
    only = caller("eve", Role.ADVISER, households=["H"])
    assert only("GET", f"/v1/snapshots/{names[0]}/document").status_code == 404
    assert only("POST", "/v1/snapshots", json=book()).json()["code"] == "role-not-allowed"
    assert olga("GET", "/v1/snapshots/snap_none").json()["code"] == "not-found"
    assert olga("GET", "/v1/snapshots/snap_none/document").json()["code"] == "not-found"
    assert olga("POST", f"/v1/snapshots?source={'x' * 201}", json=book()).json()["code"] == "bad-parameter"
