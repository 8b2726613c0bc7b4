"""Parse tables as `dsl.machine` runs them: what to do in a state on a terminal, and what a rule becomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dsl.diagnostic import Diagnostic
from dsl.source import Span

Action = Callable[[list[Diagnostic], Span, list[Any]], Any]
"""(mistakes so far, span, children) → a node, or the Diagnostic that says why there is none. It may add mistakes that
do not keep it from making a node."""


@dataclass(frozen=True, slots=True)
class Reduction:
    """The last `size` values become one, called `name`. `keep`: (position, whether its list is spread out), where a
    position of -1 stands for an optional part that is absent. `action` None: the list of the children, or with
    `single` the only child. `grows`: the list at position 0 takes in the other children, as a new one for each of many
    would cost their square."""

    name: str
    size: int
    keep: tuple[tuple[int, bool], ...]
    single: bool
    grows: bool
    action: Action | None


Row = Mapping[str, int | Reduction]
"""What may come in a state: the next state, or a Reduction to make first."""

Leaf = Callable[[str, Span], Any]
"""(text, span) → the value of a terminal, or the Diagnostic that says why there is none."""


@dataclass(frozen=True, slots=True)
class Table:
    """`rows[state]`: what to do on a symbol. `keywords`: the terminal of each word and symbol that the grammar quotes;
    `words`: the other way round. `leaves`: what the other terminals become."""

    rows: Sequence[Row]
    start: int
    end: int
    keywords: Mapping[str, str]
    words: Mapping[str, str]
    leaves: Mapping[str, Leaf]
