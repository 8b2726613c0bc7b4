"""Whether orders that were found earlier still pass when somebody approves them: by the rules in force at that time, on
the data known by then.

Rules change in two ways: somebody puts others in force (a rule book, a mode, a waiver granted or ended), or a day comes
on which one of them begins or ends (`server.desk.reruled`). Data change with each snapshot (`server.desk.newer`). Where
neither changed what these accounts look at, the verdict of the proposal stands, and nothing is judged. Else the orders
are judged beside what others hold: by what changed of the rules, on the data of the proposal; or on the newest data,
where these concern it, by all rules, and by those that add up the firm where it is others whose data changed. They
stand where the proposer allowed for all that is said of them now, and what is excused, by a consent or a waiver, was so
when they were proposed: by the same numbers, or, on other data, by none that are worse. Nobody was asked about anything
else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from operator import eq

from sqlmodel import Session, select

from policy.book.facts import Order
from policy.canonical import decode
from policy.ir import meaning
from policy.ir.beyond import opened_by
from policy.ir.bind import bind_to
from policy.ir.bound import Outcome, Point
from policy.ir.disguised import disguised
from policy.ir.point import point_of
from policy.ir.stated import merged
from policy.judge.verdict import Finding, Measured
from policy.proof.archive import listed
from policy.proof.layout import PROPOSAL
from policy.proof.proposal import proposal_from_json
from server import clock
from server.desk import decision, headroom, ingest, intent, loaded, newer, publish, reruled
from server.desk.loaded import Facts, Loaded
from server.desk.newer import Newer
from server.desk.placed import placed
from server.desk.reruled import Change
from server.running import Service
from server.store import blobs
from server.store.tables import Journal, Proposal, Rulebook, Snapshot
from solver.certify import flaws
from solver.intent import Intent

EXCUSED = frozenset({Outcome.WAIVED, Outcome.CONSENT})


@dataclass(frozen=True, slots=True)
class Ruling:
    """What an approval is held to: the rule book in force, by its id and its SHA-256; the day, UTC; and the facts, by
    the snapshot `since` which nothing but prices changed. `snapshot`: the newest, at whatever prices; None without."""

    rulebook: str
    manifest: str
    day: str
    since: str | None
    snapshot: Snapshot | None = field(compare=False)


@dataclass(frozen=True, slots=True)
class Broken:
    """Orders that do not pass any more: what they break, and what is wrong with them whatever the rules say; nothing
    where they cannot be judged. `rules`, `facts`: which of these changed for them."""

    findings: tuple[Finding, ...]
    flaws: tuple[str, ...]
    rules: bool
    facts: bool


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of a look at proposals that wait. `stood`: those whose orders pass, with what they take, None where
    that is what it was; `fallen`: the others."""

    ruling: Ruling
    stood: Mapping[str, Point | None]
    fallen: Mapping[str, Broken]


@dataclass(frozen=True, slots=True)
class Since:
    """What changed for all proposals by the same rules on the same data; None where nothing did."""

    rules: Change | None
    facts: Newer | None


def ruling(session: Session) -> Ruling:
    now = clock.now()
    row, data = publish.in_force(session, now), ingest.latest(session)
    assert row is not None, "what is in force is followed by something else, never by nothing"
    return Ruling(row.id, row.manifest, now[:10], None if data is None else data.since, data)


def data_of(session: Session, row: Proposal, now: Ruling) -> Snapshot:
    """The newest data that were known of."""
    if now.snapshot is None or now.snapshot.id < row.snapshot:
        return session.get_one(Snapshot, row.snapshot)
    return now.snapshot


def looked(service: Service, rows: Iterable[Proposal]) -> Looked:
    """At proposals with orders. It may take long where something changed, and so happens outside of any transaction."""
    with service.store.reading() as session:
        now = ruling(session)
    changes, stood, fallen = dict[tuple[str, str], Since](), dict[str, Point | None](), dict[str, Broken]()
    for row in rows:
        key = row.rulebook, row.snapshot
        if key not in changes:
            changes[key] = _since(service, row, now)
        found = _found(service, row, changes[key], now)
        if isinstance(found, Broken):
            fallen[row.id] = found
        else:
            stood[row.id] = found
    return Looked(now, stood, fallen)


def unchanged(service: Service, row: Proposal, point: Point) -> Ruling | None:
    """The ruling now, where nothing changed for the proposal since it was asked for. `point`: what its orders take."""
    with service.store.reading() as session:
        now = ruling(session)
    since = _since(service, row, now)
    changed = reruled.concerning(service, row, since.rules) or _on_other(service, row, since, point) != newer.NOTHING
    return None if changed else now


def _since(service: Service, row: Proposal, now: Ruling) -> Since:
    with service.store.reading() as session:
        data = session.get_one(Snapshot, row.snapshot)
        first, last = (session.get_one(Rulebook, name) for name in (row.rulebook, now.rulebook))
    rules = None
    if first.manifest != last.manifest or now.day > data.as_of:  # else they are the same, and are not even read
        rules = reruled.change(loaded.rules_in(service, first), loaded.rules_in(service, last), data, now.day)
    if now.snapshot is None or newer.is_newest(data, now.snapshot):
        return Since(rules, None)
    return Since(rules, newer.newer(service, data, now.snapshot, loaded.rules_in(service, last)))


