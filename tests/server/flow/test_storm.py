"""Everything at once on one PostgreSQL: a run, single proposals, decisions, changing facts, a waiver and a receiver
that fails now and then, while API and workers are killed and the database restarts. Nothing is lost or done twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from policy.ir.bind import bind_to
from policy.judge.eval import judge
from server import clock
from server.auth import credentials
from server.auth.roles import Role
from server.desk import headroom, ingest, loaded, standing
from server.desk.runs import State
from server.log import audit, journal
from server.ops import health
from server.ops.health import Instance
from server.running import Service, opened
from server.settings import Settings
from server.store.tables import Journal, Proposal, Told, Verdict, Webhook
from tests.server import stocked
from tests.server.firm import firm
from tests.server.flow.conftest import Server
from tests.server.flow.test_kills import WORKER, settled, state, until
from tests.server.processes import PLAIN, environment, serving
from tests.server.test_processes import children

RULES = stocked.RULES.replace("on breach block", 'on breach block, waiver by "CCO"')
FAILS = 20  # of so many requests the receiver fails one
ENDS_IN = {"proposed", "approved", "rejected", "superseded", "refused", "unchanged", "expired"}


@dataclass(frozen=True)
class Storm:
    """`kills`: what is killed when about so many results of the run are there."""

    households: int
    kills: tuple[tuple[int, str], ...]
    facts: int


SHORT = Storm(9, ((1, "api child"), (2, "worker child"), (3, "database"), (5, "workers")), 3)
FIERCE = Storm(
    100, ((10, "api child"), (20, "worker child"), (35, "database"), (50, "workers"), (60, "api"), (75, "database")), 30
)


@dataclass
class Receiver:
    """`got`: the numbers of the events that it took, in the order in which it did."""

    got: list[int] = field(default_factory=list)
    asked: Iterator[int] = field(default_factory=lambda: count(1))


@contextmanager
def receiving() -> Iterator[tuple[str, Receiver]]:
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            fails = next(kept.asked) % FAILS == 0
            if not fails:
                kept.got.append(body["index"])
            self.send_response(500 if fails else 204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", kept
    server.shutdown()
    server.server_close()


@dataclass
class Firm:
    """The API wherever it is just now, for callers who ask again, with the same key, until they are answered."""

    address: str
    keys: dict[str, str]
    calm: threading.Event = field(default_factory=threading.Event)
    number: Iterator[int] = field(default_factory=count)
    odd: list[str] = field(default_factory=list)

    def __call__(self, who: str, method: str, path: str, **more: Any) -> httpx.Response:
        once = {"Idempotency-Key": f"storm-{next(self.number)}", "Authorization": f"Bearer {self.keys[who]}"}
        headers = {**once, **more.pop("headers", {})}
        while True:
            try:
                found = httpx.request(method, self.address + path, headers=headers, timeout=30, verify=PLAIN, **more)
            except httpx.TransportError:
                time.sleep(0.2)
                continue
            if found.status_code == 500:
                self.odd.append(f"{method} {path}: {found.text}")
            if found.status_code < 500 and found.headers.get("retry-after") is None:
                return found
            time.sleep(0.3)


def test_all_at_once(server: Server, tmp_path: Path) -> None:
    storm(SHORT, server, tmp_path)


@pytest.mark.deep
def test_all_at_once_in_a_firm(server: Server, tmp_path: Path) -> None:
    storm(FIERCE, server, tmp_path)


def storm(which: Storm, server: Server, folder: Path) -> None:
    data = folder / "data"
    service = opened(Settings(data, server.url, workers=0))
    stocked.ruled(service, {"rules.mandate": RULES})
    stocked.sealed(service, firm(which.households))
    keys = {name: _key(service, name, *roles) for name, roles in PEOPLE.items()}
    with ExitStack() as ends:
        where, receiver = ends.enter_context(receiving())
        live = Live(ends, data, server)
        desk = Firm(live.address, keys)
        live.desk = desk
        assert desk("olga", "POST", "/v1/webhook-endpoints", json={"url": where}).status_code == 201
        name = str(desk("anna", "POST", "/v1/runs", json={}).json()["id"])
        pool = ends.enter_context(ThreadPoolExecutor(5))
        acts: Sequence[Callable[[], None]] = (
            lambda: _singly(desk, which.households),
            lambda: _decided(desk),
            lambda: _moved(desk, which.facts),
            lambda: _waived(desk),
        )
        done = [pool.submit(act) for act in acts]
        for at, what in which.kills:
            until(partial(_reached, service, name, at))
            live.kill(what)
        until(partial(_finished, service, name))
        desk.calm.set()
        for each in done:
            each.result(120)
        _hurried(service, lease=clock.now())
        until(lambda: _quiet(service))
    assert desk.odd == []
    whole(service, receiver)
    audited = audit.audited(service.store, service.signer, "a test", clock.now())[0]
    assert audited.findings == ()
    at = Instance(service.settings, service.store, service.signer, None)
    ill = [each for each in health.looked(at, health.WHOLE) if each.state is health.State.WRONG]
    assert ill == []
    service.store.engine.dispose()


# --- who acts ----------------------------------------------------------------------------------

PEOPLE = {
    "olga": (Role.OPERATIONS, Role.COMPLIANCE),
    "anna": (Role.ADVISER,),
    "berta": (Role.ADVISER, Role.COMPLIANCE),
}


def _key(service: Service, name: str, *roles: Role) -> str:
    with service.store.writing() as session:
        until_ = clock.text(datetime.now(UTC) + timedelta(hours=1))
        return credentials.made(session, name, frozenset(roles), None, clock.now(), until_)[1]


def _singly(desk: Firm, households: int) -> None:
    """Each proposal of these takes the place of one of the run, or is taken the place of."""
    for number in range(0, households, 3):
        made = desk("anna", "POST", "/v1/proposals", json={"household": f"h{number}"})
        assert made.status_code in (201, 202), made.text


def _decided(desk: Firm) -> None:
    """Every second one that waits is approved, every fifth rejected; the others are left."""
    turn = count()
    while not desk.calm.wait(0.2):
        for row in desk("berta", "GET", "/v1/proposals?limit=5").json()["data"]:
            number = next(turn)
            verb = "approval" if number % 2 == 0 else "rejection" if number % 5 == 0 else None
            if row["state"] == "proposed" and verb is not None:
                body = {} if verb == "approval" else {"reason": "not now"}
                headers = {"If-Match": f'"r{row["version"]}"'}
                said = desk("berta", "POST", f"/v1/proposals/{row['id']}/{verb}", json=body, headers=headers)
                assert said.status_code in (200, 409, 412), said.text


def _moved(desk: Firm, facts: int) -> None:
    for number in range(facts):
        price = {"instrument": "A", "day": "2026-01-30", "price": f"{(10, 31)[number % 2]}.00"}
        made = desk("olga", "POST", "/v1/facts", json={"prices": [price]})
        assert made.status_code == 201, made.text
        time.sleep(0.2)


def _waived(desk: Firm) -> None:
    today = datetime.now(UTC)
    terms = {"rule": "P-1", "account": "h0-trust", "level": "issuer", "group": "XA", "reason": "stock"}
    days = {"first": f"{today:%Y-%m-%d}", "last": f"{today + timedelta(days=30):%Y-%m-%d}"}
    body = {**terms, **days, "raises_to": "80% of net assets"}
    made = desk("anna", "POST", "/v1/waivers", json=body)
    assert made.status_code == 201, made.text
    name, tag = made.json()["id"], {"If-Match": made.headers["etag"]}
    given = desk("berta", "POST", f"/v1/waivers/{name}/grant", json={}, headers=tag)
    assert given.status_code == 200, given.text


# --- what is killed ----------------------------------------------------------------------------


@dataclass
class Live:
    ends: ExitStack
    data: Path
    server: Server
    desk: Firm | None = None

    def __post_init__(self) -> None:
        self._serve()
        self._work()

    def kill(self, what: str) -> None:
        match what:
            case "api child":
                os.kill(min(children(self.api.pid)), signal.SIGKILL)
            case "worker child":
                os.kill(min(children(self.workers.pid)), signal.SIGKILL)
            case "workers":
                self.workers.send_signal(signal.SIGKILL)
                self.workers.wait()
                self._work()
            case "api":
                self.api.send_signal(signal.SIGKILL)
                self.api.wait()
                self._serve()
            case "database":
                self.server.restart()
            case _:
                raise AssertionError(what)

    def _serve(self) -> None:
        more = {"PROOFOLIO_DATABASE_URL": self.server.url, "PROOFOLIO_WORKERS": "0"}
        served = self.ends.enter_context(serving(self.data, ("--processes", "2"), **more))
        self.api, self.address = served.process, served.address
        if self.desk is not None:
            self.desk.address = self.address

    def _work(self) -> None:
        known = environment(self.data, PROOFOLIO_DATABASE_URL=self.server.url)
        words = (*WORKER[: WORKER.index("--below")], "--number", "2")
        self.workers = subprocess.Popen(words, env=known, cwd=self.data.parent, stderr=subprocess.DEVNULL)
        self.ends.callback(self.workers.kill)


# --- what is true afterwards -------------------------------------------------------------------


def _reached(service: Service, name: str, at: int) -> bool:
    """Whether so many have a result; nobody knows while the database restarts."""
    try:
        return settled(service, name) >= at
    except OperationalError:
        return False


def _finished(service: Service, name: str) -> bool:
    try:
        return state(service, name) == State.FINISHED
    except OperationalError:
        return False


def _hurried(service: Service, **more: str) -> None:
    """The next try of a post, and the end of the lease of who was killed over one, are now."""
    with service.store.writing() as session:
        session.connection().execute(update(Webhook).values(due=clock.now(), **more))


def _quiet(service: Service) -> bool:
    """Nothing is left to be done: proposals, standing verdicts, posts."""
    _hurried(service)
    with service.store.reading() as session:
        queued = session.exec(select(Proposal.id).where(Proposal.state == "queued").limit(1)).first()
        cause = standing.next_cause(session, standing.reached(session).position)
        (hook,) = session.exec(select(Webhook)).all()
        return queued is None and cause is None and hook.reached == journal.size(session) - 1


def whole(service: Service, receiver: Receiver) -> None:
    with service.store.reading() as session:
        rows = session.exec(select(Journal).order_by(Journal.index)).all()
        found = session.exec(select(Proposal).order_by(Proposal.id)).all()
        (hook,) = session.exec(select(Webhook)).all()
        assert [row.index for row in rows] == list(range(journal.size(session)))
        streams: dict[str, list[str]] = {}
        for row in rows:
            assert row.seq == len(streams.setdefault(row.stream, []))
            streams[row.stream].append(row.type)
        for each in found:
            results = [type for type in streams[each.id] if type.removeprefix("proposal.") in RESULTS]
            assert len(results) == 1, (each, streams[each.id])
            assert each.state in ENDS_IN, each
            assert each.holder is None, each
        _holds(session, found)
        told = [row.type for row in rows if row.type in ("rulebook.in-force", "proposal.expired", "waiver.expired")]
        assert len(told) == len([1 for each in session.exec(select(Told)) if each.what in told])
    _current(service)
    first = list(dict.fromkeys(receiver.got))
    wanted = [row.index for row in rows if row.index > min(first) - 1]
    assert first == sorted(first)
    assert first == wanted, "every event, in order, once or more"
    assert hook.stopped is None


RESULTS = {"proposed", "unchanged", "refused", "failed"}


def _holds(session: Session, found: Sequence[Proposal]) -> None:
    """At most one of a household holds anything, and only what waits or was approved does."""
    newest = ingest.latest(session)
    assert newest is not None
    held = headroom.held(session, newest, clock.now())
    live = {each.id for each in found if each.state in ("proposed", "approved")}
    assert {each.proposal for each in held} <= live
    waiting = [each.household for each in held if each.state == "proposed"]
    assert len(waiting) == len(set(waiting))


def _current(service: Service) -> None:
    with service.store.reading() as session:
        at = standing.reached(session)
        stands = session.exec(select(Verdict).where(col(Verdict.until).is_(None)))
        kept = {row.obligation: row.outcome for row in stands}
        newest = ingest.latest(session)
        assert newest is not None
        assert at.snapshot == newest.id
    known = loaded.loaded(service, str(at.rulebook), str(at.snapshot))
    found = judge(bind_to(known.rules.library, known.facts.index), {}, standing=True).findings
    assert kept == {f.obligation.id: f.outcome.value for f in found if f.outcome.value != "pass"}
