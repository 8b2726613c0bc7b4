"""SIGTERM under load: what was begun is answered, a stream ends whole, and what a worker had in hand is not lost."""

from __future__ import annotations

import signal
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

import httpx
from sqlmodel import select

from server.flow import executors
from server.running import opened
from server.settings import Settings
from server.store.tables import Executor
from tests.server import stocked
from tests.server.processes import ENDS, Served, serving

DONE = {"proposed", "superseded"}  # of many about one snapshot the newest waits
WAITING = 3  # proposals
TOGETHER = 30  # answers before the end begins


def followed(served: Served, key: str, open_: Event) -> int:
    """How many lines a stream had when it ended; an error where it was torn off."""
    number = 0
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.stream("GET", f"{served.address}/v1/events/stream", headers=headers, timeout=ENDS) as found:
        assert found.status_code == 200
        for _ in found.iter_lines():
            number += 1
            open_.set()
    return number


def asked(served: Served, key: str, answers: list[str], ends: Event) -> int:
    """Asks until nobody listens any more, and how often an answer was torn off."""
    while True:
        try:
            made = served(key, "POST", "/v1/keys", json={"principal": "eve", "roles": ["trader"]}, timeout=ENDS)
        except httpx.ConnectError:
            return 0
        except httpx.TransportError:
            return 1
        assert made.status_code == 201, made.text
        answers.append(made.json()["id"])
        if len(answers) >= TOGETHER:
            ends.set()


def test_what_was_begun_is_answered_and_the_rest_goes_on_after_the_next_start(tmp_path: Path, url: str) -> None:
    data = tmp_path / "data"
    service = opened(Settings(data, url, workers=0))
    rules = stocked.ruled(service, {"rules.mandate": stocked.RULES})
    names = [stocked.asked(service, rules, stocked.sealed(service)) for _ in range(WAITING)]
    service.store.engine.dispose()
    first, answers, ends, open_ = (data / "first-admin-key").read_text().strip(), list[str](), Event(), Event()
    with serving(data, PROOFOLIO_DATABASE_URL=url, PROOFOLIO_WORKERS="1") as served:
        roles = ["admin", "compliance", "adviser"]
        key = served(first, "POST", "/v1/keys", json={"principal": "ada", "roles": roles}).json()["key"]
        with ThreadPoolExecutor(4) as pool:
            stream = pool.submit(followed, served, key, open_)
            assert open_.wait(ENDS)
            posts = [pool.submit(asked, served, key, answers, ends) for _ in range(3)]
            assert ends.wait(ENDS * 2)
            assert served.end() in (0, -signal.SIGTERM)
            assert stream.result(ENDS) > 0
            torn = sum(each.result(ENDS) for each in posts)
        log = served.log.read_text()
    assert "Traceback" not in log
    assert '"fault"' not in log
    with serving(data, PROOFOLIO_DATABASE_URL=url, PROOFOLIO_WORKERS="1") as served:
        kept = {each["id"] for each in served(key, "GET", "/v1/keys").json()["data"] if each["principal"] == "eve"}
        assert set(answers) <= kept
        assert len(kept) - len(answers) <= torn, "what was written was answered, unless the line was torn"
        until = monotonic() + ENDS * 2
        while any(served(key, "GET", f"/v1/proposals/{name}").json()["state"] not in DONE for name in names):
            assert monotonic() < until
            sleep(0.2)
        assert served(None, "GET", "/v1/health/ready").json()["answer"] == "ready"


def test_who_ends_leads_no_longer_and_has_sent_what_it_measured(tmp_path: Path, url: str) -> None:
    """A signal ends the server, and not the process before it has said so."""
    data, posts = tmp_path / "data", list[str]()

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            posts.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    collector = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    Thread(target=collector.serve_forever, daemon=True).start()
    where = f"http://127.0.0.1:{collector.server_port}"
    with serving(data, PROOFOLIO_DATABASE_URL=url, PROOFOLIO_WORKERS="1", OTEL_EXPORTER_OTLP_ENDPOINT=where) as served:
        assert served(None, "GET", "/v1/health/live").status_code == 200
        assert served.end() == 0
    collector.shutdown()
    collector.server_close()
    assert "/v1/metrics" in posts
    service = opened(Settings(data, url, workers=0))
    with service.store.reading() as session:
        assert set(session.exec(select(Executor.beat))) == {executors.GONE}
    service.store.engine.dispose()
