"""Did you mean …? The nearest known words to an unknown one."""

from __future__ import annotations

from collections.abc import Callable, Iterable


def distance(a: str, b: str, most: int) -> int:
    """Fewest single-character insertions, deletions, changes and swaps of neighbours that make `b` of `a` (optimal
    string alignment); any number above `most` means `more than most`."""
    if abs(len(a) - len(b)) > most:
        return most + 1
    a, b = _where_they_differ(a, b)
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


def nearest(word: str, known: Iterable[str], fold: Callable[[str], str] = str) -> str | None:
    """The known word that is most likely meant, or None. One mistake in a short word, two in a longer one, three
    in a phrase; of equally near ones the first in the alphabet. `fold`: makes alike what counts as the same.

    Names of a firm are many: whatever lacks more letters of the word than mistakes are allowed is not aligned with it,
    nor what is further than one that was found already."""
    most = 0 if len(word) < 3 else 1 if len(word) < 5 else 2 if len(word) < 10 else 3
    folded, found = fold(word), None
    letters = set(folded)
    for other in known:
        candidate = fold(other)
        if abs(len(candidate) - len(folded)) <= most and len(letters.difference(candidate)) <= most:
            far = distance(folded, candidate, most)
            if far < most or (far == most and (found is None or other < found)):
                most, found = far, other
    return found


def _where_they_differ(a: str, b: str) -> tuple[str, str]:
    """Without what both begin and end with, which costs nothing in a best alignment."""
    shorter = min(len(a), len(b))
    start = next((at for at in range(shorter) if a[at] != b[at]), shorter)
    end = next((at for at in range(shorter - start) if a[-1 - at] != b[-1 - at]), shorter - start)
    return a[start : len(a) - end], b[start : len(b) - end]
