"""Whether orders that were found earlier still pass when somebody approves them: by the rules in force at that time.

Rules change in two ways: somebody puts others in force (a rule book, a mode, a waiver granted or ended), or a day comes
on which one of them begins or ends. Where neither changed a rule that speaks of these accounts, the verdict of the
proposal stands, and nothing is judged. Else the orders are judged by what changed, on the data of the proposal and
beside what others hold. They stand where the proposer allowed for all that is said of them now, and what is excused, by
a consent or a waiver, was so when they were proposed, by the same numbers: nobody was asked about anything else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypeVar

from sqlmodel import Session, select

from policy.book.facts import Order
from policy.canonical import decode
from policy.ir.beyond import opened_by
from policy.ir.bind import bind_to
from policy.ir.bound import Outcome
from policy.ir.core import Effective, Library, ListRule, Rule, Waiver
from policy.ir.disguised import disguised
from policy.ir.point import point_of
from policy.ir.scope import in_force
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
    """What came of a look at proposals that wait. `stood`: those whose orders pass; `fallen`: the others, with what
    they break; nothing, where that cannot be told any more."""

    ruling: Ruling
    stood: frozenset[str]
    fallen: Mapping[str, tuple[Finding, ...]]


@dataclass(frozen=True, slots=True)
class Change:
    """From the rules of a proposal to those of now, as they speak of its data. `touched`: ids of the rules and lists
    that say something else now, or nothing; `waivers`: those that came or went."""

    old: Rules
    new: Rules
    touched: frozenset[str]
    waivers: tuple[Waiver, ...]


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
    stood, fallen = set[str](), dict[str, tuple[Finding, ...]]()
    for row in rows:
        key = row.rulebook, row.snapshot
        if key not in changes:
            changes[key] = _change(service, row, now)
        worse = _worse(service, row, changes[key])
        if worse is None:
            stood.add(row.id)
        else:
            fallen[row.id] = worse
    return Looked(now, frozenset(stood), fallen)


def unchanged(service: Service, row: Proposal) -> Ruling | None:
    """The ruling now, where nothing changed for the proposal since it was asked for."""
    with service.store.reading() as session:
        now = ruling(session)
    return None if _concerning(service, row, _change(service, row, now)) else now


# --- what changed ------------------------------------------------------------------------------


def _change(service: Service, row: Proposal, now: Ruling) -> Change | None:
    """None where nothing did. Rules of one hash on one day are the same, and are not even read."""
    with service.store.reading() as session:
        data = session.get_one(Snapshot, row.snapshot)
        first, last = (session.get_one(Rulebook, name) for name in (row.rulebook, now.rulebook))
    if first.manifest == last.manifest and now.day <= data.as_of:
        return None
    old, new = loaded.rules_in(service, first), loaded.rules_in(service, last)
    days = date.fromisoformat(data.as_of), date.fromisoformat(data.known_at)
    library = on_day(new.library, *days, date.fromisoformat(now.day))
    new = replace(new, manifest=f"{new.manifest} on {now.day}", library=library)
    before, after = (_binding(each.library, *days) for each in (old, new))
    touched = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    if _lists(old) != _lists(new):  # any rule may read one
        touched |= after.keys()
    waived = [{each for each in its.library.waivers if in_force(each.effective, *days)} for its in (old, new)]
    turned = tuple(waived[0] ^ waived[1])
    return Change(old, new, frozenset(touched), turned) if touched or turned else None


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


def _concerning(service: Service, row: Proposal, found: Change | None) -> frozenset[str]:
    """The rules and lists that may say something else of the orders than they did. Waivers go by ids."""
    if found is None:
        return frozenset()
    with service.store.reading() as session:
        known = loaded.manifest_in(service, session.get_one(Snapshot, row.snapshot))
    mine = None if row.household is None else {None, row.household, *known.parts[row.household].accounts}
    return found.touched | {each.rule for each in found.waivers if mine is None or each.scope.name in mine}


def _only(rules: Rules, wanted: frozenset[str]) -> Rules:
    """These alone make obligations; other lists are there to be read."""
    library = rules.library
    idle = {each.id for each in library.lists} - wanted
    narrow = replace(
        library,
        rules=tuple(each for each in library.rules if each.id in wanted),
        observed=tuple(sorted(idle.union(library.observed))),
    )
    return replace(rules, manifest=f"{rules.manifest}, only {sorted(wanted)}", library=narrow)


# --- judged ------------------------------------------------------------------------------------


def _worse(service: Service, row: Proposal, found: Change | None) -> tuple[Finding, ...] | None:
    """What the orders break by the rules of now; None where they stand. What did not change says what it said, so that
    only what did is judged."""
    names = _concerning(service, row, found)
    if found is None or not names:
        return None
    facts = loaded.facts_of(service, row.snapshot, row.household)
    assert facts is not None, "a snapshot is never taken away"
    with service.store.reading() as session:
        orders, wanted = orders_of(session, row), _wanted(session, row, facts)
    old, new = (Loaded(_only(rules, names), facts) for rules in (found.old, found.new))
    if orders is None or wanted is None or disguised(new.rules.library, facts.index.book):
        return ()
    now = _verdict(service, row, new, orders)
    if now is None:
        return ()
    worse = [each for each in now.findings if each.outcome not in wanted.allowed]
    excused = [each for each in now.findings if each.outcome in EXCUSED and each.outcome in wanted.allowed]
    if excused:
        before = _verdict(service, row, old, orders)
        known = set() if before is None else set(map(_said, before.findings))
        worse += [each for each in excused if _said(each) not in known]
    return tuple(worse) or None


def _said(found: Finding) -> tuple[object, ...]:
    return found.obligation.id, found.outcome, found.reason, found.deciding


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


def orders_of(session: Session, row: Proposal) -> tuple[Order, ...] | None:
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
