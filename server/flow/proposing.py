"""What a worker does with a proposal: works it out, outside of any transaction, and writes result, files and journal
entry in one."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import combinations

from pydantic import TypeAdapter
from sqlmodel import Session

from policy.canonical import Json, digest
from policy.ir.bind import bind_to
from policy.ir.bound import Point
from policy.ir.core import Library
from policy.ir.stated import Statement
from policy.judge.redact import eyes, sees_all
from policy.proof.archive import manifest
from policy.proof.bundle import statement
from policy.proof.layout import OPEN
from server import clock
from server.answer.proposal import UNSAID, WORDS, ProposeAnswer, answer_of
from server.auth.roles import Role
from server.desk import (
    approvals,
    decision,
    headroom,
    holds,
    intent,
    observing,
    probing,
    proposals,
    proving,
    revision,
    rolls,
    unnamed,
)
from server.desk.again import unchanged
from server.desk.headroom import Held
from server.desk.loaded import Loaded, loaded
from server.desk.measures import KEPT, measured
from server.desk.prepare import Task, joined
from server.desk.propose import Answer, Proposed, Refused, answered
from server.flow import queue
from server.log import journal
from server.log.events import Event
from server.running import Service
from server.store import blobs
from server.store.tables import Proposal, Rulebook, Snapshot
from solver.intent import Intent

ANSWERS = TypeAdapter(dict[str, ProposeAnswer])
OWN = "own households;"
"""What the key of an answer begins with that is for who may see some households only, where rules add up the firm."""
AGAIN = 4  # times that what was overtaken is worked out
HELD = "headroom-held: what other proposals hold may be in the way; see /v1/headroom"
LIMITED = "probing-limited: too many different names of yours were not permitted lately; ask compliance"
PENDING = "headroom-held: orders of these accounts wait to be decided, or to be seen in the data; see /v1/headroom"


@dataclass(frozen=True, slots=True)
class Room:
    """What orders take, and what they were worked out beside: the proposals that held something then. `still`: whether
    they pass beside what others hold. `within`: as `headroom.held` takes it."""

    point: Point
    beside: frozenset[str]
    within: str | None
    still: Callable[[Sequence[Held]], bool]


@dataclass(frozen=True, slots=True)
class Result:
    """`answers`: by the roles that a rule may be kept for, those of its reader, sorted and joined by commas; `files`:
    all that the decision consists of, none where nothing is proven; `measures`: what a policy of approval looks at;
    `probed`: the names that whoever asked was refused by what they may not see."""

    event: Event
    answers: bytes | None = None
    files: Mapping[str, bytes] | None = None
    reason: str | None = None
    measures: str | None = None
    room: Room | None = None
    probed: frozenset[str] = frozenset()


def worked_out(service: Service, row: Proposal) -> Result:
    """Pure but for what it reads, and for what it states of the other households before it begins, so that doing it
    again does no harm."""
    known = loaded(service, row.rulebook, row.snapshot, row.household)
    with service.store.reading() as session:
        if probing.limited(session, service.settings.probing, row.proposer, datetime.now(UTC)) is not None:
            return _stopped(row, LIMITED)
        text = blobs.get(session, [row.intent])[row.intent].decode()
        data = session.get_one(Snapshot, row.snapshot)
        git = revision.of(session, session.get_one(Rulebook, row.rulebook))
        within = headroom.within(known.rules.library, row.household)
        holding = headroom.held(session, data, clock.now(), without=row.id, within=within)
    own = bind_to(known.rules.library, known.facts.index, snapshot=known.facts.document)
    beyond = headroom.stated(service, known, own, data, holding, run=row.id)
    if beyond is not None:
        beside = [each.proposal for each in headroom.others(holding, known.facts.homes or ())]
        _stated(service, row, known, beyond, beside)
    wanted = intent.read(text, "intent", known.facts.index.book)
    assert isinstance(wanted, Intent), "it was read before it was queued"
    rules, facts = known.rules, known.facts
    task = joined(rules.sources, rules.library, facts.index, facts.content, wanted, beyond, own)
    run = decision.run_of(task, row.id, row.proposer)
    assert run == proposals.run_of(row, known), "rules and data are those that the log names"
    found = answered(task)
    if not isinstance(found, Refused):
        observing.proposed(service, known, found.orders)
    files = decision.files(task, run, found, clock.now(), {}, git)
    link = None if files is None else f"/v1/proposals/{row.id}/bundle"
    said = dict(_answers(task, found, link, task.library))
    if beyond is not None:
        kept = _answers(unnamed.task(task), unnamed.answer(found), link, task.library)
        said |= {OWN + roles: each for roles, each in kept}
    answers = ANSWERS.dump_json(said)
    probed = _probed(task, row, answers) if isinstance(found, Refused) else frozenset()
    if isinstance(found, Refused) and files is None:
        open_ = beyond is not None and any(each.visible_to is None for each in beyond.obligations)
        reason = HELD if open_ and headroom.others(holding, {row.household}) else None
        return Result(
            decision.unfiled(run, row.id, WORDS[type(found.refusal)]),
            answers,
            reason=reason,
            probed=probed,
        )
    assert files is not None, "orders are filed"
    measures = None if isinstance(found, Refused) else KEPT.dump_json(measured(task, found)).decode()
    whole = proving.disclosed(service, rules, files, found)
    room = None
    if isinstance(found, Proposed) and found.orders:
        all_ = frozenset(each.proposal for each in holding)
        room = Room(found.point, all_, within, lambda now: headroom.still(service, known, data, task, found, now))
    return Result(
        decision.filed(run, found, whole, row.id), answers, whole, measures=measures, room=room, probed=probed
    )


def _probed(task: Task, row: Proposal, answers: bytes) -> frozenset[str]:
    """What is counted of a refusal, where whoever asked may not see what refuses."""
    if read_by(answers, frozenset(map(Role, filter(None, row.roles.split(","))))).answer != UNSAID:
        return frozenset()
    return probing.names(task.book, (pin.instrument for pin in task.intent.pins)) or probing.NO_NAMES


def _stated(service: Service, row: Proposal, known: Loaded, beyond: Statement, beside: Collection[str]) -> None:
    """In the log before anything rests on it. `beside`: the proposals that it is beside."""
    name = digest(decision.stated(beyond))
    data: dict[str, Json] = {"snapshot": known.facts.id, "manifest": known.facts.manifest, "statement": name}
    subject = "what other households hold and have reserved"
    said = Event("headroom.stated", f"{proposals.STATED}{row.id}", subject, row.proposer, data, run=row.id)
    about = replace(said, rules=known.rules.manifest, snapshot=name, household=row.households or "")
    with service.store.writing() as session:
        rolls.put(session, beside)
        journal.append(session, [about], clock.now())


def failed(row: Proposal, reason: str) -> Result:
    """A fault of ours, which the log owns up to."""
    body = TypeAdapter(dict[str, str]).dump_json({"reason": reason})
    return Result(Event("proposal.failed", row.id, "no result", row.proposer, None, body, run=row.id), reason=reason)


def kept(service: Service, row: Proposal, result: Result) -> bool:
    """Whether the result is now that of the proposal: not where somebody else took it up meanwhile. Where others came
    to hold what it needs, it is worked out again beside them, and refused where that happens once too often."""
    for _ in range(AGAIN):
        done = _kept(service, row, result)
        if done is not None:
            return done
        result = worked_out(service, row)
    return bool(_kept(service, row, _stopped(row, HELD)))


def _kept(service: Service, row: Proposal, result: Result) -> bool | None:
    """None where it was overtaken, and nothing was written."""
    same = unchanged(service, row, {} if result.room is None else result.room.point)
    with service.store.writing() as session:
        mine = queue.held(session, row.id, str(row.holder))
        if mine is None:
            return False
        files = result.files or {}
        named = blobs.put(session, [*files.values(), *([] if result.answers is None else [result.answers])])
        events: list[Event] = []
        if result.room is not None:
            ours = headroom.locked(session, row.household)
            now = clock.now()
            data = session.get_one(Snapshot, row.snapshot)
            holding = headroom.held(session, data, now, without=row.id, within=result.room.within)
            mine.measures = result.measures
            hold = holds.against(session, mine, now)  # one that came while it was worked out
            pending = PENDING if headroom.in_the_way(holding, row.household, row.households) else None
            stopped = pending if hold is None else f"account-held: {holds.said(hold)}"
            older = headroom.superseded(holding, row.household, row.households)
            free = stopped or (_fits(result.room, holding) and headroom.also_locked(session, {*older} - ours))
            if not free:
                session.rollback()
                return None
            mine.holds = None if stopped else headroom.written(result.room.point)
            if stopped:
                result = _stopped(row, stopped)
            else:
                events = [proposals.superseded(session, name) for name in older]
        events += _counted(service, session, row, result)
        now = clock.now()
        mine.answer = None if result.answers is None else named[-1]
        mine.statement = None if result.files is None else digest(statement(files))
        mine.whole = manifest(files).decode() if OPEN in files else None
        mine.state, mine.version = proposals.OF_EVENT[result.event.type].value, mine.version + 1
        mine.reason, mine.holder, mine.lease, mine.measures = result.reason, None, None, result.measures
        session.add(mine)
        told, time = proposals.told(mine, result.event), max(now, mine.made)
        standing = approvals.standing(session, mine, service.signer.keys.signs.seed, time, same)
        journal.append(session, [told, *events, *standing], time)
    return True


def _counted(service: Service, session: Session, row: Proposal, result: Result) -> list[Event]:
    if not result.probed:
        return []
    return probing.stopped(session, service.settings.probing, row.proposer, result.probed, datetime.now(UTC)) or []


def _fits(room: Room, holding: Sequence[Held]) -> bool:
    """Beside fewer than it was worked out beside, it passes all the more: their intervals only shrink."""
    return room.beside.issuperset(each.proposal for each in holding) or room.still(holding)


def _stopped(row: Proposal, reason: str) -> Result:
    body = TypeAdapter(dict[str, str]).dump_json({"reason": reason})
    return Result(Event("proposal.refused", row.id, "no orders", row.proposer, None, body, run=row.id), reason=reason)


def read_by(answers: bytes, roles: frozenset[Role], households: frozenset[str] | None = None) -> ProposeAnswer:
    """The answer as whoever has these roles may read it, and sees these households, None for all."""
    found = ANSWERS.validate_json(answers)
    named = {role for key in found for role in filter(None, key.removeprefix(OWN).split(","))}
    mine = ",".join(sorted(named & {role.value for role in roles}))
    return found[mine] if households is None else found.get(OWN + mine, found[mine])


def _answers(task: Task, found: Answer, link: str | None, library: Library) -> Iterator[tuple[str, ProposeAnswer]]:
    """For every set of the roles that something is kept for: a reader's other roles change nothing. `library`: what the
    bundle rests on."""
    named = sorted(eyes(task.library) & {role.value for role in Role})
    for size in range(len(named) + 1):
        for roles in combinations(named, size):
            mine = link if isinstance(found, Proposed) or sees_all(library, roles) else None
            yield ",".join(roles), answer_of(task, found, mine, roles)
