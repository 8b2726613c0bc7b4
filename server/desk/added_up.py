"""What a firm stated of all other accounts, added up again by a reader who has its whole book: the claim `elsewhere`,
which no bundle of one household can prove.

What others had reserved follows from their proposals: with the bundles of those that the statement names beside it, it
is recomputed too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from policy.book.facts import Book
from policy.book.read import Index, index
from policy.canonical import decode, digest
from policy.interval import ZERO
from policy.ir.beyond import Whole, opened_by, opening, whole
from policy.ir.bind import bind_to
from policy.ir.bound import Point
from policy.ir.core import Library
from policy.ir.elsewhere import stated
from policy.ir.stated import Statement
from policy.proof.claims.claim import Claim, not_proven, proven, refuted
from policy.proof.figures import count
from policy.proof.layout import FIRM, PROPOSAL
from policy.proof.proposal import proposal_from_json
from server.desk import manifest
from server.desk.prepare import Task

NAME = "elsewhere"


def added_up(said: Statement, task: Task, book: Book, beside: Sequence[Mapping[str, bytes]]) -> Claim:
    """`task`: the household's, prepared again; `book`: the firm's; `beside`: files of bundles of others."""
    found, _ = manifest.of(book)
    if digest(manifest.written(found)) != said.firm:
        return not_proven(NAME, f"the book that was given is not the snapshot that {FIRM} names")
    points = _points(said, beside)
    whole_ = index(book)
    own = bind_to(task.library, task.index, snapshot=said.book)
    firm = _bound(task.library, whole_, said, points, frozenset(task.book.accounts))
    again = stated(firm, task.library, task.index, own, points, run=said.run, beside=said.beside)
    missing = [name for name in said.beside if name not in points]
    if missing and _held(again) == _held(said):
        needed = f"what {count(len(missing), 'proposal')} had reserved takes their bundles, such as {missing[0]}"
        return not_proven(NAME, f"what others hold is added up from the firm's whole book, and as stated; {needed}")
    if missing or again != said:
        return refuted(NAME, f"added up from the firm's whole book it is something else: {_where(said, again)}")
    numbers, proposals = count(len(said.added), "number"), count(len(said.beside), "proposal")
    return proven(NAME, f"{numbers} added up from the firm's whole book, beside {proposals} of others")


def _points(said: Statement, beside: Sequence[Mapping[str, bytes]]) -> dict[str, Point]:
    """What the proposals that the statement names take, by id."""
    made = [proposal_from_json(decode(files[PROPOSAL])) for files in beside]
    return {each.run: dict(each.point) for each in made if each.run in said.beside}


def _bound(library: Library, facts: Index, said: Statement, points: Mapping[str, Point], mine: frozenset[str]) -> Whole:
    """Bound so that it holds what proposals of others buy; of those that are not there, in some account of others."""
    bare = whole(library, facts, (), said.firm)
    opened = {each for point in points.values() for each in opened_by(point)}
    rest = set(said.named) - bare.instruments - {instrument for _, instrument in opened}
    others = (name for name, each in sorted(facts.book.accounts.items()) if name not in mine and not each.held_away)
    home = next(others, "")
    orders = opening(bare, facts.book, {*opened, *((home, name) for name in rest)})
    return whole(library, facts, orders, said.firm) if orders else bare


def _held(said: Statement) -> Statement:
    """Without what is reserved."""
    return replace(said, added=tuple(replace(each, reserved=ZERO) for each in said.added))


def _where(said: Statement, again: Statement) -> str:
    for place, (one, other) in enumerate(zip(said.added, again.added, strict=False), 1):
        if one.elsewhere != other.elsewhere:
            return f"its number {place} is {other.elsewhere}, and {one.elsewhere} is stated"
        if one != other:
            return f"what is reserved of its number {place}, or its own side, is another"
    return "its obligations are others"
