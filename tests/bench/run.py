"""Runs every bench and prints one line per bar: name, figure, bar, `holds` or `falls short`.

A bench is a module `tests/bench/bench_*.py` with a function `bars()` that yields Bar values. Each runs in a process of
its own, so that none warms a cache or loads a library for another, and one that fails takes no other with it: it
counts as falling short. `python -m tests.bench.run` runs all, `python -m tests.bench.run judge propose` those named.
The result is also written to build/bench.json. Exit code 1 when a bar falls short.
"""

from __future__ import annotations

import gc
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from tests.bench.bar import Bar

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RESULT = ROOT / "build" / "bench.json"
PREFIX = "bar\t"  # a bench may print what it likes beside its bars


def main(names: list[str]) -> int:
    bars: list[Bar] = []
    failed: list[str] = []
    for module in benches(names):
        try:
            for bar in measured(module):
                bars.append(bar)
                print(line(bar), flush=True)
        except subprocess.CalledProcessError as error:
            failed.append(module)
            print(f"{module}: falls short: the bench ended with code {error.returncode}", flush=True)
    write(bars, failed)
    short = sum(not bar.holds for bar in bars) + len(failed)
    print(f"{len(bars)} bars, {short} fall short; {RESULT.relative_to(ROOT)}")
    return 1 if short or not bars else 0


def benches(names: list[str]) -> list[str]:
    found = sorted(file.stem for file in HERE.glob("bench_*.py"))
    wanted = [f"bench_{name.removeprefix('bench_')}" for name in names] or found
    unknown = sorted(set(wanted) - set(found))
    if unknown:
        sys.exit(f"no such bench: {', '.join(unknown)}; there are {', '.join(found)}")
    return wanted


def measured(module: str) -> Iterator[Bar]:
    """The bars of one bench, as its own process reports them."""
    command = [sys.executable, "-m", "tests.bench.run", "--inside", module]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for text in process.stdout:
            if text.startswith(PREFIX):
                yield Bar(**json.loads(text.removeprefix(PREFIX)))
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)


def inside(module: str) -> None:
    gc.disable()  # as in the command
    for bar in import_module(f"tests.bench.{module}").bars():
        print(PREFIX + json.dumps(asdict(bar)), flush=True)


def line(bar: Bar) -> str:
    sign = "≥" if bar.at_least else "≤"
    word = "holds" if bar.holds else "falls short"
    return f"{bar.name:<64} {_number(bar.figure):>10} {bar.unit:<5} {sign} {_number(bar.bar):>8} {bar.unit:<5} {word}"


def write(bars: list[Bar], failed: list[str]) -> None:
    RESULT.parent.mkdir(exist_ok=True)
    result = {
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "bars": [{**asdict(bar), "holds": bar.holds} for bar in bars],
        "failed": failed,
    }
    RESULT.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        inside(sys.argv[2])
    else:
        sys.exit(main(sys.argv[1:]))
