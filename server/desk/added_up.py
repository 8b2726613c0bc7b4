"""What a firm stated of all other accounts, added up again by a reader who has its whole book: the claim `elsewhere`,
which no bundle of one household can prove.

What others had reserved follows from their proposals: with the bundles of those that the statement is beside, it is
recomputed too.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from policy.book.facts import Book
from policy.book.read import Index, index
from policy.canonical import CanonicalError, decode, digest
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
from policy.proof.reading import ShapeError
from policy.proof.roll import named, rolled
from server.desk import manifest
from server.desk.prepare import Task

NAME = "elsewhere"


@dataclass(frozen=True, slots=True)
class Firm:
    """What a reader has of the firm: its whole book; of proposals of others, the files of their bundles; and parts of
    rolls, by their SHA-256."""

    book: Book
    beside: Sequence[Mapping[str, bytes]] = ()
    rolls: Mapping[str, bytes] = field(default_factory=dict)


def added_up(said: Statement, task: Task, firm: Firm) -> Claim:
    """`task`: the household's, prepared again."""
    found, _ = manifest.of(firm.book)
    if digest(manifest.written(found)) != said.firm:
        return not_proven(NAME, f"the book that was given is not the snapshot that {FIRM} names")
    decided = [proposal_from_json(decode(files[PROPOSAL])) for files in firm.beside if PROPOSAL in files]
    made = {each.run: each.point for each in decided}
    names, lacks = _named(said, made, firm.rolls)
    points = {name: dict(made[name]) for name in names if name in made}
    whole_ = index(firm.book)
    own = bind_to(task.library, task.index, snapshot=said.book)
    bound = _bound(task.library, whole_, said, points, frozenset(task.book.accounts))
    again = stated(bound, task.library, task.index, own, points, run=said.run, beside=names)
    if lacks and _held(again) == _held(said):
        return not_proven(NAME, f"what others hold is added up from the firm's whole book, and as stated; {lacks}")
    if lacks or again != said:
        return refuted(NAME, f"added up from the firm's whole book it is something else: {_where(said, again)}")
    numbers, proposals = count(len(said.added), "number"), count(len(points), "proposal")
    return proven(NAME, f"{numbers} added up from the firm's whole book, beside {proposals} of others")


def _named(said: Statement, given: Collection[str], rolls: Mapping[str, bytes]) -> tuple[Collection[str], str | None]:
    """The proposals that the statement is beside, where those that were given are just these, or its roll names them;
    and what it takes to know what they had reserved. Where neither tells, none: what others may have bought since is
    not in it."""
    if rolled(given)[0] == said.beside:
        return given, None
    if not rolls:
        there = count(len(given), "bundle") if given else "no bundle"
        return (), f"what they had reserved takes the bundles of all on its roll: {there} beside it, and no roll"
    try:
        found = named(said.beside, rolls)
    except (ShapeError, CanonicalError) as error:
        return (), str(error)
    missing = sorted(found.difference(given))
    if not missing:
        return found, None
    return found, f"what {count(len(missing), 'proposal')} had reserved takes their bundles, such as {missing[0]}"


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
    """Without what is reserved, and by whom."""
    return replace(said, beside="", added=tuple(replace(each, reserved=ZERO) for each in said.added))


def _where(said: Statement, again: Statement) -> str:
    for place, (one, other) in enumerate(zip(said.added, again.added, strict=False), 1):
        if one.elsewhere != other.elsewhere:
            return f"its number {place} is {other.elsewhere}, and {one.elsewhere} is stated"
        if one != other:
            return f"what is reserved of its number {place}, or its own side, is another"
    return "its obligations are others"
