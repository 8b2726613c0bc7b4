"""The names that a rule makes itself: what each stands for, and how much.

Names are read from top to bottom and may use those above, so nothing goes in a circle. What a name is worth (unit,
owners, size) is worked out once, where it is made; so a chain of names costs no more than its length, and one
that grows at every step ("a = b + b, b = c + c, …") is refused before anything is written out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dsl import tree, vocabulary
from dsl.check import names, numbers, walk
from dsl.check.conditions import is_risk
from dsl.check.find import every
from dsl.check.names import NOTHING, Holdings, Meaning, Names, Quantity
from dsl.check.unit import unit_of

LARGEST = 100
"""Words that a name may stand for, written out."""


@dataclass(frozen=True, slots=True)
class Made:
    """One `let` where it stands. `above`: the names that it may use; to be looked at before the next one is made, as it
    grows. `early`: words of it that are names of the rule and not yet made. `large`: it stands for too much."""

    let: tree.Let
    above: Names
    early: tuple[tree.Term, ...]
    large: bool


def steps(lets: Iterable[tree.Let], names_: Names) -> Iterator[Made]:
    """The names one after the other. One that uses itself, or a later one, or too much, stands for nothing."""
    held = tuple(lets)
    here = {let.name.words for let in held}
    given: dict[str, Meaning] = {}
    sizes: dict[str, int] = {}
    above = Names(given, names_.counting, names_.scope)
    for let in held:
        words = list(every(walk.nodes(let.value), tree.Term))
        early = tuple(term for term in words if term.words in here and term.words not in given)
        size = sum(sizes.get(term.words, 1) for term in words)
        yield Made(let, above, early, size > LARGEST)
        if let.name.words not in given:
            sizes[let.name.words] = min(size, LARGEST + 1)
            given[let.name.words] = NOTHING if early or size > LARGEST else _meaning(let, above)


def made(lets: Iterable[tree.Let], names_: Names) -> Names:
    """The names of a rule, with what they stand for."""
    above = names_
    for step in steps(lets, names_):
        above = step.above
    return above


def _meaning(let: tree.Let, above: Names) -> Meaning:
    """A set where the words name one, else a number. `cash` alone is the number."""
    match let.value:
        case tree.Pick():
            return names.holdings(let.value, above) or Holdings("security")
        case tree.Term(words) if words != "cash" and (found := names.group(let.value, above)) is not None:
            return found
        case value:
            alone = isinstance(value, tree.Average) or is_risk(value)
            owned = tuple(dict.fromkeys(_owned(value, above)))
            return Quantity(value, unit_of(value, above), owned, alone)


def _owned(expr: tree.Expr, above: Names) -> Iterator[vocabulary.Term]:
    """Terms of the number that belong to a group. Sets have groups of their own."""
    match expr:
        case tree.Term(words) | tree.Over(quantity=tree.Term(words)):
            given = above.given.get(words)
            found = vocabulary.TERMS.get(words)
            if isinstance(given, Quantity):
                yield from given.owned
            elif given is None and found is not None and found.of in numbers.OF_GROUPS:
                yield found
        case tree.Share(base=part) | tree.Negative(part=part):
            yield from _owned(part, above)
        case tree.Sum(parts=parts) | tree.Choice(parts=parts):
            for part in parts:
                yield from _owned(part, above)
        case _:
            return
