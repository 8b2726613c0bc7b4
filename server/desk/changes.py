"""What differs between two rule books, rule by rule, as far as a reader may see both: by what is judged, not by how it
is written. What was moved to another file or laid out anew is the same."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from policy.ir import core, english
from policy.ir.core import Library
from server.answer.explanation import explained
from server.desk.ruling import ENFORCE, OBSERVE

Block = core.Rule | core.ListRule | core.Waiver


@dataclass(frozen=True, slots=True)
class Version:
    """`mode`: observe or enforce; null of a waiver. `says`: what is judged, in sentences."""

    title: str
    mode: str | None
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """`kind`: rule, list or waiver; `change`: added, removed, changed, or mode where only that is another."""

    id: str
    kind: str
    change: str
    before: Version | None
    after: Version | None


def changes(old: Library, new: Library) -> tuple[Change, ...]:
    """By kind, then by id."""
    return tuple(change for kind in _KINDS for change in _of(kind, old, new))


_KINDS: Mapping[str, Callable[[Library], tuple[Block, ...]]] = {
    "rule": lambda library: library.rules,
    "list": lambda library: library.lists,
    "waiver": lambda library: library.waivers,
}


def _of(kind: str, old: Library, new: Library) -> Iterator[Change]:
    before, after = ({block.id: block for block in _KINDS[kind](library)} for library in (old, new))
    for name in sorted(before.keys() | after.keys()):
        was, now = before.get(name), after.get(name)
        turned = (name in old.observed) != (name in new.observed)
        if was != now or turned:
            what = "added" if was is None else "removed" if now is None else "changed" if was != now else "mode"
            yield Change(name, kind, what, _version(was, old), _version(now, new))


def _version(block: Block | None, library: Library) -> Version | None:
    if block is None:
        return None
    if isinstance(block, core.Waiver):
        return Version(block.rule, None, tuple(english.of_waiver(block)))
    mode = OBSERVE if block.id in library.observed else ENFORCE
    return Version(block.title, mode, explained(block, ()).says)
