"""Every route that writes: done once however often it is asked for, by the version that was read, to what is one's own,
with a key that still stands, and whatever its body holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from httpx import Response
from sqlmodel import select

from server import clock
from server.api.once import SAFE
from server.api.routes import operation_id, routes
from server.log.types import TYPES
from server.store.tables import Journal
from tests.server.api.deeds import DEEDS, FIRMS, Deed, World, world
from tests.server.api.losing import losing

pytestmark = pytest.mark.both

HOSTILE: tuple[Any, ...] = (
    None, True, 0, -1, 10**400, 1.5, 1e300, [], [[]], {}, {"": None}, "", "\0", "\ud800", "\udfff\ud800", "a" * 100_000,
    "../../etc/passwd", "/", "\\..\\", "\u202e", "NaN", "1e999999999", "9" * 4000, "%00", "' OR 1=1 --",
)  # fmt: skip
IDS = (
    "%00",
    "..%2f..%2fkeys",
    "%2e%2e",
    "'%20OR%201=1--",
    "%F0%9F%92%A9",
    "%ED%A0%80",
    "9" * 400,
    "a" * 5000,
    "*",
    "_",
)
BODIES = (b"", b"{", b"null", b"[]", b'"x"', b"1", b"\xff", b'{"a":1,"a":2}', b"[" * 100_000, b'{"\\ud800":1}')


@pytest.fixture
def firm(url: str, tmp_path: Path) -> Iterator[World]:
    with world(url, tmp_path) as found:
        yield found


def test_every_route_that_writes_is_tried(firm: World) -> None:
    writes = {
        operation_id(handler, method, [])
        for _, method, handler in routes(firm.served)
        if method != "get" and not handler.opt.get(SAFE)
    }
    assert writes == set(DEEDS)


def test_each_withstands_all_of_it(firm: World) -> None:
    opts = {operation_id(handler, method, []): handler.opt for _, method, handler in routes(firm.served)}
    wrong: list[tuple[object, ...]] = []
    for name, made in DEEDS.items():
        deed = made(firm)
        if "if-match-needed" in opts[name].get("problems", ()):
            wrong += ((name, *each) for each in _by_version(firm, deed))
        if name not in FIRMS:
            wrong += ((name, *each) for each in _to_others(firm, deed, "{" in _path(firm, name)))
        wrong += ((name, *each) for each in _without_key(firm, deed))
        wrong += ((name, *each) for each in (_once if deed.method == "POST" else _ended)(firm, deed))
        wrong += ((name, *each) for each in _withstood(firm, deed, "{" in _path(firm, name)))
    wrong += _told(firm)
    assert wrong == [], "\n".join(map(str, wrong))


def _told(firm: World) -> Iterator[tuple[object, ...]]:
    """Events with members that docs/events.md does not have."""
    with firm.service.store.reading() as session:
        for type, data in session.exec(select(Journal.type, Journal.data).where(Journal.salt.is_not(None))):
            if not set(json.loads(data)) <= set(TYPES[type].members):
                yield "told", type, data


def _path(firm: World, name: str) -> str:
    return next(path for path, method, handler in routes(firm.served) if operation_id(handler, method, []) == name)


def _code(found: Response) -> object:
    problem = found.headers.get("content-type") == "application/problem+json"
    return found.json()["code"] if problem else found.status_code


def _unwritten(firm: World, what: str, deed: Deed, *wanted: object, **more: Any) -> Iterator[tuple[object, ...]]:
    """That it is refused so, and nothing is in the journal for it."""
    before = firm.size()
    found = deed(more.pop("by", firm.two), **more)
    if _code(found) not in wanted or firm.size() != before:
        yield what, found.status_code, found.text[:300], firm.size() - before


def _by_version(firm: World, deed: Deed) -> Iterator[tuple[object, ...]]:
    yield from _unwritten(firm, "no version", deed, "if-match-needed", headers={})
    for tag in ('"r9"', 'W/"r1"', "r1", "*", '"r1", "r2"', ""):
        yield from _unwritten(firm, f"version {tag}", deed, "version-old", headers={"If-Match": tag})


def _to_others(firm: World, deed: Deed, named: bool) -> Iterator[tuple[object, ...]]:
    """To whoever sees other households only, as if it were not there: the very words but for the id."""
    if not named:
        return
    *_, last = (part for part in deed.path.split("/") if "_" in part)
    nothing = f"{last.partition('_')[0]}_{'0' * len(last.partition('_')[2])}"
    before = firm.size()
    found = [deed(firm.stranger), deed(firm.stranger, path=deed.path.replace(last, nothing))]
    said = [json.dumps(each.json() | {"request_id": ""}).replace(last, nothing) for each in found]
    if _code(found[0]) != "not-found" or said[0] != said[1] or firm.size() != before:
        yield "to others", said, firm.size() - before


def _without_key(firm: World, deed: Deed) -> Iterator[tuple[object, ...]]:
    for how in ("ended", "expires"):
        with losing(firm.service, **{how: clock.now()}):
            yield from _unwritten(firm, f"a key that {how}", deed, "credentials-missing")


def _once(firm: World, deed: Deed) -> Iterator[tuple[object, ...]]:
    """At the same instant, again, and with another body."""
    key, barrier = f"once {deed.path}", Barrier(2)

    def act(_: int) -> Response:
        barrier.wait()
        return deed(firm.two, once=key)

    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(act, range(2)))
    size = firm.size()
    again = deed(firm.two, once=key)
    done = [each for each in both if each.status_code < 300]
    codes = {_code(each) for each in both if each.status_code >= 300}
    if not done or codes - {"idempotency-in-progress"} or again.headers.get("idempotency-replayed") != "true":
        yield "at once", [each.text[:200] for each in (*both, again)]
    first = next((each for each in done if "idempotency-replayed" not in each.headers), None)
    kept = [each for each in (*done, again) if "idempotency-replayed" in each.headers]
    if first is None or any(_plain(each) != _plain(first) for each in kept):
        yield "another answer", [each.text[:300] for each in (*both, again)]
    if firm.size() != size:
        yield "written twice", firm.size() - size
    other = b"another" if isinstance(deed.body, bytes) else _text(deed.body) + b" "
    found = deed(firm.two, once=key, body=other)
    if _code(found) != "idempotency-key-reused" or firm.size() != size:
        yield "another body", found.text[:300]


def _plain(found: Response) -> tuple[int, Any]:
    """Without a secret, which is shown once."""
    said = found.json()
    return found.status_code, {name: value for name, value in said.items() if name not in ("key", "secret")}


def _ended(firm: World, deed: Deed) -> Iterator[tuple[object, ...]]:
    """By two at the same instant, and again: one write, and no fault."""
    before, barrier = firm.size(), Barrier(2)

    def act(_: int) -> Response:
        barrier.wait()
        return deed(firm.two)

    with ThreadPoolExecutor(2) as pool:
        found = [*pool.map(act, range(2)), deed(firm.two)]
    receipts = {json.dumps(each.json()["log"]) for each in found if each.status_code == 200 and each.json().get("log")}
    if any(each.status_code not in (200, 404, 409) for each in found) or len(receipts) > 1 or firm.size() == before:
        yield "ended", [each.text[:300] for each in found], receipts


def _withstood(firm: World, deed: Deed, named: bool) -> Iterator[tuple[object, ...]]:
    tries = [("body", {"body": body}) for body in BODIES]
    if isinstance(deed.body, dict):
        tries += [("member", {"body": _text({**deed.body, at: each})}) for at in deed.body for each in HOSTILE]
    if deed.method != "POST":
        tries = []
    if named:
        *_, last = (part for part in deed.path.split("/") if "_" in part or part == "L")
        tries += [("path", {"path": deed.path.replace(last, each)}) for each in IDS]
    for what, more in tries:
        found = deed(firm.two, **more)
        if found.status_code >= 500 or (found.status_code >= 400 and not found.json().get("code")):
            yield what, str(more)[:120], found.status_code, found.text[:200]


def _text(body: Any) -> bytes:
    return json.dumps(body).encode()
