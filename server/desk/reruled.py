"""What changed between the rules that orders were found by and those in force, as they speak of the same data."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypeVar

from policy.ir.core import Effective, Library, ListRule, Rule, Waiver
from policy.ir.scope import in_force
from server.desk import loaded
from server.desk.loaded import Rules
from server.running import Service
from server.store.tables import Proposal, Snapshot

Block = TypeVar("Block", Rule, ListRule, Waiver)


@dataclass(frozen=True, slots=True)
class Change:
    """From the rules of a proposal to those of now, as they speak of its data. `touched`: ids of the rules and lists
    that say something else now, or nothing; `waivers`: those that came or went."""

    old: Rules
    new: Rules
    touched: frozenset[str]
    waivers: tuple[Waiver, ...]


def change(old: Rules, last: Rules, data: Snapshot, day: str) -> Change | None:
    """None where nothing did."""
    new, days = on(last, data, day), _days(data)
    before, after = (_binding(each.library, *days) for each in (old, new))
    touched = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    if _lists(old) != _lists(new):  # any rule may read one
        touched |= after.keys()
    waived = [{each for each in its.library.waivers if in_force(each.effective, *days)} for its in (old, new)]
    turned = tuple(waived[0] ^ waived[1])
    return Change(old, new, frozenset(touched), turned) if touched or turned else None


def on(rules: Rules, data: Snapshot, day: str) -> Rules:
    """As they are in force on the day."""
    library = on_day(rules.library, *_days(data), date.fromisoformat(day))
    return replace(rules, manifest=f"{rules.manifest} on {day}", library=library)


def _days(data: Snapshot) -> tuple[date, date]:
    return date.fromisoformat(data.as_of), date.fromisoformat(data.known_at)


def _binding(library: Library, as_of: date, known_at: date) -> dict[str, Rule | ListRule]:
    """What makes obligations on a day."""
    blocks: tuple[Rule | ListRule, ...] = (*library.rules, *library.lists)
    enforced = (each for each in blocks if each.id not in library.observed)
    return {each.id: each for each in enforced if in_force(each.effective, as_of, known_at)}


def _lists(rules: Rules) -> dict[str, ListRule]:
    return {each.id: each for each in rules.library.lists}


def on_day(library: Library, as_of: date, known_at: date, day: date) -> Library:
    """Rules for data of an earlier day as they are in force on this one: what has ended by then says nothing of these
    data, what began since speaks of them too."""
    if day <= as_of:
        return library

    def of(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        return tuple(map(moved, blocks))

    def moved(block: Block) -> Block:
        then, there = in_force(block.effective, day, max(day, known_at)), in_force(block.effective, as_of, known_at)
        if then == there:
            return block
        span = Effective(as_of, block.effective.end) if then else Effective(end=as_of - timedelta(days=1))
        return replace(block, effective=span)

    return replace(library, rules=of(library.rules), lists=of(library.lists), waivers=of(library.waivers))


def concerning(service: Service, row: Proposal, found: Change | None) -> frozenset[str]:
    """The rules and lists that may say something else of the orders than they did. Waivers go by ids."""
    if found is None:
        return frozenset()
    with service.store.reading() as session:
        known = loaded.manifest_in(service, session.get_one(Snapshot, row.snapshot))
    mine = None if row.household is None else {None, row.household, *known.parts[row.household].accounts}
    return found.touched | {each.rule for each in found.waivers if mine is None or each.scope.name in mine}


def only(rules: Rules, wanted: frozenset[str]) -> Rules:
    """These alone make obligations; other lists are there to be read."""
    library = rules.library
    idle = {each.id for each in library.lists} - wanted
    narrow = replace(
        library,
        rules=tuple(each for each in library.rules if each.id in wanted),
        observed=tuple(sorted(idle.union(library.observed))),
    )
    return replace(rules, manifest=f"{rules.manifest}, only {sorted(wanted)}", library=narrow)
