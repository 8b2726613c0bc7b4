"""What a worker does with a proposal: works it out, outside of any transaction, and writes result, files and journal
entry in one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from pydantic import TypeAdapter

from policy.canonical import digest
from policy.ir.core import Library, ListRule, Rule, Waiver
from policy.judge.redact import sees_all
from policy.proof.bundle import statement
from server import clock
from server.answer.proposal import WORDS, ProposeAnswer, answer_of
from server.auth.roles import Role
from server.desk import approvals, decision, intent, observing, proposals
from server.desk.loaded import loaded
from server.desk.measures import KEPT, measured
from server.desk.prepare import Task, joined
from server.desk.propose import Answer, Refused, answered
from server.flow import queue
from server.log import journal
from server.log.events import Event
from server.running import Service
from server.store import blobs
from server.store.tables import Proposal
from solver.intent import Intent

ANSWERS = TypeAdapter(dict[str, ProposeAnswer])


@dataclass(frozen=True, slots=True)
class Result:
    """`answers`: by the roles that a rule may be kept for, those of its reader, sorted and joined by commas; `files`:
    those that the log commits to, none where nothing is proven; `measures`: what a policy of approval looks at."""

    event: Event
    answers: bytes | None = None
    files: Mapping[str, bytes] | None = None
    reason: str | None = None
    measures: str | None = None


def worked_out(service: Service, row: Proposal) -> Result:
    """Pure but for what it reads, so that doing it again does no harm."""
    known = loaded(service, row.rulebook, row.snapshot)
    with service.store.reading() as session:
        text = blobs.get(session, [row.intent])[row.intent].decode()
    wanted = intent.read(text, "intent", known.facts.index.book)
    assert isinstance(wanted, Intent), "it was read before it was queued"
    rules, facts = known.rules, known.facts
    task = joined(rules.sources, rules.library, facts.index, facts.content, wanted)
    run = decision.run_of(task, row.id, row.proposer)
    assert run == proposals.run_of(row, known), "rules and data are those that the log names"
    found = answered(task)
    if not isinstance(found, Refused):
        observing.proposed(service, known, found.orders)
    files = decision.files(task, run, found, clock.now(), {})
    link = None if files is None else f"/v1/proposals/{row.id}/bundle"
    answers = ANSWERS.dump_json(dict(_answers(task, found, link)))
    if isinstance(found, Refused) and files is None:
        return Result(decision.unfiled(task, run, found, row.id, WORDS[type(found.refusal)]), answers)
    assert files is not None, "orders are filed"
    measures = None if isinstance(found, Refused) else KEPT.dump_json(measured(task, found)).decode()
    return Result(decision.filed(run, found, files, row.id), answers, files, measures=measures)


def failed(row: Proposal, reason: str) -> Result:
    """A fault of ours, which the log owns up to."""
    body = TypeAdapter(dict[str, str]).dump_json({"reason": reason})
    return Result(Event("proposal.failed", row.id, "no result", row.proposer, None, body, run=row.id), reason=reason)


def kept(service: Service, row: Proposal, result: Result) -> bool:
    """Whether the result is now that of the proposal: not where somebody else took it up meanwhile."""
    with service.store.writing() as session:
        now = clock.now()
        mine = queue.held(session, row.id, str(row.holder))
        if mine is None:
            return False
        files = result.files or {}
        named = blobs.put(session, [*files.values(), *([] if result.answers is None else [result.answers])])
        mine.answer = None if result.answers is None else named[-1]
        mine.statement = None if result.files is None else digest(statement(files))
        mine.state, mine.version = proposals.OF_EVENT[result.event.type].value, mine.version + 1
        mine.reason, mine.holder, mine.lease, mine.measures = result.reason, None, None, result.measures
        session.add(mine)
        told, time = proposals.told(mine, result.event), max(now, mine.made)
        journal.append(session, [told, *approvals.standing(session, mine, service.signer.keys.signs.seed, time)], time)
    return True


def read_by(answers: bytes, roles: frozenset[Role]) -> ProposeAnswer:
    """The answer as whoever has these roles may read it."""
    found = ANSWERS.validate_json(answers)
    named = {role for key in found for role in filter(None, key.split(","))}
    return found[",".join(sorted(named & {role.value for role in roles}))]


def _answers(task: Task, found: Answer, link: str | None) -> Iterator[tuple[str, ProposeAnswer]]:
    """For every set of the roles that something is kept for: a reader's other roles change nothing."""
    named = sorted(_named(task.library) & {role.value for role in Role})
    for size in range(len(named) + 1):
        for roles in combinations(named, size):
            mine = link if sees_all(task.library, roles) else None
            yield ",".join(roles), answer_of(task, found, mine, roles)


def _named(library: Library) -> set[str]:
    blocks: tuple[Rule | ListRule | Waiver, ...] = (*library.rules, *library.lists, *library.waivers)
    return {block.visible_to for block in blocks if block.visible_to is not None}
