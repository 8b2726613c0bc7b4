"""Which approval a proposal needs, which one it has, and who holds it."""

from dataclasses import dataclass

from server.desk.demand import Needed
from server.store.tables import Approval, Proposal


@dataclass(frozen=True, slots=True)
class ApprovalNeeded:
    """`level`: who says yes (standing, self, four eyes, role, client); `kind`: how, at least (attested, person-key);
    `others`: not the proposer; `roles`: all of these; `step_up_minutes`: within which they have shown who they are.
    `policy`: whose clause it is, null for the default; `clause`: null where none decides, or several might; `why`: a
    line for each clause that was looked at. It is what the policy in force now asks for, and so what an approval now
    is held to."""

    level: str
    kind: str
    others: bool
    roles: tuple[str, ...]
    step_up_minutes: int | None
    policy: str | None
    clause: int | None
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ApprovalSaid:
    """`kind`: person-key (the person signed), attested (the service says that their session said yes), standing (the
    policy `person` did). `policy`, `clause`: what it was held to; `rulebook`: the rules in force then, by which the
    orders pass; `snapshot`: the newest data then, in which nothing but prices stops them."""

    kind: str
    person: str
    role: str | None
    policy: str | None
    clause: int | None
    rulebook: str
    snapshot: str
    evidence: str | None
    time: str


@dataclass(frozen=True, slots=True)
class HeldSaid:
    """By whom, why, since when, and until when or until somebody resumes it."""

    person: str
    reason: str
    since: str
    until: str | None


def held(row: Proposal) -> HeldSaid | None:
    if row.held is None:
        return None
    return HeldSaid(str(row.held_by), str(row.held_why), row.held, row.held_until)


def needed(found: Needed) -> ApprovalNeeded:
    need = found.demand
    return ApprovalNeeded(
        need.level.value,
        need.kind.value,
        need.others,
        tuple(sorted(need.roles)),
        need.step_up,
        found.policy,
        found.clause,
        found.why,
    )


def said(row: Approval) -> ApprovalSaid:
    held_to = row.policy, row.clause, row.rulebook, row.snapshot
    return ApprovalSaid(row.kind, row.person, row.role, *held_to, row.evidence, row.time)
