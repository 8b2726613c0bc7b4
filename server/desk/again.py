"""Whether orders that were found earlier still pass when somebody approves them: by the rules in force at that time.

Rules change in two ways: somebody puts others in force (a rule book, a mode, a waiver granted or ended), or a day comes
on which one of them begins or ends. Where neither changed anything that speaks of these accounts, the verdict of the
proposal stands, and nothing is judged. Where it did, the orders are judged anew on the data of the proposal, beside
what others hold. They stand if the proposer had allowed for what is said of each now, and if nothing is excused, by a
consent or a waiver, that was not when they were proposed: nobody was asked for that.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from sqlmodel import Session, select

from policy.book.facts import Book, Order
from policy.canonical import decode
from policy.ir.beyond import opened_by
from policy.ir.bind import bind_to
from policy.ir.bound import Outcome
from policy.ir.core import Library, ListRule, Rule, Waiver
from policy.ir.disguised import disguised
from policy.ir.point import point_of
from policy.ir.scope import in_force, scopes
from policy.ir.stated import merged
from policy.judge.verdict import Finding, Verdict
from policy.proof.archive import listed
from policy.proof.layout import PROPOSAL
from policy.proof.proposal import proposal_from_json
from server import clock
from server.desk import decision, headroom, intent, loaded, publish
from server.desk.loaded import Facts, Loaded, Rules
from server.desk.placed import placed
from server.running import Service
from server.store import blobs
from server.store.tables import Journal, Proposal, Rulebook, Snapshot
from solver.intent import Intent

Block = TypeVar("Block", Rule, ListRule, Waiver)
EXCUSED = frozenset({Outcome.WAIVED, Outcome.CONSENT})


@dataclass(frozen=True, slots=True)
class Ruling:
    """What an approval is held to: the rule book in force, by its id and its SHA-256, and the day, UTC."""

    rulebook: str
    manifest: str
    day: str


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of a look at proposals that wait. `stood`: those whose orders pass, and whether that took a new
    judgement; `fallen`: the others, with what they break; nothing, where that cannot be told any more."""

    ruling: Ruling
    stood: Mapping[str, bool]
    fallen: Mapping[str, tuple[Finding, ...]]


@dataclass(frozen=True, slots=True)
class Change:
    """From the rules of a proposal to those of now, as they speak of its data. `rules`: whether rules or lists differ;
    `waivers`: those that came or went."""

    old: Rules
    new: Rules
    rules: bool
    waivers: tuple[Waiver, ...]

    def concerns(self, book: Book) -> bool:
        return self.rules or any(scopes(waiver.scope, book, book.accounts) for waiver in self.waivers)


def ruling(session: Session) -> Ruling:
    now = clock.now()
    row = publish.in_force(session, now)
    assert row is not None, "what is in force is followed by something else, never by nothing"
    return Ruling(row.id, row.manifest, now[:10])


def looked(service: Service, rows: Iterable[Proposal]) -> Looked:
    """At proposals with orders. It may take long where rules changed, and so happens outside of any transaction."""
    with service.store.reading() as session:
        now = ruling(session)
    changes: dict[tuple[str, str], Change | None] = {}
    stood, fallen = dict[str, bool](), dict[str, tuple[Finding, ...]]()
    for row in rows:
        key = row.rulebook, row.snapshot
        if key not in changes:
            changes[key] = _change(service, row, now)
        found = changes[key]
        facts = None if found is None else _facts(service, row)
        if found is None or facts is None or not found.concerns(facts.index.book):
            stood[row.id] = False
            continue
        worse = _worse(service, row, found, facts)
        if worse is None:
            stood[row.id] = True
        else:
            fallen[row.id] = worse
    return Looked(now, stood, fallen)


def unchanged(service: Service, row: Proposal) -> Ruling | None:
    """The ruling now, where nothing changed for the proposal since it was asked for."""
    with service.store.reading() as session:
        now = ruling(session)
    found = _change(service, row, now)
    return now if found is None or not found.concerns(_facts(service, row).index.book) else None


def _facts(service: Service, row: Proposal) -> Facts:
    found = loaded.facts_of(service, row.snapshot, row.household)
    assert found is not None, "a snapshot is never taken away"
    return found


# --- what changed ------------------------------------------------------------------------------


