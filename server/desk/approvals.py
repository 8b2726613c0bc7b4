"""Approvals of proposals: what each needs, and how each kind of yes is checked, kept and told.

Only what passes by the rules in force and on the data known at the instant of the approval is approved
(`server.desk.again`).
What is needed follows from what is known of the orders and from the policy in force at the instant of the approval. A
yes is signed by the person (`person-key`), or the service signs that it saw one (`attested`), or that a policy approves
within its bounds (`standing`); `policy.proof.approval` has the words, and a bundle shows the envelope.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlmodel import Session, col, select

from policy.canonical import CanonicalError, Json, digest, encode
from policy.ir.bound import Point
from policy.proof.approval import (
    TYPES,
    Approval,
    ApprovalError,
    Attestation,
    Inclusion,
    RunApproval,
    Word,
    approved,
    filed,
    inclusion_json,
    inclusion_of,
    inclusions,
    read,
    run_root,
)
from policy.proof.reading import ShapeError
from server import clock
from server.auth import statements
from server.auth.credentials import Principal
from server.auth.people import Refused
from server.auth.roles import ALLOWED, Act, Role
from server.desk import again, approval_policies, demand, evidence, headroom, holds, proposals
from server.desk.again import Looked, Ruling
from server.desk.demand import FOUR_EYES, Demand, Kind, Level, Needed, Policy
from server.desk.measures import KEPT
from server.desk.proposals import ENDS_IN, State, Verb
from server.log import journal
from server.log.events import Event
from server.store import blobs, tables
from server.store.tables import Journal, Proposal

Signed = Approval | RunApproval


@dataclass(frozen=True, slots=True)
class Fallen:
    """That the rules in force, or newer data, say no to what is to be approved."""

    looked: Looked


@dataclass(frozen=True, slots=True)
class Yes:
    """Somebody's yes. `envelope`: signed with their own key, None where the service is to attest it; `evidence`: the
    SHA-256 of what the client said."""

    who: Principal
    remark: str | None = None
    envelope: bytes | None = None
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """A yes as it is kept: whose word, in which envelope."""

    kind: Kind
    person: str
    role: str | None
    envelope: bytes
    inclusion: Inclusion | None = None


def needed(policy: Policy, row: Proposal, at: str) -> Needed:
    """Four eyes where nothing is known of the orders."""
    if row.measures is None:
        return Needed(FOUR_EYES, policy.id, None, ("nothing is known of the orders: four eyes",))
    return demand.needed(policy, KEPT.validate_json(row.measures), at)


def standing(session: Session, row: Proposal, seed: bytes, now: str, same: Ruling | None) -> list[Event]:
    """What happens at once to orders that were just proposed: nothing, unless the policy approves them by itself.
    `seed`: of the log's key; `same`: the ruling by which they were found, None where somebody has to look because
    another one is in force, or newer facts concern it."""
    if proposals.state(row, now) is not State.PROPOSED or holds.against(session, row, now) is not None:
        return []
    if same is None or again.ruling(session) != same:
        return []
    need = needed(approval_policies.in_force(session, now), row, now)
    if need.demand.level is not Level.STANDING or row.statement is None or _consents(row):
        return []
    name = str(need.policy) if need.clause is None else f"{need.policy}#{need.clause}"
    envelope = approved(Attestation(row.statement, Word.STANDING, name, None, now), seed)
    given = Given(Kind.STANDING, name, None, envelope)
    _filed(session, [given])
    return [_kept(session, row, need, given, Yes(_NOBODY), now, same)]


def to_sign(row: Proposal, who: Principal, need: Demand, now: str) -> Approval:
    """What the person would sign to approve it."""
    return Approval(str(row.statement), who.name, _role(who, need), now, row.expires)


def waiting(session: Session, run: str, now: str, *, lock: bool = False) -> list[Proposal]:
    """The proposals of a run that wait for an approval, in the order of the run."""
    found = select(Proposal).where(Proposal.run == run, Proposal.state == State.PROPOSED.value)
    ordered = found.order_by(col(Proposal.number))
    rows = session.exec(ordered.with_for_update() if lock else ordered)
    return [row for row in rows if proposals.state(row, now) is State.PROPOSED]


def run_to_sign(run: str, rows: Sequence[Proposal], who: Principal, need: Demand, now: str) -> RunApproval:
    """What the person would sign to approve them all; there is one or more."""
    statements = [str(row.statement) for row in rows]
    return RunApproval(run, run_root(statements), len(rows), who.name, _role(who, need), now, _expiry(rows))


def one(
    session: Session, row: Proposal, yes: Yes, seed: bytes, now: str, looked: Looked
) -> Event | Refused | Fallen:  # fmt: skip
    """The locked row, which allows it, approved; or why not. `looked`: what was found of it just before."""
    said = None if yes.envelope is None else _read(session, yes.who, yes.envelope, now)
    if isinstance(said, Refused):
        return said
    if said is not None and said != replace(to_sign(row, yes.who, FOUR_EYES, said.time), role=said.role):
        return _wrong("it approves something else than this proposal")
    need = needed(approval_policies.in_force(session, now), row, now)
    refused = _held(session, row, now) or _unmet(session, row, need.demand, yes, said, now)
    if refused is not None:
        return refused
    if row.id in looked.fallen:
        return Fallen(looked)
    given = _given(row, need.demand, yes, said, seed, now)
    _filed(session, [given])
    late = _late(session, [row], looked)
    return late or _kept(session, row, need, given, yes, now, looked.ruling, looked.stood[row.id])


def together(
    session: Session, run: str, rows: Sequence[Proposal], yes: Yes, seed: bytes, now: str, looked: Looked
) -> list[Event] | Refused | Fallen:
    """The locked rows of a run, which allow it, approved as one; or why none is."""
    said = None if yes.envelope is None else _read(session, yes.who, yes.envelope, now)
    if isinstance(said, Refused):
        return said
    if said is not None and said != replace(run_to_sign(run, rows, yes.who, FOUR_EYES, said.time), role=said.role):
        return _wrong("it approves other proposals than those of this run that wait")
    policy, met = approval_policies.in_force(session, now), list[tuple[Needed, Given]]()
    beside = [None] * len(rows) if said is None else inclusions([str(row.statement) for row in rows])
    for row, inclusion in zip(rows, beside, strict=True):
        need = needed(policy, row, now)
        refused = _held(session, row, now) or _unmet(session, row, need.demand, yes, said, now)
        if refused is None and _consents(row):
            refused = _more("a rule asks for consent: it is approved by itself, not with its run")
        if refused is not None:
            return replace(refused, what=f"{row.id}: {refused.what}")
        met.append((need, replace(_given(row, need.demand, yes, said, seed, now), inclusion=inclusion)))
    if looked.fallen:
        return Fallen(looked)
    _filed(session, [given for _, given in met])
    late, stood = _late(session, rows, looked), looked.stood
    return late or [
        _kept(session, row, *each, yes, now, looked.ruling, stood[row.id]) for row, each in zip(rows, met, strict=True)
    ]


def shown(session: Session, row: Proposal, size: int) -> tuple[dict[str, int], dict[str, bytes]]:
    """Of a bundle: the number of the entry that says that it was approved, where a log of this size has it, and the
    files that show what was signed."""
    kept = session.get(tables.Approval, row.id)
    entry = select(Journal.index).where(Journal.stream == row.id, Journal.type == "proposal.approved")
    place = session.exec(entry).first()
    if kept is None or kept.envelope is None or place is None or place >= size:
        return {}, {}
    found = blobs.get(session, filter(None, (kept.envelope, kept.inclusion)))
    beside = None if kept.inclusion is None else inclusion_of(found[kept.inclusion])
    return {"approval": place}, filed([(found[kept.envelope], beside)])


def signers(session: Session, row: Proposal) -> list[str]:
    """Who signed in person."""
    kept = session.get(tables.Approval, row.id)
    return [] if kept is None or kept.kind != Kind.PERSON_KEY.value else [kept.person]


# --- checked -----------------------------------------------------------------------------------


def _read(session: Session, who: Principal, envelope: bytes, now: str) -> Signed | Refused:
    """What the person signed, with a key of theirs, lately."""
    try:
        said = read(envelope)
        if isinstance(said, Attestation):
            return _wrong("an attestation is the service's to make")
        why = statements.doubt(session, who, envelope, TYPES[type(said)], said, Act.DECIDE, now)
    except (ShapeError, CanonicalError, ApprovalError) as error:
        return _wrong(str(error))
    return said if why is None else _wrong(why)


def _consents(row: Proposal) -> bool:
    """Whether a rule asks for consent, which nobody gives beforehand and nobody to many at once."""
    return row.measures is not None and KEPT.validate_json(row.measures).consent


def _held(session: Session, row: Proposal, now: str) -> Refused | None:
    hold = holds.against(session, row, now)
    return None if hold is None else Refused("account-held", "", holds.said(hold), "ask again when it ends")


def _late(session: Session, rows: Sequence[Proposal], looked: Looked) -> Refused | None:
    """What came in between: whoever has the journal's head knows of every hold, every end and every change of the rules
    and of the facts that it tells of, and none is told of before this approval."""
    journal.alone(session)
    now = clock.now()
    if again.ruling(session) != looked.ruling or not looked.stood.keys() >= {row.id for row in rows}:
        return Refused("verdict-changing", "", "rules or facts changed meanwhile", "send it again")
    for row in rows:
        state, hold = proposals.state(row, now), holds.against(session, row, now)
        if state is not State.PROPOSED:
            return Refused("state-conflict", "", f"`{row.id}` is {state} now", "ask for a new one")
        if hold is not None:
            return Refused("account-held", "", f"{row.id}: {holds.said(hold)}", "ask again when it ends")
    return None


def _unmet(session: Session, row: Proposal, need: Demand, yes: Yes, said: Signed | None, now: str) -> Refused | None:
    """What the yes lacks."""
    who, held = yes.who, {role.value for role in yes.who.roles}
    if who.name in proposals.askers(session, row) and (need.others or said is not None):
        return Refused(
            "self-approval", "", f"{who.name} asked for this proposal; somebody else approves it", "ask them"
        )
    lacking = sorted(need.roles - held)
    if lacking:
        return _more(f"it needs somebody who is {' and '.join(lacking)}")
    if said is not None and need.roles and said.role not in need.roles:
        return _more(f"it needs somebody who signs as {' and '.join(sorted(need.roles))}")
    if need.kind is Kind.PERSON_KEY and said is None:
        return _more("it needs a signature with a key of your own: sign `approval-payload` and send the envelope")
    if need.evidence and yes.evidence is None:
        return _more("it needs evidence of what the client said: file it, and send its SHA-256 in `evidence`")
    if yes.evidence is not None and not evidence.known(session, yes.evidence, who):
        return Refused("invalid", "/evidence", "there is no such evidence", "file it with POST /v1/evidence")
    if need.step_up is not None and not _shown(who, said, clock.before(now, timedelta(minutes=need.step_up))):
        what = f"{who.name} has to have shown who they are within {need.step_up} minutes"
        return Refused("step-up-needed", "", what, "sign the approval, or sign in again")
    return None


def _shown(who: Principal, said: Signed | None, since: str) -> bool:
    """A fresh signature shows it, and so does the provider's word of a fresh login; an API key never does."""
    return (said is not None and said.time >= since) or (who.shown is not None and who.shown >= since)


