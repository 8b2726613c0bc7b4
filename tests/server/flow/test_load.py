"""Two processes of the API and a worker under everything that a desk does at once: no fault, nobody waits for ever, and
every write that was answered is in the log as it was answered."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

import httpx
import pytest
from sqlmodel import select

from server import clock
from server.auth import credentials
from server.auth.roles import Role
from server.log import audit
from server.running import Service, opened
from server.settings import Settings
from server.store.tables import Journal
from tests.server import stocked
from tests.server.firm import firm
from tests.server.flow.test_kills import WORKER
from tests.server.flow.test_storm import RULES
from tests.server.processes import environment, serving

HOUSEHOLDS = 6
PATIENCE = 90  # seconds for an answer
WAIT = {"Prefer": "wait=2"}


@dataclass
class Desk:
    """`two` decides on what `one` asks for. `odd`: answers that should not have been; `receipts`: of what was written:
    number in the log, and leaf."""

    address: str
    keys: tuple[str, str]
    end: float
    number: Iterator[int] = field(default_factory=count)
    odd: list[str] = field(default_factory=list)
    receipts: list[tuple[int, str]] = field(default_factory=list)

    def __call__(self, client: httpx.Client, who: int, method: str, path: str, **more: Any) -> Any:
        """What was answered, where it is JSON."""
        headers = {"Authorization": f"Bearer {self.keys[who]}", "Idempotency-Key": f"load-{next(self.number)}"}
        try:
            found = client.request(method, self.address + path, headers=headers | more.pop("headers", {}), **more)
        except httpx.HTTPError as error:
            self.odd.append(f"{method} {path}: {error!r}")
            return {}
        if found.status_code >= 500 or found.status_code in (400, 401, 403, 422):
            self.odd.append(f"{method} {path}: {found.status_code} {found.text[:300]}")
        said = found.json() if "json" in found.headers.get("content-type", "") else {}
        if method != "GET" and found.status_code < 300 and said.get("log"):
            self.receipts.append((said["log"]["index"], said["log"]["leaf"]))
        return said if found.status_code < 300 else {}


Act = Callable[[Desk, httpx.Client, Random], None]


def reads(desk: Desk, client: httpx.Client, rng: Random) -> None:
    for path in ("proposals", "runs", "headroom", "verdicts", "log/checkpoint", "holds", "waivers", "rulebooks"):
        desk(client, 1, "GET", f"/v1/{path}")


def checks(desk: Desk, client: httpx.Client, rng: Random) -> None:
    home = f"h{rng.randrange(HOUSEHOLDS)}"
    order = {"account": f"{home}-trust", "side": "buy", "instrument": rng.choice("ABC"), "quantity": "3"}
    desk(client, 0, "POST", "/v1/checks", json={"household": home, "orders": [order]})


def proposes(desk: Desk, client: httpx.Client, rng: Random) -> None:
    desk(client, 0, "POST", "/v1/proposals", json={"household": f"h{rng.randrange(HOUSEHOLDS)}"}, headers=WAIT)


def decides(desk: Desk, client: httpx.Client, rng: Random) -> None:
    for row in desk(client, 1, "GET", "/v1/proposals?limit=5").get("data", ()):
        if row["state"] == "proposed":
            verb, body = rng.choice([("approval", {}), ("rejection", {"reason": "not now"})])
            tag = {"If-Match": f'"r{row["version"]}"'}
            desk(client, 1, "POST", f"/v1/proposals/{row['id']}/{verb}", json=body, headers=tag)


def facts(desk: Desk, client: httpx.Client, rng: Random) -> None:
    price = {"instrument": rng.choice("ABC"), "day": "2026-01-30", "price": f"{rng.randrange(8, 14)}.00"}
    desk(client, 0, "POST", "/v1/facts", json={"prices": [price]})


def uploads(desk: Desk, client: httpx.Client, rng: Random) -> None:
    desk(client, 0, "POST", "/v1/snapshots", json=firm(HOUSEHOLDS))
    desk(client, 0, "POST", "/v1/evidence", content=rng.randbytes(100_000))


def holds(desk: Desk, client: httpx.Client, rng: Random) -> None:
    made = desk(client, 0, "POST", "/v1/holds", json={"household": f"h{rng.randrange(HOUSEHOLDS)}", "reason": "x"})
    desk(client, 0, "DELETE", f"/v1/holds/{made['id']}") if made else None


def waives(desk: Desk, client: httpx.Client, rng: Random) -> None:
    days = [f"{datetime.now(UTC) + timedelta(days=ahead):%Y-%m-%d}" for ahead in (0, 30)]
    terms = {"rule": "P-1", "account": f"h{rng.randrange(HOUSEHOLDS)}-trust", "reason": "stock"}
    made = desk(client, 0, "POST", "/v1/waivers", json={**terms, "first": days[0], "last": days[1]})
    if made:
        desk(client, 1, "POST", f"/v1/waivers/{made['id']}/grant", json={}, headers={"If-Match": '"r1"'})
        desk(client, 1, "DELETE", f"/v1/waivers/{made['id']}")


def follows(desk: Desk, client: httpx.Client, rng: Random) -> None:
    """The feed, by waiting for more."""
    after = -1
    while monotonic() < desk.end:
        page = desk(client, 1, "GET", f"/v1/events?after={after}&limit=1000", headers=WAIT)
        numbers = [each["index"] for each in page.get("events", ())]
        if numbers != sorted(set(numbers)) or min(numbers, default=after + 1) <= after:
            desk.odd.append(f"the feed after {after}: {numbers}")
        after = page.get("after", after)


def streams(desk: Desk, client: httpx.Client, rng: Random) -> None:
    headers, last = {"Authorization": f"Bearer {desk.keys[1]}"}, -1
    with client.stream("GET", f"{desk.address}/v1/events/stream", headers=headers) as lines:
        for line in lines.iter_lines():
            if line.startswith("id:"):
                if int(line[3:]) < last:
                    desk.odd.append(f"the stream after {last}: {line}")
                last = int(line[3:])
            if monotonic() > desk.end:
                return


ACTS: tuple[tuple[Act, int], ...] = (
    (reads, 2), (checks, 2), (proposes, 3), (decides, 2), (facts, 4), (uploads, 1), (holds, 2), (waives, 3),
    (follows, 2), (streams, 1),
)  # fmt: skip
"""Each by so many at once."""


@pytest.mark.parametrize("seconds", [4, pytest.param(60, marks=pytest.mark.deep)])
def test_everything_at_once(url: str, tmp_path: Path, seconds: int) -> None:
    data = tmp_path / "data"
    service = opened(Settings(data, url, workers=0))
    stocked.ruled(service, {"rules.mandate": RULES})
    stocked.sealed(service, firm(HOUSEHOLDS))
    keys = (_key(service, "one"), _key(service, "two"))
    known = environment(data, PROOFOLIO_DATABASE_URL=url)
    with serving(data, ("--processes", "2"), PROOFOLIO_DATABASE_URL=url, PROOFOLIO_WORKERS="1") as served:
        worker = subprocess.Popen((*WORKER[:4], "--below", str(os.getpid())), env=known, stderr=subprocess.DEVNULL)
        try:
            desk = Desk(served.address, keys, monotonic() + seconds)
            _pressed(desk)
        finally:
            worker.kill()
            worker.wait()
        faults = [line for line in served.log.read_text().splitlines() if '"level": "error"' in line]
    assert desk.odd == []
    assert faults == []
    with service.store.reading() as session:
        leaves = {row.index: row.leaf.hex() for row in session.exec(select(Journal))}
    assert [(index, leaf) for index, leaf in desk.receipts if leaves.get(index) != leaf] == []
    assert len(desk.receipts) > 5
    assert audit.audited(service.store, service.signer, "a test", clock.now())[0].findings == ()
    service.store.engine.dispose()


def _pressed(desk: Desk) -> None:
    def work(act: Act, seed: int) -> None:
        rng = Random(seed)
        with httpx.Client(timeout=PATIENCE) as client:
            while monotonic() < desk.end:
                act(desk, client, rng)

    with ThreadPoolExecutor(sum(number for _, number in ACTS)) as pool:
        done = [pool.submit(work, act, seed) for act, number in ACTS for seed in range(number)]
        for each in done:
            each.result()


def _key(service: Service, name: str) -> str:
    with service.store.writing() as session:
        until = clock.text(datetime.now(UTC) + timedelta(hours=1))
        return credentials.made(session, name, frozenset(Role), None, clock.now(), until)[1]
