"""Two services that differ in a secret list only give an adviser the same answers, byte for byte, over HTTP.

The names of what was made, and instants, are not compared; everything else is: bodies, statuses, headers, the feed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from httpx import Response
from litestar.testing import TestClient

from policy.book import wire
from policy.book.document import document as book_document
from policy.book.facts import Book
from policy.canonical import digest, encode
from policy.judge.redact import NOT_PERMITTED
from policy.proof.archive import unpacked
from server.auth.roles import Role
from server.desk import manifest
from server.running import Service, first_key, opened
from server.settings import Settings
from tests.server import stocked
from tests.server.api.conftest import Caller, answering
from tests.server.cli.test_visibility import BOOK, CURE, hidden

LIST = """
list {name} "Project {name}"
  kind restricted
  source "Secret memorandum" section "9"
  applies to firm
  {covers}
  effective from {since} until lifted
  forbid {verbs}
  on breach block
  visible to "control room"
end
"""
VARYING = re.compile(
    r"(?:prop|rb|snap|key|req|evt|run)_[0-9a-v]+|\d{4}-\d\d-\d\dT[\d:.]+Z|[0-9a-f]{64}|\"(?:index|after|seq)\":\d+"
    r"|\+[0-9a-f]{8}\+[A-Za-z0-9+/]{40,}=*"
)
"""Ids, instants, hashes of these, keys, and numbers in a log in which compliance does what an adviser does not see."""
CODED = re.compile(r"[A-Za-z0-9+/]{40,}={0,2}")
NUMBER = count()


def secret(name: str, *covers: str, verbs: str = "buy, sell", since: str = "2026-01-02") -> str:
    entries = ", ".join(f'security "{each}"' for each in covers)
    return LIST.format(name=name, covers=f"covers {entries}", verbs=verbs, since=since)


IDLE = (
    secret("FALCON", "D"),
    secret("HERON", "D", "E", "F", since="2025-07-01", verbs="buy"),
    secret("KITE", "E") + secret("OWL", "F"),
    hidden("require cash >= 5% of net assets"),
    hidden("limit each issuer to at most 99% of net assets"),
)
"""What stops nothing that is asked below."""

STOPPING = (
    secret("FALCON", "A"),
    secret("HERON", "A", "D", "F", verbs="buy"),
    secret("KITE", "A") + secret("OWL", "A", "E"),
    hidden("require cash >= 29.99% of net assets"),
    hidden("limit each issuer to at most 30.01% of net assets"),
)
"""What stops every purchase of A, by whatever rule, limit or list."""

MARKET = {
    **BOOK,
    "issuers": [{"id": f"X{n}", "name": f"Issuer {n}"} for n in "ABCDEF"],
    "instruments": [{"id": n, "name": f"Share {n}", "issuer": f"X{n}", "currency": "USD"} for n in "ABCDEF"],
    "prices": [{"instrument": n, "day": "2026-01-30", "price": "10.00"} for n in "ABCDEF"],
}


class World:
    """A service of its own, and an adviser in it."""

    def __init__(self, service: Service, client: TestClient[Any], snapshot: str) -> None:
        self.service, self.client, self.snapshot = service, client, snapshot
        first = Caller(client, first_key(service.settings).read_text().strip())
        self.admin = Caller(client, made(first, "ada", Role.ADMIN))
        self.adviser = Caller(client, made(self.admin, "anna", Role.ADVISER))
        self.room = Caller(client, made(self.admin, "roy", Role.CONTROL_ROOM, Role.TRADER))


@contextmanager
def world(folder: Path, *secrets: str, book: Any = MARKET, **settings: Any) -> Iterator[World]:
    """`secrets`: each in a file of its own."""
    data = folder / f"world{next(NUMBER)}"
    service = opened(Settings(data, f"sqlite:///{data / 'x.sqlite'}", origin="example.org/log", **settings))
    kept = {f"secret{n or ''}.mandate": text for n, text in enumerate(secrets)}
    try:
        stocked.ruled(service, {"rules.mandate": stocked.RULES, **kept})
        snapshot = stocked.sealed(service, book)
        with answering(service) as client:
            yield World(service, client, snapshot)
    finally:
        service.store.engine.dispose()


def made(by: Caller, name: str, *roles: Role) -> str:
    return str(by("POST", "/v1/keys", json={"principal": name, "roles": list(roles)}).json()["key"])


def order(instrument: str, quantity: int, side: str = "buy") -> dict[str, str]:
    return {"account": "trust", "instrument": instrument, "side": side, "quantity": str(quantity)}


def told(found: Response) -> tuple[int, str, str]:
    """Status, headers and body, without what varies anyhow."""
    plain = {name: value for name, value in found.headers.items() if name not in ("x-request-id", "date")}
    text = found.text
    if plain.get("content-type") == "application/zip":
        text = bundled(found.content)
        del plain["content-length"]  # of what is packed, in which hashes vary
    return found.status_code, VARYING.sub("*", json.dumps(plain, sort_keys=True)), VARYING.sub("*", text)


def bundled(data: bytes) -> str:
    """The files of a bundle, each as long as it is, without signatures and hashes in base64."""
    files = unpacked(data)
    return "".join(f"{path} {len(files[path])}\n{CODED.sub('*', files[path].decode())}" for path in sorted(files))


def journey(world: World) -> list[tuple[int, str, str]]:
    """Everything that an adviser can ask, in order."""
    anna = world.adviser
    found = [anna("POST", "/v1/checks", json={"everything": True})]
    for orders in ([order("A", 10)], [order("A", 10), order("B", 5, "sell")], [order("B", 10)]):
        for more in ({}, {"everything": True, "instead": True}):
            found.append(anna("POST", "/v1/checks", json={"orders": orders, **more}))
    asked = anna("POST", "/v1/proposals", json={"intent": {}}, headers={"Prefer": "wait=60"})
    place = asked.headers["location"]
    found += [asked, anna("GET", place), anna("GET", "/v1/proposals"), anna("GET", f"{place}/bundle")]
    found += [anna("GET", f"/v1/snapshots/{world.snapshot}"), anna("GET", f"/v1/snapshots/{world.snapshot}/document")]
    books = anna("GET", "/v1/rulebooks")
    name = books.json()["data"][0]["id"]
    found += [books, anna("GET", f"/v1/rulebooks/{name}"), anna("GET", f"/v1/rulebooks/{name}/rules")]
    feed = anna("GET", "/v1/events")
    found += [feed, *(anna("GET", f"/v1/log/entries/{each['leaf']}") for each in feed.json()["events"])]
    return [told(each) for each in found]


def one(journeys: list[list[tuple[int, str, str]]]) -> list[tuple[int, str, str]]:
    """What all of them are, with no word of a secret in it."""
    for other in journeys[1:]:
        for mine, theirs in zip(journeys[0], other, strict=True):
            assert mine == theirs
    words = ("H-7", "ecret", "control room", "FALCON", "HERON", "KITE", "OWL", "impossible", "infeasible")
    for _, headers, body in journeys[0]:
        assert not [word for word in words if word in headers + body], body
    return journeys[0]


def walked(folder: Path, secrets: Iterable[tuple[str, ...]]) -> list[tuple[int, str, str]]:
    """`secrets`: of each world, a file each."""
    found = []
    for each in secrets:
        with world(folder, *each) as there:
            found.append(journey(there))
    return one(found)


def test_a_list_that_stops_nothing_is_not_noticed(tmp_path: Path) -> None:
    found = walked(tmp_path, [(each,) for each in IDLE])
    assert {status for status, _, _ in found} <= {200, 201, 404}
    assert not [body for _, _, body in found if NOT_PERMITTED in body]


CURED = (
    (hidden("require cash >= 101% of net assets", passive=CURE),),
    (hidden("require cash >= 120% of net assets", passive=CURE),),
    (
        hidden("limit each issuer to at most 0.001% of net assets", passive=CURE),
        hidden("require cash <= 1% of net assets", passive=CURE).replace("H-7", "H-8"),
    ),
)
"""What lets no orders through at all, provably, in one file and in two."""


def test_whatever_refuses_orders_is_one_neutral_answer(tmp_path: Path) -> None:
    found = walked(tmp_path, CURED)
    assert [body for _, _, body in found if '"answer":"not permitted"' in body]


def test_a_check_that_is_stopped_is_one_neutral_answer(tmp_path: Path) -> None:
    """Whichever rule, limit or list it is; and nothing is said of how much would pass, nor of how near it was."""
    said = []
    for each in STOPPING:
        with world(tmp_path, each) as there:
            asked = [
                {"orders": [order("A", 10)]},
                {"orders": [order("A", 10)], "everything": True, "instead": True},
                {"orders": [order("A", 10), order("B", 5)]},
            ]
            said.append([told(there.adviser("POST", "/v1/checks", json=body)) for body in asked])
    found = one(said)
    assert all(NOT_PERMITTED in body and status == 200 for status, _, body in found)


WHOLE = [{"of": "list", "id": "FALCON", "since": "2020-01-01"}]
LISTED = [{"list": "FALCON", "kind": "security", "subject": "D", "start": "2026-01-02", "derivatives": False}]


def test_entries_of_a_secret_list_in_the_book_are_not_read(tmp_path: Path) -> None:
    """The list is in the rules, its entries are in the book, which everybody reads but for them."""
    rules = LIST.format(name="FALCON", covers="", verbs="buy", since="2026-01-02")
    entries = ([], LISTED, [{**LISTED[0], "subject": n} for n in "DEF"])
    found = []
    for each in entries:
        with world(tmp_path, rules, book={**MARKET, "lists": each, "complete": WHOLE}) as there:
            found.append(journey(there))
            document = there.room("GET", f"/v1/snapshots/{there.snapshot}/document")
            assert document.status_code == 200
    one(found)


def test_no_hash_confirms_a_guess_of_what_a_list_says(tmp_path: Path) -> None:
    """Whoever knows everything else in the book, and guesses right, has no hash to hold the guess against."""
    rules = LIST.format(name="FALCON", covers="", verbs="buy", since="2026-01-02")
    known = {**MARKET, "lists": LISTED, "complete": WHOLE}
    with world(tmp_path, rules, book=known) as there:
        heard = json.dumps(bodies(there.adviser, there.snapshot))
        document = there.room("GET", f"/v1/snapshots/{there.snapshot}/document").content
    guess = wire.from_json(json.dumps(known))
    assert isinstance(guess, Book)
    made, contents = manifest.of(guess)
    hashes = {digest(each) for each in (manifest.written(made), encode(book_document(guess)), *contents)}
    assert digest(document) in heard
    assert not [each for each in hashes if each in heard]


def bodies(anna: Caller, snapshot: str) -> list[str]:
    """All in which the data is named."""
    made = anna("POST", "/v1/proposals", json={"intent": {}}, headers={"Prefer": "wait=60"})
    feed = anna("GET", "/v1/events")
    leaves = [each["leaf"] for each in feed.json()["events"]]
    found = [made, feed, anna("POST", "/v1/checks", json={}), anna("GET", f"/v1/snapshots/{snapshot}")]
    found += [anna("GET", f"/v1/log/entries/{leaf}") for leaf in leaves]
    return [*(each.text for each in found), bundled(anna("GET", f"{made.headers['location']}/bundle").content)]
