"""Facts that change in a large firm, as who asks the service over HTTP finds them: one `proofolio serve`, as it comes.

`python -m tests.bench.bench_serve 1000` runs it on so many accounts. A price is current when the standing verdicts say
that they are of its snapshot; a list entry, when the first order that it forbids is refused. Both are counted from the
beginning of the request that says the fact. At last the service is killed while it judges, begins again, and the feed
is read from its first entry to its last.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from signal import SIGKILL
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import Any

from policy.book.document import document
from policy.book.facts import Book
from tests.bench import firm
from tests.bench.bar import Bar
from tests.bench.firm import Size
from tests.bench.served import PATIENT, Desk, done, stocked
from tests.server.processes import Served, serving

MOVES = (Fraction(101, 100), Fraction(97, 100), Fraction(11, 10), Fraction(1, 2))
LISTED = 4  # entries
LOOK = 0.02  # seconds
PAGE = 1_000


def bars(size: Size = Size()) -> Iterator[Bar]:  # noqa: B008 -- frozen
    book = firm.book(size)
    note = f"{size.accounts:,} accounts, 200 rules, one process, over HTTP"
    with TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        with serving(data, PROOFOLIO_WORKERS="1") as it:
            begin = perf_counter()
            desk = stocked(it, data, firm.rules(), document(book))
            print(f"stocked in {perf_counter() - begin:.0f} s", flush=True)
            first = _until(it, desk, done(it(desk.operations, "GET", "/v1/snapshots?limit=1"))["data"][0]["id"])
            yield Bar("service: all judged for the first time", first, 3600, "s", note=note)
            prices = [_priced(it, desk, book, move) for move in MOVES]
            said = " ".join(f"{taken:.2f}" for taken in prices)
            yield Bar(
                f"service: a price held by {size.holders:,} accounts", max(prices), 2, "s", note=f"{note}; {said}"
            )
            listed = [_listed(it, desk, *held) for held in _held(book)]
            said = " ".join(f"{taken:.2f}" for taken in listed)
            yield Bar("service: list entry to the first blocked order", max(listed), 1, "s", note=f"{note}; {said}")
            last = _sealed(it, desk, book, Fraction(3))
            it.end(SIGKILL)
        with serving(data, PROOFOLIO_WORKERS="1") as it:
            again = _until(it, desk, last)
            yield Bar("service: killed while it judges, current again", again, 3600, "s", note=note)
            yield Bar("service: entries that its feed lacks or says twice", _torn(it, desk), 0, "", note=note)


def _until(it: Served, desk: Desk, snapshot: str) -> float:
    """Seconds until the standing verdicts are of this snapshot."""
    begin = perf_counter()
    while _reached(it, desk) != snapshot:
        assert perf_counter() - begin < 3600
        sleep(LOOK)
    return perf_counter() - begin


def _reached(it: Served, desk: Desk) -> str | None:
    found: str | None = done(it(desk.compliance, "GET", "/v1/verdicts?limit=1"))["reached"]["snapshot"]
    return found


def _priced(it: Served, desk: Desk, book: Book, move: Fraction) -> float:
    begin = perf_counter()
    _until(it, desk, _sealed(it, desk, book, move))
    return perf_counter() - begin


def _sealed(it: Served, desk: Desk, book: Book, move: Fraction) -> str:
    """The snapshot that has the price."""
    was = next(price.price for price in book.prices if price.instrument == firm.THE)
    price = {"instrument": firm.THE, "day": firm.DAY.isoformat(), "price": f"{float(was * move):.2f}"}
    return str(done(it(desk.operations, "POST", "/v1/facts", json={"prices": [price]}, timeout=PATIENT))["id"])


def _held(book: Book) -> list[tuple[str, str]]:
    """An account and what it holds, some of them."""
    found = sorted(book.lots.values(), key=lambda lot: lot.id)
    return [(lot.account, lot.instrument) for lot in found[: LISTED * 100 : 100]]


def _listed(it: Served, desk: Desk, account: str, name: str) -> float:
    orders = [{"account": account, "side": "buy", "instrument": name, "quantity": "1"}]
    assert not _catches(it, desk, orders)
    entry = {"kind": "security", "subject": name, "source": "control room"}
    begin = perf_counter()
    said = done(it(desk.compliance, "POST", "/v1/lists/RESTRICTED/entries", json=entry, timeout=PATIENT))
    assert _catches(it, desk, orders)
    taken = perf_counter() - begin
    _until(it, desk, said["id"])
    return taken


def _catches(it: Served, desk: Desk, orders: Any) -> bool:
    """Whether the list forbids the orders."""
    found = done(it(desk.adviser, "POST", "/v1/checks", json={"orders": orders}, timeout=PATIENT))
    return any(each["rule"] == "RESTRICTED" for each in found["verdict"]["findings"])


def _torn(it: Served, desk: Desk) -> int:
    """How often an entry of a stream does not follow the one before it."""
    found, after, more = dict[str, list[int]](), -1, True
    while more:
        page = done(it(desk.compliance, "GET", f"/v1/events?after={after}&limit={PAGE}", timeout=PATIENT))
        for event in page["events"]:
            found.setdefault(event["stream"], []).append(event["seq"])
        after, more = page["after"], page["more"]
    print(json.dumps({stream: len(seqs) for stream, seqs in found.items()}), flush=True)
    return sum(b != a + 1 for seqs in found.values() for a, b in pairwise([-1, *seqs]))


if __name__ == "__main__":
    many = int(sys.argv[1])
    for bar in bars(Size(accounts=many, holders=many // 5)):
        print(f"{bar.name:<64} {bar.figure:>10.3f} {bar.unit:<4} {bar.note}", flush=True)
