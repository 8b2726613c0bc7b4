"""Checks over HTTP: a mandate of 200 rules on an account of 500 lots, two processes, a hundred requests a second.

The load comes from this process, at instants that were fixed before: a request that must wait for one before it has
waited for its answer, too. Beside the service, and after it in the same run, a bare handler of the same framework
gives the same bytes: what our way to an answer costs is the difference, and is held against the time that the service
says its judge took within these very requests.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from statistics import mean
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from tests.bench.bar import Bar
from tests.bench.served import stocked
from tests.bench.written import household, rules
from tests.server.processes import Served, serving

RATE = 100  # requests a second
SECONDS = 20
CONNECTIONS = 32
ALONE = 200  # requests one after the other
WARM = 40
NOTE = f"200 rules, a third tested at trade, 500 lots, 2 processes, {RATE}/s for {SECONDS} s"


def bars() -> Iterator[Bar]:
    with TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        with serving(data, ("--processes", "2"), PROOFOLIO_WORKERS="0") as it:
            desk = stocked(it, data, rules(), household())
            asked = [_request(it.address, desk.adviser, orders) for orders in _drawn(Random(1), 400)]
            asyncio.run(_alone(it.address, asked[:WARM] * 3))  # both processes bind before they are measured
            spread = asyncio.run(_spread(it.address, asked))
        yield Bar("check over HTTP: p50", _part(spread, 50), 15, "ms", note=NOTE)
        yield Bar("check over HTTP: p99", _part(spread, 99), 50, "ms", note=NOTE)
        with serving(data, (), PROOFOLIO_WORKERS="0") as it:
            yield _overhead(it, desk.admin, desk.adviser)


def _overhead(it: Served, admin: str, key: str) -> Bar:
    drawn = _drawn(Random(1), ALONE)
    asked = [_request(it.address, key, orders) for orders in drawn]
    asyncio.run(_alone(it.address, asked))  # as in the spread, each is asked again
    before = _judged(it, admin)
    alone, answer = asyncio.run(_alone(it.address, asked))
    judge = (_judged(it, admin) - before) / ALONE * 1000
    with _bare(answer) as address:
        bare, _ = asyncio.run(_alone(address, [_request(address, key, orders) for orders in drawn]))
    ours, theirs = mean(alone) * 1000, mean(bare) * 1000
    said = f"{ours:.2f} ms, bare {theirs:.2f} ms, judge {judge:.2f} ms"
    return Bar("check over HTTP beyond a bare handler, by the judge's time", (ours - theirs) / judge, 2, "×", note=said)


def _judged(it: Served, admin: str) -> float:
    """Seconds that the process's judge took for checks since its beginning."""
    told = it(admin, "GET", "/v1/metrics").text
    (found,) = re.findall(r"^proofolio_check_judged\S*_sum\S* (\S+)$", told, re.MULTILINE)
    return float(found)


def _part(taken: Sequence[float], percent: int) -> float:
    """Milliseconds."""
    return sorted(taken)[len(taken) * percent // 100] * 1000


# --- what is asked ------------------------------------------------------------------------------


def _drawn(rng: Random, count: int) -> list[list[dict[str, str]]]:
    """One to three orders each, of what the account holds."""
    names = [f"S{number:04}" for number in range(500)]
    return [
        [
            {
                "account": "A",
                "side": rng.choice(("buy", "sell")),
                "instrument": name,
                "quantity": str(rng.randint(1, 100)),
            }
            for name in rng.sample(names, rng.randint(1, 3))
        ]
        for _ in range(count)
    ]


def _request(address: str, key: str, orders: Any) -> bytes:
    body = json.dumps({"orders": orders}).encode()
    head = f"POST /v1/checks HTTP/1.1\r\nHost: {address[7:]}\r\nAuthorization: Bearer {key}\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


# --- asking -------------------------------------------------------------------------------------


async def _spread(address: str, asked: Sequence[bytes]) -> list[float]:
    """Seconds from the instant at which each was due."""
    waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
    taken: list[float] = []
    begin = perf_counter() + 0.5
    for number in range(RATE * SECONDS):
        waiting.put_nowait((begin + number / RATE, asked[number % len(asked)]))

    async def work() -> None:
        stream = await _connected(address)
        while not waiting.empty():
            due, request = waiting.get_nowait()
            await asyncio.sleep(max(0, due - perf_counter()))
            await _answered(stream, request)
            taken.append(perf_counter() - due)

    await asyncio.gather(*(work() for _ in range(CONNECTIONS)))
    return taken


async def _alone(address: str, asked: Sequence[bytes]) -> tuple[list[float], bytes]:
    """Seconds, one after the other on connections of their own; and the last answer."""
    taken, answer = [], b""
    for request in asked:
        stream = await _connected(address)
        start = perf_counter()
        answer = await _answered(stream, request)
        taken.append(perf_counter() - start)
        stream[1].close()
    return taken, answer


Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _connected(address: str) -> Stream:
    host, _, port = address.removeprefix("http://").partition(":")
    return await asyncio.open_connection(host, int(port))


async def _answered(stream: Stream, request: bytes) -> bytes:
    reader, writer = stream
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.split(b" ", 2)[1] == b"200", head
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    return await reader.readexactly(int(length.partition(b":")[2]))


# --- what it is held against --------------------------------------------------------------------

BARE = """
import sys
from litestar import Litestar, Response, post
from litestar.params import RawBody
from server import listen

ANSWER = open(sys.argv[1], "rb").read()

@post("/v1/checks", status_code=200, sync_to_thread=True)
def add(body: RawBody) -> Response[bytes]:
    return Response(ANSWER, media_type="application/json")

app = Litestar([add], logging_config=None, openapi_config=None)
app.state.follower = type("Nobody", (), {})()
at = listen.listening("127.0.0.1", 0)
print(listen.address(at), flush=True)
listen.server(app).run([at])
"""


@contextmanager
def _bare(answer: bytes) -> Iterator[str]:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "answer"
        file.write_bytes(answer)
        process = subprocess.Popen([sys.executable, "-c", BARE, str(file)], stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.kill()
            process.wait()
