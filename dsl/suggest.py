"""Did you mean …? The nearest known words to an unknown one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache


def distance(a: str, b: str, most: int) -> int:
    """Fewest single-character insertions, deletions, changes and swaps of neighbours that make `b` of `a` (optimal
    string alignment); any number above `most` means `more than most`."""
    if abs(len(a) - len(b)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            best = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        if min(row) > most:
            return most + 1
        before, last = last, row
    return last[-1]


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is most likely meant, or None. One mistake in a short word, two in a longer one, three
    in a phrase; of equally near ones the first in the alphabet."""
    return _nearest(word, frozenset(known))


@lru_cache(maxsize=4096)
def _nearest(word: str, known: frozenset[str]) -> str | None:
    most = 0 if len(word) < 3 else 1 if len(word) < 5 else 2 if len(word) < 10 else 3
    ranked = sorted((distance(word, other, most), other) for other in known)
    return ranked[0][1] if ranked and ranked[0][0] <= most else None