def _wrong(what: str) -> Refused:
    return Refused("invalid", "/envelope", what, "get `approval-payload` anew, sign it with your key, and send that")


def _more(what: str) -> Refused:
    return Refused("approval-needed", "", what, "see `approval_needed`")


# --- kept --------------------------------------------------------------------------------------


def _given(row: Proposal, need: Demand, yes: Yes, said: Signed | None, seed: bytes, now: str) -> Given:
    if said is not None and yes.envelope is not None:
        return Given(Kind.PERSON_KEY, said.person, said.role, yes.envelope)
    role = _role(yes.who, need)
    envelope = approved(Attestation(str(row.statement), Word.ATTESTED, yes.who.name, role, now), seed)
    return Given(Kind.ATTESTED, yes.who.name, role, envelope)


def _kept(
    session: Session,
    row: Proposal,
    need: Needed,
    given: Given,
    yes: Yes,
    now: str,
    ruling: Ruling,
    takes: Point | None = None,
) -> Event:
    """The row approved by what `_filed` keeps, and what the journal says: its entry names the envelope's SHA-256, so
    that the log shows when it was there, and the rules by which it was approved, and data that are newer than its own.
    `takes`: what its orders take on these, None where that is what they took."""
    data = again.data_of(session, row, ruling)
    row.holds = row.holds if takes is None else headroom.written(takes)
    row.state, row.version, row.reason = ENDS_IN[Verb.APPROVAL].value, row.version + 1, None
    session.add(row)
    envelope, beside = digest(given.envelope), None
    if given.inclusion is not None:
        beside = digest(inclusion_json(given.inclusion))
    kept = tables.Approval(
        proposal=row.id,
        kind=given.kind.value,
        person=given.person,
        role=given.role,
        policy=need.policy,
        clause=need.clause,
        rulebook=ruling.rulebook,
        snapshot=data.id,
        envelope=envelope,
        inclusion=beside,
        evidence=yes.evidence,
        time=now,
    )
    session.add(kept)
    said: Mapping[str, Json] = {
        "word": kept.kind,
        "decision": Verb.APPROVAL.value,
        "proposal": row.id,
        "said": yes.remark,
    }
    about: Mapping[str, Json] = {"statement": row.statement, "person": kept.person, "role": kept.role}
    under: Mapping[str, Json] = {"policy": need.policy, "clause": need.clause, "evidence": yes.evidence}
    held_to: Mapping[str, Json] = {"rules": ruling.manifest, "snapshot": data.manifest, "envelope": envelope}
    body = encode({"v": 1, **said, **about, **under, **held_to})
    subject = f"approval, {kept.kind} {envelope}"
    event = Event("proposal.approved", row.id, subject, given.person, None, body, run=row.id, rules=ruling.manifest)
    return proposals.told(row, event if data.id == row.snapshot else replace(event, snapshot=data.manifest))


def _filed(session: Session, given: Sequence[Given]) -> None:
    beside = [inclusion_json(each.inclusion) for each in given if each.inclusion is not None]
    blobs.put(session, [*{each.envelope for each in given}, *beside])


def _role(who: Principal, need: Demand) -> str:
    """As what somebody approves: as what is asked for, where they are that."""
    may = {role.value for role in who.roles & ALLOWED[Act.DECIDE]}
    return min(may & need.roles or may)


def _expiry(rows: Sequence[Proposal]) -> str | None:
    return min((row.expires for row in rows if row.expires is not None), default=None)


_NOBODY = Principal("", "", frozenset[Role](), None)
