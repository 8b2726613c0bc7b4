"""What changed between the data that orders were found on and the newest, and whether that concerns them.

New prices alone do not: what is said of orders is said at the prices that they were worked out at, and those of
thousands of households could never be approved while prices tick. Everything else does that the household looks at: its
own part, an instrument, issuer or rate behind what it holds or orders, whom an entry of a list may reach, another day.
What anybody holds concerns the rules that add up the firm, and these alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from policy.book.changes import between
from policy.book.portions import looked_at
from policy.ir.alike import FIRM
from policy.ir.beyond import opened_by
from policy.ir.bound import Point
from policy.ir.core import Library, ListRule, Rule
from policy.judge.depends import Touched, lists_of, touched
from server.desk import kept, loaded
from server.desk.loaded import Rules
from server.desk.manifest import Manifest
from server.running import Service
from server.store.tables import Proposal, Snapshot


@dataclass(frozen=True, slots=True)
class Newer:
    """`homes`: whose own part is another one now; `what`: of what is no household's, None where that is more than can
    be told apart; `firm`: the rules and lists that add up all households."""

    homes: frozenset[str]
    what: Touched | None
    firm: frozenset[str]


NOTHING = frozenset[str]()


def is_newest(data: Snapshot, last: Snapshot) -> bool:
    """But for prices that somebody said since."""
    return last.id <= data.id or last.since == data.since


def newer(service: Service, data: Snapshot, last: Snapshot, rules: Rules) -> Newer:
    """What concerns somebody under these rules. It is found once for all proposals about the same data."""
    key = "newer", data.manifest, last.manifest, rules.manifest
    found: Newer = kept.of(service.memory.ready, key, lambda: _found(service, data, last, rules.library))
    return found


def _found(service: Service, data: Snapshot, last: Snapshot, library: Library) -> Newer:
    old, new = (loaded.manifest_in(service, each) for each in (data, last))
    before, after = (loaded.shared_in(service, each) for each in (old, new))
    homes = frozenset(name for name in old.parts.keys() | new.parts.keys() if _part(old, name) != _part(new, name))
    changes = None if old.homes != new.homes else between(before.book, after.book)
    blocks: tuple[Rule | ListRule, ...] = (*library.rules, *library.lists)
    firm = frozenset(each.id for each in blocks if each.scope.kind == FIRM)
    if changes is None:  # or who else there is
        return Newer(homes, None, firm)
    spoken = frozenset(each.id for each in library.lists).union(*map(lists_of, library.rules))
    heard = replace(changes, entries=tuple(entry for entry in changes.entries if entry.list in spoken))
    return Newer(homes, touched(before, after, heard, library), firm)


def _part(found: Manifest, household: str) -> str | None:
    return found.parts[household].hash if household in found.parts else None


def concerning(service: Service, found: Newer, row: Proposal, point: Point) -> frozenset[str] | None:
    """The rules and lists that may say something else of its orders than they did: NOTHING, those that add up the firm,
    or None, where all may, and where it may be that they can be placed no more. `point`: what they take."""
    what = found.what
    if what is None or what.everything or (found.homes if row.household is None else row.household in found.homes):
        return None
    if _shared(what) and _reached(service, what, row, point):
        return None
    return found.firm if found.homes or _shared(what) else NOTHING


def _shared(what: Touched) -> bool:
    return bool(what.names or what.currencies or what.caught)


def _reached(service: Service, what: Touched, row: Proposal, point: Point) -> bool:
    with service.store.reading() as session:
        data = session.get_one(Snapshot, row.snapshot)
    known = loaded.index_in(service, data, row.household)
    own = looked_at(known, known.book.accounts, {instrument for _, instrument in opened_by(point)})
    return any(whom is None or not whom.isdisjoint(own) for whom in _whom(what))


def _whom(what: Touched) -> Iterator[frozenset[str] | None]:
    yield from (what.names, what.currencies, *what.caught.values())
