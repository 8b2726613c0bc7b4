"""One bar: what was measured, what was promised, and which way is better."""

from __future__ import annotations

from dataclasses import dataclass


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