def _change(service: Service, row: Proposal, now: Ruling) -> Change | None:
    """None where nothing did. Rules of one hash on one day are the same, and are not even read."""
    with service.store.reading() as session:
        data = session.get_one(Snapshot, row.snapshot)
        first, last = (session.get_one(Rulebook, name) for name in (row.rulebook, now.rulebook))
    if first.manifest == last.manifest and now.day <= data.as_of:
        return None
    old, new = loaded.rules_in(service, first), loaded.rules_in(service, last)
    as_of, known_at = date.fromisoformat(data.as_of), date.fromisoformat(data.known_at)
    library = on_day(new.library, as_of, known_at, date.fromisoformat(now.day))
    (rules, waivers), (others, more) = (_binding(each, as_of, known_at) for each in (old.library, library))
    turned = tuple(waiver for waiver in (*waivers, *more) if not (waiver in waivers and waiver in more))
    if rules == others and not turned:
        return None
    label = new.manifest if library == new.library else f"{new.manifest} on {now.day}"
    return Change(old, replace(new, manifest=label, library=library), rules != others, turned)


def _binding(library: Library, as_of: date, known_at: date) -> tuple[Mapping[str, Rule | ListRule], list[Waiver]]:
    """What makes obligations on a day: rules and lists by id, and waivers."""
    blocks: tuple[Rule | ListRule, ...] = (*library.rules, *library.lists)
    rules = (each for each in blocks if each.id not in library.observed)
    return (
        {each.id: each for each in rules if in_force(each.effective, as_of, known_at)},
        [each for each in library.waivers if in_force(each.effective, as_of, known_at)],
    )


def on_day(library: Library, as_of: date, known_at: date, day: date) -> Library:
    """Rules as they are in force on a later day than that of the data: what has ended by then is not there, what began
    since speaks of these data too."""
    if day <= as_of:
        return library

    def of(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        then = (each for each in blocks if in_force(each.effective, day, max(day, known_at)))
        return tuple(each if in_force(each.effective, as_of, known_at) else _begun(each, as_of) for each in then)

    return replace(library, rules=of(library.rules), lists=of(library.lists), waivers=of(library.waivers))


def _begun(block: Block, as_of: date) -> Block:
    return replace(block, effective=replace(block.effective, start=as_of, known=None))


# --- judged ------------------------------------------------------------------------------------


def _worse(service: Service, row: Proposal, found: Change, facts: Facts) -> tuple[Finding, ...] | None:
    """What the orders break by the rules of now; None where they stand."""
    with service.store.reading() as session:
        orders, wanted = _orders(session, row), _wanted(session, row, facts)
    if orders is None or wanted is None or disguised(found.new.library, facts.index.book):
        return ()
    now = _verdict(service, row, Loaded(found.new, facts), orders)
    if now is None:
        return ()
    worse = [each for each in now.findings if each.outcome not in wanted.allowed]
    excused = [each for each in now.findings if each.outcome in EXCUSED and each.outcome in wanted.allowed]
    if excused:
        before = _verdict(service, row, Loaded(found.old, facts), orders)
        ranks = {} if before is None else {each.obligation.id: each.outcome.rank for each in before.findings}
        worse += [each for each in excused if ranks.get(each.obligation.id, 0) < each.outcome.rank]
    return tuple(worse) or None


def _verdict(service: Service, row: Proposal, known: Loaded, orders: tuple[Order, ...]) -> Verdict | None:
    """The reference's, at the end and on the way, beside what others hold now; None where nothing can be filled."""
    index = known.facts.index
    point = point_of(index, orders)
    if isinstance(point, tuple):
        return None
    with service.store.reading() as session:
        data = session.get_one(Snapshot, row.snapshot)
        within = headroom.within(known.rules.library, row.household)
        holding = headroom.held(session, data, clock.now(), without=row.id, within=within)
    own = bind_to(known.rules.library, index, orders, snapshot=known.facts.document)
    beyond = headroom.stated(service, known, own, data, holding, run=row.id, buys=opened_by(point))
    return placed(index, merged(own, known.rules.library, index, beyond, orders), orders, point)


def _orders(session: Session, row: Proposal) -> tuple[Order, ...] | None:
    """As the log's entry commits to them; None once they were erased."""
    entry = select(Journal.body).where(Journal.stream == row.id, Journal.type == "proposal.proposed")
    body = session.exec(entry).first() if row.whole is None else row.whole.encode()
    name = None if body is None else listed(body)[PROPOSAL]
    content = None if name is None else blobs.get(session, [name]).get(name)
    if content is None:
        return None
    return tuple(map(decision.order_of, proposal_from_json(decode(content)).orders))


def _wanted(session: Session, row: Proposal, facts: Facts) -> Intent | None:
    content = blobs.get(session, [row.intent]).get(row.intent)
    found = None if content is None else intent.read(content.decode(), "intent", facts.index.book)
    return found if isinstance(found, Intent) else None
