"""All standing verdicts of a firm, kept current: what a change of facts touches is judged again, and nothing else.

A firm is judged part by part, so that no more than one part's facts need be at hand. Of each part it is known what it
looks at; of as many as there is `room` for it is kept what they say and how that hangs on prices, so that new ones are
judged without reading and binding again.

The law, kept by tests/laws/test_current.py: after any changes the answers are those of `policy.judge.eval.judge`, of
all rules bound to the whole book as it then is, without orders; whatever is kept.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import chain
from typing import NamedTuple

from policy.book.changes import Changes
from policy.book.portions import Portion, homes, looked_at, portion, whole
from policy.book.read import Index
from policy.ir import core
from policy.judge import looks, part
from policy.judge.depends import Touched, touched
from policy.judge.part import Group, Part, Repricing

ALL = sys.maxsize  # room for whatever there is

Home = str | None
"""A household, `policy.book.parts.NOBODY`, or None: all accounts, for what is added up over the firm."""


@dataclass(frozen=True, slots=True)
class Firm:
    """The facts of a firm. `index`: of what is no household's, at least; `homes`: those with accounts; `portions`: of
    such parts, each made when its turn comes."""

    index: Index
    homes: Set[str]
    portions: Callable[[Iterable[Home]], Iterator[tuple[Home, Portion]]]


class Judged(NamedTuple):
    """A part that was judged again. `before`: None where it was not kept; `now`: None where it is no more."""

    home: Home
    before: Part | None
    now: Part | None


@dataclass(frozen=True, slots=True)
class Current:
    """`apart`: the rules about accounts and households, `together`: those that add up the firm. `own`: what each part
    looks at (`policy.book.portions.looked_at`), by `numbers`; `parts`: those that are kept, in at most `room` bytes.
    These fill and move on as parts are judged, and whatever comes after it shares them."""

    library: core.Library
    firm: Firm
    room: int
    apart: tuple[Group, ...]
    together: tuple[Group, ...]
    numbers: dict[str, int] = field(default_factory=dict)
    own: dict[Home, array[int]] = field(default_factory=dict)
    parts: dict[Home, Part] = field(default_factory=dict)


def firm(index: Index) -> Firm:
    """All of its facts in memory."""
    known = homes(index.book)

    def portions(names: Iterable[Home]) -> Iterator[tuple[Home, Portion]]:
        return ((home, whole(index) if home is None else portion(index, known, home)) for home in names)

    return Firm(index, known.keys(), portions)


def begun(library: core.Library, facts: Firm, room: int = ALL) -> Current:
    """Nothing judged yet."""
    apart, together = (part.groups(library, firm=firm) for firm in (False, True))
    return Current(library, facts, room, apart, together)


def places(known: Current) -> list[Home]:
    """The parts that there are."""
    return [*sorted(known.firm.homes), *((None,) if known.together and known.firm.homes else ())]


def groups(known: Current, home: Home) -> tuple[Group, ...]:
    return known.together if home is None else known.apart


# --- judged --------------------------------------------------------------------------------------


def everything(known: Current) -> Iterator[Judged]:
    """All parts, from scratch."""
    return _scratch(known, places(known))


def looking(known: Current) -> Iterator[Home]:
    """What each part looks at, where all was judged before: the next change then touches no others."""
    for home, there in known.firm.portions(places(known)):
        known.own[home] = _own(known, there)
        yield home


def ready(known: Current) -> Iterator[Home]:
    """The parts that are not kept, judged for the next change as long as there is room: it needs none of them."""
    left = _left(known)
    for home, there in known.firm.portions([home for home in places(known) if home not in known.parts]):
        found = part.judged(groups(known, home), there)
        if part.size(found) > left:
            return
        left = _kept(known, home, found, left)
        yield home


def after(
    known: Current, facts: Firm, changes: Changes, fresh: Set[str] = frozenset()
) -> tuple[Current, Iterator[Judged]]:
    """The verdicts after the changes, once the parts that are judged again are read. `fresh`: homes of which more
    changed than these say."""
    now, before = replace(known, firm=facts), known.firm.index
    what = touched(before, facts.index, changes, known.library)
    ages = [days for rule in known.library.rules for term, days in rule.freshness if term == "price"]
    to = Repricing(looks.moved(before, facts.index, what.priced, ages), before, facts.index)
    return now, chain(_gone(now), _moved(now, what, to, what.homes | fresh))


def _moved(known: Current, what: Touched, to: Repricing, fresh: Set[str]) -> Iterator[Judged]:
    names, everybody = _named(known, what, to)
    left, bare = _left(known), list[Home]()
    for home in places(known):
        own, found = known.own.get(home), known.parts.get(home)
        if own is None or what.everything or (fresh if home is None else home in fresh):
            bare.append(home)
            continue
        here = frozenset(names[number] for number in own if number in names)
        if not here and not everybody:
            continue
        if found is None or not (what.names.isdisjoint(here) and what.currencies.isdisjoint(here)):
            bare.append(home)
        elif (now := _after(known, home, found, here, what, to)) is not found:
            left = _kept(known, home, now, left)
            yield Judged(home, found, now)
    yield from _scratch(known, bare)


def reruled(known: Current, library: core.Library) -> tuple[Current, Iterator[Judged]]:
    """The verdicts under other rules of the same facts, once the parts that are judged again are read."""
    bare = begun(library, known.firm)
    now = replace(known, library=library, apart=bare.apart, together=bare.together)
    return now, chain(_gone(now), _other(known, now))


def _other(before: Current, known: Current) -> Iterator[Judged]:
    left, bare = _left(known), list[Home]()
    for home in places(known):
        was, mine, found = groups(before, home), groups(known, home), known.parts.get(home)
        if was == mine and home in known.own:
            continue
        if found is None:
            bare.append(home)
        else:
            now = part.reruled(found, was, mine, _portion(known, home))
            left = _kept(known, home, now, left)
            yield Judged(home, found, now)
    yield from _scratch(known, bare)


def _scratch(known: Current, which: Iterable[Home]) -> Iterator[Judged]:
    left = _left(known)
    for home, there in known.firm.portions(which):
        before, now = known.parts.get(home), part.judged(groups(known, home), there)
        known.own[home] = _own(known, there)
        left = _kept(known, home, now, left)
        yield Judged(home, before, now)


def _after(known: Current, home: Home, found: Part, own: frozenset[str], what: Touched, to: Repricing) -> Part:
    """`own`: of what the part looks at, what is touched."""
    there, mine = _portion(known, home), groups(known, home)
    found = part.repriced(found, mine, own, to, there)
    caught = [name for name, whom in what.caught.items() if whom is None or not whom.isdisjoint(own)]
    return part.relisted(found, mine, frozenset(caught), there) if caught else found


def _portion(known: Current, home: Home) -> Callable[[], Portion]:
    return cache(lambda: next(found for _, found in known.firm.portions([home])))


# --- what is known of each -----------------------------------------------------------------------


def _kept(known: Current, home: Home, now: Part, left: int) -> int:
    """The part is kept where there is room for it; how much is left then."""
    left += part.size(known.parts.pop(home, ()))
    if (size := part.size(now)) > left:
        return left
    known.parts[home] = now
    return left - size


def _left(known: Current) -> int:
    return known.room - kept(known)


def kept(known: Current) -> int:
    """Bytes of the parts that are kept."""
    return sum(map(part.size, known.parts.values()))


def _gone(known: Current) -> list[Judged]:
    """The parts that are no more."""
    there = frozenset(places(known))
    gone = [home for home in known.own if home not in there]
    for home in gone:
        del known.own[home]
    return [Judged(home, known.parts.pop(home, None), None) for home in gone]


def _own(known: Current, there: Portion) -> array[int]:
    names = looked_at(there.index, there.accounts)
    return array("I", (known.numbers.setdefault(name, len(known.numbers)) for name in names))


def _named(known: Current, what: Touched, to: Repricing) -> tuple[Mapping[int, str], bool]:
    """Who looks at one of these, by number, may be touched; or everybody."""
    spoken = frozenset[str]().union(*(group.lists for group in (*known.apart, *known.together)))
    caught = [whom for name, whom in what.caught.items() if name in spoken]
    moved = to.moved.worth | to.moved.new | to.moved.volume | to.moved.age
    names = moved.union(what.names, what.currencies, *(whom for whom in caught if whom is not None))
    return {known.numbers[name]: name for name in names if name in known.numbers}, None in caught
