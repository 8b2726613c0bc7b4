"""One bar: what was measured, what was promised, and which way is better; and the one way to take a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Bar:
    """`figure` and `bar` are in `unit` ("s", "ms", "×", "bp", "MB", "%", "count"). Holds when the figure is at most
    the bar, or at least the bar where `at_least`. `note`: what was measured on, in a few words."""

    name: str
    figure: float
    bar: float
    unit: str
    at_least: bool = False
    note: str = ""

    @property
    def holds(self) -> bool:
        return self.figure >= self.bar if self.at_least else self.figure <= self.bar


def best(work: Callable[[], object], runs: int) -> float:
    """Seconds on the wall, of the quickest run."""
    taken = []
    for _ in range(runs):
        start = perf_counter()
        work()
        taken.append(perf_counter() - start)
    return min(taken)