def _on_other(service: Service, row: Proposal, since: Since, point: Point) -> frozenset[str] | None:
    """The rules by which newer facts concern it, as `newer.concerning` says them."""
    return newer.NOTHING if since.facts is None else newer.concerning(service, since.facts, row, point)


# --- judged ------------------------------------------------------------------------------------


def _found(service: Service, row: Proposal, since: Since, now: Ruling) -> Point | Broken | None:
    """What the orders take on newer data, where they stand; None where that is what it was."""
    names = reruled.concerning(service, row, since.rules)
    others = _on_other(service, row, since, headroom.point_of(row))
    if not names and others == newer.NOTHING:
        return None
    facts = loaded.facts_of(service, row.snapshot, row.household)
    assert facts is not None, "a snapshot is never taken away"
    if others == newer.NOTHING:
        old, new = _by(since.rules, names, facts)
    else:
        old, new = _anew(service, row, facts, now, None if others is None else others | names)
    found = None if new is None else _judged(service, row, old, new)
    if found is None or found.findings or found.flaws:
        broken = ((), ()) if found is None else (found.findings, found.flaws)
        return Broken(*broken, bool(names), others != newer.NOTHING)
    return None if others == newer.NOTHING else found.point


def _by(found: Change | None, names: frozenset[str], facts: Facts) -> tuple[Loaded, Loaded | None]:
    """What changed of the rules, alone: what did not says what it said."""
    assert found is not None, "it has these names"
    return Loaded(reruled.only(found.old, names), facts), Loaded(reruled.only(found.new, names), facts)


def _anew(
    service: Service, row: Proposal, facts: Facts, now: Ruling, names: frozenset[str] | None
) -> tuple[Loaded, Loaded | None]:
    """These rules, or all, on the newest data; None where the household is not there any more."""
    assert now.snapshot is not None, "it is newer"
    there = loaded.facts_of(service, now.snapshot.id, row.household)
    with service.store.reading() as session:
        first, last = (session.get_one(Rulebook, name) for name in (row.rulebook, now.rulebook))
    before, after = loaded.rules_in(service, first), reruled.on(loaded.rules_in(service, last), now.snapshot, now.day)
    if names is not None:
        before, after = reruled.only(before, names), reruled.only(after, names)
    return Loaded(before, facts), None if there is None else Loaded(after, there)


@dataclass(frozen=True, slots=True)
class Placed:
    """Orders that are judged: what they take, all that is said of them, or only what stops them; and as in `Broken`."""

    point: Point
    findings: tuple[Finding, ...]
    flaws: tuple[str, ...]


def _judged(service: Service, row: Proposal, old: Loaded, new: Loaded) -> Placed | None:
    """With what stops the orders; None where that cannot be told."""
    with service.store.reading() as session:
        orders, wanted = orders_of(session, row), _wanted(session, row, old.facts)
    if orders is None or wanted is None or disguised(new.rules.library, new.facts.index.book):
        return None
    now = _placed(service, row, new, orders)
    worse = [each for each in now.findings if each.outcome not in wanted.allowed]
    excused = [each for each in now.findings if each.outcome in EXCUSED and each.outcome in wanted.allowed]
    if excused:
        before, as_good = _placed(service, row, old, orders), eq if old.facts.id == new.facts.id else _no_worse
        known = {_said(each): each.deciding for each in before.findings}
        worse += [each for each in excused if not (_said(each) in known and as_good(each.deciding, known[_said(each)]))]
    return replace(now, findings=tuple(worse))


def _said(found: Finding) -> tuple[object, ...]:
    return found.obligation.id, found.outcome, found.reason


def _no_worse(now: Measured | None, then: Measured | None) -> bool:
    if now is None or then is None or (now.op, now.unit) != (then.op, then.unit):
        return now == then
    left, was = _headroom(now), _headroom(then)
    return now == then if left is None or was is None else left >= was


def _headroom(found: Measured) -> Fraction | None:
    """As a share where it is one; None where it is not known exactly."""
    left, over = found.headroom, Fraction(1) if found.over is None else found.over
    return left / over if isinstance(left, Fraction) and isinstance(over, Fraction) and over > 0 else None


def _placed(service: Service, row: Proposal, known: Loaded, orders: tuple[Order, ...]) -> Placed:
    """What the reference says of them, at the end and on the way, beside what others hold now."""
    index = known.facts.index
    point = point_of(index, orders)
    if isinstance(point, tuple):
        return Placed({}, (), tuple(problem.what for problem in point))
    with service.store.reading() as session:
        data = session.get_one(Snapshot, known.facts.id)
        within = headroom.within(known.rules.library, row.household)
        holding = headroom.held(session, data, clock.now(), without=row.id, within=within)
    own = bind_to(known.rules.library, index, orders, snapshot=known.facts.document)
    beyond = headroom.stated(service, known, own, data, holding, run=row.id, buys=opened_by(point))
    bound = merged(own, known.rules.library, index, beyond, orders)
    wrong = flaws(bound, point, meaning.values(bound.forms, point))
    return Placed(point, placed(index, bound, orders, point).findings, wrong)


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
